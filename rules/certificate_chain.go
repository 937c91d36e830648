package rules

import (
	"bytes"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var refChain = checker.Ref{
	Title: "letswifi-portal issue 76: a Mac does not authenticate with an incomplete chain",
	URL:   "https://github.com/geteduroam/letswifi-portal/issues/76",
}

var certificateChain = checker.Rule{
	Meta: checker.Meta{
		ID:       "certificate-chain",
		Title:    "bundled CA certificate without its issuer",
		Severity: checker.Info,
		Doc: `What it checks: in a profile with an identity, the issuer of each bundled CA certificate is in the profile too.
Why it matters: macOS builds the chain of a client certificate from what is installed. With the issuing CA alone the chain is incomplete, and the Mac does not
authenticate.
Exceptions: the root may be installed by another profile, or be one that the system trusts. Certificates that are not CAs are not reported, and neither are profiles
with a certificate that cannot be read.`,
		Help: "add the certificate of the issuer, up to the root",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.security.root</string>
<key>PayloadContent</key>
<data>
` + exampleIssuingCA + `
</data>
</dict>
<dict>
<key>PayloadType</key>
<string>com.apple.security.scep</string>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.security.root</string>
<key>PayloadContent</key>
<data>
` + exampleIssuingCA + `
</data>
</dict>
<dict>
<key>PayloadType</key>
<string>com.apple.security.root</string>
<key>PayloadContent</key>
<data>
` + exampleRootCA + `
</data>
</dict>
<dict>
<key>PayloadType</key>
<string>com.apple.security.scep</string>
</dict>`,
		},
		Refs: []checker.Ref{refCertificateRoot, refChain},
	},
	Check: func(p *checker.Pass) error {
		if len(p.Profile.Source.Templates) > 0 || !holdsIdentity(p.Profile) || mayHoldCertificate(p.Profile) {
			return nil
		}
		authorities, known := bundledAuthorities(p.Profile)
		if !known {
			return nil
		}
		var subjects map[string]bool // made for the first that is not a root
		for _, c := range authorities {
			if bytes.Equal(c.Parsed.RawIssuer, c.Parsed.RawSubject) {
				continue
			}
			if subjects == nil {
				subjects = map[string]bool{}
				for _, c := range authorities {
					subjects[string(c.Parsed.RawSubject)] = true
				}
			}
			if subjects[string(c.Parsed.RawIssuer)] {
				continue
			}
			p.Value(c.Content, "CA certificate %s is issued by %q, which is not in the profile", certificateLabel(p, c), excerpt(p, c.Issuer()))
		}
		return nil
	},
}

// mayHoldCertificate reports whether a payload holds no certificate only because it has
// no type that Apple's schema knows, or no PayloadContent.
func mayHoldCertificate(p *profile.Profile) bool {
	for _, payload := range p.Payloads() {
		content := payload.Keys.Content
		if content.Is(profile.Data) && payload.Schema == nil || content == nil && isCertificateType(payload.Type) {
			return true
		}
	}
	return false
}

// isCertificateType reports whether payloads of a type hold a certificate without a key.
func isCertificateType(name string) bool {
	return name != profile.TypePKCS12 && contentTypes[name]
}

// holdsIdentity reports whether a profile holds an identity, or has the device
// request one.
func holdsIdentity(p *profile.Profile) bool {
	for _, payload := range p.Payloads() {
		if profile.HoldsIdentity(payload.As) {
			return true
		}
	}
	return false
}

// A root of Corp's, what it issued, and a root that issues for servers only.
const (
	exampleRootCA = `MIIBcTCCARagAwIBAgICA+kwCgYIKoZIzj0EAwIwJjENMAsGA1UEChMEQ29ycDEV
MBMGA1UEAxMMQ29ycCBSb290IENBMCAXDTIwMDEwMTAwMDAwMFoYDzIwOTkwMTAx
MDAwMDAwWjAmMQ0wCwYDVQQKEwRDb3JwMRUwEwYDVQQDEwxDb3JwIFJvb3QgQ0Ew
WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARN4jvjL7zJnudGhHR8qwYmwuYA9KT0
tnes+HKE58KDO9q7b9zVOEr9/lBzP7mzwUi90ITRcHaXmUt+/iIcID7xozIwMDAP
BgNVHRMBAf8EBTADAQH/MB0GA1UdDgQWBBS+h9KsUfZIxhtiA8jDPlJXbVF5mDAK
BggqhkjOPQQDAgNJADBGAiEAgYmZs4V9FiUthwhuY+qLGBkG+660oCvyBN5YzAl7
iygCIQClTVOoTdxK8JG40FOtgHMrf/I2BtH/B7BWhOgXZ34mSw==`
	exampleIssuingCA = `MIIBlDCCATqgAwIBAgICA+owCgYIKoZIzj0EAwIwJjENMAsGA1UEChMEQ29ycDEV
MBMGA1UEAxMMQ29ycCBSb290IENBMCAXDTIwMDEwMTAwMDAwMFoYDzIwOTkwMTAx
MDAwMDAwWjApMQ0wCwYDVQQKEwRDb3JwMRgwFgYDVQQDEw9Db3JwIElzc3Vpbmcg
Q0EwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASXJ4kO5HkLYexqVkKDPzPOaRa0
jpRjbOwyktENsp1M5uauSJ97xKECgPBB7SVOr5D7fsoLha+NhgkZluAcnc75o1Mw
UTAPBgNVHRMBAf8EBTADAQH/MB0GA1UdDgQWBBRXoX3P5sIyQzFDputxOxQf5D66
4jAfBgNVHSMEGDAWgBS+h9KsUfZIxhtiA8jDPlJXbVF5mDAKBggqhkjOPQQDAgNI
ADBFAiBNAkJ571OmpSQmJyjudH0kusc7V0guTbF+ItnzgzvSOAIhALyDii/21qW6
ccvAlPTmCzBA1zoSnnzv/11VbNemS1rB`
	exampleServerCA = `MIIBijCCAS+gAwIBAgICA+swCgYIKoZIzj0EAwIwKDENMAsGA1UEChMEQ29ycDEX
MBUGA1UEAxMOQ29ycCBTZXJ2ZXIgQ0EwIBcNMjAwMTAxMDAwMDAwWhgPMjA5OTAx
MDEwMDAwMDBaMCgxDTALBgNVBAoTBENvcnAxFzAVBgNVBAMTDkNvcnAgU2VydmVy
IENBMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYypxuBuQgjhuYYgetEzESgNI
VjqjWJtGAEt3wLC0mmAKQ157c0iNHYBbdlCtyUzqak/JsnvpiPiLqxUfbURrKKNH
MEUwEwYDVR0lBAwwCgYIKwYBBQUHAwEwDwYDVR0TAQH/BAUwAwEB/zAdBgNVHQ4E
FgQUjTWvR+PSu052PjvvYtWSgUSXnfgwCgYIKoZIzj0EAwIDSQAwRgIhAKW9SxAO
H4qusTXWI6ywE8mf7td/c9k10NrklRffa63IAiEA1n4aRbNH4U7cnjPPJ6SyxmW0
Q24KURxfHLkdep5eOKI=`
)
