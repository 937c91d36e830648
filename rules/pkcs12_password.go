package rules

import (
	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var refPKCS12 = checker.Ref{
	Title: "RFC 7292: PKCS #12, Personal Information Exchange Syntax",
	URL:   "https://www.rfc-editor.org/rfc/rfc7292",
}

var pkcs12Password = checker.Rule{
	Meta: checker.Meta{
		ID:       "pkcs12-password",
		Title:    "Password does not decrypt the PKCS #12 file",
		Severity: checker.Error,
		Varies:   "info for a correct password, or one that cannot be verified",
		Doc: `What it checks: Password of a PKCS #12 payload opens the file in PayloadContent. The password is compared with the MAC of the file; nothing is decrypted.
Why it matters: with a wrong password the device rejects the payload. Anyone who can read the profile can use a private key whose password is beside it;
Apple recommends that profiles have no Password, so that the user is asked.
Exceptions: a Password that is right, or cannot be verified here, is an info. Template variables and placeholders are not reported.`,
		Help: "set Password to that of the PKCS #12 file",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.security.pkcs12</string>
<key>Password</key>
<string>not-that-one</string>
<key>PayloadContent</key>
<data>
` + examplePKCS12 + `
</data>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.security.pkcs12</string>
<key>Password</key>
<string>$PKCS12_PASSWORD</string>
<key>PayloadContent</key>
<data>
` + examplePKCS12 + `
</data>
</dict>`,
		},
		Refs: []checker.Ref{refCertificatePKCS12, refPKCS12},
	},
	Check: func(p *checker.Pass) error {
		left := maxIterations
		for _, payload := range p.Profile.Payloads() {
			if payload.Type != profile.TypePKCS12 {
				continue
			}
			n := payload.Node.Get("Password")
			text, ok := n.Str()
			if !ok || n.Broken() || n.HasVariable() {
				continue
			}
			if _, sample := profile.Placeholder(text); sample {
				continue
			}
			file, read := payload.PKCS12File()
			if !read {
				continue
			}
			if file.Iterations <= left {
				left -= max(file.Iterations, 0)
				if opens, known := file.Opens(text); known && !opens {
					p.Value(n, "`Password` does not open the PKCS #12 file in `PayloadContent`").Argument = "wrong"
					continue
				}
			}
			if text == "" {
				continue // nothing is protected
			}
			f := p.Value(n, "`Password` is hard-coded; anyone who can read the profile can use the private key")
			f.Severity, f.Help = checker.Info, "remove Password, so that the user is asked, or use a variable"
		}
		return nil
	},
}

// maxIterations bounds the work that the files of a profile may ask for to verify
// their MACs. Programs ask for 1 to 10,000 iterations a file.
const maxIterations = 1_000_000

// examplePKCS12 is a file as OpenSSL 3 makes it by default, with the password
// only-a-test, and examplePKCS12Legacy one as it makes it with -legacy.
const (
	examplePKCS12 = `MIIEDAIBAzCCA8IGCSqGSIb3DQEHAaCCA7MEggOvMIIDqzCCAmIGCSqGSIb3DQEH
BqCCAlMwggJPAgEAMIICSAYJKoZIhvcNAQcBMFcGCSqGSIb3DQEFDTBKMCkGCSqG
SIb3DQEFDDAcBAhlYtESgvJcywICCAAwDAYIKoZIhvcNAgkFADAdBglghkgBZQME
ASoEELEJYNNSW+wEehY4YL4uvAiAggHgXNeCPsVH2Vwi59yo+pGKx5unFf/YYr5L
bu4hpiqOkeS9ReEkC7YrDSb2TeMyZLlMvFP8NB6+MyllJnKEImSSvPBBvZkFyplX
xZ7Mf51PNLWHtCv+lZAXZwQHy+2dZdXJYj+EM4E5HXBZxrQXcW/zxUpKE2cRz62o
vtl8ShWW4I/CjPpGvyyfwcNK5mSbvTIO7NoDCaluXcMkgqARvqkdJ3cwfFF0BcdV
mfHwmiHBoCN0fjkSQlIok6WBjEqmNB7GaL8kzdcDoVid0hrAZMvVelnL1ybqLtEx
cac+rreZNOnkluWdtPe5hzPBkWLUCcbd7JKZPgwnsXPHn4WZb+30XG+cUzC9qBZj
jUzndklPZcoOKGPsKQRHDGJhBJaDKY32CAP8Doh7Vl1B/J70UQichy+UQ5gTOnsf
m6NW8x9i0h8Dhbk3NAVAVHwuBtQV3exqGHa2rq522ZgBhhrQ3s1ydDCeQkDwSTwy
ig1jEJOIr6C1fr/KMf2MfPwPorSoRJNvtBb96rAit63sZY0BW8yxzAdpM805gj6v
6PlL+3s8YThQbH0bNlPyydJBCtz9+983vejJlnjkY+AHfP2ls0A9f8CJ0utdmRJP
S88pYrqh0AKX62lGCsWGJzO4HDWPo2PsMIIBQQYJKoZIhvcNAQcBoIIBMgSCAS4w
ggEqMIIBJgYLKoZIhvcNAQwKAQKgge8wgewwVwYJKoZIhvcNAQUNMEowKQYJKoZI
hvcNAQUMMBwECLFRmyijFYZlAgIIADAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQB
KgQQJQqACnW8ka8IoxptR7euKQSBkA/9DInPOwJfEqGqtvvKK9WgeJxDzep7gCtY
5qjXWNcvXR7FOp0oab9PCvZLZVBiXAjtaSSYFY3KdkKHrbt9JZTbxgW1SP/aOJRg
GUkxLXWKcvezm7ZYp9Mq4p0M9OzZpoZCv6go7Yr8BmsolpQDMsYTofcyiwWosVEF
Nw0p54j716/XR5mR+5/QABsiTS2CJTElMCMGCSqGSIb3DQEJFTEWBBS5jNNABIk2
BLBSNjeDb9SNjOdV8TBBMDEwDQYJYIZIAWUDBAIBBQAEIMqrDIaAC2UAnR5+1WxX
QhTlAz9wsClV09H3mLdt6AC9BAiI+CsCT9az7QICCAA=`
	examplePKCS12Legacy = `MIIDggIBAzCCA0gGCSqGSIb3DQEHAaCCAzkEggM1MIIDMTCCAicGCSqGSIb3DQEH
BqCCAhgwggIUAgEAMIICDQYJKoZIhvcNAQcBMBwGCiqGSIb3DQEMAQYwDgQIB1ju
TK+mVQECAggAgIIB4LAWD5+oP9lQIw0kzww7jIruB7GnHaGFQXJ4rFoGux+RJ+hK
L217PsvGEbQBR0ObChh36JgxbG87aNIb1F1uphvV8d+hU75+m1TVA3BMEScVIGJy
CcV8CfzLfnTDEzEuX5BmERz6NLeM1rLwySIMomtlPfOfS0V2YbHRC4oIwSJKdbT+
D/eMbYgRWHI0ut99GZHHttMm4nCiiGL5Q7Fp/f4vMW55vl3ETsAZ8AOfxpYsc5LK
r8Iv8qLCCY5egf4v8BsMgRyqFqMvx20Dl5ALOhv/cZN+VQxxKvjpnDEC8qB+Aodo
wzPLGrqH3Z20MSavBtMqF5aVPmJWDu9iC+nWzZbIYe28ADnhz06cwNybyT7DhqxU
Upzrzk5a4k9QzapdPfTfONUyz/gwrtR+OwYeHKlbfww6plU7tAO/ytuoobrrPzky
WNpTlVZMCoUQZMqPU6Xt+Flir7rrU1n2OBM3V2NmDM5M/L8XqUX0yxuhYg2efD6O
7Lj7Nn4bxk8JWXfDa2vSQqZMNX3gKI81DTyp2MJ0tUlm5Gkl8XuyTrRxr0Brc1VG
+08UWuFaZ2/AaTp3aZhgt23FZ2dNFhioL3oYUe3O1zMhwCgm6NKh/tVAHQFmEDb0
SiSi6OPxHcm37ViWpDCCAQIGCSqGSIb3DQEHAaCB9ASB8TCB7jCB6wYLKoZIhvcN
AQwKAQKggbQwgbEwHAYKKoZIhvcNAQwBAzAOBAgNTv62HMNHvAICCAAEgZAOiHGw
9wGLFUY2JJ+vBPWNTaMwQt3mNCKk2idPQU2lmboRPGNCB2J1A6H7Og2bBOjObqtx
OqpnzsmIaiMj4le63Ln0jfKVpYoxLHgZA5bRD0IMiCmolSWna6DTaFrRmXEHZfoe
quseq43lhMEvLRNr657/2H3l0+SZ2i6Vso2kQN3gdxd28WElsKqe7PzFOmUxJTAj
BgkqhkiG9w0BCRUxFgQUuYzTQASJNgSwUjY3g2/UjYznVfEwMTAhMAkGBSsOAwIa
BQAEFPiohpdFeK2Vd29JotoyAWS+jYPQBAgfspMN5h7DzAICCAA=`
)
