package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var ikev2LocalIdentifier = checker.Rule{
	Meta: checker.Meta{
		ID:       "ikev2-local-identifier",
		Title:    "LocalIdentifier that the gateway cannot match",
		Severity: checker.Warning,
		Varies:   "error for a missing or empty key",
		Doc: `What it checks: an IKEv2 VPN that authenticates with a certificate has a LocalIdentifier, and it is one of the names that the certificate will have.
Why it matters: Apple's schema requires the key. The gateway looks up the client by it, and most gateways want a name from the client's certificate: its CN, or one
of its SubjectAltName.
Exceptions: a missing or empty key is an error. Another name is a warning, for the server may add names to the certificate. It is reported only for
identities from SCEP and ACME payloads whose names contain no variables. With ExtendedAuthEnabled and without PayloadCertificateUUID, the client has no certificate.`,
		Help: "set LocalIdentifier to a name of the client certificate, such as its CN",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.vpn.managed</string>
<key>IKEv2</key>
<dict>
	<key>AuthenticationMethod</key>
	<string>Certificate</string>
	<key>LocalIdentifier</key>
	<string></string>
</dict>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.vpn.managed</string>
<key>IKEv2</key>
<dict>
	<key>AuthenticationMethod</key>
	<string>Certificate</string>
	<key>LocalIdentifier</key>
	<string>device-17</string>
</dict>
</dict>`,
		},
		Refs:             []checker.Ref{refVPN},
		SkipLossyExports: true,
	},
	Check: func(p *checker.Pass) error {
		for _, payload := range p.Profile.Payloads() {
			ikev2 := payload.Node.Get("IKEv2")
			if !strings.HasPrefix(payload.Type, "com.apple.vpn.managed") || !ikev2.Is(profile.Dict) || ikev2.Templated() {
				continue
			}
			if !certificateAuth(ikev2) {
				continue
			}
			names, known := identityNames(p.Profile, ikev2.Get("PayloadCertificateUUID"))
			expected := "a name of the client certificate"
			if known && len(names) > 0 {
				expected = "a name in it, such as " + quotedName(p, names[0])
			}
			n := ikev2.Get("LocalIdentifier")
			text, ok := n.Str()
			bare, _ := strayAround(text) // what is around it is reported by value-stray-characters
			var f *checker.Finding
			switch {
			case n == nil:
				f = p.AtStart(ikev2, "missing required key `LocalIdentifier`; expected %s", checker.Phrase(expected)).Missing("LocalIdentifier")
				f.Severity = checker.Error
			case !ok || n.Broken():
			case strings.TrimSpace(text) == "":
				f = p.Value(n, "`LocalIdentifier` is empty; expected %s", checker.Phrase(expected))
				f.Severity = checker.Error
			case known && len(names) > 0 && !n.HasVariable() && !strings.ContainsAny(text, "=*") && !isAddress(text) && !holdsFold(names, bare) && !isPlaceholder(p, text):
				f = p.Value(n, "`LocalIdentifier` %q does not match the certificate; expected %s", excerpt(p, text), checker.Phrase(expected))
				for r := range requests(p.Profile) {
					if r.Content != nil && r.UUID == ikev2.Get("PayloadCertificateUUID").Text() {
						f.CausedBy(append(r.Content.Path(), "SubjectAltName")...)
					}
				}
			}
			if f != nil {
				causedByMethod(f, ikev2)
			}
		}
		return nil
	},
}

func quotedName(p *checker.Pass, name string) string { return `"` + excerpt(p, name) + `"` }

// identityNames gives the names that the certificate of an identity will have as
// far as its payload asks for them: the CNs, then the subject alternative names.
// They are not known if one of them holds a variable, or the identity is none
// that is requested.
func identityNames(p *profile.Profile, reference *profile.Node) (names []string, known bool) {
	uuid, ok := reference.Str()
	if !ok || uuid == "" {
		return nil, false
	}
	for r := range requests(p) {
		if r.UUID != uuid {
			continue
		}
		if r.Subject.Variable || len(r.Subject.Malformed) > 0 {
			return nil, false
		}
		add := func(n *profile.Node) bool {
			text, ok := n.Str()
			if !ok || n.HasVariable() || n.Broken() {
				return false
			}
			names = append(names, text)
			return true
		}
		for _, a := range r.Subject.Attributes {
			if profile.HasVariable(a.Type.Text()) || a.IsCommonName() && !add(a.Value) {
				return nil, false
			}
		}
		san := r.SubjectAltName
		if san != nil && (!san.Is(profile.Dict) || san.Templated()) {
			return nil, false
		}
		for n := range san.Children() {
			if n.Is(profile.Array) && !n.Templated() && n.Len() > 0 {
				for c := range n.Children() {
					if !wellFormedName(c) || !add(c) {
						return nil, false
					}
				}
			} else if !wellFormedName(n) || !add(n) {
				return nil, false
			}
		}
		return names, true
	}
	return nil, false
}

// wellFormedName reports whether a subject alternative name may become part of the
// certificate. Others are reported by scep-san-value, and the name that was intended
// is not known.
func wellFormedName(n *profile.Node) bool {
	text, ok := n.Str()
	return ok && text != "" && !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' })
}

func holdsFold(list []string, text string) bool {
	for _, s := range list {
		if strings.EqualFold(s, text) {
			return true
		}
	}
	return false
}

// isPlaceholder reports whether the placeholder rule reports a text.
func isPlaceholder(p *checker.Pass, text string) bool {
	_, found := profile.Placeholder(text)
	return found && p.RuleEnabled(placeholder.ID)
}
