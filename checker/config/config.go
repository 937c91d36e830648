// Package config reads .sceplint.yaml, the configuration of a run, and returns
// what applies to a file. It opens no files itself.
package config

import (
	_ "embed"
	"fmt"
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/sceplint/sceplint/checker"
)

// Name is the file name of a configuration.
const Name = ".sceplint.yaml"

// Names are all file names of a configuration. A directory has one of them.
var Names = []string{Name, ".sceplint.yml"}

// Schema is the JSON Schema of configuration files.
//
//go:embed config.schema.json
var Schema []byte

// Config is what a configuration file says. Files are named relative to the
// directory it lies in.
type Config struct {
	File             string // that it was read from; "" where there is none
	QuotesKeys       bool   // whether errors may quote its keys
	Packs            []Text // shipped packs; nil if the file does not speak of them
	Policies         []Text // files, directories and bundles
	Data             map[string]any
	DataKeys         []Text // the keys of Data
	Targets          checker.Targets
	Rules            []Level
	Exclude          []string
	Ignore           []*Ignore
	Overrides        []Override
	FailOn           string // "error", "warning", "info", "never", or ""
	Baseline         string
	VerifySignatures bool
	Trust            []Text // files
}

// Text is a value with its place.
type Text struct {
	Value string
	Place Place
}

// Place is a place in a configuration file, counted from 1.
type Place struct{ Line, Column int }

// Level is what a rule is to weigh, or that it is off or on.
type Level struct {
	Rule  Text   // an ID, a pack/ID, or a pattern of either
	Level string // "error", "warning", "info", "off" or "on"
}

// Ignore keeps findings back.
type Ignore struct {
	Rules  []Text
	Files  []string
	Reason string
	Place  Place
}

// Override holds for some files only. A later one goes before an earlier one.
type Override struct {
	Files   []string
	Rules   []Level
	Targets checker.Targets // nil: those of the run
}

// Error is a mistake in a configuration file.
type Error struct {
	File    string
	Place   Place
	Message string
}

// Error gives the message with its location.
func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Place.Line, e.Place.Column, e.Message)
}

// Wrong is an error at a place of the file.
func (c *Config) Wrong(at Place, format string, args ...any) *Error {
	return &Error{c.File, at, fmt.Sprintf(format, args...)}
}

// Match reports whether one of the patterns stands for a file, or for a
// directory that it lies in. The file is given relative to the directory of the
// configuration, with slashes; one that lies outside matches nothing. A pattern
// without a slash is matched against names at any depth.
func Match(patterns []string, file string) bool {
	if file == ".." || strings.HasPrefix(file, "../") || path.IsAbs(file) {
		return false
	}
	for _, pattern := range patterns {
		for at := file; at != "." && at != "/"; at = path.Dir(at) {
			if doublestar.MatchUnvalidated(pattern, at) {
				return true
			}
		}
	}
	return false
}

// anchored makes a pattern of the file one for Match; ok is false if it is not
// valid.
func anchored(pattern string) (string, bool) {
	p := strings.TrimSuffix(strings.TrimPrefix(pattern, "./"), "/")
	rooted := strings.HasPrefix(p, "/")
	p = strings.TrimPrefix(p, "/")
	if !rooted && !strings.Contains(p, "/") && p != "**" {
		p = "**/" + p
	}
	return p, p != "" && p != "**/" && doublestar.ValidatePattern(p) && !strings.HasPrefix(p, "../")
}

// MaxAlternatives is how many texts the braces of a pattern may stand for: each
// is tried.
const MaxAlternatives = 1024

// Alternatives bounds how many texts the braces of a pattern stand for.
func Alternatives(pattern string) int {
	product, open := 1, []int{}
	for i := 0; i < len(pattern) && product <= MaxAlternatives; i++ {
		switch pattern[i] {
		case '\\':
			i++
		case '{':
			open = append(open, 1)
		case ',':
			if len(open) > 0 {
				open[len(open)-1]++
			}
		case '}':
			if len(open) > 0 {
				product *= open[len(open)-1]
				open = open[:len(open)-1]
			}
		}
	}
	return product
}

// Holds reports whether an entry suppresses findings of a rule in a file.
func (g *Ignore) Holds(rule *checker.Meta, file string) bool {
	if len(g.Files) > 0 && !Match(g.Files, file) {
		return false
	}
	for _, r := range g.Rules {
		if MatchRule(r.Value, rule) {
			return true
		}
	}
	return false
}

// MatchRule reports whether an ID, a pack/ID or a pattern of either stands for
// a rule.
func MatchRule(pattern string, rule *checker.Meta) bool {
	if ok, _ := path.Match(pattern, rule.ID); ok {
		return true
	}
	if rule.Pack == "" {
		return false
	}
	ok, _ := path.Match(pattern, rule.Pack+"/"+rule.ID)
	return ok
}
