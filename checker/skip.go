package checker

import (
	"fmt"

	"github.com/sceplint/sceplint/checker/profile"
)

// Skip says why a path was not checked where that is no failure: there is nothing
// in it to check, or it is of a kind that is not read.
type Skip struct {
	Reason string // "" if the path was not skipped
	Kind   SkipKind
}

// SkipKind tells how much attention a skipped path deserves.
type SkipKind uint8

// The kinds of skipped paths, the most important first.
const (
	SkipNoted     SkipKind = iota // reported at once: it may hold what was meant to be checked
	SkipFound                     // counted in the summary: it might have held a profile
	SkipUnrelated                 // listed on request only: its name is not that of a profile or an export
)

// NotProfile is why a file that was not named itself is skipped because of its
// content.
const NotProfile = "not a profile or an export"

// TooLarge is why a file that was not named itself is skipped before all of it
// is read.
var TooLarge = fmt.Sprintf("larger than %d MiB, and not known to be a profile or an export", profile.MaxSize>>20)

// SkipError is what Input.Read returns for an input that turns out to hold nothing
// to check.
type SkipError struct{ Skip }

// Error gives the reason.
func (e *SkipError) Error() string { return e.Reason }
