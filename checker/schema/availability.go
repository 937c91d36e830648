package schema

// Since is the minimum version of each platform: NotAvailable if the platform never had
// it, "" if only that of the payload is known.
type Since struct{ IOS, MacOS, TVOS, WatchOS, VisionOS string }

// On returns the minimum version of a platform, by its name in targets.
func (s Since) On(system string) string {
	switch system {
	case "ios":
		return s.IOS
	case "macos":
		return s.MacOS
	case "tvos":
		return s.TVOS
	case "watchos":
		return s.WatchOS
	case "visionos":
		return s.VisionOS
	}
	return ""
}

// Availability says which platforms support payloads of some types.
type Availability struct {
	Types []string
	Since Since
	Scope string // the PayloadScope they have on a Mac, if the other one is not supported
}

// KeyAvailability says which platforms support a key that not every platform
// with the payload supports.
type KeyAvailability struct {
	Types []string // "Configuration" for the top level of the profile
	Path  string   // from the payload
	Since Since
	Idle  string // the value that is the same as no key
	Moot  bool   // the setting has no meaning on the platforms without it, so that ignoring it does no harm
}

// Types that share their row.
var (
	vpnTypes      = []string{"com.apple.vpn.managed", "com.apple.vpn.managed.applayer"}
	ethernetTypes = []string{
		"com.apple.firstactiveethernet.managed", "com.apple.firstethernet.managed",
		"com.apple.secondactiveethernet.managed", "com.apple.secondethernet.managed",
		"com.apple.thirdactiveethernet.managed", "com.apple.thirdethernet.managed",
	}
)

// certificateSince and macOnly are what many rows have in common.
var certificateSince = Since{IOS: "4.0", MacOS: "10.7", TVOS: "9.0", WatchOS: "3.0", VisionOS: "1.0"}

func macOnly(since string) Since {
	return Since{IOS: NotAvailable, MacOS: since, TVOS: NotAvailable, WatchOS: NotAvailable, VisionOS: NotAvailable}
}

// Availabilities are the payloads that contain certificates or reference them,
// as in supportedOS of Apple's schema: github.com/apple/device-management,
// mdm/profiles, release of September 2025, the file named like the type. Scope
// is set if macOS supports only one of devicechannel and userchannel.
var Availabilities = []Availability{
	// Certificates and identities. For SCEP Apple's deployment guide gives watchOS 10 and visionOS 1.1, the first that can be managed.
	{Types: []string{"com.apple.security.scep"}, Since: certificateSince},
	{Types: []string{"com.apple.security.pkcs12"}, Since: certificateSince},
	{Types: []string{"com.apple.security.pkcs1"}, Since: certificateSince},
	{Types: []string{"com.apple.security.pem"}, Since: certificateSince},
	{Types: []string{"com.apple.security.root"}, Since: certificateSince},
	{Types: []string{"com.apple.security.acme"}, Since: Since{IOS: "16.0", MacOS: "13.1", TVOS: "16.0", WatchOS: "9.0", VisionOS: "1.0"}},
	{Types: []string{"com.apple.ADCertificate.managed"}, Since: macOnly("10.7")},
	// Management.
	{Types: []string{"com.apple.mdm"}, Since: Since{IOS: "4.0", MacOS: "10.7", TVOS: "9.0", WatchOS: "10.0", VisionOS: "1.1"}, Scope: "System"},
	// Networks.
	{Types: []string{"com.apple.wifi.managed"}, Since: Since{IOS: "4.0", MacOS: "10.7", TVOS: "9.0", WatchOS: "3.2", VisionOS: "1.0"}},
	{Types: ethernetTypes, Since: macOnly("10.7")},
	{Types: []string{"com.apple.globalethernet.managed"}, Since: Since{IOS: "17.0", MacOS: "10.13", TVOS: "17.0", WatchOS: NotAvailable, VisionOS: NotAvailable}},
	{Types: []string{"com.apple.vpn.managed"}, Since: Since{IOS: "4.0", MacOS: "10.7", TVOS: "17.0", WatchOS: NotAvailable, VisionOS: "1.0"}},
	{Types: []string{"com.apple.vpn.managed.applayer"}, Since: Since{IOS: "7.0", MacOS: "10.9", TVOS: NotAvailable, WatchOS: "10.0", VisionOS: "1.1"}},
	{Types: []string{"com.apple.dnsSettings.managed"}, Since: Since{IOS: "14.0", MacOS: "11.0", TVOS: NotAvailable, WatchOS: NotAvailable, VisionOS: "1.0"}, Scope: "System"},
	{Types: []string{"com.apple.relay.managed"}, Since: Since{IOS: "17.0", MacOS: "14.0", TVOS: "17.0", WatchOS: NotAvailable, VisionOS: "1.0"}},
	{Types: []string{"com.apple.webcontent-filter"}, Since: Since{IOS: "7.0", MacOS: "10.15", TVOS: NotAvailable, WatchOS: NotAvailable, VisionOS: "1.1"}, Scope: "System"},
	// Accounts.
	{Types: []string{"com.apple.eas.account"}, Since: Since{IOS: "4.0", MacOS: NotAvailable, TVOS: NotAvailable, WatchOS: NotAvailable, VisionOS: "1.1"}},
	{Types: []string{"com.apple.ews.account"}, Since: macOnly("10.7"), Scope: "User"},
	{Types: []string{"com.apple.mail.managed"}, Since: Since{IOS: "4.0", MacOS: "10.7", TVOS: NotAvailable, WatchOS: NotAvailable, VisionOS: "1.1"}, Scope: "User"},
	{Types: []string{"com.apple.sso"}, Since: Since{IOS: "7.0", MacOS: NotAvailable, TVOS: NotAvailable, WatchOS: NotAvailable, VisionOS: NotAvailable}},
	{Types: []string{"com.apple.extensiblesso"}, Since: Since{IOS: "13.0", MacOS: "10.15", TVOS: NotAvailable, WatchOS: NotAvailable, VisionOS: "1.1"}},
	{Types: []string{"com.apple.education"}, Since: Since{IOS: "9.3", MacOS: "10.14", TVOS: NotAvailable, WatchOS: NotAvailable, VisionOS: NotAvailable}, Scope: "User"},
	// "Can only appear in a user profile (not a device profile)."
	{Types: []string{"com.apple.security.identitypreference"}, Since: macOnly("10.12"), Scope: "User"},
	{Types: []string{"com.apple.security.certificatepreference"}, Since: macOnly("10.12"), Scope: "User"},
	// Macs alone. Of the escrow payloads: "The payload must exist in a system scoped profile."
	{Types: []string{"com.apple.lom"}, Since: macOnly("11.0"), Scope: "System"},
	{Types: []string{"com.apple.security.smartcard"}, Since: macOnly("10.12.4"), Scope: "System"},
	{Types: []string{"com.apple.MCX.FileVault2"}, Since: macOnly("10.9"), Scope: "System"},
	{Types: []string{"com.apple.security.FDERecoveryRedirect"}, Since: macOnly("10.9"), Scope: "System"},
	{Types: []string{"com.apple.security.FDERecoveryKeyEscrow"}, Since: macOnly("10.13"), Scope: "System"},
}

// KeyAvailabilities are the keys of SCEP payloads, and those that reference
// certificates, which are newer than their payload or not supported on every
// platform that supports it. The source is that of Availabilities.
var KeyAvailabilities = []KeyAvailability{
	{Types: []string{"com.apple.security.scep"}, Path: "PayloadContent.Key Usage", Since: Since{MacOS: "10.11"}},
	{Types: []string{"com.apple.security.scep"}, Path: "PayloadContent.Retries", Since: Since{MacOS: "10.10"}},
	{Types: []string{"com.apple.security.scep"}, Path: "PayloadContent.RetryDelay", Since: Since{MacOS: "10.10"}},
	// The file of SCEP gives macOS alone a version; those of ACME, PKCS #12 and the declarations say n/a of the other systems.
	{Types: []string{"com.apple.security.scep"}, Path: "PayloadContent.AllowAllAppsAccess", Since: macOnly("10.10"), Moot: true},
	{Types: []string{"com.apple.security.scep"}, Path: "PayloadContent.KeyIsExtractable", Since: macOnly("10.13.4"), Moot: true},
	{Types: []string{"com.apple.security.pkcs12"}, Path: "AllowAllAppsAccess", Since: macOnly("10.10"), Moot: true},
	{Types: []string{"com.apple.security.pkcs12"}, Path: "KeyIsExtractable", Since: macOnly("10.15"), Moot: true},
	{Types: []string{"com.apple.security.acme"}, Path: "AllowAllAppsAccess", Since: macOnly(""), Moot: true},
	{Types: []string{"com.apple.security.acme"}, Path: "KeyIsExtractable", Since: macOnly(""), Moot: true},
	{Types: []string{"com.apple.mdm"}, Path: "ServerURLPinningCertificateUUIDs", Since: Since{IOS: "13.4", MacOS: "10.13", TVOS: "13.4"}},
	{Types: []string{"com.apple.mdm"}, Path: "CheckInURLPinningCertificateUUIDs", Since: Since{IOS: "13.4", MacOS: "10.13", TVOS: "13.4"}},
	{Types: vpnTypes, Path: "IPSec", Since: Since{TVOS: NotAvailable, WatchOS: NotAvailable}},
	{Types: vpnTypes, Path: "TransparentProxy", Since: Since{IOS: NotAvailable, MacOS: "14.0", TVOS: NotAvailable, VisionOS: NotAvailable}},
	{Types: vpnTypes, Path: "DNS.PayloadCertificateUUID", Since: Since{IOS: "16.0", MacOS: "13.0"}},
	{Types: []string{"com.apple.dnsSettings.managed"}, Path: "PayloadCertificateUUID", Since: Since{IOS: "16.0", MacOS: "13.0"}},
	{Types: []string{"com.apple.eas.account"}, Path: "SMIMESigningCertificateUUID", Since: Since{IOS: "5.0"}},
	{Types: []string{"com.apple.eas.account"}, Path: "SMIMEEncryptionCertificateUUID", Since: Since{IOS: "5.0"}},
	{Types: []string{"com.apple.ews.account"}, Path: "AuthenticationCertificateUUID", Since: Since{MacOS: "10.11"}},
	{Types: []string{"com.apple.ews.account"}, Path: "PayloadCertificateUUID", Since: Since{MacOS: "10.12"}},
	{Types: []string{"com.apple.mail.managed"}, Path: "SMIMESigningCertificateUUID", Since: Since{IOS: "5.0", MacOS: NotAvailable}},
	{Types: []string{"com.apple.mail.managed"}, Path: "SMIMEEncryptionCertificateUUID", Since: Since{IOS: "5.0", MacOS: NotAvailable}},
	{Types: []string{"com.apple.sso"}, Path: "Kerberos.PayloadCertificateUUID", Since: Since{IOS: "8.0"}},
	// TopLevel.yaml.
	{Types: []string{"Configuration"}, Path: "PayloadScope", Since: Since{MacOS: "10.8"}},
	{Types: []string{"Configuration"}, Path: "PayloadRemovalDisallowed", Idle: "false", Since: Since{WatchOS: NotAvailable, VisionOS: NotAvailable}},
	{Types: []string{"Configuration"}, Path: "PayloadExpirationDate", Since: Since{WatchOS: NotAvailable}},
	{Types: []string{"Configuration"}, Path: "TargetDeviceType", Since: Since{IOS: "12.2", MacOS: "10.15", TVOS: "12.2", WatchOS: "5.2", VisionOS: "1.1"}},
}
