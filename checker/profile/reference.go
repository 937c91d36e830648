package profile

import (
	"strings"
	"sync"
)

// ReferenceKind is what a key that names another payload must name.
type ReferenceKind string

// The kinds of references.
const (
	ReferenceIdentity ReferenceKind = "identity" // a certificate with its private key
	ReferenceAnchor   ReferenceKind = "anchor"   // a certificate, to trust or to prefer
	ReferenceEscrow   ReferenceKind = "escrow"   // a certificate that a recovery key is encrypted to
)

// ReferenceKey is a key that holds the PayloadUUID of another payload of the
// profile, or an array of such.
type ReferenceKey struct {
	Types []string // the PayloadTypes that have it
	Path  string   // from the payload on, with [] behind the key of an array
	Kind  ReferenceKind
}

// The types that share their keys.
var (
	vpnTypes      = []string{"com.apple.vpn.managed", "com.apple.vpn.managed.applayer"}
	ethernetTypes = []string{
		"com.apple.firstactiveethernet.managed", "com.apple.firstethernet.managed",
		"com.apple.secondactiveethernet.managed", "com.apple.secondethernet.managed",
		"com.apple.thirdactiveethernet.managed", "com.apple.thirdethernet.managed",
		"com.apple.globalethernet.managed",
	}
)

// ReferenceKeys are all keys that name certificate and identity payloads, from
// Apple's schema: github.com/apple/device-management, mdm/profiles, the file
// named like the type unless the row says otherwise.
var ReferenceKeys = []ReferenceKey{
	// "An identity certificate payload"; SCEP is named. The other two pin servers, since iOS 13.4 and macOS 10.13.
	{[]string{"com.apple.mdm"}, "IdentityCertificateUUID", ReferenceIdentity},
	{[]string{"com.apple.mdm"}, "ServerURLPinningCertificateUUIDs[]", ReferenceAnchor},
	{[]string{"com.apple.mdm"}, "CheckInURLPinningCertificateUUIDs[]", ReferenceAnchor},
	// EAP-TLS: what the device shows, and what it trusts in the server.
	{[]string{"com.apple.wifi.managed"}, "PayloadCertificateUUID", ReferenceIdentity},
	{[]string{"com.apple.wifi.managed"}, "EAPClientConfiguration.PayloadCertificateAnchorUUID[]", ReferenceAnchor},
	// These files allow any key; 802.1X has the keys of Wi-Fi.
	{ethernetTypes, "PayloadCertificateUUID", ReferenceIdentity},
	{ethernetTypes, "EAPClientConfiguration.PayloadCertificateAnchorUUID[]", ReferenceAnchor},
	// com.apple.vpn.managed.yaml, whose fields the app-layer type shares: one dict for each kind of VPN, and encrypted DNS in it.
	{vpnTypes, "VPN.PayloadCertificateUUID", ReferenceIdentity},
	{vpnTypes, "IPSec.PayloadCertificateUUID", ReferenceIdentity},
	{vpnTypes, "IKEv2.PayloadCertificateUUID", ReferenceIdentity},
	{vpnTypes, "TransparentProxy.PayloadCertificateUUID", ReferenceIdentity},
	{vpnTypes, "DNS.PayloadCertificateUUID", ReferenceIdentity},
	// The identity for the DNS server, since iOS 16 and macOS 13.
	{[]string{"com.apple.dnsSettings.managed"}, "PayloadCertificateUUID", ReferenceIdentity},
	// "The UUID that points to an identity certificate payload", of each relay.
	{[]string{"com.apple.relay.managed"}, "Relays[].PayloadCertificateUUID", ReferenceIdentity},
	// The identity that a filter's plug-in shows to its server.
	{[]string{"com.apple.webcontent-filter"}, "PayloadCertificateUUID", ReferenceIdentity},
	// Exchange on iOS: client certificate, and S/MIME since iOS 5.
	{[]string{"com.apple.eas.account"}, "PayloadCertificateUUID", ReferenceIdentity},
	{[]string{"com.apple.eas.account"}, "SMIMESigningCertificateUUID", ReferenceIdentity},
	{[]string{"com.apple.eas.account"}, "SMIMEEncryptionCertificateUUID", ReferenceIdentity},
	// Exchange on macOS, since 10.12 and 10.11.
	{[]string{"com.apple.ews.account"}, "PayloadCertificateUUID", ReferenceIdentity},
	{[]string{"com.apple.ews.account"}, "AuthenticationCertificateUUID", ReferenceIdentity},
	// S/MIME; not on macOS.
	{[]string{"com.apple.mail.managed"}, "SMIMESigningCertificateUUID", ReferenceIdentity},
	{[]string{"com.apple.mail.managed"}, "SMIMEEncryptionCertificateUUID", ReferenceIdentity},
	// The identity that renews the Kerberos credential; PKCS#12 and SCEP are named.
	{[]string{"com.apple.sso"}, "Kerberos.PayloadCertificateUUID", ReferenceIdentity},
	// com.apple.extensiblesso(kerberos).yaml, PKINIT. The key begins with a small letter.
	{[]string{"com.apple.extensiblesso"}, "ExtensionData.certificateUUID", ReferenceIdentity},
	// "The UUID of the certificate payload within the same profile", once for an identity and once for the certificate of a correspondent.
	{[]string{"com.apple.security.identitypreference"}, "PayloadCertificateUUID", ReferenceIdentity},
	{[]string{"com.apple.security.certificatepreference"}, "PayloadCertificateUUID", ReferenceAnchor},
	// Identities of the device and of its resources, and the anchors of the other side; identities are refused as anchors.
	{[]string{"com.apple.education"}, "PayloadCertificateUUID", ReferenceIdentity},
	{[]string{"com.apple.education"}, "ResourcePayloadCertificateUUID", ReferenceIdentity},
	{[]string{"com.apple.education"}, "LeaderPayloadCertificateAnchorUUID[]", ReferenceAnchor},
	{[]string{"com.apple.education"}, "MemberPayloadCertificateAnchorUUID[]", ReferenceAnchor},
	// Lights-out management: identities of both sides, and the CAs that each trusts in the other.
	{[]string{"com.apple.lom"}, "DeviceCertificateUUID", ReferenceIdentity},
	{[]string{"com.apple.lom"}, "ControllerCertificateUUID", ReferenceIdentity},
	{[]string{"com.apple.lom"}, "DeviceCACertificateUUIDs[]", ReferenceAnchor},
	{[]string{"com.apple.lom"}, "ControllerCACertificateUUIDs[]", ReferenceAnchor},
	// What FileVault's recovery key is encrypted to.
	{[]string{"com.apple.security.FDERecoveryKeyEscrow", "com.apple.security.FDERecoveryRedirect"}, "EncryptCertPayloadUUID", ReferenceEscrow},
	{[]string{"com.apple.MCX.FileVault2"}, "PayloadCertificateUUID", ReferenceEscrow},
}

// Reference is one place where a payload names another.
type Reference struct {
	From     *Payload // of Payloads
	Node     *Node    // the value
	Key      string   // the key with the keys around it, as EAPClientConfiguration.PayloadCertificateAnchorUUID
	Kind     ReferenceKind
	UUID     string   // as written
	Variable bool     // holds template text, wholly or in part
	Target   *Payload // the first of Payloads whose PayloadUUID is exactly that; nil if there is none
}

// References gives the references between the payloads of the profile, by
// payload, then by key in the order of ReferenceKeys. Values of another type
// than string are left out; template text in the place of a whole value counts
// as a variable.
func (p *Profile) References() []Reference {
	if p == nil {
		return nil
	}
	if !p.foundReferences {
		p.foundReferences = true
		p.findReferences()
	}
	return p.references
}

// fewPayloads is how many payloads are searched without an index.
const fewPayloads = 16

func (p *Profile) findReferences() {
	payloads := p.Payloads()
	if len(payloads) == 0 {
		return
	}
	paths := referencePaths()
	for i := range payloads {
		for _, path := range paths[payloads[i].Type] {
			path.follow(payloads[i].Node, 0, func(n *Node) {
				p.references = append(p.references, Reference{
					From: &payloads[i], Node: n, Key: path.key, Kind: path.kind, UUID: n.text,
					Variable: n.Kind == Template || n.unrendered || HasVariable(n.text),
				})
			})
		}
	}
	if len(p.references) == 0 {
		return
	}
	var index map[string]*Payload
	if len(payloads) > fewPayloads {
		index = make(map[string]*Payload, len(payloads))
		for i := len(payloads) - 1; i >= 0; i-- {
			index[payloads[i].UUID] = &payloads[i]
		}
	}
	for i := range p.references {
		r := &p.references[i]
		if r.UUID == "" {
			continue // a payload without PayloadUUID is not meant
		}
		if index != nil {
			r.Target = index[r.UUID]
			continue
		}
		for j := range payloads {
			if payloads[j].UUID == r.UUID {
				r.Target = &payloads[j]
				break
			}
		}
	}
}

// referencePath is a path of ReferenceKeys in its parts.
type referencePath struct {
	key   string
	kind  ReferenceKind
	steps []referenceStep
}

type referenceStep struct {
	key   string
	array bool
}

// referencePaths are the paths for each PayloadType.
var referencePaths = sync.OnceValue(func() map[string][]referencePath {
	paths := map[string][]referencePath{}
	for _, key := range ReferenceKeys {
		path := referencePath{key: strings.ReplaceAll(key.Path, "[]", ""), kind: key.Kind}
		for part := range strings.SplitSeq(key.Path, ".") {
			name, array := strings.CutSuffix(part, "[]")
			path.steps = append(path.steps, referenceStep{name, array})
		}
		for _, t := range key.Types {
			paths[t] = append(paths[t], path)
		}
	}
	return paths
})

// follow gives the values at the end of the path, from a step on.
func (r *referencePath) follow(n *Node, step int, found func(*Node)) {
	if step == len(r.steps) {
		if n.Is(String, Template) {
			found(n)
		}
		return
	}
	n = n.Get(r.steps[step].key)
	if !r.steps[step].array {
		if n != nil {
			r.follow(n, step+1, found)
		}
		return
	}
	if n.Is(Array) {
		for c := range n.Children() {
			r.follow(c, step+1, found)
		}
	}
}
