package rules

import (
	"bytes"
	"slices"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var certificateMultiple = checker.Rule{
	Meta: checker.Meta{
		ID:       "certificate-multiple",
		Title:    "several certificates in one payload",
		Severity: checker.Warning,
		Varies:   "info for PEM text in com.apple.security.pem",
		Doc: `What it checks: a payload of type com.apple.security.root, .pkcs1, or .pem contains one certificate only.
Why it matters: Apple's schema defines PayloadContent as one certificate. What devices do with others is not documented:
they may install the first only, so that the chain of an identity or a server stays incomplete.
Exceptions: the same certificate more than once is not reported. A PKCS #7 bundle is reported by certificate-invalid.`,
		Help: "move each certificate to a payload of its own",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.security.pem</string>
<key>PayloadContent</key>
<data>
` + examplePEMBundle + `
</data>
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
</dict>`,
		},
		Refs: []checker.Ref{refCertificateRoot, refCertificatePEM},
	},
	Check: func(p *checker.Pass) error {
		certificates := p.Profile.Certificates()
		for i := 0; i < len(certificates); {
			first := &certificates[i]
			same := certificates[i : i+1]
			for i++; i < len(certificates) && certificates[i].Content == first.Content; i++ {
				same = same[:len(same)+1]
			}
			count := first.Trailing
			for n, c := range same {
				if c.DER != nil && !slices.ContainsFunc(same[:n], func(before profile.Certificate) bool { return bytes.Equal(before.DER, c.DER) }) {
					count++
				}
			}
			if count > 1 {
				reportMultiple(p, first, count)
			}
		}
		return nil
	},
}

func reportMultiple(p *checker.Pass, first *profile.Certificate, count int) {
	f := p.Value(first.Content, "`PayloadContent` contains %d certificates; devices may install the first only", count)
	if first.Type == "com.apple.security.pem" {
		f.Severity = checker.Info
	}
}

// examplePEMBundle is exampleIssuingCA and exampleRootCA in PEM text.
const examplePEMBundle = `LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJsRENDQVRxZ0F3SUJBZ0lD
QStvd0NnWUlLb1pJemowRUF3SXdKakVOTUFzR0ExVUVDaE1FUTI5eWNERVYKTUJN
R0ExVUVBeE1NUTI5eWNDQlNiMjkwSUVOQk1DQVhEVEl3TURFd01UQXdNREF3TUZv
WUR6SXdPVGt3TVRBeApNREF3TURBd1dqQXBNUTB3Q3dZRFZRUUtFd1JEYjNKd01S
Z3dGZ1lEVlFRREV3OURiM0p3SUVsemMzVnBibWNnClEwRXdXVEFUQmdjcWhrak9Q
UUlCQmdncWhrak9QUU1CQndOQ0FBU1hKNGtPNUhrTFlleHFWa0tEUHpQT2FSYTAK
anBSamJPd3lrdEVOc3AxTTV1YXVTSjk3eEtFQ2dQQkI3U1ZPcjVEN2Zzb0xoYStO
aGdrWmx1QWNuYzc1bzFNdwpVVEFQQmdOVkhSTUJBZjhFQlRBREFRSC9NQjBHQTFV
ZERnUVdCQlJYb1gzUDVzSXlRekZEcHV0eE94UWY1RDY2CjRqQWZCZ05WSFNNRUdE
QVdnQlMraDlLc1VmWkl4aHRpQThqRFBsSlhiVkY1bURBS0JnZ3Foa2pPUFFRREFn
TkkKQURCRkFpQk5Ba0o1NzFPbXBTUW1KeWp1ZEgwa3VzYzdWMGd1VGJGK0l0bnpn
enZTT0FJaEFMeURpaS8yMXFXNgpjY3ZBbFBUbUN6QkExem9Tbm56di8xMVZiTmVt
UzFyQgotLS0tLUVORCBDRVJUSUZJQ0FURS0tLS0tCi0tLS0tQkVHSU4gQ0VSVElG
SUNBVEUtLS0tLQpNSUlCY1RDQ0FSYWdBd0lCQWdJQ0Era3dDZ1lJS29aSXpqMEVB
d0l3SmpFTk1Bc0dBMVVFQ2hNRVEyOXljREVWCk1CTUdBMVVFQXhNTVEyOXljQ0JT
YjI5MElFTkJNQ0FYRFRJd01ERXdNVEF3TURBd01Gb1lEekl3T1Rrd01UQXgKTURB
d01EQXdXakFtTVEwd0N3WURWUVFLRXdSRGIzSndNUlV3RXdZRFZRUURFd3hEYjNK
d0lGSnZiM1FnUTBFdwpXVEFUQmdjcWhrak9QUUlCQmdncWhrak9QUU1CQndOQ0FB
Uk40anZqTDd6Sm51ZEdoSFI4cXdZbXd1WUE5S1QwCnRuZXMrSEtFNThLRE85cTdi
OXpWT0VyOS9sQnpQN216d1VpOTBJVFJjSGFYbVV0Ky9pSWNJRDd4b3pJd01EQVAK
QmdOVkhSTUJBZjhFQlRBREFRSC9NQjBHQTFVZERnUVdCQlMraDlLc1VmWkl4aHRp
QThqRFBsSlhiVkY1bURBSwpCZ2dxaGtqT1BRUURBZ05KQURCR0FpRUFnWW1aczRW
OUZpVXRod2h1WStxTEdCa0crNjYwb0N2eUJONVl6QWw3Cml5Z0NJUUNsVFZPb1Rk
eEs4Skc0MEZPdGdITXJmL0kyQnRIL0I3QldoT2dYWjM0bVN3PT0KLS0tLS1FTkQg
Q0VSVElGSUNBVEUtLS0tLQo=`
