# METADATA
# title: Key Usage is not for signing alone
# description: >-
#   The guides of Okta ask for certificates for digital signature and for no other use, which is Key
#   Usage 1. A payload without the key asks for 0 by Apple's schema, while iOS was observed to take 1,
#   so that the request depends on the device.
# related_resources:
#   - ref: https://help.okta.com/oie/en-us/content/topics/oda/ca/oda-ca-scep-macos-jamf-static.htm
#     description: Okta, static SCEP for macOS with Jamf Pro
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
# entrypoint: true
# custom:
#   help: write Key Usage 1
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
	msg := $"Key Usage is {scep.key_usage.value}, but certificates of Okta are for signing alone; write 1"
}
