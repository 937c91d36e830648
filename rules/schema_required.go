package rules

import (
	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var schemaRequired = checker.Rule{
	Meta: checker.Meta{
		ID:       "schema-required",
		Title:    "missing required key",
		Severity: checker.Error,
		Varies:   "warning for preferences of applications, LocalIdentifier without a certificate, ServerAddresses beside SearchDomains, SSID_STR, empty text, and settings of VPN and 802.1X",
		Doc: `What it checks: keys that Apple's schema requires in a payload, or in a dictionary inside it.
Why it matters: the profile system rejects a payload without them (MCPayloadErrorDomain 2002, missing required key), or ignores what they belong to.
Exceptions: a warning for payloads that are preferences of applications, for LocalIdentifier of a VPN without a certificate, for ServerAddresses of a VPN with SearchDomains, and for a required text that is empty. Dictionaries that are
empty or belong to another VPNType are not checked. A warning for a VPN without the dictionary of its VPNType, or with an empty one, or without VPNSubType if that requires it, and for
Ethernet, or Wi-Fi with an identity or SetupModes, without EAPClientConfiguration: the schema does not require them. Wi-Fi without SSID_STR and without the DomainName of
Passpoint is a warning. Other keys that Apple requires under a condition only are not reported.
` + schemaDate,
		Help: "add the key",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.caldav.account</string>
<key>CalDAVUsername</key>
<string>anna</string>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.caldav.account</string>
<key>CalDAVHostName</key>
<string>calendar.corp.example</string>
<key>CalDAVUsername</key>
<string>anna</string>
</dict>`,
		},
		Defers:           true,
		Refs:             []checker.Ref{refSchema, refProfileKeys, refMDMErrors},
		Documents:        checker.AnyDocument,
		SkipLossyExports: true,
	},
	Check: func(p *checker.Pass) error {
		for _, fault := range schemaFaultsOf(p, faultMissing) {
			if fault.node.Is(profile.String) || fault.node.Key == fault.key.Name && fault.node.Len() == 0 { // the value itself
				p.Value(fault.node, "required key `%s` is empty", fault.key.Name).WithHelp("set `%s`", fault.key.Name).Severity = fault.severity
				continue
			}
			f := p.AtStart(fault.node, "missing required key `%s` in %s", fault.key.Name, dictionaryLabel(p, &fault, fault.node)).Missing(fault.key.Name)
			f.Severity = fault.severity
			f.Help = "add the key `" + fault.key.Name + "`"
		}
		return nil
	},
}
