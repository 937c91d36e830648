// Package report writes findings and rules for people and programs, one file a
// format.
package report

import (
	"io"
	"iter"
	"strings"
	"unicode"

	"github.com/sceplint/sceplint/checker"
)

// Report is what a format writes.
type Report struct {
	Version string // of sceplint
	Results iter.Seq[*checker.Result]
	Color   bool
}

// Format writes a report. It walks the results once.
type Format func(io.Writer, *Report) error

// NamedFormat is a format with what a user calls it.
type NamedFormat struct {
	Name   string
	Format Format
	Title  string
}

// Formats are the formats in the order help shows them.
var Formats = []NamedFormat{
	{"text", Text, "source lines with the place underlined, for people"},
	{"json", JSON, "one JSON document"},
	{"jsonl", JSONLines, "one JSON object a finding and line, as they are found"},
}

// Summary counts what a run found.
type Summary struct {
	Files      int `json:"files"`
	Profiles   int `json:"profiles"`
	Payloads   int `json:"payloads"`
	SCEP       int `json:"scep"`
	Errors     int `json:"errors"`
	Warnings   int `json:"warnings"`
	Infos      int `json:"infos"`
	Suppressed int `json:"suppressed"`
}

// Add counts one result. Files that were passed over, or could not be judged,
// do not count.
func (s *Summary) Add(r *checker.Result) {
	if r.Passed != "" || r.Profiles == 0 && !r.Again {
		return
	}
	if !r.Again { // else it is counted already
		s.Files++
	}
	s.Profiles += r.Profiles
	s.Payloads += r.Payloads
	s.SCEP += r.SCEP
	s.Suppressed += r.Suppressed
	for _, f := range r.Findings {
		switch f.Severity {
		case checker.Error:
			s.Errors++
		case checker.Warning:
			s.Warnings++
		case checker.Info:
			s.Infos++
		}
	}
}

// printable makes a text safe for a terminal: control characters and those
// that turn the direction of writing could hide what is there.
func printable(s string) string {
	if strings.IndexFunc(s, unsafeRune) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if unsafeRune(r) {
			const digits = "0123456789abcdef"
			b.WriteString(`\u{`)
			for shift := 20; shift >= 0; shift -= 4 {
				if r>>shift != 0 || shift == 0 {
					b.WriteByte(digits[r>>shift&15])
				}
			}
			b.WriteByte('}')
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func unsafeRune(r rune) bool {
	return r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029')
}
