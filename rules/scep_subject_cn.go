package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var refSCEPmanCommonNames = checker.Ref{
	Title: "SCEPman documentation: Kandji, on the number of CNs",
	URL:   "https://github.com/scepman/scepman-docs",
}

var scepSubjectCN = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-subject-cn",
		Title:    "Subject without a CN of its own, or with more than two",
		Severity: checker.Warning,
		Doc: `The CN is what servers find a device by and what people see when they are asked to choose a certificate; several SCEP servers
refuse a request that has none. Jamf Pro and Kandji add a second CN of their own to profiles they send out, which works. A vendor of
SCEP servers reports that more than two keep macOS and iOS from choosing the client certificate by themselves.
An info where values of the profile have variables of an MDM product, so that it is made for each device, and no name of the certificate has one: all
certificates have the same name. A variable in Challenge does not count. %ComputerName% as the only name is an info, for users can change it and several devices may have it.`,
		Help: "write one CN into Subject",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>Subject</key>
<array>
	<array><array><string>O</string><string>Corp</string></array></array>
</array>`,
			Good: `<key>Subject</key>
<array>
	<array><array><string>O</string><string>Corp</string></array></array>
	<array><array><string>CN</string><string>device-17</string></array></array>
</array>`,
		},
		Refs:      []checker.Ref{refSCEP, refSCEPmanCommonNames},
		Documents: checker.AnyDocument,
	},
	Check: func(p *checker.Pass) error {
		for _, scep := range p.Profile.SCEP() {
			s := scep.Subject
			if len(s.Attributes) == 0 || len(s.Malformed) > 0 || s.Variable {
				continue
			}
			cns, unsure := 0, false
			for _, a := range s.Attributes {
				unsure = unsure || !a.Type.Is(profile.String) || profile.HasVariable(a.Type.Text())
				if !a.IsCommonName() {
					continue
				}
				if cns++; cns == 3 {
					p.Value(a.Pair, "this is the third CN of the Subject; write two at most, for macOS and iOS may fail to choose the certificate")
				}
			}
			if cns == 1 && !unsure {
				sameName(p, &scep)
			}
			if cns == 0 && !unsure {
				p.Value(s.Node, "Subject has no CN, by which servers and people tell the certificate; add <array><array><string>CN</string><string>…</string></array></array>")
			}
		}
		return nil
	},
}

// sameName reports the CN of a SCEP payload that does not tell devices apart.
func sameName(p *checker.Pass, scep *profile.SCEP) {
	san := scep.SubjectAltName
	if san != nil && (!san.Is(profile.Dict) || san.Templated() || variableInside(san)) {
		return
	}
	var cn *profile.Node
	names := 0 // with variables
	for _, a := range scep.Subject.Attributes {
		if a.IsCommonName() {
			cn = a.Value
		}
		if a.Value.Unrendered() || a.Value.HasVariable() {
			names++
		}
	}
	text, ok := cn.Str()
	if _, sample := profile.Placeholder(text); !ok || sample || strings.TrimSpace(text) == "" {
		return
	}
	const help = "set a variable in CN that differs for each device, such as its serial number"
	switch {
	case names == 1 && strings.EqualFold(text, "%ComputerName%"):
		f := p.Value(cn, "CN %q is the only name with a variable; several devices may have it", text)
		f.Severity, f.Help = checker.Info, help
	case names == 0 && deviceVariable(p.Profile.Root):
		f := p.Value(cn, "CN %q is the same on all devices", excerpt(p, text))
		f.Severity, f.Help = checker.Info, help
	}
}

// variableInside reports whether a value, or one inside it, has template text.
func variableInside(n *profile.Node) bool {
	if n.Unrendered() || n.HasVariable() || n.Templated() {
		return true
	}
	for c := range n.Children() {
		if variableInside(c) {
			return true
		}
	}
	return false
}

// deviceVariable reports whether a profile has a variable that an MDM product documents,
// so that it is made for each device. A challenge may be made for a profile.
func deviceVariable(n *profile.Node) bool {
	if n.Plain() {
		return false
	}
	text, _ := n.Str()
	for _, v := range profile.Variables(text) {
		if v.Documented() {
			return true
		}
	}
	for c := range n.Children() {
		if !profile.SecretKey(c.Key) && deviceVariable(c) {
			return true
		}
	}
	return false
}
