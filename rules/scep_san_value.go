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
		Title:    "name in SubjectAltName that is not of its kind",
		Severity: checker.Warning,
		Doc: `An rfc822Name is a mail address, a dNSName a host name, a uniformResourceIdentifier a URI with its scheme, an ntPrincipalName a
user principal name. Devices do not look at that, so the mistake ends up in the certificate, where what reads it finds no match.
Two things Apple's code for certificate requests drops without a word: names of the first three kinds that are not ASCII, and an
ntPrincipalName that is an array.`,
		Help: "write a name of the kind that the key tells, in ASCII but for ntPrincipalName",
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
					p.Value(n, "ntPrincipalName is an array, which devices drop; write one <string>")
				case n.Is(profile.Array) && n.Len() == 0 && !n.Templated():
					p.Value(n, "%s is an empty array; write a name, or remove the key", kind)
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
	if !ok || profile.IsVariable(text) {
		return
	}
	if strings.TrimSpace(text) == "" {
		p.Value(n, "%s is empty; write a name, or remove the key", kind)
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
		why = "has characters that are not ASCII, so devices drop it; write it in ASCII"
		if kind == "dNSName" {
			why += ", as xn--… (punycode)"
		}
	}
	if why != "" {
		p.Value(n, "%s %q %s", kind, text, why)
	}
}

func sanASCII(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r > 0x7f }) < 0
}

// notMail says why a text is no mail address; variables in it may bring the
// "@" along.
func notMail(text string, variable bool) string {
	at := strings.LastIndexByte(text, '@')
	user, domain := text[:max(at, 0)], text[at+1:]
	quoted := len(user) > 1 && user[0] == '"' && user[len(user)-1] == '"'
	switch {
	case strings.HasPrefix(strings.ToLower(text), "mailto:"):
		return "is a URI; write the mail address without mailto:"
	case strings.ContainsAny(text, ",;"), !quoted && strings.Contains(user, "@"):
		if strings.Count(text, "@") > 1 && !quoted {
			return "holds more than one mail address; write an array with a string for each"
		}
	case !quoted && strings.ContainsAny(text, " \t\r\n<>"):
		return "is not a mail address alone; write it without spaces, names and brackets, as ada@corp.example"
	}
	switch {
	case at < 0 && !variable:
		return "is not a mail address; write it as ada@corp.example"
	case !quoted && strings.Contains(user, ":"): // email:ada@corp.example, as openssl has it
		return "is not a mail address alone; write it without what stands before the colon, as ada@corp.example"
	case at >= 0 && (user == "" || domain == ""):
		return "is not a mail address: one side of the @ is empty; write it as ada@corp.example"
	case at >= 0 && !strings.HasPrefix(domain, "[") && !sanHostName(domain):
		return "is not a mail address: what follows the @ is no host name; write it as ada@corp.example"
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

// notHostName says why a text is no host name.
func notHostName(text string) string {
	host := strings.TrimPrefix(text, "*.")
	switch {
	case isAddress(text):
		return "is an IP address, which dNSName does not hold and SCEP payloads have no key for; write a host name"
	case sanHostName(host):
		return ""
	case strings.Contains(text, "://"):
		return "is a URL; write the host name alone"
	case strings.Contains(text, "@"):
		return "is a mail address; write it under rfc822Name, or as ntPrincipalName, and a host name here"
	case strings.ContainsAny(text, ",;"):
		return "is not a host name; if it holds several, write an array with a string for each"
	case strings.ContainsAny(text, ":/"):
		return "is not a host name; write it without port and path"
	}
	return "is not a host name, which has letters, digits, hyphens and dots; write it as device-17.corp.example"
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

// notURI says why a text has no scheme: letters, digits, "+", "-" and "." up
// to the first colon. A variable before that may bring it along.
func notURI(text string) string {
	const why = "is not a URI; write its scheme before it, as in https://corp.example/devices/17"
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
		return "is a scheme with nothing after it; write the whole URI"
	case strings.ContainsAny(certain, " \t\r\n") && !deviceID(text):
		return "has a space, which URIs do not; write %20 in its place"
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

// notPrincipal says why a text is no user principal name.
func notPrincipal(text string, variable bool) string {
	at := strings.LastIndexByte(text, '@')
	switch {
	case at < 0 && variable:
		return ""
	case at < 0 && strings.Contains(text, `\`):
		return `is in the form DOMAIN\user; write the user principal name, as ada@corp.example`
	case at <= 0 || at == len(text)-1:
		return "is not a user principal name; write it as ada@corp.example"
	case strings.Count(text, "@") > 1 && strings.ContainsAny(text, ",;"):
		return "holds more than one user principal name; write one, for devices take no more"
	case strings.TrimSpace(text) != text:
		return "has white space around it, which ends up in the certificate; remove it"
	}
	return ""
}
