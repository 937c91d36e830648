package rules

import (
	"net/netip"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var mdmURL = checker.Rule{
	Meta: checker.Meta{
		ID:       "mdm-url",
		Title:    "missing or invalid URL of the MDM server",
		Severity: checker.Error,
		Varies:   "info for a private host without a certificate payload",
		Doc: `What it checks: ServerURL and CheckInURL of the MDM payload are absolute https:// URLs with a host.
Why it matters: Apple's schema requires https:// for both. A device that cannot reach the server, or does not trust it, does not enroll.
Exceptions: template variables are not reported. A server on a private address or a .local name is an info if the profile has no certificate
payload: public CAs do not issue certificates for such names, so the device has no reason to trust the server.`,
		Help: "set the key to the https:// URL of the MDM server",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.mdm</string>
<key>ServerURL</key>
<string>http://mdm.corp.net/mdm</string>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.mdm</string>
<key>ServerURL</key>
<string>https://mdm.corp.net/mdm</string>
</dict>`,
		},
		Refs: []checker.Ref{refMDM},
	},
	Check: func(p *checker.Pass) error {
		for _, payload := range p.Profile.Payloads() {
			if payload.Type != typeMDM {
				continue
			}
			reported := false
			for _, key := range []string{"ServerURL", "CheckInURL"} {
				n := payload.Node.Get(key)
				text, ok := n.Str()
				if !ok || n.Broken() || profile.IsVariable(text) {
					continue
				}
				if sampleHost(text) {
					continue // placeholder reports it
				}
				if fault := httpsFault(text); fault != "" {
					p.Value(n, "`%s` %q %s; expected an https:// URL", key, shownURL(text), checker.Phrase(fault))
				} else if host, _ := splitURL(text).hostPort(); !reported && !profile.HasVariable(text) && privateHost(host) && !trustsServers(p.Profile) {
					reported = true // once for both
					f := p.Value(n, "`%s` has the private host %q, and the profile has no certificate for its trust", key, excerpt(p, host))
					f.Severity, f.Help = checker.Info, "add the CA of the server as a certificate payload"
				}
			}
		}
		return nil
	},
}

// httpsFault tells why a text is not an absolute https:// URL with a host; "" if
// it is, or may be once it is rendered. It repeats no part of the URL.
func httpsFault(text string) string {
	if strings.TrimSpace(text) == "" {
		return "is empty"
	}
	if whitespaceIsLiteral(text) && strings.ContainsFunc(withoutVariables(text), isInvisible) {
		return "contains whitespace or invisible characters"
	}
	if schemeIsVariable(text) {
		return ""
	}
	u := splitURL(text)
	host, port := u.hostPort()
	switch {
	case u.scheme == "":
		return "is not an absolute URL"
	case !strings.EqualFold(u.scheme, "https"):
		return "does not use HTTPS"
	case host == "":
		return "has no host"
	case impossibleHost(host):
		return "has an invalid host"
	case port != "" && !profile.HasVariable(text) && !strings.ContainsAny(port, "${}%<>[]@#_") && !validPort(port):
		return "has an invalid port"
	}
	return ""
}

// sampleHost reports whether the host of a URL, or all of it, is a placeholder.
func sampleHost(text string) bool {
	if _, rest, ok := strings.Cut(text, "://"); ok {
		text, _, _ = strings.Cut(rest, "/")
	}
	_, sample := profile.Placeholder(text)
	return sample
}

// privateHost reports whether public DNS and public CAs do not know a host.
func privateHost(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.IsPrivate() || addr.IsLoopback() || addr.IsLinkLocalUnicast()
	}
	return host == "localhost" || strings.HasSuffix(host, ".local") || strings.HasSuffix(host, ".localhost")
}

// trustsServers reports whether a profile has, or may have, a certificate to
// trust servers by.
func trustsServers(p *profile.Profile) bool {
	if len(p.Source.Templates) > 0 {
		return true
	}
	for _, payload := range p.Payloads() {
		if profile.HoldsCertificate(payload.Type) && (!profile.HoldsIdentity(payload.Type) || payload.Type == "com.apple.security.pkcs12") {
			return true
		}
	}
	return false
}
