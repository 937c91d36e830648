package localfile

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestFollow holds that a link in a repository does not lead out of it, whatever is done with its target.
func TestFollow(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // makes links for administrators only
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	repository, outside := filepath.Join(dir, "repository"), filepath.Join(dir, "outside")
	err = errors.Join(os.MkdirAll(filepath.Join(repository, ".git"), 0o700), os.WriteFile(outside, []byte("before"), 0o600),
		os.WriteFile(filepath.Join(repository, "in"), []byte("before"), 0o600),
		os.Symlink("../outside", filepath.Join(repository, "out")), os.Symlink("in", filepath.Join(repository, "link")), os.Symlink("none", filepath.Join(repository, "nowhere")))
	if err != nil {
		t.Fatal(err)
	}
	if file, err := Follow(filepath.Join(repository, "link"), true); err != nil || file != filepath.Join(repository, "in") {
		t.Errorf("%s, %v", file, err)
	}
	var out *LinkOutError
	if _, err := Follow(filepath.Join(repository, "out"), false); !errors.As(err, &out) {
		t.Errorf("the link is followed: %v", err)
	}
	if _, err := Read(filepath.Join(repository, "out"), MaxSize); err == nil {
		t.Error("the link is read")
	}
	if err := Replace(filepath.Join(repository, "out"), []byte("before"), []byte("after")); err == nil || !strings.Contains(err.Error(), "nothing was written") {
		t.Errorf("the link is written to: %v", err)
	}
	if err := WriteReport(filepath.Join(repository, "nowhere"), bytes.NewReader([]byte("after")), false); err == nil {
		t.Error("a link that leads nowhere is written to")
	}
	if text, _ := os.ReadFile(outside); string(text) != "before" {
		t.Errorf("outside has changed: %q", text)
	}
	if err := Replace(filepath.Join(repository, "in"), []byte("other"), []byte("after")); err == nil {
		t.Error("a file that has changed is replaced")
	}
}

// TestCreateFiles holds that all files are made, or none.
func TestCreateFiles(t *testing.T) {
	dir := t.TempDir()
	files := []NewFile{{"a/b", []byte("1")}, {"c", []byte("2")}}
	if err := CreateFiles(dir, files); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "a", "b")); err != nil || string(text) != "1" {
		t.Errorf("%q, %v", text, err)
	}
	var exist *ExistError
	if err := CreateFiles(dir, append(files, NewFile{"d", nil})); !errors.As(err, &exist) {
		t.Errorf("existing files are overwritten: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "d")); err == nil {
		t.Error("a file was made though others exist")
	}
}
