// Package probe asks the SCEP and ACME servers that profiles name, and compares
// the answers with what the profiles claim.
package probe

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/net/idna"
)

// Protocol is what a server speaks.
type Protocol string

// The protocols.
const (
	SCEP Protocol = "scep"
	ACME Protocol = "acme"
)

// Target is what is asked: a URL, and for SCEP the CA that Name selects.
type Target struct {
	Protocol Protocol `json:"protocol"`
	URL      string   `json:"url"` // without user info, query, and fragment
	Name     string   `json:"name,omitempty"`
}

// NewTarget reads the URL of a server. What devices do not send is dropped: user
// info, and for SCEP the query, which devices replace.
func NewTarget(protocol Protocol, text, name string) (Target, error) {
	const maxURL, maxName = 2048, 1024
	u, err := url.Parse(text)
	switch {
	case len(text) > maxURL:
		return Target{}, fmt.Errorf("the URL has more than %d characters", maxURL)
	case len(name) > maxName:
		return Target{}, fmt.Errorf("the name of the CA has more than %d characters", maxName)
	case err != nil, u.Opaque != "":
		return Target{}, errors.New("the URL is malformed; run `sceplint check`")
	}
	u.Scheme = strings.ToLower(u.Scheme)
	if u.Scheme != "https" && u.Scheme != "http" {
		return Target{}, errors.New("the URL is neither https nor http; run `sceplint check`")
	}
	host, err := hostName(u.Hostname())
	if err != nil {
		return Target{}, err
	}
	port := u.Port()
	if strings.HasSuffix(u.Host, ":") {
		port = ""
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	clean := url.URL{Scheme: u.Scheme, Host: host, Path: u.Path, RawPath: u.RawPath}
	if port != "" && port != defaultPort(u.Scheme) {
		clean.Host += ":" + port
	}
	if protocol == ACME && u.RawQuery != "" {
		return Target{}, errors.New("the URL has a query, which may be secret and is not sent")
	}
	if clean.Path == "" {
		clean.Path = "/"
	}
	return Target{protocol, clean.String(), name}, nil
}

// Host is the host name of the target, or its address without brackets.
func (t Target) Host() string {
	u, err := url.Parse(t.URL)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// compare orders targets.
func (t Target) compare(other Target) int {
	return cmp.Or(strings.Compare(t.URL, other.URL), strings.Compare(t.Name, other.Name), strings.Compare(string(t.Protocol), string(other.Protocol)))
}

// request is the URL of an operation.
func (t Target) request(operation string) string {
	if t.Protocol == ACME {
		return t.URL
	}
	query := "?operation=" + operation
	if t.Name != "" {
		query += "&message=" + strings.ReplaceAll(url.QueryEscape(t.Name), "+", "%20")
	}
	return t.URL + query
}

// operations are what a target is asked, the more important one first.
func (t Target) operations() []string {
	if t.Protocol == ACME {
		return []string{opDirectory}
	}
	return []string{opCert, opCaps}
}

// The operations.
const (
	opCert      = "GetCACert"
	opCaps      = "GetCACaps"
	opDirectory = "directory"
)

func defaultPort(scheme string) string {
	if scheme == "http" {
		return "80"
	}
	return "443"
}

// hostName normalizes a host name or an address. It rejects what some resolvers
// take for an address in another spelling.
func hostName(host string) (string, error) {
	if host == "" {
		return "", errors.New("the URL has no host; run `sceplint check`")
	}
	if address, err := netip.ParseAddr(host); err == nil {
		if address.Zone() != "" {
			return "", errors.New("the host is an address with a zone, which is never asked")
		}
		return address.String(), nil
	}
	name, err := idna.Lookup.ToASCII(strings.TrimSuffix(host, "."))
	if err != nil && plainHost(host) {
		name, err = strings.ToLower(strings.TrimSuffix(host, ".")), nil // with an underscore, as internal servers have
	}
	if err != nil || !plainHost(name) {
		return "", errors.New("the host is not a host name; run `sceplint check`")
	}
	last := name[strings.LastIndexByte(name, '.')+1:]
	if strings.Trim(last, "0123456789") == "" || strings.HasPrefix(last, "0x") {
		return "", errors.New("the host is a number or an abbreviated address, which is never asked; use the full address")
	}
	return strings.ToLower(name), nil
}

func plainHost(host string) bool {
	return host != "" && len(host) <= 253 && strings.Trim(strings.ToLower(host), "abcdefghijklmnopqrstuvwxyz0123456789-_.") == ""
}
