package source

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile/profiletest"
	"github.com/sceplint/sceplint/checker/report"
	"github.com/sceplint/sceplint/rules"
)

// checkPaths checks what paths stand for with all rules. It gives the exit code that sceplint check has, and
// what there is to know of each input.
func checkPaths(t *testing.T, stdin []byte, paths ...string) (code int, text string) {
	t.Helper()
	in := &Inputs{Paths: paths, Stdin: bytes.NewReader(stdin), StdinName: "<stdin>", Excluded: func(string) bool { return false }}
	defer in.Close()
	c := &checker.Checker{Rules: rules.All(), Jobs: 2}
	var out strings.Builder
	var exports EmptyExports
	var summary report.Summary
	record := func(r *checker.Result) {
		switch {
		case r == nil, r.Part && r.Skipped.Reason != "": // an entry that is none
			return
		case r.Skipped.Reason != "":
			summary.Add(r)
			fmt.Fprintf(&out, "%s: skipped: %s\n", r.File, r.Skipped.Reason)
			return
		case r.Err != nil:
			code = 2
			fmt.Fprintln(&out, r.Err)
		}
		summary.Add(r)
		for _, f := range r.Findings {
			if f.Severity == checker.Error {
				code = max(code, 1)
			}
			fmt.Fprintf(&out, "%s:%d: %s [%s] %v %s\n", f.File, f.Start.Line, f.Message, f.Rule.ID, f.Path, f.Fingerprint)
			for _, x := range f.Related {
				fmt.Fprintf(&out, "\t%s:%d: %s\n", x.File, x.Start.Line, x.Message)
			}
		}
	}
	for r := range c.Run(context.Background(), in.All()) {
		record(exports.Add(r))
		record(r)
	}
	record(exports.Add(&checker.Result{}))
	if summary.Files == 0 {
		code = 2
	}
	fmt.Fprintf(&out, "in %d files, %d skipped\n", summary.Files, summary.Skipped)
	return code, out.String()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// scepWith is a profile with a SCEP payload that has these keys.
func scepWith(keys string) []byte {
	return []byte(`<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd"><plist version="1.0">` +
		"<dict><key>PayloadContent</key><array><dict><key>PayloadType</key><string>com.apple.security.scep</string>" +
		"<key>PayloadContent</key><dict>" + keys + "</dict></dict></array></dict></plist>")
}

// TestReadFile holds that a directory in the place of a file is an error.
func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	if _, err := readFile(dir); err == nil || !strings.HasSuffix(err.Error(), filepath.Base(dir)+": is a directory") {
		t.Error(err)
	}
	if _, err := ReadPath(dir); err == nil || !strings.HasSuffix(err.Error(), "expected one profile") {
		t.Error(err)
	}
	file := filepath.Join(dir, "a")
	must(t, os.WriteFile(file, []byte("text"), 0o600))
	if text, err := ReadPath(file); err != nil || string(text) != "text" {
		t.Errorf("%q, %v", text, err)
	}
}

// BenchmarkRead reads one small file in both ways.
func BenchmarkRead(b *testing.B) {
	file := filepath.Join(b.TempDir(), "a.mobileconfig")
	if err := os.WriteFile(file, profiletest.Generate(1), 0o600); err != nil {
		b.Fatal(err)
	}
	b.Run("fast", func(b *testing.B) {
		for b.Loop() {
			text, _, err := readFast(file, nil)
			if err != nil {
				b.Fatal(err)
			}
			releaseBuffer(text)
		}
	})
	b.Run("slow", func(b *testing.B) {
		for b.Loop() {
			if _, err := readSlow(file, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
}
