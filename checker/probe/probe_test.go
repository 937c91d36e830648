package probe

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"html"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smallstep/pkcs7"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/export"
	"github.com/sceplint/sceplint/checker/profile"
)

// now is the time of the tests.
var now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// rsaKeys are keys for all tests: making one takes long.
var rsaKeys = sync.OnceValue(func() (keys [3]*rsa.PrivateKey) {
	for i := range keys {
		keys[i], _ = rsa.GenerateKey(rand.Reader, 2048)
	}
	return keys
})

var weakKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, _ := rsa.GenerateKey(rand.Reader, 1024)
	return key
})

var ecKey = sync.OnceValue(func() *ecdsa.PrivateKey {
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return key
})

// issued is a certificate with its key.
type issued struct {
	*x509.Certificate
	key crypto.Signer
}

var serials int64

// issue makes a certificate; without an issuer it is self-signed.
func issue(name string, key crypto.Signer, by *issued, change func(*x509.Certificate)) *issued {
	serials++
	c := &x509.Certificate{
		SerialNumber: big.NewInt(serials), Subject: pkix.Name{CommonName: name}, BasicConstraintsValid: true,
		NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(5, 0, 0),
	}
	change(c)
	parent, signer := c, key
	if by != nil {
		parent, signer = by.Certificate, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, key.Public(), signer)
	if err != nil {
		panic(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return &issued{parsed, key}
}

const caUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign | x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment

func ca(usage x509.KeyUsage) func(*x509.Certificate) {
	return func(c *x509.Certificate) { c.IsCA, c.KeyUsage = true, usage }
}

func ra(usage x509.KeyUsage) func(*x509.Certificate) {
	return func(c *x509.Certificate) { c.KeyUsage = usage }
}

// authority is what most tests use: a root, an issuing CA, an RA.
type authority struct{ root, issuing, ra *issued }

var corp = sync.OnceValue(func() *authority {
	keys := rsaKeys()
	a := &authority{root: issue("Corp Root", keys[0], nil, ca(caUsage))}
	a.issuing = issue("Corp Issuing", keys[1], a.root, ca(caUsage))
	a.ra = issue("Corp RA", keys[2], a.root, ra(x509.KeyUsageDigitalSignature|x509.KeyUsageKeyEncipherment))
	return a
})

// bundle makes a PKCS #7 message of certificates.
func bundle(list ...*issued) []byte {
	var der []byte
	for _, c := range list {
		der = append(der, c.Raw...)
	}
	message, err := pkcs7.DegenerateCertificate(der)
	if err != nil {
		panic(err)
	}
	return message
}

const goodCaps = "AES\nPOSTPKIOperation\nRenewal\nSHA-256\nSHA-512\nSCEPStandard\n"

// script is a server that answers as it is told.
type script struct {
	certType string
	cert     []byte
	caps     string
	handler  http.HandlerFunc // in place of all that
}

func (s script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.handler != nil {
		s.handler(w, r)
		return
	}
	switch r.URL.Query().Get("operation") {
	case opCert:
		w.Header()["Content-Type"] = nil
		if s.certType != "" {
			w.Header()["Content-Type"] = strings.Split(s.certType, "|")
		}
		_, _ = w.Write(s.cert)
	case opCaps:
		w.Header().Set("Content-Type", "text/plain")
		_, _ = w.Write([]byte(s.caps))
	default:
		http.NotFound(w, r)
	}
}

// profileText is a profile with a SCEP payload.
func profileText(url, name string, pin []byte, anchors ...*issued) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0">
<dict>
<key>PayloadType</key><string>Configuration</string>
<key>PayloadVersion</key><integer>1</integer>
<key>PayloadIdentifier</key><string>com.example.probe</string>
<key>PayloadUUID</key><string>A5D03B5A-4B1C-4C0C-9C93-0E9A5B1D0A01</string>
<key>PayloadContent</key>
<array>
`)
	for i, a := range anchors {
		fmt.Fprintf(&b, "<dict><key>PayloadType</key><string>com.apple.security.root</string><key>PayloadVersion</key><integer>1</integer><key>PayloadIdentifier</key><string>com.example.root.%d</string><key>PayloadUUID</key><string>A5D03B5A-4B1C-4C0C-9C93-0E9A5B1D0B%02d</string><key>PayloadContent</key><data>%s</data></dict>\n", i, i, base64.StdEncoding.EncodeToString(a.Raw))
	}
	b.WriteString(`<dict>
<key>PayloadType</key><string>com.apple.security.scep</string>
<key>PayloadVersion</key><integer>1</integer>
<key>PayloadIdentifier</key><string>com.example.probe.scep</string>
<key>PayloadUUID</key><string>A5D03B5A-4B1C-4C0C-9C93-0E9A5B1D0A02</string>
<key>PayloadContent</key>
<dict>
<key>Challenge</key><string>` + secretChallenge + `</string>
<key>Keysize</key><integer>2048</integer>
<key>Key Usage</key><integer>5</integer>
<key>Subject</key><array><array><array><string>CN</string><string>device</string></array></array></array>
`)
	fmt.Fprintf(&b, "<key>URL</key><string>%s</string>\n", html.EscapeString(url))
	if name != "" {
		fmt.Fprintf(&b, "<key>Name</key><string>%s</string>\n", html.EscapeString(name))
	}
	if pin != nil {
		fmt.Fprintf(&b, "<key>CAFingerprint</key><data>%s</data>\n", base64.StdEncoding.EncodeToString(pin))
	}
	b.WriteString("</dict>\n</dict>\n</array>\n</dict>\n</plist>\n")
	return b.String()
}

const secretChallenge = "Tr0ub4dor-secret-challenge"

// acmeText is a profile with an ACME payload.
func acmeText(url string, anchors ...*issued) string {
	text := profileText("https://x.invalid/", "", nil, anchors...)
	start, end := strings.Index(text, "<key>PayloadType</key><string>com.apple.security.scep"), strings.Index(text, "</dict>\n</dict>\n</array>")
	return text[:start] + "<key>PayloadType</key><string>com.apple.security.acme</string>\n<key>DirectoryURL</key><string>" + html.EscapeString(url) + "</string>\n<key>ClientIdentifier</key><string>id</string>\n" + text[end+len("</dict>\n"):]
}

// outcome is what came of probing profiles.
type outcome struct {
	found   []string // "rule severity message" in order
	all     []checker.Finding
	unasked string
	servers []Server
	answers map[Target]*Answer
}

// testClient gives a client that asks the loopback interface without waiting.
func testClient() *Client {
	return &Client{
		Hosts: Hosts{Patterns: []string{"127.0.0.1", "::1", "localhost"}}, Timeout: time.Minute, Retries: 1,
		Now: func() time.Time { return now }, Pause: func(context.Context, time.Duration) {},
	}
}

// probeText probes profiles with a client.
func probeText(t *testing.T, c *Client, roots *x509.CertPool, variables *Variables, texts ...string) outcome {
	t.Helper()
	return judgeText(t, func(targets []Target) map[Target]*Answer { return c.Ask(t.Context(), targets) }, roots, variables, texts...)
}

func judgeText(t *testing.T, ask func([]Target) map[Target]*Answer, roots *x509.CertPool, variables *Variables, texts ...string) (o outcome) {
	t.Helper()
	inputs := func(yield func(checker.Input) bool) {
		for i, text := range texts {
			if !yield(checker.Input{Name: fmt.Sprintf("%d.mobileconfig", i), Read: func() ([]byte, error) { return []byte(text), nil }}) {
				return
			}
		}
	}
	book := &Book{Variables: variables}
	for r := range (&checker.Checker{Visit: []checker.Visitor{book.Visit}, Jobs: 1}).Run(t.Context(), inputs) {
		if r.Err != nil {
			t.Fatal(r.Err)
		}
	}
	o.answers = ask(book.Targets())
	j := NewJudge(o.answers, variables)
	if j.Roots = roots; roots == nil {
		j.Roots = x509.NewCertPool()
	}
	run := &checker.Checker{Rules: Rules(j), Visit: []checker.Visitor{j.Unasked}, Now: now, Jobs: 1}
	for r := range WithUnasked(run.Run(t.Context(), inputs)) {
		if r.Err != nil {
			o.unasked += r.Err.Error() + "\n"
		}
		o.all = append(o.all, r.Findings...)
		for _, f := range r.Findings {
			o.found = append(o.found, fmt.Sprintf("%s %s %s", f.Rule.ID, f.Severity, f.Message))
		}
	}
	o.servers = j.Servers(book)
	return o
}

// compare holds findings against what is wanted: the rule, the severity, and a part
// of the message of each.
func compare(t *testing.T, got []string, want ...string) {
	t.Helper()
	rest := slices.Clone(got)
	for _, w := range want {
		head, part, _ := strings.Cut(w, ": ")
		i := slices.IndexFunc(rest, func(g string) bool { return strings.HasPrefix(g, head+" ") && strings.Contains(g, part) })
		if i < 0 {
			t.Errorf("missing %q in\n%s", w, strings.Join(got, "\n"))
			continue
		}
		rest = slices.Delete(rest, i, i+1)
	}
	for _, g := range rest {
		t.Errorf("not wanted: %s", g)
	}
}

// TestRules holds each rule over a server that is told what to answer. The pin is
// that of the root, unless the case has its own.
func TestRules(t *testing.T) {
	a := corp()
	keys := rsaKeys()
	pin := func(c *issued, algorithm string) []byte { return profile.Digest(algorithm, c.Raw) }
	good := script{certType: typeCA, cert: a.root.Raw, caps: goodCaps}
	bundled := func(list ...*issued) script { return script{certType: typeCARA, cert: bundle(list...), caps: goodCaps} }
	single := func(c *issued) script { return script{certType: typeCA, cert: c.Raw, caps: goodCaps} }
	typed := func(text string, body []byte) script { return script{certType: text, cert: body, caps: goodCaps} }
	capable := func(text string) script { return script{certType: typeCA, cert: a.root.Raw, caps: text} }
	status := func(code int) script {
		return script{handler: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }}
	}
	redirecting := func(to string) script {
		return script{handler: func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/real" {
				good.ServeHTTP(w, r)
				return
			}
			http.Redirect(w, r, to+"?"+r.URL.RawQuery, http.StatusFound)
		}}
	}
	expired := func(c *x509.Certificate) {
		ca(caUsage)(c)
		c.NotAfter = now.AddDate(0, 0, -1)
	}
	expiring := func(c *x509.Certificate) {
		ca(caUsage)(c)
		c.NotAfter = now.AddDate(0, 0, 10)
	}
	future := func(c *x509.Certificate) {
		ca(caUsage)(c)
		c.NotBefore = now.AddDate(0, 0, 10)
	}
	serverOnly := func(c *x509.Certificate) {
		ca(caUsage)(c)
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	}
	sign := x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	onlySign := issue("Corp Root", keys[0], nil, ca(sign))
	noEncrypt := issue("Corp Root", keys[0], nil, ca(sign|x509.KeyUsageDigitalSignature)) // as micromdm/scep makes it
	raSigns := issue("RA sign", keys[2], a.root, ra(x509.KeyUsageDigitalSignature))
	raEncrypts := issue("RA encrypt", keys[2], a.root, ra(x509.KeyUsageKeyEncipherment))
	raServer := issue("RA", keys[2], a.root, func(c *x509.Certificate) {
		ra(x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment)(c)
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	})
	reissued := issue("Corp Root", keys[0], nil, ca(caUsage))
	other := issue("Other Root", keys[1], nil, ca(caUsage))
	double := issue("Corp Root", keys[1], nil, ca(caUsage)) // the same name, another key
	micro := script{certType: typeCA, cert: noEncrypt.Raw, caps: "Renewal\nSHA-1\nSHA-256\nAES\nDES3\nSCEPStandard\nPOSTPKIOperation"}

	for _, x := range []struct {
		name    string
		script  script
		pin     []byte
		caName  string
		anchors []*issued
		want    []string
	}{
		{name: "good", script: good},
		{name: "good, SHA-1 pin", script: good, pin: pin(a.root, "SHA-1")},
		{name: "good, MD5 pin", script: good, pin: pin(a.root, "MD5")},
		{name: "good, SHA-512 pin", script: good, pin: pin(a.root, "SHA-512")},
		{name: "good, RA, pin of the root", script: bundled(a.ra, a.root)},
		{name: "good, as NDES has it", script: bundled(raSigns, raEncrypts, a.root)},
		{name: "good, issuing CA whose root the profile has", script: single(a.issuing), pin: pin(a.issuing, "SHA-256"), anchors: []*issued{a.root}},
		{name: "micromdm/scep", script: micro, pin: pin(noEncrypt, "SHA-256"), want: []string{"probe-certificate warning: does not allow `keyEncipherment`"}},

		{name: "status 500", script: status(500), want: []string{"probe-unreachable error: `GetCACert` with HTTP status 500"}},
		{name: "status 404", script: status(404), want: []string{"probe-unreachable error: HTTP status 404"}},
		{name: "status 401", script: status(401), want: []string{"probe-unreachable error: HTTP status 401"}},
		{name: "status 204", script: status(204), want: []string{"probe-unreachable error: HTTP status 204"}},
		{name: "no GetCACaps", script: script{handler: func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("operation") == opCaps {
				w.WriteHeader(404)
				return
			}
			good.ServeHTTP(w, r)
		}}, want: []string{"probe-unreachable warning: `GetCACaps` with HTTP status 404"}},

		{name: "redirect on the server", script: redirecting("/real"), want: []string{"probe-redirect warning: /real"}},
		{name: "redirect to another host", script: redirecting("https://login.example.com/"), want: []string{"probe-redirect error: to another server"}},
		{name: "redirect loop", script: redirecting(""), want: []string{"probe-redirect error: in a loop"}},

		{name: "HTML", script: typed("text/html", []byte("<!DOCTYPE html><p>Sign in")), want: []string{"probe-content-type error: HTML page; devices fail with error 22002"}},
		{name: "HTML under the right type", script: typed(typeCA, []byte("\n<html>")), want: []string{"probe-content-type error: 22002"}},
		{name: "charset", script: typed(typeCA+"; charset=utf-8", a.root.Raw), want: []string{"probe-content-type error: expected exactly application/x-x509-ca-cert"}},
		{name: "type in capitals", script: typed("Application/X-X509-CA-Cert", a.root.Raw), want: []string{"probe-content-type error: expected exactly"}},
		{name: "octet-stream", script: typed("application/octet-stream", a.root.Raw), want: []string{"probe-content-type error: application/octet-stream"}},
		{name: "no type", script: typed("", a.root.Raw), want: []string{"probe-content-type error: no content type"}},
		{name: "two types", script: typed(typeCA+"|text/plain", a.root.Raw), want: []string{"probe-content-type error: 2 content types"}},
		{name: "PEM", script: typed(typeCA, []byte("-----BEGIN CERTIFICATE-----\n")), want: []string{"probe-content-type error: PEM text"}},
		{name: "empty", script: typed(typeCA, nil), want: []string{"probe-content-type error: an empty answer"}},
		{name: "text", script: typed(typeCA, []byte("no such CA")), want: []string{"probe-content-type error: with text"}},
		{name: "DER as a bundle", script: typed(typeCARA, a.root.Raw), want: []string{"probe-content-type error: does not match a certificate in DER"}},
		{name: "bundle as DER", script: typed(typeCA, bundle(a.ra, a.root)), want: []string{"probe-content-type error: does not match a PKCS #7 message"}},
		{name: "cut off", script: typed(typeCA, a.root.Raw[:200]), want: []string{"probe-content-type error: cannot be read"}},
		{name: "bundle without an RA", script: bundled(issue("Issuing", keys[1], onlySign, ca(sign)), onlySign), pin: pin(onlySign, "SHA-256"), want: []string{"probe-content-type error: -67731"}},
		{name: "bundle of CAs that may do both", script: bundled(a.issuing, a.root), want: []string{"probe-content-type warning: CA certificates alone"}},

		{name: "no digest", script: capable("AES\nPOSTPKIOperation\n"), want: []string{"probe-capabilities error: no digest; expected `SHA-256`; devices fail with error 22006"}},
		{name: "SCEPStandard alone", script: capable("SCEPStandard"), want: []string{"probe-capabilities error: `SCEPStandard` but no digest", "probe-capabilities warning: neither `AES` nor `DES3`", "probe-capabilities warning: POSTPKIOperation"}},
		{name: "SHA-1 alone", script: capable("AES\r\nPOSTPKIOperation\r\nSHA-1\r\n"), want: []string{"probe-capabilities warning: SHA-1 alone"}},
		{name: "3DES", script: capable("DES3\nPOSTPKIOperation\nSHA-256"), want: []string{"probe-capabilities warning: devices use 3DES"}},
		{name: "no POST", script: capable("AES\nSHA-256"), want: []string{"probe-capabilities warning: POSTPKIOperation"}},
		{name: "no capabilities", script: capable(""), want: []string{"probe-capabilities warning: SHA-1 and 3DES"}},
		{name: "capabilities in HTML", script: capable("<html><body>SHA-256"), want: []string{"probe-capabilities error: HTML page"}},

		{name: "another pin", script: good, pin: pin(other, "SHA-256"), want: []string{"probe-fingerprint error: matches no certificate of the server; expected SHA-256 " + newCertificate(a.root.Certificate).Digests["SHA-256"]}},
		{name: "another SHA-1 pin", script: good, pin: pin(other, "SHA-1"), want: []string{"probe-fingerprint error: expected SHA-1 " + newCertificate(a.root.Certificate).Digests["SHA-1"]}},
		{name: "a pin that is no digest", script: good, pin: []byte("short"), want: []string{"probe-fingerprint error: is not a digest"}},
		{name: "stale pin of a reissued CA", script: single(reissued), anchors: []*issued{a.root}, want: []string{"probe-fingerprint error: another certificate with the same key"}},
		{name: "pin of the RA", script: bundled(a.ra, a.root), pin: pin(a.ra, "SHA-256"), want: []string{"probe-fingerprint warning: matches the RA certificate"}},

		{name: "expired", script: single(issue("Old", keys[0], nil, expired)), pin: []byte{}, want: []string{"probe-certificate error: expired on 2026-05-31", "probe-fingerprint error: "}},
		{name: "expires soon", script: single(issue("Old", keys[0], nil, expiring)), pin: []byte{}, want: []string{"probe-certificate warning: expires on 2026-06-11", "probe-fingerprint error: "}},
		{name: "not yet valid", script: single(issue("New", keys[0], nil, future)), pin: []byte{}, want: []string{"probe-certificate error: not yet valid", "probe-fingerprint error: "}},
		{name: "serverAuth only", script: single(issue("TLS", keys[0], nil, serverOnly)), pin: []byte{}, want: []string{"probe-certificate error: `serverAuth` alone; devices fail with error 22008", "probe-fingerprint error: "}},
		{name: "RA for serverAuth only", script: bundled(raServer, a.root), want: []string{"probe-certificate error: `serverAuth` alone"}},
		{name: "no RA encrypts", script: bundled(raSigns, a.root), want: []string{"probe-certificate error: no RA certificate allows `keyEncipherment`; devices fail with error 22008"}},
		{name: "no RA signs", script: bundled(raEncrypts, a.root), want: []string{"probe-certificate error: no RA certificate allows `digitalSignature`"}},
		{name: "weak key", script: single(issue("Weak", weakKey(), nil, ca(caUsage))), pin: []byte{}, want: []string{"probe-certificate warning: weak key: found RSA 1024", "probe-fingerprint error: "}},
		{name: "EC key", script: single(issue("EC", ecKey(), nil, ca(caUsage))), pin: []byte{}, want: []string{"probe-certificate warning: no RSA key", "probe-fingerprint error: "}},
		{name: "CA before the RA", script: bundled(a.root, a.ra), want: []string{"probe-certificate warning: before the RA certificate"}},
		{name: "root before the issuing CA", script: bundled(a.root, a.issuing), want: []string{"probe-content-type warning: alone", "probe-certificate warning: issuer is before the CA"}},
		{name: "RA of another CA", script: bundled(issue("RA", keys[2], other, ra(x509.KeyUsageDigitalSignature|x509.KeyUsageKeyEncipherment)), a.root), want: []string{"probe-certificate warning: not issued by the CA of the answer: found issuer \"CN=Other Root\""}},
		{name: "RA of a CA with the same name", script: bundled(issue("RA", keys[2], double, ra(x509.KeyUsageDigitalSignature|x509.KeyUsageKeyEncipherment)), a.root), want: []string{"probe-certificate error: not issued by the CA of the answer"}},
		{name: "self-signed RA", script: bundled(issue("RA", keys[2], nil, ra(x509.KeyUsageDigitalSignature|x509.KeyUsageKeyEncipherment)), a.root), want: []string{"probe-certificate error: is self-signed"}},

		{name: "name that is not known", script: status(404), caName: "Corp", want: []string{"probe-name error: HTTP status 404 for `Name` \"Corp\""}},
		{name: "issuer missing", script: single(a.issuing), pin: pin(a.issuing, "SHA-256"), want: []string{"probe-chain info: issuer \"CN=Corp Root\" of the intermediate CA"}},
	} {
		t.Run(x.name, func(t *testing.T) {
			server := httptest.NewServer(x.script)
			defer server.Close()
			if x.pin == nil {
				x.pin = pin(a.root, "SHA-256")
			}
			o := probeText(t, testClient(), nil, nil, profileText(server.URL+"/scep", x.caName, x.pin, x.anchors...))
			compare(t, o.found, x.want...)
			if o.unasked != "" {
				t.Error(o.unasked)
			}
			for _, f := range o.all {
				if len(f.Help) > 130 || f.Help == "" || !f.Placed {
					t.Errorf("help %q, placed %v", f.Help, f.Placed)
				}
			}
		})
	}
}

// TestNames holds that a server that has one CA for all names is told of.
func TestNames(t *testing.T) {
	a := corp()
	server := httptest.NewServer(script{certType: typeCA, cert: a.root.Raw, caps: goodCaps})
	defer server.Close()
	pin := profile.Digest("SHA-256", a.root.Raw)
	o := probeText(t, testClient(), nil, nil, profileText(server.URL, "One", pin), profileText(server.URL, "Two & more", pin))
	compare(t, o.found, "probe-name info: ignores `Name`", "probe-name info: ignores `Name`")
	if len(o.servers) != 2 || o.servers[0].Name != "One" || o.servers[0].Profiles[0] != "0.mobileconfig" {
		t.Errorf("%+v", o.servers)
	}
}

// tlsServer starts a server with a certificate.
func tlsServer(t *testing.T, handler http.Handler, change func(*tls.Config), chain ...*issued) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	c := tls.Certificate{PrivateKey: chain[0].key}
	for _, x := range chain {
		c.Certificate = append(c.Certificate, x.Raw)
	}
	server.TLS = &tls.Config{Certificates: []tls.Certificate{c}}
	if change != nil {
		change(server.TLS)
	}
	server.Config.ErrorLog = quiet
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

func leaf(by *issued, change func(*x509.Certificate)) *issued {
	return issue("ca.example.com", ecKey(), by, func(c *x509.Certificate) {
		c.IPAddresses, c.DNSNames = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}, []string{"localhost"}
		c.KeyUsage, c.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		if change != nil {
			change(c)
		}
	})
}

// TestTLS holds what is wrong with connections.
func TestTLS(t *testing.T) {
	a := corp()
	good := script{certType: typeCA, cert: a.root.Raw, caps: goodCaps}
	pin := profile.Digest("SHA-256", a.root.Raw)
	trusted := x509.NewCertPool()
	trusted.AddCert(a.root.Certificate)
	for _, x := range []struct {
		name    string
		chain   []*issued
		roots   *x509.CertPool
		anchors []*issued
		change  func(*tls.Config)
		want    []string
	}{
		{name: "good", chain: []*issued{leaf(a.root, nil)}, roots: trusted},
		{name: "good by the profile", chain: []*issued{leaf(a.root, nil)}, anchors: []*issued{a.root}},
		{name: "good by a chain", chain: []*issued{leaf(a.issuing, nil), a.issuing}, roots: trusted},
		{name: "unknown issuer", chain: []*issued{leaf(a.root, nil)}, want: []string{"probe-tls warning: issued by \"CN=Corp Root\", which neither"}},
		{name: "incomplete chain", chain: []*issued{leaf(a.issuing, nil)}, roots: trusted, want: []string{"probe-tls warning: neither"}},
		{name: "expired", chain: []*issued{leaf(a.root, func(c *x509.Certificate) { c.NotAfter = now.AddDate(0, 0, -3) })}, roots: trusted, want: []string{"probe-tls error: expired on 2026-05-29"}},
		{name: "not yet valid", chain: []*issued{leaf(a.root, func(c *x509.Certificate) { c.NotBefore = now.AddDate(0, 0, 3) })}, roots: trusted, want: []string{"probe-tls error: not yet valid"}},
		{name: "another host", chain: []*issued{leaf(a.root, func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"ca.example.com"} })}, roots: trusted, want: []string{"probe-tls error: not for 127.0.0.1: found \"ca.example.com\""}},
		{name: "no host", chain: []*issued{leaf(a.root, func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, nil })}, roots: trusted, want: []string{"probe-tls error: found no host name"}},
		{name: "client certificate", chain: []*issued{leaf(a.root, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} })}, roots: trusted, want: []string{"probe-tls error: does not allow `serverAuth`"}},
		{name: "TLS 1.1", chain: []*issued{leaf(a.root, nil)}, roots: trusted, change: func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS11, tls.VersionTLS11 }, want: []string{"probe-tls warning: TLS 1.1"}},
		{name: "client certificate required", chain: []*issued{leaf(a.root, nil)}, roots: trusted, change: func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert }, want: []string{"probe-unreachable error: TLS handshake fails"}},
	} {
		t.Run(x.name, func(t *testing.T) {
			server := tlsServer(t, good, x.change, x.chain...)
			o := probeText(t, testClient(), x.roots, nil, profileText(server.URL+"/scep", "", pin, x.anchors...))
			compare(t, o.found, x.want...)
		})
	}
	t.Run("plain HTTP without a pin", func(t *testing.T) {
		server := httptest.NewServer(good)
		defer server.Close()
		o := probeText(t, testClient(), nil, nil, profileText(server.URL, "", nil))
		compare(t, o.found, "probe-tls warning: plain HTTP")
	})
	t.Run("IPv6", func(t *testing.T) {
		listener, err := net.Listen("tcp", "[::1]:0")
		if err != nil {
			t.Skip("no IPv6 here")
		}
		server := httptest.NewUnstartedServer(good)
		server.Listener.Close()
		server.Listener = listener
		server.Start()
		defer server.Close()
		o := probeText(t, testClient(), nil, nil, profileText("http://"+listener.Addr().String()+"/scep", "", pin))
		compare(t, o.found)
		if len(o.servers[0].Certificates) != 1 {
			t.Error(o.servers)
		}
	})
}

// TestACME holds what is wrong with ACME directories.
func TestACME(t *testing.T) {
	a := corp()
	roots := x509.NewCertPool()
	roots.AddCert(a.root.Certificate)
	for _, x := range []struct {
		name, body string
		status     int
		want       []string
	}{
		{name: "good", body: `{"newNonce":"https://h/n","newAccount":"https://h/a","newOrder":"https://h/o","meta":{}}`},
		{name: "no newNonce", body: `{"newAccount":"https://h/a","newOrder":"https://h/o"}`, want: []string{"probe-acme error: missing `newNonce`"}},
		{name: "newNonce of plain HTTP", body: `{"newNonce":"http://h/n","newAccount":"https://h/a","newOrder":"https://h/o"}`, want: []string{"probe-acme error: invalid `newNonce`"}},
		{name: "newNonce of another type", body: `{"newNonce":5,"newAccount":"https://h/a","newOrder":"https://h/o"}`, want: []string{"probe-acme error: missing `newNonce`"}},
		{name: "array", body: `[]`, want: []string{"probe-acme error: expected a directory in JSON"}},
		{name: "HTML", body: `<html>`, want: []string{"probe-acme error: an HTML page"}},
		{name: "empty", body: ``, want: []string{"probe-acme error: an empty answer"}},
		{name: "null", body: `null`, want: []string{"probe-acme error: expected a directory"}},
		{name: "status", status: 503, want: []string{"probe-unreachable error: ACME server answers `directory` with HTTP status 503"}},
	} {
		t.Run(x.name, func(t *testing.T) {
			server := tlsServer(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if x.status != 0 {
					w.WriteHeader(x.status)
				}
				_, _ = w.Write([]byte(x.body))
			}), nil, leaf(a.root, nil))
			compare(t, probeText(t, testClient(), roots, nil, acmeText(server.URL+"/acme/directory")).found, x.want...)
		})
	}
	server := tlsServer(t, http.NotFoundHandler(), nil, leaf(a.root, nil))
	compare(t, probeText(t, testClient(), nil, nil, acmeText(server.URL)).found, "probe-acme warning: neither", "probe-unreachable error: 404")
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	compare(t, probeText(t, testClient(), nil, nil, acmeText(plain.URL)).found, "probe-acme error: plain HTTP", "probe-unreachable error: 404")
}

// TestPin holds that the pin that is shown makes the profile right.
func TestPin(t *testing.T) {
	a := corp()
	for _, s := range []script{
		{certType: typeCA, cert: a.root.Raw, caps: goodCaps},
		{certType: typeCARA, cert: bundle(a.ra, a.root), caps: goodCaps},
	} {
		server := httptest.NewServer(s)
		defer server.Close()
		text := profileText(server.URL, "", profile.Digest("SHA-1", []byte("stale")))
		o := probeText(t, testClient(), nil, nil, text)
		compare(t, o.found, "probe-fingerprint error: matches no certificate")
		data := "<data>" + o.servers[0].Pin + "</data>"
		if !strings.Contains(o.all[0].Help, data) {
			t.Errorf("%q lacks %s", o.all[0].Help, data)
		}
		start := strings.Index(text, "<data>")
		fixed := text[:start] + data + text[start+strings.Index(text[start:], "</data>")+len("</data>"):]
		compare(t, probeText(t, testClient(), nil, nil, fixed).found)
	}
}

// TestReplay holds that answers that are kept are judged as they were.
func TestReplay(t *testing.T) {
	a := corp()
	server := tlsServer(t, script{certType: typeCARA, cert: bundle(a.root, a.ra), caps: "SHA-1"}, nil, leaf(a.root, nil))
	text := profileText(server.URL+"/scep", "Corp", profile.Digest("SHA-1", []byte("stale")))
	first := probeText(t, testClient(), nil, nil, text)
	if len(first.found) < 4 {
		t.Error(first.found)
	}
	saved := map[string][]byte{}
	for target, answer := range first.answers {
		encoded, err := answer.encode()
		if err != nil {
			t.Fatal(err)
		}
		saved[target.fileName()] = encoded
	}
	server.Close()
	read := func(targets []Target) map[Target]*Answer {
		answers := map[Target]*Answer{}
		for _, target := range targets {
			answer, err := decodeAnswer(saved[target.fileName()], target)
			if err != nil {
				t.Fatal(err)
			}
			answers[target] = answer
		}
		return answers
	}
	again := judgeText(t, read, nil, nil, text)
	if !slices.Equal(first.found, again.found) {
		t.Errorf("%q\n%q", first.found, again.found)
	}
	none := judgeText(t, func([]Target) map[Target]*Answer { return nil }, nil, nil, text)
	if !strings.Contains(none.unasked, "not asked: no answer is there") {
		t.Error(none.unasked)
	}
	target := Target{SCEP, server.URL + "/scep", "Corp"}
	good := saved[target.fileName()]
	for _, bad := range [][]byte{
		nil, []byte("{}"), []byte("[]"), good[:len(good)/2], append(slices.Clone(good), good...), bytes.Replace(good, []byte(`"version": 1`), []byte(`"version": 2`), 1),
		bytes.Replace(good, []byte(`"Corp"`), []byte(`"Evil"`), 1), bytes.Replace(good, []byte(`"status": 200`), []byte(`"status": 0`), 1),
		bytes.Replace(good, []byte(`"GetCACaps"`), []byte(`"Other"`), 1), bytes.Replace(good, []byte(`"asked"`), []byte(`"unknown": 1, "asked"`), 1),
		bytes.Repeat([]byte(" "), maxSaved+1),
	} {
		if _, err := decodeAnswer(bad, target); err == nil {
			t.Errorf("no error for %.60q", bad)
		}
	}
}

// TestVariables holds how variables are replaced.
func TestVariables(t *testing.T) {
	a := corp()
	server := httptest.NewServer(script{certType: typeCA, cert: a.root.Raw, caps: goodCaps})
	defer server.Close()
	pin := profile.Digest("SHA-256", a.root.Raw)
	text := profileText("$FLEET_VAR_CUSTOM_SCEP_PROXY_URL_CORP", "{{name}}", pin)
	o := probeText(t, testClient(), nil, nil, text)
	compare(t, o.found)
	if !strings.Contains(o.unasked, "0.mobileconfig:") || !strings.Contains(o.unasked, "use --set '{{name}}=value'") || len(o.answers) > 0 {
		t.Error(o.unasked)
	}
	variables, err := ParseVariables([]string{"$FLEET_VAR_CUSTOM_SCEP_PROXY_URL_CORP=" + server.URL + "/$HOME?a=b", "{{name}}=Corp", "$OTHER=x"})
	if err != nil {
		t.Fatal(err)
	}
	o = probeText(t, testClient(), nil, variables, text)
	compare(t, o.found)
	if o.unasked != "" || o.servers[0].URL != server.URL+"/$HOME" || o.servers[0].Name != "Corp" {
		t.Errorf("%s%+v", o.unasked, o.servers)
	}
	if unused := variables.Unused(); !slices.Equal(unused, []string{"$OTHER"}) {
		t.Error(unused)
	}
	for _, bad := range [][]string{{"name=x"}, {"$A"}, {"$A=1", "$A=2"}, {"=x"}} {
		if _, err := ParseVariables(bad); err == nil {
			t.Errorf("no error for %q", bad)
		}
	}
}

// TestSent holds every byte that is sent: no challenge, cookie, user name, password,
// or query of the profile.
func TestSent(t *testing.T) {
	a := corp()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var lock sync.Mutex
	var sent bytes.Buffer
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "cookie-value"})
		w.Header().Set("WWW-Authenticate", "Basic")
		if r.URL.Path == "/scep" {
			http.Redirect(w, r, "/scep/?"+r.URL.RawQuery, http.StatusFound)
			return
		}
		script{certType: typeCA, cert: a.root.Raw, caps: goodCaps}.ServeHTTP(w, r)
	}))
	server.Listener.Close()
	server.Listener = recordingListener{listener, &lock, &sent}
	server.Start()
	defer server.Close()
	address := listener.Addr().String()
	o := probeText(t, testClient(), nil, nil, profileText("http://user:hunter2@"+address+"/scep?token=querysecret#fragment", "Corp CA/ä", profile.Digest("SHA-256", a.root.Raw)))
	compare(t, o.found, "probe-redirect warning: /scep/")
	lock.Lock()
	defer lock.Unlock()
	text := sent.String()
	for _, secret := range []string{secretChallenge, "user", "hunter2", "querysecret", "fragment", "ookie", "Authorization", "Referer", "device", "POST", base64.StdEncoding.EncodeToString([]byte("user:hunter2"))} {
		if strings.Contains(strings.ReplaceAll(text, "User-Agent", ""), secret) {
			t.Errorf("%q is sent:\n%s", secret, text)
		}
	}
	want := ""
	for _, operation := range []string{opCert, opCaps} {
		for _, path := range []string{"/scep", "/scep/"} {
			want += "GET " + path + "?operation=" + operation + "&message=Corp%20CA%2F%C3%A4 HTTP/1.1\r\nHost: " + address + "\r\nUser-Agent: sceplint\r\nAccept: */*\r\nConnection: close\r\n\r\n"
		}
	}
	if text != want {
		t.Errorf("sent\n%s\nnot\n%s", text, want)
	}
}

// recordingListener keeps what is sent to it.
type recordingListener struct {
	net.Listener
	lock *sync.Mutex
	sent *bytes.Buffer
}

func (l recordingListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return recordingConn{c, l.lock, l.sent}, err
}

type recordingConn struct {
	net.Conn
	lock *sync.Mutex
	sent *bytes.Buffer
}

func (c recordingConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.lock.Lock()
	c.sent.Write(p[:n])
	c.lock.Unlock()
	return n, err
}

// TestDocument holds the profile that stands for what a user typed.
func TestDocument(t *testing.T) {
	for _, pin := range []string{strings.Repeat("ab", 32), strings.TrimSuffix(strings.Repeat("AB:", 20), ":"), base64.StdEncoding.EncodeToString(make([]byte, 32))} {
		text, err := Document("https://ca.example.com/scep", "Corp", pin)
		if err != nil {
			t.Fatal(err)
		}
		profiles, err := export.Parse("<url>", text)
		if err != nil || len(profiles) != 1 || len(profiles[0].SCEP()) != 1 {
			t.Fatal(err, profiles)
		}
		if s := profiles[0].SCEP()[0]; s.URL.Value != "https://ca.example.com/scep" || s.Name.Value != "Corp" || s.CAFingerprint.Algorithm == "" {
			t.Errorf("%+v", s)
		}
	}
	if _, err := Document("https://ca.example.com/scep", "", "abc"); err == nil {
		t.Error("no error for a pin that is no digest")
	}
}
