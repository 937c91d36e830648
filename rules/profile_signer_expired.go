package rules

import (
	"fmt"

	"github.com/sceplint/sceplint/checker"
)

var profileSignerExpired = checker.Rule{
	Meta: checker.Meta{
		ID:       "profile-signer-expired",
		Title:    "the certificate of the signer is not in force",
		Severity: checker.Warning,
		Doc: `A signature tells who answers for a profile, and the certificate of the signer until when. Devices call a profile verified only
while that certificate is in force, and the time of signing, which the message may hold, is the signer's own word: a key that got lost after its
last day signs with any. Looked at only with --verify-signatures; the day that counts is the present one, or that of --now.`,
		Help: "renew the certificate of the signer, and sign the profile again",
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
		if p.Verify == nil {
			return nil
		}
		said := map[string]bool{}
		for _, signature := range p.Profile.Signatures() {
			for _, s := range signature.Signers {
				c := s.Certificate
				if c == nil || said[string(c.Raw)] {
					continue
				}
				said[string(c.Raw)] = true
				name := fmt.Sprintf("%q", excerpt(p, s.Name()))
				switch {
				case p.Now.After(c.NotAfter):
					p.Around("the certificate of the signer, %s, expired on %s; renew it and sign the profile again", name, day(c.NotAfter))
				case p.Now.Before(c.NotBefore):
					p.Around("the certificate of the signer, %s, is not valid before %s; sign with one that is in force", name, day(c.NotBefore))
				}
			}
		}
		return nil
	},
}
