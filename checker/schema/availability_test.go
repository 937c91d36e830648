package schema

import (
	"regexp"
	"slices"
	"testing"
)

// TestAvailabilities holds what the rules about targets rely on: each type has
// one row, and versions are numbers.
func TestAvailabilities(t *testing.T) {
	version := regexp.MustCompile(`^\d+\.\d+(\.\d+)?$`)
	check := func(what string, since Since, all bool) {
		for _, system := range []string{"ios", "macos", "tvos", "watchos", "visionos"} {
			if v := since.On(system); v != NotAvailable && !version.MatchString(v) && (all || v != "") {
				t.Errorf("%s is on %s since %q", what, system, v)
			}
		}
	}
	var types []string
	for _, row := range Availabilities {
		types = append(types, row.Types...)
		check(row.Types[0], row.Since, true)
		if row.Scope != "" && row.Scope != "System" && row.Scope != "User" || row.Scope != "" && row.Since.MacOS == NotAvailable {
			t.Errorf("%s has the scope %q on macOS %s", row.Types[0], row.Scope, row.Since.MacOS)
		}
	}
	slices.Sort(types)
	if len(slices.Compact(slices.Clone(types))) != len(types) {
		t.Errorf("a type stands twice in %v", types)
	}
	keys := map[string]bool{}
	for _, row := range KeyAvailabilities {
		for _, payloadType := range row.Types {
			_, found := slices.BinarySearch(types, payloadType)
			if id := payloadType + " " + row.Path; keys[id] || !found && payloadType != "Configuration" {
				t.Errorf("%s stands twice, or its payload is not known", id)
			} else {
				keys[id] = true
			}
		}
		check(row.Path, row.Since, false)
		if row.Since == (Since{}) {
			t.Errorf("%s says nothing", row.Path)
		}
	}
	if (Since{}).On("windows") != "" {
		t.Error("a system that is not known has a version")
	}
}
