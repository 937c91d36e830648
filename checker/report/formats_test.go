package report

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/printable"
)

var update = flag.Bool("update", false, "write the expected reports anew")

// everything is a run with all there is in a report: a place on one line and on
// several, none, a fix, one that holds a secret and one of several edits, other
// places, what is suppressed, a file without findings and one that failed.
func everything() []*checker.Result {
	rule := &checker.Meta{
		ID: "some-rule", Title: "something is wrong", Severity: checker.Error, Doc: "Why it matters.", Help: "fix it",
		Refs: []checker.Ref{{Title: "A document", URL: "https://example.com/a"}}, Example: checker.Example{Bad: "<x/>\n", Good: "<y/>\n"},
	}
	one := finding()
	one.Rule, one.Severity, one.Path = rule, checker.Error, slices.Clone(one.Path)
	one.File, one.Message = "dir/a b,c:d%e.mobileconfig", "100% \"漢字\" <is> ]]> wrong\nin two lines"
	one.Start.ByteColumn, one.End.ByteColumn = 5, 28
	one.Fix.Places = []checker.Region{{Start: one.Start, End: one.End}}
	one.Related = []checker.RelatedLocation{
		{File: "other file.mobileconfig", Message: "the same there", Placed: true, Start: plist.Position{Line: 3, Column: 2, Offset: 30, ByteColumn: 4}},
		{File: "binary.mobileconfig", Message: "and there"},
	}
	several := one
	several.Rule = &checker.Meta{ID: "shipped", Title: "of a pack.", Severity: checker.Warning, Pack: "recommended"}
	several.Severity, several.Related, several.Message, several.Fingerprint = checker.Warning, nil, "over lines", "0022"
	several.End, several.Line = plist.Position{Line: 9, Column: 1, Offset: 150, ByteColumn: 1}, checker.Line{Text: "\t<dict>", Start: 1, End: 7}
	several.Fix = &checker.Fix{Message: "take it out", Edits: []checker.TextEdit{{Start: 1, End: 2}, {Start: 3, End: 3, Text: "é"}}, Places: []checker.Region{
		{Start: plist.Position{Line: 1, Column: 2, ByteColumn: 2}, End: plist.Position{Line: 1, Column: 3, ByteColumn: 3}},
		{Start: plist.Position{Line: 2, Column: 1, ByteColumn: 1}, End: plist.Position{Line: 2, Column: 1, ByteColumn: 1}},
	}}
	secret := several
	secret.Fix = &checker.Fix{Message: "write it", Secret: true, Edits: []checker.TextEdit{{Text: "Hidden1"}}, Places: make([]checker.Region, 1)}
	secret.Fingerprint = "0033"
	unplaced := checker.Finding{
		Rule: &checker.Meta{ID: "own", Title: "of an organisation", Severity: checker.Info, Pack: "acme", Refs: []checker.Ref{{URL: "urn:x"}, {URL: "https://example.com/own"}}},
		File: "binary.mobileconfig", Severity: checker.Info, Message: "=1+1", Path: []any{"PayloadContent", 0, "Key Usage"}, Fingerprint: "0022",
	}
	held := unplaced
	held.Severity, held.Suppression = checker.Error, &checker.Suppression{Kind: checker.ByComment, Justification: "we know"}
	baseline := held
	baseline.Suppression = &checker.Suppression{Kind: checker.ByBaseline}
	return []*checker.Result{
		{File: one.File, Profiles: 1, Findings: []checker.Finding{one, several, secret}},
		{File: "clean.mobileconfig", Profiles: 1},
		{File: "binary.mobileconfig", Profiles: 1, Findings: []checker.Finding{unplaced}, Suppressed: []checker.Finding{held, baseline}},
		{File: "broken\x1b.mobileconfig", Err: errors.New("broken\x1b.mobileconfig: no such file")},
		{File: one.File, IsFileSet: true, Findings: []checker.Finding{one}},
	}
}

func reported(t *testing.T, format Format, showSuppressed bool, results []*checker.Result) []byte {
	t.Helper()
	var b bytes.Buffer
	r := &Report{Version: "v1.2.3", Shipped: []string{"shipped"}, Results: slices.Values(results), ShowSuppressed: showSuppressed}
	if err := format(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestFormats holds the reports of such a run, with what is suppressed, against
// testdata.
func TestFormats(t *testing.T) {
	for _, f := range Formats {
		if f.Survey || slices.Contains([]string{"text", "json", "jsonl"}, f.Name) {
			continue // they have tests of their own
		}
		got := reported(t, f.Format, true, everything())
		page := "testdata/everything." + f.Name
		if *update {
			if err := os.WriteFile(page, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s: go test ./checker/report -update writes it anew\n%s", f.Name, diff)
		}
	}
}

// TestFingerprints holds which formats have the fingerprints of findings: all others are
// the same without.
func TestFingerprints(t *testing.T) {
	for _, format := range Formats {
		plain := everything()
		for _, r := range plain {
			for i := range r.Findings {
				r.Findings[i].Fingerprint = ""
			}
			for i := range r.Suppressed {
				r.Suppressed[i].Fingerprint = ""
			}
		}
		same := bytes.Equal(reported(t, format.Format, true, everything()), reported(t, format.Format, true, plain))
		if same == format.Fingerprints {
			t.Errorf("%s: it has fingerprints: %v, and says %v", format.Name, !same, format.Fingerprints)
		}
	}
}

// TestSuppressed says which formats hold what is suppressed without being asked.
func TestSuppressed(t *testing.T) {
	for _, f := range Formats {
		got := reported(t, f.Format, false, everything())
		if shown := bytes.Contains(got, []byte("we know")); shown != (f.Name == "sarif") && !f.Survey {
			t.Errorf("%s: shown: %v", f.Name, shown)
		}
		if got := reported(t, f.Format, true, everything()); !bytes.Contains(got, []byte("we know")) {
			t.Errorf("%s: not shown on request", f.Name)
		}
	}
}

// TestEditsWithSecrets looks for the text of an edit that must not be printed.
func TestEditsWithSecrets(t *testing.T) {
	for _, f := range Formats {
		if bytes.Contains(reported(t, f.Format, true, everything()), []byte("Hidden1")) {
			t.Errorf("%s prints a secret", f.Name)
		}
	}
}

// TestEditsInOtherLines holds that no edit is told by lines that other programs
// count otherwise.
func TestEditsInOtherLines(t *testing.T) {
	f := everything()[0].Findings[0]
	for _, inner := range []bool{false, true} {
		f.UnmappedLines = inner
		results := []*checker.Result{{Findings: []checker.Finding{f}}}
		for key, format := range map[string]Format{"deletedRegion": SARIF, "suggestions": ReviewdogLines} {
			if told := bytes.Contains(reported(t, format, false, results), []byte(key)); told == inner {
				t.Errorf("%s: %v", key, told)
			}
		}
	}
}

// TestNothingVanishes looks for a file that could not be judged.
func TestNothingVanishes(t *testing.T) {
	for _, f := range Formats {
		if f.Name == "text" || f.Name == "concise" || f.Name == "jsonl" {
			continue // standard error tells; jsonl is findings only
		}
		if !bytes.Contains(reported(t, f.Format, false, everything()), []byte("no such file")) {
			t.Errorf("%s does not tell", f.Name)
		}
	}
}

// TestEmpty writes reports on nothing, which must be whole all the same.
func TestEmpty(t *testing.T) {
	for _, f := range Formats {
		got := reported(t, f.Format, false, nil)
		wellFormed(t, f.Name, got)
		if f.Name == "gitlab" && string(got) != "[]\n" || f.Name == "csv" && !strings.HasPrefix(string(got), "file,line,") {
			t.Errorf("%s: %q", f.Name, got)
		}
	}
}

// hostile are texts that have upset some reader.
var hostile = []string{
	"\x1b[2J", "a\u009bb\x7f", "nul\x00", "bidi\u202e\u2066", "sep\u2028\u2029", "bad\xff\xfeutf", "\ufffe\uffff", "\r\n::error::x", "]]><!--&\"'<>",
	"%0A%25", "=cmd|' /C calc'!A0", "\t=1", ",;\"\"", "back\\slash", "[a](http://x) {0}", "漢字 é 👩\u200d💻", "-->", "##[error]x",
	"::stop-commands::x", " \t::add-mask::x", "a\n::error::x", "a\r::error::x", "\u00a0::error::x", "a ##[error]x", "a###[error]x", "##vso[task.setvariable variable=x]y", "##teamcity[x]",
	"zero\u200bwidth\ufeff", "\u3164\u2800\u00ad\U000e0041❤\ufe0f", "a;=1", "a\t=1", "＝1",
}

// command is what a CI system takes for a command in its log: white space, which
// those of .NET know by Unicode, does not matter before it, and a carriage return
// ends a line.
var command = regexp.MustCompile(`(^|[\n\r])[\s\p{Z}\x85]*::|##[A-Za-z0-9._-]*\[`)

// TestHostileTexts puts such texts into all places of a report: it stays well
// formed, and nothing in it could upset a terminal.
func TestHostileTexts(t *testing.T) {
	for _, f := range Formats {
		if f.Survey {
			continue
		}
		for _, text := range hostile {
			x := finding()
			x.File, x.Message, x.Help, x.Path = text, text, text, []any{text}
			x.Profile, x.Payload = checker.Identity{Identifier: text}, &checker.PayloadIdentity{Identifier: text, Type: text}
			x.Line = checker.Line{Text: text, End: len(text)}
			x.Fix = &checker.Fix{Message: text, Edits: []checker.TextEdit{{Text: text}}, Places: []checker.Region{{Start: x.Start, End: x.End}}}
			x.Related = []checker.RelatedLocation{{File: text, Message: text}}
			x.Suppression = &checker.Suppression{Kind: checker.ByConfig, Justification: text}
			got := reported(t, f.Format, true, []*checker.Result{{File: text, Findings: []checker.Finding{x}, Err: errors.New(text)}})
			if !utf8.Valid(got) && f.Name != "text" {
				t.Errorf("%s: %q: not UTF-8", f.Name, text)
			}
			for _, r := range string(got) {
				if printable.IsEscaped(r) && r != '\n' && (f.Name != "csv" || r != '\r') {
					t.Errorf("%s: %q: %q is passed on", f.Name, text, r)
				}
			}
			for line := range bytes.Lines(got) {
				if f.Name == "github" {
					line = line[2:] // its own command
				}
				if found := command.Find(line); found != nil {
					t.Errorf("%s: %q: the command %q is passed on", f.Name, text, found)
				}
			}
			wellFormed(t, f.Name, got)
		}
	}
}

// wellFormed reads a report to its end.
func wellFormed(t *testing.T, format string, text []byte) {
	t.Helper()
	var err error
	switch format {
	case "sarif", "gitlab", "json":
		err = json.Unmarshal(text, new(any))
	case "rdjsonl", "jsonl":
		for line := range bytes.Lines(text) {
			err = errors.Join(err, json.Unmarshal(line, new(any)))
		}
	case "junit", "checkstyle":
		for decoder := xml.NewDecoder(bytes.NewReader(text)); err == nil; {
			_, err = decoder.Token()
		}
		if err == io.EOF {
			err = nil
		}
	case "csv":
		_, err = csv.NewReader(bytes.NewReader(text)).ReadAll()
	case "github":
		for line := range strings.Lines(string(text)) {
			if !strings.HasPrefix(line, "::notice file=") && !strings.HasPrefix(line, "::error file=") {
				t.Errorf("a line is no command: %q", line)
			}
		}
	}
	if err != nil {
		t.Errorf("%s: %v\n%s", format, err, text)
	}
}

// TestOutputs writes two formats at once, to files: each holds what it holds
// alone, and after an error none is written.
func TestOutputs(t *testing.T) {
	dir := t.TempDir()
	specs := []string{"json=" + filepath.Join(dir, "a.json"), "junit=" + filepath.Join(dir, "b.xml")}
	outputs, err := NewOutputs(specs, Destination{Stdout: io.Discard}, Report{Version: "v1.2.3", Shipped: []string{"shipped"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := outputs.Write(t.Context(), slices.Values(everything())); err != nil {
		t.Fatal(err)
	}
	for file, format := range map[string]Format{"a.json": JSON, "b.xml": JUnit} {
		got, err := os.ReadFile(filepath.Join(dir, file))
		if want := reported(t, format, false, everything()); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %v\n%s", file, err, cmp.Diff(string(want), string(got)))
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	err = outputs.Write(ctx, func(yield func(*checker.Result) bool) {
		cancel() // as a signal does
		yield(&checker.Result{File: "stopped", Profiles: 1})
	})
	got, _ := os.ReadFile(filepath.Join(dir, "a.json"))
	if err == nil || bytes.Contains(got, []byte("stopped")) {
		t.Errorf("a file is written by a run that was stopped: %v", err)
	}
}
