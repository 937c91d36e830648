# METADATA
# title: Key Usage is not signing only
# description: >-
#   What it checks: Key Usage is 1 (signing).
#
#   Why it matters: the guides of Okta require certificates for digital signature only. Without the key
#   the request depends on the device: the default is 0, or 1 on iOS (observed on iOS).
# related_resources:
#   - ref: https://help.okta.com/oie/en-us/content/topics/oda/ca/oda-ca-scep-macos-jamf-static.htm
#     description: Okta, static SCEP for macOS with Jamf Pro
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
# entrypoint: true
# custom:
#   help: set Key Usage to 1
#   relaxes: [strict-keyusage]
#   avoid: |
#     <key>Key Usage</key>
#     <integer>5</integer>
#   prefer: |
#     <key>Key Usage</key>
#     <integer>1</integer>
package policies.okta.okta_keyusage

warn contains {"msg": msg, "path": scep.paths["Key Usage"]} if {
	some scep in input.scep
	scep.key_usage.value != 1
	msg := $"`Key Usage` is {shown(scep.key_usage)}; Okta expects 1 (signing)"
}

shown(setting) := $"{setting.value}" if setting.set

shown(setting) := $"{setting.value} (default)" if not setting.set
