package probe

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/sceplint/sceplint/checker/printable"
	"github.com/sceplint/sceplint/checker/profile"
)

// quiet is where servers of tests log to.
var quiet = log.New(io.Discard, "", 0)

// rawServer gives each connection to a function, which writes what it likes.
func rawServer(t *testing.T, do func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	t.Cleanup(func() { listener.Close(); all.Wait() })
	all.Go(func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer c.Close()
				do(c)
			})
		}
	})
	return listener.Addr().String()
}

// answering reads the request and writes an answer.
func answering(text string) func(net.Conn) {
	return func(c net.Conn) {
		_, _ = c.Read(make([]byte, 4096))
		_, _ = io.WriteString(c, text)
	}
}

// endless writes a text again and again, until the reader is gone.
func endless(first, again string) func(net.Conn) {
	return func(c net.Conn) {
		_, _ = c.Read(make([]byte, 4096))
		if _, err := io.WriteString(c, first); err != nil {
			return
		}
		for {
			if _, err := io.WriteString(c, again); err != nil {
				return
			}
		}
	}
}

// silent keeps the connection open until the other side closes it.
func silent(first string) func(net.Conn) {
	return func(c net.Conn) {
		_, _ = io.WriteString(c, first)
		_, _ = io.Copy(io.Discard, c)
	}
}

// nested is so many elements in one another.
func nested(depth int, open string) string {
	return "0\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02" + strings.Repeat(open, depth)
}

// TestHostile holds what servers may do: the run ends, says something of each, and
// quotes nothing raw.
func TestHostile(t *testing.T) {
	a := corp()
	ok := "HTTP/1.1 200 OK\r\nContent-Type: " + typeCA + "\r\n"
	body := func(text string) string { return fmt.Sprintf("%sContent-Length: %d\r\n\r\n%s", ok, len(text), text) }
	bundled := func(text string) string { return strings.Replace(body(text), typeCA, typeCARA, 1) }
	mutated := func(at int, with string) string {
		der := bytes.Clone(a.root.Raw)
		copy(der[at:], with)
		return body(string(der))
	}
	escape := "\x1b]0;owned\x07\x1b[31m::error::x\u202e"
	long := strings.Repeat("a", 1<<20)
	for name, do := range map[string]func(net.Conn){
		"closes at once":              func(net.Conn) {},
		"never answers":               silent(""),
		"never ends the headers":      silent("HTTP/1.1 200 OK\r\n"),
		"never ends the body":         silent(ok + "Content-Length: 10\r\n\r\n12345"),
		"closes in the body":          answering(ok + "Content-Length: 1000\r\n\r\nshort"),
		"closes in the headers":       answering("HTTP/1.1 200 OK\r\nContent-"),
		"not HTTP":                    answering("SSH-2.0-OpenSSH_9.9\r\n" + escape),
		"HTTP/0.9":                    answering(string(a.root.Raw)),
		"HTTP/9.9":                    answering("HTTP/9.9 200 OK\r\n\r\n"),
		"status without a number":     answering("HTTP/1.1 abc " + escape + "\r\n\r\n"),
		"status of six digits":        answering("HTTP/1.1 200000 OK\r\n\r\n"),
		"status 999":                  answering("HTTP/1.1 999 " + escape + "\r\nContent-Length: 0\r\n\r\n"),
		"negative length":             answering(ok + "Content-Length: -5\r\n\r\n"),
		"two lengths":                 answering(ok + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n12"),
		"huge length":                 answering(ok + "Content-Length: 99999999999999\r\n\r\nx"),
		"chunked garbage":             answering(ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\n" + escape),
		"chunk of a huge size":        answering(ok + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx"),
		"chunks without an end":       endless(ok+"Transfer-Encoding: chunked\r\n\r\n", "400\r\n"+strings.Repeat("x", 1024)+"\r\n"),
		"chunk extensions":            endless(ok+"Transfer-Encoding: chunked\r\n\r\n1", ";"+strings.Repeat("e", 1000)),
		"unknown encoding":            answering(ok + "Transfer-Encoding: snail\r\n\r\nx"),
		"body without an end":         endless(ok+"\r\n", strings.Repeat("\x00", 4096)),
		"header without an end":       endless("HTTP/1.1 200 OK\r\nX: ", "aaaaaaaaaaaaaaaa"),
		"headers without an end":      endless("HTTP/1.1 200 OK\r\n", "X: y\r\n"),
		"informal answers":            endless("", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"),
		"switching protocols":         answering("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"),
		"gzip that is said":           answering(ok + "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08"),
		"type of escapes":             answering("HTTP/1.1 200 OK\r\nContent-Type: text/" + "\u202e\u200b" + "x\r\nContent-Length: 2\r\n\r\n\x30\x00"),
		"many types":                  answering("HTTP/1.1 200 OK\r\n" + strings.Repeat("Content-Type: x\r\n", 500) + "Content-Length: 0\r\n\r\n"),
		"very long type":              answering("HTTP/1.1 200 OK\r\nContent-Type: " + long[:30000] + "\r\nContent-Length: 0\r\n\r\n"),
		"body of escapes":             answering(body(escape)),
		"HTML of escapes":             answering(body("<html>" + escape)),
		"redirect to escapes":         answering("HTTP/1.1 302 Found\r\nLocation: /\u202e%1b%0d%0a::error::\r\nContent-Length: 0\r\n\r\n"),
		"redirect to itself":          answering("HTTP/1.1 302 Found\r\nLocation: ?\r\nContent-Length: 0\r\n\r\n"),
		"redirect to user info":       answering("HTTP/1.1 302 Found\r\nLocation: http://a:hunter2@127.0.0.1/\r\nContent-Length: 0\r\n\r\n"),
		"redirect to a file":          answering("HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n"),
		"redirect to a script":        answering("HTTP/1.1 302 Found\r\nLocation: javascript:alert(1)\r\nContent-Length: 0\r\n\r\n"),
		"redirect to a malformed URL": answering("HTTP/1.1 302 Found\r\nLocation: http://[::1\r\nContent-Length: 0\r\n\r\n"),
		"redirect to a long URL":      answering("HTTP/1.1 302 Found\r\nLocation: /" + long[:20000] + "\r\nContent-Length: 0\r\n\r\n"),
		"redirect without a place":    answering("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"),
		"PKCS #7 that is deep":        answering(bundled(nested(100_000, "0\x80"))),
		"PKCS #7 of many elements":    answering(bundled(nested(1, "0\x80") + strings.Repeat("\x05\x00", 100_000))),
		"PKCS #7 that is truncated":   answering(bundled(string(bundle(a.root)[:300]))),
		"PKCS #7 of nothing":          answering(bundled(string(bundle()))),
		"PKCS #7 of many":             answering(bundled(string(bundle(many(a.root, 40)...)))),
		"PKCS #7 with huge lengths":   answering(bundled("0\x84\x7f\xff\xff\xff\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02")),
		"DER with huge lengths":       answering(body("0\x84\x7f\xff\xff\xff\x30\x30\x30")),
		"DER that is deep":            answering(body(strings.Repeat("0\x82\xff\xf0", 10_000))),
		"certificate that is mutated": answering(mutated(20, "\xff\xff\xff\xff")),
		"certificate with a tail":     answering(body(string(a.root.Raw) + "tail")),
		"one byte":                    answering(body("0")),
		"zeros":                       answering(body(strings.Repeat("\x00", 1000))),
		"noise":                       answering(body(noise(100_000))),
		"certificate of escapes":      answering(body(string(issue(escape+"\n[probe]", rsaKeys()[0], nil, ca(caUsage)).Raw))),
		"certificate of long names":   answering(body(string(issue(long[:60_000], rsaKeys()[0], nil, ca(caUsage)).Raw))),
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			defer func() {
				const most = 64 << 20
				if runtime.ReadMemStats(&after); after.TotalAlloc-before.TotalAlloc > most {
					t.Errorf("%d MiB were allocated", (after.TotalAlloc-before.TotalAlloc)>>20)
				}
			}()
			c := testClient()
			c.Retries = 0
			if strings.HasPrefix(name, "never") || name == "chunk extensions" {
				c.Timeout = 50 * time.Millisecond // the server waits for this to end
			}
			o := probeText(t, c, nil, nil, profileText("http://"+rawServer(t, do)+"/scep", "", profile.Digest("SHA-256", a.root.Raw)))
			if len(o.found) == 0 && o.unasked == "" {
				t.Error("nothing is said")
			}
			text := strings.Join(o.found, "\n") + o.unasked
			if strings.Contains(text, "hunter2") || len(text) > 20_000 {
				t.Errorf("%d bytes: %.2000s", len(text), text)
			}
			for _, f := range o.all { // reports make them printable; %q does so before
				if printable.Text(f.Message) != f.Message {
					t.Errorf("raw: %q", f.Message)
				}
			}
			for _, s := range o.servers {
				for _, x := range s.Certificates {
					if len(x.Subject)+len(x.Issuer) > 500 {
						t.Errorf("%d bytes of names", len(x.Subject))
					}
				}
			}
		})
	}
}

// many makes certificates that differ.
func many(by *issued, n int) (list []*issued) {
	for range n {
		list = append(list, issue("RA", ecKey(), by, ra(0)))
	}
	return list
}

func noise(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return "0" + string(b)
}

// TestDirectoryHostile holds that a directory may be anything.
func TestDirectoryHostile(t *testing.T) {
	for _, text := range []string{strings.Repeat("[", 500_000), strings.Repeat(`{"a":`, 100_000), `{"newNonce":{"newNonce":[]}}`, "\xff\xfe", `{"newNonce":"` + strings.Repeat("x", 900_000) + `"}`} {
		_ = readDirectory([]byte(text))
		_ = readCapabilities([]byte(text))
		_, _, _ = readCertificates([]byte(text))
	}
}

// FuzzAnswer holds that no answer makes reading fail in other ways than errors.
func FuzzAnswer(f *testing.F) {
	root := issue("Root", ecKey(), nil, ca(caUsage)) // an RSA key takes long, and each worker makes its own
	f.Add(root.Raw)
	f.Add(bundle(issue("RA", ecKey(), root, ra(0)), root))
	f.Add([]byte(goodCaps))
	f.Add([]byte(`{"newNonce":"https://h/n"}`))
	f.Add([]byte(nested(5, "0\x80")))
	f.Fuzz(func(t *testing.T, body []byte) {
		answer := &Answer{Version: answerVersion, Target: Target{SCEP, "https://h/", "n"}, Exchanges: []Exchange{{Operation: opCert, Status: 200, Body: body}, {Operation: opCaps, Status: 200, Body: body}}}
		_ = newView(answer).server()
		_ = readDirectory(body)
		_, _ = decodeAnswer(body, answer.Target)
	})
}

// resolver answers all names with addresses, as a hostile DNS does.
func resolver(t *testing.T, names map[string][]string) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		buffer := make([]byte, 4096)
		for {
			n, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buffer[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			q := m.Questions[0]
			m.Response, m.Additionals = true, nil
			list, known := names[strings.TrimSuffix(q.Name.String(), ".")]
			if !known {
				m.RCode = dnsmessage.RCodeNameError
			}
			for _, text := range list {
				address := netip.MustParseAddr(text)
				header := dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 1, Type: q.Type}
				switch {
				case q.Type == dnsmessage.TypeA && address.Is4():
					m.Answers = append(m.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AResource{A: address.As4()}})
				case q.Type == dnsmessage.TypeAAAA && address.Is6():
					m.Answers = append(m.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AAAAResource{AAAA: address.As16()}})
				}
			}
			packed, err := m.Pack()
			if err == nil {
				_, _ = conn.WriteTo(packed, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// TestRefused holds that profiles cannot have addresses asked that are not for probe
// outside.
func TestRefused(t *testing.T) {
	var hits atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		hits.Add(1)
		w.WriteHeader(500)
	}))
	defer server.Close()
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	names := resolver(t, map[string][]string{
		"loop.example": {"127.0.0.1"}, "loop6.example": {"::1"}, "meta.example": {"169.254.169.254"}, "both.example": {"169.254.169.254", "127.0.0.1"},
		"zero.example": {"0.0.0.0"}, "mapped.example": {"::ffff:127.0.0.1"}, "nat.example": {"64:ff9b::7f00:1"}, "link.example": {"fe80::1"},
		"multi.example": {"224.0.0.1"}, "aws.example": {"fd00:ec2::254"}, "azure.example": {"168.63.129.16"},
	})
	for _, x := range []struct {
		url   string
		hosts Hosts
		want  string
	}{
		{"http://127.0.0.1:" + port, Hosts{All: true}, "loopback"},
		{"http://127.1.2.3:" + port, Hosts{All: true}, "loopback"},
		{"http://127.0.0.1:" + port, Hosts{Patterns: []string{"*"}}, "loopback"},
		{"http://127.0.0.1:" + port, Hosts{Patterns: []string{"127.0.0.*"}}, "loopback"},
		{"http://localhost:" + port, Hosts{All: true}, "loopback"},
		{"http://LOCALHOST.:" + port, Hosts{All: true}, "loopback"},
		{"http://x.localhost:" + port, Hosts{All: true}, "loopback"},
		{"http://[::1]:" + port, Hosts{All: true}, "loopback"},
		{"http://[0:0:0:0:0:0:0:1]:" + port, Hosts{All: true}, "loopback"},
		{"http://[::ffff:127.0.0.1]:" + port, Hosts{All: true}, "loopback"},
		{"http://[::127.0.0.1]:" + port, Hosts{All: true}, "loopback"},
		{"http://[64:ff9b::127.0.0.1]:" + port, Hosts{All: true}, "loopback"},
		{"http://[2002:7f00:1::]:" + port, Hosts{All: true}, "loopback"},
		{"http://[::]:" + port, Hosts{All: true}, "never asked"},
		{"http://0.0.0.0:" + port, Hosts{All: true}, "never asked"},
		{"http://0.0.0.0:" + port, Hosts{Patterns: []string{"0.0.0.0"}}, "never asked"},
		{"http://2130706433:" + port, Hosts{All: true}, "number"},
		{"http://0x7f000001:" + port, Hosts{All: true}, "number"},
		{"http://017700000001:" + port, Hosts{All: true}, "number"},
		{"http://127.1:" + port, Hosts{All: true}, "number"},
		{"http://0177.0.0.1:" + port, Hosts{All: true}, "number"},
		{"http://127.0.0.0x1:" + port, Hosts{All: true}, "number"},
		{"http://１２７.0.0.1:" + port, Hosts{All: true}, "number"},
		{"http://169.254.169.254/latest/meta-data", Hosts{All: true}, "never asked"},
		{"http://169.254.169.254/", Hosts{Patterns: []string{"169.254.169.254"}}, "never asked"},
		{"http://[fe80::1]/", Hosts{All: true}, "never asked"},
		{"http://[fe80::1%25eth0]/", Hosts{All: true}, "zone"},
		{"http://[::ffff:a9fe:a9fe]/", Hosts{All: true}, "never asked"},
		{"http://[fd00:ec2::254]/", Hosts{All: true}, "never asked"},
		{"http://100.100.100.200/", Hosts{All: true}, "never asked"},
		{"http://224.0.0.1/", Hosts{All: true}, "never asked"},
		{"http://255.255.255.255/", Hosts{All: true}, "never asked"},
		{"http://loop.example:" + port, Hosts{All: true}, "loop.example has the address 127.0.0.1"},
		{"http://loop.example:" + port, Hosts{Patterns: []string{"loop.example"}}, "names both"},
		{"http://loop.example:" + port, Hosts{Patterns: []string{"*.example", "localhost"}}, "names both"},
		{"http://loop6.example:" + port, Hosts{All: true}, "loopback"},
		{"http://mapped.example:" + port, Hosts{All: true}, "127.0.0.1"},
		{"http://nat.example:" + port, Hosts{All: true}, "loopback"},
		{"http://zero.example:" + port, Hosts{All: true}, "never asked"},
		{"http://meta.example:" + port, Hosts{All: true}, "169.254.169.254"},
		{"http://both.example:" + port, Hosts{All: true}, "asked"},
		{"http://link.example:" + port, Hosts{All: true}, "link-local"},
		{"http://multi.example:" + port, Hosts{All: true}, "multicast"},
		{"http://aws.example:" + port, Hosts{All: true}, "metadata"},
		{"http://azure.example:" + port, Hosts{All: true}, "metadata"},
		{"http://ca.example.com@127.0.0.1:" + port, Hosts{Patterns: []string{"ca.example.com"}}, "loopback"},
		{"http://ca.example.com:80@127.0.0.1:" + port + "/", Hosts{Patterns: []string{"ca.example.com"}}, "loopback"},
		{"http://ca.example.com/", Hosts{Patterns: []string{"ca.example.org", "*.example.net"}}, "not allowed; use --host ca.example.com"},
		{"http://ca.example.com.evil.example/", Hosts{Patterns: []string{"*.example.com"}}, "not allowed"},
		{"ftp://ca.example.com/", Hosts{All: true}, "neither https nor http"},
		{"file:///etc/passwd", Hosts{All: true}, "neither https nor http"},
		{"http:///scep", Hosts{All: true}, "no host"},
		{"http://a b/", Hosts{All: true}, "malformed"},
		{"http://ca.example.com:99999999/", Hosts{Patterns: []string{"x"}}, "not allowed"},
		{"http:opaque", Hosts{All: true}, "malformed"},
	} {
		c := testClient()
		c.Hosts, c.Retries, c.Resolver = x.hosts, 0, names
		o := probeText(t, c, nil, nil, profileText(x.url, "", profile.Digest("SHA-256", nil)))
		if !strings.Contains(o.unasked, "not asked: ") || !strings.Contains(o.unasked, x.want) || len(o.found) > 0 {
			t.Errorf("%s: %q, %q", x.url, o.unasked, o.found)
		}
	}
	if n := hits.Load(); n > 0 {
		t.Errorf("%d requests", n)
	}
	named := testClient()
	named.Hosts, named.Resolver, named.Retries = Hosts{Patterns: []string{"loop.example", "localhost"}}, names, 0
	o := probeText(t, named, nil, nil, profileText("http://loop.example:"+port, "", profile.Digest("SHA-256", nil)))
	compare(t, o.found, "probe-unreachable error: 500")
	gone := probeText(t, named, nil, nil, profileText("http://gone.localhost.example:"+port, "", profile.Digest("SHA-256", nil)))
	if !strings.Contains(gone.unasked, "not allowed") {
		t.Error(gone.unasked)
	}
	named.Hosts.Patterns = append(named.Hosts.Patterns, "gone.example")
	compare(t, probeText(t, named, nil, nil, profileText("http://gone.example:"+port, "", profile.Digest("SHA-256", nil))).found, "probe-unreachable error: does not resolve")
}

// TestRedirectRefused holds that redirects lead nowhere else.
func TestRedirectRefused(t *testing.T) {
	var hits atomic.Int32
	victim := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
	defer victim.Close()
	_, port, _ := net.SplitHostPort(victim.Listener.Addr().String())
	for _, to := range []string{
		"http://169.254.169.254/latest/meta-data/", "http://localhost:" + port + "/", "http://127.0.0.1:" + port + "/", "//127.0.0.1:" + port + "/", "http://[::1]:" + port,
		"http://2130706433:" + port, "http://x@127.0.0.1:" + port, "https://127.0.0.1:" + port, "gopher://127.0.0.1:" + port, "http://0.0.0.0:" + port, "\\\\127.0.0.1:" + port,
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", to)
			w.WriteHeader(http.StatusMovedPermanently)
		}))
		o := probeText(t, testClient(), nil, nil, profileText(server.URL, "", profile.Digest("SHA-256", nil)))
		server.Close()
		if len(o.found) != 1 || !strings.HasPrefix(o.found[0], "probe-redirect error") && !strings.HasPrefix(o.found[0], "probe-unreachable error") {
			t.Errorf("%s: %q", to, o.found)
		}
	}
	if n := hits.Load(); n > 0 {
		t.Errorf("%d requests", n)
	}
}

// TestManners holds how many requests there are at once, and how many in all.
func TestManners(t *testing.T) {
	var now, most, all atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		most.Store(max(most.Load(), now.Add(1)))
		all.Add(1)
		runtime.Gosched()
		now.Add(-1)
		w.WriteHeader(500)
	}))
	defer server.Close()
	var texts []string
	for i := range 10 {
		texts = append(texts, profileText(fmt.Sprintf("%s/%d", server.URL, i%5), "", []byte("x")))
	}
	c := testClient()
	c.Retries = 2
	probeText(t, c, nil, nil, texts...)
	if most.Load() != 1 || all.Load() != 5*2*3 { // targets, operations, tries
		t.Errorf("%d at once, %d requests", most.Load(), all.Load())
	}

	waiting := rawServer(t, silent(""))
	texts = nil
	for i := range 10 {
		texts = append(texts, profileText(fmt.Sprintf("http://%s/%d", waiting, i), "", []byte("x")))
	}
	c = testClient()
	c.Retries, c.Timeout = 0, 20*time.Millisecond
	o := probeText(t, c, nil, nil, texts...)
	again := 0
	for _, text := range o.found {
		if strings.Contains(text, "not asked again after 3 timeouts") {
			again++
		}
	}
	if len(o.found) < 10 || again < 8 {
		t.Errorf("%q", o.found)
	}
}

// TestHostsAtOnce holds how many hosts are asked at once.
func TestHostsAtOnce(t *testing.T) {
	var now, most atomic.Int32
	var once sync.Once
	full := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n := now.Add(1)
		defer now.Add(-1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		if n == maxHosts {
			once.Do(func() { close(full) })
		}
		<-full
		w.WriteHeader(404)
	}))
	defer server.Close()
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	names, texts, patterns := map[string][]string{}, []string{}, []string{"localhost"}
	for i := range 2 * maxHosts {
		name := fmt.Sprintf("h%d.example", i)
		names[name] = []string{"127.0.0.1"}
		patterns, texts = append(patterns, name), append(texts, profileText("http://"+name+":"+port, "", []byte("x")))
	}
	c := testClient()
	c.Hosts.Patterns, c.Resolver = patterns, resolver(t, names)
	o := probeText(t, c, nil, nil, texts...)
	if most.Load() != maxHosts || len(o.servers) != 2*maxHosts || o.unasked != "" {
		t.Errorf("%d at once, %d servers, %s", most.Load(), len(o.servers), o.unasked)
	}
}

// TestProxy holds that a proxy is asked in the place of the host, and that what is
// never asked is not asked of a proxy either.
func TestProxy(t *testing.T) {
	a := corp()
	var asked []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.String())
		script{certType: typeCA, cert: a.root.Raw, caps: goodCaps}.ServeHTTP(w, r)
	}))
	defer proxy.Close()
	at, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := testClient()
	c.Hosts, c.Proxy = Hosts{All: true}, func(*url.URL) (*url.URL, error) { return at, nil }
	pin := profile.Digest("SHA-256", a.root.Raw)
	o := probeText(t, c, nil, nil, profileText("http://ca.example.com/scep", "", pin))
	compare(t, o.found)
	if len(asked) != 2 || asked[0] != "http://ca.example.com/scep?operation=GetCACert" || !o.servers[0].Proxied {
		t.Errorf("%q, %+v", asked, o.servers)
	}
	asked = nil
	for _, host := range []string{"169.254.169.254", "localhost", "[::1]", "127.0.0.1"} {
		if o := probeText(t, c, nil, nil, profileText("http://"+host+"/scep", "", pin)); o.unasked == "" || len(asked) > 0 {
			t.Errorf("%s: %q, %q", host, o.unasked, asked)
		}
	}
	c.Proxy = func(*url.URL) (*url.URL, error) { return nil, errors.New("broken") }
	if o := probeText(t, c, nil, nil, profileText("http://ca.example.com/scep", "", pin)); !strings.Contains(o.unasked, "proxy that cannot be used") {
		t.Error(o.unasked)
	}
}

// TestBudget holds that all answers together are bounded.
func TestBudget(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("x")) }))
	defer server.Close()
	c := testClient()
	c.kept.Store(maxBodies)
	o := probeText(t, c, nil, nil, profileText(server.URL, "", []byte("x")))
	if !strings.Contains(o.unasked, "more than 128 MiB") {
		t.Error(o.unasked, o.found)
	}
}

// TestInterrupted holds that an interrupted run says that nothing was asked.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := testClient()
	target := Target{SCEP, "http://127.0.0.1:1/", ""}
	if f := c.Ask(ctx, []Target{target})[target].Exchanges[0].Failure; f == nil || f.Kind != notAsked {
		t.Error(f)
	}
}

// TestHosts holds what patterns match.
func TestHosts(t *testing.T) {
	for _, x := range []struct {
		pattern, host string
		want          bool
	}{
		{"ca.example.com", "ca.example.com", true}, {"CA.Example.com.", "ca.example.com", true}, {"*.example.com", "ca.example.com", true},
		{"*.example.com", "a.b.example.com", true}, {"*.example.com", "example.com", false}, {"*.example.com", "evilexample.com", false},
		{"ca*.example.com", "ca1.example.com", true}, {"ca*ca", "ca", false}, {"*a*b*c*", "xaybzc", true}, {"*a*b*c*", "xaycb", false},
		{"10.0.0.*", "10.0.0.5", true}, {"[2001:db8::1]", "2001:db8::1", true}, {"2001:db8:0::1", "2001:db8::1", true}, {"*", "ca.example.com", true},
		{"bücher.example", "xn--bcher-kva.example", true}, {"", "x", false},
	} {
		if got := (Hosts{Patterns: []string{x.pattern}}).Allow(x.host); got != x.want {
			t.Errorf("%s, %s: %v", x.pattern, x.host, got)
		}
	}
}

// TestShallow holds what is not given to a parser that calls itself.
func TestShallow(t *testing.T) {
	for text, want := range map[string]bool{
		"3000": true, "30020500": true, "3080020105" + "0000": true, "3080": false, strings.Repeat("3080", 40): false, "30": false, "3005": false,
		strings.Repeat("3080", 20) + strings.Repeat("0000", 20): true,
	} {
		b, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := isShallow(b); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	if !isShallow(bundle(corp().ra, corp().root)) {
		t.Error("a proper message is rejected")
	}
}
