package profile

import (
	"slices"
	"strings"
	"sync"

	"github.com/sceplint/sceplint/checker/plist"
)

// ReferenceKind is what a key that references another payload must reference.
type ReferenceKind string

// The kinds of references.
const (
	ReferenceIdentity ReferenceKind = "identity" // a certificate with its private key
	ReferenceAnchor   ReferenceKind = "anchor"   // a certificate, to trust or to prefer
	ReferenceEscrow   ReferenceKind = "escrow"   // a certificate that a recovery key is encrypted to
)

// ReferenceKey is a key with the PayloadUUID of another payload of the profile,
// or an array of such.
type ReferenceKey struct {
	Types    []string // the PayloadTypes that have it
	Path     string   // from the payload, with [] after the key of an array
	Kind     ReferenceKind
	Only     []string  // the PayloadTypes that it may reference, if the schema lists them
	Open     bool      // the schema does not state what it may reference in addition to a certificate
	Required bool      // the schema requires the key
	Where    [2]string // a key of the payload and the value it must have, if the path has another meaning otherwise
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

// The types that hold certificates.
var (
	identityTypes = []string{TypeSCEP, TypeACME, "com.apple.security.pkcs12", "com.apple.ADCertificate.managed"}
	bareTypes     = []string{"com.apple.security.root", "com.apple.security.pkcs1", "com.apple.security.pem"}
)

// HoldsIdentity reports whether payloads of the type contain, or let the device
// create, a certificate with its private key.
func HoldsIdentity(payloadType string) bool { return slices.Contains(identityTypes, payloadType) }

// HoldsCertificate reports whether payloads of the type contain a certificate,
// with or without its private key.
func HoldsCertificate(payloadType string) bool {
	return slices.Contains(bareTypes, payloadType) || HoldsIdentity(payloadType)
}

// ReferenceKeys are all keys that reference certificate and identity payloads,
// from Apple's schema: github.com/apple/device-management, mdm/profiles, the
// file named like the type unless the row says otherwise.
var ReferenceKeys = []ReferenceKey{
	// "An identity certificate payload"; SCEP is named. The other two pin servers, since iOS 13.4 and macOS 10.13.
	{Types: []string{"com.apple.mdm"}, Path: "IdentityCertificateUUID", Kind: ReferenceIdentity, Required: true},
	{Types: []string{"com.apple.mdm"}, Path: "ServerURLPinningCertificateUUIDs[]", Kind: ReferenceAnchor},
	{Types: []string{"com.apple.mdm"}, Path: "CheckInURLPinningCertificateUUIDs[]", Kind: ReferenceAnchor},
	// EAP-TLS: what the device shows, and what it trusts in the server.
	{Types: []string{"com.apple.wifi.managed"}, Path: "PayloadCertificateUUID", Kind: ReferenceIdentity},
	{Types: []string{"com.apple.wifi.managed"}, Path: "EAPClientConfiguration.PayloadCertificateAnchorUUID[]", Kind: ReferenceAnchor},
	// These files allow any key; 802.1X has the keys of Wi-Fi.
	{Types: ethernetTypes, Path: "PayloadCertificateUUID", Kind: ReferenceIdentity},
	{Types: ethernetTypes, Path: "EAPClientConfiguration.PayloadCertificateAnchorUUID[]", Kind: ReferenceAnchor},
	// com.apple.vpn.managed.yaml, whose fields the app-layer type shares: one dictionary for each kind of VPN, and encrypted DNS in it.
	{Types: vpnTypes, Path: "VPN.PayloadCertificateUUID", Kind: ReferenceIdentity},
	{Types: vpnTypes, Path: "IPSec.PayloadCertificateUUID", Kind: ReferenceIdentity},
	{Types: vpnTypes, Path: "IKEv2.PayloadCertificateUUID", Kind: ReferenceIdentity},
	{Types: vpnTypes, Path: "AlwaysOn.TunnelConfigurations[].PayloadCertificateUUID", Kind: ReferenceIdentity}, // tunnels have the keys of IKEv2
	{Types: vpnTypes, Path: "TransparentProxy.PayloadCertificateUUID", Kind: ReferenceIdentity},
	{Types: vpnTypes, Path: "DNS.PayloadCertificateUUID", Kind: ReferenceIdentity},
	// The identity for the DNS server, since iOS 16 and macOS 13.
	{Types: []string{"com.apple.dnsSettings.managed"}, Path: "PayloadCertificateUUID", Kind: ReferenceIdentity},
	{Types: []string{"com.apple.dnsSettings.managed"}, Path: "DNSSettings.PayloadCertificateUUID", Kind: ReferenceIdentity}, // as Apple's documentation has it
	// "The UUID that points to an identity certificate payload", of each relay.
	{Types: []string{"com.apple.relay.managed"}, Path: "Relays[].PayloadCertificateUUID", Kind: ReferenceIdentity},
	// The identity that a filter's plug-in shows to its server.
	{Types: []string{"com.apple.webcontent-filter"}, Path: "PayloadCertificateUUID", Kind: ReferenceIdentity},
	// Exchange on iOS: client certificate, and S/MIME since iOS 5.
	{Types: []string{"com.apple.eas.account"}, Path: "PayloadCertificateUUID", Kind: ReferenceIdentity},
	{Types: []string{"com.apple.eas.account"}, Path: "SMIMESigningCertificateUUID", Kind: ReferenceIdentity},
	{Types: []string{"com.apple.eas.account"}, Path: "SMIMEEncryptionCertificateUUID", Kind: ReferenceIdentity},
	// Exchange on macOS, since 10.12 and 10.11.
	{Types: []string{"com.apple.ews.account"}, Path: "PayloadCertificateUUID", Kind: ReferenceIdentity},
	{Types: []string{"com.apple.ews.account"}, Path: "AuthenticationCertificateUUID", Kind: ReferenceIdentity},
	// S/MIME; not on macOS.
	{Types: []string{"com.apple.mail.managed"}, Path: "SMIMESigningCertificateUUID", Kind: ReferenceIdentity},
	{Types: []string{"com.apple.mail.managed"}, Path: "SMIMEEncryptionCertificateUUID", Kind: ReferenceIdentity},
	// The identity that renews the Kerberos credential; PKCS #12 and SCEP are named.
	{Types: []string{"com.apple.sso"}, Path: "Kerberos.PayloadCertificateUUID", Kind: ReferenceIdentity, Only: []string{"com.apple.security.pkcs12", TypeSCEP}},
	// com.apple.extensiblesso(kerberos).yaml, PKINIT. The key begins with a small letter. To other extensions ExtensionData is what they make of it.
	{Types: []string{"com.apple.extensiblesso"}, Path: "ExtensionData.certificateUUID", Kind: ReferenceIdentity, Where: [2]string{"ExtensionIdentifier", "com.apple.AppSSOKerberos.KerberosExtension"}},
	// Platform SSO: the identity of an access key's terminal, since macOS 26, and the certificate that readers of it are issued by, since 26.2.
	{Types: []string{"com.apple.extensiblesso"}, Path: "PlatformSSO.AccessKeyTerminalIdentityUUID", Kind: ReferenceIdentity, Only: []string{"com.apple.security.pkcs12", TypeACME, TypeSCEP}},
	{Types: []string{"com.apple.extensiblesso"}, Path: "PlatformSSO.AccessKeyReaderIssuerCertificateUUID", Kind: ReferenceAnchor},
	// "The UUID of the certificate payload within the same profile", once for an identity and once for the certificate of a correspondent.
	{Types: []string{"com.apple.security.identitypreference"}, Path: "PayloadCertificateUUID", Kind: ReferenceIdentity, Required: true},
	{Types: []string{"com.apple.security.certificatepreference"}, Path: "PayloadCertificateUUID", Kind: ReferenceAnchor, Open: true, Required: true},
	// Identities of the device and of its resources: the schema says of the first that it supports PKCS #12, of the others nothing.
	// The anchors of the other side: "doesn't support identity payloads or PKCS12 certificates".
	{Types: []string{"com.apple.education"}, Path: "PayloadCertificateUUID", Kind: ReferenceIdentity, Open: true},
	{Types: []string{"com.apple.education"}, Path: "ResourcePayloadCertificateUUID", Kind: ReferenceIdentity, Open: true},
	{Types: []string{"com.apple.education"}, Path: "LeaderPayloadCertificateAnchorUUID[]", Kind: ReferenceAnchor, Only: bareTypes},
	{Types: []string{"com.apple.education"}, Path: "MemberPayloadCertificateAnchorUUID[]", Kind: ReferenceAnchor, Only: bareTypes},
	// Lights-out management: identities of both sides, and the CAs that each trusts in the other.
	{Types: []string{"com.apple.lom"}, Path: "DeviceCertificateUUID", Kind: ReferenceIdentity},
	{Types: []string{"com.apple.lom"}, Path: "ControllerCertificateUUID", Kind: ReferenceIdentity},
	{Types: []string{"com.apple.lom"}, Path: "DeviceCACertificateUUIDs[]", Kind: ReferenceAnchor},
	{Types: []string{"com.apple.lom"}, Path: "ControllerCACertificateUUIDs[]", Kind: ReferenceAnchor},
	// What FileVault's recovery key is encrypted to. "The referenced payload must be of type com.apple.security.pkcs1".
	{Types: []string{"com.apple.security.FDERecoveryKeyEscrow", "com.apple.security.FDERecoveryRedirect"}, Path: "EncryptCertPayloadUUID", Kind: ReferenceEscrow, Only: []string{"com.apple.security.pkcs1"}, Required: true},
	// "The asymmetric recovery key certificate payload".
	{Types: []string{"com.apple.MCX.FileVault2"}, Path: "PayloadCertificateUUID", Kind: ReferenceEscrow},
}

// Reference is one key of a payload that references another payload.
type Reference struct {
	*ReferenceKey             // what it is a case of
	From          *Payload    // of Payloads
	Node          *plist.Node // the value
	Key           string      // the key with the keys around it, such as EAPClientConfiguration.PayloadCertificateAnchorUUID
	UUID          string      // as written
	Variable      bool        // contains template text, wholly or in part
	Target        *Payload    // the first of Payloads whose PayloadUUID is exactly that; nil if there is none
	Near          *Payload    // if Target is nil, the first whose PayloadUUID differs only in case
}

// References returns the references between the payloads of the profile, by
// payload, then by key in the order of ReferenceKeys. Values that are not
// strings are skipped; template text instead of a whole value counts as a
// variable.
func (p *Profile) References() []Reference {
	if p == nil {
		return nil
	}
	if !p.foundReferences {
		p.foundReferences = true
		if p.lists != nil {
			p.references = take(&p.lists.references)
		}
		p.findReferences()
	}
	return p.references
}

// BrokenIdentity reports whether a payload has a value of a wrong kind, or none, where it
// has to reference an identity.
func (p *Profile) BrokenIdentity() bool {
	p.References()
	return p.brokenIdentity
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
		from := &payloads[i]
		for _, path := range paths[from.Type] {
			if where := path.row.Where; where[0] != "" {
				if other, ok := from.Node.Get(where[0]).Str(); ok && other != where[1] {
					continue
				}
			}
			broken := !path.follow(from.Node, 0, func(n *plist.Node) {
				p.references = append(p.references, Reference{
					ReferenceKey: path.row, From: from, Node: n, Key: path.key, UUID: n.Text(),
					Variable: n.Kind == plist.Template || n.Unrendered() || n.HasVariable(),
				})
			})
			p.brokenIdentity = p.brokenIdentity || broken && path.row.Kind == ReferenceIdentity
		}
	}
	if len(p.references) == 0 {
		return
	}
	exact := byUUID(payloads, func(uuid string) string { return uuid })
	var near func(string) *Payload
	for i := range p.references {
		r := &p.references[i]
		if r.UUID == "" {
			continue // a payload without PayloadUUID is not meant
		}
		if r.Target = exact(r.UUID); r.Target == nil && !r.Variable {
			if near == nil {
				near = byUUID(payloads, strings.ToLower)
			}
			r.Near = near(strings.ToLower(r.UUID))
		}
	}
}

// byUUID returns a function that finds the first payload with a PayloadUUID,
// after both are folded.
func byUUID(payloads []Payload, fold func(string) string) func(string) *Payload {
	if len(payloads) <= fewPayloads {
		return func(uuid string) *Payload {
			for i := range payloads {
				if fold(payloads[i].UUID) == uuid {
					return &payloads[i]
				}
			}
			return nil
		}
	}
	index := make(map[string]*Payload, len(payloads))
	for i := len(payloads) - 1; i >= 0; i-- {
		index[fold(payloads[i].UUID)] = &payloads[i]
	}
	return func(uuid string) *Payload { return index[uuid] }
}

// referencePath is a path of ReferenceKeys in its parts.
type referencePath struct {
	row   *ReferenceKey
	key   string // the path without the marks of arrays
	steps []referenceStep
}

type referenceStep struct {
	key   string
	array bool
}

// referencePaths are the paths for each PayloadType.
var referencePaths = sync.OnceValue(func() map[string][]referencePath {
	paths := map[string][]referencePath{}
	for i := range ReferenceKeys {
		key := &ReferenceKeys[i]
		path := referencePath{row: key, key: strings.ReplaceAll(key.Path, "[]", "")}
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

// follow returns the values at the end of the path, from a step on. It reports whether
// there is no value of a kind that the path cannot go on from, or end at, and none is
// missing that has to be there.
func (r *referencePath) follow(n *plist.Node, step int, found func(*plist.Node)) (sound bool) {
	if step == len(r.steps) {
		if n.Is(plist.String, plist.Template) {
			found(n)
			return true
		}
		return false
	}
	if !n.Is(plist.Dict) {
		return n.Is(plist.Template)
	}
	n = n.Get(r.steps[step].key)
	switch {
	case n == nil:
		return !r.row.Required && !(r.steps[step].array && step > 0)
	case !r.steps[step].array:
		return r.follow(n, step+1, found)
	case !n.Is(plist.Array):
		return n.Is(plist.Template)
	}
	sound = true
	for c := range n.Children() {
		sound = r.follow(c, step+1, found) && sound
	}
	return sound
}
