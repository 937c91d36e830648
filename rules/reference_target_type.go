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
		Title:    "the named payload is of the wrong kind",
		Severity: checker.Error,
		Doc: `A payload that proves who the device is needs an identity: a certificate with its private key, from a SCEP, ACME, PKCS#12 or
Active Directory payload. One that decides whom to trust needs the bare certificate of the other side, from a payload of the type
com.apple.security.root, .pkcs1 or .pem: the identity that the device enrols for is nobody's certification authority. The recovery key of
FileVault is encrypted to a certificate of the type com.apple.security.pkcs1. Other payloads, such as Wi-Fi itself, hold no certificate at
all. What Apple's schema leaves open, as for the Classroom payload, is not an error.`,
		Help: "write the PayloadUUID of a payload of the kind that the key asks for",
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
		for i := range references {
			r := &references[i]
			if r.Target == nil || r.Variable {
				continue
			}
			severity, why, remedy := misnamed(r)
			if severity == checker.Off {
				continue
			}
			p.Value(r.Node, "%s %q is that of %s, %s; %s", r.Key, excerpt(p, r.UUID), placed(p, *r.Target), why, remedy).Severity = severity
		}
		return nil
	},
}

// misnamed tells what is wrong with the payload that a reference names, if
// anything.
func misnamed(r *profile.Reference) (severity checker.Severity, why, remedy string) {
	named := r.Target.As
	identity := profile.HoldsIdentity(named)
	const writeIdentity = "write the PayloadUUID of a SCEP, ACME or PKCS#12 payload"
	const writeBare = "write the PayloadUUID of a certificate: com.apple.security.root, .pkcs1 or .pem"
	switch {
	case !profile.HoldsCertificate(named):
		if named == "" || profile.HasVariable(named) || certificateTypeButForCase(named) {
			return checker.Off, "", ""
		}
		severity, remedy = checker.Error, writeBare
		if r.Kind == profile.ReferenceIdentity {
			remedy = writeIdentity
		}
		if _, known := slices.BinarySearch(appleTypes(), named); !known {
			severity = checker.Warning
		}
		return severity, "which holds no certificate", remedy
	case r.Kind == profile.ReferenceIdentity && !identity:
		severity = checker.Error
		if r.Open {
			severity = checker.Warning
		}
		return severity, "a certificate without private key", writeIdentity
	case len(r.Only) > 0 && !slices.Contains(r.Only, named):
		severity = checker.Error
		if r.Kind == profile.ReferenceIdentity || named == "com.apple.security.root" { // an older list; an alias of pkcs1
			severity = checker.Warning
		}
		return severity, "which Apple's schema does not list for this key", "write the PayloadUUID of a payload of the type " + strings.Join(r.Only, " or ")
	case r.Kind != profile.ReferenceIdentity && identity && !r.Open:
		severity = checker.Error
		if named == "com.apple.security.pkcs12" { // its certificate is known beforehand, and may be meant
			severity = checker.Warning
		}
		if r.Kind == profile.ReferenceEscrow {
			return severity, "an identity of the device", writeBare
		}
		return severity, "an identity, not a certificate to trust", writeBare
	}
	return checker.Off, "", ""
}

// certificateTypeButForCase reports whether another rule says that the type is
// misspelt, and what is meant holds a certificate.
func certificateTypeButForCase(named string) bool {
	named = strings.TrimSpace(named)
	return slices.ContainsFunc(appleTypes(), func(t string) bool { return strings.EqualFold(t, named) && profile.HoldsCertificate(t) })
}
