package checker

import (
	"slices"
	"strings"
	"testing"
)

// TestWithoutExplained holds which findings explain others, and that no two explain
// each other away.
func TestWithoutExplained(t *testing.T) {
	rule, other := &Meta{ID: "rule"}, &Meta{ID: "other"}
	general, policy := &Meta{ID: "general", Defers: true}, &Meta{ID: "policy", Defers: true}
	strict := &Meta{ID: "strict", Defers: true, Explains: []string{"policy"}}
	mutual := &Meta{ID: "mutual", Defers: true, Explains: []string{"strict"}}
	strict.Explains = append(strict.Explains, "mutual")
	required := &Meta{ID: "required", Unsuppressible: true, Defers: true}
	content := func(key ...any) []any { return append([]any{"PayloadContent", 0, "PayloadContent"}, key...) }
	at := func(r *Meta, s Severity, path ...any) Finding { return Finding{Rule: r, Severity: s, Path: path} }
	missing := func(r *Meta, s Severity, key string) Finding {
		f := Finding{Rule: r, Severity: s, Path: content(), opening: true}
		f.Missing(key)
		return f
	}
	standsFor := func(f Finding, path ...any) Finding { f.StandsFor(path...); return f }
	in := func(f Finding, profile int) Finding { f.Ordinal = profile; return f }
	misspelled := standsFor(at(rule, Error, content("KeySize")...), content("Keysize")...)
	noContent := standsFor(Finding{Rule: rule, Severity: Error, Path: []any{"PayloadContent", 0}, opening: true}, content()...)
	for name, c := range map[string]struct {
		found []Finding
		want  string
	}{
		"an error explains what defers":              {[]Finding{at(policy, Error, content("URL")...), at(rule, Error, content("URL")...)}, "rule"},
		"a warning does not":                         {[]Finding{at(policy, Error, content("URL")...), at(rule, Warning, content("URL")...)}, "policy rule"},
		"nor an error at another key":                {[]Finding{at(policy, Error, content("URL")...), at(rule, Error, content("Name")...)}, "policy rule"},
		"nor one in another profile":                 {[]Finding{at(policy, Error, content("URL")...), in(at(rule, Error, content("URL")...), 1)}, "policy rule"},
		"nor one of a rule that defers":              {[]Finding{at(policy, Error, content("URL")...), at(general, Error, content("URL")...)}, "policy general"},
		"what does not defer is reported":            {[]Finding{at(other, Error, content("URL")...), at(rule, Error, content("URL")...)}, "other rule"},
		"what cannot be suppressed is reported":      {[]Finding{at(required, Error, content("URL")...), at(rule, Error, content("URL")...)}, "required rule"},
		"an element is part of its key":              {[]Finding{at(policy, Error, content("Subject", 0, 0, 1)...), at(rule, Error, content("Subject")...)}, "rule"},
		"a key is about its elements":                {[]Finding{at(policy, Error, content("Subject")...), at(rule, Error, content("Subject", 0, 0, 0)...)}, "rule"},
		"two elements are apart":                     {[]Finding{at(policy, Error, content("Subject", 1)...), at(rule, Error, content("Subject", 0)...)}, "policy rule"},
		"a key inside is apart":                      {[]Finding{at(policy, Error, content("SubjectAltName", "dNSName")...), at(rule, Error, content("SubjectAltName")...)}, "policy rule"},
		"payloads are no keys":                       {[]Finding{at(policy, Error, "PayloadContent", 0), at(rule, Error, "PayloadContent", 0)}, "policy rule"},
		"the opening of a dictionary is no key":      {[]Finding{{Rule: policy, Severity: Error, Path: content(), opening: true}, at(rule, Error, content()...)}, "policy rule"},
		"a misspelled key is not missing":            {[]Finding{missing(other, Error, "Keysize"), misspelled, missing(policy, Error, "Keysize")}, "rule"},
		"but another one is":                         {[]Finding{missing(other, Error, "URL"), misspelled, missing(policy, Error, "URL")}, "other rule"},
		"nor a misplaced one":                        {[]Finding{standsFor(at(rule, Error, "PayloadContent", 0, "URL"), content("URL")...), noContent}, "rule"},
		"two misspellings of a key":                  {[]Finding{misspelled, standsFor(at(rule, Error, content("Key_Size")...), content("Keysize")...)}, "rule rule"},
		"the schema knows the misspelling too":       {[]Finding{standsFor(at(general, Error, content("KeySize")...), content("Keysize")...), standsFor(at(rule, Warning, content("KeySize")...), content("Keysize")...)}, "rule"},
		"all inside of what is missing":              {[]Finding{missing(policy, Error, "Keysize"), noContent}, "rule"},
		"missing twice, the more severe":             {[]Finding{missing(rule, Warning, "Keysize"), missing(policy, Error, "Keysize")}, "policy"},
		"missing twice, what does not defer":         {[]Finding{missing(policy, Error, "Keysize"), missing(rule, Error, "Keysize")}, "rule"},
		"a policy explains what it lists":            {[]Finding{at(policy, Error, content("URL")...), at(strict, Info, content("URL")...)}, "policy strict"},
		"unless it is less severe":                   {[]Finding{at(policy, Info, content("URL")...), at(strict, Error, content("URL")...)}, "strict"},
		"policies that list each other":              {[]Finding{at(mutual, Error, content("URL")...), at(strict, Error, content("URL")...)}, "mutual"},
		"an explained finding explains":              {[]Finding{at(policy, Error, content("URL")...), at(strict, Error, content("URL")...), at(rule, Error, content("URL")...)}, "rule"},
		"keys that hold what separates others apart": {[]Finding{at(policy, Error, "a\x00.1:b"), at(rule, Error, "a", "b")}, "policy rule"},
	} {
		for i := range c.found {
			c.found[i].settleKey()
		}
		for range 2 {
			var got []string
			for _, f := range withoutExplained(slices.Clone(c.found)) {
				got = append(got, f.Rule.ID)
			}
			slices.Sort(got)
			want := strings.Fields(c.want)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("%s: reported %v, want %v", name, got, want)
			}
			slices.Reverse(c.found)
			if name == "policies that list each other" {
				break // either
			}
		}
	}
}
