package rules

import (
	"strconv"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/schema"
)

var schemaRange = checker.Rule{
	Meta: checker.Meta{
		ID:       "schema-range",
		Title:    "number out of range",
		Severity: checker.Error,
		Varies:   "warning for preferences of applications, TLS versions, and where the range is that of a user interface",
		Doc: `What it checks: numbers outside the range that Apple's schema gives for the key, ports outside 0 to 65535, and a TLSMinimumVersion of 802.1X or IKEv2 that is
above TLSMaximumVersion.
Why it matters: the profile system rejects the payload, or ignores the value. No version of TLS is between a minimum and a lower maximum.
Exceptions: a warning for payloads that are preferences of applications, and where the range is that of a user interface, or a profile is
for Macs alone, which read passcode settings and restrictions as preferences. 0 is not reported where a range
begins with 1 or 2, since it stands for "never" there.
` + schemaDate,
		Help: "use a number in the range",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.mobiledevice.passwordpolicy</string>
<key>minLength</key>
<integer>120</integer>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.mobiledevice.passwordpolicy</string>
<key>minLength</key>
<integer>12</integer>
</dict>`,
		},
		Defers:           true,
		Refs:             []checker.Ref{refSchema, refProfileKeys},
		SkipLossyExports: true,
	},
	Check: func(p *checker.Pass) error {
		for _, fault := range schemaFaultsOf(p, faultRange) {
			f := p.Value(fault.node, "%s is out of range: found %s; expected %s", keyLabel(p, fault.node), excerpt(p, fault.node.Text()), checker.Phrase(rangePhrase(fault.key)))
			f.Severity = fault.severity
		}
		for _, payload := range p.Profile.Payloads() {
			in := eapConfiguration(payload)
			if strings.HasPrefix(payload.Type, typeVPN) {
				in = payload.Node.Get("IKEv2")
			}
			low, high := in.Get("TLSMinimumVersion"), in.Get("TLSMaximumVersion")
			if isTLSVersion(low.Text()) && isTLSVersion(high.Text()) && low.Text() > high.Text() {
				f := p.Value(low, "`TLSMinimumVersion` %s is above `TLSMaximumVersion` %s", low.Text(), high.Text())
				f.Severity, f.Help = checker.Warning, "set TLSMinimumVersion to 1.2, and TLSMaximumVersion to 1.3, or remove one of them"
			}
		}
		return nil
	},
}

// isTLSVersion reports whether a text is a version of TLS that profiles may name.
func isTLSVersion(text string) bool { return len(text) == 3 && text >= "1.0" && text <= "1.3" }

func rangePhrase(k *schema.Key) string {
	number := func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
	switch {
	case k.Max == nil:
		return "at least " + number(*k.Min)
	case k.Min == nil:
		return "at most " + number(*k.Max)
	}
	return number(*k.Min) + " to " + number(*k.Max)
}
