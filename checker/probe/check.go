package probe

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/profile"
)

// unreachable is probe-unreachable.
func (j *Judge) unreachable(p *checker.Pass) error {
	j.each(p, func(c *claim, v *view) {
		main := v.main()
		switch f := main.Failure; {
		case f != nil && f.Kind == failedRedirect:
			return
		case f != nil:
			p.Value(c.url, "%s server does not answer `%s`: %s", c.kind(), main.Operation, f.Text)
			return
		case main.Status == 404 && c.target.Name != "":
			return // probe-name
		case main.Status != 200:
			p.Value(c.url, "%s server answers `%s` with HTTP status %d", c.kind(), main.Operation, main.Status)
			return
		}
		switch e := v.caps; {
		case e == nil || e.ok() || !e.asked():
		case e.Failure != nil && e.Failure.Kind == failedRedirect:
		case e.Failure != nil:
			p.Value(c.url, "SCEP server does not answer `%s`: %s", e.Operation, e.Failure.Text).Severity = checker.Warning
		default:
			p.Value(c.url, "SCEP server answers `%s` with HTTP status %d", e.Operation, e.Status).Severity = checker.Warning
		}
	})
	return nil
}

// redirect is probe-redirect.
func (j *Judge) redirect(p *checker.Pass) error {
	j.each(p, func(c *claim, v *view) {
		for i := range v.answer.Exchanges {
			e := &v.answer.Exchanges[i]
			if len(e.Redirects) == 0 {
				continue
			}
			last := e.Redirects[len(e.Redirects)-1]
			if e.Failure != nil && e.Failure.Kind == failedRedirect {
				p.Value(c.url, "%s server redirects `%s` %s, which is not followed: found %q", c.kind(), e.Operation, e.Failure.Text, last.To)
			} else {
				p.Value(c.url, "%s server redirects `%s` to %q", c.kind(), e.Operation, last.To).Severity = checker.Warning
			}
			return // the other operation leads there too
		}
	})
	return nil
}

// tls is probe-tls.
func (j *Judge) tls(p *checker.Pass) error {
	j.each(p, func(c *claim, v *view) {
		if c.target.Protocol != SCEP {
			return
		}
		if strings.HasPrefix(c.target.URL, "http:") {
			if c.pin.Node == nil {
				f := p.Value(c.url, "`URL` is plain HTTP and the profile has no `CAFingerprint`; the challenge can be read")
				f.Severity, f.Help = checker.Warning, "use HTTPS, and set `CAFingerprint`"
			}
			return
		}
		j.certificateOfServer(p, c, v)
	})
	return nil
}

// certificateOfServer reports what is wrong with the TLS certificate of a server.
func (j *Judge) certificateOfServer(p *checker.Pass, c *claim, v *view) {
	var used *TLS
	for i := range v.answer.Exchanges {
		if t := v.answer.Exchanges[i].TLS; t != nil {
			used = t
			break
		}
	}
	if used == nil {
		return
	}
	if used.Version == "TLS 1.0" || used.Version == "TLS 1.1" {
		p.Value(c.url, "server speaks %s; expected TLS 1.2 or later", used.Version).Severity = checker.Warning
	}
	if v.tlsErr != nil || len(v.tls) == 0 {
		p.Value(c.url, "TLS certificate of the server cannot be read")
		return
	}
	leaf, host := v.tls[0], c.target.Host()
	if leaf.VerifyHostname(host) != nil {
		names := append([]string{}, leaf.DNSNames...)
		for _, ip := range leaf.IPAddresses {
			names = append(names, ip.String())
		}
		if len(names) == 0 {
			p.Value(c.url, "TLS certificate is not for %s: found no host name", host)
		} else {
			p.Value(c.url, "TLS certificate is not for %s: found %q", host, shortName(strings.Join(names[:min(len(names), 8)], ", ")))
		}
	}
	switch {
	case p.Now.After(leaf.NotAfter):
		p.Value(c.url, "TLS certificate of the server expired on %s", day(leaf.NotAfter))
		return
	case p.Now.Before(leaf.NotBefore):
		p.Value(c.url, "TLS certificate of the server is not yet valid: found %s", day(leaf.NotBefore))
		return
	}
	roots := j.Roots
	if roots == nil {
		roots, _ = x509.SystemCertPool()
	}
	if roots == nil {
		roots = x509.NewCertPool()
	} else {
		roots = roots.Clone()
	}
	for _, a := range anchors(p.Profile) {
		roots.AddCert(a)
	}
	between := x509.NewCertPool()
	for _, other := range v.tls[1:] {
		if keyBits(other) <= maxKeyBits {
			between.AddCert(other)
		}
	}
	_, err := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: p.Now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}})
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	switch {
	case err == nil:
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		p.Value(c.url, "certificate in the TLS chain of the server expired on %s", day(invalid.Cert.NotAfter))
	case errors.As(err, &invalid) && invalid.Reason == x509.IncompatibleUsage:
		p.Value(c.url, "TLS certificate does not allow `serverAuth`")
	case errors.As(err, &unknown):
		f := p.Value(c.url, "TLS certificate is issued by %q, which neither this machine nor the profile trusts", shortName(v.tls[len(v.tls)-1].Issuer.String()))
		f.Severity, f.Help = checker.Warning, "add a payload with the root certificate, or use a certificate that devices trust"
	default:
		p.Value(c.url, "TLS chain of the server is invalid").Severity = checker.Warning
	}
}

// The content types of answers to GetCACert.
const (
	typeCA   = "application/x-x509-ca-cert"
	typeCARA = "application/x-x509-ca-ra-cert"
)

// contentType is probe-content-type.
func (j *Judge) contentType(p *checker.Pass) error {
	j.each(p, func(c *claim, v *view) {
		e := v.cert
		if !e.ok() {
			return
		}
		switch v.form {
		case formHTML:
			p.Value(c.url, "SCEP server answers `GetCACert` with an HTML page; devices fail with error 22002")
			return
		case formDER, formPKCS7:
		default:
			p.Value(c.url, "SCEP server answers `GetCACert` with %s; expected a certificate in DER or PKCS #7", v.form)
			return
		}
		if v.listErr != nil {
			p.Value(c.url, "SCEP server answers `GetCACert` with data that is not usable: %s", v.listErr)
			return
		}
		want := typeCA
		if v.form == formPKCS7 {
			want = typeCARA
		}
		switch types := e.ContentType; {
		case len(types) == 0:
			p.Value(c.url, "answer to `GetCACert` has no content type; expected %s", want)
			return
		case len(types) > 1:
			p.Value(c.url, "answer to `GetCACert` has %d content types; expected %s", len(types), want)
			return
		case types[0] != want && (types[0] == typeCA || types[0] == typeCARA):
			p.Value(c.url, "content type %s does not match %s; expected %s", types[0], v.form, want)
			return
		case types[0] != want:
			p.Value(c.url, "unsupported content type of `GetCACert`: found %q; expected exactly %s", types[0], want)
			return
		}
		if v.form == formPKCS7 && !v.hasRA() {
			if v.candidate() {
				p.Value(c.url, "content type %s announces an RA certificate: found CA certificates alone", typeCARA).Severity = checker.Warning
			} else {
				f := p.Value(c.url, "content type %s without an RA certificate; devices fail with error -67731", typeCARA)
				f.Help = "configure the server to send the CA certificate alone, as " + typeCA
			}
		}
	})
	return nil
}

// hasRA reports whether an answer holds the certificate of an RA.
func (v *view) hasRA() bool {
	for _, c := range v.list {
		if !isCA(c) {
			return true
		}
	}
	return false
}

// candidate reports whether a certificate says that it is for both what devices do
// with it.
func (v *view) candidate() bool {
	for _, c := range v.list {
		if c.KeyUsage&x509.KeyUsageDigitalSignature != 0 && c.KeyUsage&x509.KeyUsageKeyEncipherment != 0 {
			return true
		}
	}
	return false
}

// capabilities is probe-capabilities.
func (j *Judge) capabilities(p *checker.Pass) error {
	j.each(p, func(c *claim, v *view) {
		if !v.caps.ok() || v.form == formHTML { // then nothing there speaks SCEP
			return
		}
		warn := func(format string, args ...any) {
			p.Value(c.url, format, args...).Severity = checker.Warning
		}
		switch {
		case v.capsForm == formHTML:
			p.Value(c.url, "SCEP server answers `GetCACaps` with an HTML page; devices fail with error 22006")
			return
		case len(v.capabilities) == 0:
			warn("SCEP server names no capabilities; devices use SHA-1 and 3DES")
			return
		}
		picks := v.picks()
		switch {
		case picks.Digest == "" && v.has("SCEPStandard"):
			p.Value(c.url, "SCEP server names `SCEPStandard` but no digest; devices fail with error 22006")
		case picks.Digest == "":
			p.Value(c.url, "SCEP server names no digest; expected `SHA-256`; devices fail with error 22006")
		case picks.Digest == "SHA-1":
			warn("SCEP server names SHA-1 alone; expected `SHA-256` or `SHA-512`")
		}
		if picks.Cipher != "AES" {
			if v.has("DES3") {
				warn("SCEP server does not name `AES`; devices use 3DES")
			} else {
				warn("SCEP server names neither `AES` nor `DES3`; devices use 3DES, which it may not support")
			}
		}
		if picks.Method != "POST" {
			warn("SCEP server does not name `POSTPKIOperation`; devices send requests of thousands of bytes in the URL")
		}
	})
	return nil
}

// fingerprint is probe-fingerprint.
func (j *Judge) fingerprint(p *checker.Pass) error {
	j.each(p, func(c *claim, v *view) {
		pin := c.pin
		if pin.Node == nil || pin.Variable || len(v.list) == 0 || c.target.Protocol != SCEP {
			return
		}
		top := topCA(v.list)
		if top == nil {
			top = v.list[len(v.list)-1]
		}
		algorithm := digestAlgorithm(len(pin.Bytes))
		matchesRA := false
		for _, x := range v.list {
			if algorithm == "" || !bytes.Equal(profile.Digest(algorithm, x.Raw), pin.Bytes) {
				continue
			}
			if isCA(x) || !isCA(top) {
				return
			}
			matchesRA = true
		}
		help := func(f *checker.Finding) {
			value := pinOf(top)
			if p.Profile.Source.Form != plist.FormJSON {
				value = "<data>" + value + "</data>"
			}
			f.Help = "set it to " + value + ", the SHA-256 digest of the CA"
		}
		if matchesRA {
			f := p.Value(pin.Node, "`CAFingerprint` matches the RA certificate, not the CA")
			f.Severity = checker.Warning
			help(f)
			return
		}
		switch {
		case algorithm == "":
			algorithm = "SHA-256"
			help(p.Value(pin.Node, "`CAFingerprint` is not a digest; expected SHA-256 %s", hex.EncodeToString(profile.Digest(algorithm, top.Raw))))
		case sameKey(p.Profile, pin, v.list):
			help(p.Value(pin.Node, "`CAFingerprint` is of another certificate with the same key; expected %s %s", algorithm, hex.EncodeToString(profile.Digest(algorithm, top.Raw))))
		default:
			help(p.Value(pin.Node, "`CAFingerprint` matches no certificate of the server; expected %s %s", algorithm, hex.EncodeToString(profile.Digest(algorithm, top.Raw))))
		}
	})
	return nil
}

// sameKey reports whether a fingerprint is that of a certificate of the profile
// whose key one of the server has.
func sameKey(p *profile.Profile, pin profile.Fingerprint, list []*x509.Certificate) bool {
	certificates := p.Certificates()
	for _, i := range p.FingerprintMatches(pin) {
		if i >= len(certificates) || certificates[i].Parsed == nil {
			continue
		}
		for _, c := range list {
			if bytes.Equal(c.RawSubjectPublicKeyInfo, certificates[i].Parsed.RawSubjectPublicKeyInfo) {
				return true
			}
		}
	}
	return false
}

// soon is how long before its end a certificate is reported.
const soon = 30 * 24 * time.Hour

// certificate is probe-certificate.
func (j *Judge) certificate(p *checker.Pass) error {
	j.each(p, func(c *claim, v *view) {
		if len(v.list) == 0 {
			return
		}
		for _, x := range v.list {
			j.validity(p, c, x)
		}
		j.usage(p, c, v)
		j.order(p, c, v)
	})
	return nil
}

// label names a certificate in a message.
func label(c *x509.Certificate) string {
	return fmt.Sprintf("%s certificate %q", roleOf(c), shortName(c.Subject.String()))
}

// validity reports on one certificate by itself.
func (j *Judge) validity(p *checker.Pass, c *claim, x *x509.Certificate) {
	warn := func(format string, args ...any) {
		p.Value(c.url, format, args...).Severity = checker.Warning
	}
	switch {
	case p.Now.After(x.NotAfter):
		p.Value(c.url, "%s expired on %s", label(x), day(x.NotAfter))
	case p.Now.Before(x.NotBefore):
		p.Value(c.url, "%s is not yet valid: found %s", label(x), day(x.NotBefore))
	case x.NotAfter.Sub(p.Now) < soon:
		warn("%s expires on %s", label(x), day(x.NotAfter))
	}
	switch bits := keyBits(x); {
	case bits > 0 && bits < 2048:
		warn("%s has a weak key: found RSA %d; expected at least 2048 bits", label(x), bits)
	case bits > maxKeyBits:
		warn("%s has a key out of range: found RSA %d", label(x), bits)
	}
	if bytes.Equal(x.RawSubject, x.RawIssuer) {
		return // the signature has no effect
	}
	switch x.SignatureAlgorithm {
	case x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1:
		warn("%s has a weak signature: found %s", label(x), x.SignatureAlgorithm)
	}
}

// usage reports whether devices find a certificate to encrypt for, and one to
// verify with.
func (j *Judge) usage(p *checker.Pass, c *claim, v *view) {
	candidates, hasRA := v.list[:1], v.hasRA()
	if hasRA {
		candidates = nil
		for _, x := range v.list {
			if !isCA(x) {
				candidates = append(candidates, x)
			}
		}
	} else if v.form == formPKCS7 {
		return // probe-content-type
	}
	encrypts, signs, serverOnly := []*x509.Certificate{}, false, false
	for _, x := range candidates {
		if serverAuthOnly(x) {
			serverOnly = true
			p.Value(c.url, "%s is for `serverAuth` alone; devices fail with error 22008", label(x))
			continue
		}
		if allows(x, x509.KeyUsageKeyEncipherment) {
			encrypts = append(encrypts, x)
		}
		signs = signs || allows(x, x509.KeyUsageDigitalSignature)
	}
	if serverOnly {
		return
	}
	missing := func(usage string) {
		if hasRA {
			p.Value(c.url, "no RA certificate allows `%s`; devices fail with error 22008", usage)
		} else {
			p.Value(c.url, "%s does not allow `%s`, which SCEP requires", label(v.list[0]), usage).Severity = checker.Warning
		}
	}
	if len(encrypts) == 0 {
		missing("keyEncipherment")
	}
	if !signs {
		missing("digitalSignature")
	}
	for _, x := range encrypts {
		if keyBits(x) == 0 {
			p.Value(c.url, "%s has no RSA key, which SCEP encrypts with: found %s", label(x), keyName(x)).Severity = checker.Warning
		}
	}
}

// order reports certificates that stand in the wrong order, or do not belong
// together.
func (j *Judge) order(p *checker.Pass, c *claim, v *view) {
	hasRA := v.hasRA()
	switch first := v.list[0]; {
	case hasRA && isCA(first):
		p.Value(c.url, "CA certificate is before the RA certificate; some devices fail with error 22008").Severity = checker.Warning
	case !hasRA:
		for _, x := range v.list[1:] {
			if !bytes.Equal(x.RawSubject, x.RawIssuer) && isIssuer(first, x) {
				p.Value(c.url, "issuer is before the CA certificate that it issued; some devices fail with error 22008").Severity = checker.Warning
				break
			}
		}
	}
	known := append(append([]*x509.Certificate{}, v.list...), anchors(p.Profile)...)
	for _, x := range v.list {
		if isCA(x) {
			continue
		}
		if bytes.Equal(x.RawSubject, x.RawIssuer) {
			p.Value(c.url, "%s is self-signed; expected one that the CA issued", label(x))
			continue
		}
		if issuerOf(x, known) != nil {
			continue
		}
		named := false
		for _, other := range v.list {
			named = named || isCA(other) && bytes.Equal(other.RawSubject, x.RawIssuer)
		}
		f := p.Value(c.url, "%s is not issued by the CA of the answer: found issuer %q", label(x), shortName(x.Issuer.String()))
		if !named {
			f.Severity = checker.Warning // a certificate between them may be missing
		}
	}
}

// name is probe-name.
func (j *Judge) name(p *checker.Pass) error {
	j.each(p, func(c *claim, v *view) {
		at := c.name
		if at == nil || c.target.Name == "" {
			return
		}
		if e := v.cert; e != nil && e.Failure == nil && e.Status == 404 {
			p.Value(at, "SCEP server answers HTTP status 404 for `Name` %q", c.target.Name)
			return
		}
		if !v.cert.ok() || len(v.list) == 0 {
			return
		}
		for _, other := range j.names[c.target.URL] {
			if other.target.Name != c.target.Name && bytes.Equal(other.cert.Body, v.cert.Body) {
				f := p.Value(at, "SCEP server ignores `Name`: found the same CA for %q and %q", c.target.Name, other.target.Name)
				f.Severity, f.Help = checker.Info, "use the same `Name` for one CA, or give each its URL"
				f.Argument = "ignored"
				return
			}
		}
	})
	return nil
}

// chain is probe-chain.
func (j *Judge) chain(p *checker.Pass) error {
	j.each(p, func(c *claim, v *view) {
		known := append(append([]*x509.Certificate{}, v.list...), anchors(p.Profile)...)
		for _, x := range v.list {
			if isCA(x) && !bytes.Equal(x.RawSubject, x.RawIssuer) && issuerOf(x, known) == nil {
				p.Value(c.url, "issuer %q of the %s is missing in the answer and the profile", shortName(x.Issuer.String()), label(x))
			}
		}
	})
	return nil
}

// acme is probe-acme.
func (j *Judge) acme(p *checker.Pass) error {
	j.each(p, func(c *claim, v *view) {
		if c.target.Protocol != ACME {
			return
		}
		if strings.HasPrefix(c.target.URL, "http:") {
			p.Value(c.url, "`DirectoryURL` is plain HTTP; expected HTTPS")
		} else {
			j.certificateOfServer(p, c, v)
		}
		if !v.directory.ok() {
			return
		}
		if v.endpoints == nil {
			p.Value(c.url, "ACME server answers with %s; expected a directory in JSON", formOf(v.directory.Body))
			return
		}
		var missing []string
		for _, name := range endpointNames {
			at := v.endpoints[name]
			u, err := url.Parse(at)
			switch {
			case at == "":
				missing = append(missing, "`"+name+"`")
			case err != nil || u.Scheme != "https" || u.Host == "":
				p.Value(c.url, "ACME directory has an invalid `%s`: found %q; expected an HTTPS URL", name, shortName(at))
			}
		}
		if len(missing) > 0 {
			p.Value(c.url, "ACME directory is missing %s", strings.Join(missing, ", "))
		}
	})
	return nil
}

// decodePin reads a digest as people type it.
func decodePin(text string) ([]byte, error) {
	plain := strings.NewReplacer(":", "", " ", "", "-", "").Replace(text)
	pin, err := hex.DecodeString(plain)
	if err != nil || digestAlgorithm(len(pin)) == "" {
		if pin, err = base64.StdEncoding.DecodeString(strings.TrimSpace(text)); err != nil || digestAlgorithm(len(pin)) == "" {
			return nil, errors.New("not a digest in hexadecimal digits or Base64; expected the SHA-256 digest of the CA certificate")
		}
	}
	return pin, nil
}
