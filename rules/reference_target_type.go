package rules

import (
	"slices"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var referenceTargetType = checker.Rule{
	Meta: checker.Meta{
		ID:       "reference-target-type",
		Title:    "reference to a payload of the wrong type",
		Severity: checker.Error,
		Varies:   "warning for a trusted PKCS #12 file, and unknown payload types",
		Doc: `What it checks: a reference matches a payload of a type that its key requires: an identity, or a certificate to trust.
Why it matters: an identity is a certificate with its private key, from a SCEP, ACME, PKCS #12, or Active Directory
payload. A certificate to trust is in a payload of the type com.apple.security.root, .pkcs1, or .pem: the identity
that the device enrolls for is not a CA. The recovery key of FileVault is encrypted with a com.apple.security.pkcs1
certificate.
Exceptions: a warning where a PKCS #12 file is trusted, for unknown payload types, and where Apple's schema is
ambiguous. A payload of an unknown type is reported at the first reference to it, and not if its type is misspelled.`,
		Help: "use the PayloadUUID of a payload of the type that the key requires",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.mdm</string>
<key>IdentityCertificateUUID</key>
<string>6B0F2A4E-5D1C-4E8A-9F37-2C8D1B7A0E55</string>
</dict>
<dict>
<key>PayloadType</key>
<string>com.apple.security.root</string>
<key>PayloadUUID</key>
<string>6B0F2A4E-5D1C-4E8A-9F37-2C8D1B7A0E55</string>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.mdm</string>
<key>IdentityCertificateUUID</key>
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
	Check: func(p *checker.Pass) error {
		references := p.Profile.References()
		unknown := map[int]bool{} // payloads of unknown types, each reported once: the type may be what is wrong
		for i := range references {
			r := &references[i]
			if r.Target == nil || r.Variable || strings.TrimSpace(r.Target.Type) == "" { // payload-key-missing reports an empty type
				continue
			}
			severity, why, remedy := misnamed(r)
			if severity == checker.Off || isAmbiguous(p, r) {
				continue
			}
			isKnown := isAppleType(r.Target.As)
			if !isKnown {
				if unknown[r.Target.Index] {
					continue
				}
				unknown[r.Target.Index] = true
			}
			f := p.Value(r.Node, "`%s` references %s, %s", r.Key, payloadLocation(p, *r.Target), checker.Prose(why)).WithHelp("%s", remedy)
			f.Severity, f.Argument = severity, r.UUID
			f.CausedBy(append(r.Target.Node.Path(), "PayloadContent")...) // which is of another type
			if !isKnown {
				f.CausedBy(append(r.Target.Node.Path(), "PayloadType")...)
			}
		}
		return nil
	},
}

// isAmbiguous reports whether another payload with the same PayloadUUID is one that a
// reference accepts, so that payload-uuid-duplicate reports what is wrong.
func isAmbiguous(p *checker.Pass, r *profile.Reference) bool {
	if !p.RuleEnabled(payloadUUIDDuplicate.ID) || p.LimitReached() {
		return false
	}
	payloads := p.Profile.Payloads()
	for i := range payloads {
		if other := &payloads[i]; other.Index != r.Target.Index && other.UUID == r.UUID {
			to := *r
			to.Target = other
			if severity, _, _ := misnamed(&to); severity == checker.Off {
				return true
			}
		}
	}
	return false
}

// misnamed gives the fault of the payload that a reference matches, and what to do
// about it.
func misnamed(r *profile.Reference) (severity checker.Severity, why, remedy string) {
	named := r.Target.As
	identity := profile.HoldsIdentity(named)
	const useIdentity = "use the PayloadUUID of a SCEP, ACME, or PKCS #12 payload"
	const useBare = "use the PayloadUUID of a com.apple.security.root, .pkcs1, or .pem payload"
	switch {
	case !profile.HoldsCertificate(named):
		if named == "" || profile.HasVariable(named) || certificateTypeButForCase(named) {
			return checker.Off, "", ""
		}
		severity, remedy = checker.Error, useBare
		if r.Kind == profile.ReferenceIdentity {
			remedy = useIdentity
		}
		if !isAppleType(named) {
			severity = checker.Warning
		}
		return severity, "which has no certificate", remedy
	case r.Kind == profile.ReferenceIdentity && !identity:
		severity = checker.Error
		if r.Open {
			severity = checker.Warning
		}
		return severity, "a certificate without a private key", useIdentity
	case len(r.Only) > 0 && !slices.Contains(r.Only, named):
		severity = checker.Error
		if r.Kind == profile.ReferenceIdentity || named == "com.apple.security.root" { // an older list; an alias of pkcs1
			severity = checker.Warning
		}
		return severity, "which is not supported for this key", "use the PayloadUUID of a " + strings.Join(r.Only, " or ") + " payload"
	case r.Kind != profile.ReferenceIdentity && identity && !r.Open:
		severity = checker.Error
		if named == "com.apple.security.pkcs12" { // its certificate is known beforehand, and may be meant
			severity = checker.Warning
		}
		if r.Kind == profile.ReferenceEscrow {
			return severity, "an identity of the device", useBare
		}
		return severity, "an identity, not a certificate to trust", useBare
	}
	return checker.Off, "", ""
}

// isAppleType reports whether Apple has a payload type.
func isAppleType(t string) bool {
	_, known := slices.BinarySearch(appleTypes(), t)
	return known
}

// certificateTypeButForCase reports whether another rule says that the type is
// misspelled, and what is meant holds a certificate.
func certificateTypeButForCase(named string) bool {
	named = strings.TrimSpace(named)
	return slices.ContainsFunc(appleTypes(), func(t string) bool { return strings.EqualFold(t, named) && profile.HoldsCertificate(t) })
}
