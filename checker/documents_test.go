package checker_test

import (
	"context"
	"slices"
	"testing"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/export"
	"github.com/sceplint/sceplint/checker/profile"
)

// TestDocuments holds that rules look at those documents only that they are
// made for, in all that they do.
func TestDocuments(t *testing.T) {
	const (
		payload    = `<plist version="1.0"><dict><key>PayloadContent</key><array/></dict></plist>`
		credential = `{"URL": "https://ca.corp.example/scep"}`
		broken     = `{"URL": "https://ca.corp.example/scep", }`
	)
	say := func(what string) func(*checker.Pass) error {
		return func(p *checker.Pass) error {
			p.At(profile.NoSpan, nil, "%s", what)
			return nil
		}
	}
	rule := func(documents checker.Documents) checker.Rule {
		return checker.Rule{
			Meta:          checker.Meta{ID: "x", Severity: checker.Info, Documents: documents},
			Check:         say("check"),
			CheckDocument: say("document"),
			CollectFacts:  func(p *checker.Pass) error { p.ExportFact("kind", "value", p.Profile.Root); return nil },
			CheckFileSet:  say("set"),
		}
	}
	for _, test := range []struct {
		documents          checker.Documents
		inProfile, inJSON  []string
		inBroken, together []string
	}{
		{checker.Profiles, []string{"check", "document"}, nil, nil, []string{"check", "document"}},
		{checker.Declarative, nil, []string{"check", "document"}, []string{"document"}, []string{"check", "document"}},
		{checker.AnyDocument, []string{"check", "document"}, []string{"check", "document"}, []string{"document"},
			[]string{"check", "document", "check", "document", "set", "set"}},
	} {
		found := func(texts ...string) (messages []string) {
			var profiles []*profile.Profile
			for _, text := range texts {
				p, _ := export.Parse("x", []byte(text))
				profiles = append(profiles, p...)
			}
			findings, err := checker.Check(context.Background(), []checker.Rule{rule(test.documents)}, profiles)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range findings {
				messages = append(messages, f.Message)
			}
			return messages
		}
		for _, x := range []struct{ got, want []string }{
			{found(payload), test.inProfile}, {found(credential), test.inJSON}, {found(broken), test.inBroken},
			{found(payload, credential), test.together},
		} {
			if !slices.Equal(x.got, x.want) {
				t.Errorf("%d: found %v, not %v", test.documents, x.got, x.want)
			}
		}
	}
}

// TestMarkup holds that messages about JSON quote JSON, and leave alone what
// they quote of the document.
func TestMarkup(t *testing.T) {
	const value = "<key>a</key> SCEP payload"
	rule := checker.Rule{
		Meta: checker.Meta{ID: "x", Severity: checker.Info, Documents: checker.AnyDocument, Help: "add <key>Keysize</key><integer>2048</integer>"},
		Check: func(p *checker.Pass) error {
			p.AtStart(p.Profile.Root, "SCEP payload holds %q; write <data>%s</data>, %s", value, "QUJD", checker.Markup("<array><string>CN</string><string>a</string></array>"))
			return nil
		},
	}
	for text, want := range map[string][2]string{
		`{"URL": ""}`: {`SCEP credential holds "<key>a</key> SCEP payload"; write "QUJD", ["CN", "a"]`, `add "Keysize": 2048`},
		`<plist version="1.0"><dict/></plist>`: {
			`SCEP payload holds "<key>a</key> SCEP payload"; write <data>QUJD</data>, <array><string>CN</string><string>a</string></array>`,
			`add <key>Keysize</key><integer>2048</integer>`,
		},
	} {
		profiles, err := export.Parse("x", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		findings, err := checker.Check(context.Background(), []checker.Rule{rule}, profiles)
		if err != nil || len(findings) != 1 || findings[0].Message != want[0] || findings[0].Help != want[1] {
			t.Errorf("%s: %+v, %v", text, findings, err)
		}
	}
}
