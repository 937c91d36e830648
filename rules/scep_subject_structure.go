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
		Title:    "malformed Subject",
		Severity: checker.Error,
		Varies:   "warning for an empty RDN",
		Doc: `What it checks: Subject has three levels of arrays: RDNs, attributes, and pairs of two strings, the type and the
value.
Why it matters: Apple's code for certificate requests builds no name from a pair with another number of members, and
the enrollment fails (MCSCEPErrorDomain 22011, cannot generate CSR). The notations of web forms, /CN=a/O=b and
CN=a,O=b, are read by the servers that offer these forms, not by devices.
Exceptions: an empty RDN is a warning. Template text is not reported.`,
		Help: "nest three levels of arrays: RDNs, attributes, and [type, value] pairs",
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
			if oneLevelOff(p, scep.Subject) {
				continue
			}
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

// oneLevelOff reports a subject of several RDNs that all have an <array> level too few, or
// one too many, which has one cause.
func oneLevelOff(p *checker.Pass, subject *profile.Subject) bool {
	if len(subject.Malformed) < 2 || len(subject.Malformed) != subject.Node.Len() {
		return false
	}
	missing, extra := 0, 0
	for _, n := range subject.Malformed {
		switch inner := n.At(0); {
		case n.Parent() == subject.Node && inner.Is(profile.String) && !webFormAttribute(inner.Text()):
			missing++
		case n.Parent() != subject.Node && inner.Is(profile.Array):
			extra++
		}
	}
	const right checker.Markup = "<array><array><array><string>CN</string><string>device-17</string></array></array></array>"
	switch len(subject.Malformed) {
	case missing:
		p.Value(subject.Node, "missing <array> level: `Subject` contains [type, value] pairs; expected RDNs").WithHelp("use %s", right)
	case extra:
		p.Value(subject.Node, "extra <array> level: pairs in `Subject` are three levels deep").WithHelp("use %s", right)
	default:
		return false
	}
	return true
}

func misshapenSubject(p *checker.Pass, n *profile.Node) {
	const right checker.Markup = "<array><array><array><string>CN</string><string>device-17</string></array></array></array>"
	switch text := n.Text(); {
	case n.Is(profile.Array) && webFormAttribute(n.At(0).Text()):
		p.Value(n, "`Subject` contains %q, which devices do not parse; expected an RDN", n.At(0).Text()).WithHelp("use %s", right)
	case n.Is(profile.Array):
		p.Value(n, "two missing <array> levels: `Subject` contains %q; expected an RDN", n.At(0).Text()).WithHelp("use %s", right)
	case n.Is(profile.String) && webFormAttribute(text):
		p.Value(n, "`Subject` is %q, which devices do not parse; expected an array of RDNs", text).WithHelp("use %s", right)
	default:
		p.Value(n, "`Subject` must be an array of RDNs, found %s", kindPhrase(n.Kind)).WithHelp("use %s", right)
	}
}

func misshapenRDN(p *checker.Pass, n *profile.Node) {
	const right checker.Markup = "<array><array><string>CN</string><string>device-17</string></array></array>"
	switch text := n.Text(); {
	case n.Is(profile.Array) && n.Len() == 0:
		p.Value(n, "RDN is empty").WithHelp("remove it, or add an attribute").Severity = checker.Warning
	case n.Is(profile.Array) && webFormAttribute(n.At(0).Text()):
		p.Value(n, "RDN contains %q, which devices do not parse; expected a [type, value] pair", n.At(0).Text()).WithHelp("use %s", right)
	case n.Is(profile.Array):
		p.Value(n, "missing <array> level: RDN contains %q; expected a [type, value] pair", n.At(0).Text()).WithHelp("use %s", right)
	case n.Is(profile.String) && webFormAttribute(text):
		p.Value(n, "RDN is %q, which devices do not parse; expected an array of pairs", text).WithHelp("use %s", right)
	default:
		p.Value(n, "RDN must be an array of pairs, found %s", kindPhrase(n.Kind)).WithHelp("use %s", right)
	}
}

func misshapenPair(p *checker.Pass, n *profile.Node) {
	const right checker.Markup = "<array><string>CN</string><string>device-17</string></array>"
	if !n.Is(profile.Array) {
		if text := n.Text(); n.Is(profile.String) && webFormAttribute(text) {
			p.Value(n, "attribute is %q, which devices do not parse; expected a [type, value] pair", text).WithHelp("use %s", right)
			return
		}
		p.Value(n, "attribute must be a [type, value] pair, found %s", kindPhrase(n.Kind)).WithHelp("use %s", right)
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
		p.Value(n, "extra <array> level: RDN must contain pairs directly").WithHelp("remove this <array>")
	case n.Len() != 2:
		p.Value(n, "attribute has %s; expected a type and a value", members).WithHelp("use %s", right)
	default:
		p.Value(n, "attribute must be two strings, found %s", kindPhrase(odd.Kind)).WithHelp("use %s", right)
	}
}

// webFormAttribute reports whether a text reads like CN=a, or a list of such.
func webFormAttribute(text string) bool {
	kind, _, ok := strings.Cut(text, "=")
	kind = strings.Trim(kind, "/ \t\r\n")
	return ok && kind != "" && !strings.ContainsAny(kind, " \t\r\n/")
}
