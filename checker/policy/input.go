package policy

import (
	"bytes"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

// Schema is the JSON Schema (draft 7) of the document that policies see as
// input.
//
//go:embed input.schema.json
var Schema []byte

// sections are the parts of the input document that are costly to make, so
// that only those are made that a policy asks for.
type sections uint8

const (
	sectionProfile sections = 1 << iota
	sectionSCEP
	sectionCertificates
	sectionReferences
	allSections sections = 1<<iota - 1
)

// Input gives the document that policies see of the profile that is looked at.
func Input(pass *checker.Pass) ast.Value { return newDocument(pass).build(allSections) }

// InputJSON gives the same document as JSON, indented.
func InputJSON(pass *checker.Pass) ([]byte, error) {
	if err := newDocument(pass).oversize(allSections); err != nil {
		return nil, err
	}
	value, err := ast.JSON(Input(pass))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err = encoder.Encode(value)
	return out.Bytes(), err
}

// document makes the input document of one profile. Strings that it takes over
// are those of the profile, which outlive its nodes.
type document struct {
	pass    *checker.Pass
	p       *profile.Profile
	secrets *profile.Secrets
}

func newDocument(pass *checker.Pass) *document {
	d := &document{pass: pass, p: pass.Profile}
	if pass.ShowSecrets() {
		d.secrets = pass.Profile.NoSecrets()
	} else {
		d.secrets = pass.Profile.Secrets()
	}
	return d
}

// fields gathers the members of an object.
type fields [][2]*ast.Term

func (f *fields) add(name string, value *ast.Term) {
	*f = append(*f, [2]*ast.Term{ast.InternedTerm(name), value})
}

func (f *fields) text(name, value string)       { f.add(name, ast.StringTerm(value)) }
func (f *fields) flag(name string, value bool)  { f.add(name, ast.InternedTerm(value)) }
func (f *fields) number(name string, value int) { f.add(name, ast.InternedTerm(value)) }
func (f fields) term() *ast.Term                { return ast.ObjectTerm(f...) }

func integer(v int64) *ast.Term {
	if v == int64(int32(v)) {
		return ast.InternedTerm(int(v))
	}
	return ast.NumberTerm(json.Number(strconv.FormatInt(v, 10)))
}

func (d *document) build(which sections) ast.Value {
	f := make(fields, 0, 7)
	f.text("file", d.p.Source.Name)
	f.text("time", d.pass.Now.UTC().Format(time.RFC3339))
	f.add("targets", d.targets())
	if which&sectionProfile != 0 {
		f.add("profile", d.profile())
	}
	if which&sectionSCEP != 0 {
		payloads := d.p.SCEP()
		list := make([]*ast.Term, len(payloads))
		for i := range payloads {
			list[i] = d.scep(&payloads[i])
		}
		f.add("scep", ast.ArrayTerm(list...))
	}
	if which&sectionCertificates != 0 {
		f.add("certificates", d.certificates())
	}
	if which&sectionReferences != 0 {
		f.add("references", d.references())
	}
	return f.term().Value
}

// profile is the whole profile as it is written; empty if it is no dict.
func (d *document) profile() *ast.Term {
	if !d.p.Root.Is(profile.Dict) {
		return ast.ObjectTerm()
	}
	return d.raw(d.p.Root, false)
}

func (d *document) targets() *ast.Term {
	list := make([]*ast.Term, 0, len(d.pass.Targets))
	for _, t := range d.pass.Targets {
		f := fields{}
		f.text("system", t.System)
		if t.Version != "" {
			f.text("version", t.Version)
			number := t.Number()
			f.add("number", ast.ArrayTerm(ast.InternedTerm(number[0]), ast.InternedTerm(number[1]), ast.InternedTerm(number[2])))
		}
		list = append(list, f.term())
	}
	return ast.ArrayTerm(list...)
}

// scepPaths are the paths of the SCEP keys of a payload.
func scepPaths(s *profile.SCEP) *ast.Term {
	key := pathsKey{index: s.Index, dict: s.Content != nil}
	for i, k := range profile.SCEPKeys {
		if s.Content.Get(k.Name) != nil {
			key.present |= 1 << i
		}
	}
	return paths.get(key, itself, func() *ast.Term {
		payload := ast.InternedTerm("PayloadContent")
		missing := ast.ArrayTerm(payload, ast.InternedTerm(key.index))
		if key.dict {
			missing = ast.ArrayTerm(payload, ast.InternedTerm(key.index), payload)
		}
		f := make(fields, 0, len(profile.SCEPKeys))
		for i, k := range profile.SCEPKeys {
			if key.present&(1<<i) == 0 {
				f.add(k.Name, missing)
			} else {
				f.add(k.Name, ast.ArrayTerm(payload, ast.InternedTerm(key.index), payload, ast.StringTerm(k.Name)))
			}
		}
		return f.term()
	})
}

func (d *document) scep(s *profile.SCEP) *ast.Term {
	keys, types := make(fields, 0, s.Content.Len()), make(fields, 0, s.Content.Len())
	for n := range s.Content.Children() {
		if s.Content.Get(n.Key) != n {
			continue // the key stands twice, and this one is lost
		}
		key := ast.StringTerm(n.Key)
		keys = append(keys, [2]*ast.Term{key, d.raw(n, false)})
		types = append(types, [2]*ast.Term{key, ast.InternedTerm(n.Kind.String())})
	}
	f := make(fields, 0, 22)
	f.number("index", s.Index)
	f.text("identifier", s.Identifier)
	f.text("uuid", s.UUID)
	f.add("path", ast.ArrayTerm(ast.InternedTerm("PayloadContent"), ast.InternedTerm(s.Index)))
	f.add("paths", scepPaths(s))
	f.add("keys", keys.term())
	f.add("types", types.term())
	f.add("url", d.url(s))
	f.add("name", d.textSetting(s.Name))
	f.add("subject", d.subject(s))
	f.flag("subject_set", s.Subject.Node != nil)
	f.flag("subject_variable", s.Subject.Variable)
	f.add("san", d.san(s))
	f.add("challenge", d.challenge(s))
	f.add("keysize", integerSetting(s.Keysize))
	f.add("key_type", d.textSetting(s.KeyType))
	f.add("key_usage", integerSetting(s.KeyUsage))
	f.add("fingerprint", d.fingerprint(s))
	f.add("retries", integerSetting(s.Retries))
	f.add("retry_delay", integerSetting(s.RetryDelay))
	f.add("allow_all_apps_access", booleanSetting(s.AllowAllAppsAccess))
	f.add("key_is_extractable", booleanSetting(s.KeyIsExtractable))
	return f.term()
}

// text is a string without the secrets that may be in it.
func (d *document) text(s string) *ast.Term { return ast.StringTerm(d.secrets.Text(s)) }

func setting[T any](s profile.Setting[T], term func(T) *ast.Term) fields {
	f := make(fields, 0, 3)
	if s.Known {
		f.add("value", term(s.Value))
	}
	f.flag("set", s.Set())
	f.flag("variable", s.Variable)
	return f
}

func (d *document) url(s *profile.SCEP) *ast.Term {
	masked := d.secrets.Text(s.URL.Node.Text())
	if masked != s.URL.Node.Text() {
		return d.urlParts(s)
	}
	key := settingKey[string]{masked, s.URL.Known, s.URL.Set(), s.URL.Variable}
	keep := func(k settingKey[string]) settingKey[string] {
		k.value = strings.Clone(k.value)
		return k
	}
	return urls.get(key, keep, func() *ast.Term { return d.urlParts(s) })
}

func (d *document) urlParts(s *profile.SCEP) *ast.Term {
	text := func(part string) *ast.Term { return ast.StringTerm(strings.Clone(d.secrets.Text(part))) }
	f := setting(s.URL, text)
	u := s.URLParts()
	if u.SchemeKnown {
		f.add("scheme", text(u.Scheme))
	}
	if u.HostKnown {
		f.add("host", text(u.Host))
	}
	if u.PortKnown {
		f.number("port", u.Port)
	}
	if u.PathKnown {
		f.add("path", text(u.Path))
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

// named is a name of the certificate that is asked for: its type, its text, and
// its value if that is known.
func (d *document) named(kind string, value *profile.Node) fields {
	text := d.scalar(value, false)
	variable := value.Unrendered() || profile.HasVariable(value.Text())
	f := make(fields, 0, 8)
	f.text("type", kind)
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
	variable := n.Unrendered() || n.Templated() || n.Is(profile.String) && profile.HasVariable(n.Text())
	take := func(kind string, value *profile.Node) {
		if value.Is(profile.String, profile.Template) {
			f := d.named(kind, value)
			variable = variable || value.Unrendered() || profile.HasVariable(value.Text())
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
	literal := s.ChallengeKind == profile.ChallengeLiteral && c.Known
	if literal && d.pass.ShowSecrets() {
		f.text("value", c.Value)
	}
	f.number("length", profile.Characters(c.Node.Text()))
	f.flag("guessable", literal && profile.Guessable(c.Value))
	count, files := 0, []*ast.Term{}
	if literal {
		n, names := d.pass.Others(sharedChallenge, c.Value)
		for _, name := range names {
			files = append(files, ast.StringTerm(name))
		}
		count = n
	}
	f.number("shared_count", count)
	f.add("shared_with", ast.ArrayTerm(files...))
	return f.term()
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
	if x.Algorithm != "" {
		for _, i := range d.p.FingerprintMatches(x) {
			matches = append(matches, ast.InternedTerm(i))
		}
	}
	f.add("matches", ast.ArrayTerm(matches...))
	return f.term()
}

// pathOf gives the path of a value as a term.
func pathOf(n *profile.Node) *ast.Term { return pathTerm(n.Path()) }

func pathTerm(steps []any) *ast.Term {
	list := make([]*ast.Term, len(steps))
	for i, step := range steps {
		switch step := step.(type) {
		case string:
			list[i] = ast.StringTerm(step)
		case int:
			list[i] = ast.InternedTerm(step)
		}
	}
	return ast.ArrayTerm(list...)
}
