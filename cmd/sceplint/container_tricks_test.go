package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sceplint/sceplint/checker/config"
	"github.com/sceplint/sceplint/checker/profile/profiletest"
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
	good, bad := profiletest.Generate(1), []byte(scepOf("<key>KeyUsage</key><integer>5</integer>"))
	first, second := archiveOf("x.tar", packed{name: "a.mobileconfig", text: good}), archiveOf("x.tar", packed{name: "b.mobileconfig", text: bad})
	firstZip, secondZip := archiveOf("x.zip", packed{name: "a.mobileconfig", text: good}), archiveOf("x.zip", packed{name: "b.mobileconfig", text: bad})
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
		{"second-tar-packed", "in.tar.gz", gzipped(slices.Concat(first, second)), 1, "in.tar.gz/b.mobileconfig:1:"},
		{"second-member", "in.tar.gz", slices.Concat(gzipped(first), gzipped(second)), 1, "in.tar.gz/b.mobileconfig:1:"},
		{"second-of-nothing", "in.tar", slices.Concat(make([]byte, 10240), second), 1, "in.tar/b.mobileconfig:1:"},
		{"second-of-nothing-packed", "in.tgz", gzipped(slices.Concat(make([]byte, 10240), second)), 1, "in.tgz/b.mobileconfig:1:"},
		{"third-tar", "in.tar", slices.Concat(first, first, second), 1, "in 3 files"},
		{"after-tar", "in.tar", slices.Concat(first, bad), 2, "data follows the end of the archive"},
		{"after-tar-zip", "in.tar", slices.Concat(first, secondZip), 2, "data follows the end of the archive"},
		{"after-tar-padding", "in.tar", slices.Concat(first, make([]byte, 70<<20)), 2, "more than 64 MiB of nothing follow it"},
		{"tar-directory", "in.tar", slices.Concat(tarOf(&tar.Header{Name: "b.mobileconfig", Typeflag: tar.TypeDir, Size: 512}), make([]byte, end)), 2, "a directory that holds data"},
		{"tar-type", "in.tar", slices.Concat(tarOf(&tar.Header{Name: "b.mobileconfig", Typeflag: 'Z'}), make([]byte, end)), 2, "unknown type 'Z' of the entry"},
		{"zip-directory", "in.zip", zipWith(t, bad, directory), 1, "in.zip/b.mobileconfig:1:"},
		{"zip-directory-slash", "in.zip", bytes.ReplaceAll(zipWith(t, bad, &zip.FileHeader{Name: "b.mobileconfig|"}), []byte("g|"), []byte("g/")), 2, "a directory that holds data"},
		{"zip-name", "in.zip", patched(bytes.Clone(secondZip), func(b []byte) { copy(b[30:], "n.txt") }), 2, "the entry has another name in its own header"},
		{"zip-name-listed", "in.zip", patched(bytes.Clone(secondZip), func(b []byte) {
			copy(b[bytes.LastIndex(b, []byte("PK\x01\x02"))+46+1:], ".txt/aaaaaaaa")
		}), 2, "the entry has another name in its own header"},
		{"zip-size", "in.zip", patched(raw("b.mobileconfig"), func(b []byte) { binary.LittleEndian.PutUint32(b[22:], 7) }), 2, "the entry has other sizes in its own header"},
		{"zip-directory-size", "in.zip", bytes.ReplaceAll(patched(raw("b.mobileconfig|"), func(b []byte) {
			clear(b[bytes.LastIndex(b, []byte("PK\x01\x02")):][20:28])
		}), []byte("g|"), []byte("g/")), 2, "the entry has other sizes in its own header"},
		{"zip-nul", "in.zip", bytes.ReplaceAll(zipWith(t, bad, &zip.FileHeader{Name: "b.mobileconfig|x.txt"}), []byte("g|"), []byte("g\x00")), 2, "the name of the entry holds a NUL"},
		{"zip-unicode-path", "in.zip", zipWith(t, bad, &zip.FileHeader{Name: "notes.txt", Extra: append([]byte("up\x13\x00\x01\x00\x00\x00\x00"), "b.mobileconfig"...)}), 2, "another name in its Unicode path"},
		{"zip-checksum", "in.zip", raw("b.mobileconfig"), 2, "its checksum is wrong"},
		{"two-zips", "in.zip", slices.Concat(secondZip, firstZip), 2, "entries that are not in its list stand at its start"},
		{"after-zip", "in.zip", slices.Concat(firstZip, bad), 2, "data follows its end, which is not read"},
		{"before-zip", "in.zip", slices.Concat([]byte("#!/bin/sh\n"), secondZip), 1, "in.zip/b.mobileconfig:1:"},
		{"zip-blown-up", "in.zip", archiveOf("x.zip", packed{name: "b.mobileconfig", text: bytes.Repeat([]byte(" "), 20<<20)}), 2, "the entry holds more than 200 times its size"},
		{"zip-of-profile", "in.zip", bad, 1, "in.zip:1:"},
		{"line-escaped", "in.jsonl", []byte(`{"profile": "<plist/>", "\u0070rofile": "` + strings.ReplaceAll(string(bad), `"`, `\"`) + `"}`), 1, "scep-key-misspelled"},
		{"gz-of-profile", "b.mobileconfig.gz", gzipped(bad), 2, "neither a tar archive nor JSON Lines"},
		{"gz-cut", "in.tgz", gzipped(second)[:60], 2, "cut off"},
	} {
		t.Run(x.name, func(t *testing.T) {
			dir := t.TempDir()
			t.Chdir(dir)
			must(t, os.WriteFile(x.file, x.text, 0o600))
			for _, path := range []string{x.file, "."} { // named, and found in a directory
				code, out, errOut := sceplint(t, "check", "--no-config", path)
				if code != x.exit || !strings.Contains(out+errOut, x.says) {
					t.Errorf("check %s: exit code %d, not %d, or it does not say %q:\n%.600s%.600s", path, code, x.exit, x.says, out, errOut)
				}
			}
		})
	}
}

// TestOtherGzip holds that in a directory anything may be compressed.
func TestOtherGzip(t *testing.T) {
	t.Chdir(t.TempDir())
	must(t, os.WriteFile("sceplint.1.gz", gzipped([]byte(".TH SCEPLINT 1")), 0o600))
	must(t, os.WriteFile("a.mobileconfig", profiletest.Generate(1), 0o600))
	if code, _, errOut := sceplint(t, "check", "--no-config", "."); code != exitClean || !strings.Contains(errOut, "in 1 file (1 SCEP payload), 1 skipped") {
		t.Errorf("exit code %d: %s", code, errOut)
	}
}

// TestManyArchives holds that there may be more archives than a process can open, and
// that they share what they may unpack to.
func TestManyArchives(t *testing.T) {
	t.Chdir(t.TempDir())
	good := profiletest.Generate(1)
	for i := range 3 * maxKeptOpen {
		for _, kind := range []string{".zip", ".tar", ".tar.gz", ".jsonl"} {
			text := []byte(fmt.Sprintf("{\"name\": \"a\", \"profile\": %q}\n", plistOf("<dict><key>PayloadContent</key><array/></dict>")))
			if kind != ".jsonl" {
				text = archiveOf(kind, packed{name: "a.mobileconfig", text: good})
			}
			must(t, os.WriteFile(fmt.Sprintf("%d%s", i, kind), text, 0o600))
		}
	}
	in := &inputs{paths: []string{"."}, config: &configuration{Config: &config.Config{}}}
	defer in.close()
	n := 0
	for input := range in.all() {
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
		must(t, os.WriteFile(fmt.Sprintf("%d.tar.gz", i), archiveOf("x.tgz", packed{name: "a.bin", text: make([]byte, 100<<20)}, packed{name: "b.mobileconfig", text: good}), 0o600))
	}
	code, _, errOut := sceplint(t, "check", "--no-config", ".")
	if code != exitFailed || strings.Count(errOut, "more than 200 times its size") != 1 || !strings.Contains(errOut, "in 2 files") {
		t.Errorf("exit code %d: %s", code, errOut)
	}
}

// TestFleetLookups holds that the paths of a file of Fleet cost one lookup for each file, and
// one for each directory.
func TestFleetLookups(t *testing.T) {
	dir := t.TempDir()
	real, err := filepath.EvalSymlinks(dir)
	must(t, err)
	lay(real, "lib/a/b/c/x.mobileconfig", nil)
	const n = 5000
	paths := newFleetPaths(real)
	for i := range n {
		_, err := paths.files(fleetPath{path: fmt.Sprintf("lib/a/b/c/%d.mobileconfig", i)}, real)
		if !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		if files, err := paths.files(fleetPath{path: "lib/a/b/c/x.mobileconfig"}, real); err != nil || len(files) != 1 {
			t.Fatal(files, err)
		}
	}
	if most := n + 1 + strings.Count(real, "/") + 8; paths.lookups > most {
		t.Errorf("%d lookups in the file system, and should be %d at most", paths.lookups, most)
	}
}

// TestFleetSteps holds that merges cost no more than the file is long.
func TestFleetSteps(t *testing.T) {
	var text strings.Builder
	text.WriteString("controls: {macos_settings: {custom_settings: []}}\nx: &b {")
	for i := range 20_000 {
		fmt.Fprintf(&text, "k%d: 1, ", i)
	}
	text.WriteString("z: 1}\ny:\n")
	for i := range 20_000 {
		fmt.Fprintf(&text, "  m%d: {<<: *b}\n", i)
	}
	found, err := readFleet([]byte(text.String()))
	if err != nil || len(found.faults) == 0 || !strings.Contains(found.faults[len(found.faults)-1].err.Error(), "more than can be followed") {
		t.Errorf("%v: %v", found.faults, err)
	}
}
