package policy_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/sceplint/sceplint/checker/policy"
)

// bundle packs files as opa build does.
func bundle(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	archive := tar.NewWriter(zipped)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(files[name])), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write([]byte(files[name])); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []io.Closer{archive, zipped} {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

// TestUnpack holds what is taken from a bundle, and what is refused.
func TestUnpack(t *testing.T) {
	files, err := policy.Unpack("b.tar.gz", bundle(t, map[string]string{
		"/policies/a.rego": "package a", "policies/notes.txt": "x", ".manifest": "{}", "policies/.hidden/b.rego": "package b", "x/data.json": `{"a": 1}`, "../up.rego": "package up",
	}))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range files {
		got = append(got, f.Name+" "+f.Path+" "+string(f.Text))
	}
	want := []string{`b.tar.gz:up.rego up.rego package up`, `b.tar.gz:policies/a.rego policies/a.rego package a`, `b.tar.gz:x/data.json x/data.json {"a": 1}`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	large := strings.Repeat("#", 17<<20)
	many := map[string]string{}
	for i := range 9 {
		many[string(rune('a'+i))+".rego"] = strings.Repeat("#", 15<<20)
	}
	for name, test := range map[string]struct {
		packed []byte
		want   string
	}{
		"empty":     {bundle(t, nil), "no policies in the bundle"},
		"text":      {[]byte("hello"), "not a gzip-compressed bundle"},
		"cut":       {bundle(t, map[string]string{"a.rego": "package a"})[:60], "corrupt bundle"},
		"large":     {bundle(t, map[string]string{"a.rego": large}), "larger than 16 MiB"},
		"many":      {bundle(t, many), "more than 64 MiB of policies"},
		"twice":     {bundle(t, map[string]string{"a.rego": "package a", "./a.rego": "package a"}), "duplicate file a.rego in the bundle"},
		"unrelated": {bundle(t, map[string]string{"a.txt": strings.Repeat("x", 300<<20)}), "larger than 256 MiB when decompressed"},
	} {
		if _, err := policy.Unpack("b.tar.gz", test.packed); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestFiles holds what is taken from a directory.
func TestFiles(t *testing.T) {
	files, err := policy.Files(fstest.MapFS{
		"b.rego": {Data: []byte("b")}, "a/x.rego": {Data: []byte("x")}, ".git/y.rego": {Data: []byte("y")},
		"data.yaml": {Data: []byte("z")}, "other.yaml": {Data: []byte("o")},
	}, func(path string) string { return "dir/" + path })
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range files {
		got = append(got, f.Name)
	}
	if diff := cmp.Diff([]string{"dir/a/x.rego", "dir/b.rego", "dir/data.yaml"}, got); diff != "" {
		t.Error(diff)
	}
}
