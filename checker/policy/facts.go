package policy

import (
	"encoding/binary"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/sceplint/sceplint/checker/profile"
	"github.com/sceplint/sceplint/checker/secret"
)

// Facts are the values of the paths that a policy reads, encoded one after the
// other. Encodings are equal if, and only if, the values are, and none is the
// beginning of another. Those of single settings are made from the profile, without
// the terms of the document, since nearly all policies have seen the same facts
// before. TestFactEncodings holds that both ways lead to the same bytes.

// The kinds of values, of which each encoding begins with one.
const (
	factUndefined byte = iota
	factNull
	factFalse
	factTrue
	factNumber
	factString
	factArray
	factObject
	factSet
)

func appendBool(key []byte, value bool) []byte {
	if value {
		return append(key, factTrue)
	}
	return append(key, factFalse)
}

func appendText(key []byte, kind byte, text string) []byte {
	return append(binary.AppendUvarint(append(key, kind), uint64(len(text))), text...)
}

func appendString(key []byte, text string) []byte { return appendText(key, factString, text) }

func appendInteger(key []byte, value int64) []byte {
	var digits [20]byte
	text := strconv.AppendInt(digits[:0], value, 10)
	return append(append(key, factNumber, byte(len(text))), text...)
}

// appendTerm appends any value of the document, or nil where there is no value.
func appendTerm(key []byte, t *ast.Term) []byte {
	if t == nil {
		return append(key, factUndefined)
	}
	count := func(kind byte, n int) { key = binary.AppendUvarint(append(key, kind), uint64(n)) }
	switch v := t.Value.(type) {
	case ast.Boolean:
		return appendBool(key, bool(v))
	case ast.Number:
		return appendText(key, factNumber, string(v))
	case ast.String:
		return appendString(key, string(v))
	case *ast.Array:
		count(factArray, v.Len())
		for i := range v.Len() {
			key = appendTerm(key, v.Elem(i))
		}
		return key
	case ast.Object:
		count(factObject, v.Len())
		v.Foreach(func(name, value *ast.Term) { key = appendTerm(appendTerm(key, name), value) }) // in order
		return key
	case ast.Set:
		count(factSet, v.Len())
		v.Foreach(func(x *ast.Term) { key = appendTerm(key, x) })
		return key
	}
	return append(key, factNull)
}

// find follows a path of fields; nil if there is nothing.
func find(t *ast.Term, path string) *ast.Term {
	for more := path != "" && t != nil; more; {
		var name string
		name, path, more = strings.Cut(path, "\x00")
		object, ok := t.Value.(ast.Object)
		if !ok {
			return nil
		}
		if t = object.Get(term(name)); t == nil {
			return nil
		}
	}
	return t
}

// A scepFact appends the value of a path in a row of scep, a certificateFact that of
// one in a row of certificates.
type (
	scepFact        func(d *document, s *profile.SCEP, key []byte) []byte
	certificateFact func(d *document, c *profile.Certificate, key []byte) []byte
)

// scepFactOf returns the fact of a path.
func scepFactOf(path string) scepFact {
	name, rest, _ := strings.Cut(path, "\x00")
	if fact := plainSCEPFact(name, rest); fact != nil {
		return fact
	}
	for _, field := range scepFields {
		if field.name == name {
			return func(d *document, s *profile.SCEP, key []byte) []byte {
				return appendTerm(key, find(field.value(d, s), rest))
			}
		}
	}
	return func(_ *document, _ *profile.SCEP, key []byte) []byte { return append(key, factUndefined) }
}

// plainSCEPFact returns the fact of a path whose value needs no term; nil for others.
func plainSCEPFact(name, rest string) scepFact {
	switch name {
	case "index":
		if rest == "" {
			return func(_ *document, s *profile.SCEP, key []byte) []byte { return appendInteger(key, int64(s.Index)) }
		}
	case "paths":
		return pathFact(rest)
	case "url":
		return urlFact(rest)
	case "challenge":
		return challengeFact(rest)
	case "fingerprint":
		return fingerprintFact(rest)
	case "keysize":
		return settingFact(rest, func(s *profile.SCEP) *profile.Setting[int64] { return &s.Keysize }, appendInteger)
	case "key_usage":
		return settingFact(rest, func(s *profile.SCEP) *profile.Setting[int64] { return &s.KeyUsage }, appendInteger)
	case "retries":
		return settingFact(rest, func(s *profile.SCEP) *profile.Setting[int64] { return &s.Retries }, appendInteger)
	case "retry_delay":
		return settingFact(rest, func(s *profile.SCEP) *profile.Setting[int64] { return &s.RetryDelay }, appendInteger)
	case "allow_all_apps_access":
		return settingFact(rest, func(s *profile.SCEP) *profile.Setting[bool] { return &s.AllowAllAppsAccess }, appendBool)
	case "key_is_extractable":
		return settingFact(rest, func(s *profile.SCEP) *profile.Setting[bool] { return &s.KeyIsExtractable }, appendBool)
	case "subject_set":
		if rest == "" {
			return func(_ *document, s *profile.SCEP, key []byte) []byte { return appendBool(key, s.Subject.Node != nil) }
		}
	}
	return nil
}

// settingFact returns the fact of a field of a setting.
func settingFact[T any](field string, of func(*profile.SCEP) *profile.Setting[T], appendValue func([]byte, T) []byte) scepFact {
	switch field {
	case "value":
		return func(_ *document, s *profile.SCEP, key []byte) []byte {
			if x := of(s); x.Known {
				return appendValue(key, x.Value)
			}
			return append(key, factUndefined)
		}
	case "set":
		return func(_ *document, s *profile.SCEP, key []byte) []byte { return appendBool(key, of(s).Set()) }
	case "variable":
		return func(_ *document, s *profile.SCEP, key []byte) []byte { return appendBool(key, of(s).Variable) }
	}
	return nil
}

// pathFact returns the fact of the path of a SCEP key.
func pathFact(name string) scepFact {
	if !isSCEPKey(name) {
		return nil
	}
	return func(_ *document, s *profile.SCEP, key []byte) []byte {
		steps := pathForms[pathFormOf(s)]
		n := len(steps)
		isSet := s.Content.Get(name) != nil
		if isSet {
			n++
		}
		key = append(key, factArray, byte(n))
		for _, step := range steps {
			if step == stepIndex {
				key = appendInteger(key, int64(s.Index))
			} else {
				key = appendString(key, step)
			}
		}
		if isSet {
			key = appendString(key, name)
		}
		return key
	}
}

func urlFact(field string) scepFact {
	switch field {
	case "text":
		return func(d *document, s *profile.SCEP, key []byte) []byte {
			return appendString(key, d.masked(s.URL.Node.Text()))
		}
	case "set":
		return func(_ *document, s *profile.SCEP, key []byte) []byte { return appendBool(key, s.URL.Set()) }
	case "variable":
		return func(_ *document, s *profile.SCEP, key []byte) []byte { return appendBool(key, s.URL.Variable) }
	case "scheme":
		return func(d *document, s *profile.SCEP, key []byte) []byte {
			if u := d.partsOf(s); u.SchemeKnown {
				return appendString(key, d.masked(u.Scheme))
			}
			return append(key, factUndefined)
		}
	case "host":
		return func(d *document, s *profile.SCEP, key []byte) []byte {
			if u := d.partsOf(s); u.HostKnown {
				return appendString(key, d.masked(u.Host))
			}
			return append(key, factUndefined)
		}
	}
	return nil
}

func challengeFact(field string) scepFact {
	switch field {
	case "kind":
		return func(_ *document, s *profile.SCEP, key []byte) []byte {
			return appendString(key, string(s.ChallengeKind))
		}
	case "set":
		return func(_ *document, s *profile.SCEP, key []byte) []byte { return appendBool(key, s.Challenge.Set()) }
	case "variable":
		return func(_ *document, s *profile.SCEP, key []byte) []byte { return appendBool(key, s.Challenge.Variable) }
	case "length":
		return func(_ *document, s *profile.SCEP, key []byte) []byte {
			return appendInteger(key, int64(utf8.RuneCountInString(s.Challenge.Node.Text())))
		}
	case "guessable":
		return func(_ *document, s *profile.SCEP, key []byte) []byte {
			return appendBool(key, hasLiteralChallenge(s) && secret.IsWeakChallenge(s.Challenge.Value))
		}
	case "shared_count":
		return func(d *document, s *profile.SCEP, key []byte) []byte {
			count, _ := d.sharedChallenge(s)
			return appendInteger(key, int64(count))
		}
	}
	return nil
}

func fingerprintFact(field string) scepFact {
	switch field {
	case "set":
		return func(_ *document, s *profile.SCEP, key []byte) []byte {
			return appendBool(key, s.CAFingerprint.Node != nil)
		}
	case "variable":
		return func(_ *document, s *profile.SCEP, key []byte) []byte {
			return appendBool(key, s.CAFingerprint.Variable)
		}
	case "algorithm":
		return func(_ *document, s *profile.SCEP, key []byte) []byte {
			if x := &s.CAFingerprint; x.Bytes != nil && x.Algorithm != "" {
				return appendString(key, x.Algorithm)
			}
			return append(key, factUndefined)
		}
	}
	return nil
}

// certificateFactOf returns the fact of a path. That of days_left is read of nearly all
// certificates.
func certificateFactOf(path string) certificateFact {
	if path == "days_left" {
		return func(d *document, c *profile.Certificate, key []byte) []byte {
			if c.Parsed == nil {
				return append(key, factUndefined)
			}
			return appendInteger(key, d.daysLeft(c))
		}
	}
	name, rest, _ := strings.Cut(path, "\x00")
	return func(d *document, c *profile.Certificate, key []byte) []byte {
		return appendTerm(key, find(d.certificateField(c, name), rest))
	}
}

// appendRun appends what is the same for a whole run, of which there may be two.
func (d *document) appendRun(key []byte) []byte {
	key = binary.AppendVarint(key, d.pass.Now.UnixNano())
	key = binary.AppendUvarint(key, uint64(len(d.pass.Targets)))
	for _, t := range d.pass.Targets {
		key = appendString(appendString(key, t.System), t.Version)
	}
	return key
}

// appendFacts appends what of a document a policy reads: for each section the number
// of its rows, and what they hold.
func (f *dependencies) appendFacts(d *document, key []byte) []byte {
	if len(f.scep) > 0 {
		rows := d.scepRows()
		key = binary.AppendUvarint(key, uint64(len(rows)))
		for _, s := range rows {
			for _, fact := range f.scepFacts {
				key = fact(d, s, key)
			}
		}
	}
	if len(f.certificates) > 0 {
		rows := d.p.Certificates()
		key = binary.AppendUvarint(key, uint64(len(rows)))
		for i := range rows {
			for _, fact := range f.certificateFacts {
				key = fact(d, &rows[i], key)
			}
		}
	}
	return key
}
