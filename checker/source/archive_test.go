package source

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/sceplint/sceplint/checker/profile/profiletest"
	"github.com/sceplint/sceplint/checker/source/sourcetest"
)

// zipWith is a ZIP archive of entries whose headers are given.
func zipWith(t *testing.T, text []byte, headers ...*zip.FileHeader) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, h := range headers {
		f, err := w.CreateHeader(h)
		if err == nil {
			_, err = f.Write(text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestArchiveTricks holds that what other programs read of an archive is checked, or
// named as an error. Each archive holds a profile with an error where it might be
// overlooked.
func TestArchiveTricks(t *testing.T) {
	good, bad := profiletest.Generate(1), scepWith("<key>KeyUsage</key><integer>5</integer>")
	first, second := sourcetest.Archive("x.tar", sourcetest.Entry{Name: "a.mobileconfig", Text: good}), sourcetest.Archive("x.tar", sourcetest.Entry{Name: "b.mobileconfig", Text: bad})
	firstZip, secondZip := sourcetest.Archive("x.zip", sourcetest.Entry{Name: "a.mobileconfig", Text: good}), sourcetest.Archive("x.zip", sourcetest.Entry{Name: "b.mobileconfig", Text: bad})
	const end = 1024 // the blocks that end an archive
	directory := &zip.FileHeader{Name: "b.mobileconfig", Method: zip.Deflate}
	directory.SetMode(os.ModeDir | 0o755)
	patched := func(text []byte, change func(local []byte)) []byte { change(text); return text }
	raw := func(name string) []byte { // its header has the sizes, and no descriptor follows
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		h := &zip.FileHeader{Name: name, Method: zip.Store}
		h.UncompressedSize64, h.CompressedSize64 = uint64(len(bad)), uint64(len(bad))
		h.CRC32 = 1
		f, err := w.CreateRaw(h)
		if err == nil {
			_, err = f.Write(bad)
		}
		if err = errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	for _, x := range []struct {
		name, file string
		text       []byte
		exit       int
		says       string
	}{
		{"second-tar", "in.tar", slices.Concat(first, second), 1, "in.tar/b.mobileconfig:1:"},
		{"second-tar-padded", "in.tar", slices.Concat(first, make([]byte, 9*512), second), 1, "in.tar/b.mobileconfig:1:"},
		{"second-tar-packed", "in.tar.gz", sourcetest.Gzip(slices.Concat(first, second)), 1, "in.tar.gz/b.mobileconfig:1:"},
		{"second-member", "in.tar.gz", slices.Concat(sourcetest.Gzip(first), sourcetest.Gzip(second)), 1, "in.tar.gz/b.mobileconfig:1:"},
		{"second-of-nothing", "in.tar", slices.Concat(make([]byte, 10240), second), 1, "in.tar/b.mobileconfig:1:"},
		{"second-of-nothing-packed", "in.tgz", sourcetest.Gzip(slices.Concat(make([]byte, 10240), second)), 1, "in.tgz/b.mobileconfig:1:"},
		{"third-tar", "in.tar", slices.Concat(first, first, second), 1, "in 3 files"},
		{"after-tar", "in.tar", slices.Concat(first, bad), 2, "trailing data after the end of the archive"},
		{"after-tar-zip", "in.tar", slices.Concat(first, secondZip), 2, "trailing data after the end of the archive"},
		{"after-tar-padding", "in.tar", slices.Concat(first, make([]byte, 70<<20)), 2, "more than 64 MiB of padding follow the archive"},
		{"tar-directory", "in.tar", slices.Concat(sourcetest.Tar(&tar.Header{Name: "b.mobileconfig", Typeflag: tar.TypeDir, Size: 512}), make([]byte, end)), 2, "directory entry contains data"},
		{"tar-type", "in.tar", slices.Concat(sourcetest.Tar(&tar.Header{Name: "b.mobileconfig", Typeflag: 'Z'}), make([]byte, end)), 2, "unsupported entry type 'Z'"},
		{"zip-directory", "in.zip", zipWith(t, bad, directory), 1, "in.zip/b.mobileconfig:1:"},
		{"zip-directory-slash", "in.zip", bytes.ReplaceAll(zipWith(t, bad, &zip.FileHeader{Name: "b.mobileconfig|"}), []byte("g|"), []byte("g/")), 2, "directory entry contains data"},
		{"zip-name", "in.zip", patched(bytes.Clone(secondZip), func(b []byte) { copy(b[30:], "n.txt") }), 2, "entry name differs in the local header"},
		{"zip-name-listed", "in.zip", patched(bytes.Clone(secondZip), func(b []byte) {
			copy(b[bytes.LastIndex(b, []byte("PK\x01\x02"))+46+1:], ".txt/aaaaaaaa")
		}), 2, "entry name differs in the local header"},
		{"zip-size", "in.zip", patched(raw("b.mobileconfig"), func(b []byte) { binary.LittleEndian.PutUint32(b[22:], 7) }), 2, "entry sizes differ between the local header and the central directory"},
		{"zip-directory-size", "in.zip", bytes.ReplaceAll(patched(raw("b.mobileconfig|"), func(b []byte) {
			clear(b[bytes.LastIndex(b, []byte("PK\x01\x02")):][20:28])
		}), []byte("g|"), []byte("g/")), 2, "entry sizes differ between the local header and the central directory"},
		{"zip-nul", "in.zip", bytes.ReplaceAll(zipWith(t, bad, &zip.FileHeader{Name: "b.mobileconfig|x.txt"}), []byte("g|"), []byte("g\x00")), 2, "entry name contains a NUL byte"},
		{"zip-unicode-path", "in.zip", zipWith(t, bad, &zip.FileHeader{Name: "notes.txt", Extra: append([]byte("up\x13\x00\x01\x00\x00\x00\x00"), "b.mobileconfig"...)}), 2, "entry name differs in the Unicode path"},
		{"zip-checksum", "in.zip", raw("b.mobileconfig"), 2, "checksum does not match"},
		{"two-zips", "in.zip", slices.Concat(secondZip, firstZip), 2, "entries at the start are not in the central directory"},
		{"after-zip", "in.zip", slices.Concat(firstZip, bad), 2, "trailing data after the end of the archive; skipped"},
		{"before-zip", "in.zip", slices.Concat([]byte("#!/bin/sh\n"), secondZip), 1, "in.zip/b.mobileconfig:1:"},
		{"zip-blown-up", "in.zip", sourcetest.Archive("x.zip", sourcetest.Entry{Name: "b.mobileconfig", Text: bytes.Repeat([]byte(" "), 20<<20)}), 2, "compression ratio exceeds 200"},
		{"zip-of-profile", "in.zip", bad, 1, "in.zip:1:"},
		{"line-escaped", "in.jsonl", []byte(`{"profile": "<plist/>", "\u0070rofile": "` + strings.ReplaceAll(string(bad), `"`, `\"`) + `"}`), 1, "scep-key-misspelled"},
		{"gz-of-profile", "b.mobileconfig.gz", sourcetest.Gzip(bad), 2, "neither a tar archive nor JSON Lines"},
		{"gz-cut", "in.tgz", sourcetest.Gzip(second)[:60], 2, "truncated file"},
	} {
		t.Run(x.name, func(t *testing.T) {
			dir := t.TempDir()
			t.Chdir(dir)
			must(t, os.WriteFile(x.file, x.text, 0o600))
			for _, path := range []string{x.file, "."} { // named, and found in a directory
				if code, text := checkPaths(t, nil, path); code != x.exit || !strings.Contains(text, x.says) {
					t.Errorf("check %s: exit code %d, not %d, or it does not say %q:\n%.1200s", path, code, x.exit, x.says, text)
				}
			}
		})
	}
}

// TestOtherGzip holds that in a directory anything may be compressed.
func TestOtherGzip(t *testing.T) {
	t.Chdir(t.TempDir())
	must(t, os.WriteFile("sceplint.1.gz", sourcetest.Gzip([]byte(".TH SCEPLINT 1")), 0o600))
	must(t, os.WriteFile("a.mobileconfig", profiletest.Generate(1), 0o600))
	if code, text := checkPaths(t, nil, "."); code != 0 || !strings.Contains(text, "in 1 files, 1 skipped") {
		t.Errorf("exit code %d: %s", code, text)
	}
}

// TestManyArchives holds that there may be more archives than a process can open, and
// that they share what they may unpack to.
func TestManyArchives(t *testing.T) {
	t.Chdir(t.TempDir())
	good := profiletest.Generate(1)
	for i := range 3 * maxKeptOpen {
		for _, kind := range []string{".zip", ".tar", ".tar.gz", ".jsonl"} {
			text := []byte(fmt.Sprintf("{\"name\": \"a\", \"profile\": %q}\n", "<plist><dict><key>PayloadContent</key><array/></dict></plist>"))
			if kind != ".jsonl" {
				text = sourcetest.Archive(kind, sourcetest.Entry{Name: "a.mobileconfig", Text: good})
			}
			must(t, os.WriteFile(fmt.Sprintf("%d%s", i, kind), text, 0o600))
		}
	}
	in := &Inputs{Paths: []string{"."}, Excluded: func(string) bool { return false }}
	defer in.Close()
	n := 0
	for input := range in.All() {
		if _, err := input.Read(); err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 12*maxKeptOpen || len(in.opened) > maxKeptOpen {
		t.Errorf("%d inputs, and %d files open", n, len(in.opened))
	}

	// Bombs, each of which is below what one may unpack to.
	t.Chdir(t.TempDir())
	for i := range 3 {
		must(t, os.WriteFile(fmt.Sprintf("%d.tar.gz", i), sourcetest.Archive("x.tgz", sourcetest.Entry{Name: "a.bin", Text: make([]byte, 100<<20)}, sourcetest.Entry{Name: "b.mobileconfig", Text: good}), 0o600))
	}
	code, text := checkPaths(t, nil, ".")
	if code != 2 || strings.Count(text, "compression ratio exceeds 200") != 1 || !strings.Contains(text, "in 2 files") {
		t.Errorf("exit code %d: %s", code, text)
	}
}
