package policy

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/sceplint/sceplint/checker/keyname"
	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/profile"
	"github.com/sceplint/sceplint/checker/secret"
)

// longestData is how many bytes of data a policy sees; of longer data it sees
// only how long it is.
const longestData = 1024

// The most of a profile that policies are shown; no profile that is meant for a
// device comes near.
const (
	maxPayloads     = 1000    // SCEP payloads
	maxSCEPValues   = 20_000  // values in SCEP payloads
	maxValuesShown  = 200_000 // values of the profile
	maxCertificates = 1000
	maxReferences   = 10_000
)

// oversize returns what of the profile is too large for policies.
func (d *document) oversize(which sections) error {
	for _, part := range []struct {
		section sections
		what    string
		most    int
		count   func() int
	}{
		{sectionSCEP, "SCEP payloads", maxPayloads, func() int { return len(d.p.SCEP()) }},
		{sectionSCEP, "values in SCEP payloads", maxSCEPValues, func() int {
			n := 0
			for _, s := range d.p.SCEP() {
				n += s.Content.Count(maxSCEPValues)
			}
			return n
		}},
		{sectionACME, "ACME payloads", maxPayloads, func() int { return len(d.p.ACME()) }},
		{sectionACME, "values in ACME payloads", maxSCEPValues, func() int {
			n := 0
			for _, a := range d.p.ACME() {
				n += a.Node.Count(maxSCEPValues)
			}
			return n
		}},
		{sectionProfile, "values", maxValuesShown, func() int { return d.p.Root.Count(maxValuesShown) }},
		{sectionCertificates, "certificates", maxCertificates, func() int { return len(d.p.Certificates()) }},
		{sectionReferences, "references", maxReferences, func() int { return len(d.p.References()) }},
	} {
		if which&part.section != 0 && part.count() > part.most {
			return fmt.Errorf("the profile has more than %d %s, which policies are not shown; split the profile", part.most, part.what)
		}
	}
	return nil
}

// raw returns a value of the profile as it is written. A duplicate key has its
// last value. within says whether the value is under a secret key.
func (d *document) raw(n *profile.Node, within bool) *ast.Term {
	switch {
	case n.Is(profile.Dict):
		object := ast.NewObjectWithCapacity(n.Len())
		for c := range n.Children() {
			if n.Get(c.Key) != c {
				continue // a duplicate key, whose last value counts
			}
			object.Insert(d.text(c.Key), d.raw(c, within || keyname.IsSecret(c.Key)))
		}
		return ast.NewTerm(object)
	case n.Is(profile.Array):
		list := make([]*ast.Term, 0, n.Len())
		for c := range n.Children() {
			list = append(list, d.raw(c, within))
		}
		return ast.ArrayTerm(list...)
	}
	return d.scalar(n, within)
}

func (d *document) scalar(n *profile.Node, within bool) *ast.Term {
	if !d.pass.ShowSecrets() && secret.IsSecret(n, within) {
		if n.Is(profile.Data) {
			return ast.StringTerm(lengthOf(n))
		}
		return ast.InternedTerm(plist.Mask)
	}
	if n.Unrendered() {
		return d.text(n.Text())
	}
	switch n.Kind {
	case profile.Integer:
		if v, ok := n.Int(); ok {
			return integer(v)
		}
	case profile.Real:
		if v, ok := n.Float(); ok && !math.IsNaN(v) && !math.IsInf(v, 0) {
			return ast.NumberTerm(json.Number(strconv.FormatFloat(v, 'g', -1, 64)))
		}
	case profile.Boolean:
		if v, ok := n.Bool(); ok {
			return ast.InternedTerm(v)
		}
	case profile.Date:
		if t, ok := n.Time(); ok {
			return ast.StringTerm(t.UTC().Format(time.RFC3339))
		}
	case profile.Data:
		return d.data(n)
	case profile.Null:
		return ast.NullTerm()
	}
	return d.text(n.Text())
}

func (d *document) data(n *profile.Node) *ast.Term {
	text := n.Text()
	if len(text) > 2*longestData || n.Key == "PayloadContent" { // a certificate
		return ast.StringTerm(lengthOf(n))
	}
	text = strings.Join(strings.Fields(text), "")
	if len(text) > (longestData+2)/3*4 {
		return ast.StringTerm(lengthOf(n))
	}
	return ast.StringTerm(text)
}

// lengthOf returns the length of data, which policies get instead of the data.
func lengthOf(n *profile.Node) string {
	digits := 0
	for _, c := range []byte(n.Text()) {
		if c > ' ' && c != '=' {
			digits++
		}
	}
	return fmt.Sprintf("<%d bytes>", digits*3/4)
}
