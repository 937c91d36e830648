// Package servers probes real SCEP and ACME servers: micromdm/scep and step-ca. It is
// a module of its own, so that sceplint depends on neither.
package servers

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-kit/kit/log"
	"github.com/micromdm/scep/v2/depot"
	scepserver "github.com/micromdm/scep/v2/server"
	"github.com/smallstep/certificates/authority/config"
	"github.com/smallstep/certificates/authority/provisioner"
	"github.com/smallstep/certificates/ca"
	"github.com/smallstep/certificates/db"
	"go.step.sm/crypto/minica"
	"go.step.sm/crypto/pemutil"
)

// result is what sceplint probe printed.
type result struct {
	code     int
	says     string
	Findings []struct{ Rule, Severity, Message string }
	Servers  []struct {
		Pin          string
		Certificates []struct{ Role, Subject string }
		Capabilities []string
		Endpoints    []string
	}
}

func probe(t *testing.T, args ...string) (r result) {
	t.Helper()
	command := os.Getenv("SCEPLINT")
	if command == "" {
		t.Fatal("SCEPLINT names no sceplint to run")
	}
	var out, says bytes.Buffer
	cmd := exec.CommandContext(t.Context(), command, append([]string{"probe", "--no-config", "--format", "json"}, args...)...)
	cmd.Stdout, cmd.Stderr = &out, &says
	if err := cmd.Run(); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			t.Fatal(err)
		}
		r.code = exit.ExitCode()
	}
	r.says = says.String()
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatalf("%v\n%s%s", err, out.String(), r.says)
	}
	return r
}

// rules are what was found, as "rule severity".
func (r result) rules() (list string) {
	for _, f := range r.Findings {
		list += f.Rule + " " + f.Severity + "\n"
	}
	return list
}

func (r result) want(t *testing.T, code int, rules ...string) {
	t.Helper()
	text := strings.Join(rules, "\n")
	if text != "" {
		text += "\n"
	}
	if r.code != code || r.rules() != text {
		t.Errorf("exit code %d, want %d\n%+v\n%s", r.code, code, r.Findings, r.says)
	}
}

// write writes a profile with a payload, and the root if there is one.
func write(t *testing.T, payload string, root *x509.Certificate) string {
	t.Helper()
	anchor := ""
	if root != nil {
		anchor = "<dict><key>PayloadType</key><string>com.apple.security.root</string><key>PayloadContent</key><data>" + base64.StdEncoding.EncodeToString(root.Raw) + "</data></dict>\n"
	}
	file := filepath.Join(t.TempDir(), "profile.mobileconfig")
	text := `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict>
<key>PayloadType</key><string>Configuration</string>
<key>PayloadIdentifier</key><string>com.example.servers</string>
<key>PayloadContent</key><array>
` + anchor + payload + "</array></dict></plist>\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func scep(url, pin string) string {
	return fmt.Sprintf("<dict><key>PayloadType</key><string>com.apple.security.scep</string><key>PayloadContent</key><dict>\n<key>URL</key><string>%s</string>\n<key>CAFingerprint</key><data>%s</data>\n</dict></dict>\n", url, pin)
}

func TestMicroMDM(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		name    string
		options []depot.CACertOption
		want    []string
	}{
		{"as it comes", nil, []string{"probe-certificate warning"}},
		{"with keyEncipherment", []depot.CACertOption{depot.WithKeyUsage(x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment)}, nil},
	} {
		t.Run(x.name, func(t *testing.T) {
			der, err := depot.NewCACert(x.options...).SelfSign(rand.Reader, key.Public(), key)
			if err != nil {
				t.Fatal(err)
			}
			certificate, err := x509.ParseCertificate(der)
			if err != nil {
				t.Fatal(err)
			}
			service, err := scepserver.NewService(certificate, key, nil)
			if err != nil {
				t.Fatal(err)
			}
			server := httptest.NewServer(scepserver.MakeHTTPHandler(scepserver.MakeServerEndpoints(service), service, log.NewNopLogger()))
			defer server.Close()
			url := server.URL + "/scep"

			r := probe(t, "--host", "127.0.0.1", write(t, scep(url, base64.StdEncoding.EncodeToString(make([]byte, 32))), nil))
			r.want(t, 1, append(append([]string{}, x.want...), "probe-fingerprint error")...)
			sum := sha256.Sum256(der)
			if pin := base64.StdEncoding.EncodeToString(sum[:]); len(r.Servers) != 1 || r.Servers[0].Pin != pin {
				t.Fatalf("%+v lacks the pin %s", r.Servers, pin)
			}
			probe(t, "--host", "127.0.0.1", write(t, scep(url, r.Servers[0].Pin), nil)).want(t, 0, x.want...)
			probe(t, "--url", url, "--fingerprint", fmt.Sprintf("%x", sum)).want(t, 0, x.want...)
		})
	}
}

func TestStepCA(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("STEPPATH", dir)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	m, err := minica.New(minica.WithName("Probe"), minica.WithGetSignerFunc(func() (crypto.Signer, error) { return key, nil }))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]any{"root.crt": m.Root, "intermediate.crt": m.Intermediate, "intermediate.key": m.Signer}
	for name, content := range files {
		if _, err := pemutil.Serialize(content, pemutil.WithFilename(filepath.Join(dir, name))); err != nil {
			t.Fatal(err)
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close() // step-ca opens it itself
	single := &provisioner.SCEP{ID: "one", Name: "one", Type: "SCEP", ChallengePassword: "the-challenge", EncryptionAlgorithmIdentifier: 2, MinimumPublicKeyLength: 2048, Claims: &config.GlobalProvisionerClaims}
	chain := &provisioner.SCEP{ID: "chain", Name: "chain", Type: "SCEP", ChallengePassword: "the-challenge", EncryptionAlgorithmIdentifier: 2, MinimumPublicKeyLength: 2048, IncludeRoot: true, Claims: &config.GlobalProvisionerClaims}
	cfg := &config.Config{
		Root: []string{filepath.Join(dir, "root.crt")}, IntermediateCert: filepath.Join(dir, "intermediate.crt"), IntermediateKey: filepath.Join(dir, "intermediate.key"),
		Address: address, DNSNames: []string{"127.0.0.1", "localhost"}, Logger: json.RawMessage(`{"format": "text"}`),
		DB: &db.Config{Type: "bbolt", DataSource: filepath.Join(dir, "db")}, // which ACME needs
		AuthorityConfig: &config.AuthConfig{
			AuthorityID: "probe", DeploymentType: "standalone-test",
			Provisioners: provisioner.List{single, chain, &provisioner.ACME{ID: "acme", Name: "acme", Type: "ACME", Claims: &config.GlobalProvisionerClaims}},
		},
	}
	authority, err := ca.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- authority.Run() }()
	defer func() {
		_ = authority.Stop()
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	}()
	for range 600 { // until it listens
		if c, err := net.Dial("tcp", address); err == nil {
			c.Close()
			break
		}
		time.Sleep(50 * time.Millisecond)
	}

	base := "https://" + address
	wrong := base64.StdEncoding.EncodeToString(make([]byte, 20))
	one := probe(t, "--host", "127.0.0.1", write(t, scep(base+"/scep/one", wrong), m.Root))
	if one.code != 1 || !strings.Contains(one.rules(), "probe-fingerprint error") || len(one.Servers) != 1 || len(one.Servers[0].Certificates) != 1 {
		t.Fatalf("%+v", one)
	}
	right := probe(t, "--host", "127.0.0.1", write(t, scep(base+"/scep/one", one.Servers[0].Pin), m.Root))
	if right.code != 0 || strings.Contains(right.rules(), "probe-fingerprint") || strings.Contains(right.rules(), "probe-tls") {
		t.Errorf("%+v", right)
	}
	both := probe(t, "--host", "127.0.0.1", write(t, scep(base+"/scep/chain", wrong), m.Root))
	if both.code != 1 || !strings.Contains(both.rules(), "probe-content-type error\nprobe-fingerprint error") || len(both.Servers[0].Certificates) != 2 {
		t.Errorf("%+v", both)
	}
	sum := sha256.Sum256(m.Root.Raw)
	if pin := base64.StdEncoding.EncodeToString(sum[:]); both.Servers[0].Pin != pin {
		t.Errorf("the pin is %s, and not that of the root, %s", both.Servers[0].Pin, pin)
	}
	gone := probe(t, "--host", "127.0.0.1", write(t, scep(base+"/scep/none", wrong), m.Root))
	if gone.code != 1 || !strings.Contains(gone.rules(), "probe-unreachable error") {
		t.Errorf("%+v", gone)
	}

	acme := func(name string) string {
		return fmt.Sprintf("<dict><key>PayloadType</key><string>com.apple.security.acme</string>\n<key>DirectoryURL</key><string>%s/acme/%s/directory</string>\n<key>ClientIdentifier</key><string>x</string></dict>\n", base, name)
	}
	directory := probe(t, "--host", "127.0.0.1", write(t, acme("acme"), m.Root))
	directory.want(t, 0)
	if len(directory.Servers) != 1 || len(directory.Servers[0].Endpoints) != 3 {
		t.Errorf("%+v", directory.Servers)
	}
	probe(t, "--host", "127.0.0.1", write(t, acme("acme"), nil)).want(t, 0, "probe-acme warning")
	if r := probe(t, "--host", "127.0.0.1", write(t, acme("none"), m.Root)); r.code != 1 || !strings.Contains(r.rules(), "probe-unreachable error") {
		t.Errorf("%+v", r)
	}
}
