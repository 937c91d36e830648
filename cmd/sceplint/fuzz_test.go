package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/checkertest"
	"github.com/sceplint/sceplint/checker/export"
	"github.com/sceplint/sceplint/checker/keyname"
	"github.com/sceplint/sceplint/checker/printable"
	"github.com/sceplint/sceplint/checker/profile"
	"github.com/sceplint/sceplint/checker/report"
	"github.com/sceplint/sceplint/checker/secret"
	"github.com/sceplint/sceplint/rules"
)

// planted stands for a secret in the profiles that FuzzReports begins with.
const planted = "Zq7PlantedSecret4xW"

// reportsSample is the number of documents of which FuzzReports begins with one, unless all are asked for.
const reportsSample = 6

// FuzzReports writes what is found in arbitrary documents in all formats: no
// format fails, each is well-formed, no secret is in any of them, and nothing
// that a terminal would obey.
func FuzzReports(f *testing.F) {
	planting := regexp.MustCompile(`(<key>(?:Challenge|Challange|Password)</key>\s*<string>)[^<]*`)
	for _, pattern := range []string{"ok/fleet*.mobileconfig", "scep-*/bad.mobileconfig", "placeholder/bad*.mobileconfig", "scep-*/bad*.json", "exports/*.xml"} {
		for i, file := range checkertest.Files(f, "../../testdata/"+pattern) {
			if !*hostileAll && i%reportsSample != 0 {
				continue
			}
			if text := checkertest.Read(f, file); len(text) < 12<<10 {
				f.Add(planting.ReplaceAll(text, []byte("${1}"+planted)))
			}
		}
	}
	all := rules.All()
	c := &checker.Checker{Rules: all, Now: checkertest.Now, Jobs: 1, Visit: []checker.Visitor{report.Inventory}}
	f.Fuzz(func(t *testing.T, text []byte) {
		hidden := onlySecret(text)
		input := checker.Input{Name: "fuzz", Read: func() ([]byte, error) { return slices.Clone(text), nil }}
		results := slices.Collect(c.Run(context.Background(), slices.Values([]checker.Input{input})))
		for _, format := range report.Formats {
			var out bytes.Buffer
			r := &report.Report{Version: "0", Rules: report.EnabledRules(c), Now: c.Now, Results: slices.Values(results)}
			if err := format.Format(&out, r); err != nil {
				t.Fatalf("%s: %v", format.Name, err)
			}
			if hidden && strings.Contains(out.String(), planted) {
				t.Fatalf("%s shows the secret of\n%s\n%s", format.Name, text, &out)
			}
			wellFormed(t, format.Name, out.Bytes())
		}
	})
}

// onlySecret reports whether the planted secret stands where secrets do, and
// nowhere else.
func onlySecret(text []byte) bool {
	profiles, err := export.Parse("fuzz", text)
	if err != nil || len(profiles) != 1 {
		return false
	}
	p, found := profiles[0], 0
	var walk func(n *profile.Node, within bool)
	walk = func(n *profile.Node, within bool) {
		if secret.IsSecret(n, within) {
			found += strings.Count(n.Text(), planted)
		}
		within = within || n != p.Root && keyname.IsSecret(n.Key)
		for child := range n.Children() {
			walk(child, within)
		}
	}
	walk(p.Root, false)
	return found > 0 && found == bytes.Count(p.Source.Text, []byte(planted))
}

// wellFormed holds that a report is of its format, and shows nothing as it is
// that a terminal would obey.
func wellFormed(t *testing.T, format string, text []byte) {
	t.Helper()
	switch format {
	case "json", "sarif", "gitlab":
		if !json.Valid(text) {
			t.Fatalf("%s is no JSON:\n%s", format, text)
		}
	case "jsonl", "rdjsonl":
		for line := range bytes.Lines(text) {
			if !json.Valid(line) {
				t.Fatalf("%s has a line that is no JSON:\n%s", format, line)
			}
		}
	case "junit", "checkstyle":
		for d := xml.NewDecoder(bytes.NewReader(text)); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v\n%s", format, err, text)
			}
		}
	}
	for _, r := range string(text) {
		if r != '\n' && r != '\r' && printable.IsEscaped(r) {
			t.Fatalf("%s has U+%04X as it is:\n%q", format, r, text)
		}
	}
	for line := range bytes.Lines(text) {
		if format == "github" {
			line = bytes.TrimPrefix(line, []byte("::"))
		}
		if found := logCommand.Find(line); found != nil && format != "html" {
			t.Fatalf("%s has the command %q as it is:\n%q", format, found, text)
		}
	}
}
