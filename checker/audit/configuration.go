// Package audit summarizes a fleet: which SCEP configurations its profiles have,
// on how many devices, and with which findings. Summaries of parts of a fleet
// can be merged into that of the whole.
package audit

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sceplint/sceplint/checker/profile"
)

// Configuration is what a SCEP payload requests, without what differs from
// device to device: only the attributes of Subject and SubjectAltName, only the
// kind of Challenge, and no query of a URL. A setting that is template text, or
// of a type that devices reject, is described as such.
type Configuration struct {
	URL                string `json:"url"`
	Host               string `json:"host"`
	Name               string `json:"name"`
	Subject            string `json:"subject"`
	SubjectAltName     string `json:"subject_alt_name"`
	Challenge          string `json:"challenge"`
	Keysize            string `json:"keysize"`
	KeyType            string `json:"key_type"`
	KeyUsage           string `json:"key_usage"`
	CAFingerprint      string `json:"ca_fingerprint"`
	Fingerprint        string `json:"fingerprint_algorithm"`
	Retries            string `json:"retries"`
	RetryDelay         string `json:"retry_delay"`
	AllowAllAppsAccess string `json:"allow_all_apps_access"`
	KeyIsExtractable   string `json:"key_is_extractable"`
}

// What is written instead of a value that is not known.
const (
	isVariable = "variable"
	isInvalid  = "invalid"
	isAbsent   = "not set"
)

// configure returns what a SCEP payload requests. mask masks secrets in texts.
func configure(s *profile.SCEP, mask func(string) string) Configuration {
	url := s.URLParts()
	c := Configuration{
		URL:                address(s, url, mask),
		Host:               isAbsent,
		Name:               text(s.Name, mask),
		Subject:            subject(s, mask),
		SubjectAltName:     names(s.SubjectAltName, mask),
		Challenge:          string(s.ChallengeKind),
		Keysize:            value(s.Keysize, func(v int64) string { return strconv.FormatInt(v, 10) }),
		KeyType:            text(s.KeyType, mask),
		KeyUsage:           value(s.KeyUsage, func(v int64) string { return strconv.FormatInt(v, 10) }),
		CAFingerprint:      isAbsent,
		Fingerprint:        isAbsent,
		Retries:            value(s.Retries, func(v int64) string { return strconv.FormatInt(v, 10) }),
		RetryDelay:         value(s.RetryDelay, func(v int64) string { return strconv.FormatInt(v, 10) }),
		AllowAllAppsAccess: value(s.AllowAllAppsAccess, strconv.FormatBool),
		KeyIsExtractable:   value(s.KeyIsExtractable, strconv.FormatBool),
	}
	switch {
	case url.HostKnown:
		c.Host = truncate(mask(url.Host)) // it may be a piece of the document, as the other texts
	case s.URL.Variable:
		c.Host = isVariable
	case s.URL.Set():
		c.Host = isInvalid
	}
	switch f := s.CAFingerprint; {
	case f.Variable:
		c.CAFingerprint, c.Fingerprint = isVariable, isVariable
	case f.Algorithm != "":
		c.CAFingerprint, c.Fingerprint = hex.EncodeToString(f.Bytes), f.Algorithm
	case f.Node != nil:
		c.CAFingerprint, c.Fingerprint = isInvalid, isInvalid
	}
	return c
}

// longest is how many bytes of a text are kept.
const longest = 300

func truncate(s string) string {
	if len(s) <= longest {
		return strings.Clone(s)
	}
	return strings.ToValidUTF8(s[:longest], "") + "…"
}

// value returns an effective value, or why there is none.
func value[T any](s profile.Setting[T], say func(T) string) string {
	switch {
	case s.Known:
		return say(s.Value)
	case s.Variable:
		return isVariable
	case s.Set():
		return isInvalid
	}
	return isAbsent
}

// text is value for texts, with their template text.
func text(s profile.Setting[string], mask func(string) string) string {
	if s.Variable {
		return truncate(mask(s.Node.Text()))
	}
	return value(s, func(v string) string { return truncate(mask(v)) })
}

// address returns the URL without user info, query, and fragment.
func address(s *profile.SCEP, url profile.URLParts, mask func(string) string) string {
	if s.URL.Node == nil {
		return isAbsent
	}
	if url.SchemeKnown && url.HostKnown && url.PathKnown {
		host := url.Host
		if strings.Contains(host, ":") {
			host = "[" + host + "]"
		}
		if url.PortKnown {
			host += ":" + strconv.Itoa(url.Port)
		}
		return truncate(mask(url.Scheme + "://" + host + url.Path))
	}
	raw, _ := s.URL.Node.Str()
	if raw == "" {
		return isInvalid
	}
	before, _, _ := strings.Cut(mask(raw), "?")
	return truncate(before)
}

// subject returns the attribute types of a Subject in order.
func subject(s *profile.SCEP, mask func(string) string) string {
	switch {
	case s.Subject.Node == nil:
		return isAbsent
	case s.Subject.Variable:
		return isVariable
	}
	var list []string
	for _, a := range s.Subject.Attributes {
		name, oid := a.Names()
		list = append(list, truncate(mask(cmp.Or(name, oid, a.Type.Text(), isInvalid))))
	}
	if len(list) == 0 {
		return isInvalid
	}
	return strings.Join(list[:min(len(list), 20)], ", ")
}

// names returns the keys of a SubjectAltName.
func names(n *profile.Node, mask func(string) string) string {
	switch {
	case n == nil:
		return isAbsent
	case !n.Is(profile.Dict):
		return isInvalid
	}
	var list []string
	for c := range n.Children() {
		if len(list) < 20 {
			list = append(list, truncate(mask(c.Key)))
		}
	}
	slices.Sort(list)
	return strings.Join(slices.Compact(list), ", ")
}

// ID identifies a configuration: the same settings have the same ID, in every
// run.
func (c *Configuration) ID() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", *c))
	return hex.EncodeToString(sum[:6])
}

// The places of fields by which configurations are sorted.
const urlField, hostField, nameField = 0, 1, 2

// fields returns the texts.
func (c *Configuration) fields() [15]*string {
	return [...]*string{
		&c.URL, &c.Host, &c.Name, &c.Subject, &c.SubjectAltName, &c.Challenge, &c.Keysize, &c.KeyType, &c.KeyUsage, &c.CAFingerprint, &c.Fingerprint,
		&c.Retries, &c.RetryDelay, &c.AllowAllAppsAccess, &c.KeyIsExtractable,
	}
}
