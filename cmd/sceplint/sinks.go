package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

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
}

func openSinks(f *checkFlags, t *terminal, c *checker.Checker, colored bool) (*sinks, error) {
	s := &sinks{out: t.out, report: report.Report{Version: currentVersion(), Rules: ranRules(c), Now: c.Now, Shipped: shippedIDs(), ShowSuppressed: f.showSuppressed}}
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
		c.Survey = c.Survey || report.Formats[i].Survey
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
	return create(x.file, b.Bytes())
}

// create writes a report file beside its place and renames it, unless it is a
// device such as /dev/stderr, which is written to. A link is followed.
func create(path string, text []byte) error { return createWith(path, text, 0o644) }

// createPrivate is create for a file that only its owner is to read.
func createPrivate(path string, text []byte) error { return createWith(path, text, 0o600) }

func createWith(path string, text []byte, mode fs.FileMode) error {
	fail := func(err error) error { return fmt.Errorf("cannot write the report: %w", plain(path, err)) }
	if info, err := os.Stat(path); err == nil {
		switch {
		case info.IsDir():
			return fmt.Errorf("cannot write the report: %s is a directory", path)
		case !info.Mode().IsRegular(), isDevice(path):
			if err := appendTo(path, text); err != nil {
				return fail(err)
			}
			return nil
		}
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return fail(err)
		}
	}
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return fail(err)
	}
	_, err = temp.Write(text)
	err = cmp.Or(err, temp.Close())
	if err == nil {
		err = os.Chmod(temp.Name(), mode)
	}
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		os.Remove(temp.Name())
		return fail(err)
	}
	return nil
}

// isDevice reports whether a path is one of those that the system has for what is
// open, which may be a file.
func isDevice(path string) bool {
	return strings.HasPrefix(path, "/dev/") || strings.HasPrefix(path, "/proc/")
}

func appendTo(path string, text []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	return cmp.Or(err, file.Close())
}
