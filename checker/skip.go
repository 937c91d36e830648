package checker

import (
	"fmt"

	"github.com/sceplint/sceplint/checker/plist"
)

// Skip is why a path was not checked, if that is not a failure: there is nothing
// to check in it, or it is of a kind that is not read.
type Skip struct {
	Reason string // "" if the path was not skipped
	Kind   SkipKind
}

// SkipKind says how important a skipped path is.
type SkipKind uint8

// The kinds of skipped paths, the most important first.
const (
	SkipNoted     SkipKind = iota // reported at once: it may contain what should be checked
	SkipFound                     // counted in the summary: it might have been a profile
	SkipUnrelated                 // listed on request only: its name is not that of a profile or an export
)

// NotProfile is why a file that the user did not name is skipped because of its
// content.
const NotProfile = "not a profile or an export"

// TooLarge is why a file that the user did not name is skipped before all of it
// is read.
var TooLarge = fmt.Sprintf("larger than %d MiB, and not known to be a profile or an export", plist.MaxSize>>20)

// SkipError is what Input.Read returns if the input contains nothing to check.
type SkipError struct{ Skip }

// Error returns the reason.
func (e *SkipError) Error() string { return e.Reason }
