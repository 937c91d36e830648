package rules

import (
	"hash/maphash"
	"maps"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
	"github.com/sceplint/sceplint/checker/schema"
)

// What the rules over Apple's schema share: one walk through a profile finds what
// all of them report.

var refSchema = checker.Ref{
	Title: "Apple device management schema: profiles",
	URL:   "https://github.com/apple/device-management/tree/release/mdm/profiles",
}

var refProfileKeys = checker.Ref{
	Title: "Apple documentation: profile-specific payload keys",
	URL:   "https://developer.apple.com/documentation/devicemanagement/profile-specific-payload-keys",
}

// schemaDate tells in the documentation of rules what they compare with.
const schemaDate = "The schema is that of " + schema.Date + "."

// strictTypes are the payload types that the profile system itself reads, so that
// a fault makes it reject the payload or ignore a setting. The others are
// preferences of applications, which macOS stores as they are.
var strictTypes = func() map[string]bool {
	set := map[string]bool{}
	for _, t := range []string{
		"com.apple.wifi.managed",
		"com.apple.firstactiveethernet.managed", "com.apple.firstethernet.managed",
		"com.apple.secondactiveethernet.managed", "com.apple.secondethernet.managed",
		"com.apple.thirdactiveethernet.managed", "com.apple.thirdethernet.managed", "com.apple.globalethernet.managed",
		"com.apple.vpn.managed", "com.apple.vpn.managed.applayer", "com.apple.vpn.managed.appmapping",
		"com.apple.mdm",
		"com.apple.security.root", "com.apple.security.pkcs1", "com.apple.security.pem", "com.apple.security.pkcs12",
		"com.apple.security.acme", "com.apple.security.scep", "com.apple.ADCertificate.managed",
		"com.apple.security.identitypreference", "com.apple.security.certificatepreference",
		"com.apple.relay.managed",
		"com.apple.dnsSettings.managed", "com.apple.dnsProxy.managed",
		"com.apple.webcontent-filter",
		"com.apple.eas.account", "com.apple.ews.account", "com.apple.mail.managed", "com.apple.caldav.account", "com.apple.carddav.account",
		"com.apple.ldap.account", "com.apple.google-oauth", "com.apple.subscribedcalendar.account",
		"com.apple.mobiledevice.passwordpolicy",
		"com.apple.applicationaccess",
	} {
		set[t] = true
	}
	return set
}()

const (
	typeSSO = "com.apple.extensiblesso"
	typeVPN = "com.apple.vpn.managed"
	typeAPN = "com.apple.apn.managed" // whose settings are in dictionaries of a PayloadContent, as profiles in use have it, or beside PayloadType, as the schema says
)

// unionTypes have several pages in Apple's documentation, with conditions of their
// own: what is required and allowed on one of them need not be on another.
var unionTypes = map[string]bool{typeSSO: true, "com.apple.MCX": true, "com.apple.homescreenlayout": true}

// unionValues are keys of unionTypes that have the same values on all pages.
var unionValues = map[string]bool{"AuthenticationMethod": true, "UserAuthorizationMode": true, "NewUserAuthorizationMode": true, "ScreenLockedBehavior": true}

// partialTypes are preferences that take effect without the keys which the schema
// requires.
var partialTypes = map[string]bool{
	"com.apple.dock": true, "com.apple.screensaver": true, "com.apple.screensaver.user": true, "com.apple.Dictionary": true,
	"com.apple.DirectoryService.managed": true, "com.apple.DiscRecording": true, "com.apple.MCX.TimeMachine": true, "com.apple.SystemConfiguration": true,
	"com.apple.applicationaccess.new": true, "com.apple.dashboard": true,
	"com.apple.familycontrols.contentfilter": true, "com.apple.familycontrols.timelimits.v2": true,
}

// conditionalKeys are required only where another setting is there, or only by newer
// systems, by type and path.
var conditionalKeys = map[string]bool{
	"com.apple.vpn.managed DNS.DNSProtocol":                                            true, // plain DNS works without
	"com.apple.configurationprofile.identification PayloadIdentification.EmailAddress": true,
	"com.apple.configurationprofile.identification PayloadIdentification.FullName":     true,
	"com.apple.configurationprofile.identification PayloadIdentification.Password":     true,
	"com.apple.configurationprofile.identification PayloadIdentification.UserName":     true,
	"com.apple.vpn.managed.appmapping AppLayerVPNMapping.DesignatedRequirement":        true, // of Macs
	"com.apple.vpn.managed.appmapping AppLayerVPNMapping.SigningIdentifier":            true, // of Macs
}

// sharedKeys are types whose payloads also have the keys of another one.
var sharedKeys = map[string]string{
	"com.apple.vpn.managed.applayer":        "com.apple.vpn.managed",
	"com.apple.firstactiveethernet.managed": "com.apple.wifi.managed", "com.apple.firstethernet.managed": "com.apple.wifi.managed",
	"com.apple.secondactiveethernet.managed": "com.apple.wifi.managed", "com.apple.secondethernet.managed": "com.apple.wifi.managed",
	"com.apple.thirdactiveethernet.managed": "com.apple.wifi.managed", "com.apple.thirdethernet.managed": "com.apple.wifi.managed",
	"com.apple.globalethernet.managed": "com.apple.wifi.managed",
}

// contentTypes are the types on whose PayloadContent certificate-invalid reports.
var contentTypes = map[string]bool{
	"com.apple.security.root": true, "com.apple.security.pkcs1": true, "com.apple.security.pem": true, "com.apple.security.pkcs12": true,
}

// oldNames are names that Apple's documents had once, or that Apple uses elsewhere,
// with those of the keys in profiles.
var oldNames = map[string]string{
	"TLSTrustedServerCommonNames": "TLSTrustedServerNames",
	"TrustedServerNames":          "TLSTrustedServerNames",
	"IKESAParameters":             "IKESecurityAssociationParameters", // as VPN configurations of apps are stored
	"ChildSAParameters":           "ChildSecurityAssociationParameters",
}

// otherSpellings are keys that devices read as they are, although the schema spells
// them in another way: power management has this one, and so has Apple's example.
var otherSpellings = map[string]bool{"Wake On LAN": true}

// schemaFaultKind tells which rule reports a fault.
type schemaFaultKind uint8

const (
	faultMissing schemaFaultKind = iota
	faultType
	faultValue
	faultRange
	faultMisspelled
	faultMisplaced
	faultUnknown
	faultDeprecated
	faultRemoved
	faultTarget
	faultPlaceholder
	faultStray
	schemaFaultKinds
)

// schemaFault is one difference between a profile and the schema.
type schemaFault struct {
	payload  *profile.Payload
	node     *profile.Node // the value; of a missing key, the dictionary
	key      *schema.Key   // of the schema; nil for an unknown key
	severity checker.Severity
	exact    bool                // a misspelled key differs in case and whitespace only
	systems  []string            // what targets deprecate or removed the key, as "iOS 15.0"
	missing  []unsupportedTarget // the targets that do not support the key
	sample   string              // the placeholder text in the value
	place    string              // the key of the dictionary that a misplaced key belongs in; "" for the payload itself
}

type schemaFaults [schemaFaultKinds][]schemaFault

// schemaFaultsKey is what the faults of a profile are shared under.
type schemaFaultsKey struct{}

// schemaFaultsOf gives the faults of a kind.
func schemaFaultsOf(p *checker.Pass, kind schemaFaultKind) []schemaFault {
	return p.Share(schemaFaultsKey{}, func() any { return findSchemaFaults(p) }).(*schemaFaults)[kind]
}

// noFaults is shared by all profiles without any.
var noFaults = new(schemaFaults)

func findSchemaFaults(p *checker.Pass) *schemaFaults {
	if t := schema.Declaration(p.Profile.Declaration); t != nil {
		return findDeclarationFaults(p, t)
	}
	w := &schemaWalk{pass: p, targets: targetsOf(p), nearLeft: maxNear, listUnknown: p.RuleEnabled(schemaKeyUnknownID)}
	_, w.scoped = p.Profile.Root.Get("PayloadScope").Str()
	payloads := p.Profile.Payloads()
	if p.Profile.IsACMESettings() { // it has the keys of an ACME payload
		for _, acme := range p.Profile.ACME() {
			payloads = append(payloads, acme.Payload)
			payloads[0].Type, payloads[0].Schema = profile.TypeACME, schema.Payload(profile.TypeACME)
		}
	}
	for i := range payloads {
		payload := &payloads[i]
		t := payload.Schema
		w.payload, w.typ, w.shared = payload, t, nil
		if t == nil || payload.As == profile.TypeSCEP || payload.Type == profile.TypeACME && payload.Keys.Content.Is(profile.Dict) {
			for c := range payload.Node.Children() { // scep- rules and acme-nested report what else is wrong with them
				w.misspelledShown(c)
			}
			continue
		}
		if len(w.targets) > 0 {
			w.having = havingPayload(w.targets, payload.Type)
		}
		w.typeTraits = traits[payload.Type]
		if w.sharing != "" {
			w.shared = &schema.Payload(w.sharing).Keys
		}
		if content := payload.Node.Get("PayloadContent"); payload.Type == typeAPN && content.Is(profile.Array) {
			for c := range content.Children() {
				if c.Is(profile.Dict) {
					w.dictionary(c, &t.Keys)
				}
			}
			continue
		}
		w.dictionary(payload.Node, &t.Keys)
	}
	w.profileKeys()
	return w.found()
}

// found gives the faults of the walk.
func (w *schemaWalk) found() *schemaFaults {
	if w.faults == nil {
		return noFaults
	}
	return w.faults
}

// profileKeys looks for misspelled keys of the profile itself, other than those that
// each payload has as well.
func (w *schemaWalk) profileKeys() {
	root, t := w.pass.Profile.Root, schema.TopLevel()
	if w.pass.Profile.Declaration != "" || !root.Is(profile.Dict) || root.Get("PayloadContent") == nil {
		return
	}
	w.payload = nil
	for c := range root.Children() {
		if schema.IsCommon(c.Key) || t.Lists(c.Key) {
			continue
		}
		if w.payload == nil {
			w.payload, w.typ, w.shared, w.typeTraits = &profile.Payload{Node: root, Type: t.Name, Schema: t}, t, nil, typeTraits{}
		}
		if !w.nameless(root, c) && !w.misspelled(root, c, &t.Keys, keyNamesOf(&t.Keys)) {
			w.outsidePayload(c)
		}
	}
}

// shownKeys are the keys that all payloads have and nothing but what is shown to people
// depends on. Other rules report on the other ones.
var shownKeys = []string{"PayloadDisplayName", "PayloadDescription", "PayloadOrganization"}

// misspelledShown reports a key of the payload that is a misspelling of one of these.
func (w *schemaWalk) misspelledShown(n *profile.Node) bool {
	if len(n.Key) < len("PayloadDescription")-1 || n.Key[0]|0x20 != 'p' || schema.IsCommon(n.Key) || w.pass.Profile.Declaration != "" {
		return false
	}
	for _, name := range shownKeys {
		if misspells(n.Key, name) && w.payload.Node.Get(name) == nil {
			w.report(faultMisspelled, schemaFault{
				node: n, key: schema.CommonPayloadKeys().Get(name), severity: checker.Warning, exact: profile.FoldName(n.Key) == profile.FoldName(name),
			})
			return true
		}
	}
	return false
}

// outsidePayload reports a key of the profile that one of its payloads should have.
func (w *schemaWalk) outsidePayload(n *profile.Node) {
	var in *profile.Payload
	var key *schema.Key
	payloads := w.pass.Profile.Payloads()
	for i := range payloads {
		t := payloads[i].Schema
		if t == nil || !strictTypes[t.Name] || !t.Lists(n.Key) && (sharedKeys[t.Name] == "" || !schema.Payload(sharedKeys[t.Name]).Lists(n.Key)) {
			continue
		}
		if in != nil || payloads[i].Node.Get(n.Key) != nil {
			return
		}
		if in, key = &payloads[i], t.Get(n.Key); key == nil {
			key = schema.Payload(sharedKeys[t.Name]).Get(n.Key)
		}
	}
	if in != nil && w.fits(n, key) {
		w.report(faultMisplaced, schemaFault{node: n, key: key, severity: checker.Warning}).payload = in
	}
}

// findDeclarationFaults compares the Payload of a declaration with its type. A SCEP
// asset has rules of its own.
func findDeclarationFaults(p *checker.Pass, t *schema.Type) *schemaFaults {
	content := p.Profile.Root.Get("Payload")
	if p.Profile.IsSCEPAsset() || !content.Is(profile.Dict) {
		return noFaults
	}
	w := &schemaWalk{pass: p, nearLeft: maxNear, listUnknown: p.RuleEnabled(schemaKeyUnknownID)}
	w.payload, w.typ = &profile.Payload{Node: content, Type: t.Name, Schema: t}, t
	w.strict = !slices.ContainsFunc(t.Platforms, func(on schema.Platform) bool { return strings.HasPrefix(on.Introduced, betaSystems) })
	w.dictionary(content, &t.Keys)
	return w.found()
}

// betaSystems begins the versions of systems whose schema may still change.
const betaSystems = "27."

// typeTraits are what the lists above say of a payload type.
type typeTraits struct {
	strict, union, partial bool
	sharing                string
}

var traits = func() map[string]typeTraits {
	list := map[string]typeTraits{}
	for _, t := range slices.Concat(slices.Collect(maps.Keys(strictTypes)), slices.Collect(maps.Keys(unionTypes)), slices.Collect(maps.Keys(partialTypes)), slices.Collect(maps.Keys(sharedKeys))) {
		list[t] = typeTraits{strictTypes[t], unionTypes[t], partialTypes[t], sharedKeys[t]}
	}
	return list
}()

// schemaWalk is a walk through the payloads of a profile.
type schemaWalk struct {
	pass    *checker.Pass
	faults  *schemaFaults // nil until there is one
	targets checker.Targets
	having  checker.Targets // those that support the payload
	scoped  bool            // the profile has a PayloadScope, which Macs alone read

	payload *profile.Payload
	typ     *schema.Type
	shared  *schema.Keys // further keys of the payload
	typeTraits

	around      *schema.Keys           // of the dictionary around the one that is compared
	quiet       bool                   // targets do not support a key around
	users       map[*profile.Node]bool // dictionaries that refer to SCEP payloads, when it was first asked
	listUnknown bool                   // schema-key-unknown runs

	nearLeft int // how many names may still be compared with one another
}

// schemaKeyUnknownID is the rule that is disabled by default.
const schemaKeyUnknownID = "schema-key-unknown"

// maxNear is how many names of keys are compared in a profile, for comparing takes
// long where there are very many unknown keys.
const maxNear = 100_000

func (w *schemaWalk) report(kind schemaFaultKind, f schemaFault) *schemaFault {
	if w.faults == nil {
		w.faults = new(schemaFaults)
	}
	f.payload = w.payload
	list := &w.faults[kind]
	*list = append(*list, f)
	return &(*list)[len(*list)-1]
}

// severity is that of a fault which makes the profile system reject the payload or
// ignore a setting.
func (w *schemaWalk) severity() checker.Severity {
	if w.strict {
		return checker.Error
	}
	return checker.Warning
}

// top reports whether a dictionary is the payload itself.
func (w *schemaWalk) top(n *profile.Node) bool { return n == w.payload.Node }

// left reports whether another rule reports on the values and the absence of a key.
func (w *schemaWalk) left(n *profile.Node, key string) bool {
	return key == "PayloadContent" && w.top(n) && contentTypes[w.typ.Name]
}

// requested reports whether a key is a name in a certificate request, whose value
// other rules check.
func (w *schemaWalk) requested(n *profile.Node, key string) bool {
	return w.typ.Name == profile.TypeACME && w.top(n) && (key == "Subject" || key == "SubjectAltName")
}

// dictionary compares a dictionary with its keys in the schema.
func (w *schemaWalk) dictionary(n *profile.Node, keys *schema.Keys) {
	top := w.top(n)
	names, shared := keyNamesOf(keys), w.sharedBy(n)
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if top && schema.IsCommon(c.Key) {
			continue
		}
		k, far := names.find(c.Key)
		if shared != nil && !keys.Lists(c.Key) {
			if other := shared.Get(c.Key); other != nil {
				k = other
			}
		}
		if k == nil || k == keys.Further && !w.matches(c, k) {
			closed := !keys.Open || shared != nil || top && w.typ.Name == typeSSO // what is an extension's own is in ExtensionData
			if top && w.misspelledShown(c) || !far && closed && w.misspelled(n, c, keys, names) {
				continue
			}
			if closed && w.strict && w.misplaced(n, c, names) {
				continue
			}
			if !keys.Open && w.listUnknown && !w.nameless(n, c) {
				w.report(faultUnknown, schemaFault{node: c, severity: checker.Info})
			}
			continue
		}
		around, quiet := w.around, w.quiet
		w.around, w.quiet = keys, w.support(c, k) || quiet
		if !w.left(n, c.Key) && !w.requested(n, c.Key) {
			w.value(c, k)
		}
		w.around, w.quiet = around, quiet
	}
	if n.Templated() || w.union || w.partial || w.unused(n) || top && isNested(w.payload) {
		return
	}
	for _, k := range keys.Needed {
		if n.Get(k.Name) != nil || w.left(n, k.Name) || top && schema.IsCommon(k.Name) || w.conditional(n, k) {
			continue
		}
		severity := w.severity()
		if k.Name == "LocalIdentifier" && !certificateAuth(n) {
			severity = checker.Warning // the device uses its address
		}
		if k.Name == "ServerAddresses" && n.Get("SearchDomains") != nil {
			severity = checker.Warning // profiles in use set only the search domains of a VPN
		}
		w.report(faultMissing, schemaFault{node: n, key: k, severity: severity})
	}
	if top && w.typ.Name == "com.apple.wifi.managed" && n.Get("SSID_STR") == nil && !isPasspoint(n) {
		w.report(faultMissing, schemaFault{node: n, key: keys.Get("SSID_STR"), severity: checker.Warning})
	}
	if name := settingsOf(w.payload); top && name != "" {
		k, settings := keys.Get(name), n.Get(name)
		if (k == nil || k == keys.Further) && w.shared != nil {
			k = w.shared.Get(name)
		}
		switch {
		case k == nil:
		case settings == nil:
			w.report(faultMissing, schemaFault{node: n, key: k, severity: checker.Warning})
		case settings.Is(profile.Dict) && settings.Len() == 0 && !settings.Templated():
			w.report(faultMissing, schemaFault{node: settings, key: k, severity: checker.Warning})
		}
	}
	if top && strings.HasPrefix(w.typ.Name, typeVPN) && n.Get("VPNSubType") == nil {
		if kind := n.Get("VPNType").Text(); (kind == "VPN" || kind == "TransparentProxy") && n.Get(kind) != nil {
			w.report(faultMissing, schemaFault{node: n, key: schema.Payload(typeVPN).Keys.Get("VPNSubType"), severity: checker.Warning})
		}
	}
}

// sharedBy returns the further keys of a dictionary that another one lists: those that the
// payload shares with another type, and those of IKEv2 for the tunnels of an always-on VPN.
func (w *schemaWalk) sharedBy(n *profile.Node) *schema.Keys {
	if w.top(n) {
		return w.shared
	}
	if n.Parent().Key == "TunnelConfigurations" && (w.typ.Name == typeVPN || w.sharing == typeVPN) {
		return &schema.Payload(typeVPN).Get("IKEv2").Keys
	}
	return nil
}

// settingsOf returns the dictionary that a payload has no effect without, though the
// schema does not require it: that of its VPNType, or that of 802.1X.
func settingsOf(payload *profile.Payload) string {
	switch t := payload.Type; {
	case t == typeVPN || t == "com.apple.vpn.managed.applayer":
		switch kind := payload.Node.Get("VPNType").Text(); kind {
		case "VPN", "IPSec", "IKEv2", "AlwaysOn", "TransparentProxy":
			return kind
		case "L2TP":
			return "PPP"
		}
	case strings.HasSuffix(t, "ethernet.managed"):
		return "EAPClientConfiguration"
	case t == "com.apple.wifi.managed" && (payload.Node.Get("PayloadCertificateUUID").Text() != "" || payload.Node.Get("SetupModes").Len() > 0):
		return "EAPClientConfiguration"
	}
	return ""
}

// unused reports whether a dictionary inside a payload is written and not used: an
// empty one, or the settings of another kind of VPN.
func (w *schemaWalk) unused(n *profile.Node) bool {
	if w.top(n) {
		return false
	}
	if n.Len() == 0 && !n.Parent().Is(profile.Array) {
		return true
	}
	switch n.Key {
	case "VPN", "IKEv2", "AlwaysOn", "TransparentProxy":
		kind := w.payload.Node.Get("VPNType")
		return w.top(n.Parent()) && (kind.Text() != n.Key || unknowable(kind))
	}
	return false
}

// conditional reports whether conditionalKeys holds a key.
func (w *schemaWalk) conditional(n *profile.Node, k *schema.Key) bool {
	return conditionalKeys[w.typ.Name+" "+w.path(n, k.Name)]
}

// path gives a key of a dictionary with the keys around it.
func (w *schemaWalk) path(n *profile.Node, key string) string {
	for ; n != nil && !w.top(n); n = n.Parent() {
		if n.Key != "" {
			key = n.Key + "." + key
		}
	}
	return key
}

// matches reports whether a value may be what further keys of a dictionary hold.
func (w *schemaWalk) matches(n *profile.Node, k *schema.Key) bool {
	return k.Kind == schema.Any || unknowable(n) || schemaKinds[k.Kind] == n.Kind
}

// isReference reports whether reference-missing reports the absence of a key.
func (w *schemaWalk) isReference(n *profile.Node, k *schema.Key) bool {
	return w.top(n) && slices.ContainsFunc(requiredReferences, func(r profile.ReferenceKey) bool {
		return r.Path == k.Name && slices.Contains(r.Types, w.payload.Type)
	})
}

// schemaKinds are the kinds of values that the kinds of the schema have in property
// lists.
var schemaKinds = [...]profile.Kind{
	schema.String: profile.String, schema.Integer: profile.Integer, schema.Real: profile.Real, schema.Boolean: profile.Boolean,
	schema.Timestamp: profile.Date, schema.Data: profile.Data, schema.Array: profile.Array, schema.Dictionary: profile.Dict,
}

// unknowable reports whether it is not known what a value will be.
func unknowable(n *profile.Node) bool {
	return n != nil && (n.Kind == profile.Template || n.Unrendered() || n.Broken() || n.Kind == profile.String && n.HasVariable())
}

// value compares a value with its key in the schema.
func (w *schemaWalk) value(n *profile.Node, k *schema.Key) {
	if k.Kind == schema.Any || unknowable(n) {
		return
	}
	if want := schemaKinds[k.Kind]; n.Kind != want {
		if w.top(n.Parent()) && w.isReference(n.Parent(), k) {
			return
		}
		if severity := w.mismatch(n, k); severity != checker.Off {
			w.report(faultType, schemaFault{node: n, key: k, severity: severity})
			return
		}
	}
	switch n.Kind {
	case profile.Dict:
		if (k.Known() || k.Further != nil) && !w.isOfVendor(n) && !w.isOfOtherVPN(n) {
			w.dictionary(n, &k.Keys)
		}
	case profile.Array:
		if k.Items != nil {
			for c := range n.Children() {
				w.value(c, k.Items)
			}
		}
	case profile.String:
		w.placeholder(n, k)
		w.allowed(n, k)
		if !w.empty(n, k) {
			w.stray(n, k)
		}
	case profile.Integer, profile.Real:
		w.allowed(n, k)
		w.limits(n, k)
	}
}

// isOfVendor reports whether a dictionary holds what a vendor makes of it: the configuration
// of a VPN app, or the data of an extension other than that of Kerberos.
func (w *schemaWalk) isOfVendor(n *profile.Node) bool {
	return n.Key == "VendorConfig" ||
		n.Key == "ExtensionData" && w.typ.Name == typeSSO && n.Parent().Get("ExtensionIdentifier").Text() != "com.apple.AppSSOKerberos.KerberosExtension"
}

// isOfOtherVPN reports whether a dictionary holds the settings of another kind of VPN than
// the payload is for.
func (w *schemaWalk) isOfOtherVPN(n *profile.Node) bool {
	switch n.Key {
	case "VPN", "IKEv2", "AlwaysOn", "TransparentProxy":
		kind := settingsOf(w.payload)
		return kind != "" && kind != n.Key && w.top(n.Parent())
	}
	return false
}

// empty reports a required text that is empty or blank, and tells whether it did.
func (w *schemaWalk) empty(n *profile.Node, k *schema.Key) bool {
	in := n.Parent()
	if strings.TrimSpace(n.Text()) != "" || len(k.Allowed) > 0 || !w.strict || !in.Is(profile.Dict) || w.typ.Name == typeMDM || w.typ.Name == "com.apple.webcontent-filter" || reportedEmpty[k.Name] || w.unused(in) {
		return false
	}
	found := k.Required && !(w.top(in) && w.isReference(in, k)) || k.Name == "SSID_STR" && w.top(in) && !isPasspoint(in)
	if found {
		w.report(faultMissing, schemaFault{node: n, key: k, severity: checker.Warning})
	}
	return found
}

// isPasspoint reports whether a Wi-Fi payload finds its networks by what they offer, not by name.
func isPasspoint(wifi *profile.Node) bool {
	return slices.ContainsFunc([]string{"DomainName", "IsHotspot", "RoamingConsortiumOIs", "NAIRealmNames", "MCCAndMNCs", "HESSID"}, func(key string) bool {
		return wifi.Get(key) != nil
	})
}

// reportedEmpty are keys on whose empty texts other rules report, or that may be empty.
var reportedEmpty = map[string]bool{"DirectoryURL": true, "LocalIdentifier": true, "PayloadCertificateUUID": true}

// placeholder looks for placeholder text in a string that the placeholder rule does not
// find elsewhere.
func (w *schemaWalk) placeholder(n *profile.Node, k *schema.Key) {
	if w.typ.Name == profile.TypeACME || w.typ.Name == typeMDM && w.top(n.Parent()) {
		return
	}
	sample, found := profile.Placeholder(n.Text())
	if found && isSetting(n, sample, w.strict) && !slices.Contains(k.Allowed, n.Text()) {
		w.report(faultPlaceholder, schemaFault{node: n, key: k, sample: sample})
	}
}

// stray notes characters around a text that do not belong to it.
func (w *schemaWalk) stray(n *profile.Node, k *schema.Key) {
	if plainInside(n.Text()) || !w.strict && !w.union || w.comparesAllowed(n, k) || isForPeople(k.Name) || strings.HasSuffix(k.Name, "Location") || strings.HasSuffix(k.Name, "UUID") || k.Format != "" && escapedTwice(n.Text()) == "" || slices.Contains(hostKeys[w.typ.Name], w.path(n.Parent(), n.Key)) {
		return
	}
	if hasStray(n) {
		w.report(faultStray, schemaFault{node: n, key: k})
	}
}

// mismatch weighs a value of another kind than the schema has; Off where it does no
// harm.
func (w *schemaWalk) mismatch(n *profile.Node, k *schema.Key) checker.Severity {
	switch {
	case k.Kind == schema.Real && n.Is(profile.Integer):
		return checker.Off
	case k.Kind == schema.Integer && n.Is(profile.Real):
		if _, whole := wholeReal(n); whole || !w.strict { // applications read a number as the kind they need
			return checker.Off
		}
	case k.Kind == schema.Integer && n.Is(profile.Boolean):
		if zeroOrOne(k) {
			return checker.Off
		}
		return w.lenient()
	case k.Kind == schema.Boolean && n.Is(profile.Integer) && (n.Text() == "0" || n.Text() == "1"):
		return w.digit()
	case k.Kind == schema.String && n.Is(profile.Real, profile.Integer) && len(k.Allowed) > 0:
		if slices.Contains(k.Allowed, strings.TrimSpace(n.Text())) {
			return w.lenient()
		}
	}
	return w.severity()
}

// lenient is the severity of what another reader may not take.
func (w *schemaWalk) lenient() checker.Severity {
	if w.strict {
		return checker.Warning
	}
	return checker.Off
}

// digit is the severity of 0 or 1 instead of a boolean: macOS takes it, iOS does
// not.
func (w *schemaWalk) digit() checker.Severity {
	onlyMac := !slices.ContainsFunc(w.typ.Platforms, func(p schema.Platform) bool { return p.Name != "macOS" && p.Available() })
	for _, t := range w.targets {
		if p := w.typ.Platforms.On(t.System); t.System != "macos" && p.Available() {
			return w.severity()
		}
	}
	if onlyMac || len(w.targets) > 0 || w.scoped {
		return checker.Off
	}
	return w.lenient()
}

// zeroOrOne reports whether an integer is used as a boolean.
func zeroOrOne(k *schema.Key) bool {
	return len(k.Allowed) == 2 && slices.Contains(k.Allowed, "0") && slices.Contains(k.Allowed, "1")
}

// allowed compares a value with those that the schema lists.
func (w *schemaWalk) allowed(n *profile.Node, k *schema.Key) {
	if !w.comparesAllowed(n, k) {
		return
	}
	if k.Name == "EncryptionType" && w.sharing != "" {
		return // a wired network has none
	}
	severity := w.severity()
	if looseRanges[k.Name] {
		severity = w.lenient()
	}
	if n.Parent().Is(profile.Array) {
		if severity = checker.Warning; !w.strict && !w.union { // the others count
			return
		}
	}
	text := n.Text()
	switch n.Kind {
	case profile.Integer, profile.Real:
		v, ok := numberOf(n)
		if !ok || len(k.Allowed) == 1 || slices.ContainsFunc(k.Allowed, func(a string) bool { x, err := strconv.ParseFloat(a, 64); return err == nil && x == v }) {
			return
		}
		if zeroOrOne(k) {
			severity = checker.Warning // all but 0 is true
		}
	case profile.String:
		if _, sample := profile.Placeholder(text); sample || text == "" && !k.Required || slices.Contains(k.Allowed, text) {
			return
		}
	default:
		return
	}
	if k.Name == "CertificateType" && strings.HasPrefix(text, "ECDSA") && w.pass.RuleEnabled(referenceKeyAlgorithm.ID) && w.usesSCEP(n.Parent()) {
		return // it does not fit the identity either, which that rule reports
	}
	w.report(faultValue, schemaFault{node: n, key: k, severity: severity})
}

// comparesAllowed reports whether a value is compared with those that the schema lists. A
// union type has other values on other pages, so that of these only misspelled ones of SSO
// are compared, and none where one page has a single value.
func (w *schemaWalk) comparesAllowed(n *profile.Node, k *schema.Key) bool {
	return len(k.Allowed) > 0 && (!w.union || unionValues[k.Name] || w.typ.Name == typeSSO && len(k.Allowed) > 1 && sameValue(n.Text(), k.Allowed) != "")
}

// usesSCEP reports whether a dictionary has a reference to a SCEP payload.
func (w *schemaWalk) usesSCEP(n *profile.Node) bool {
	if w.users == nil {
		w.users = map[*profile.Node]bool{}
		for _, r := range w.pass.Profile.References() {
			if r.Target != nil && r.Target.As == profile.TypeSCEP {
				w.users[r.Node.Parent()] = true
			}
		}
	}
	return w.users[n]
}

// numberOf gives the value of a number.
func numberOf(n *profile.Node) (float64, bool) {
	if v, ok := n.Int(); ok {
		return float64(v), true
	}
	return n.Float()
}

// looseRanges are keys whose range or values in the schema are those of a user interface.
var looseRanges = map[string]bool{"MailNumberOfPastDaysToSync": true, "maxInactivity": true, "ratingApps": true, "ratingMovies": true, "ratingTVShows": true}

// rangesOfIOS are types that Macs read as preferences, so that a number which iOS
// rejects may count there.
var rangesOfIOS = map[string]bool{"com.apple.mobiledevice.passwordpolicy": true, "com.apple.applicationaccess": true}

// macOnly reports whether a profile is for Macs alone, as far as is known.
func (w *schemaWalk) macOnly() bool {
	if len(w.targets) == 0 {
		return w.scoped
	}
	return !slices.ContainsFunc(w.targets, func(t checker.Target) bool { return t.System != "macos" })
}

// limits compares a number with its range. Zero stands for "never" or "off" in
// many ranges that begin with a small number.
func (w *schemaWalk) limits(n *profile.Node, k *schema.Key) {
	if k.Min == nil && k.Max == nil && w.strict && (strings.HasSuffix(k.Name, "Port") || strings.HasSuffix(k.Name, "PortNumber")) {
		k = portKey
	}
	if k.Min == nil && k.Max == nil || w.union {
		return
	}
	v, ok := numberOf(n)
	if !ok || math.IsNaN(v) {
		return
	}
	low, high := k.Min != nil && v < *k.Min, k.Max != nil && v > *k.Max
	if !low && !high || low && v == 0 && *k.Min <= 2 {
		return
	}
	severity := w.severity()
	if looseRanges[k.Name] || rangesOfIOS[w.typ.Name] && w.macOnly() {
		severity = w.lenient()
	}
	if severity != checker.Off {
		w.report(faultRange, schemaFault{node: n, key: k, severity: severity})
	}
}

// portKey has the range of ports, which the schema does not give for all of them.
var portKey = func() *schema.Key {
	low, high := 0.0, 65535.0
	return &schema.Key{Min: &low, Max: &high}
}()

// nameless reports whether nothing can be said of the name of a key, or other rules
// report on it.
func (w *schemaWalk) nameless(in, n *profile.Node) bool {
	return n.Key == "" || len(n.Key) > maxKeyName || profile.HasVariable(n.Key) || n.Is(profile.Template) ||
		w.top(in) && (keysOfPayloads[n.Key] || keysOfProfile[n.Key])
}

// misspelled reports a key that the schema does not list but one that is near to it.
func (w *schemaWalk) misspelled(in, n *profile.Node, keys *schema.Keys, names *keyNames) bool {
	if w.nameless(in, n) || otherSpellings[n.Key] {
		return false
	}
	k, exact := w.nearest(in, n, keys)
	if shared := w.sharedBy(in); k == nil && shared != nil {
		k, exact = w.nearest(in, n, shared)
	}
	if k == nil {
		k = w.abbreviated(n, keys)
	}
	if k == nil && w.nearLeft > 0 && oldNames[n.Key] == "" { // which is near in other dictionaries
		names.addFar(n.Key)
	}
	if k == nil || !w.fits(n, k) || in.Get(k.Name) != nil || !exact && holdsKey(&w.typ.Keys, n.Key) {
		return false // a key of another dictionary is no misspelled one
	}
	severity := w.severity()
	if off, ok := n.Bool(); ok && !off && k.Default == "false" {
		severity = checker.Info // as it is without the key
	}
	w.report(faultMisspelled, schemaFault{node: n, key: k, severity: severity, exact: exact})
	return true
}

// misplaced reports a key that belongs in another dictionary: of those of the payload,
// the one around it or one inside it.
func (w *schemaWalk) misplaced(in, n *profile.Node, names *keyNames) bool {
	if w.top(in) && n.Key == "PayloadContent" {
		if isNested(w.payload) {
			w.report(faultMisplaced, schemaFault{node: n, severity: checker.Error})
			return true
		}
		return false
	}
	switch {
	case w.top(in):
		return w.belongsInside(in, n, names)
	case w.top(in.Parent()):
		k := listedIn(&w.typ.Keys, n.Key)
		if k == nil && w.shared != nil {
			k = listedIn(w.shared, n.Key)
		}
		if k == nil || in.Key == "EAPClientConfiguration" && n.Key == "PayloadCertificateUUID" || w.nameless(in, n) { // eap-identity-missing reports it
			return false
		}
		if schema.IsCommon(n.Key) || n.Key == "OnDemandMatchAppEnabled" || in.Parent().Get(n.Key) != nil || !w.fits(n, k) { // Apple's own example has this one inside
			return false
		}
		w.report(faultMisplaced, schemaFault{node: n, key: k, severity: checker.Warning})
		return true
	case in.Parent().Is(profile.Dict):
		k := listedIn(w.around, n.Key)
		if k == nil || w.nameless(in, n) || in.Parent().Get(n.Key) != nil || !w.fits(n, k) {
			return false
		}
		w.report(faultMisplaced, schemaFault{node: n, key: k, severity: checker.Warning})
		return true
	}
	return false
}

// belongsInside reports a key of the payload that only one of its dictionaries lists.
func (w *schemaWalk) belongsInside(in, n *profile.Node, names *keyNames) bool {
	var place, found *schema.Key
	lists := []*keyNames{names}
	if w.shared != nil {
		lists = append(lists, keyNamesOf(w.shared))
	}
	for _, list := range lists {
		for _, k := range list.dictionariesWith(n.Key) {
			if settings := settingsOf(w.payload); settings != "" && k.Name != settings {
				continue
			}
			if place != nil {
				return false
			}
			place, found = k, k.Keys.Get(n.Key)
		}
	}
	if place == nil || payloadOfOld[n.Key] || w.nameless(in, n) || in.Get(place.Name).Get(n.Key) != nil || !w.fits(n, found) {
		return false
	}
	if place.Required && in.Get(place.Name) == nil {
		return false // schema-required reports the dictionary
	}
	w.report(faultMisplaced, schemaFault{node: n, key: found, severity: checker.Warning, place: place.Name})
	return true
}

// isNested reports whether a PayloadContent is around the settings of a payload that
// has none.
func isNested(payload *profile.Payload) bool {
	n := payload.Node.Get("PayloadContent")
	if !n.Is(profile.Dict) {
		return false
	}
	t := payload.Schema
	if t == nil || !strictTypes[payload.Type] || t.Lists("PayloadContent") || payload.Type == profile.TypeACME {
		return false
	}
	for c := range n.Children() {
		if t.Lists(c.Key) && payload.Node.Get(c.Key) == nil {
			return true
		}
	}
	return false
}

// nearest gives the key that an unknown one is a misspelling of, and whether they
// differ in case and whitespace only; nil if there is none.
func (w *schemaWalk) nearest(in, n *profile.Node, keys *schema.Keys) (best *schema.Key, exact bool) {
	if !keys.Known() {
		return nil, false
	}
	if right := oldNames[n.Key]; right != "" && keys.Lists(right) {
		return keys.Get(right), false
	}
	var buffer [maxKeyName]byte
	plain := squeezeInto(buffer[:0], n.Key)
	if len(plain) == 0 || w.top(in) && commonNear(plain) {
		return nil, false
	}
	const most = 2
	lists, has, far := keyNamesOf(keys).lengths(), letters(plain), most+1
	for size := max(len(plain)-most, 1); size <= len(plain)+most && size < len(lists); size++ {
		edits, least := 0, min(len(plain), size)
		switch {
		case least >= 9 && w.strict:
			edits = 2
		case least >= 8, least >= 5 && w.strict:
			edits = 1
		}
		for i := range lists[size] {
			s := &lists[size][i]
			if has == s.letters && size == len(plain) && s.name == string(plain) {
				return s.key, true
			}
			edits := edits
			if edits == 0 && least >= 4 && !keys.Open && s.key.Required {
				edits = 1 // or a required key is missing; misspelled asks whether it is
			}
			if edits == 0 || bits.OnesCount64(has^s.letters) > 2*edits || otherLetters(string(plain), s.name) > 2*edits {
				continue // each edit brings one letter at most, and takes one
			}
			if w.nearLeft--; w.nearLeft < 0 {
				return best, false
			}
			d := profile.Distance(string(plain), s.name)
			if d <= edits && d < far && withoutDigits(string(plain)) != withoutDigits(s.name) {
				best, far = s.key, d
			}
		}
	}
	return best, false
}

// abbreviated gives the key that an unknown one is the beginning of, or that it adds a
// word to; nil if there is none or several. Restrictions are left out: a new one may well
// begin like another.
func (w *schemaWalk) abbreviated(n *profile.Node, keys *schema.Keys) (found *schema.Key) {
	const least = 8
	if !w.strict || !keys.Known() || len(n.Key) < least || w.nearLeft <= 0 || w.typ.Name == "com.apple.applicationaccess" {
		return nil
	}
	w.nearLeft--
	var buffer [maxKeyName]byte
	plain := string(squeezeInto(buffer[:0], n.Key))
	for size, list := range keyNamesOf(keys).lengths() {
		for i := range list {
			name := list[i].name
			tail, longer := strings.CutPrefix(plain, name)
			switch {
			case size >= least && longer && addedWords[tail], len(plain) >= least && strings.HasPrefix(name, plain):
			default:
				continue
			}
			if found != nil {
				return nil
			}
			found = list[i].key
		}
	}
	if found != nil && holdsKey(&w.typ.Keys, n.Key) {
		return nil // it is in the wrong dictionary
	}
	return found
}

// addedWords are words that people add to names of keys.
var addedWords = map[string]bool{
	"array": true, "config": true, "configuration": true, "dict": true, "dictionary": true, "key": true, "list": true, "name": true,
	"settings": true, "string": true, "type": true, "uuid": true, "value": true,
}

// holdsKey reports whether a dictionary of the schema, or one inside it, has a key.
func holdsKey(keys *schema.Keys, name string) bool {
	if keys.Lists(name) {
		return true
	}
	for _, k := range keys.List {
		if holdsKey(&k.Keys, name) || k.Items != nil && holdsKey(&k.Items.Keys, name) {
			return true
		}
	}
	return false
}

// maxKeyName is how long an unknown key is that may be a misspelled one, in bytes.
const maxKeyName = 100

// squeezeInto appends a key as profile.FoldName gives it.
func squeezeInto(to []byte, key string) []byte {
	for i := range len(key) {
		switch c := key[i]; {
		case c >= 0x80:
			return append(to[:0], profile.FoldName(key)...)
		case c == ' ', c == '\t', c == '\n', c == '\r', c == '_', c == '-':
		case 'A' <= c && c <= 'Z':
			to = append(to, c+'a'-'A')
		default:
			to = append(to, c)
		}
	}
	return to
}

// fits reports whether a value could be one of another key, so that the keys may be
// meant to be the same.
func (w *schemaWalk) fits(n *profile.Node, k *schema.Key) bool {
	return k.Kind == schema.Any || unknowable(n) || n.Kind == schemaKinds[k.Kind] || w.mismatch(n, k) != w.severity()
}

// commonNear reports whether a squeezed key is next to one that all payloads have,
// on which other rules report.
func commonNear(plain []byte) bool {
	if len(plain) < 3 || string(plain[:3]) != "pay" {
		return false
	}
	for name := range keysOfPayloads {
		if !slices.Contains(shownKeys, name) && profile.Distance(string(plain), strings.ToLower(name)) <= 1 {
			return true
		}
	}
	return false
}

// otherLetters counts the bytes of two names that the other one does not have, or
// has less often.
func otherLetters(a, b string) (count int) {
	var often [64]int8
	for i := range len(a) {
		often[a[i]&63]++
	}
	for i := range len(b) {
		often[b[i]&63]--
	}
	for _, n := range often {
		count += int(max(n, -n))
	}
	return count
}

func withoutDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, text)
}

// squeezedKey is a key of the schema as keys are compared.
type squeezedKey struct {
	name    string
	letters uint64
	key     *schema.Key
}

// keyNames are the keys of a dictionary of the schema, and names that fleets have again
// and again and that are none of them.
type keyNames struct {
	keys     *schema.Keys
	far      [1024]atomic.Pointer[string] // names that are near none of them
	once     sync.Once
	byLength [][]squeezedKey // made when it is first asked for

	insideOnce sync.Once
	inside     map[string][]*schema.Key // the dictionaries by the keys that they list; made when it is first asked for
}

// keyNameLists are the names by dictionary: *schema.Keys to *keyNames.
var keyNameLists sync.Map

func keyNamesOf(keys *schema.Keys) *keyNames {
	if names, ok := keyNameLists.Load(keys); ok {
		return names.(*keyNames)
	}
	names, _ := keyNameLists.LoadOrStore(keys, &keyNames{keys: keys})
	return names.(*keyNames)
}

// lengths gives the keys by the length of their squeezed names.
func (k *keyNames) lengths() [][]squeezedKey {
	k.once.Do(func() {
		for _, key := range k.keys.List {
			name := profile.FoldName(key.Name)
			for len(k.byLength) <= len(name) {
				k.byLength = append(k.byLength, nil)
			}
			k.byLength[len(name)] = append(k.byLength[len(name)], squeezedKey{name, letters(name), key})
		}
	})
	return k.byLength
}

// dictionariesWith gives the dictionaries that list a key.
func (k *keyNames) dictionariesWith(name string) []*schema.Key {
	k.insideOnce.Do(func() {
		k.inside = map[string][]*schema.Key{}
		for _, dictionary := range k.keys.List {
			if dictionary.Kind != schema.Dictionary {
				continue
			}
			for _, key := range dictionary.Keys.List {
				k.inside[key.Name] = append(k.inside[key.Name], dictionary)
			}
		}
	})
	return k.inside[name]
}

var nameSeed = maphash.MakeSeed()

// places gives the places that a name may have in far.
func (k *keyNames) places(name string) []atomic.Pointer[string] {
	const ways = 4
	i := maphash.String(nameSeed, name) % uint64(len(k.far)) &^ (ways - 1)
	return k.far[i : i+ways]
}

// find gives the key of a name, or far if it is known to be near none.
func (k *keyNames) find(name string) (key *schema.Key, far bool) {
	if key = k.keys.Get(name); key != nil && key != k.keys.Further {
		return key, false
	}
	places := k.places(name)
	for i := range places {
		if known := places[i].Load(); known != nil && *known == name {
			return nil, true
		}
	}
	return key, false
}

// addFar notes that a name is near none.
func (k *keyNames) addFar(name string) {
	name = strings.Clone(name) // it is a piece of a document
	places := k.places(name)
	for i := range places {
		if places[i].CompareAndSwap(nil, &name) {
			return
		}
	}
	places[len(name)%len(places)].Store(&name)
}

// support notes whether targets deprecate or removed a key, or do not have it. It
// reports whether they do not support it.
func (w *schemaWalk) support(n *profile.Node, k *schema.Key) bool {
	if len(w.having) == 0 || k.EverySystem() || w.quiet {
		return false
	}
	platforms := k.Platforms()
	removed, deprecated := supportOf(w.having, platforms)
	switch {
	case len(removed) > 0:
		w.report(faultRemoved, schemaFault{node: n, key: k, severity: checker.Warning, systems: removed})
		return true
	case len(deprecated) > 0:
		w.report(faultDeprecated, schemaFault{node: n, key: k, severity: checker.Info, systems: deprecated})
	}
	missing := unsupportedTargets(w.having, sinceOf(platforms))
	if len(missing) == 0 || w.union || k.Default != "" && n.Text() == k.Default || listedKey(w.typ.Name, w.path(n.Parent(), n.Key)) {
		return false
	}
	severity := checker.Warning
	if len(missing) < len(w.having) {
		severity = checker.Info
	}
	w.report(faultTarget, schemaFault{node: n, key: k, severity: severity, missing: missing})
	return true
}

// supportOf gives the targets, as "iOS 15.0", that removed something, and those
// that deprecate it. Without a version, a target is taken as a new one that need
// not be the newest.
func supportOf(targets checker.Targets, platforms schema.Platforms) (removed, deprecated []string) {
	for _, t := range targets {
		p := platforms.On(t.System)
		if !p.Available() {
			continue
		}
		switch {
		case p.Removed != "" && t.Version != "" && !older(t, p.Removed):
			removed = append(removed, p.Name+" "+p.Removed)
		case p.Deprecated != "" && (t.Version == "" || !older(t, p.Deprecated)):
			deprecated = append(deprecated, p.Name+" "+p.Deprecated)
		}
	}
	return removed, deprecated
}

// kindWords name the kinds of the schema with their articles.
var kindWords = [...]string{
	schema.String: "a string", schema.Integer: "an integer", schema.Real: "a number", schema.Boolean: "a boolean",
	schema.Timestamp: "a date", schema.Data: "data", schema.Array: "an array", schema.Dictionary: "a dictionary",
}

// keyLabel names a value to its reader: by its key, or by that of the array which
// holds it.
func keyLabel(p *checker.Pass, n *profile.Node) checker.Phrase {
	if n.Key != "" {
		return checker.Phrase("`" + excerpt(p, n.Key) + "`")
	}
	for up := n.Parent(); up != nil; up = up.Parent() {
		if up.Key != "" {
			return checker.Phrase("value in `" + excerpt(p, up.Key) + "`")
		}
	}
	return "value"
}

// dictionaryLabel names a dictionary to its reader.
func dictionaryLabel(p *checker.Pass, f *schemaFault, n *profile.Node) checker.Phrase {
	if n == f.payload.Node {
		if p.Profile.IsACMESettings() {
			return "the ACME credential"
		}
		return checker.Phrase(f.payload.Type)
	}
	return checker.Phrase(strings.TrimPrefix(string(keyLabel(p, n)), "value in "))
}

// letters tells which bytes stand in a name, several of them as one.
func letters[T string | []byte](name T) (set uint64) {
	for i := range len(name) {
		set |= 1 << (name[i] & 63)
	}
	return set
}

// listedIn gives the key of a dictionary with a name, without what further keys hold.
func listedIn(keys *schema.Keys, name string) *schema.Key {
	if keys == nil || !keys.Lists(name) {
		return nil
	}
	return keys.Get(name)
}

// payloadOfOld are keys of VPN payloads that Apple's documents or editors of profiles
// once had at the payload, where devices may still read them.
var payloadOfOld = map[string]bool{
	"OnDemandEnabled": true, "OnDemandRules": true, "OnDemandMatchDomainsAlways": true, "OnDemandMatchDomainsNever": true,
	"OnDemandMatchDomainsOnRetry": true, "DisconnectOnIdle": true, "DisconnectOnIdleTimer": true, "OverridePrimary": true, "ProviderBundleIdentifier": true, "ProviderDesignatedRequirement": true,
}
