package rules

import (
	"fmt"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var scepSubjectStructure = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-subject-structure",
		Title:    "Subject is not an array of arrays of pairs",
		Severity: checker.Error,
		Doc: `Subject has three levels of arrays: the name is an array of RDNs, an RDN is an array of attributes, and an attribute is an array
of exactly two strings, its type and its value. Apple's code for certificate requests makes no name at all of a pair that has
another number of members, and the enrolment fails (MCSCEPErrorDomain 22011, cannot generate CSR). The notations of web forms,
/CN=a/O=b and CN=a,O=b, mean something to the servers that offer these forms, and nothing to a device.`,
		Help: "write an array of RDNs, each an array of pairs, each an array of two strings",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>Subject</key>
<string>CN=device-17,O=Corp</string>`,
			Good: `<key>Subject</key>
<array>
	<array><array><string>O</string><string>Corp</string></array></array>
	<array><array><string>CN</string><string>device-17</string></array></array>
</array>`,
		},
		Refs:      []checker.Ref{refSCEP, refCSRCode},
		Documents: checker.AnyDocument,
	},
	Check: func(p *checker.Pass) error {
		for scep := range requests(p.Profile) {
			for _, n := range scep.Subject.Malformed {
				switch {
				case n == scep.Subject.Node:
					misshapenSubject(p, n)
				case n.Parent() == scep.Subject.Node:
					misshapenRDN(p, n)
				default:
					misshapenPair(p, n)
				}
			}
		}
		return nil
	},
}

func misshapenSubject(p *checker.Pass, n *profile.Node) {
	const write checker.Markup = "write an array of RDNs, each an array of [type, value] pairs: " +
		"<array><array><array><string>CN</string><string>device-17</string></array></array>…</array>"
	switch text := n.Text(); {
	case n.Is(profile.Array) && webFormAttribute(n.At(0).Text()):
		p.Value(n, "Subject holds %q, the notation of a web form, which devices do not read; %s", n.At(0).Text(), write)
	case n.Is(profile.Array):
		p.Value(n, "two levels of <array> are missing: Subject holds %q directly; %s", n.At(0).Text(), write)
	case n.Is(profile.String) && webFormAttribute(text):
		p.Value(n, "Subject is %q, the notation of a web form, which devices do not read; %s", text, write)
	default:
		p.Value(n, "Subject is of type %s; %s", n.Kind, write)
	}
}

func misshapenRDN(p *checker.Pass, n *profile.Node) {
	const write checker.Markup = "write an array of pairs: <array><array><string>CN</string><string>device-17</string></array></array>"
	switch text := n.Text(); {
	case n.Is(profile.Array) && n.Len() == 0:
		p.Value(n, "this RDN is an empty array; remove it, or write a pair into it").Severity = checker.Warning
	case n.Is(profile.Array) && webFormAttribute(n.At(0).Text()):
		p.Value(n, "this RDN holds %q, the notation of a web form, which devices do not read; %s", n.At(0).Text(), write)
	case n.Is(profile.Array):
		p.Value(n, "one level of <array> is missing: this RDN holds %q directly; %s", n.At(0).Text(), write)
	case n.Is(profile.String) && webFormAttribute(text):
		p.Value(n, "this RDN is %q, the notation of a web form, which devices do not read; %s", text, write)
	default:
		p.Value(n, "this RDN is of type %s; %s", n.Kind, write)
	}
}

func misshapenPair(p *checker.Pass, n *profile.Node) {
	const write checker.Markup = "write <array><string>CN</string><string>device-17</string></array>"
	if !n.Is(profile.Array) {
		if text := n.Text(); n.Is(profile.String) && webFormAttribute(text) {
			p.Value(n, "this attribute is %q, the notation of a web form, which devices do not read; %s", text, write)
			return
		}
		p.Value(n, "this attribute is of type %s, not a [type, value] pair; %s", n.Kind, write)
		return
	}
	var odd *profile.Node // the first member that is no string
	arrays := 0
	for m := range n.Children() {
		if !m.Is(profile.String, profile.Template) && odd == nil {
			odd = m
		}
		if m.Is(profile.Array) {
			arrays++
		}
	}
	members := fmt.Sprintf("%d members", n.Len())
	if n.Len() == 1 {
		members = "1 member"
	}
	switch {
	case arrays > 0 && arrays == n.Len():
		p.Value(n, "one level of <array> too many: pairs stand directly in the RDN; remove this <array>")
	case n.Len() != 2:
		p.Value(n, "this pair has %s instead of two, a type and a value; %s", members, write)
	default:
		p.Value(n, "this pair holds a member of type %s; both must be strings; %s", odd.Kind, write)
	}
}

// webFormAttribute reports whether a text reads like CN=a, or a list of such.
func webFormAttribute(text string) bool {
	kind, _, ok := strings.Cut(text, "=")
	kind = strings.Trim(kind, "/ \t\r\n")
	return ok && kind != "" && !strings.ContainsAny(kind, " \t\r\n/")
}
