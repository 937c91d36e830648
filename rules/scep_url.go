package rules

import (
	"net/netip"
	"strconv"
	"strings"
	"unicode"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var scepURL = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-url",
		Title:    "missing or invalid SCEP server URL",
		Severity: checker.Error,
		Varies:   "warning for a host such as localhost, info for a private address",
		Doc: `What it checks: URL is an absolute http or https URL with a host, and has no whitespace in or around it.
Why it matters: URL is the one key that Apple's schema requires of a SCEP payload. iOS rejects a payload without it
(MCPayloadErrorDomain 2002 and 2003; observed on iOS). A line break or a space that a formatter adds inside <string>
is part of the value.
Exceptions: template text is not reported where it may add what is missing. A host that only some devices can reach
is a warning: localhost, a loopback address, a name in .local, or a temporary tunnel. A private address is an info.`,
		Help: "set URL to the address of the SCEP server, such as https://host/path",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>URL</key>
<string>ca.corp.example/scep</string>`,
			Good: `<key>URL</key>
<string>https://ca.corp.example/scep</string>`,
		},
		Refs:      []checker.Ref{refSCEP, refSCEPProtocol, refMDMErrors},
		Documents: checker.AnyDocument,
	},
	Check: func(p *checker.Pass) error {
		for _, scep := range p.Profile.SCEP() {
			n := scep.URL.Node
			if n == nil {
				if isMissing(p, &scep, "URL") {
					f := p.AtStart(scep.Content, "SCEP payload is missing required key `URL`").Missing("URL")
					if scep.Content.Len() == 0 { // and all the others
						f.StandsFor(scep.Content.Path()...)
					}
				}
				continue
			}
			if text, ok := n.Str(); ok {
				if strings.TrimSpace(text) == "" {
					p.Value(n, "`URL` is empty")
				} else if fault, remedy := urlFault(text); fault != "" && !profile.IsVariable(text) && !sampleOnly(text) {
					p.Value(n, "`URL` %q %s", shownURL(text), checker.Prose(fault)).WithHelp("%s", remedy)
				} else if fault == "" {
					reportHost(p, &scep)
				}
			}
		}
		return nil
	},
}

// sampleOnly reports whether a text is placeholder text from end to end, which
// placeholder reports.
func sampleOnly(text string) bool {
	sample, ok := profile.Placeholder(text)
	return ok && sample == strings.TrimSpace(text)
}

// urlFault gives what makes a text unusable as the URL of a SCEP server, and
// what to do about it; "" if nothing is certain to. It never repeats a part
// of the URL, which may be a password.
func urlFault(text string) (fault, remedy string) {
	if whitespaceIsLiteral(text) {
		plain := withoutVariables(text)
		switch trimmed := strings.TrimFunc(plain, isInvisible); {
		case strings.ContainsFunc(trimmed, isInvisible):
			return "contains whitespace or invisible characters", "remove them, or encode a space in the path as %20"
		case trimmed != plain:
			return "has leading or trailing whitespace or invisible characters", "remove them"
		}
	}
	if schemeIsVariable(text) {
		return "", ""
	}
	u := splitURL(text)
	switch host, port := u.hostPort(); {
	case u.scheme == "" && strings.HasPrefix(text, "//"):
		return "is not absolute", "add https: at its start"
	case u.scheme == "" && hostFirst(text):
		return "is not absolute", "add https:// at its start"
	case u.scheme == "":
		return "is not absolute", "use the form https://host/path"
	case !strings.EqualFold(u.scheme, "https") && !strings.EqualFold(u.scheme, "http"):
		return "has an unsupported scheme; expected https or http", "use https://"
	case host == "":
		return "has no host", "use the form https://host/path"
	case (strings.EqualFold(host, "https") || strings.EqualFold(host, "http")) && strings.HasPrefix(u.path, "//"):
		return "has a duplicate scheme", "remove one of the schemes"
	case strings.ContainsAny(host, ",;"):
		return "contains more than one host; expected one server", "use the URL of one server"
	case impossibleHost(host):
		return "has an invalid host", "use the name of the server, or its address"
	case strings.Contains(host, "[") != strings.Contains(host, "]"), strings.Contains(host, ":") && !strings.ContainsAny(host, "[]"):
		return "has an invalid host", "use brackets around an IPv6 address, as in https://[2001:db8::1]/scep, and one colon before a port"
	case port != "" && !strings.ContainsAny(port, "${}%<>[]@#_") && !validPort(port) && !profile.HasVariable(text):
		return "has an invalid port; expected a number from 1 to 65535", "use a valid port, or remove it with its colon"
	}
	return "", ""
}

// impossibleHost reports whether a text without variables is the host of no server: it
// has an empty label, a character that no name has, or is an address with a number that is
// too large.
func impossibleHost(host string) bool {
	if strings.ContainsAny(host, "${}%<>[]@#_:") || profile.HasVariable(host) {
		return false
	}
	if strings.HasPrefix(host, ".") || strings.Contains(host, "..") || strings.ContainsAny(host, "&!'()*+=,;|^`\"\\") {
		return true
	}
	if strings.Count(host, ".") == 3 && strings.Trim(host, "0123456789.") == "" {
		_, err := netip.ParseAddr(host)
		return err != nil && !strings.Contains("."+host, ".0") // an octet may be octal
	}
	return false
}

// whitespaceIsLiteral reports whether whitespace in the text is sure to be there when
// it is rendered: template languages can take away what is around their blocks.
func whitespaceIsLiteral(text string) bool {
	for _, v := range profile.Variables(text) {
		if v.IsExpression() {
			return false
		}
	}
	return true
}

// isInvisible reports whether a character is whitespace, a control, or one without width:
// no URL holds it, and readers do not see it.
func isInvisible(r rune) bool {
	if r > ' ' && r < 0x7f {
		return false
	}
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}

// schemeIsVariable reports whether a variable decides about the scheme, and so about
// where the host is.
func schemeIsVariable(text string) bool {
	found := profile.Variables(text)
	if len(found) == 0 {
		return false
	}
	before := strings.ToLower(text[:found[0].Start])
	return before != "http://" && strings.HasPrefix("http://", before) || before != "https://" && strings.HasPrefix("https://", before)
}

// hostFirst reports whether a text without a scheme begins with a host.
func hostFirst(text string) bool {
	host, _, _ := strings.Cut(withoutVariables(text), "/")
	name, port, _ := strings.Cut(host, ":")
	return !strings.ContainsAny(host, "@?#\\") && (port == "" || onlyDigits(port)) && !strings.HasSuffix(host, ":") &&
		(strings.Contains(strings.Trim(name, "."), ".") || strings.EqualFold(name, "localhost") || port != "")
}

func validPort(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0
}

// urlParts is a URL in its parts, with digits instead of variables. The
// URL package rejects much that devices take; this rejects nothing.
type urlParts struct {
	scheme, authority, path string
	query, fragment         bool
}

func splitURL(text string) urlParts {
	var u urlParts
	rest := withoutVariables(text)
	if i := strings.Index(rest, "://"); i > 0 && !strings.ContainsAny(rest[:i], "/?#") {
		u.scheme, rest = rest[:i], rest[i+3:]
		end := endOfAuthority(rest)
		u.authority, rest = rest[:end], rest[end:]
	}
	rest, _, u.fragment = strings.Cut(rest, "#")
	u.path, _, u.query = strings.Cut(rest, "?")
	return u
}

// withoutVariables fills variables with digits, which may stand in the host,
// the port and the path, and leaves every other byte where it is.
func withoutVariables(text string) string {
	found := profile.Variables(text)
	if len(found) == 0 {
		return text
	}
	plain := []byte(text)
	for _, v := range found {
		for i := v.Start; i < v.End; i++ {
			plain[i] = '1'
		}
	}
	return string(plain)
}

func endOfAuthority(rest string) int {
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		return i
	}
	return len(rest)
}

// hostPort gives the host and the port after the user info.
func (u urlParts) hostPort() (host, port string) {
	host = u.authority[strings.LastIndexByte(u.authority, '@')+1:]
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		host, port = host[:i], host[i+1:]
	}
	return host, port
}

// shownURL is a URL as messages may quote it: without user info and without
// what a query or fragment says. Passwords hold all kinds of characters, and
// what looks like variables, so that nothing is shown before the last @ where
// there may be user info.
func shownURL(text string) string {
	plain, start := withoutVariables(text), 0
	if i := strings.Index(plain, "://"); i > 0 && !strings.ContainsAny(plain[:i], ":@/?#") {
		start = i + 3
	}
	scheme, hidden := text[:start], ""
	if at := strings.LastIndexByte(text[start:], '@'); at >= 0 && (userInfo(text[start:]) || userInfo(plain[start:])) {
		if query := strings.IndexAny(text[start:], "?#"); query >= 0 && query < at {
			return scheme + "…" // what belongs to a password here cannot be told
		}
		start, hidden = start+at, "…"
	}
	if query := strings.IndexAny(plain[start:], "?#"); query >= 0 {
		return scheme + hidden + text[start:start+query+1] + "…"
	}
	return scheme + hidden + text[start:]
}

// userInfo reports whether there may be user info in front of the host.
func userInfo(rest string) bool {
	return strings.ContainsAny(rest[:endOfAuthority(rest)], "@:")
}
