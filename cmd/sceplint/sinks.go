package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/report"
)

// sink is one --format NAME[=FILE].
type sink struct {
	format  report.Format
	file    string // "" for standard output
	colored bool
}

// sinks are where findings go.
type sinks struct {
	list   []sink
	out    io.Writer
	report report.Report // what all reports of the run have in common

	private bool // files are for their owner alone
}

func openSinks(f *checkFlags, t *terminal, c *checker.Checker, colored bool) (*sinks, error) {
	s := &sinks{out: t.out, private: f.showSecrets, report: report.Report{Version: currentVersion(), Rules: ranRules(c), Now: c.Now, Shipped: shippedIDs(), ShowSuppressed: f.showSuppressed}}
	stdout := ""
	for _, spec := range f.formats {
		name, file, toFile := strings.Cut(spec, "=")
		i := slices.IndexFunc(report.Formats, func(x report.NamedFormat) bool { return x.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("unknown format %q; write one of %s", name, strings.Join(formatNames(), ", "))
		}
		switch {
		case toFile && file == "":
			return nil, fmt.Errorf("--format %s: a file name is missing after =", spec)
		case !toFile && stdout != "":
			return nil, fmt.Errorf("formats %s and %s both go to standard output; write --format %s=FILE", stdout, name, name)
		case !toFile:
			stdout = name
			if f.diff {
				continue // standard output is the diff's
			}
		}
		c.Inventory = c.Inventory || report.Formats[i].Survey
		s.list = append(s.list, sink{report.Formats[i].Format, file, colored && !toFile})
	}
	return s, nil
}

// ranRules describes the rules that are not switched off.
func ranRules(c *checker.Checker) []checker.Meta {
	var list []checker.Meta
	for i := range c.Rules {
		m := c.Rules[i].Meta
		if s, ok := c.Severities[m.ID]; ok {
			if s == checker.Off {
				continue
			}
			m.Severity = s
		}
		list = append(list, m)
	}
	return list
}

// write hands the results to every sink. A single one gets them as they come;
// several need them kept.
func (s *sinks) write(ctx context.Context, results iter.Seq[*checker.Result]) error {
	if len(s.list) == 1 {
		return s.one(ctx, s.list[0], results)
	}
	kept := slices.Collect(results)
	for _, x := range s.list {
		if err := s.one(ctx, x, slices.Values(kept)); err != nil {
			return err
		}
	}
	return nil
}

// one writes one report. A file is left as it was if the run is interrupted.
func (s *sinks) one(ctx context.Context, x sink, results iter.Seq[*checker.Result]) error {
	common := s.report
	r := &common
	r.Results, r.Color = results, x.colored
	if x.file == "" {
		return x.format(s.out, r)
	}
	var b bytes.Buffer
	if err := cmp.Or(x.format(&b, r), ctx.Err()); err != nil {
		return err
	}
	return create(x.file, b.Bytes(), s.private)
}

// create writes a report file, which is readable by its owner alone if it is
// private and new.
func create(path string, text []byte, private bool) error {
	mode := fs.FileMode(0o644)
	if private {
		mode = 0o600
	}
	if err := writeFile(path, text, mode); err != nil {
		return fmt.Errorf("cannot write the report: %w", plain(path, err))
	}
	return nil
}

// writeFile writes a file beside its place and renames it, so that none is seen
// half written. A file that exists keeps its mode; a new one gets that which is
// given. A device such as /dev/stderr, and a named pipe, is written to. A link is
// followed as far as follow allows.
func writeFile(path string, text []byte, mode fs.FileMode) error {
	if isSystemFile(path) { // those are links to what is open, which may be a file
		return appendTo(path, text)
	}
	path, err := follow(path, true)
	if err != nil {
		return err
	}
	old, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		old = nil
	case err != nil:
		return err
	case old.IsDir():
		return errors.New("is a directory")
	case !old.Mode().IsRegular():
		return appendTo(path, text)
	default:
		mode = old.Mode() & modeBits
	}
	name := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+"."+rand.Text()+".tmp")
	temp, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode&0o666) // less what the user's mask takes away
	if err != nil {
		return err
	}
	if old != nil {
		_ = keepOwner(temp, old) // where that is allowed
		err = temp.Chmod(mode)
	}
	if err == nil {
		_, err = temp.Write(text)
	}
	err = cmp.Or(err, temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		os.Remove(temp.Name())
	}
	return err
}

// appendTo writes to a device, or to a pipe that has a reader.
func appendTo(path string, text []byte) error {
	file, err := openForAppending(path)
	if err != nil {
		return err
	}
	for len(text) > 0 && err == nil {
		chunk := text[:min(len(text), 64<<10)]
		_ = file.SetWriteDeadline(time.Now().Add(maxReaderWait)) // only pipes have one
		_, err = file.Write(chunk)
		text = text[len(chunk):]
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = fmt.Errorf("timed out after %v waiting for the reader of the pipe", maxReaderWait)
	}
	return cmp.Or(err, file.Close())
}

// maxReaderWait is how long the reader of a pipe may take for a part of a report.
const maxReaderWait = time.Minute

var errNoReader = fmt.Errorf("timed out after %v waiting for a reader of the pipe", maxOpenWait)

// openForAppending opens a device, or a pipe when there is a reader.
func openForAppending(path string) (*os.File, error) {
	if !isPipe(path) {
		return os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	}
	for start := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|syscall.O_NONBLOCK, 0)
		if !errors.Is(err, syscall.ENXIO) { // there is no reader
			return file, err
		}
		if time.Since(start) > maxOpenWait {
			return nil, errNoReader
		}
	}
}
