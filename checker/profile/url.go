package profile

import (
	"strconv"
	"strings"

	"github.com/sceplint/sceplint/checker/template"
)

// URLParts are the parts of a URL with possible template text, as far as they
// are literal. A part is known if it is written and contains no template text;
// Path is also known if none is written. User info is never a part.
type URLParts struct {
	Scheme string // in lower case
	Host   string // in lower case, without user info and port, an IPv6 address without its brackets
	Port   int    // as written; the default of a scheme is not added
	Path   string // as written, from the slash after the authority up to "?" or "#"

	SchemeKnown, HostKnown, PortKnown, PathKnown bool

	Query bool // there is a query
	User  bool // there is user info
}

// URLParts splits the payload's URL. It rejects nothing: what cannot be read is
// not known.
func (s *SCEP) URLParts() URLParts {
	if s == nil {
		return URLParts{}
	}
	text, _ := s.URL.Node.Str()
	return urlParts(text)
}

// UsesNDES reports whether URL is an enrollment URL of Microsoft's Network Device
// Enrollment Service, or of a server with the same paths.
func (s *SCEP) UsesNDES() bool {
	text, _ := s.URL.Node.Str()
	if i := strings.IndexAny(text, "mM"); i < 0 || !strings.Contains(strings.ToLower(text[i:]), "mscep") {
		return false // as for most URLs
	}
	path := strings.ToLower(urlParts(text).Path) + "/"
	return strings.Contains(path, "/certsrv/mscep/") || strings.Contains(path, "/mscep.dll/")
}

func urlParts(text string) (u URLParts) {
	found := template.Variables(text)
	literal := func(start, end int) bool {
		for _, v := range found {
			if v.Start < end && start < v.End {
				return false
			}
		}
		return true
	}
	plain := blanked(text, found)

	end := len(text)
	if i := strings.IndexByte(plain, '#'); i >= 0 {
		end = i
	}
	if i := strings.IndexByte(plain[:end], '?'); i >= 0 {
		end, u.Query = i, true
	}
	// Where a variable is more than the scheme, nothing after it is certain: it may
	// choose among URLs.
	scheme := strings.Index(plain[:end], "://")
	if scheme <= 0 {
		return u
	}
	switch {
	case literal(0, scheme) && isScheme(text[:scheme]):
		u.Scheme, u.SchemeKnown = strings.ToLower(text[:scheme]), true
	case literal(0, scheme), !template.IsVariable(text[:scheme]), found[0].Syntax == template.SyntaxBlock:
		return u
	}
	start := scheme + len("://")
	slash := end
	if i := strings.IndexByte(plain[start:end], '/'); i >= 0 {
		slash = start + i
	}
	authority := plain[start:slash]
	at := strings.LastIndexByte(authority, '@')
	u.User = at >= 0
	host := start + at + 1
	port := slash
	if i := strings.LastIndexByte(plain[host:slash], ':'); i > strings.LastIndexByte(plain[host:slash], ']') {
		port = host + i
	}
	if port < slash && strings.IndexByte(plain[slash:], '@') >= 0 && plain[host] != '[' {
		// A slash, "?" or "#" in a password ends the authority too early, and what
		// looks like host, port and path is a part of user info.
		_, number := portNumber(plain[port+1 : slash])
		u.User = u.User || literal(port, slash) && !number
		return u
	}
	name, ok := hostName(text[host:port])
	if ok && literal(start, slash) {
		u.Host, u.HostKnown = name, true
	}
	if port < slash && literal(port, slash) && (ok || !literal(host, port)) {
		u.Port, u.PortKnown = portNumber(text[port+1 : slash])
	}
	if literal(slash, end) && (slash < end || literal(start, slash)) {
		u.Path, u.PathKnown = text[slash:end], true
	}
	return u
}

// blanked fills variables with a byte that means nothing in a URL.
func blanked(text string, found []template.Variable) string {
	if len(found) == 0 {
		return text
	}
	plain := []byte(text)
	for _, v := range found {
		for i := v.Start; i < v.End; i++ {
			plain[i] = '_'
		}
	}
	return string(plain)
}

// isScheme accepts what RFC 3986, section 3.1, does.
func isScheme(text string) bool {
	for i := 0; i < len(text); i++ {
		c := text[i]
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (i == 0 || (c < '0' || c > '9') && c != '+' && c != '-' && c != '.') {
			return false
		}
	}
	return text != ""
}

// hostName takes the brackets of an IPv6 address away.
func hostName(text string) (string, bool) {
	if inside, ok := strings.CutPrefix(text, "["); ok {
		if text, ok = strings.CutSuffix(inside, "]"); !ok {
			return "", false
		}
	} else if strings.Contains(text, ":") {
		return "", false // an IPv6 address without brackets, or more than one port
	}
	return strings.ToLower(text), text != "" && !strings.ContainsAny(text, "[]")
}

// portNumber reads the digits of a port.
func portNumber(text string) (int, bool) {
	if strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return 0, false
	}
	return int(n), true
}
