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
		Title:    "Subject has no CN or more than two",
		Severity: checker.Warning,
		Varies:   "info for a name that is the same on all devices",
		Doc: `What it checks: Subject has one or two CNs.
Why it matters: servers find a device by its CN, and users see it when they choose a certificate; several SCEP servers
reject a request without one. With more than two CNs, macOS and iOS fail to choose the client certificate, according
to a vendor of SCEP servers.
A name that is the same on all devices identifies none of them: an info if other values of the profile have
variables of an MDM product and no name of the certificate has one, and if %ComputerName% is the only name.
Exceptions: two CNs are not reported: Jamf Pro and Kandji add a second one, which works. A variable in Challenge does
not count.`,
		Help: "use exactly one CN in Subject",
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
				unsure = unsure || !a.Type.Is(profile.String) || profile.HasVariable(a.Type.Text()) || unknownAttribute(a.Type.Text())
				if !a.IsCommonName() {
					continue
				}
				if cns++; cns == 3 {
					p.Value(a.Pair, "third CN in `Subject`; macOS and iOS may fail to choose the certificate").WithHelp("remove the extra CNs")
				}
			}
			if cns == 1 && !unsure {
				sameName(p, &scep)
			}
			if cns == 0 && !unsure {
				p.Value(s.Node, "`Subject` has no CN").WithHelp("add %s with the name of the device or user", checker.Markup("<array><array><string>CN</string><string>…</string></array></array>"))
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
	var f *checker.Finding
	switch {
	case names == 1 && strings.EqualFold(text, "%ComputerName%"):
		f = p.Value(cn, "CN %q is the only name with a variable; several devices may have it", text)
	case names == 0 && deviceVariable(p.Profile.Root):
		f = p.Value(cn, "CN %q is the same on all devices", excerpt(p, text))
	default:
		return
	}
	f.CausedBy(append(scep.Content.Path(), "SubjectAltName")...) // which may have the variable
	for n := range san.Children() {
		f.CausedBy(n.Path()...)
	}
	f.Severity, f.Help = checker.Info, "set a variable in CN that differs for each device, such as its serial number"
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
	if n.NoVariables() {
		return false
	}
	text, _ := n.Str()
	for _, v := range profile.Variables(text) {
		if v.Documented() {
			return true
		}
	}
	for c := range n.Children() {
		if !c.NoVariables() && !profile.IsSecretKey(c.Key) && deviceVariable(c) {
			return true
		}
	}
	return false
}
