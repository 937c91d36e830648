package rules

import (
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var profileSignature = checker.Rule{
	Meta: checker.Meta{
		ID:       "profile-signature",
		Title:    "invalid or untrusted signature",
		Severity: checker.Error,
		Varies:   "warning without --trust for a signature that cannot be verified, info for an unknown signer",
		Doc: `What it checks: each signature of the profile verifies, and with --trust its signer chains to a trusted root. Runs
only with --verify-signatures.
Why it matters: a signed profile is a CMS message around the property list. Devices reject one whose content changed
after signing or whose signature is truncated (MCProfileErrorDomain 1004, bad signature).
Exceptions: without --trust, a signature that cannot be verified is a warning, and a signer without a chain to a root
of the system is info: certificates of MDM servers are often private. With --trust both are errors. These findings
cannot be suppressed.`,
		Help:           "re-sign the profile from its source; openssl cms -verify -inform DER confirms the result",
		Unsuppressible: true,
		Example: checker.Example{
			Scope: checker.ScopeDocument,
			Bad: `-----BEGIN CMS-----
MIICEAYJKoZIhvcNAQcCoIICATCCAf0CAQExDTALBglghkgBZQMEAgEwMwYJKoZI
hvcNAQcBoCYEJDxwbGlzdCB2ZXJzaW9uPSIxLjEiPjxkaWN0Lz48L3BsaXN0PqCC
AR0wggEZMIHBAhQWh7xTD9VX9RaT9QiWU86THojZqjAKBggqhkjOPQQDAjAPMQ0w
CwYDVQQDDARDb3JwMCAXDTIwMDEwMTAwMDAwMFoYDzIwOTkwMTAxMDAwMDAwWjAP
MQ0wCwYDVQQDDARDb3JwMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEx/UAMYan
+3HHmBsrYDsH1plGjXRgXSnvOjDzh9jGWlz5G9rtJSED8U+2S4M3PTMUPdrTHB9l
UksN5C9WOVcP5TAKBggqhkjOPQQDAgNHADBEAiAfMl53RAixkCKuBBFM00c6PnjG
gO3pnb762A5pEb05+QIgbg/4cnbSzN+2HQFqopC4LgEuiJaySLScHZZGmbW/ABUx
gZIwgY8CAQEwJzAPMQ0wCwYDVQQDDARDb3JwAhQWh7xTD9VX9RaT9QiWU86THojZ
qjALBglghkgBZQMEAgEwCgYIKoZIzj0EAwIESDBGAiEAxBsiCaCtFF5jHHWnTCUF
O0yBQdj8A8yIqm7Gtbm0euECIQCKBnYkkNz1DbHT/+R4wP2anwIiA0yfSPnYaLg7
ihbqJQ==
-----END CMS-----`,
			Good: `-----BEGIN CMS-----
MIICEAYJKoZIhvcNAQcCoIICATCCAf0CAQExDTALBglghkgBZQMEAgEwMwYJKoZI
hvcNAQcBoCYEJDxwbGlzdCB2ZXJzaW9uPSIxLjAiPjxkaWN0Lz48L3BsaXN0PqCC
AR0wggEZMIHBAhQWh7xTD9VX9RaT9QiWU86THojZqjAKBggqhkjOPQQDAjAPMQ0w
CwYDVQQDDARDb3JwMCAXDTIwMDEwMTAwMDAwMFoYDzIwOTkwMTAxMDAwMDAwWjAP
MQ0wCwYDVQQDDARDb3JwMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEx/UAMYan
+3HHmBsrYDsH1plGjXRgXSnvOjDzh9jGWlz5G9rtJSED8U+2S4M3PTMUPdrTHB9l
UksN5C9WOVcP5TAKBggqhkjOPQQDAgNHADBEAiAfMl53RAixkCKuBBFM00c6PnjG
gO3pnb762A5pEb05+QIgbg/4cnbSzN+2HQFqopC4LgEuiJaySLScHZZGmbW/ABUx
gZIwgY8CAQEwJzAPMQ0wCwYDVQQDDARDb3JwAhQWh7xTD9VX9RaT9QiWU86THojZ
qjALBglghkgBZQMEAgEwCgYIKoZIzj0EAwIESDBGAiEA1zQmN7z1Dv3gkZDyEdzw
WB0+cfJ2sFlKIA81rCmwA8gCIQCmGG8qkrTs5KRmEr3hvBQ0VkiraXdxTZpgyc6C
vqzREw==
-----END CMS-----`,
		},
		Refs: []checker.Ref{refCMS, refMDMErrors},
	},
	CheckDocument: func(p *checker.Pass) error {
		if p.Verify == nil {
			return nil
		}
		if err := p.Profile.Err; err != nil && p.Profile.Damaged() {
			p.AtEnvelope("signature is invalid: %s", checker.Prose(err.Message))
			return nil
		}
		signatures := p.Profile.Signatures()
		for i, signature := range signatures {
			which := "signature"
			if len(signatures) > 1 {
				which = fmt.Sprintf("signature %d of %d", i+1, len(signatures))
			}
			switch {
			case signature.Err != nil:
				p.AtEnvelope("%s is invalid: %v", which, signature.Err)
			case len(signature.Signers) == 0:
				p.AtEnvelope("%s has no signer", which).Severity = unverified(p)
			}
			for _, signer := range signature.Signers {
				judgeSigner(p, which, &signer)
			}
		}
		return nil
	},
}

// unverified is the severity of what could not be verified.
func unverified(p *checker.Pass) checker.Severity {
	if p.Verify.Named {
		return checker.Error
	}
	return checker.Warning
}

// judgeSigner reports the faults of one signature of a message.
func judgeSigner(p *checker.Pass, which string, s *profile.Signer) {
	if name := s.Name(); name != "" {
		which += fmt.Sprintf(" of %q", excerpt(p, name))
	}
	tell := func(severity checker.Severity, help, format string, args ...any) {
		f := p.AtEnvelope(format, args...)
		f.Severity = severity
		if help != "" {
			f.Help = help
		}
	}
	const known = "pass the root of the signer, or its own certificate, with --trust if you trust it"
	switch s.Verdict {
	case profile.SignatureInvalid:
		tell(checker.Error, "", "%s is invalid: %s", which, checker.Phrase(s.Reason))
	case profile.SignatureUnsupported:
		tell(unverified(p), "verify it with openssl cms -verify -inform DER", "%s cannot be verified: %s", which, checker.Phrase(s.Reason))
	case profile.SignatureNoCertificate:
		tell(unverified(p), "re-sign the profile with the signing certificate included", "%s cannot be verified: %s", which, checker.Phrase(s.Reason))
	default:
		if p.Verify.Roots == nil {
			return
		}
		err := s.VerifyChain(p.Verify.Roots, p.Now)
		switch unknown := (x509.UnknownAuthorityError{}); {
		case err == nil:
		case !p.Verify.Named:
			tell(checker.Info, known, "%s is valid, but its signer does not chain to a root of this system", which)
		case errors.As(err, &unknown):
			tell(checker.Error, known, "%s is valid, but its signer does not chain to a root given with --trust", which)
		default:
			tell(checker.Error, known, "%s is valid, but its signer does not chain to a root given with --trust: %v", which, err)
		}
	}
}
