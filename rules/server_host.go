package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var serverHost = checker.Rule{
	Meta: checker.Meta{
		ID:       "server-host",
		Title:    "server that is not a host name",
		Severity: checker.Warning,
		Doc: `What it checks: the servers of VPN, mail, calendars, contacts, directories, and proxies are names or addresses of hosts. They contain no whitespace, are not in
quotation marks, and, calendars and contacts apart, are no URLs. The names of trusted 802.1X servers, and the domains of relays, DNS settings, and VPNs for apps, are
names as well, each in an element of its own.
Why it matters: the device looks up the text as it is, and finds no server. The profile installs.
Exceptions: template text and placeholders are not reported, and neither is the server of a VPN that an app provides.`,
		Help: "use a host name or an IP address alone",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.vpn.managed</string>
<key>IKEv2</key>
<dict>
	<key>RemoteAddress</key>
	<string>https://vpn.corp.example/</string>
</dict>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.vpn.managed</string>
<key>IKEv2</key>
<dict>
	<key>RemoteAddress</key>
	<string>vpn.corp.example</string>
</dict>
</dict>`,
		},
		Refs: []checker.Ref{refProfileKeys},
	},
	Check: func(p *checker.Pass) error {
		for _, payload := range p.Profile.Payloads() {
			for _, key := range hostKeys[payload.Type] {
				n := payload.Node
				for step := range strings.SplitSeq(key, ".") {
					n = n.Get(step)
				}
				checkHost(p, n)
			}
			for _, path := range domainKeys(payload.Type) {
				for n := range payload.Node.At(path...).Children() {
					checkDomain(p, n)
				}
			}
		}
		return nil
	},
}

var vpnHosts = []string{"IKEv2.RemoteAddress", "IPSec.RemoteAddress", "PPP.CommRemoteAddress"}

// hostKeys are the keys that hold a host, by payload type.
var hostKeys = map[string][]string{
	"com.apple.vpn.managed":           vpnHosts,
	"com.apple.vpn.managed.applayer":  vpnHosts,
	"com.apple.mail.managed":          {"IncomingMailServerHostName", "OutgoingMailServerHostName"},
	"com.apple.eas.account":           {"Host"},
	"com.apple.ews.account":           {"Host", "ExternalHost"},
	"com.apple.ldap.account":          {"LDAPAccountHostName"},
	"com.apple.caldav.account":        {"CalDAVHostName"},
	"com.apple.carddav.account":       {"CardDAVHostName"},
	"com.apple.wifi.managed":          {"ProxyServer"},
	"com.apple.proxy.http.global":     {"ProxyServer"},
	"com.apple.ADCertificate.managed": {"CertServer"},
	"com.apple.dnsSettings.managed":   {"DNSSettings.ServerName"},
}

// domainKeys returns the paths of the arrays of host names and domains that payloads of
// a type have.
func domainKeys(payloadType string) [][]any {
	switch payloadType {
	case "com.apple.relay.managed":
		return relayDomains
	case "com.apple.dnsSettings.managed":
		return dnsDomains
	case "com.apple.vpn.managed.applayer":
		return appDomains
	}
	if payloadType == "com.apple.wifi.managed" || strings.HasSuffix(payloadType, "ethernet.managed") {
		return eapDomains
	}
	return nil
}

var (
	relayDomains = [][]any{{"MatchDomains"}, {"ExcludedDomains"}}
	dnsDomains   = [][]any{{"DNSSettings", "SupplementalMatchDomains"}}
	appDomains   = [][]any{{"SafariDomains"}, {"MailDomains"}, {"CalendarDomains"}, {"ContactsDomains"}}
	eapDomains   = [][]any{{"EAPClientConfiguration", trustedNames}}
)

const trustedNames = "TLSTrustedServerNames"

// checkDomain reports a name in a list that matches no server. What is around it is
// reported by value-stray-characters.
func checkDomain(p *checker.Pass, n *profile.Node) {
	text, ok := n.Str()
	if !ok || plainName(text) || n.Broken() || n.Unrendered() || n.HasVariable() || isPlaceholder(p, text) || sampleHost(text) {
		return
	}
	bare, _ := strayAround(text)
	between, foreign := " \t\r\n,;", "=/@"
	trusted := n.Parent().Key == trustedNames
	if trusted { // it is compared with the CN of a certificate, too, which may be any text
		between, foreign = ",;", "="
	}
	switch {
	case bare == "" && trusted:
		p.Value(n, "%s is empty", keyLabel(p, n)).WithHelp("set the name in the certificate of the server, or remove the element")
	case strings.Contains(bare, "://"):
		p.Value(n, "%s %q is a URL; expected a name", keyLabel(p, n), excerpt(p, text)).WithHelp("use the name alone")
	case strings.ContainsAny(bare, between):
		p.Value(n, "%s %q is not one name", keyLabel(p, n), excerpt(p, text)).WithHelp("use an element of the array for each name")
	case strings.ContainsAny(bare, foreign):
		p.Value(n, "%s %q is not a host name or domain", keyLabel(p, n), excerpt(p, text)).WithHelp("use the name alone")
	}
}

// plainName reports whether a text is one name of letters, digits, hyphens, and dots, as nearly all are.
func plainName(text string) bool {
	for i := range len(text) {
		if c := text[i]; (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && c != '-' && c != '.' {
			return false
		}
	}
	return text != ""
}

func checkHost(p *checker.Pass, n *profile.Node) {
	text, ok := n.Str()
	if !ok || n.Broken() || n.Unrendered() || n.HasVariable() || strings.TrimSpace(text) == "" || strings.ContainsAny(text, "*<>[]()") && !strings.Contains(text, "://") || isPlaceholder(p, text) || sampleHost(text) {
		return
	}
	_, stray := strayAround(text)
	switch {
	case strings.ContainsAny(text, " \t\r\n\u00a0"):
		p.Value(n, "`%s` %q contains whitespace; expected a host name", n.Key, excerpt(p, text))
	case stray != "":
		p.Value(n, "`%s` %q %s; expected a host name", n.Key, excerpt(p, text), checker.Phrase(stray))
	case impossibleHost(text) && !strings.Contains(text, "/"):
		p.Value(n, "`%s` %q is not a host name", n.Key, excerpt(p, text))
	case strings.Contains(text, "://") && !strings.Contains(n.Key, "DAV"):
		p.Value(n, "`%s` %q is a URL; expected a host name", n.Key, excerpt(p, text))
	case strings.Contains(text, "/") && !strings.Contains(n.Key, "DAV"):
		p.Value(n, "`%s` %q contains a path; expected a host name", n.Key, excerpt(p, text))
	case n.Key == "RemoteAddress" && strings.Count(text, ":") == 1:
		p.Value(n, "`%s` %q contains a port; expected a host name", n.Key, excerpt(p, text))
	}
}
