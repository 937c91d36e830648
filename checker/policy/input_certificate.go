package policy

import (
	"encoding/hex"
	"math"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/sceplint/sceplint/checker/profile"
)

// digestNames are the algorithms that CAFingerprint may be of.
var digestNames = []string{"MD5", "SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512"}

func (d *document) certificates() *ast.Term {
	certificates := d.p.Certificates()
	list := make([]*ast.Term, len(certificates))
	for i := range certificates {
		list[i] = d.certificate(&certificates[i])
	}
	return ast.ArrayTerm(list...)
}

// certificateFields make the fields of a row of certificates. Those after
// readable are of certificates that could be read only.
var certificateFields = []struct {
	name  string
	value func(*document, *profile.Certificate) *ast.Term
}{
	{"index", func(_ *document, c *profile.Certificate) *ast.Term { return ast.InternedTerm(c.Index) }},
	{"type", func(_ *document, c *profile.Certificate) *ast.Term { return ast.StringTerm(c.Type) }},
	{"identifier", func(d *document, c *profile.Certificate) *ast.Term { return d.text(c.Identifier) }},
	{"uuid", func(d *document, c *profile.Certificate) *ast.Term { return d.text(c.UUID) }},
	{"path", func(_ *document, c *profile.Certificate) *ast.Term { return pathOf(c.Content) }},
	{"variable", func(_ *document, c *profile.Certificate) *ast.Term {
		return ast.InternedTerm(c.DER == nil && c.Err == nil)
	}},
	{"readable", func(_ *document, c *profile.Certificate) *ast.Term { return ast.InternedTerm(c.Parsed != nil) }},
	{"subject", func(d *document, c *profile.Certificate) *ast.Term { return d.text(c.Subject()) }},
	{"issuer", func(d *document, c *profile.Certificate) *ast.Term { return d.text(c.Issuer()) }},
	{"common_name", func(d *document, c *profile.Certificate) *ast.Term {
		return d.text(c.Parsed.Subject.CommonName)
	}},
	{"serial", func(_ *document, c *profile.Certificate) *ast.Term { return ast.StringTerm(c.Serial()) }},
	{"not_before", func(_ *document, c *profile.Certificate) *ast.Term { return moment(c.Parsed.NotBefore) }},
	{"not_after", func(_ *document, c *profile.Certificate) *ast.Term { return moment(c.Parsed.NotAfter) }},
	{"days_left", func(d *document, c *profile.Certificate) *ast.Term {
		return integer(d.daysLeft(c))
	}},
	{"ca", func(_ *document, c *profile.Certificate) *ast.Term { return ast.InternedTerm(c.Parsed.IsCA) }},
	{"self_signed", func(_ *document, c *profile.Certificate) *ast.Term { return ast.InternedTerm(c.SelfSigned()) }},
	{"key", func(_ *document, c *profile.Certificate) *ast.Term {
		key := fields{}
		algorithm, size := c.Key()
		key.text("algorithm", algorithm)
		key.number("size", size)
		return key.term()
	}},
	{"signature", func(_ *document, c *profile.Certificate) *ast.Term { return ast.StringTerm(c.Signature()) }},
}

func moment(t time.Time) *ast.Term { return ast.StringTerm(t.UTC().Format(time.RFC3339)) }

// daysLeft returns the remaining validity of a certificate that could be read.
func (d *document) daysLeft(c *profile.Certificate) int64 {
	return int64(math.Floor(c.Parsed.NotAfter.Sub(d.pass.Now).Hours() / 24))
}

// certificateField returns a field of a row of certificates; nil if it has none.
func (d *document) certificateField(c *profile.Certificate, name string) *ast.Term {
	if name == "digests" {
		return digests(c)
	}
	for _, field := range certificateFields {
		if field.name == name {
			return field.value(d, c)
		}
		if field.name == "readable" && c.Parsed == nil {
			break
		}
	}
	return nil
}

// digests returns the digests of a certificate; nil if there is no certificate.
func digests(c *profile.Certificate) *ast.Term {
	if c.DER == nil {
		return nil
	}
	f := make(fields, 0, len(digestNames))
	for _, name := range digestNames {
		f.text(name, hex.EncodeToString(c.Digest(name)))
	}
	return f.term()
}

func (d *document) certificate(c *profile.Certificate) *ast.Term {
	f := make(fields, 0, len(certificateFields)+1)
	if c.DER != nil && d.certificateParts.shown("digests") {
		f.add("digests", digests(c))
	}
	for _, field := range certificateFields {
		if d.certificateParts.shown(field.name) {
			f.add(field.name, field.value(d, c))
		}
		if field.name == "readable" && c.Parsed == nil {
			break
		}
	}
	return f.term()
}

func (d *document) references() *ast.Term {
	references := d.p.References()
	list := make([]*ast.Term, len(references))
	for i, r := range references {
		f := make(fields, 0, 9)
		f.add("path", pathOf(r.Node))
		f.number("index", r.From.Index)
		f.text("type", r.From.Type)
		f.text("key", r.Key)
		f.text("kind", string(r.Kind))
		f.add("uuid", d.text(r.UUID))
		f.flag("variable", r.Variable)
		f.flag("found", r.Target != nil)
		if t := r.Target; t != nil {
			target := make(fields, 0, 4)
			target.number("index", t.Index)
			target.text("type", t.Type)
			target.add("identifier", d.text(t.Identifier))
			target.add("path", ast.ArrayTerm(ast.InternedTerm("PayloadContent"), ast.InternedTerm(t.Index)))
			f.add("target", target.term())
		}
		list[i] = f.term()
	}
	return ast.ArrayTerm(list...)
}
