package rules

import (
	"net/netip"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var dnsServer = checker.Rule{
	Meta: checker.Meta{
		ID:       "dns-server",
		Title:    "missing or invalid server of encrypted DNS",
		Severity: checker.Warning,
		Doc: `What it checks: DNS settings have the key that their DNSProtocol requires: ServerURL for HTTPS, and ServerName for TLS. ServerURL starts with https://, and
ServerAddresses are IP addresses.
Why it matters: Apple's documentation requires the key. Without it, or with a host name as an address, installation fails with an internal error of the DNS
settings service (AdGuardHome issue 3617), or names are resolved without encryption.
Exceptions: template text and placeholders are not reported.`,
		Help: "set ServerURL for HTTPS, or ServerName for TLS",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.dnsSettings.managed</string>
<key>DNSSettings</key>
<dict>
	<key>DNSProtocol</key>
	<string>TLS</string>
	<key>ServerURL</key>
	<string>https://dns.corp.example/dns-query</string>
</dict>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.dnsSettings.managed</string>
<key>DNSSettings</key>
<dict>
	<key>DNSProtocol</key>
	<string>TLS</string>
	<key>ServerName</key>
	<string>dns.corp.example</string>
</dict>
</dict>`,
		},
		Refs: []checker.Ref{{
			Title: "Apple documentation: DNSSettings.DNSSettings",
			URL:   "https://developer.apple.com/documentation/devicemanagement/dnssettings/dnssettings-data.dictionary",
		}, {
			Title: "AdGuardHome issue 3617: addresses that are not IP addresses",
			URL:   "https://github.com/AdguardTeam/AdGuardHome/issues/3617",
		}},
		SkipLossyExports: true,
	},
	Check: func(p *checker.Pass) error {
		for _, payload := range p.Profile.Payloads() {
			switch payload.Type {
			case "com.apple.dnsSettings.managed":
				checkDNS(p, payload.Node.Get("DNSSettings"))
			case "com.apple.vpn.managed", "com.apple.vpn.managed.applayer":
				checkDNS(p, payload.Node.Get("DNS"))
			}
		}
		return nil
	},
}

// dnsKeys are the keys that protocols of DNS require.
var dnsKeys = map[string]string{"HTTPS": "ServerURL", "TLS": "ServerName"}

func checkDNS(p *checker.Pass, dns *profile.Node) {
	protocol := dns.Get("DNSProtocol").Text()
	if key := dnsKeys[protocol]; key != "" && !dns.Templated() {
		n := dns.Get(key)
		text, ok := n.Str()
		text, _ = strayAround(text) // which value-stray-characters reports
		switch {
		case n == nil:
			p.AtStart(dns, "missing required key `%s` for `DNSProtocol` %s", key, protocol).Missing(key).WithHelp("add `%s`, or change `DNSProtocol`", key)
		case !ok || n.Broken() || n.Unrendered() || profile.IsVariable(text) || sampleHost(text):
		case text == "":
			p.Value(n, "`%s` is empty", key).WithHelp("set it to the server")
		case key == "ServerURL" && !schemeIsVariable(text) && !strings.EqualFold(splitURL(text).scheme, "https"):
			p.Value(n, "`ServerURL` does not start with https://").WithHelp("use the form https://host/dns-query")
		}
	}
	for n := range dns.Get("ServerAddresses").Children() {
		text, ok := n.Str()
		if !ok || n.Broken() || profile.HasVariable(text) || isPlaceholder(p, text) {
			continue
		}
		bare, _ := strayAround(text)
		if _, err := netip.ParseAddr(bare); err != nil {
			p.Value(n, "`ServerAddresses` %q is not an IP address", excerpt(p, text)).WithHelp("use IP addresses, without ports")
		}
	}
}
