// Package sourcetest makes archives for tests.
package sourcetest

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// Entry is a file of an archive, or a symbolic link.
type Entry struct {
	Name, Link string
	Text       []byte
}

// Archive is an archive of a kind: a name that ends with .zip, .tar, or gz.
func Archive(kind string, entries ...Entry) []byte {
	var out bytes.Buffer
	if strings.HasSuffix(kind, ".zip") {
		w := zip.NewWriter(&out)
		for _, e := range entries {
			header := &zip.FileHeader{Name: e.Name, Method: zip.Deflate}
			if e.Link != "" {
				header.SetMode(os.ModeSymlink | 0o777)
				e.Text = []byte(e.Link)
			}
			f, _ := w.CreateHeader(header)
			f.Write(e.Text)
		}
		w.Close()
		return out.Bytes()
	}
	var to io.Writer = &out
	var z *gzip.Writer
	if strings.HasSuffix(kind, "gz") {
		z = gzip.NewWriter(&out)
		to = z
	}
	w := tar.NewWriter(to)
	for _, e := range entries {
		header := &tar.Header{Name: e.Name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(e.Text))}
		if e.Link != "" {
			header.Typeflag, header.Linkname, header.Size = tar.TypeSymlink, e.Link, 0
		}
		w.WriteHeader(header)
		w.Write(e.Text)
	}
	w.Close()
	if z != nil {
		z.Close()
	}
	return out.Bytes()
}

// Gzip compresses a text.
func Gzip(text []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(text)
	w.Close()
	return out.Bytes()
}

// Tar is an archive of these headers, the size of each a lie if its text is
// shorter.
func Tar(headers ...*tar.Header) []byte {
	var out bytes.Buffer
	for _, h := range headers {
		size := h.Size
		h.Size = 0
		if h.Typeflag == 0 {
			h.Typeflag = tar.TypeReg
		}
		if h.Typeflag != tar.TypeXGlobalHeader {
			h.Mode = 0o644
		}
		var one bytes.Buffer
		w := tar.NewWriter(&one)
		if err := errors.Join(w.WriteHeader(h), w.Flush()); err != nil {
			panic(err)
		}
		block := one.Bytes()[one.Len()-512:]
		if size > 0 {
			if size < 1<<33 {
				copy(block[124:136], fmt.Sprintf("%011o\x00", size))
			} else {
				block[124] = 0x80
				binary.BigEndian.PutUint64(block[128:136], uint64(size))
			}
			Checksum(block)
		}
		out.Write(one.Bytes())
	}
	return out.Bytes()
}

// Checksum updates the checksum of a header of a tar archive.
func Checksum(block []byte) {
	copy(block[148:156], "        ")
	sum := 0
	for _, b := range block[:512] {
		sum += int(b)
	}
	copy(block[148:156], fmt.Sprintf("%06o\x00 ", sum))
}
