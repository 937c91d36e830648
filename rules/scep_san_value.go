package rules

import (
	"net/netip"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var refSubjectAltName = checker.Ref{
	Title: "RFC 5280, section 4.2.1.6: Subject Alternative Name",
	URL:   "https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.6",
}

var scepSANValue = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-san-value",
		Title:    "invalid SubjectAltName value",
		Severity: checker.Warning,
		Doc: `What it checks: an rfc822Name is an email address, a dNSName a host name, a uniformResourceIdentifier a URI with its
scheme, and an ntPrincipalName one user principal name.
Why it matters: devices do not check the value, and software that reads the certificate finds no match. Apple's code
for certificate requests omits names of the first three types that are not ASCII, and an ntPrincipalName that is an
array.
Exceptions: values that are template text only are not reported.`,
		Help: "use a value of the type that the key names, in ASCII except for ntPrincipalName",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>SubjectAltName</key>
<dict>
	<key>dNSName</key>
	<string>https://a.corp.example/</string>
</dict>`,
			Good: `<key>SubjectAltName</key>
<dict>
	<key>dNSName</key>
	<string>a.corp.example</string>
</dict>`,
		},
		Refs:      []checker.Ref{refSubjectAltName, refCSRCode, refSCEP},
		Documents: checker.AnyDocument,
	},
	Check: func(p *checker.Pass) error {
		for scep := range requests(p.Profile) {
			if !scep.SubjectAltName.Is(profile.Dict) {
				continue
			}
			for n := range scep.SubjectAltName.Children() {
				switch kind := nameKind(n.Key); {
				case kind == "":
				case n.Is(profile.String):
					sanValue(p, n, kind)
				case n.Is(profile.Array) && kind == "ntPrincipalName":
					p.Value(n, "`ntPrincipalName` must be a string, found an array; devices ignore it").WithHelp("use one <string>")
				case n.Is(profile.Array) && n.Len() == 0 && !n.Templated():
					p.Value(n, "`%s` is an empty array", kind).WithHelp("add a name, or remove the key")
				case n.Is(profile.Array):
					for name := range n.Children() {
						sanValue(p, name, kind)
					}
				}
			}
		}
		return nil
	},
}

func sanValue(p *checker.Pass, n *profile.Node, kind string) {
	text, ok := n.Str()
	if !ok || n.Broken() || profile.IsVariable(text) {
		return
	}
	if strings.TrimSpace(text) == "" {
		p.Value(n, "`%s` is empty", kind).WithHelp("set a name, or remove the key")
		return
	}
	literal, variable := profile.Literal(text, "x"), profile.HasVariable(text)
	why := ""
	switch kind {
	case "rfc822Name":
		why = notMail(literal, variable)
	case "dNSName":
		why = notHostName(literal)
	case "uniformResourceIdentifier":
		why = notURI(text)
	case "ntPrincipalName":
		why = notPrincipal(literal, variable)
	}
	if kind != "ntPrincipalName" && !sanASCII(literal) {
		why = "is not ASCII and is ignored; use ASCII"
		if bare, _ := strayAround(literal); sanASCII(bare) {
			why = "is not ASCII and is ignored; remove the characters around the name"
		} else if kind == "dNSName" {
			why += ", such as xn--… (Punycode)"
		}
	}
	if why != "" {
		fault, remedy, _ := strings.Cut(why, "; ")
		p.Value(n, "`%s` %q %s", kind, text, checker.Prose(fault)).WithHelp("%s", remedy)
	}
}

func sanASCII(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r > 0x7f }) < 0
}

// notMail gives what makes a text no email address, and after a semicolon what to do; variables in it may bring the
// "@" along.
func notMail(text string, variable bool) string {
	at := strings.LastIndexByte(text, '@')
	user, domain := text[:max(at, 0)], text[at+1:]
	quoted := len(user) > 1 && user[0] == '"' && user[len(user)-1] == '"'
	switch {
	case strings.HasPrefix(strings.ToLower(text), "mailto:"):
		return "is a URI; remove mailto:"
	case strings.ContainsAny(text, ",;"), !quoted && strings.Contains(user, "@"):
		if strings.Count(text, "@") > 1 && !quoted {
			return "contains more than one email address; use an array with a string for each"
		}
	case !quoted && strings.ContainsAny(text, " \t\r\n<>"):
		return "contains more than an email address; remove spaces, names, and brackets"
	}
	switch {
	case at < 0 && !variable:
		return "is not an email address; use the form ada@corp.example"
	case !quoted && strings.Contains(user, ":"): // email:ada@corp.example, as openssl has it
		return "contains more than an email address; remove the text before the colon"
	case at >= 0 && (user == "" || domain == ""):
		return "is not an email address: one side of the @ is empty; use the form ada@corp.example"
	case at >= 0 && !strings.HasPrefix(domain, "[") && !sanHostName(domain):
		return "is not an email address: invalid host name after the @; use the form ada@corp.example"
	}
	return ""
}

// isAddress reports whether a text is an IP address. Most texts show by their
// characters that they are none.
func isAddress(text string) bool {
	bare := strings.Trim(text, "[]")
	if !strings.Contains(bare, ":") && strings.Trim(bare, "0123456789.") != "" {
		return false
	}
	_, err := netip.ParseAddr(bare)
	return err == nil
}

// notHostName gives what makes a text no host name.
func notHostName(text string) string {
	host := strings.TrimPrefix(text, "*.")
	switch {
	case isAddress(text):
		return "is an IP address; use a host name (SCEP payloads have no key for IP addresses)"
	case sanHostName(host):
		return ""
	case strings.Contains(text, "://"):
		return "is not a host name: found a URL; use the host name only"
	case strings.Contains(text, "@"):
		return "is not a host name: found an email address; move it to rfc822Name or ntPrincipalName"
	case strings.ContainsAny(text, ",;"):
		return "is not a host name; use an array with a string for each name"
	case strings.ContainsAny(text, ":/"):
		return "is not a host name; remove the port and the path"
	}
	return "is not a host name; use letters, digits, hyphens, and dots, such as device-17.corp.example"
}

// sanHostName accepts what DNS and Windows take, an underscore and a dot at the
// end included.
func sanHostName(text string) bool {
	text = strings.TrimSuffix(text, ".")
	if len(text) > 253 {
		return false
	}
	for label := range strings.SplitSeq(text, ".") {
		if label == "" || len(label) > 63 {
			return false
		}
		for _, c := range []byte(label) {
			if c != '-' && c != '_' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
				return false
			}
		}
	}
	return true
}

// notURI gives what makes a text no URI. A scheme is letters, digits, "+", "-" and "." up
// to the first colon. A variable before that may bring it along.
func notURI(text string) string {
	const why = "is not a URI; add its scheme, as in https://corp.example/devices/17"
	certain := text
	if v := profile.Variables(text); len(v) > 0 {
		certain = text[:v[0].Start]
		if !strings.ContainsAny(certain, ":/?#@ ") {
			return ""
		}
	}
	scheme, rest, ok := strings.Cut(certain, ":")
	switch {
	case !ok || scheme == "" || (scheme[0]|0x20) < 'a' || (scheme[0]|0x20) > 'z':
		return why
	case strings.ContainsFunc(scheme, func(r rune) bool {
		return r != '+' && r != '-' && r != '.' && (r < '0' || r > '9') && (r|0x20 < 'a' || r|0x20 > 'z')
	}):
		return why
	case certain == text && strings.TrimLeft(rest, "/") == "":
		return "has nothing after its scheme; use the whole URI"
	case strings.ContainsAny(certain, " \t\r\n") && !deviceID(text):
		return "contains a space; encode the space as %20"
	}
	return ""
}

// deviceID reports whether a text is in the form by which Cisco ISE looks up the
// device at Intune, ID:Microsoft Endpoint Manager:GUID:{{DeviceId}}. It is no
// URI, but compared as it is: with its spaces encoded, nothing would match.
func deviceID(text string) bool {
	vendor, id, ok := strings.Cut(text, ":GUID:")
	return ok && id != "" && strings.HasPrefix(vendor, "ID:")
}

// notPrincipal gives what makes a text no user principal name.
func notPrincipal(text string, variable bool) string {
	at := strings.LastIndexByte(text, '@')
	switch {
	case at < 0 && variable:
		return ""
	case at < 0 && strings.Contains(text, `\`):
		return `has the form DOMAIN\user; use the user principal name, such as ada@corp.example`
	case at <= 0 || at == len(text)-1:
		return "is not a user principal name; use the form ada@corp.example"
	case strings.Count(text, "@") > 1 && strings.ContainsAny(text, ",;"):
		return "contains more than one user principal name; use one"
	case strings.TrimSpace(text) != text:
		return "has leading or trailing whitespace; remove the whitespace"
	}
	return ""
}
