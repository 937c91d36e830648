package checker

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Target is a platform that profiles are for.
type Target struct {
	System  string // "ios", "macos", "tvos", "watchos" or "visionos"
	Version string // the minimum version, such as "17" or "17.4"; "" for any
}

// Number returns the version as three numbers, with zeros for missing ones.
func (t Target) Number() (number [3]int) {
	for i, part := range strings.SplitN(t.Version, ".", len(number)) {
		number[i], _ = strconv.Atoi(part) // ParseTargets let numbers through only
	}
	return number
}

// Targets are the platforms of a run; if there are none, they are not known.
type Targets []Target

// Systems are the names that targets may have. iPadOS counts as ios.
var Systems = []string{"ios", "macos", "tvos", "watchos", "visionos"}

// Has reports whether a platform is among the targets.
func (t Targets) Has(system string) bool {
	return slices.ContainsFunc(t, func(x Target) bool { return x.System == system })
}

// ParseTargets parses "ios=17,macos=14.2"; a name alone stands for any version.
func ParseTargets(text string) (Targets, error) {
	var list Targets
	for part := range strings.SplitSeq(text, ",") {
		system, version, versioned := strings.Cut(strings.TrimSpace(part), "=")
		system = strings.ToLower(system)
		if system == "ipados" {
			system = "ios"
		}
		if !slices.Contains(Systems, system) {
			return nil, fmt.Errorf("unknown platform %q; expected %s, such as ios=17,macos=14", system, strings.Join(Systems, ", "))
		}
		if list.Has(system) {
			return nil, fmt.Errorf("duplicate target %s", system)
		}
		if versioned && !validVersion(version) {
			return nil, fmt.Errorf("target %s: invalid version %q; expected numbers with dots, such as %s=17.2", system, version, system)
		}
		list = append(list, Target{system, version})
	}
	return list, nil
}

func validVersion(v string) bool {
	parts := strings.Split(v, ".")
	for _, p := range parts {
		if _, err := strconv.ParseUint(p, 10, 16); err != nil {
			return false
		}
	}
	return len(parts) <= 3
}
