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
		Title:    "the signature does not verify",
		Severity: checker.Error,
		Doc: `A signed profile is a CMS message around the property list. Devices refuse one whose content was changed after it was signed,
or whose signature is cut off (MCProfileErrorDomain 1004, bad signature); profiles are signed twice at times, and each signature must hold.
Signatures are verified only with --verify-signatures. With --trust, a signature that cannot be verified, and a signer that chains to none of the
named roots, are errors as well. Without it, the first is a warning, since nothing shows that the content is wrong, and the second is worth knowing (info),
since the certificates of MDM servers are often their own. Nothing suppresses these findings.`,
		Help:           "sign the profile again, from the source it was made of; openssl cms -verify -inform DER gives a second opinion",
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
		if err := p.Profile.Err; err != nil && p.Profile.Source.Damaged() {
			p.AtEnvelope("the signature does not verify: %s", err.Message)
			return nil
		}
		signatures := p.Profile.Signatures()
		for i, signature := range signatures {
			which := "the signature"
			if len(signatures) > 1 {
				which = fmt.Sprintf("signature %d of %d, counted from outside,", i+1, len(signatures))
			}
			switch {
			case signature.Err != nil:
				p.AtEnvelope("%s does not verify: %v", which, signature.Err)
			case len(signature.Signers) == 0:
				p.AtEnvelope("%s is missing: the CMS message has no signer", which).Severity = unverified(p)
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

// judgeSigner says what is wrong with one signature of a message.
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
	const known = "find out who signed; if the signer is yours, name its root, or its own certificate, with --trust"
	switch s.Verdict {
	case profile.Refuted:
		tell(checker.Error, "", "%s does not verify: %s; sign the profile again", which, s.Reason)
	case profile.Unknown:
		tell(unverified(p), "see what openssl cms -verify -inform DER says", "%s cannot be verified here: %s; verify it with openssl cms -verify", which, s.Reason)
	case profile.Anonymous:
		tell(unverified(p), "", "%s cannot be verified: %s; sign the profile with the certificate included", which, s.Reason)
	default:
		if p.Verify.Roots == nil {
			return
		}
		err := s.Trace(p.Verify.Roots, p.Now)
		switch unknown := (x509.UnknownAuthorityError{}); {
		case err == nil:
		case !p.Verify.Named:
			tell(checker.Info, known, "%s holds, but its signer chains to none of the roots of this system; name the root you expect with --trust", which)
		case errors.As(err, &unknown):
			tell(checker.Error, known, "%s holds, but its signer chains to none of the roots that --trust names; add its root, or sign with a certificate of theirs", which)
		default:
			tell(checker.Error, known, "%s holds, but its signer does not chain to a root that --trust names: %v", which, err)
		}
	}
}
