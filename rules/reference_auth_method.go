package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var referenceAuthMethod = checker.Rule{
	Meta: checker.Meta{
		ID:       "reference-auth-method",
		Title:    "identity not used by the authentication method",
		Severity: checker.Warning,
		Doc: `What it checks: a VPN, Wi-Fi, or Ethernet payload that references an identity also selects a method that uses it.
Why it matters: a VPN uses the identity only if AuthenticationMethod says so; the default is a password, or a shared
secret for IPSec. Wi-Fi and Ethernet need EAP-TLS (type 13) in AcceptEAPTypes, or TLSCertificateIsRequired. Otherwise
the device enrolls for an identity that is never used.
Exceptions: methods that Apple's schema does not list, and template text, are not reported.`,
		Help: "select the method that uses the identity, or remove the reference",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.vpn.managed</string>
<key>VPNType</key>
<string>VPN</string>
<key>VPN</key>
<dict>
	<key>PayloadCertificateUUID</key>
	<string>C2E94A07-83BD-4F16-A5D0-71FE6B3C9D28</string>
</dict>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.vpn.managed</string>
<key>VPNType</key>
<string>VPN</string>
<key>VPN</key>
<dict>
	<key>AuthenticationMethod</key>
	<string>Certificate</string>
	<key>PayloadCertificateUUID</key>
	<string>C2E94A07-83BD-4F16-A5D0-71FE6B3C9D28</string>
</dict>
</dict>`,
		},
		Refs: []checker.Ref{refVPN, refWiFi},
	},
	Check: func(p *checker.Pass) error {
		for _, r := range p.Profile.References() {
			if r.Kind != profile.ReferenceIdentity || strings.TrimSpace(r.UUID) == "" {
				continue
			}
			if strings.HasPrefix(r.From.Type, "com.apple.vpn.") {
				vpnMethod(p, r)
			} else if eap := r.From.Node.Get("EAPClientConfiguration"); eap != nil && r.Key == "PayloadCertificateUUID" {
				eapMethod(p, r, eap)
			}
		}
		return nil
	},
}

var (
	refVPN = checker.Ref{
		Title: "Apple device management schema: com.apple.vpn.managed",
		URL:   "https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.vpn.managed.yaml",
	}
	refWiFi = checker.Ref{
		Title: "Apple device management schema: com.apple.wifi.managed",
		URL:   "https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.wifi.managed.yaml",
	}
)

// vpnMethod reports a method that ignores the identity. It is in the dictionary of
// the reference. Methods that the schema does not list are not checked.
func vpnMethod(p *checker.Pass, r profile.Reference) {
	settings := r.Node.Parent()
	n := settings.Get("AuthenticationMethod")
	method, isString := n.Str()
	right := "Certificate"
	switch r.Key {
	case "VPN.PayloadCertificateUUID", "TransparentProxy.PayloadCertificateUUID":
		if n != nil && method != "Password" {
			return
		}
		right = "Certificate or Password+Certificate"
	case "IPSec.PayloadCertificateUUID":
		if n != nil && method != "SharedSecret" {
			return
		}
	case "IKEv2.PayloadCertificateUUID":
		if method != "SharedSecret" && method != "None" || extendedAuth(settings) {
			return
		}
		right = "Certificate, or set ExtendedAuthEnabled for EAP-TLS"
	default:
		return
	}
	var f *checker.Finding
	switch {
	case n == nil && !settings.Templated():
		f = p.Value(r.Node, "`%s` is ignored without `AuthenticationMethod`", r.Key)
	case isString:
		f = p.Value(r.Node, "`%s` is ignored with `AuthenticationMethod` %q", r.Key, method)
	default:
		return
	}
	f.WithHelp("set `AuthenticationMethod` to %s", right)
	causedByMethod(f, settings)
}

// causedByMethod says that a finding about how a VPN authenticates has the same cause as
// one about the keys that choose the method.
func causedByMethod(f *checker.Finding, settings *profile.Node) {
	for _, key := range []string{"AuthenticationMethod", "ExtendedAuthEnabled"} {
		f.CausedBy(append(settings.Path(), key)...)
	}
}

// certificateAuth reports whether an IKEv2 client authenticates with a certificate. With
// EAP, "Certificate" may be what the gateway has.
func certificateAuth(ikev2 *profile.Node) bool {
	method, _ := ikev2.Get("AuthenticationMethod").Str()
	return method == "Certificate" && (ikev2.Get("PayloadCertificateUUID") != nil || !extendedAuth(ikev2))
}

// extendedAuth reports whether IKEv2 uses EAP, or may once it is rendered.
func extendedAuth(ikev2 *profile.Node) bool {
	n := ikev2.Get("ExtendedAuthEnabled")
	if n == nil {
		return ikev2.Templated()
	}
	number, isNumber := n.Int()
	truth, isTruth := n.Bool()
	return !isNumber && !isTruth || number != 0 || truth
}

// eapMethod reports EAP types that ignore the identity.
func eapMethod(p *checker.Pass, r profile.Reference, eap *profile.Node) {
	types := eap.Get("AcceptEAPTypes")
	if !types.Is(profile.Array) || types.Templated() || eap.Templated() {
		return
	}
	for n := range types.Children() {
		if number, ok := n.Int(); !ok || number == eapTLS {
			return
		}
	}
	for _, key := range []string{"TLSCertificateIsRequired", "TTLSInnerAuthentication"} {
		n := eap.Get(key)
		truth, isTruth := n.Bool()
		text, isString := n.Str()
		if n != nil && (truth || !isTruth && !isString || isString && (text == "EAP" || profile.HasVariable(text))) {
			return
		}
	}
	p.Value(r.Node, "`%s` is ignored: `AcceptEAPTypes` does not contain 13", r.Key).WithHelp("add <integer>13</integer> to `AcceptEAPTypes`, or remove the reference")
}

// eapTLS is the EAP type that shows a certificate of the device.
const eapTLS = 13
