package rules

import (
	"slices"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var refOTA = checker.Ref{
	Title: "Apple: over-the-air profile delivery and configuration",
	URL:   "https://developer.apple.com/library/archive/documentation/NetworkingInternet/Conceptual/iPhoneOTAConfiguration/",
}

var enrollmentService = checker.Rule{
	Meta: checker.Meta{
		ID:       "enrollment-service",
		Title:    "invalid Profile Service payload",
		Severity: checker.Error,
		Varies:   "warning for http, info for undocumented attributes and a hard-coded Challenge",
		Doc: `What it checks: a document of type Profile Service has an absolute URL, over HTTPS, and asks for device attributes that are documented. Its keys
are spelled as devices know them.
Why it matters: the device sends its attributes to that URL, with the Challenge, and gets the profile for the next step. Without a usable URL enrollment ends there.
Exceptions: http is a warning, and an undocumented attribute is an info. So is a hard-coded Challenge: anyone who can read the document can use it.`,
		Help: "set URL to the https:// URL that the device sends its attributes to",
		Example: checker.Example{
			Scope: checker.ScopeDocument,
			Bad:   exampleService("mdm.corp.net/enroll"),
			Good:  exampleService("https://mdm.corp.net/enroll"),
		},
		Refs: []checker.Ref{refOTA},
	},
	Check: func(p *checker.Pass) error {
		if !p.Profile.Enrollment() {
			return nil
		}
		content := p.Profile.Root.Get("PayloadContent")
		for n := range content.Children() {
			right := serviceKey(n.Key)
			if right == "" || right == n.Key || content.Get(right) != nil {
				continue
			}
			p.Key(n, "misspelled key %q is ignored; expected %q", shownKey(p, n.Key), right).StandsFor("PayloadContent", right).WithHelp("rename the key to `%s`", right).
				Fix = renameKey(p, n, right, profile.FoldName(n.Key) == profile.FoldName(right))
		}
		n := content.Get("URL")
		text, ok := n.Str()
		switch {
		case n == nil && !content.Templated():
			p.AtStart(content, "missing required key `URL` of Profile Service").Missing("URL")
		case !ok || n.Broken() || profile.IsVariable(text) || sampleHost(text):
		default:
			fault := httpsFault(text)
			if fault == "" {
				break
			}
			f := p.Value(n, "`URL` %q %s; expected an https:// URL", shownURL(text), checker.Phrase(fault))
			if strings.HasPrefix(strings.ToLower(text), "http://") {
				f.Severity = checker.Warning
			}
		}
		for n := range content.Get("DeviceAttributes").Children() {
			if text, ok := n.Str(); ok && !n.Broken() && !n.HasVariable() && !slices.Contains(deviceAttributes, text) {
				f := p.Value(n, "undocumented device attribute %q; devices may not send it", excerpt(p, text))
				f.Severity, f.Help = checker.Info, "use an attribute such as UDID, SERIAL, PRODUCT, or VERSION"
			}
		}
		if n := content.Get("Challenge"); n.Is(profile.String) && strings.TrimSpace(n.Text()) != "" && !n.Broken() && !n.HasVariable() {
			f := p.Value(n, "`Challenge` is hard-coded; anyone who can read the document can use it")
			f.Severity, f.Help = checker.Info, "have the server make a Challenge for each device"
		}
		return nil
	},
}

// serviceKey returns the key of a Profile Service that one is or is a misspelling of, or "".
func serviceKey(key string) string {
	folded := profile.FoldName(key)
	for _, right := range []string{"URL", "DeviceAttributes", "Challenge"} {
		wanted := profile.FoldName(right)
		if folded == wanted || len(wanted) > 8 && len(key) <= maxKeyName && profile.Distance(folded, wanted) <= 2 {
			return right
		}
	}
	return ""
}

// deviceAttributes are what a device can be asked for before it enrolls.
var deviceAttributes = []string{
	"UDID", "IMEI", "ICCID", "MEID", "VERSION", "PRODUCT", "SERIAL", "DEVICE_NAME", "MAC_ADDRESS_EN0", "DEVICE_ID",
	"COMPROMISED", "OS_VERSION", "SUPPLEMENTAL_BUILD_VERSION", "SUPPLEMENTAL_OS_VERSION_EXTRA", "USER_ID", "USER_LONG_NAME", "USER_SHORT_NAME", "LANGUAGE", "LOCALE", "SOFTWARE_UPDATE_DEVICE_ID", "IMEI2",
}

// exampleService is the first step of an enrollment.
func exampleService(url string) string {
	return `<plist version="1.0">
<dict>
<key>PayloadType</key>
<string>Profile Service</string>
<key>PayloadContent</key>
<dict>
	<key>URL</key>
	<string>` + url + `</string>
	<key>DeviceAttributes</key>
	<array>
		<string>UDID</string>
	</array>
</dict>
</dict>
</plist>`
}
