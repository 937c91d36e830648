package rules

import (
	"slices"
	"strings"
	"sync"

	"github.com/sceplint/sceplint/checker"
)

var payloadTypeCase = checker.Rule{
	Meta: checker.Meta{
		ID:       "payload-type-case",
		Title:    "PayloadType is a known type in other letters",
		Severity: checker.Warning,
		Doc: `A PayloadType is compared letter by letter. Apple's types mix small and capital letters, as in com.apple.webClip.managed or
com.apple.TCC.configuration-profile-policy. One that differs from a known type in nothing but case, or in white space around it, is
another type, and what the payload sets is not what its author had in mind. Rules about the type that was meant do not see it either.`,
		Help: "write the type as Apple's schema spells it",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.security.SCEP</string>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.security.scep</string>
</dict>`,
		},
		Refs: []checker.Ref{refCommonKeys, refProfileTypes},
	},
	Check: func(p *checker.Pass) error {
		for _, payload := range p.Profile.Payloads() {
			if payload.Type == "" || ofApple()[payload.Type] {
				continue
			}
			if right := withCase(payload.Type); right != "" {
				p.Value(payload.Keys.Type, "PayloadType %q differs from Apple's type in letters or white space; write %q", payload.Type, right)
			}
		}
		return nil
	},
}

// withCase gives the type of Apple's that one differs from in case or white
// space; "" if there is none.
func withCase(t string) string {
	t = strings.TrimSpace(t)
	i := slices.IndexFunc(appleTypes, func(known string) bool { return len(known) == len(t) && strings.EqualFold(known, t) })
	if i < 0 {
		return ""
	}
	return appleTypes[i]
}

var refProfileTypes = checker.Ref{
	Title: "Apple device management schema: profiles",
	URL:   "https://github.com/apple/device-management/tree/release/mdm/profiles",
}

// ofApple is the set of appleTypes.
var ofApple = sync.OnceValue(func() map[string]bool {
	set := make(map[string]bool, len(appleTypes))
	for _, t := range appleTypes {
		set[t] = true
	}
	return set
})

// appleTypes are the payload types of Apple's schema, and those that are no
// longer or not yet part of it but known to be used with their own spelling.
// They are in the order of their bytes.
var appleTypes = []string{
	".GlobalPreferences",
	"com.apple.ADCertificate.managed",
	"com.apple.AIM.account",
	"com.apple.AppStore", // the preferences of the application, beside com.apple.appstore
	"com.apple.AssetCache.managed",
	"com.apple.Dictionary",
	"com.apple.DirectoryService.managed",
	"com.apple.DiscRecording",
	"com.apple.MCX",
	"com.apple.MCX.FileVault2",
	"com.apple.MCX.TimeMachine",
	"com.apple.MCXAirPort",
	"com.apple.MCXRedirector",
	"com.apple.ManagedClient.preferences",
	"com.apple.NSExtension",
	"com.apple.SetupAssistant.managed",
	"com.apple.ShareKitHelper",
	"com.apple.SoftwareUpdate",
	"com.apple.SubmitDiagInfo",
	"com.apple.SystemConfiguration",
	"com.apple.TCC.configuration-profile-policy",
	"com.apple.airplay",
	"com.apple.airplay.security",
	"com.apple.airprint",
	"com.apple.apn.managed",
	"com.apple.app.lock",
	"com.apple.applicationaccess",
	"com.apple.applicationaccess.new",
	"com.apple.appstore",
	"com.apple.asam",
	"com.apple.associated-domains",
	"com.apple.caldav.account",
	"com.apple.carddav.account",
	"com.apple.cellular",
	"com.apple.cellularprivatenetwork.managed",
	"com.apple.conferenceroomdisplay",
	"com.apple.configurationprofile.identification",
	"com.apple.dashboard",
	"com.apple.declarations",
	"com.apple.desktop",
	"com.apple.dnsProxy.managed",
	"com.apple.dnsSettings.managed",
	"com.apple.dock",
	"com.apple.domains",
	"com.apple.eas.account",
	"com.apple.education",
	"com.apple.ews.account",
	"com.apple.extensiblesso",
	"com.apple.familycontrols.contentfilter",
	"com.apple.familycontrols.timelimits.v2",
	"com.apple.fileproviderd",
	"com.apple.finder",
	"com.apple.firstactiveethernet.managed",
	"com.apple.firstethernet.managed",
	"com.apple.font",
	"com.apple.gamed",
	"com.apple.globalethernet.managed",
	"com.apple.google-oauth",
	"com.apple.homescreenlayout",
	"com.apple.ironwood.support",
	"com.apple.jabber.account",
	"com.apple.ldap.account",
	"com.apple.loginitems.managed",
	"com.apple.loginwindow",
	"com.apple.lom",
	"com.apple.mail.managed",
	"com.apple.mcxMenuExtras",
	"com.apple.mcxloginscripts",
	"com.apple.mcxprinting",
	"com.apple.mdm",
	"com.apple.mobiledevice.passwordpolicy",
	"com.apple.networkusagerules",
	"com.apple.notificationsettings",
	"com.apple.osxserver.account",
	"com.apple.preference.security",
	"com.apple.preference.users",
	"com.apple.preferences.users",
	"com.apple.profileRemovalPassword",
	"com.apple.proxy.http.global",
	"com.apple.relay.managed",
	"com.apple.screensaver",
	"com.apple.screensaver.user",
	"com.apple.secondactiveethernet.managed",
	"com.apple.secondethernet.managed",
	"com.apple.security.FDERecoveryKeyEscrow",
	"com.apple.security.FDERecoveryRedirect",
	"com.apple.security.acme",
	"com.apple.security.certificatepreference",
	"com.apple.security.certificaterevocation",
	"com.apple.security.certificatetransparency",
	"com.apple.security.firewall",
	"com.apple.security.identitypreference",
	"com.apple.security.pem",
	"com.apple.security.pkcs1",
	"com.apple.security.pkcs12",
	"com.apple.security.root",
	"com.apple.security.scep",
	"com.apple.security.smartcard",
	"com.apple.servicemanagement",
	"com.apple.shareddeviceconfiguration",
	"com.apple.sso",
	"com.apple.subscribedcalendar.account",
	"com.apple.syspolicy.kernel-extension-policy",
	"com.apple.system-extension-policy",
	"com.apple.system.logging",
	"com.apple.systemmigration",
	"com.apple.systempolicy.control",
	"com.apple.systempolicy.managed",
	"com.apple.systempolicy.rule",
	"com.apple.systempreferences",
	"com.apple.systemuiserver",
	"com.apple.thirdactiveethernet.managed",
	"com.apple.thirdethernet.managed",
	"com.apple.tvremote",
	"com.apple.universalaccess",
	"com.apple.vpn.managed",
	"com.apple.vpn.managed.applayer",
	"com.apple.vpn.managed.appmapping",
	"com.apple.webClip.managed",
	"com.apple.webcontent-filter",
	"com.apple.wifi.managed",
	"com.apple.xsan",
	"com.apple.xsan.preferences",
	"loginwindow",
}
