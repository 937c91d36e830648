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
quotation marks, and, calendars and contacts apart, are no URLs.
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

func checkHost(p *checker.Pass, n *profile.Node) {
	text, ok := n.Str()
	if !ok || n.Broken() || n.Unrendered() || profile.HasVariable(text) || strings.TrimSpace(text) == "" || strings.ContainsAny(text, "*<>[]()") && !strings.Contains(text, "://") || isPlaceholder(p, text) || sampleHost(text) {
		return
	}
	_, stray := strayAround(text)
	switch {
	case strings.ContainsAny(text, " \t\r\n\u00a0"):
		p.Value(n, "`%s` %q contains whitespace; expected a host name", n.Key, excerpt(p, text))
	case stray != "":
		p.Value(n, "`%s` %q %s; expected a host name", n.Key, excerpt(p, text), checker.Phrase(stray))
	case strings.Contains(text, "://") && !strings.Contains(n.Key, "DAV"):
		p.Value(n, "`%s` %q is a URL; expected a host name", n.Key, excerpt(p, text))
	}
}
