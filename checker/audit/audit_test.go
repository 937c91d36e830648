package audit

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/profile"
	"github.com/sceplint/sceplint/checker/profile/profiletest"
)

var challengeText = regexp.MustCompile(`(<key>Challenge</key>\s*<string>)[^<]*`)

// results checks generated profiles of some devices with a rule that finds
// something in each second of them.
func results(t *testing.T, n int) []*checker.Result {
	t.Helper()
	rule := checker.Rule{Meta: checker.Meta{ID: "rule", Severity: checker.Warning}, Check: func(p *checker.Pass) error {
		for _, s := range p.Profile.SCEP() {
			if len(p.Profile.Source.Name)%2 == 0 {
				p.Value(s.Node, "found")
			}
		}
		return nil
	}}
	auditor := &Auditor{
		Mark:   func(secret string) string { return fmt.Sprintf("%x", len(secret)) },
		Device: func(p *profile.Profile) string { return "device " + p.Source.Name[len(p.Source.Name)-1:] },
	}
	c := &checker.Checker{Rules: []checker.Rule{rule}, Now: time.Unix(0, 0), Visit: []checker.Visitor{auditor.Visit}}
	random := rand.New(rand.NewPCG(1, 2))
	var list []*checker.Result
	for r := range c.Run(context.Background(), func(yield func(checker.Input) bool) {
		for i := range n {
			name := fmt.Sprint(random.IntN(1e6))
			text := profiletest.Generate(uint64(i))
			if i%11 == 0 {
				text = challengeText.ReplaceAll(text, fmt.Appendf(nil, "${1}Tr0ub4dor%03d", i%4))
			}
			if i%17 == 0 {
				text = []byte("<plist><dict>")
			}
			read := func() ([]byte, error) {
				if i%23 == 0 {
					return nil, fmt.Errorf("%s: gone", name)
				}
				return text, nil
			}
			if !yield(checker.Input{Name: name, Read: read}) {
				return
			}
		}
	}) {
		list = append(list, r)
	}
	return list
}

func written(t *testing.T, f *Fleet) string {
	t.Helper()
	var b bytes.Buffer
	for _, by := range Views {
		r := &Report{Fleet: f, By: by}
		for _, write := range []error{r.JSON(&b), r.CSV(&b), r.Text(&b)} {
			if write != nil {
				t.Fatal(write)
			}
		}
	}
	return b.String()
}

// TestMerge holds that parts add up to the whole: in any order, however they
// are parted, and by way of what is written of them.
func TestMerge(t *testing.T) {
	list := results(t, 600)
	whole := NewFleet()
	for _, r := range list {
		whole.Add(r)
	}
	want := written(t, whole)
	if s := whole.Summary(); s.Devices != 10 || s.Warnings == 0 || s.Configurations < 5 || len(whole.failures) == 0 || len(whole.secrets) == 0 {
		t.Fatalf("the sum says little: %+v, %d failures, %d challenges", s, len(whole.failures), len(whole.secrets))
	}
	random := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{1, 2, 7} {
		parts := make([]*Fleet, n)
		for i := range parts {
			parts[i] = NewFleet()
		}
		for _, i := range random.Perm(len(list)) {
			parts[random.IntN(n)].Add(list[i])
		}
		sum := NewFleet()
		for _, part := range parts {
			var b bytes.Buffer
			if err := part.writeState(&b, Progress{Inputs: 7, Part: 1, Of: n}); err != nil {
				t.Fatal(err)
			}
			read, progress, err := readState(b.Bytes())
			if err != nil || progress.Inputs != 7 {
				t.Fatal(progress, err)
			}
			if err := sum.merge(read); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(want, written(t, sum)); diff != "" {
			t.Errorf("%d parts: %s", n, diff)
		}
	}
}

// TestFailures holds that those are named that sort first, whatever the order.
func TestFailures(t *testing.T) {
	var want []Failure
	for turn := range 3 {
		order := rand.New(rand.NewPCG(uint64(turn), 1)).Perm(3 * maxFailures)
		f := NewFleet()
		for _, i := range order {
			f.fail(fmt.Sprintf("%06d", i), "gone")
		}
		list, more := f.Failures()
		if more != 2*maxFailures || len(list) != maxFailures || list[len(list)-1].File != fmt.Sprintf("%06d", maxFailures-1) {
			t.Fatalf("%d named, %d more, the last %v", len(list), more, list[len(list)-1])
		}
		if turn > 0 && !slices.Equal(list, want) {
			t.Error("the order matters")
		}
		want = list
	}
}

func TestReadState(t *testing.T) {
	for _, text := range []string{"", "{}", "[]", `{"version": 2}`, `{"version": 1}`, `{"version":1,"configurations":[],"devices":[],"rules":[{"severity":"x"}]}`} {
		if _, _, err := readState([]byte(text)); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

func FuzzReadState(f *testing.F) {
	f.Add([]byte(`{"version":1,"configurations":[{"url":"x","findings":{"a":1}}],"devices":[{"name":"d"}],"rules":[{"id":"a","severity":"error"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		fleet, _, err := readState(text)
		if err != nil {
			return
		}
		sum := NewFleet()
		if err := sum.merge(fleet); err != nil {
			t.Fatal(err)
		}
		written(t, sum)
	})
}

// TestDriftMerged holds that drift does not depend on the order of profiles, nor
// on the parts they were compared in, even where a key has very many values.
func TestDriftMerged(t *testing.T) {
	settings := func(pairs ...string) *Settings {
		s := &Settings{keys: map[string]int{}}
		for i := 0; i < len(pairs); i += 2 {
			s.keys[pairs[i]] = len(s.List)
			x := Setting{Key: pairs[i], Text: pairs[i+1]}
			copy(x.Digest[:], pairs[i+1])
			s.List = append(s.List, x)
		}
		return s
	}
	repository := func() *Repository {
		r := NewRepository()
		for _, id := range []string{"a", "b", "c", "nowhere"} {
			r.AddExpected(&checker.Result{File: id + ".mobileconfig", Visited: []any{&Profile{Identifier: id, Settings: settings("Keysize", "2048", "Name", "x")}}})
		}
		return r
	}
	random := rand.New(rand.NewPCG(5, 6))
	var list []*checker.Result
	for i := range 400 {
		p := &Profile{Identifier: string("abcd"[random.IntN(4)]), Device: fmt.Sprint("mac-", i/3), Settings: settings("Keysize", fmt.Sprint(random.IntN(40)), "Retries", fmt.Sprint(i%7))}
		list = append(list, &checker.Result{File: fmt.Sprintf("%03d", i), Profiles: 1, Visited: []any{p}})
	}
	whole := NewFleet()
	whole.Repository = repository()
	for _, r := range list {
		whole.Add(r)
	}
	want := whole.Repository.Drift()
	if len(want) < 60 || !slices.ContainsFunc(want, func(d Drift) bool { return d.Deployed == otherValues && d.Devices > 1 }) {
		t.Fatalf("%d differences: %+v", len(want), want)
	}
	for _, n := range []int{1, 2, 7} {
		parts := make([]*Fleet, n)
		for i := range parts {
			parts[i] = NewFleet()
			parts[i].Repository = repository()
		}
		for _, i := range random.Perm(len(list)) {
			parts[random.IntN(n)].Add(list[i])
		}
		sum := NewFleet()
		for _, part := range parts {
			var b bytes.Buffer
			if err := part.writeState(&b, Progress{}); err != nil {
				t.Fatal(err)
			}
			read, _, err := readState(b.Bytes())
			if err == nil {
				err = sum.merge(read)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(want, sum.Repository.Drift()); diff != "" {
			t.Errorf("%d parts: %s", n, diff)
		}
	}
	if err := whole.Repository.merge(NewRepository()); err == nil {
		t.Error("another repository is taken for the same")
	}
}

// TestVisitKeepsNoDocument holds that no text of what an audit keeps is a piece of the document, which would stay in memory
// with it.
func TestVisitKeepsNoDocument(t *testing.T) {
	auditor := &Auditor{Mark: strings.ToUpper, Compare: true}
	for seed := range uint64(50) {
		text := profiletest.Generate(seed)
		start, size := uintptr(unsafe.Pointer(unsafe.SliceData(text))), uintptr(len(text))
		v := auditor.Visit(profile.Read(plist.NewSource("test", text))).(*Profile)
		kept := map[string]string{"Identifier": v.Identifier, "UUID": v.UUID, "Settings.UUID": v.Settings.UUID}
		for _, payload := range v.SCEP {
			for i, field := range payload.Configuration.fields() {
				kept[fmt.Sprint("field ", i)] = *field
			}
		}
		for _, x := range v.Settings.List {
			kept["setting "+x.Key], kept["key of "+x.Key] = x.Text, x.Key
		}
		for name, text := range kept {
			if at := uintptr(unsafe.Pointer(unsafe.StringData(text))); at >= start && at < start+size && text != "" {
				t.Errorf("%s is a piece of the document: %q", name, text)
			}
		}
	}
}
