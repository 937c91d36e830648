package rules

import (
	"fmt"
	"iter"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var referenceDangling = checker.Rule{
	Meta: checker.Meta{
		ID:       "reference-dangling",
		Title:    "reference to a payload that is not in the profile",
		Severity: checker.Error,
		Varies:   "warning for an empty reference, or a payload of another profile",
		Doc: `What it checks: references to identities and certificates are the PayloadUUID of a payload in the same profile.
Why it matters: for most of these keys Apple's schema requires the payload in the same profile. Otherwise the device
finds no certificate: it rejects the profile (MDM error 12005, cannot find certificate), or the connection fails
later. Typical cause: a new UUID after replacing the certificate.
Exceptions: a warning for an empty reference, and if another profile of the run has the payload. Template text is not
reported, and neither is an empty reference of a mail account without S/MIME.`,
		Help: "use the PayloadUUID of a payload in this profile, or add the certificate payload",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.wifi.managed</string>
<key>PayloadCertificateUUID</key>
<string>6B0F2A4E-5D1C-4E8A-9F37-2C8D1B7A0E55</string>
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
		Refs: []checker.Ref{refProfileTypes, refMDMErrors},
	},
	CollectFacts: func(p *checker.Pass) error {
		for _, payload := range p.Profile.Payloads() {
			if profile.HoldsCertificate(payload.As) && payload.UUID != "" && !profile.HasVariable(payload.UUID) {
				p.ExportPassiveFact(certificateUUID, payload.UUID)
			}
		}
		for r := range dangling(p.Profile) {
			p.RequestFact(certificateUUID, r.UUID)
		}
		return nil
	},
	CheckFileSet: func(p *checker.Pass) error {
		var missed map[string]bool
		for r := range dangling(p.Profile) {
			if strings.TrimSpace(r.UUID) == "" {
				if r.Required && p.RuleEnabled(referenceMissing.ID) {
					continue // an error there
				}
				if unusedSMIME(r.Node) {
					continue
				}
				f := p.Value(r.Node, "`%s` is empty", r.Key).WithHelp("set it to the `PayloadUUID` of %s, or remove it", wantedBy(r))
				f.Severity = checker.Warning
				continue
			}
			if missed == nil {
				missed = bareUUIDs(p)
			}
			if missed[strings.ToLower(r.UUID)] {
				continue // an error of payload-uuid-format
			}
			if count, places := p.ImportFact(certificateUUID, r.UUID); count > 0 {
				f := p.Value(r.Node, "`%s` %q matches a payload of another profile only", r.Key, excerpt(p, r.UUID)).
					WithHelp("add %s to this profile", wantedBy(r))
				f.Severity, f.Related = checker.Warning, places
				continue
			}
			p.Value(r.Node, "`%s` %q matches no `PayloadUUID` in the profile", r.Key, excerpt(p, r.UUID)).WithHelp("%s", danglingRemedy(p, r))
		}
		return nil
	},
}

// unusedSMIME reports whether a reference of a mail account is for S/MIME, which the account
// does not use.
func unusedSMIME(n *profile.Node) bool {
	if !strings.HasPrefix(n.Key, "SMIME") || n.Parent().Templated() {
		return false
	}
	for c := range n.Parent().Children() {
		if !strings.HasPrefix(c.Key, "SMIME") {
			continue
		}
		if on, ok := c.Bool(); ok && on || c.Kind != profile.Boolean && c.Kind != profile.String {
			return false
		}
	}
	return true
}

// certificateUUID is what profiles of a run tell one another of.
const certificateUUID = "PayloadUUID of a certificate"

// dangling gives the references that lead nowhere: none that may be rendered to
// something else, or matches but for case, or is placeholder text, for other rules
// speak of these.
func dangling(p *profile.Profile) iter.Seq[*profile.Reference] {
	return func(yield func(*profile.Reference) bool) {
		references, settled := p.References(), false
		for i := range references {
			r := &references[i]
			if r.Target != nil || r.Near != nil || r.Variable {
				continue
			}
			if _, sample := profile.Placeholder(r.UUID); sample && isCertificateReference(r.Node.Key) { // placeholder reports it
				continue
			}
			if !settled && (mayHoldMore(p) || losesUUID(p)) {
				return
			}
			if settled = true; !yield(r) {
				return
			}
		}
	}
}

// mayHoldMore reports whether template text may give the profile payloads, or
// its certificates UUIDs, that are not known yet.
func mayHoldMore(p *profile.Profile) bool {
	if p.Root.Templated() || p.Root.Get("PayloadContent").Templated() {
		return true
	}
	for _, payload := range p.Payloads() {
		uuid := payload.Keys.UUID
		certificate := payload.Type == "" || profile.HasVariable(payload.Type) || profile.HoldsCertificate(payload.As)
		if certificate && (payload.Node.Templated() || uuid.Is(profile.Template) || uuid.Unrendered() || profile.HasVariable(payload.UUID)) {
			return true
		}
	}
	return false
}

// losesUUID reports whether a certificate or identity has no PayloadUUID that a
// reference could match, because the key is missing or holds something else than a
// UUID. Other rules report that.
func losesUUID(p *profile.Profile) bool {
	for _, payload := range p.Payloads() {
		if !profile.HoldsCertificate(payload.As) {
			continue
		}
		uuid := payload.Keys.UUID
		if _, sample := profile.Placeholder(payload.UUID); uuid == nil || !uuid.Is(profile.String) || sample {
			return true
		}
	}
	return false
}

// wantedBy describes the payload that a reference must match.
func wantedBy(r *profile.Reference) string {
	switch r.Kind {
	case profile.ReferenceIdentity:
		return "the identity"
	case profile.ReferenceEscrow:
		return "the encryption certificate"
	}
	return "the certificate"
}

// danglingRemedy is the help for a reference, which depends on what was meant:
// whitespace around a UUID, or the identifier of a payload instead of it.
func danglingRemedy(p *checker.Pass, r *profile.Reference) string {
	if !p.LimitReached() {
		plain, _ := strayAround(r.UUID)
		for _, payload := range p.Profile.Payloads() {
			switch {
			case payload.UUID == "":
			case plain != r.UUID && strings.EqualFold(payload.UUID, plain):
				return "remove the characters around the UUID"
			case strings.EqualFold(strings.TrimSpace(payload.UUID), plain): // and payload-uuid-format is off
				return fmt.Sprintf("remove the whitespace around the `PayloadUUID` of %s", payloadLocation(p, payload))
			case payload.Identifier == r.UUID:
				return fmt.Sprintf("use the `PayloadUUID` of %s instead of its `PayloadIdentifier`", payloadLocation(p, payload))
			}
		}
	}
	return "use the `PayloadUUID` of " + wantedBy(r) + ", or add its payload to the profile"
}
