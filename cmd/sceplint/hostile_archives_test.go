package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"github.com/sceplint/sceplint/checker/profile/profiletest"
	"github.com/sceplint/sceplint/checker/source/sourcetest"
)

// zipLies is an archive with one entry, its list of entries changed.
func zipLies(change func(directory, end []byte)) func() []byte {
	return func() []byte {
		text := sourcetest.Archive("x.zip", sourcetest.Entry{Name: "a.mobileconfig", Text: profiletest.Generate(1)})
		end := bytes.LastIndex(text, []byte("PK\x05\x06"))
		directory := bytes.LastIndex(text, []byte("PK\x01\x02"))
		change(text[directory:], text[end:])
		return text
	}
}

func hostileArchives() []hostile {
	good := profiletest.Generate(1)
	zeros := func(n int) []byte { return make([]byte, n) }
	in := func(name, file string, text func() []byte, exit int, says string) hostile {
		return hostile{name: name, file: file, args: "check " + file, text: text, exit: exit, says: says}
	}
	entries := func(name, file string, exit int, says string, list ...sourcetest.Entry) hostile {
		return in(name, file, func() []byte { return sourcetest.Archive(file, list...) }, exit, says)
	}
	profile := sourcetest.Entry{Name: "z.mobileconfig", Text: good}
	same := func(name string, n int) (list []sourcetest.Entry) {
		for range n {
			list = append(list, sourcetest.Entry{Name: name, Text: good})
		}
		return list
	}
	const out, deep = "entry name escapes the archive", "not supported; extract it first"
	return []hostile{
		// Bombs.
		in("ratio-gz", "in.tar.gz", func() []byte {
			return sourcetest.Archive("x.tgz", sourcetest.Entry{Name: "a.bin", Text: zeros(300 << 20)}, profile)
		}, 2, "compression ratio exceeds 200"),
		in("ratio-zip", "in.zip", func() []byte {
			return sourcetest.Archive("x.zip", sourcetest.Entry{Name: "a.plist", Text: zeros(52 << 20)}, sourcetest.Entry{Name: "b.plist", Text: zeros(52 << 20)}, sourcetest.Entry{Name: "c.plist", Text: zeros(60 << 20)},
				sourcetest.Entry{Name: "d.plist", Text: zeros(52 << 20)}, sourcetest.Entry{Name: "e.plist", Text: zeros(52 << 20)}, sourcetest.Entry{Name: "f.plist", Text: zeros(52 << 20)})
		}, 2, "compression ratio exceeds 200"),
		in("comment-zip", "in.zip", func() []byte {
			return sourcetest.Archive("x.zip", sourcetest.Entry{Name: "a.mobileconfig", Text: []byte(plistOf("<!--" + many("a", 100<<20) + "-->"))})
		}, 2, "compression ratio exceeds 200"),
		in("large-zip", "in.zip", func() []byte {
			return sourcetest.Archive("x.zip", sourcetest.Entry{Name: "a.mobileconfig", Text: zeros(129 << 20)})
		}, 2, "entry of 135266304 bytes is too large; the limit is 134217728"),
		in("large-tar", "in.tar.gz", func() []byte {
			return sourcetest.Archive("x.tgz", sourcetest.Entry{Name: "a.mobileconfig", Text: zeros(129 << 20)})
		}, 2, "entry of 135266304 bytes is too large; the limit is 134217728"),
		in("zeros-gz", "in.gz", func() []byte { return sourcetest.Gzip(zeros(20 << 20)) }, 2, "neither a tar archive nor JSON Lines"),
		in("gz-of-gz", "in.tar.gz", func() []byte { return sourcetest.Gzip(sourcetest.Archive("x.tgz", profile)) }, 2, "neither a tar archive nor JSON Lines"),
		in("gz-members", "in.tar.gz", func() []byte { return bytes.Repeat(sourcetest.Gzip(nil), 1e5) }, 2, "produced no output; reading stopped"),
		in("gz-joined", "in.tar.gz", func() []byte {
			text := sourcetest.Archive("x.tar", profile)
			return append(sourcetest.Gzip(text[:700]), sourcetest.Gzip(text[700:])...)
		}, 0, "1 file (1 SCEP payload)"),
		in("gz-behind", "in.tar.gz", func() []byte { return append(sourcetest.Archive("x.tgz", profile), noise(5000)...) }, 2, "gzip: invalid header"),
		in("gz-cut", "in.tar.gz", func() []byte {
			text := sourcetest.Archive("x.tgz", same("a.mobileconfig", 20)...)
			return text[:len(text)/2]
		}, 2, "truncated file"),
		in("gz-checksum", "in.tar.gz", func() []byte { text := sourcetest.Archive("x.tgz", profile); text[len(text)-6] ^= 1; return text }, 2, "checksum does not match"),
		in("gz-header", "in.tar.gz", fixed("\x1f\x8b\x08\xff\xff\xff"), 2, "corrupt"),
		in("gz-name", "in.tar.gz", func() []byte {
			return append([]byte("\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\x03"), bytes.Repeat([]byte("a"), 1<<20)...)
		}, 2, "corrupt"),

		// Paths and links.
		entries("escape-tar", "in.tar", 2, out, sourcetest.Entry{Name: "../../etc/a.mobileconfig", Text: good}, sourcetest.Entry{Name: "/b.mobileconfig", Text: good}),
		entries("escape-zip", "in.zip", 2, out, sourcetest.Entry{Name: `..\a.mobileconfig`, Text: good}),
		entries("escape-inside", "in.tar", 2, out, sourcetest.Entry{Name: "a/../../b.mobileconfig", Text: good}),
		entries("absolute", "in.tar", 0, "1 file (1 SCEP payload)", sourcetest.Entry{Name: "//etc/b.mobileconfig", Text: good}),
		entries("dots", "in.tar", 2, "entry without a name", sourcetest.Entry{Name: ".", Text: good}, sourcetest.Entry{Name: "a/..", Text: good}),
		entries("names-none", "in.zip", 2, "entry without a name", sourcetest.Entry{Name: "", Text: good}),
		entries("link-tar", "in.tar", 0, "links in archives are not followed", sourcetest.Entry{Name: "a.mobileconfig", Link: "/etc/passwd"}, profile),
		entries("link-zip", "in.zip", 0, "links in archives are not followed", sourcetest.Entry{Name: "a.mobileconfig", Link: "../../../etc/passwd"}, profile),
		in("hard-link", "in.tar", func() []byte {
			return append(sourcetest.Tar(&tar.Header{Name: "a.mobileconfig", Typeflag: tar.TypeLink, Linkname: "/etc/passwd"}), sourcetest.Archive("x.tar", profile)...)
		}, 0, "links in archives are not followed"),
		in("devices", "in.tar", func() []byte {
			return append(sourcetest.Tar(&tar.Header{Name: "a.mobileconfig", Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 5}, &tar.Header{Name: "b.mobileconfig", Typeflag: tar.TypeBlock}, &tar.Header{Name: "c.mobileconfig", Typeflag: tar.TypeFifo}), sourcetest.Archive("x.tar", profile)...)
		}, 0, "c.mobileconfig: skipped: not a regular file"),
		entries("nested-zip", "in.zip", 0, deep, sourcetest.Entry{Name: "a.zip", Text: sourcetest.Archive("x.zip", profile)}, profile),
		entries("nested-tar", "in.tar", 0, deep, sourcetest.Entry{Name: "a.tar.gz", Text: sourcetest.Archive("x.tgz", profile)}, profile),
		entries("hidden", "in.tar", 2, "no profiles found", sourcetest.Entry{Name: ".git/a.mobileconfig", Text: good}, sourcetest.Entry{Name: "__MACOSX/a.mobileconfig", Text: good}),

		// Names.
		entries("name-escape", "in.tar", 1, "a?[31m?b?", sourcetest.Entry{Name: "a\x1b[31m\u202eb\u009b.mobileconfig", Text: []byte("x")}),
		entries("name-newline", "in.zip", 1, "a?error: b?", sourcetest.Entry{Name: "a\nerror: b\r.mobileconfig", Text: []byte("x")}),
		entries("name-bytes", "in.tar", 1, "a?.mobileconfig", sourcetest.Entry{Name: "a\xff\xfe.mobileconfig", Text: []byte("x")}),
		entries("name-long", "in.tar", 0, "no findings", sourcetest.Entry{Name: many("a/", 1e4) + "b.mobileconfig", Text: good}, profile),
		entries("name-skipped", "in.zip", 0, "skipped", sourcetest.Entry{Name: "a\x1b]0;t\x07.zip", Text: good}, profile),
		entries("names-same", "in.tar", 0, "in 300 files", same("a.mobileconfig", 300)...),

		// Sizes that are not true.
		in("tar-size-lies", "in.tar", func() []byte { return sourcetest.Tar(&tar.Header{Name: "a.mobileconfig", Size: 60 << 20}) }, 2, "truncated"),
		in("tar-size-huge", "in.tar", func() []byte { return sourcetest.Tar(&tar.Header{Name: "a.mobileconfig", Size: 1 << 62}) }, 2, "corrupt entry header"),
		in("tar-size-negative", "in.tar", func() []byte {
			text := sourcetest.Tar(&tar.Header{Name: "a.mobileconfig"})
			copy(text[124:136], "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")
			sourcetest.Checksum(text)
			return append(text, make([]byte, 1024)...)
		}, 2, "corrupt"),
		in("tar-sparse", "in.tar", func() []byte {
			return append(sourcetest.Tar(&tar.Header{Name: "a.mobileconfig", Format: tar.FormatPAX, PAXRecords: map[string]string{"a.b": "c"}}), make([]byte, 1024)...)
		}, 1, "file is empty"),
		in("tar-sparse-gnu", "in.tar", func() []byte { // a gigabyte of nothing
			text := sourcetest.Tar(&tar.Header{Name: "a.mobileconfig"})
			text[156] = 'S'
			copy(text[257:265], "ustar  \x00")
			copy(text[386:], fmt.Sprintf("%011o\x00%011o\x00", 1<<30, 0))
			copy(text[483:495], fmt.Sprintf("%011o\x00", 1<<30))
			sourcetest.Checksum(text)
			return append(text, make([]byte, 1024)...)
		}, 2, "a.mobileconfig: sparse files are not supported"),
		in("tar-sparse-60-mib", "in.tar.gz", func() []byte {
			text := sourcetest.Tar(&tar.Header{Name: "a.mobileconfig"})
			text[156] = 'S'
			copy(text[257:265], "ustar  \x00")
			copy(text[386:], fmt.Sprintf("%011o\x00%011o\x00", 60<<20, 0))
			copy(text[483:495], fmt.Sprintf("%011o\x00", 60<<20))
			sourcetest.Checksum(text)
			return sourcetest.Gzip(append(text, make([]byte, 1024)...))
		}, 2, "a.mobileconfig: sparse files are not supported"),
		in("tar-name-long", "in.tar", func() []byte {
			text := sourcetest.Tar(&tar.Header{Name: "././@LongLink", Size: 4 << 20})
			text[156] = tar.TypeGNULongName
			copy(text[257:265], "ustar  \x00")
			sourcetest.Checksum(text)
			return append(append(text, bytes.Repeat([]byte("ab/c"), 1<<20)...), sourcetest.Archive("x.tar", profile)...)
		}, 2, "cannot read the archive from byte"),
		in("tar-pax", "in.tar", func() []byte {
			return append(sourcetest.Tar(&tar.Header{Typeflag: tar.TypeXGlobalHeader, PAXRecords: map[string]string{"comment": many("a", 5e5)}}), sourcetest.Archive("x.tar", profile)...)
		}, 0, "1 file (1 SCEP payload)"),
		in("tar-headers", "in.tar", func() []byte {
			one := sourcetest.Tar(&tar.Header{Name: "a", Typeflag: tar.TypeDir})
			return append(bytes.Repeat(one, 1e5), sourcetest.Archive("x.tar", profile)...)
		}, 0, "1 file (1 SCEP payload)"),
		in("tar-cut", "in.tar", func() []byte { text := sourcetest.Archive("x.tar", profile, profile); return text[:len(text)-3000] }, 2, "truncated"),
		in("tar-noise", "in.tar", func() []byte { return append(sourcetest.Archive("x.tar", profile)[:2048], noise(1<<20)...) }, 2, "corrupt"),
		in("zip-size-lies", "in.zip", zipLies(func(directory, _ []byte) { binary.LittleEndian.PutUint32(directory[24:], 10<<20) }), 2, "truncated file"),
		in("zip-size-less", "in.zip", zipLies(func(directory, _ []byte) { binary.LittleEndian.PutUint32(directory[24:], 100) }), 2, "corrupt entry"),
		in("zip-offset", "in.zip", zipLies(func(directory, _ []byte) { binary.LittleEndian.PutUint32(directory[42:], 1<<31-1) }), 2, "truncated file"),
		in("zip-checksum", "in.zip", zipLies(func(directory, _ []byte) { directory[16] ^= 1 }), 2, "checksum does not match"),
		in("zip-method", "in.zip", zipLies(func(directory, _ []byte) { directory[10] = 99 }), 2, "unsupported compression"),
		in("zip-encrypted", "in.zip", zipLies(func(directory, _ []byte) { directory[8] |= 1 }), 2, "entry is encrypted; extract the archive first"),
		in("zip-count", "in.zip", zipLies(func(_, end []byte) { binary.LittleEndian.PutUint16(end[10:], 60000) }), 2, "truncated file"),
		in("zip-directory-size", "in.zip", zipLies(func(_, end []byte) { binary.LittleEndian.PutUint32(end[12:], 1<<31) }), 2, "is missing or corrupt"),
		in("zip-64", "in.zip", zipLies(func(directory, end []byte) {
			binary.LittleEndian.PutUint32(directory[24:], 1<<32-1)
			binary.LittleEndian.PutUint16(end[10:], 1<<16-1)
		}), 2, "truncated file"),
		in("zip-overlap", "in.zip", func() []byte { // a thousand entries that share their bytes
			var one bytes.Buffer
			w := zip.NewWriter(&one)
			f, _ := w.Create("a.mobileconfig")
			f.Write(zeros(60 << 20))
			w.Close()
			text := one.Bytes()
			end := bytes.LastIndex(text, []byte("PK\x05\x06"))
			directory := text[bytes.LastIndex(text, []byte("PK\x01\x02")):end]
			out := append(bytes.Clone(text[:end]), bytes.Repeat(directory, 999)...)
			tail := bytes.Clone(text[end:])
			binary.LittleEndian.PutUint16(tail[8:], 1000)
			binary.LittleEndian.PutUint16(tail[10:], 1000)
			binary.LittleEndian.PutUint32(tail[12:], uint32(1000*len(directory)))
			return append(out, tail...)
		}, 2, "entries overlap or exceed the archive"),
		in("zip-entries", "in.zip", func() []byte {
			list := make([]sourcetest.Entry, 6e4)
			for i := range list {
				list[i].Name = fmt.Sprint(i)
			}
			return sourcetest.Archive("x.zip", append(list, profile)...)
		}, 0, "1 file (1 SCEP payload)"),
		in("zip-heads", "in.zip", func() []byte { return append(bytes.Repeat([]byte("PK\x03\x04"), 8), sourcetest.Archive("x.zip")...) }, 2, "entries at the start are not in the central directory"),
		in("zip-comment", "in.zip", func() []byte { return append(sourcetest.Archive("x.zip", profile), noise(70000)...) }, 2, "is missing or corrupt"),
		in("zip-cut", "in.zip", func() []byte { text := sourcetest.Archive("x.zip", profile); return text[:len(text)-30] }, 2, "is missing or corrupt"),
	}
}

// endless gives a text again and again.
type endless string

func (e endless) Read(p []byte) (int, error) {
	n := 0
	for n+len(e) <= len(p) {
		n += copy(p[n:], e)
	}
	if n == 0 {
		n = copy(p, e)
	}
	return n, nil
}

func hostileStreams() []hostile {
	good := profiletest.Generate(1)
	stdin := func(name string, text func() io.Reader, exit int, says string) hostile {
		return hostile{name: name, stdin: text, exit: exit, says: says}
	}
	forever := func(name, head, text string, exit int, says string) hostile {
		return stdin(name, func() io.Reader { return io.MultiReader(strings.NewReader(head), endless(text)) }, exit, says)
	}
	lines := func(name string, text func() []byte, exit int, says string) hostile {
		return hostile{name: name, file: "in.jsonl", args: "check in.jsonl", text: text, exit: exit, says: says}
	}
	const most = "is too large; at most"
	return []hostile{
		stdin("nothing", func() io.Reader { return strings.NewReader("") }, 1, "file is empty"),
		forever("zeros", "", "\x00\x00\x00\x00\x00\x00\x00\x00", 1, most),
		forever("yes", "", "y\n", 1, most),
		forever("plist", plistHead, "<array>", 1, most),
		forever("comment", plistHead+"<!--", "aaaaaaaaaaaaaaaa", 1, most),
		forever("cms", "\x30\x80", "\x24\x80", 1, most),
		forever("binary", "bplist00", "\x00", 1, most),
		forever("json", `{"URL": "`, "aaaaaaaaaaaaaaaa", 1, most),
		forever("zip", "PK\x03\x04", "aaaaaaaaaaaaaaaa", 2, "save it to a file"),
		forever("gzip", "\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\x03", "aaaaaaaaaaaaaaaa", 2, "corrupt"),
		forever("gzip-members", "", string(sourcetest.Gzip(nil)), 2, "produced no output; reading stopped"),
		forever("line", `{"name":"a","profile":"`, "AAAAAAAAAAAAAAAA", 2, "line 1 is longer than 32 MiB"),
		lines("line-long", grown(`{"name":"a","profile":"`, "A", 33<<20, ""), 2, "line 1 is longer than 32 MiB"),
		lines("line-20-mib", grown(`{"name":"a","profile":"<plist`, " ", 20<<20, `"}`), 1, "plist-syntax"),
		lines("line-base64", grown(`{"name":"a","profile":"`, "QUFB", 5<<20, `"}`), 1, "plist-syntax"),
		lines("line-escapes", grown(`{"name":"a","profile":"<`, `\u003c`, 3<<20, `"}`), 1, "plist-syntax"),
		lines("deep", func() []byte {
			return []byte(`{"profile":` + many("[", 1e6) + "\n" + `{"name":"b","profile":"<plist"}`)
		}, 2, "line 1 is not a JSON object"),
		lines("empty-lines", grown("", "\n", 20<<20, ""), 2, "the rest was skipped"),
		lines("many-names", func() []byte { return []byte(`{` + many(`"name":"a",`, 1e6) + `"profile":"<plist"}`) }, 1, "plist-syntax"),
		lines("names", fixed(`{"name":"a\u001b[31m\u202e\u009b\nb\u0007","profile":"<plist"}`+"\n"), 1, "a?[31m???b?"),
		lines("names-out", fixed(`{"name":"../../a","device":"\u001b[2J","profile":"<plist"}`+"\n"), 1, "in.jsonl/line 1"),
		lines("name-long", grown(`{"name":"`, "ä", 1e6, `","profile":"<plist"}`), 1, "plist-syntax"),
		lines("lines-bad", grown("", "{\"name\":1}\n", 1e4, `{"name":"a","profile":"<plist"}`), 2, `line 10000 is missing the string "profile"`),
		lines("nul", grown(`{"name":"a","profile":"`, `\u0000`, 1e6, `"}`), 2, "expected text that begins with < or Base64"),
		{name: "stdin-name", args: "check --stdin-filename a\x1b[31m\u202eb -", stdin: func() io.Reader { return bytes.NewReader(good[:40]) }, exit: 1, says: `a\u{1b}[31m\u{202e}b`},
	}
}
