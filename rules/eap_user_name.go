package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var refRADIUSFilter = checker.Ref{
	Title: "FreeRADIUS: the default filter of user names",
	URL:   "https://github.com/FreeRADIUS/freeradius-server/blob/v3.2.x/raddb/policy.d/filter",
}

var eapUserName = checker.Rule{
	Meta: checker.Meta{
		ID:       "eap-user-name",
		Title:    "CN with spaces as the EAP user name",
		Severity: checker.Info,
		Doc: `What it checks: the CN that a SCEP or ACME payload requests for EAP-TLS contains no space.
Why it matters: without UserName in EAPClientConfiguration, the CN of the certificate becomes the user name of EAP. The filter that FreeRADIUS ships with
rejects user names with spaces.
Exceptions: other RADIUS servers accept them. Spaces that a template variable may bring are not reported.`,
		Help: "request a CN without spaces, such as the serial number, or set UserName",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad:   exampleUserName("%ComputerName% of Corp"),
			Good:  exampleUserName("%SerialNumber%"),
		},
		Refs: []checker.Ref{refWiFi, refRADIUSFilter},
	},
	Check: func(p *checker.Pass) error {
		reported := map[*profile.Node]bool{}
		for _, ref := range p.Profile.References() {
			if ref.Key != "PayloadCertificateUUID" || ref.Target == nil || ref.Variable {
				continue
			}
			eap := eapConfiguration(*ref.From)
			if eap == nil || eap.Get("UserName") != nil || !lists(eap.Get("AcceptEAPTypes"), eapTLS) {
				continue
			}
			for r := range requests(p.Profile) {
				if r.UUID != ref.UUID {
					continue
				}
				for _, a := range r.Subject.Attributes {
					text, ok := a.Value.Str()
					if !ok || !a.IsCommonName() || reported[a.Value] || !whitespaceIsLiteral(text) || !strings.Contains(strings.TrimSpace(profile.Literal(text, "x")), " ") {
						continue
					}
					if _, sample := profile.Placeholder(text); sample {
						continue
					}
					reported[a.Value] = true
					p.Value(a.Value, "CN %q has spaces and becomes the EAP user name; FreeRADIUS rejects it by default", excerpt(p, text))
				}
				break
			}
		}
		return nil
	},
}

// exampleUserName is a network with EAP-TLS and its identity.
func exampleUserName(cn string) string {
	return `<dict>
<key>PayloadType</key>
<string>com.apple.wifi.managed</string>
<key>EAPClientConfiguration</key>
<dict>
	<key>AcceptEAPTypes</key>
	<array>
		<integer>13</integer>
	</array>
</dict>
<key>PayloadCertificateUUID</key>
<string>C2E94A07-83BD-4F16-A5D0-71FE6B3C9D28</string>
</dict>
<dict>
<key>PayloadType</key>
<string>com.apple.security.scep</string>
<key>PayloadUUID</key>
<string>C2E94A07-83BD-4F16-A5D0-71FE6B3C9D28</string>
<key>PayloadContent</key>
<dict>
	<key>Subject</key>
	<array>
		<array><array><string>CN</string><string>` + cn + `</string></array></array>
	</array>
</dict>
</dict>`
}
