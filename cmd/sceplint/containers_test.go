package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// packFiles makes an archive: pack OUT NAME=FILE…. NAME->TARGET is a link, and a
// name of several entries may stand twice.
func packFiles(ts *testscript.TestScript, _ bool, args []string) {
	var entries []packed
	for _, arg := range args[1:] {
		if name, target, ok := strings.Cut(arg, "->"); ok {
			entries = append(entries, packed{name: name, link: target})
			continue
		}
		name, file, _ := strings.Cut(arg, "=")
		entries = append(entries, packed{name: name, text: []byte(ts.ReadFile(file))})
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), archiveOf(args[0], entries...), 0o644))
}

type packed struct {
	name, link string
	text       []byte
}

func archiveOf(kind string, entries ...packed) []byte {
	var out bytes.Buffer
	if strings.HasSuffix(kind, ".zip") {
		w := zip.NewWriter(&out)
		for _, e := range entries {
			header := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
			if e.link != "" {
				header.SetMode(os.ModeSymlink | 0o777)
				e.text = []byte(e.link)
			}
			f, _ := w.CreateHeader(header)
			f.Write(e.text)
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
		header := &tar.Header{Name: e.name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(e.text))}
		if e.link != "" {
			header.Typeflag, header.Linkname, header.Size = tar.TypeSymlink, e.link, 0
		}
		w.WriteHeader(header)
		w.Write(e.text)
	}
	w.Close()
	if z != nil {
		z.Close()
	}
	return out.Bytes()
}

// TestSpool holds that a stream larger than what is kept in memory is read a
// second time as it was, and that no file is left.
func TestSpool(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	s := &spool{}
	at := map[int64][]byte{}
	for i := range 300 {
		text := bytes.Repeat([]byte(strconv.Itoa(i)), 10_000)
		n, err := s.put(text)
		if err != nil {
			t.Fatal(err)
		}
		at[n] = text
	}
	for n, want := range at {
		if got, err := s.get(n, len(want)); err != nil || !bytes.Equal(got, want) {
			t.Fatalf("at %d: %v", n, err)
		}
	}
	s.close()
	if left, _ := filepath.Glob(filepath.Join(os.Getenv("TMPDIR"), "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
