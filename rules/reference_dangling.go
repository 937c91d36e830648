package rules

import (
	"iter"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var referenceDangling = checker.Rule{
	Meta: checker.Meta{
		ID:       "reference-dangling",
		Title:    "a certificate is named that the profile does not hold",
		Severity: checker.Error,
		Doc: `Wi-Fi, VPN, mail and other payloads name the identity they use, and the certificates they trust, by the PayloadUUID of another
payload. Of most of these keys Apple's schema says that it stands in the same profile. If there is none with this UUID, the device finds no
certificate: it refuses the profile (MDM: 12005, cannot find certificate), or the connection fails later. Mostly the UUID was made anew when the
certificate was replaced. Where another profile of the same run holds it, the finding is a warning, since the two may yet be merged. UUIDs that
hold template text are not judged.`,
		Help: "write the PayloadUUID of a payload of this profile, or put the payload of the certificate into it",
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
		for r := range dangling(p.Profile) {
			if strings.TrimSpace(r.UUID) == "" {
				f := p.Value(r.Node, "%s is empty and names no payload; write the PayloadUUID of %s, or remove it", r.Key, wantedBy(r))
				f.Severity = checker.Warning
				continue
			}
			if count, places := p.ImportFact(certificateUUID, r.UUID); count > 0 {
				f := p.Value(r.Node, "%s %q names no payload of this profile, only one of another profile, which it cannot reach; put %s into this profile as well",
					r.Key, excerpt(p, r.UUID), wantedBy(r))
				f.Severity, f.Related, f.Argument = checker.Warning, places, r.UUID
				continue
			}
			f := p.Value(r.Node, "%s %q names no payload of the profile; %s", r.Key, excerpt(p, r.UUID), danglingRemedy(p, r))
			f.Argument = r.UUID
		}
		return nil
	},
}

// certificateUUID is what profiles of a run tell one another of.
const certificateUUID = "PayloadUUID of a certificate"

// dangling gives the references that lead nowhere: none that may be rendered to
// something else, or matches but for case, or is sample text, for other rules
// speak of these.
func dangling(p *profile.Profile) iter.Seq[*profile.Reference] {
	return func(yield func(*profile.Reference) bool) {
		references, settled := p.References(), false
		for i := range references {
			r := &references[i]
			if r.Target != nil || r.Near != nil || r.Variable {
				continue
			}
			if _, sample := profile.Placeholder(r.UUID); sample && (r.Node == r.From.Keys.PayloadCertificate || r.Node == r.From.Keys.IdentityCertificate) {
				continue
			}
			if !settled && mayHoldMore(p) {
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

// wantedBy says in words what a reference must name.
func wantedBy(r *profile.Reference) string {
	switch r.Kind {
	case profile.ReferenceIdentity:
		return "the identity"
	case profile.ReferenceEscrow:
		return "the certificate that keys are encrypted to"
	}
	return "the certificate"
}

// danglingRemedy looks for what was meant: white space around a UUID, or the
// identifier of a payload in its place.
func danglingRemedy(p *checker.Pass, r *profile.Reference) string {
	if !p.LimitReached() {
		plain := strings.TrimSpace(r.UUID)
		for _, payload := range p.Profile.Payloads() {
			switch {
			case payload.UUID == "":
			case plain != r.UUID && strings.EqualFold(payload.UUID, plain):
				return "the white space around it counts; write the UUID alone"
			case payload.Identifier == r.UUID:
				return "this is the PayloadIdentifier of " + placed(p, payload) + "; write its PayloadUUID"
			}
		}
	}
	return "write the PayloadUUID of " + wantedBy(r) + ", or put its payload into the profile"
}
