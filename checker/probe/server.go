package probe

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/sceplint/sceplint/checker/profile"
)

// Server describes what a server answered, for people and programs.
type Server struct {
	Protocol     Protocol      `json:"protocol"`
	URL          string        `json:"url"`
	Name         string        `json:"name,omitempty"`
	Address      string        `json:"address,omitempty"`
	Proxied      bool          `json:"proxied,omitempty"`
	TLS          *ServerTLS    `json:"tls,omitempty"`
	Status       int           `json:"status,omitempty"`
	ContentType  string        `json:"contentType,omitempty"`
	Failure      string        `json:"failure,omitempty"` // why an answer is missing
	Asked        bool          `json:"asked"`
	Certificates []Certificate `json:"certificates"`
	Pin          string        `json:"pin,omitempty"` // for CAFingerprint: the SHA-256 digest of the top CA, in Base64
	Capabilities []string      `json:"capabilities"`
	Picks        *Picks        `json:"picks,omitempty"` // what iOS picks from the capabilities
	Endpoints    []string      `json:"endpoints,omitempty"`
	Profiles     []string      `json:"profiles"` // that use the server
}

// ServerTLS describes the TLS of a server.
type ServerTLS struct {
	Version string `json:"version"`
	Subject string `json:"subject"`
	Issuer  string `json:"issuer"`
	Until   string `json:"until"`
}

// Picks is what iOS picks from the capabilities of a server (observed).
type Picks struct {
	Digest string `json:"digest"` // "" if the server names none
	Cipher string `json:"cipher"`
	Method string `json:"method"`
}

// view is an answer, read.
type view struct {
	target     Target
	answer     *Answer
	cert, caps *Exchange // of a SCEP server
	directory  *Exchange // of an ACME server

	form         Form
	list         []*x509.Certificate
	listErr      error
	capabilities []string
	capsForm     Form
	endpoints    map[string]string
	tls          []*x509.Certificate
	tlsErr       error
}

// newView reads an answer.
func newView(a *Answer) *view {
	v := &view{target: a.Target, answer: a, cert: a.exchange(opCert), caps: a.exchange(opCaps), directory: a.exchange(opDirectory)}
	if e := v.cert; e.ok() {
		v.form, v.list, v.listErr = readCertificates(e.Body)
	}
	if e := v.caps; e.ok() {
		v.capsForm = formOf(e.Body)
		v.capabilities = readCapabilities(e.Body)
	}
	if e := v.directory; e.ok() {
		v.endpoints = readDirectory(e.Body)
	}
	for i := range a.Exchanges {
		if t := a.Exchanges[i].TLS; t != nil && v.tls == nil && v.tlsErr == nil {
			for i, der := range t.Certificates {
				if i == maxCertificates {
					break
				}
				c, err := x509.ParseCertificate(der)
				if err != nil {
					v.tls, v.tlsErr = nil, err
					break
				}
				v.tls = append(v.tls, c)
			}
		}
	}
	return v
}

// ok reports whether there is an answer with the status of success.
func (e *Exchange) ok() bool { return e != nil && e.Failure == nil && e.Status == 200 }

// readCapabilities reads the answer to GetCACaps: a token a line.
func readCapabilities(body []byte) (tokens []string) {
	const maxTokens, maxToken = 64, 64
	if isHTML(body) {
		return nil
	}
	for line := range strings.FieldsFuncSeq(string(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))), func(r rune) bool { return r == '\n' || r == '\r' }) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if len(line) > maxToken {
			line = line[:maxToken] + "…"
		}
		if tokens = append(tokens, strings.ToValidUTF8(line, "\ufffd")); len(tokens) == maxTokens {
			break
		}
	}
	return tokens
}

// has reports whether the server names a capability, in any case.
func (v *view) has(token string) bool {
	for _, have := range v.capabilities {
		if strings.EqualFold(have, token) {
			return true
		}
	}
	return false
}

// picks tells what iOS picks (observed): the strongest digest that is named, or
// SHA-1 if the server names no capability at all.
func (v *view) picks() *Picks {
	if !v.caps.ok() {
		return nil
	}
	p := &Picks{Cipher: "3DES", Method: "GET"}
	for _, digest := range []string{"SHA-512", "SHA-256", "SHA-1"} {
		if v.has(digest) {
			p.Digest = digest
			break
		}
	}
	if len(v.capabilities) == 0 {
		p.Digest = "SHA-1"
	}
	if v.has("AES") {
		p.Cipher = "AES"
	}
	if v.has("POSTPKIOperation") {
		p.Method = "POST"
	}
	return p
}

// endpointNames are what a directory must have (RFC 8555, section 7.1.1), beside
// revokeCert and keyChange, which devices do not need.
var endpointNames = []string{"newNonce", "newAccount", "newOrder"}

// readDirectory gives the endpoints of an ACME directory; nil if the text is not one.
func readDirectory(body []byte) map[string]string {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil || fields == nil {
		return nil
	}
	endpoints := map[string]string{}
	for _, name := range endpointNames {
		var text string
		if raw, ok := fields[name]; ok && json.Unmarshal(raw, &text) == nil {
			endpoints[name] = text
		}
	}
	return endpoints
}

// mainExchange is the one that tells most of the server.
func (v *view) main() *Exchange {
	if v.target.Protocol == ACME {
		return v.directory
	}
	return v.cert
}

// server describes what was answered.
func (v *view) server() Server {
	s := Server{
		Protocol: v.target.Protocol, URL: v.target.URL, Name: v.target.Name, Asked: true,
		Certificates: []Certificate{}, Capabilities: v.capabilities, Picks: v.picks(), Profiles: []string{},
	}
	if s.Capabilities == nil {
		s.Capabilities = []string{}
	}
	e := v.main()
	s.Address, s.Proxied, s.Status, s.ContentType = e.Address, e.Proxied, e.Status, strings.Join(e.ContentType, ", ")
	if e.Failure != nil {
		s.Failure, s.Asked = e.Failure.Text, e.Failure.Kind != notAsked
	}
	for _, c := range v.list {
		s.Certificates = append(s.Certificates, newCertificate(c))
	}
	if c := topCA(v.list); c != nil {
		s.Pin = pinOf(c)
	}
	for i := range v.answer.Exchanges {
		if t := v.answer.Exchanges[i].TLS; t != nil {
			s.TLS = &ServerTLS{Version: t.Version}
			break
		}
	}
	if s.TLS != nil && len(v.tls) > 0 {
		c := v.tls[0]
		s.TLS.Subject, s.TLS.Issuer, s.TLS.Until = shortName(c.Subject.String()), shortName(c.Issuer.String()), day(c.NotAfter)
	}
	for _, name := range endpointNames {
		if at := v.endpoints[name]; at != "" {
			s.Endpoints = append(s.Endpoints, fmt.Sprintf("%s %s", name, shortName(at)))
		}
	}
	return s
}

// pinOf is what CAFingerprint holds for a certificate.
func pinOf(c *x509.Certificate) string {
	return base64.StdEncoding.EncodeToString(profile.Digest("SHA-256", c.Raw))
}

// topCA is the certificate to pin: the last CA of the chain that an answer holds,
// which older devices compare with, and newer ones too.
func topCA(list []*x509.Certificate) *x509.Certificate {
	var top *x509.Certificate
	for _, c := range list {
		if isCA(c) {
			top = c
			break
		}
	}
	if top == nil {
		return nil
	}
	for range list {
		next := issuerOf(top, list)
		if next == nil {
			break
		}
		top = next
	}
	return top
}

// issuerOf finds the issuer of a certificate that is not self-signed.
func issuerOf(c *x509.Certificate, list []*x509.Certificate) *x509.Certificate {
	if bytes.Equal(c.RawSubject, c.RawIssuer) {
		return nil
	}
	for _, other := range list {
		if other != c && isIssuer(other, c) {
			return other
		}
	}
	return nil
}

// day writes a date.
func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }
