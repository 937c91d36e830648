package policy

import (
	"encoding/hex"
	"slices"
	"unicode/utf8"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/keyname"
	"github.com/sceplint/sceplint/checker/profile"
	"github.com/sceplint/sceplint/checker/secret"
)

// scepPaths returns the paths of the SCEP keys of a payload.
func scepPaths(s *profile.SCEP) *ast.Term {
	key := pathsKey{index: s.Index, form: pathFormOf(s)}
	for i, k := range profile.SCEPKeys {
		if s.Content.Get(k.Name) != nil {
			key.present |= 1 << i
		}
	}
	return pathsTerm(key, func() *ast.Term {
		var dict []*ast.Term // the path of what the keys stand in
		for _, step := range pathForms[key.form] {
			if step == stepIndex {
				dict = append(dict, ast.InternedTerm(key.index))
			} else {
				dict = append(dict, term(step))
			}
		}
		f := make(fields, 0, len(profile.SCEPKeys))
		for i, k := range profile.SCEPKeys {
			if key.present&(1<<i) == 0 {
				f.add(k.Name, ast.ArrayTerm(dict...))
			} else {
				f.add(k.Name, ast.ArrayTerm(append(slices.Clone(dict), ast.StringTerm(k.Name))...))
			}
		}
		return f.term()
	})
}

// stepIndex stands for the index of a payload in a path.
const stepIndex = ""

// pathForms are the paths of what the keys of a SCEP payload stand in.
var pathForms = [...][]string{
	{}, // the keys stand at the top of the document
	{"PayloadContent"},
	{"PayloadContent", stepIndex},
	{"PayloadContent", stepIndex, "PayloadContent"},
}

// pathFormOf returns which of the pathForms a payload has.
func pathFormOf(s *profile.SCEP) int {
	switch {
	case s.Declarative() || s.Bare() && s.Content == s.Node:
		return 0
	case s.Bare():
		return 1
	case s.Content == nil:
		return 2
	}
	return 3
}

// isSCEPKey reports whether a name is that of a SCEP key.
func isSCEPKey(name string) bool {
	for _, k := range profile.SCEPKeys {
		if k.Name == name {
			return true
		}
	}
	return false
}

// scepFields make the fields of a row of scep.
var scepFields = []struct {
	name  string
	value func(*document, *profile.SCEP) *ast.Term
}{
	{"index", func(_ *document, s *profile.SCEP) *ast.Term { return ast.InternedTerm(s.Index) }},
	{"identifier", func(d *document, s *profile.SCEP) *ast.Term { return d.text(s.Identifier) }},
	{"uuid", func(d *document, s *profile.SCEP) *ast.Term { return d.text(s.UUID) }},
	{"path", func(_ *document, s *profile.SCEP) *ast.Term { return payloadPath(s) }},
	{"paths", func(_ *document, s *profile.SCEP) *ast.Term { return scepPaths(s) }},
	{"keys", (*document).keys},
	{"types", func(_ *document, s *profile.SCEP) *ast.Term { return types(s) }},
	{"url", (*document).url},
	{"name", func(d *document, s *profile.SCEP) *ast.Term { return d.textSetting(s.Name) }},
	{"subject", (*document).subject},
	{"subject_set", func(_ *document, s *profile.SCEP) *ast.Term { return ast.InternedTerm(s.Subject.Node != nil) }},
	{"subject_variable", func(_ *document, s *profile.SCEP) *ast.Term { return ast.InternedTerm(s.Subject.Variable) }},
	{"san", (*document).san},
	{"challenge", (*document).challenge},
	{"keysize", func(_ *document, s *profile.SCEP) *ast.Term { return integerSetting(s.Keysize) }},
	{"key_type", func(d *document, s *profile.SCEP) *ast.Term { return d.textSetting(s.KeyType) }},
	{"key_usage", func(_ *document, s *profile.SCEP) *ast.Term { return integerSetting(s.KeyUsage) }},
	{"fingerprint", (*document).fingerprint},
	{"retries", func(_ *document, s *profile.SCEP) *ast.Term { return integerSetting(s.Retries) }},
	{"retry_delay", func(_ *document, s *profile.SCEP) *ast.Term { return integerSetting(s.RetryDelay) }},
	{"allow_all_apps_access", func(_ *document, s *profile.SCEP) *ast.Term { return booleanSetting(s.AllowAllAppsAccess) }},
	{"key_is_extractable", func(_ *document, s *profile.SCEP) *ast.Term { return booleanSetting(s.KeyIsExtractable) }},
}

func (d *document) scep(s *profile.SCEP) *ast.Term {
	f := make(fields, 0, len(scepFields))
	for _, field := range scepFields {
		if d.scepParts.shown(field.name) {
			f.add(field.name, field.value(d, s))
		}
	}
	return f.term()
}

func payloadPath(s *profile.SCEP) *ast.Term {
	if s.Declarative() || s.Bare() {
		return ast.ArrayTerm()
	}
	return ast.ArrayTerm(term("PayloadContent"), ast.InternedTerm(s.Index))
}

// keys returns the keys of a payload as they are written; of duplicates, the one
// that a device uses.
func (d *document) keys(s *profile.SCEP) *ast.Term {
	f := make(fields, 0, s.Content.Len())
	for n := range s.Content.Children() {
		if s.Content.Get(n.Key) == n {
			f = append(f, [2]*ast.Term{d.text(n.Key), d.raw(n, keyname.IsSecret(n.Key))})
		}
	}
	return f.term()
}

func types(s *profile.SCEP) *ast.Term {
	f := make(fields, 0, s.Content.Len())
	for n := range s.Content.Children() {
		if s.Content.Get(n.Key) == n {
			f = append(f, [2]*ast.Term{ast.StringTerm(n.Key), term(n.Kind.String())})
		}
	}
	return f.term()
}

// text returns a string without the secrets that may be in it.
func (d *document) text(s string) *ast.Term { return ast.StringTerm(d.masked(s)) }

func setting[T any](s profile.Setting[T], term func(T) *ast.Term) fields {
	f := make(fields, 0, 3)
	if s.Known {
		f.add("value", term(s.Value))
	}
	f.flag("set", s.Set())
	f.flag("variable", s.Variable)
	return f
}

func integerSetting(s profile.Setting[int64]) *ast.Term { return setting(s, integer).term() }

func booleanSetting(s profile.Setting[bool]) *ast.Term {
	return setting(s, ast.InternedTerm[bool]).term()
}

func (d *document) textSetting(s profile.Setting[string]) *ast.Term {
	return setting(s, d.text).term()
}

func (d *document) url(s *profile.SCEP) *ast.Term {
	f := setting(s.URL, d.text)
	f.add("text", d.text(s.URL.Node.Text()))
	u := d.partsOf(s)
	if u.SchemeKnown {
		f.add("scheme", d.text(u.Scheme))
	}
	if u.HostKnown {
		f.add("host", d.text(u.Host))
	}
	if u.PortKnown {
		f.number("port", u.Port)
	}
	if u.PathKnown {
		f.add("path", d.text(u.Path))
	}
	f.flag("query", u.Query)
	f.flag("user", u.User)
	return f.term()
}

func (d *document) subject(s *profile.SCEP) *ast.Term {
	list := make([]*ast.Term, 0, len(s.Subject.Attributes))
	for _, a := range s.Subject.Attributes {
		short, oid := a.Names()
		f := d.named(a.Type.Text(), a.Value)
		f.text("name", short)
		f.text("oid", oid)
		f.number("rdn", a.RDN)
		list = append(list, f.term())
	}
	return ast.ArrayTerm(list...)
}

// named returns a name of the requested certificate: its type, its text, and its
// value if that is known.
func (d *document) named(kind string, value *profile.Node) fields {
	text := d.scalar(value, false)
	variable := value.Unrendered() || value.HasVariable()
	f := make(fields, 0, 8)
	f.add("type", d.text(kind))
	if !variable {
		f.add("value", text)
	}
	f.add("text", text)
	f.flag("variable", variable)
	f.add("path", pathOf(value))
	return f
}

func (d *document) san(s *profile.SCEP) *ast.Term {
	n := s.SubjectAltName
	list := []*ast.Term{}
	variable := n.Unrendered() || n.Templated() || n.Is(profile.String) && n.HasVariable()
	take := func(kind string, value *profile.Node) {
		if value.Is(profile.String, profile.Template) {
			f := d.named(kind, value)
			variable = variable || value.Unrendered() || value.HasVariable()
			list = append(list, f.term())
		}
	}
	if n.Is(profile.Dict) {
		for c := range n.Children() {
			if !c.Is(profile.Array) {
				take(c.Key, c)
				continue
			}
			for value := range c.Children() {
				take(c.Key, value)
			}
		}
	}
	f := make(fields, 0, 3)
	f.flag("set", n != nil)
	f.flag("variable", variable)
	f.add("names", ast.ArrayTerm(list...))
	return f.term()
}

// sharedChallenge is the kind of what is noted of challenges.
const sharedChallenge = "Challenge"

func (d *document) challenge(s *profile.SCEP) *ast.Term {
	c := s.Challenge
	f := make(fields, 0, 8)
	f.text("kind", string(s.ChallengeKind))
	f.flag("set", c.Set())
	f.flag("variable", c.Variable)
	literal := hasLiteralChallenge(s)
	if literal && d.pass.ShowSecrets() {
		f.text("value", c.Value)
	}
	f.number("length", utf8.RuneCountInString(c.Node.Text()))
	f.flag("guessable", literal && secret.IsWeakChallenge(c.Value))
	count, places := d.sharedChallenge(s)
	files := make([]*ast.Term, len(places))
	for i, place := range places {
		files[i] = ast.StringTerm(place.File)
	}
	f.number("shared_count", count)
	f.add("shared_with", ast.ArrayTerm(files...))
	return f.term()
}

// hasLiteralChallenge reports whether the challenge of a payload is written out, not a variable.
func hasLiteralChallenge(s *profile.SCEP) bool {
	return s.ChallengeKind == profile.ChallengeLiteral && s.Challenge.Known
}

// sharedChallenge returns how many other profiles have the challenge of a payload, and
// where the first of them have it.
func (d *document) sharedChallenge(s *profile.SCEP) (count int, places []checker.RelatedLocation) {
	if !hasLiteralChallenge(s) || d.p.Deployed() {
		return 0, nil
	}
	if d.shared != s {
		d.shared = s
		d.sharedCount, d.sharedPlaces = d.pass.ImportFact(sharedChallenge, s.Challenge.Value)
	}
	return d.sharedCount, d.sharedPlaces
}

func (d *document) fingerprint(s *profile.SCEP) *ast.Term {
	x := s.CAFingerprint
	f := make(fields, 0, 6)
	if x.Bytes != nil {
		digits := ast.StringTerm(hex.EncodeToString(x.Bytes))
		f.add("hex", digits)
		if x.Algorithm != "" {
			f.add("value", digits)
			f.text("algorithm", x.Algorithm)
		}
	}
	f.flag("set", x.Node != nil)
	f.flag("variable", x.Variable)
	matches := []*ast.Term{}
	if x.Algorithm != "" && d.scepParts.shownUnder("fingerprint", "matches") {
		for _, i := range d.p.FingerprintMatches(x) {
			matches = append(matches, ast.InternedTerm(i))
		}
	}
	f.add("matches", ast.ArrayTerm(matches...))
	return f.term()
}
