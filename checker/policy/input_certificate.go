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

func (d *document) certificate(c *profile.Certificate) *ast.Term {
	f := make(fields, 0, 20)
	f.number("index", c.Index)
	f.text("type", c.Type)
	f.text("identifier", c.Identifier)
	f.text("uuid", c.UUID)
	f.add("path", pathOf(c.Content))
	f.flag("readable", c.Parsed != nil)
	f.flag("variable", c.DER == nil && c.Err == nil)
	if c.DER != nil {
		digests := make(fields, 0, len(digestNames))
		for _, name := range digestNames {
			digests.text(name, hex.EncodeToString(c.Digest(name)))
		}
		f.add("digests", digests.term())
	}
	if c.Parsed == nil {
		return f.term()
	}
	x := c.Parsed
	f.text("subject", c.Subject())
	f.text("issuer", c.Issuer())
	f.text("common_name", x.Subject.CommonName)
	f.text("serial", c.Serial())
	f.text("not_before", x.NotBefore.UTC().Format(time.RFC3339))
	f.text("not_after", x.NotAfter.UTC().Format(time.RFC3339))
	f.number("days_left", int(math.Floor(x.NotAfter.Sub(d.pass.Now).Hours()/24)))
	f.flag("ca", x.IsCA)
	f.flag("self_signed", c.SelfSigned())
	key := fields{}
	algorithm, size := c.Key()
	key.text("algorithm", algorithm)
	key.number("size", size)
	f.add("key", key.term())
	f.text("signature", c.Signature())
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
			target.text("identifier", t.Identifier)
			target.add("path", ast.ArrayTerm(ast.InternedTerm("PayloadContent"), ast.InternedTerm(t.Index)))
			f.add("target", target.term())
		}
		list[i] = f.term()
	}
	return ast.ArrayTerm(list...)
}
