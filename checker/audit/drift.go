package audit

import (
	"fmt"

	"github.com/sceplint/sceplint/checker"
)

// Drift is one way in which what is deployed differs from the repository.
type Drift struct {
	Kind       string `json:"kind"` // "missing", "extra", "changed", "uuid" or "scope"
	Identifier string `json:"identifier"`
	File       string `json:"file"` // of the repository; "" for an extra one
	Key        string `json:"key,omitempty"`
	Repository string `json:"repository,omitempty"`
	Deployed   string `json:"deployed,omitempty"`
	Profiles   int    `json:"profiles"`
	Devices    int    `json:"devices"`
}

func (d *Drift) String() string { return fmt.Sprintf("%s: %s", d.Kind, d.Identifier) }

// Repository are the profiles as they are meant to be deployed.
type Repository struct{}

// Add compares the profiles of a result.
func (r *Repository) Add(*checker.Result) {}

// Drift gives the differences.
func (r *Repository) Drift() []Drift { return nil }
