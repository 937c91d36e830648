package checker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sceplint/sceplint/checker/export"
	"github.com/sceplint/sceplint/checker/profile"
	"github.com/sceplint/sceplint/checker/profile/profiletest"
)

func TestApply(t *testing.T) {
	for _, test := range []struct {
		name  string
		edits []TextEdit
		want  string // "" for an error
	}{
		{"none", nil, "0123456789"},
		{"replace", []TextEdit{{2, 4, "xyz"}}, "01xyz456789"},
		{"insert", []TextEdit{{0, 0, "a"}, {10, 10, "z"}}, "a0123456789z"},
		{"delete", []TextEdit{{0, 9, ""}}, "9"},
		{"out of order", []TextEdit{{8, 9, "B"}, {1, 2, "A"}}, "0A234567B9"},
		{"side by side", []TextEdit{{1, 2, "A"}, {2, 3, "B"}}, "0AB3456789"},
		{"overlap", []TextEdit{{1, 4, ""}, {3, 5, ""}}, ""},
		{"backwards", []TextEdit{{4, 3, ""}}, ""},
		{"outside", []TextEdit{{9, 11, ""}}, ""},
		{"negative", []TextEdit{{-1, 1, ""}}, ""},
	} {
		text := []byte("0123456789")
		got, err := Apply(text, test.edits)
		if string(got) != test.want || (err != nil) != (test.want == "") {
			t.Errorf("%s: %q, %v; want %q", test.name, got, err, test.want)
		}
		if string(text) != "0123456789" {
			t.Errorf("%s: the original was changed", test.name)
		}
	}
}

func TestDirective(t *testing.T) {
	for text, want := range map[string]struct {
		ids    []string
		reason string
	}{
		" a reason here":            {[]string{"a"}, "reason here"},
		" a,b reason":               {[]string{"a", "b"}, "reason"},
		" a, b , c reason":          {[]string{"a", "b", "c"}, "reason"},
		"\n\ta,\r\n\tb\r\n\treason": {[]string{"a", "b"}, "reason"},
		" a":                        {[]string{"a"}, ""},
		" a: reason":                {[]string{"a"}, "reason"},
		" a - reason":               {[]string{"a"}, "reason"},
		"":                          {nil, ""},
		" ,":                        {nil, ""},
		" pack/id reason":           {[]string{"pack/id"}, "reason"},
	} {
		ids, reason := directiveIDs(text)
		if !slices.Equal(ids, want.ids) || reason != want.reason {
			t.Errorf("%q: %q, %q; want %q, %q", text, ids, reason, want.ids, want.reason)
		}
	}
}

func TestParseTargets(t *testing.T) {
	got, err := ParseTargets("ios=17,macOS=14.2, tvos")
	if diff := cmp.Diff(Targets{{"ios", "17"}, {"macos", "14.2"}, {"tvos", ""}}, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	if got, err := ParseTargets("iPadOS=17"); err != nil || !got.Has("ios") {
		t.Errorf("iPadOS: %v, %v", got, err)
	}
	for _, bad := range []string{"", "android=9", "ios=", "ios=x", "ios=1.2.3.4", "ios=17,ios=18", "ios=-1"} {
		if got, err := ParseTargets(bad); err == nil {
			t.Errorf("%q: %v", bad, got)
		}
	}
}

// at makes a rule that does something.
func at(id string, check func(*Pass) error) Rule {
	return Rule{Meta: Meta{ID: id, Severity: Error}, Check: check}
}

func parse(t *testing.T, text string) []*profile.Profile {
	t.Helper()
	profiles, err := export.Parse("test", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return profiles
}

const tiny = `<plist version="1.0"><dict><key>b</key><true/><key>a</key><string>x</string></dict></plist>`

// TestFailingRules holds that a rule that fails, or panics, is an error that
// names it and never a profile without findings.
func TestFailingRules(t *testing.T) {
	for name, check := range map[string]func(*Pass) error{
		"error": func(*Pass) error { return errors.New("out of luck") },
		"panic": func(*Pass) error { panic("out of luck") },
	} {
		findings, err := Check(context.Background(), []Rule{at("broken", check)}, parse(t, tiny))
		if err == nil || !strings.Contains(err.Error(), "rule broken failed: ") || findings != nil {
			t.Errorf("%s: %v, %v", name, findings, err)
		}
	}
}

// TestFailingOnce holds that rules that fail for the same reason are one error.
func TestFailingOnce(t *testing.T) {
	cause := errors.New("out of luck")
	check := func(*Pass) error { return cause }
	_, err := Check(context.Background(), []Rule{at("a", check), at("b", check), at("c", check), at("d", func(*Pass) error { return errors.New("no luck") })}, parse(t, tiny))
	if want := "rule a and 2 more failed: out of luck\nrule d failed: no luck"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v; want %s", err, want)
	}
}

// TestFailingBesideOthers holds that a rule that fails does not hide what the
// others found.
func TestFailingBesideOthers(t *testing.T) {
	c := &Checker{Jobs: 1, Rules: []Rule{
		at("broken", func(*Pass) error { panic("out of luck") }),
		at("sound", func(p *Pass) error { p.Value(p.Profile.Root, "found"); return nil }),
	}}
	input := Input{Name: "x", Read: func() ([]byte, error) { return []byte(tiny), nil }}
	for r := range c.Run(context.Background(), slices.Values([]Input{input})) {
		if r.Err == nil || !strings.Contains(r.Err.Error(), "rule broken failed") || len(r.Findings) != 1 || r.Findings[0].Rule.ID != "sound" {
			t.Errorf("%v, %v", r.Err, r.Findings)
		}
	}
}

// TestPanic holds that a mistake in sceplint is an error of the file it happens
// on, and of no other.
func TestPanic(t *testing.T) {
	c := &Checker{Jobs: 2}
	inputs := []Input{
		{Name: "a", Read: func() ([]byte, error) { return []byte(tiny), nil }},
		{Name: "b", Read: func() ([]byte, error) { panic("oh") }},
		{Name: "c", Read: func() ([]byte, error) { return []byte(tiny), nil }},
	}
	var failed []string
	for r := range c.Run(context.Background(), slices.Values(inputs)) {
		if r.Err != nil {
			failed = append(failed, r.Err.Error())
		}
	}
	if want := []string{"b: internal error: oh (please report this bug)"}; !slices.Equal(failed, want) {
		t.Errorf("%q", failed)
	}
}

// TestOrder holds that findings come in the order of their places, whatever
// the order of the rules.
func TestOrder(t *testing.T) {
	each := func(p *Pass) error {
		for _, key := range []string{"a", "b"} {
			p.Key(p.Profile.Root.Get(key), "%s", key)
		}
		return nil
	}
	findings, err := Check(context.Background(), []Rule{at("second", each), at("first", each)}, parse(t, tiny))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range findings {
		got = append(got, fmt.Sprintf("%d %s %s", f.Start.Column, f.Message, f.Rule.ID))
	}
	want := []string{"28 b first", "28 b second", "47 a first", "47 a second"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestMany holds that a flood of findings is cut, and says so.
func TestMany(t *testing.T) {
	flood := at("flood", func(p *Pass) error {
		for range maxFindingsPerRule + 5 {
			p.Value(p.Profile.Root, "again")
		}
		return nil
	})
	findings, err := Check(context.Background(), []Rule{flood}, parse(t, tiny))
	if err != nil || len(findings) != maxFindingsPerRule {
		t.Fatalf("%d findings, %v", len(findings), err)
	}
	if last := findings[maxFindingsPerRule-1].Message; !strings.HasSuffix(last, "(and 5 more of this rule in the file, not shown)") {
		t.Error(last)
	}
	seen := map[string]bool{}
	for _, f := range findings {
		if seen[f.Fingerprint] {
			t.Fatal("two findings have one fingerprint")
		}
		seen[f.Fingerprint] = true
	}
}

// TestFingerprint holds that it does not change with what is around a finding.
func TestFingerprint(t *testing.T) {
	rule := at("rule", func(p *Pass) error {
		for _, scep := range p.Profile.SCEP() {
			p.Value(scep.Keysize.Node, "size")
		}
		return nil
	})
	before := string(profiletest.Generate(1))
	after := strings.Replace(before, "<array>\n", "<array>\n<!-- moved -->\n\n<dict/>\n", 1)
	if before == after {
		t.Fatal("nothing was changed")
	}
	var prints []string
	for _, text := range []string{before, after} {
		findings, err := Check(context.Background(), []Rule{rule}, parse(t, text))
		if err != nil || len(findings) != 1 {
			t.Fatalf("%v, %v", findings, err)
		}
		prints = append(prints, findings[0].Fingerprint)
	}
	if prints[0] != prints[1] {
		t.Error("the fingerprint changed with the lines and the index of the payload")
	}
}

// TestFingerprintWording holds that a fingerprint changes with the arguments of a
// message, and not with its wording, the help, or what is on other lines.
func TestFingerprintWording(t *testing.T) {
	printOf := func(report func(*Pass, *profile.Node) *Finding) string {
		t.Helper()
		rule := at("rule", func(p *Pass) error { report(p, p.Profile.Root.Get("a")); return nil })
		findings, err := Check(context.Background(), []Rule{rule}, parse(t, tiny))
		if err != nil || len(findings) != 1 {
			t.Fatalf("%v, %v", findings, err)
		}
		return findings[0].Fingerprint
	}
	want := printOf(func(p *Pass, n *profile.Node) *Finding { return p.Value(n, "value %q is wrong (%d)", "x", 1) })
	for name, report := range map[string]func(*Pass, *profile.Node) *Finding{
		"message": func(p *Pass, n *profile.Node) *Finding { return p.Value(n, "wrong value: found %s of %d", "x", 1) },
		"help":    func(p *Pass, n *profile.Node) *Finding { return p.Value(n, "%s%d", "x", 1).WithHelp("use %q", "y") },
		"wording": func(p *Pass, n *profile.Node) *Finding {
			return p.Value(n, "%s%s%d%s%v", Phrase("first on line 7: "), "x", 1, Prose("bad"), errors.New("worse"))
		},
		"markup":   func(p *Pass, n *profile.Node) *Finding { return p.Value(n, "%s%d%s", "x", 1, Markup("<true/>")) },
		"severity": func(p *Pass, n *profile.Node) *Finding { f := p.Value(n, "%s%d", "x", 1); f.Severity = Info; return f },
		"related": func(p *Pass, n *profile.Node) *Finding {
			f := p.Value(n, "%s%d", "x", 1)
			f.Related = []RelatedLocation{{File: "b"}}
			return f
		},
	} {
		if printOf(report) != want {
			t.Errorf("%s: another fingerprint", name)
		}
	}
	bare := printOf(func(p *Pass, n *profile.Node) *Finding { return p.Value(n, "value is wrong") })
	if printOf(func(p *Pass, n *profile.Node) *Finding { return p.Value(n, "wrong value") }) != bare || printOf(func(p *Pass, n *profile.Node) *Finding { return p.Value(n.Parent().Get("b"), "wrong") }) == bare {
		t.Error("without arguments the path and the value do not identify a finding")
	}
	for name, report := range map[string]func(*Pass, *profile.Node) *Finding{
		"value": func(p *Pass, n *profile.Node) *Finding { return p.Value(n, "value %q is wrong (%d)", "x", 2) },
		"none":  func(p *Pass, n *profile.Node) *Finding { return p.Value(n, "wrong") },
		"path":  func(p *Pass, n *profile.Node) *Finding { return p.Value(n.Parent(), "value %q is wrong (%d)", "x", 1) },
		"argument": func(p *Pass, n *profile.Node) *Finding {
			f := p.Value(n, "value %q is wrong (%d)", "x", 1)
			f.Argument = "other"
			return f
		},
	} {
		if printOf(report) == want {
			t.Errorf("%s: the same fingerprint", name)
		}
	}
}

// TestFixRefused holds that fixes that would break a document change nothing.
func TestFixRefused(t *testing.T) {
	rule := at("bad-fix", func(p *Pass) error {
		f := p.Value(p.Profile.Root.Get("a"), "replace it")
		f.Fix = &Fix{Message: "break it", Safe: true, Edits: []TextEdit{Replace(f.Span, "<string>")}}
		return nil
	})
	c := &Checker{Rules: []Rule{rule}, Fix: FixSafe, Jobs: 1}
	input := Input{Name: "x", Read: func() ([]byte, error) { return []byte(tiny), nil }}
	for r := range c.Run(context.Background(), slices.Values([]Input{input})) {
		if r.Err == nil || r.After != nil {
			t.Errorf("%v, %q", r.Err, r.After)
		}
	}
}

// TestFixOnce holds that two fixes of one place are not both applied in one
// round, and that the next round sees what the first one did.
func TestFixOnce(t *testing.T) {
	grow := func(id, from, to string) Rule {
		return at(id, func(p *Pass) error {
			n := p.Profile.Root.Get("a")
			if n.Text() == from {
				f := p.Value(n, "grow")
				f.Fix = &Fix{Safe: true, Edits: []TextEdit{Replace(n.Span(), "<string>"+to+"</string>")}}
			}
			return nil
		})
	}
	c := &Checker{Rules: []Rule{grow("one", "x", "xx"), grow("other", "x", "y"), grow("two", "xx", "xxx")}, Fix: FixSafe, Jobs: 1}
	input := Input{Name: "x", Read: func() ([]byte, error) { return []byte(tiny), nil }}
	for r := range c.Run(context.Background(), slices.Values([]Input{input})) {
		if r.Err != nil || !bytes.Contains(r.After, []byte("<string>xxx</string>")) || r.Fixed != 2 || len(r.Findings) != 0 || len(r.FindingsBeforeFix) != 2 {
			t.Errorf("%+v", r)
		}
	}
}

// TestStop holds that a run can be left in the middle, and be cancelled.
func TestStop(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	c := &Checker{Rules: []Rule{at("none", func(*Pass) error { return nil })}, Jobs: 3}
	inputs := func(yield func(Input) bool) {
		for i := 0; yield(Input{Name: fmt.Sprint(i), Read: func() ([]byte, error) { return []byte(tiny), nil }}); i++ {
		}
	}
	next := 0
	for r := range c.Run(ctx, inputs) {
		if r.File != fmt.Sprint(next) {
			t.Fatalf("%s came in the place of %d", r.File, next)
		}
		if next++; next == 100 {
			break
		}
	}
	for r := range c.Run(ctx, inputs) {
		if r.Err != nil {
			break
		}
		cancel()
	}
}

// TestSet holds what a rule about the whole set is told: how many other
// profiles have the same, where the first of them are, and what another profile
// holds that this one only wants.
func TestSet(t *testing.T) {
	rule := Rule{Meta: Meta{ID: "set", Severity: Warning}}
	identifiers := func(p *Pass) []*profile.Node {
		var list []*profile.Node
		for _, payload := range p.Profile.Payloads() {
			list = append(list, payload.Keys.Identifier)
		}
		return list
	}
	rule.CollectFacts = func(p *Pass) error {
		for _, n := range identifiers(p) {
			if wanted, ok := strings.CutPrefix(n.Text(), "want-"); ok {
				p.RequestFact("identifier", wanted)
			} else if strings.HasPrefix(n.Text(), "offer-") {
				p.ExportPassiveFact("identifier", n.Text())
			} else {
				p.ExportFact("identifier", n.Text(), n)
			}
		}
		return nil
	}
	rule.CheckFileSet = func(p *Pass) error {
		for _, n := range identifiers(p) {
			count, places := p.ImportFact("identifier", strings.TrimPrefix(n.Text(), "want-"))
			names := []string{}
			for _, place := range places {
				names = append(names, fmt.Sprintf("%s:%d", place.File, place.Start.Line))
			}
			if count > 0 || strings.HasPrefix(n.Text(), "want-") {
				p.Value(n, "%s: %d others at %s", n.Text(), count, strings.Join(names, " "))
			}
		}
		return nil
	}
	document := func(identifiers ...string) string {
		var b strings.Builder
		b.WriteString("<plist version=\"1.0\"><dict><key>PayloadContent</key><array>\n")
		for _, id := range identifiers {
			fmt.Fprintf(&b, "<dict><key>PayloadIdentifier</key><string>%s</string></dict>\n", id)
		}
		b.WriteString("</array></dict></plist>")
		return b.String()
	}
	files := []string{
		document("alone"), document("a", "b", "a"), document("x", "b"), document("want-x", "want-nothing"), "<plist>", document("a"),
		document("c"), document("c"), document("c"), document("c"), document("c"), document("c"), document("c"), document("c"),
		document("offer-one", "offer-two", "offer-two"), document("offer-two", "offer-unwanted"), document("offer-unwanted"),
		document("want-offer-one", "want-offer-two"),
	}
	for _, jobs := range []int{1, 8} {
		var got []string
		c := &Checker{Rules: []Rule{rule}, Jobs: jobs}
		inputs := func(yield func(Input) bool) {
			for i, text := range files {
				if !yield(Input{Name: fmt.Sprint(i), Read: func() ([]byte, error) { return []byte(text), nil }}) {
					return
				}
			}
		}
		again := 0
		for r := range c.Run(context.Background(), inputs) {
			if r.Err != nil {
				t.Error(r.Err)
			}
			if r.IsFileSet {
				again++
			}
			for _, f := range r.Findings {
				if !r.IsFileSet {
					t.Errorf("%s: %s before all were read", f.File, f.Message)
				}
				got = append(got, f.File+" "+f.Message)
			}
		}
		want := []string{
			"1 a: 1 others at 5:2", "1 b: 1 others at 2:3", "1 a: 1 others at 5:2",
			"2 b: 1 others at 1:3",
			"3 want-x: 1 others at 2:2", "3 want-nothing: 0 others at ",
			"5 a: 1 others at 1:2",
			"6 c: 7 others at 7:2 8:2 9:2 10:2 11:2",
			"7 c: 7 others at 6:2 8:2 9:2 10:2 11:2",
			"8 c: 7 others at 6:2 7:2 9:2 10:2 11:2",
			"9 c: 7 others at 6:2 7:2 8:2 10:2 11:2",
			"10 c: 7 others at 6:2 7:2 8:2 9:2 11:2",
			"11 c: 7 others at 6:2 7:2 8:2 9:2 10:2",
			"12 c: 7 others at 6:2 7:2 8:2 9:2 10:2",
			"13 c: 7 others at 6:2 7:2 8:2 9:2 10:2",
			"17 want-offer-one: 1 others at 14:0", "17 want-offer-two: 2 others at 14:0 15:0",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d jobs: %s", jobs, diff)
		}
		if again != 13 { // what is only offered is no reason
			t.Errorf("%d files were looked at again", again)
		}
	}
}

// TestDiffering holds that those who noted a value with something else are
// counted exactly, whatever the order of the files, and that one is named.
func TestDiffering(t *testing.T) {
	rule := Rule{Meta: Meta{ID: "set", Severity: Warning}}
	parts := func(p *Pass) (n *profile.Node, value, with string) {
		n = p.Profile.Root.Get("PayloadIdentifier")
		value, with, _ = strings.Cut(n.Text(), "=")
		return n, value, with
	}
	rule.CollectFacts = func(p *Pass) error {
		n, value, with := parts(p)
		p.ExportFactWith("value", value, with, n)
		return nil
	}
	rule.CheckFileSet = func(p *Pass) error {
		n, value, with := parts(p)
		all, _ := p.ImportFact("value", value)
		count, places := p.ImportConflicts("value", value, with)
		first := "none"
		if len(places) > 0 {
			first = places[0].File
		}
		p.Value(n, "%d of %d, %s", count, all, first)
		return nil
	}
	texts := []string{"a=1", "b=1", "b=2", "c=1", "c=1", "d=1", "d=1", "d=1", "d=1", "d=1", "d=1", "d=1", "d=2", "d=3", "d=3"}
	want := map[string]string{
		"b=1": "1 of 1, b=2", "b=2": "1 of 1, b=1", // nothing of c: none differs
		"d=1": "3 of 9, d=2", "d=2": "9 of 9, d=1", "d=3": "8 of 9, d=1",
	}
	for _, backwards := range []bool{false, true} {
		if backwards {
			slices.Reverse(texts)
			want["d=1"] = "3 of 9, d=3"
			want["d=2"] = "9 of 9, d=3"
			want["d=3"] = "8 of 9, d=2"
		}
		inputs := func(yield func(Input) bool) {
			for _, text := range texts {
				document := `<plist version="1.0"><dict><key>PayloadIdentifier</key><string>` + text + "</string></dict></plist>"
				if !yield(Input{Name: text, Read: func() ([]byte, error) { return []byte(document), nil }}) {
					return
				}
			}
		}
		c := &Checker{Rules: []Rule{rule}, Jobs: 3}
		found := 0
		for r := range c.Run(context.Background(), inputs) {
			for _, f := range r.Findings {
				found++
				if f.Message != want[f.File] {
					t.Errorf("backwards %v: %s: %s; want %s", backwards, f.File, f.Message, want[f.File])
				}
			}
		}
		if found != len(texts)-3 {
			t.Errorf("%d findings", found)
		}
	}
}

// TestOncePerRun holds that of findings with one cause the first that is not suppressed is reported, and that the
// profiles that have it, too, are not all read again.
func TestOncePerRun(t *testing.T) {
	rule := Rule{Meta: Meta{ID: "set", Severity: Warning}}
	id := func(p *Pass) *profile.Node { return p.Profile.Root.Get("PayloadIdentifier") }
	rule.CollectFacts = func(p *Pass) error {
		p.ExportContentFact("identifier", id(p).Text(), func() string { return p.Profile.Root.Get("Content").Text() }, id(p))
		return nil
	}
	rule.CheckFileSet = func(p *Pass) error {
		count, same, other := p.ImportContentFact("identifier", id(p).Text(), p.Profile.Root.Get("Content").Text())
		p.OncePerRun(p.Value(id(p), "%d others, %d the same, %d not", count, len(same), len(other)), "identifier", id(p).Text())
		return nil
	}
	const files, suppressedFiles = 1000, 3
	for _, jobs := range []int{1, 4} {
		reads := 0
		var mu sync.Mutex
		inputs := func(yield func(Input) bool) {
			for i := range files {
				document := fmt.Sprintf(`<plist version="1.0"><dict><key>PayloadIdentifier</key><string>a</string><key>Content</key><string>%d</string></dict></plist>`, i%2)
				if !yield(Input{Name: strconv.Itoa(i), Read: func() ([]byte, error) {
					mu.Lock()
					defer mu.Unlock()
					reads++
					return []byte(document), nil
				}}) {
					return
				}
			}
		}
		c := &Checker{Rules: []Rule{rule}, Jobs: jobs, Suppress: func(f *Finding) *Suppression {
			if n, _ := strconv.Atoi(f.File); n < suppressedFiles || n == files/2 {
				return &Suppression{Kind: ByConfig}
			}
			return nil
		}}
		var got []string
		for r := range c.Run(context.Background(), inputs) {
			for _, f := range r.Findings {
				got = append(got, f.File+": "+f.Message)
			}
			for _, f := range r.Suppressed {
				got = append(got, f.File+" suppressed")
			}
		}
		want := []string{"0 suppressed", "1 suppressed", "2 suppressed", "3: 999 others, 2 the same, 3 not"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d jobs: %s", jobs, diff)
		}
		if reads > files+files/2 {
			t.Errorf("%d jobs: %d reads of %d files", jobs, reads, files)
		}
	}
}

// TestChangedBetweenReads holds that a file which is no longer what it was when
// profiles are compared is an error, and not a file without findings.
func TestChangedBetweenReads(t *testing.T) {
	shared := Rule{Meta: Meta{ID: "shared", Severity: Warning},
		CollectFacts: func(p *Pass) error { p.ExportFact("kind", "value", p.Profile.Root); return nil },
		CheckFileSet: func(p *Pass) error { p.ImportFact("kind", "value"); return nil },
	}
	reads := 0
	changing := func() ([]byte, error) {
		if reads++; reads > 1 {
			return []byte("<plist>"), nil
		}
		return []byte(tiny), nil
	}
	c := &Checker{Jobs: 1, Rules: []Rule{shared}}
	inputs := []Input{{Name: "a", Read: changing}, {Name: "b", Read: func() ([]byte, error) { return []byte(tiny), nil }}}
	var failed []string
	for r := range c.Run(context.Background(), slices.Values(inputs)) {
		if r.Err != nil {
			failed = append(failed, r.Err.Error())
		}
	}
	if want := []string{"a: the file changed while it was checked, and was not compared with the others; run again"}; !slices.Equal(failed, want) {
		t.Errorf("%q", failed)
	}
}
