package probe

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// What a server may take of the time and memory of a run.
const (
	DefaultTimeout = 10 * time.Second
	DefaultRetries = 1

	maxBody      = 1 << 20   // bytes of one answer
	maxHeader    = 64 << 10  // bytes of the headers of an answer
	maxBodies    = 128 << 20 // bytes of all answers of a run
	maxHosts     = 8         // asked at once
	maxRedirects = 5
	maxTimeouts  = 3 // after which a host is not asked again
	maxPause     = 8 * time.Second

	// MaxTargets is how many targets a run asks.
	MaxTargets = 5000
)

// Client asks servers. It sends GET requests without cookies, credentials, and
// bodies, one at a time to each host.
type Client struct {
	Hosts   Hosts
	Timeout time.Duration // of one request, its redirects among it
	Retries int           // of a request that failed or was answered with a server error
	Proxy   func(*url.URL) (*url.URL, error)

	Resolver *net.Resolver                          // nil: that of the system
	Now      func() time.Time                       // nil: time.Now
	Pause    func(context.Context, time.Duration)   // between retries; nil: it waits
	Dial     func(network, address string) net.Conn // in place of a connection, for tests; nil: a connection

	kept atomic.Int64 // bytes of answers
}

// Ask asks each target once, and gives the answers. A target that may not be asked
// has an answer whose exchanges say so.
func (c *Client) Ask(ctx context.Context, targets []Target) map[Target]*Answer {
	hosts := map[string][]Target{}
	for _, t := range targets {
		hosts[t.Host()] = append(hosts[t.Host()], t)
	}
	answers := make(map[Target]*Answer, len(targets))
	var lock sync.Mutex
	var all sync.WaitGroup
	free := make(chan struct{}, maxHosts)
	for host, list := range hosts {
		slices.SortFunc(list, Target.compare)
		list = slices.Compact(list)
		all.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			timeouts := 0
			for _, t := range list {
				a := c.ask(ctx, host, t, &timeouts)
				lock.Lock()
				answers[t] = a
				lock.Unlock()
			}
		})
	}
	all.Wait()
	return answers
}

// ask asks one target.
func (c *Client) ask(ctx context.Context, host string, t Target, timeouts *int) *Answer {
	now := time.Now
	if c.Now != nil {
		now = c.Now
	}
	a := &Answer{Version: answerVersion, Target: t, Asked: now().UTC().Truncate(time.Second)}
	var down *Failure // why the next operation need not be tried
	for _, operation := range t.operations() {
		e := Exchange{Operation: operation, URL: t.request(operation)}
		switch reason := c.refusal(host); {
		case reason != "":
			e.Failure = &Failure{notAsked, reason}
		case down != nil:
			e.Failure = down
		case *timeouts >= maxTimeouts:
			e.Failure = &Failure{failedTimeout, fmt.Sprintf("not asked again after %d timeouts of the host", maxTimeouts)}
		default:
			c.exchange(ctx, &e)
		}
		switch f := e.Failure; {
		case f == nil:
			*timeouts = 0
		case f.Kind == failedTimeout:
			*timeouts++
		case slices.Contains([]FailureKind{failedDNS, failedConnect, failedTLS, notAsked}, f.Kind):
			down = f
		}
		a.Exchanges = append(a.Exchanges, e)
	}
	return a
}

// refusal says why a host is not asked; "" if it is.
func (c *Client) refusal(host string) string {
	if address, err := netip.ParseAddr(host); err == nil {
		if what := forbidden(address); what != "" && what != loopback {
			return fmt.Sprintf("%s is %s, which is never asked", host, what)
		}
	}
	switch {
	case c.Hosts.Allow(host):
		return ""
	case isLoopbackName(host):
		return fmt.Sprintf("%s is the loopback interface, which is asked only if --host names it", host)
	}
	return fmt.Sprintf("the host %s is not allowed; use --host %s", host, host)
}

// exchange asks once, and again if that is worth it.
func (c *Client) exchange(ctx context.Context, e *Exchange) {
	for try := 0; ; try++ {
		e.Status, e.ContentType, e.Body, e.Redirects, e.Address, e.Proxied, e.TLS, e.Failure = 0, nil, nil, nil, "", false, nil, nil
		again := c.once(ctx, e)
		if !again || try >= c.Retries || ctx.Err() != nil {
			return
		}
		c.pause(ctx, min(time.Second<<min(try, 10), maxPause))
	}
}

func (c *Client) pause(ctx context.Context, d time.Duration) {
	if c.Pause != nil {
		c.Pause(ctx, d)
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// once does one request, follows redirects on the same server, and reports whether
// asking again may help.
func (c *Client) once(ctx context.Context, e *Exchange) (again bool) {
	timeout := c.Timeout
	if timeout <= 0 {
		timeout = DefaultTimeout
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	at, err := url.Parse(e.URL)
	if err != nil {
		e.Failure = &Failure{notAsked, "the URL is malformed"}
		return false
	}
	seen := map[string]bool{at.String(): true}
	for {
		to, err := c.get(limited, e, at)
		switch {
		case ctx.Err() != nil:
			e.Failure = &Failure{notAsked, "interrupted"}
			return false
		case err != nil:
			e.Failure = failureOf(err, timeout)
			if e.Proxied && e.Failure.Kind != notAsked {
				e.Failure.Text += ", through a proxy"
			}
			return slices.Contains([]FailureKind{failedDNS, failedConnect, failedTLS, failedTimeout, failedHTTP}, e.Failure.Kind)
		case to == "":
			return e.Status >= 500 || e.Status == http.StatusTooManyRequests
		}
		const maxLocation = 1024
		next, err := at.Parse(to)
		shown := strings.ToValidUTF8(to[:min(len(to), maxLocation)], "\ufffd")
		if err == nil {
			if full := next.Redacted(); len(full) <= maxLocation {
				shown = full
			}
		}
		e.Redirects = append(e.Redirects, Redirect{e.Status, shown})
		reason := ""
		switch {
		case err != nil || len(to) > maxLocation:
			reason = "to a malformed URL"
		case next.User != nil:
			reason = "to a URL with user info"
		case !sameServer(at, next):
			reason = "to another server"
		case seen[next.String()]:
			reason = "in a loop"
		case len(e.Redirects) > maxRedirects:
			reason = fmt.Sprintf("more than %d times", maxRedirects)
		}
		if reason != "" {
			e.Status, e.ContentType, e.Body = 0, nil, nil
			e.Failure = &Failure{failedRedirect, reason}
			return false
		}
		next.Fragment = ""
		seen[next.String()] = true
		at = next
	}
}

// sameServer reports whether a redirect stays on the server, or leads from HTTP to
// its HTTPS.
func sameServer(from, to *url.URL) bool {
	port := func(u *url.URL) string {
		if p := u.Port(); p != "" {
			return p
		}
		return defaultPort(u.Scheme)
	}
	if !strings.EqualFold(from.Hostname(), to.Hostname()) {
		return false
	}
	if from.Scheme == "http" && to.Scheme == "https" {
		return port(from) == "80" && port(to) == "443"
	}
	return from.Scheme == to.Scheme && port(from) == port(to)
}

// errSize says that an answer is too large.
var errSize = errors.New("the answer is too large")

// refusedError says that an address is not connected to.
type refusedError struct{ text string }

func (e *refusedError) Error() string { return e.text }

// get does one request, and gives where the answer leads, if it is a redirect.
func (c *Client) get(ctx context.Context, e *Exchange, at *url.URL) (to string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return "", err
	}
	request.Header = http.Header{"User-Agent": {"sceplint"}, "Accept": {"*/*"}}
	transport, err := c.transport(e, at)
	if err != nil {
		return "", err
	}
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	e.Status = response.StatusCode
	switch e.Status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		if to := response.Header.Get("Location"); to != "" {
			return to, nil
		}
	}
	const maxType = 256
	for i, text := range response.Header["Content-Type"] {
		if i == 4 {
			break
		}
		e.ContentType = append(e.ContentType, strings.ToValidUTF8(text[:min(len(text), maxType)], "\ufffd"))
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	switch {
	case err != nil:
		return "", err
	case len(body) > maxBody:
		return "", errSize
	case c.kept.Add(int64(len(body))) > maxBodies:
		return "", &refusedError{fmt.Sprintf("the answers of this run have more than %d MiB; ask fewer servers at once", maxBodies>>20)}
	}
	e.Body = body
	return "", nil
}

// transport makes what a request is sent with. It keeps no connection.
func (c *Client) transport(e *Exchange, at *url.URL) (*http.Transport, error) {
	host := strings.ToLower(at.Hostname())
	transport := &http.Transport{
		DisableKeepAlives:      true,
		DisableCompression:     true, // so that what is small stays small
		MaxResponseHeaderBytes: maxHeader,
		TLSNextProto:           map[string]func(string, *tls.Conn) http.RoundTripper{}, // no HTTP/2
		TLSClientConfig: &tls.Config{
			ServerName: at.Hostname(),
			MinVersion: tls.VersionTLS10, // which is reported
			// The certificates are verified when the answer is checked. Nothing secret is
			// sent, and what comes back is shown with what is wrong about them.
			InsecureSkipVerify: true,
			VerifyConnection: func(state tls.ConnectionState) error {
				e.TLS = &TLS{Version: tls.VersionName(state.Version)}
				for i, certificate := range state.PeerCertificates {
					if i == maxCertificates {
						break
					}
					e.TLS.Certificates = append(e.TLS.Certificates, certificate.Raw)
				}
				return nil
			},
		},
	}
	if c.Proxy != nil {
		proxy, err := c.Proxy(at)
		if err != nil {
			return nil, &refusedError{"the environment names a proxy that cannot be used"}
		}
		if proxy != nil {
			e.Proxied = true
			transport.Proxy = http.ProxyURL(proxy) // its address is the user's choice
			return transport, nil
		}
	}
	dialer := &net.Dialer{Resolver: c.Resolver, Control: func(_, address string, _ syscall.RawConn) error { return c.control(host, address) }}
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if c.Dial != nil {
			e.Address = address
			return c.Dial(network, address), nil
		}
		connection, err := dialer.DialContext(ctx, network, address)
		if err == nil {
			e.Address = connection.RemoteAddr().String()
		}
		return connection, err
	}
	return transport, nil
}

// control rejects an address that a host must not have. It is asked for every
// address that is connected to, after names are resolved.
func (c *Client) control(host, address string) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return &refusedError{"the address cannot be read"}
	}
	switch what := forbidden(at.Addr()); {
	case what == "", what == loopback && c.Hosts.namesLoopback(host):
		return nil
	case what == loopback:
		return &refusedError{fmt.Sprintf("%s has the address %s, %s, which is asked only if --host names both", host, at.Addr(), what)}
	default:
		return &refusedError{fmt.Sprintf("%s has the address %s, %s, which is never asked", host, at.Addr(), what)}
	}
}

// failureOf tells what kind of failure an error is. The words are ours: an error
// may quote what the server sent.
func failureOf(err error, timeout time.Duration) *Failure {
	var refused *refusedError
	var dns *net.DNSError
	var record tls.RecordHeaderError
	var network net.Error
	switch {
	case errors.As(err, &refused):
		return &Failure{notAsked, refused.text}
	case errors.Is(err, errSize):
		return &Failure{failedSize, fmt.Sprintf("the answer has more than %d MiB", maxBody>>20)}
	case errors.As(err, &dns) && dns.IsNotFound:
		return &Failure{failedDNS, "the host name does not resolve"}
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return &Failure{failedTimeout, fmt.Sprintf("timed out after %v", timeout)}
	case errors.As(err, &dns):
		return &Failure{failedDNS, "the lookup of the host name fails"}
	case errors.As(err, &record):
		return &Failure{failedTLS, "the server does not speak TLS"}
	case errors.Is(err, syscall.ECONNREFUSED):
		return &Failure{failedConnect, "connection refused"}
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.EPIPE):
		return &Failure{failedHTTP, "the server closes the connection without a complete answer"}
	case strings.HasPrefix(err.Error(), "tls: "), strings.HasPrefix(err.Error(), "remote error: tls"), strings.HasPrefix(err.Error(), "x509: "):
		return &Failure{failedTLS, "the TLS handshake fails"}
	}
	var op *net.OpError
	switch {
	case !errors.As(err, &op):
	case op.Op == "remote error", op.Op == "local error":
		return &Failure{failedTLS, "the TLS handshake fails: " + strings.TrimPrefix(op.Err.Error(), "tls: ")}
	case op.Op == "dial", op.Op == "proxyconnect":
		return &Failure{failedConnect, "the host cannot be reached"}
	}
	return &Failure{failedHTTP, "the answer is not valid HTTP"}
}
