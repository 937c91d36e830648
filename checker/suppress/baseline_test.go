package suppress

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sceplint/sceplint/checker"
)

// TestBaselineMoved looks findings up, in their files and in those that they came
// from.
func TestBaselineMoved(t *testing.T) {
	var text bytes.Buffer
	var list []KnownFinding
	for i := range 5 {
		list = append(list, KnownFinding{File: fmt.Sprint(i), Rule: "r", Fingerprint: fmt.Sprint(i % 2), Related: []string{"x"}})
	}
	slices.Reverse(list)
	if err := WriteBaseline(&text, list); err != nil {
		t.Fatal(err)
	}
	b, err := ParseBaseline(text.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	gone := func(file string) bool { asked++; return file == "2" || file == "4" }
	for _, c := range []struct {
		file, fingerprint string
		want              bool
	}{{"0", "0", true}, {"1", "0", true}, {"new", "0", true}, {"new", "1", false}, {"0", "1", false}, {"0", "2", false}} {
		if got := b.Contains(&checker.Finding{Fingerprint: c.fingerprint}, c.file, gone); got != c.want {
			t.Errorf("%s in %s: %v", c.fingerprint, c.file, got)
		}
	}
	if asked != 5 { // once for each entry of a fingerprint that moved
		t.Errorf("asked for %d files", asked)
	}
	dropped, kept := b.Split(func(_ *KnownFinding, found bool) bool { return !found })
	if len(dropped) != 2 || len(kept) != 3 || dropped[0].File != "1" || kept[2].File != "4" {
		t.Errorf("dropped %v, kept %v", dropped, kept)
	}
	if diff := cmp.Diff([]string{"x"}, kept[0].Related); diff != "" || !b.HasFile("x") {
		t.Error(diff)
	}
}

// TestBaselineLimits holds that a file of another kind, or a very large one, is
// refused, with few allocations.
func TestBaselineLimits(t *testing.T) {
	entry := `{"file":"f","rule":"r","message":"","fingerprint":"0"},`
	for want, text := range map[string]string{
		"more than 120000 findings":          `{"version":1,"findings":[` + strings.Repeat(entry, 400_000),
		"finding 1 is malformed":             `{"version":1,"findings":[{"file":"f","fingerprint":"0","related":[` + strings.Repeat(`"",`, 5<<20) + `""]}]}`,
		"invalid JSON":                       `{"x":` + strings.Repeat("[", 1<<20),
		`expected "{"`:                       "[]",
		`expected "["`:                       `{"version":1,"findings":{}}`,
		"finding 1 is missing a fingerprint": `{"version":1,"findings":[{}]}`,
		"version must be an integer":         `{"version":"topsecret"}`,
		"unsupported version 2":              `{"version":2}`,
		"trailing text":                      `{"version":1,"findings":[]}{}`,
		`missing key "version"`:              `{"findings":[]}`,
		`duplicate key "version"`:            `{"version":1,"version":1,"findings":[]}`,
		"line 3: not a baseline: finding 1":  "{\"version\":1,\n\"findings\":\n[7]}",
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := ParseBaseline([]byte(text))
		runtime.ReadMemStats(&after)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "topsecret") {
			t.Errorf("%.60s: %v, not %s", text, err, want)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 200<<20 {
			t.Errorf("%.60s: %d MiB are allocated", text, used>>20)
		}
	}
	if err := WriteBaseline(io.Discard, slices.Repeat([]KnownFinding{{File: "f", Fingerprint: "0"}}, 300_000)); err != nil {
		t.Error(err) // they are one
	}
	list := make([]KnownFinding, maxBaselineFindings+1)
	for i := range list {
		list[i] = KnownFinding{File: fmt.Sprint(i), Fingerprint: "0"}
	}
	if err := WriteBaseline(io.Discard, list); err == nil {
		t.Error("what cannot be read is written")
	}
}
