package probe

import (
	"net/netip"
	"strings"
)

// embedding are the ranges of IPv6 addresses that stand for an IPv4 address, with
// the byte that it begins at.
var embedding = []struct {
	prefix netip.Prefix
	at     int
}{
	{netip.MustParsePrefix("64:ff9b::/96"), 12},   // NAT64
	{netip.MustParsePrefix("64:ff9b:1::/48"), 12}, // NAT64 of a site
	{netip.MustParsePrefix("2002::/16"), 2},       // 6to4
	{netip.MustParsePrefix("::/96"), 12},          // IPv4-compatible
}

// reserved are the ranges that are never asked.
var reserved = []struct {
	prefix netip.Prefix
	name   string
}{
	{netip.MustParsePrefix("169.254.0.0/16"), "a link-local address"},
	{netip.MustParsePrefix("fe80::/10"), "a link-local address"},
	{netip.MustParsePrefix("0.0.0.0/8"), "an unspecified address"},
	{netip.MustParsePrefix("224.0.0.0/4"), "a multicast address"},
	{netip.MustParsePrefix("ff00::/8"), "a multicast address"},
	{netip.MustParsePrefix("240.0.0.0/4"), "a reserved address"}, // broadcast among them
	{netip.MustParsePrefix("fd00:ec2::/32"), "the address of a cloud metadata service"},
	{netip.MustParsePrefix("fd20:ce::/32"), "the address of a cloud metadata service"},
	{netip.MustParsePrefix("100.100.100.200/32"), "the address of a cloud metadata service"},
	{netip.MustParsePrefix("168.63.129.16/32"), "the address of a cloud metadata service"},
	{netip.MustParsePrefix("192.0.0.192/32"), "the address of a cloud metadata service"},
	{netip.MustParsePrefix("2001::/32"), "a tunnel address"},
	{netip.MustParsePrefix("fec0::/10"), "a site-local address"},
}

const loopback = "a loopback address"

// forbidden names what an address is that is asked never, or only if it is named;
// "" if it may be asked.
func forbidden(address netip.Addr) string {
	address = address.WithZone("").Unmap()
	if address.IsUnspecified() {
		return "an unspecified address"
	}
	if address.IsLoopback() {
		return loopback
	}
	for _, r := range reserved {
		if r.prefix.Contains(address) {
			return r.name
		}
	}
	for _, e := range embedding {
		if e.prefix.Contains(address) {
			bytes := address.As16()
			return forbidden(netip.AddrFrom4([4]byte(bytes[e.at : e.at+4])))
		}
	}
	return ""
}

// isLoopbackName reports whether a host is a loopback address, or a name of one.
func isLoopbackName(host string) bool {
	if address, err := netip.ParseAddr(host); err == nil {
		return forbidden(address) == loopback
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// Hosts are the patterns of the hosts that may be asked.
type Hosts struct {
	All      bool     // every host that profiles name
	Patterns []string // host names and addresses, in which * stands for any text
}

// Allow reports whether a host may be asked.
func (h Hosts) Allow(host string) bool {
	if isLoopbackName(host) {
		return h.names(host)
	}
	if h.All {
		return true
	}
	for _, pattern := range h.Patterns {
		if matchHost(normalHost(pattern), host) {
			return true
		}
	}
	return false
}

// names reports whether a host is named in full.
func (h Hosts) names(host string) bool {
	for _, pattern := range h.Patterns {
		if normalHost(pattern) == host {
			return true
		}
	}
	return false
}

// namesLoopback reports whether a host may have a loopback address: it is named in
// full, and so is a loopback address or name.
func (h Hosts) namesLoopback(host string) bool {
	if !h.names(host) {
		return false
	}
	for _, pattern := range h.Patterns {
		if isLoopbackName(normalHost(pattern)) {
			return true
		}
	}
	return false
}

func normalHost(pattern string) string {
	host := strings.TrimSuffix(strings.TrimPrefix(pattern, "["), "]")
	if name, err := hostName(host); err == nil {
		return name
	}
	return strings.ToLower(host)
}

// matchHost matches a pattern in which * stands for any text.
func matchHost(pattern, host string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == host
	}
	first, last := parts[0], parts[len(parts)-1]
	if !strings.HasPrefix(host, first) || !strings.HasSuffix(host[len(first):], last) {
		return false
	}
	rest := host[len(first) : len(host)-len(last)]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(rest, part)
		if i < 0 {
			return false
		}
		rest = rest[i+len(part):]
	}
	return true
}
