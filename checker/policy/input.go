package policy

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
	"github.com/sceplint/sceplint/checker/secret"
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
	sectionACME
	allSections sections = 1<<iota - 1
)

// Input returns the document that policies see of the profile of the pass.
func Input(pass *checker.Pass) ast.Value { return newDocument(pass).build(allSections) }

// InputJSON returns the same document as JSON, indented.
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
	pass                        *checker.Pass
	p                           *profile.Profile
	secrets                     *secret.Secrets // nil until a text may hold one
	scepParts, certificateParts parts
	rows                        []*profile.SCEP // those of scep; nil until they are needed
	fact                        []byte          // the last one that a guard read
	shared                      *profile.SCEP   // the payload whose challenge was compared last
	sharedCount                 int
	sharedPlaces                []checker.RelatedLocation
	split                       *profile.SCEP // the payload whose URL was split last
	splitURL                    profile.URLParts
}

// parts are the paths in the rows of a section that are shown, true if with all
// that lies under them; nil for everything.
type parts map[string]bool

// shown reports whether a field of a row, or some of it, is shown.
func (p parts) shown(name string) bool {
	_, ok := p[name]
	return ok || p == nil
}

// shownUnder reports whether a field of a field is shown.
func (p parts) shownUnder(name, field string) bool {
	return p.shown(name+"\x00"+field) || p[name]
}

// with adds what a policy reads.
func (p parts) with(paths []string, all bool) parts {
	if p == nil || all {
		return nil
	}
	for _, path := range paths {
		p[path] = true
		if name, _, part := strings.Cut(path, "\x00"); part && !p.shown(name) {
			p[name] = false // some of it
		}
	}
	return p
}

func newDocument(pass *checker.Pass) *document {
	return &document{pass: pass, p: pass.Profile}
}

// masked returns a text without the secrets that may be in it.
func (d *document) masked(text string) string {
	if secret.IsPlain(text) {
		return text
	}
	if d.secrets == nil {
		if d.pass.ShowSecrets() {
			d.secrets = d.p.NoSecrets()
		} else {
			d.secrets = d.p.Secrets()
		}
	}
	return d.secrets.Text(text)
}

// scepRows returns the payloads that are rows of scep.
func (d *document) scepRows() []*profile.SCEP {
	if d.rows == nil {
		payloads := d.p.SCEP()
		d.rows = make([]*profile.SCEP, 0, len(payloads))
		for i := range payloads {
			if !payloads[i].Unrendered() {
				d.rows = append(d.rows, &payloads[i])
			}
		}
	}
	return d.rows
}

// partsOf returns the parts of the URL of a payload.
func (d *document) partsOf(s *profile.SCEP) *profile.URLParts {
	if d.split != s {
		d.split, d.splitURL = s, s.URLParts()
	}
	return &d.splitURL
}

// fields gathers the members of an object.
type fields [][2]*ast.Term

func (f *fields) add(name string, value *ast.Term) {
	*f = append(*f, [2]*ast.Term{term(name), value})
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
	f := make(fields, 0, 8)
	f.text("file", d.p.Source.Name)
	f.text("time", d.pass.Now.UTC().Format(time.RFC3339))
	f.add("targets", d.targets())
	if which&sectionProfile != 0 {
		f.add("profile", d.profile())
	}
	if which&sectionSCEP != 0 {
		rows := d.scepRows()
		list := make([]*ast.Term, len(rows))
		for i, s := range rows {
			list[i] = d.scep(s)
		}
		f.add("scep", ast.ArrayTerm(list...))
	}
	if which&sectionACME != 0 {
		payloads := d.p.ACME()
		list := make([]*ast.Term, len(payloads))
		for i := range payloads {
			list[i] = d.acme(&payloads[i])
		}
		f.add("acme", ast.ArrayTerm(list...))
	}
	if which&sectionCertificates != 0 {
		f.add("certificates", d.certificates())
	}
	if which&sectionReferences != 0 {
		f.add("references", d.references())
	}
	return f.term().Value
}

// profile returns the whole profile as it is written; empty if it is not a
// dictionary.
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

// pathOf returns the path of a value as a term.
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
