package checker

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTogether holds that a file that is checked together with others has the result that
// it has alone, whatever becomes of the others.
func TestTogether(t *testing.T) {
	read := func(text string) func() ([]byte, error) {
		return func() ([]byte, error) { return []byte(text), nil }
	}
	list := `<plist version="1.0"><dict><key>ProfileList</key><array><dict><key>PayloadIdentifier</key><string>a</string></dict></array></dict></plist>`
	installed := `<plist version="1.0"><dict><key>_computerlevel</key><array>` + strings.Repeat("<dict><key>ProfileIdentifier</key><string>a</string><key>ProfileItems</key><array/></dict>", 3*batch) + "</array></dict></plist>"
	inputs := []Input{
		{Name: "plain", Read: read(tiny)},
		{Name: "fails", Read: read(tiny)},
		{Name: "panics", Read: read(tiny)},
		{Name: "broken", Read: read("<plist><dict>")},
		{Name: "unreadable", Read: func() ([]byte, error) { return nil, errors.New("no such luck") }},
		{Name: "read panics", Read: func() ([]byte, error) { panic("oh") }},
		{Name: "skipped", Read: func() ([]byte, error) { return nil, &SkipError{Skip{Reason: "it is small"}} }},
		{Name: "empty", Read: read("")},
		{Name: "excluded", Excluded: true},
		{Name: "optional", Optional: true, Read: read("<html/>")},
		{Name: "ignoring", Read: read("<!-- sceplint:ignore-file found -->" + tiny)},
		{Name: "declaration", Read: read(`{"Type": "com.apple.configuration.legacy", "Identifier": "a", "Payload": {}}`)},
		{Name: "large", Read: read(tiny + strings.Repeat(" ", 1<<20))},
		{Name: "listed", Read: read(list)},
		{Name: "many", Read: read(installed)},
		{Name: "other settings", Read: read(tiny)},
		{Name: "all off", Read: read(tiny)},
		{Name: "plain again", Read: read(tiny)},
	}
	other, off := &Settings{Severities: map[string]Severity{"found": Info, "failing": Off}}, &Settings{Severities: map[string]Severity{"found": Off, "failing": Off}}
	c := &Checker{Jobs: 1, Rules: []Rule{
		at("failing", func(p *Pass) error {
			switch p.Profile.Source.Name {
			case "fails":
				return errors.New("out of luck")
			case "panics":
				panic("out of luck")
			}
			return nil
		}),
		at("found", func(p *Pass) error {
			p.Value(p.Profile.Root, "in %s", p.Profile.Source.Name)
			return nil
		}),
	}}
	c.SettingsFor = func(name string) *Settings {
		return map[string]*Settings{"other settings": other, "all off": off}[name]
	}
	c.Prepare()
	said := func(done []resultWithFacts) (list []string) {
		for _, x := range done {
			r := x.result
			text := fmt.Sprintf("%s: %d profiles, %+v, excluded %t, error %v", r.File, r.Profiles, r.Skipped, r.Excluded, r.Err)
			for _, f := range r.All() {
				text += fmt.Sprintf("\n%v %s %s, suppressed %t", f.Start, f.Severity, f.Message, f.Suppression != nil)
			}
			list = append(list, text)
		}
		return list
	}
	var alone []string
	for i := range inputs {
		alone = append(alone, said(c.files(context.Background(), inputs[i:i+1]))...)
	}
	if diff := cmp.Diff(alone, said(c.files(context.Background(), inputs))); diff != "" {
		t.Errorf("(-alone +together):\n%s", diff)
	}
	all := strings.Join(alone, "\n")
	for _, part := range []string{"fails: 1 profiles", "rule failing failed: out of luck", "internal error: oh", "no such luck", "it is small", fmt.Sprintf("many: %d profiles", 3*batch), "an MDM ProfileList response", "suppressed true", "info in other settings", "all rules are disabled"} {
		if !strings.Contains(all, part) {
			t.Errorf("no result has %q", part)
		}
	}
}

// countingLock is held by the inputs that are large, one at a time.
type countingLock struct {
	holder *string
	name   string
}

func (l *countingLock) Held() bool { return *l.holder == l.name }

func (l *countingLock) Unlock() {
	if l.Held() {
		*l.holder = ""
	}
}

// TestLock holds that nothing is read while a document holds its lock, which would wait for
// ever if the other one is large as well.
func TestLock(t *testing.T) {
	var holder string
	var inputs []Input
	for i := range 2 * batch {
		name := fmt.Sprint(i)
		inputs = append(inputs, Input{Name: name, Lock: &countingLock{&holder, name}, Read: func() ([]byte, error) {
			if holder != "" {
				t.Errorf("%s is read while %s holds the lock", name, holder)
			}
			if i%3 == 0 {
				holder = name
			}
			if i%6 == 0 {
				return nil, errors.New("no luck")
			}
			return []byte(tiny), nil
		}})
	}
	c := &Checker{Jobs: 1, Rules: []Rule{at("none", func(*Pass) error { return nil })}}
	c.Prepare()
	if done := c.files(context.Background(), inputs); len(done) != len(inputs) || holder != "" {
		t.Errorf("%d results of %d; the lock is held by %q", len(done), len(inputs), holder)
	}
}
