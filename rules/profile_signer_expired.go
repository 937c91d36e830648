package rules

import (
	"fmt"
	"time"

	"github.com/sceplint/sceplint/checker"
)

var profileSignerExpired = checker.Rule{
	Meta: checker.Meta{
		ID:       "profile-signer-expired",
		Title:    "signer certificate expired or expires soon",
		Severity: checker.Warning,
		Doc: `What it checks: the certificates of those who signed the profile are valid now, and for another 30 days. The signature itself is not verified without
--verify-signatures.
Why it matters: devices show a profile as verified only while the certificate of its signer is valid. The time of signing, which the message may hold, is
the signer's own word.
Exceptions: a signature without its certificate is not reported. --now sets another day.`,
		Help: "renew the signer certificate, and sign the profile again",
		Example: checker.Example{
			Scope: checker.ScopeDocument,
			Bad: `-----BEGIN CMS-----
MIICCwYJKoZIhvcNAQcCoIIB/DCCAfgCAQExDTALBglghkgBZQMEAgEwMwYJKoZI
hvcNAQcBoCYEJDxwbGlzdCB2ZXJzaW9uPSIxLjAiPjxkaWN0Lz48L3BsaXN0PqCC
ARowggEWMIG9AhRt5+a95C0V8xjKkvxViFdQacFyPjAKBggqhkjOPQQDAjAOMQww
CgYDVQQDDANPbGQwHhcNMTAwMTAxMDAwMDAwWhcNMjAwMTAxMDAwMDAwWjAOMQww
CgYDVQQDDANPbGQwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARelyofHfUX8Thm
iWeox5hOisKfw6KTH2YHeCMq20syuPF7cbWYdm+sweW/i7J8BMX3ZBd0Gcg8kA8u
vtOwT1GAMAoGCCqGSM49BAMCA0gAMEUCIA+4Mrule6Adkn0f4TfsK0IDkQrRaeIS
AsXJ0Ub2TC3CAiEA5Btx6UqRU/a2daYzDZHe88hf0PHax2hPuPlw5F+QpMAxgZAw
gY0CAQEwJjAOMQwwCgYDVQQDDANPbGQCFG3n5r3kLRXzGMqS/FWIV1BpwXI+MAsG
CWCGSAFlAwQCATAKBggqhkjOPQQDAgRHMEUCIQCNDLlG/Xq7AK5p/No8LCouNcMp
82AEaNOTkPxJSyEZzwIgZmNuH0Sb5TyMDHbV4Dgv7FAXlyEUsOX3te8mj0YGyVA=
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
		Refs: []checker.Ref{refCMS, refX509},
	},
	CheckDocument: func(p *checker.Pass) error {
		const soon = 30 * 24 * time.Hour
		reported := map[string]bool{}
		for _, signer := range p.Profile.Signers() {
			c := signer.Certificate
			if reported[string(c.Raw)] {
				continue
			}
			reported[string(c.Raw)] = true
			name := fmt.Sprintf("%q", excerpt(p, signer.Name()))
			switch {
			case p.Now.After(c.NotAfter):
				p.AtEnvelope("signer certificate %s expired on %s", name, day(c.NotAfter))
			case p.Now.Before(c.NotBefore):
				p.AtEnvelope("signer certificate %s is not valid before %s", name, day(c.NotBefore)).Help = "sign with a certificate that is valid now"
			case p.Now.Add(soon).After(c.NotAfter):
				p.AtEnvelope("signer certificate %s expires on %s", name, day(c.NotAfter))
			}
		}
		return nil
	},
}
