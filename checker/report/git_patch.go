package report

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"strings"
)

// binaryPatch writes a change in the form that git has for files that are not
// text: both contents, compressed and in base 85. git apply rejects it unless the
// file is the one that it was made for.
func binaryPatch(name string, before, after []byte) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Lines of %s hold control characters or log commands; git apply applies this binary patch.\n", quotedName(name)) // programs skip it
	fmt.Fprintf(&b, "diff --git %s %s\nindex %x..%x\nGIT binary patch\n", quotedName("a/"+name), quotedName("b/"+name), blobID(before), blobID(after))
	writeLiteral(&b, after)
	writeLiteral(&b, before)
	return b.String()
}

// blobID is what git calls a file with that content.
func blobID(content []byte) [sha1.Size]byte {
	return sha1.Sum(append(fmt.Appendf(nil, "blob %d\x00", len(content)), content...))
}

func writeLiteral(b *strings.Builder, content []byte) {
	fmt.Fprintf(b, "literal %d\n", len(content))
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	z.Write(content) // a buffer takes all of it
	z.Close()
	const width = 52 // bytes a line
	for rest := packed.Bytes(); len(rest) > 0; {
		line := rest[:min(width, len(rest))]
		rest = rest[len(line):]
		if len(line) <= 26 {
			b.WriteByte('A' + byte(len(line)) - 1)
		} else {
			b.WriteByte('a' + byte(len(line)) - 27)
		}
		writeBase85(b, line)
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
}

// writeBase85 writes bytes with the alphabet of RFC 1924, as git does.
func writeBase85(b *strings.Builder, line []byte) {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
	for len(line) > 0 {
		var group [4]byte
		line = line[copy(group[:], line):]
		n := binary.BigEndian.Uint32(group[:])
		var digits [5]byte
		for i := range digits {
			digits[len(digits)-1-i] = alphabet[n%85]
			n /= 85
		}
		b.Write(digits[:])
	}
}
