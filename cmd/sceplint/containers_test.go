package main

import (
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/sceplint/sceplint/checker/source/sourcetest"
)

// packFiles makes an archive: pack OUT NAME=FILE…. NAME->TARGET is a link, and a
// name of several entries may stand twice.
func packFiles(ts *testscript.TestScript, _ bool, args []string) {
	var entries []sourcetest.Entry
	for _, arg := range args[1:] {
		if name, target, ok := strings.Cut(arg, "->"); ok {
			entries = append(entries, sourcetest.Entry{Name: name, Link: target})
			continue
		}
		name, file, _ := strings.Cut(arg, "=")
		entries = append(entries, sourcetest.Entry{Name: name, Text: []byte(ts.ReadFile(file))})
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), sourcetest.Archive(args[0], entries...), 0o644))
}
