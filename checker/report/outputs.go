package report

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/localfile"
)

// Destination says where reports go.
type Destination struct {
	Stdout    io.Writer
	Color     bool // of what goes to Stdout
	FilesOnly bool // Stdout is used for something else
	Private   bool // files are readable by their owner alone
}

// Outputs are the reports of a run.
type Outputs struct {
	list   []output
	to     Destination
	report Report            // what all of them have in common
	Visit  []checker.Visitor // what they need of the profiles, for checker.Checker
}

// output is one NAME[=FILE].
type output struct {
	format  Format
	file    string // "" for standard output
	colored bool
}

// FormatNames are the names of the formats.
func FormatNames() (names []string) {
	for _, f := range Formats {
		names = append(names, f.Name)
	}
	return names
}

// NewOutputs reads specifications NAME[=FILE]. What all reports have in common is given.
func NewOutputs(specs []string, to Destination, common Report) (*Outputs, error) {
	s := &Outputs{to: to, report: common}
	stdout := ""
	for _, spec := range specs {
		name, file, toFile := strings.Cut(spec, "=")
		i := slices.Index(FormatNames(), name)
		if i < 0 {
			return nil, fmt.Errorf("invalid --format %q: expected %s", name, strings.Join(FormatNames(), ", "))
		}
		switch {
		case toFile && file == "":
			return nil, fmt.Errorf("invalid --format %q: missing file name after =", spec)
		case !toFile && stdout != "":
			return nil, fmt.Errorf("formats %s and %s cannot both be written to standard output; use --format %s=FILE", stdout, name, name)
		case !toFile:
			stdout = name
			if to.FilesOnly {
				continue
			}
		}
		if Formats[i].Survey && s.Visit == nil {
			s.Visit = []checker.Visitor{Inventory}
		}
		s.list = append(s.list, output{Formats[i].Format, file, to.Color && !toFile})
	}
	return s, nil
}

// EnabledRules describes the rules that are not switched off, with their severities.
func EnabledRules(c *checker.Checker) []checker.Meta {
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

// Write hands each result to every output as it comes, so that no more than one is
// in memory. After an error no file is written.
func (s *Outputs) Write(ctx context.Context, results iter.Seq[*checker.Result]) error {
	if len(s.list) == 1 {
		return s.writeReport(ctx, s.list[0], results)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var failed error
	writers := make([]*reportWriter, len(s.list))
	for i, x := range s.list {
		w := &reportWriter{}
		w.next, w.stop = iter.Pull(func(wait func(struct{}) bool) {
			w.err = s.writeReport(ctx, x, func(yield func(*checker.Result) bool) {
				for wait(struct{}{}) && w.result != nil && yield(w.result) {
				}
			})
		})
		defer w.stop()
		writers[i] = w
		w.next() // up to the first result
	}
	for result := range results {
		for _, w := range writers {
			w.result = result
			w.next()
			failed = cmp.Or(failed, w.err)
		}
		if failed != nil {
			cancel()
			return failed
		}
	}
	for _, w := range writers {
		w.result = nil
		w.next()
		failed = cmp.Or(failed, w.err)
	}
	return failed
}

// reportWriter writes one of several reports: next goes on with result, or to the
// end if that is nil.
type reportWriter struct {
	result *checker.Result
	err    error
	next   func() (struct{}, bool)
	stop   func()
}

// writeReport writes one report. A file is left as it was if the run is interrupted.
func (s *Outputs) writeReport(ctx context.Context, x output, results iter.Seq[*checker.Result]) error {
	r := s.report
	r.Results, r.Color = results, x.colored
	if x.file == "" {
		return x.format(s.to.Stdout, &r)
	}
	text := new(spool)
	defer text.close()
	if err := cmp.Or(x.format(text, &r), ctx.Err()); err != nil {
		return err
	}
	return localfile.WriteReport(x.file, text, s.to.Private)
}
