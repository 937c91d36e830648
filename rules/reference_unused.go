package rules

import (
	"slices"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var referenceUnused = checker.Rule{
	Meta: checker.Meta{
		ID:       "reference-unused",
		Title:    "unused SCEP identity",
		Severity: checker.Info,
		Doc: `What it checks: a SCEP identity in a profile with other payloads is referenced by one of them.
Why it matters: otherwise the device enrolls for a certificate that nothing in the profile uses. That is correct if
apps find the identity in the keychain themselves.
Exceptions: profiles with only certificate payloads, and with template text that may add a reference, are not
reported.`,
		Help: "reference the identity where it is used, or move it to its own profile",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.wifi.managed</string>
<key>SSID_STR</key>
<string>Corp</string>
</dict>
<dict>
<key>PayloadType</key>
<string>com.apple.security.scep</string>
<key>PayloadUUID</key>
<string>C2E94A07-83BD-4F16-A5D0-71FE6B3C9D28</string>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.wifi.managed</string>
<key>SSID_STR</key>
<string>Corp</string>
<key>PayloadCertificateUUID</key>
<string>C2E94A07-83BD-4F16-A5D0-71FE6B3C9D28</string>
</dict>
<dict>
<key>PayloadType</key>
<string>com.apple.security.scep</string>
<key>PayloadUUID</key>
<string>C2E94A07-83BD-4F16-A5D0-71FE6B3C9D28</string>
</dict>`,
		},
		Refs:             []checker.Ref{refSCEP, refProfileTypes},
		SkipLossyExports: true,
	},
	Check: func(p *checker.Pass) error {
		if len(p.Profile.SCEP()) == 0 || len(p.Profile.Source.Templates) > 0 || !holdsUsers(p.Profile) || p.Profile.BrokenIdentity() || slices.ContainsFunc(p.Profile.Payloads(), mayUseIdentity) {
			return nil // what is broken may be meant to reference the identity
		}
		used := map[string]int{}
		for _, r := range p.Profile.References() {
			switch {
			case r.Target != nil:
				used[r.Target.UUID]++
			case r.Near != nil:
				used[r.Near.UUID]++
			case r.Kind == profile.ReferenceIdentity:
				return nil // it may be the one that is meant
			}
		}
		var unused []profile.SCEP
		for _, scep := range p.Profile.SCEP() {
			if scep.As == scep.Type && scep.UUID != "" && !profile.HasVariable(scep.UUID) && used[scep.UUID] == 0 {
				unused = append(unused, scep)
				used[scep.UUID] = -1 // its own PayloadUUID
			}
		}
		if len(unused) == 0 || eapNeedsIdentity(p) {
			return nil
		}
		countMentions(p.Profile.Root, used)
		for _, scep := range unused {
			if used[scep.UUID] == 0 {
				p.Value(scep.Keys.UUID, "no payload references the identity of %s",
					payloadLabel(p, scep.Payload))
			}
		}
		return nil
	},
}

// eapNeedsIdentity reports whether eap-identity-missing tells what the identity
// of the profile is for.
func eapNeedsIdentity(p *checker.Pass) bool {
	if _, one := onlyIdentity(p.Profile); !one || !p.RuleEnabled(eapIdentityMissing.ID) {
		return false
	}
	for _, payload := range p.Profile.Payloads() {
		if eap := eapConfiguration(payload); eap != nil && identityMissing(payload, eap) {
			return true
		}
	}
	return false
}

// mayUseIdentity reports whether a payload does not have the settings, or the reference, that its
// type asks for, so that it may be the one to use an identity.
func mayUseIdentity(payload profile.Payload) bool {
	settings := settingsOf(&payload)
	return settings != "" && !payload.Node.Get(settings).Is(profile.Dict) || vpnWithoutIdentity(payload) != nil
}

// holdsUsers reports whether a profile has payloads beside certificates and
// identities.
func holdsUsers(p *profile.Profile) bool {
	for _, payload := range p.Payloads() {
		if !profile.HoldsCertificate(payload.As) {
			return true
		}
	}
	return false
}

// countMentions counts the strings that are one of the UUIDs, for the keys of
// other vendors may refer to payloads as well. The reader of property lists
// bounds the depth.
func countMentions(n *profile.Node, mentions map[string]int) {
	if text, ok := n.Str(); ok {
		if _, asked := mentions[text]; asked {
			mentions[text]++
		}
		return
	}
	for c := range n.Children() {
		countMentions(c, mentions)
	}
}
