package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/localfile"
	"github.com/sceplint/sceplint/checker/policy"
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
	s := &sinks{out: t.out, private: f.showSecrets, report: report.Report{Version: currentVersion(), Rules: ranRules(c), Now: c.Now, Shipped: policy.ShippedIDs(), ShowSuppressed: f.showSuppressed}}
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
	return localfile.WriteReport(x.file, b.Bytes(), s.private)
}
