package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var refPKCS12Legacy = checker.Ref{
	Title: "algo issue 14558: iOS cannot open PKCS #12 files of OpenSSL 3",
	URL:   "https://github.com/trailofbits/algo/issues/14558",
}

var pkcs12Algorithm = checker.Rule{
	Meta: checker.Meta{
		ID:       "pkcs12-algorithm",
		Title:    "PKCS #12 file that iOS 17 and earlier cannot open",
		Severity: checker.Warning,
		Varies:   "info without an iOS target that has a version",
		Doc: `What it checks: the PKCS #12 file of a payload is encrypted with PBES2, or has a MAC over SHA-256 or newer. OpenSSL 3 makes such files by default.
Why it matters: iOS up to version 17 reports that the password is incorrect, whatever it is (observed on iOS).
Exceptions: without targets, or with an iOS target of any version, the finding is an info. It is not reported for other targets. Files in an unusual
encoding are not read.`,
		Help: "make the file with openssl pkcs12 -export -legacy",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.security.pkcs12</string>
<key>PayloadContent</key>
<data>
` + examplePKCS12 + `
</data>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.security.pkcs12</string>
<key>PayloadContent</key>
<data>
` + examplePKCS12Legacy + `
</data>
</dict>`,
		},
		Refs: []checker.Ref{refCertificatePKCS12, refPKCS12Legacy},
	},
	Check: func(p *checker.Pass) error {
		targets := targetsOf(p)
		if len(p.Targets) > 0 && !targets.Has("ios") {
			return nil
		}
		severity := checker.Info
		for _, t := range targets {
			switch {
			case t.System != "ios" || t.Version == "":
			case !older(t, "18"):
				return nil
			default:
				severity = checker.Warning
			}
		}
		for _, payload := range p.Profile.Payloads() {
			if payload.Type != profile.TypePKCS12 {
				continue
			}
			file, read := payload.PKCS12File()
			if !read {
				continue
			}
			var modern []string
			if file.PBES2 {
				modern = append(modern, "PBES2")
			}
			if file.MAC != "" && file.MAC != "SHA-1" {
				modern = append(modern, "a MAC over "+file.MAC)
			}
			if len(modern) > 0 {
				f := p.Value(payload.Keys.Content, "PKCS #12 file uses %s, not supported before iOS 18 (observed on iOS)", strings.Join(modern, " and "))
				f.Severity = severity
			}
		}
		return nil
	},
}
