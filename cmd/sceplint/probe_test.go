package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/sceplint/sceplint/checker/checkertest"
	"github.com/sceplint/sceplint/checker/report"
)

// probeCA is the certificate of the CA of these tests, in DER.
var probeCA = sync.OnceValue(func() []byte {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Corp \u202eCA"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().AddDate(-1, 0, 0), NotAfter: time.Now().AddDate(5, 0, 0),
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		panic(err)
	}
	return der
})

// scepServer starts a SCEP server, and counts the requests.
func scepServer(t *testing.T) (base string, requests *atomic.Int32) {
	t.Helper()
	requests = &atomic.Int32{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		if r.URL.Query().Get("operation") == "GetCACaps" {
			_, _ = io.WriteString(w, "AES\nPOSTPKIOperation\nSHA-256\n")
			return
		}
		w.Header().Set("Content-Type", "application/x-x509-ca-cert")
		_, _ = w.Write(probeCA())
	}))
	t.Cleanup(server.Close)
	return server.URL + "/scep", requests
}

func goodPin() []byte {
	sum := sha256.Sum256(probeCA())
	return sum[:]
}

// scepProfile writes a profile that check has nothing to say of, but for the URL.
func scepProfile(t *testing.T, name, at string, pin []byte) string {
	t.Helper()
	text := string(checkertest.Read(t, "../../testdata/demo/clean.mobileconfig"))
	var escaped strings.Builder
	if err := xml.EscapeText(&escaped, []byte(at)); err != nil {
		t.Fatal(err)
	}
	text = strings.Replace(text, "https://ca.corp.example/scep/devices", escaped.String(), 1)
	start := strings.Index(text, "<key>CAFingerprint</key>")
	if start < 0 {
		t.Fatal("the demo has no CAFingerprint")
	}
	end := start + strings.Index(text[start:], "</data>") + len("</data>")
	text = text[:start] + "<key>CAFingerprint</key>\n<data>" + base64.StdEncoding.EncodeToString(pin) + "</data>" + text[end:]
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestProbe holds what the command prints and exits with.
func TestProbe(t *testing.T) {
	at, requests := scepServer(t)
	good, stale := scepProfile(t, "good.mobileconfig", at, goodPin()), scepProfile(t, "stale.mobileconfig", at, make([]byte, 32))
	paste := "<data>" + base64.StdEncoding.EncodeToString(goodPin()) + "</data>"
	for _, x := range []struct {
		name string
		args []string
		code int
		out  []string
	}{
		{"good", []string{"--host", "127.0.0.1", good}, exitClean, []string{at + ` (SCEP, Name "CORP-DEVICES")`, "RSA 2048", paste, "iOS picks", "no findings in 1 file (1 SCEP payload)"}},
		{"stale", []string{"--host", "127.0.0.1", stale}, exitFindings, []string{"error: `CAFingerprint` matches no certificate of the server", "help: set it to " + paste, ":1"}},
		{"never", []string{"--host", "127.0.0.1", "--fail-on", "never", stale}, exitClean, []string{"probe-fingerprint"}},
		{"severity", []string{"--host", "127.0.0.1", "--severity", "probe-fingerprint=info", stale}, exitClean, []string{"info: `CAFingerprint`"}},
		{"disable", []string{"--host", "127.0.0.1", "--disable", "probe-finger*", stale}, exitClean, []string{"no findings"}},
		{"both", []string{"--host", "127.0.0.1", good, stale}, exitFindings, []string{"profile          " + good, "profile          " + stale}},
		{"url", []string{"--url", at}, exitClean, []string{"<url>: warning: `URL` is plain HTTP", paste}},
		{"url with a pin", []string{"--url", at, "--name", "x", "--fingerprint", fmt.Sprintf("%x", goodPin())}, exitClean, []string{"no findings"}},
		{"url with another pin", []string{"--url", at, "--fingerprint", strings.Repeat("00:", 19) + "00"}, exitFindings, []string{"<url>: error", "at PayloadContent[0].PayloadContent.CAFingerprint"}},
		{"url and a path", []string{"--url", at, stale}, exitFindings, []string{"<url>: warning", "stale.mobileconfig:"}},
		{"no host", []string{good}, exitFailed, []string{"no host is allowed: the profiles contain 127.0.0.1; add --host or --all-hosts"}},
		{"all hosts but the loopback", []string{"--all-hosts", good}, exitFailed, []string{"SCEP server not asked: 127.0.0.1 is the loopback interface", "results are incomplete"}},
		{"another host", []string{"--host", "ca.example.com", good}, exitFailed, []string{"good.mobileconfig:11: SCEP server not asked"}},
		{"nothing to ask", []string{"--host", "x", "../../testdata/scep-content/good.mobileconfig"}, exitFailed, []string{"not"}},
		{"name alone", []string{"--name", "x"}, exitFailed, []string{"--name and --fingerprint require --url"}},
		{"bad URL", []string{"--url", "ftp://x"}, exitFailed, []string{"--url: the URL is neither https nor http"}},
		{"bad pin", []string{"--url", at, "--fingerprint", "abc"}, exitFailed, []string{"--fingerprint: not a digest"}},
		{"bad timeout", []string{"--timeout", "0s", good}, exitFailed, []string{"invalid --timeout 0s"}},
		{"bad retries", []string{"--retries", "100", good}, exitFailed, []string{"invalid --retries 100"}},
		{"bad variable", []string{"--set", "x=y", good}, exitFailed, []string{"--set: \"x=y\" is not a variable"}},
		{"unused variable", []string{"--host", "127.0.0.1", "--set", "$X=y", good}, exitFailed, []string{"no URL and no Name holds $X"}},
		{"save and replay", []string{"--save", "x", "--replay", "x", good}, exitFailed, []string{"cannot be used together"}},
		{"no such file", []string{"--host", "x", "gone.mobileconfig"}, exitFailed, []string{"no such file"}},
	} {
		t.Run(x.name, func(t *testing.T) {
			code, out, says := sceplint(t, append([]string{"probe", "--no-config"}, x.args...)...)
			if code != x.code {
				t.Errorf("exit code %d", code)
			}
			for _, part := range x.out {
				if !strings.Contains(out+says, part) {
					t.Errorf("%q is missing", part)
				}
			}
			if strings.Contains(out+says, "\u202e") {
				t.Error("a raw character")
			}
			if t.Failed() {
				t.Log(out, says)
			}
		})
	}
	requests.Store(0)
	if code, out, says := sceplint(t, "check", "--no-config", "--disable", "scep-url*", good); code != exitClean || requests.Load() != 0 {
		t.Errorf("check of the pinned profile: exit code %d, %d requests\n%s%s", code, requests.Load(), out, says)
	}
	if code, _, says := sceplint(t, "probe", "--no-config", "--host", "127.0.0.1", good, stale, good); code != exitFindings || requests.Load() != 2 {
		t.Errorf("exit code %d, %d requests, not 2: %s", code, requests.Load(), says)
	}
}

// TestProbeFormats holds that every format has the findings, and those that may
// show servers do.
func TestProbeFormats(t *testing.T) {
	at, _ := scepServer(t)
	stale := scepProfile(t, "stale.mobileconfig", at, make([]byte, 32))
	for _, f := range report.Formats {
		code, out, says := sceplint(t, "probe", "--no-config", "--host", "127.0.0.1", "--format", f.Name, stale)
		if code != exitFindings || !strings.Contains(out, "probe-fingerprint") && f.Name != "junit" || !strings.Contains(out, "matches no certificate") {
			t.Errorf("%s: exit code %d\n%s%s", f.Name, code, out, says)
		}
		if strings.Contains(out, "\u202e") && f.Name != "json" {
			t.Errorf("%s: a raw character", f.Name)
		}
		switch f.Name {
		case "json":
			var doc struct {
				Servers []struct {
					Protocol, URL, Name, Pin string
					Certificates             []struct{ Digests map[string]string }
					Profiles                 []string
				}
			}
			if err := json.Unmarshal([]byte(out), &doc); err != nil || len(doc.Servers) != 1 || doc.Servers[0].URL != at || len(doc.Servers[0].Profiles) != 1 ||
				doc.Servers[0].Certificates[0].Digests["SHA-256"] != fmt.Sprintf("%x", goodPin()) {
				t.Errorf("%v %+v", err, doc)
			}
		case "html":
			for _, part := range []string{`<h2 id="servers-title">Servers</h2>`, "CORP-DEVICES", "CAFingerprint"} {
				if !strings.Contains(out, part) {
					t.Errorf("html: %q is missing", part)
				}
			}
		}
	}
	if _, out, _ := sceplint(t, "check", "--no-config", "--format", "json", stale); strings.Contains(out, `"servers"`) {
		t.Error("check tells of servers")
	}
}

// TestProbeSuppression holds that findings are suppressed as those of check are, and
// that each of the two commands knows the rules of the other.
func TestProbeSuppression(t *testing.T) {
	at, _ := scepServer(t)
	stale := scepProfile(t, "stale.mobileconfig", at, make([]byte, 32))
	dir := filepath.Dir(stale)
	baseline := filepath.Join(dir, "baseline.json")
	probe := func(args ...string) (int, string, string) {
		return sceplint(t, append([]string{"probe", "--host", "127.0.0.1"}, args...)...)
	}
	if code, out, says := probe("--no-config", "--write-baseline", baseline, stale); code != exitClean {
		t.Errorf("%d\n%s%s", code, out, says)
	}
	if code, out, says := probe("--no-config", "--baseline", baseline, stale); code != exitClean || !strings.Contains(says, "1 suppressed") {
		t.Errorf("%d\n%s%s", code, out, says)
	}
	before := string(checkertest.Read(t, baseline))
	if code, out, says := sceplint(t, "check", "--no-config", "--disable", "scep-url*", "--baseline", baseline, "--prune-baseline", stale); code != exitClean || string(checkertest.Read(t, baseline)) != before {
		t.Errorf("%d\n%s%s", code, out, says)
	}

	conf := filepath.Join(dir, ".sceplint.yaml")
	if err := os.WriteFile(conf, []byte("rules: {probe-fingerprint: warning, \"probe-t*\": off, scep-url-query: off}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if code, out, says := probe("--config", conf, stale); code != exitClean || !strings.Contains(out, "warning: `CAFingerprint`") {
		t.Errorf("%d\n%s%s", code, out, says)
	}
	if code, out, says := sceplint(t, "check", "--config", conf, stale); code == exitFailed {
		t.Errorf("%d\n%s%s", code, out, says)
	}

	text := strings.Replace(string(checkertest.Read(t, stale)), "<key>CAFingerprint</key>", "<!-- sceplint:ignore probe-fingerprint the CA moves in June -->\n<key>CAFingerprint</key>", 1)
	if err := os.WriteFile(stale, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if code, out, says := probe("--no-config", stale); code != exitClean || !strings.Contains(says, "1 suppressed") {
		t.Errorf("%d\n%s%s", code, out, says)
	}
	if code, out, _ := sceplint(t, "check", "--no-config", "--disable", "scep-url*", stale); code != exitClean || strings.Contains(out, "ignore-") {
		t.Errorf("%d\n%s", code, out)
	}
}

// TestProbeReplay holds that kept answers are judged without the network.
func TestProbeReplay(t *testing.T) {
	at, requests := scepServer(t)
	stale := scepProfile(t, "stale.mobileconfig", at, make([]byte, 32))
	dir := filepath.Join(t.TempDir(), "answers")
	_, first, _ := sceplint(t, "probe", "--no-config", "--host", "127.0.0.1", "--save", dir, stale)
	requests.Store(0)
	code, again, says := sceplint(t, "probe", "--no-config", "--replay", dir, stale)
	if code != exitFindings || again != first || requests.Load() != 0 {
		t.Errorf("exit code %d, %d requests\n%s%s\nnot\n%s", code, requests.Load(), again, says, first)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	if info, err := os.Stat(files[0]); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info, err)
	}
	if code, _, says := sceplint(t, "probe", "--no-config", "--replay", t.TempDir(), stale); code != exitFailed || !strings.Contains(says, "not asked: no answer is there") {
		t.Errorf("%d %s", code, says)
	}
	if err := os.WriteFile(files[0], []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, says := sceplint(t, "probe", "--no-config", "--replay", dir, stale); code != exitFailed || !strings.Contains(says, "--replay: ") {
		t.Errorf("%d %s", code, says)
	}
	if err := os.Remove(files[0]); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/passwd", files[0]); err == nil {
		if code, _, says := sceplint(t, "probe", "--no-config", "--replay", dir, stale); code != exitFailed || strings.Contains(says, "root:") {
			t.Errorf("%d %s", code, says)
		}
	}
}

// TestProbeInputs holds that whatever check takes is probed: standard input, archives,
// credentials of declarative device management.
func TestProbeInputs(t *testing.T) {
	at, requests := scepServer(t)
	stale := scepProfile(t, "stale.mobileconfig", at, make([]byte, 32))
	text := checkertest.Read(t, stale)
	var out, says strings.Builder
	if code := run(t.Context(), []string{"probe", "--no-config", "--host", "127.0.0.1", "-"}, strings.NewReader(string(text)), &out, &says); code != exitFindings || !strings.Contains(out.String(), "<stdin>:") {
		t.Errorf("%d\n%s%s", code, out.String(), says.String())
	}
	out.Reset()
	lines, err := json.Marshal(map[string]string{"name": "a", "profile": base64.StdEncoding.EncodeToString(text)})
	if err != nil {
		t.Fatal(err)
	}
	if code := run(t.Context(), []string{"probe", "--no-config", "--host", "127.0.0.1", "-"}, strings.NewReader(string(lines)+"\n"), &out, &says); code != exitFindings || !strings.Contains(out.String(), "probe-fingerprint") {
		t.Errorf("%d\n%s%s", code, out.String(), says.String())
	}
	credential := filepath.Join(t.TempDir(), "scep.json")
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword("user", "hunter2")
	body, err := json.Marshal(map[string]any{
		"URL": u.String(), "Name": "Corp", "Keysize": 2048, "Key Usage": 5, "Key Type": "RSA", "Subject": [][][]string{{{"CN", "x"}}}, "Challenge": "s3cr3t-challenge",
		"CAFingerprint": base64.StdEncoding.EncodeToString(make([]byte, 32)),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(credential, body, 0o644); err != nil {
		t.Fatal(err)
	}
	requests.Store(0)
	code, stdout, stderr := sceplint(t, "probe", "--no-config", "--host", "127.0.0.1", credential)
	if code != exitFindings || !strings.Contains(stdout, "probe-fingerprint") || strings.Contains(stdout+stderr, "hunter2") || strings.Contains(stdout+stderr, "s3cr3t") {
		t.Errorf("%d, %d requests\n%s%s", code, requests.Load(), stdout, stderr)
	}
}

// TestGuideProbe runs the script of the workflow in the guide to probing against a
// local server, with a gh that keeps what it is told.
func TestGuideProbe(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil || runtime.GOOS == "windows" {
		t.Skip("no bash here")
	}
	var workflow struct {
		Jobs map[string]struct {
			Steps []struct {
				Run string
				Env map[string]string
			}
		}
	}
	for _, block := range fenced(checkertest.Read(t, "guides/probe.md"), "yaml") {
		if err := yaml.Unmarshal([]byte(block), &workflow); err != nil {
			t.Fatal(err)
		}
	}
	steps := workflow.Jobs["probe"].Steps
	if len(steps) == 0 {
		t.Fatal("the guide has no workflow")
	}
	step := steps[len(steps)-1]
	at, _ := scepServer(t)
	binary := built(t, ".")
	run := func(profile, host, open string) (code int, said, body string) {
		dir := t.TempDir()
		bin := filepath.Join(dir, "bin")
		gh := "#!/bin/sh\nprintf '%s|' \"$@\" >>\"$SAID\"\necho >>\"$SAID\"\n[ \"$2\" != list ] || printf '%s' \"$OPEN\"\n"
		if err := os.Mkdir(bin, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(bin, "gh"), []byte(gh), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(binary, filepath.Join(bin, "sceplint")); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), bash, "-e", "-o", "pipefail", "-c", step.Run)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "SAID="+filepath.Join(dir, "said"), "OPEN="+open)
		for name, value := range step.Env {
			switch name {
			case "HOSTS":
				value = host
			case "PROFILES":
				value = profile
			}
			cmd.Env = append(cmd.Env, name+"="+value)
		}
		out, err := cmd.CombinedOutput()
		if err != nil && cmd.ProcessState == nil {
			t.Fatal(err)
		}
		t.Logf("%s", out)
		text, _ := os.ReadFile(filepath.Join(dir, "said")) // not there if nothing was said
		written, _ := os.ReadFile(filepath.Join(dir, "body.md"))
		return cmd.ProcessState.ExitCode(), string(text), string(written)
	}
	good, stale := scepProfile(t, "good.mobileconfig", at, goodPin()), scepProfile(t, "stale.mobileconfig", at, make([]byte, 32))
	if code, said, _ := run(good, "127.0.0.1", ""); code != exitClean || said != "" {
		t.Errorf("%d %s", code, said)
	}
	code, said, body := run(stale, "127.0.0.1", "")
	if code != exitFindings || !strings.Contains(said, "issue|create|--title|sceplint probe: a server needs attention|--body-file|body.md|") || !strings.Contains(body, "\n    ") || !strings.Contains(body, "[probe-fingerprint]") {
		t.Errorf("%d %s\n%s", code, said, body)
	}
	if code, said, _ := run(stale, "127.0.0.1", "7"); code != exitFindings || !strings.Contains(said, "issue|comment|7|--body-file|body.md|") || strings.Contains(said, "create") {
		t.Errorf("%d %s", code, said)
	}
	if code, said, body := run(good, "ca.corp.example", ""); code != exitFailed || !strings.Contains(said, "issue|create|") || !strings.Contains(body, "not asked") {
		t.Errorf("%d %s\n%s", code, said, body)
	}
}

// TestConfirmHosts holds that only a line with y or yes lets probe ask the hosts, and
// that the question shows each of them.
func TestConfirmHosts(t *testing.T) {
	for answer, want := range map[string]bool{
		"y\n": true, "Y\r\n": true, " yes \n": true, "YES\nn\n": true,
		"": false, "\n": false, "n\n": false, "y": false, "yes please\n": false, "\ny\n": false, "all\n": false,
	} {
		var out strings.Builder
		if got := confirmHosts(strings.NewReader(answer), &out, []string{"ca.corp.net", "b\x1b[2J.net"}); got != want {
			t.Errorf("%q: %t; want %t", answer, got, want)
		}
		if shown := out.String(); !strings.Contains(shown, "\n  ca.corp.net\n") || strings.Contains(shown, "\x1b") || !strings.HasSuffix(shown, "\nAsk them? [y/N] ") {
			t.Errorf("%q: the question is %q", answer, shown)
		}
	}
}
