package audit

import "github.com/sceplint/sceplint/checker/profile"

// Settings are the values of a profile by path.
type Settings struct{}

func newSettings(*profile.Profile, *profile.Secrets) *Settings { return &Settings{} }
