# METADATA
# title: Key Usage not allowed
# description: >-
#   What it checks: Key Usage is one of keyusage_allowed.
#
#   Why it matters: it requests the use of the key: 1 is signing, 4 is encryption, and 5 is both; the
#   default is 0. Servers select the certificate template by it, or reject uses that they do not issue.
#   List the values that your CA issues.
#
#   Exceptions: the default allows every value of Apple's schema.
# related_resources:
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
#   - ref: https://learn.microsoft.com/en-us/windows-server/identity/ad-cs/network-device-enrollment-service-overview
#     description: Microsoft, Network Device Enrollment Service
# entrypoint: true
# custom:
#   help: use one of the allowed values
#   parameters:
#     keyusage_allowed:
#       default: [0, 1, 4, 5]
#       description: the allowed values of Key Usage, as sums of 1 (signing) and 4 (encryption)
#   avoid: |
#     <key>Key Usage</key>
#     <integer>2</integer>
#   prefer: |
#     <key>Key Usage</key>
#     <integer>5</integer>
package policies.recommended.keyusage_allowed

default allowed := [0, 1, 4, 5]

allowed := data.config.keyusage_allowed

listed := concat(", ", [$"{usage}" | some usage in allowed])

deny contains {"msg": msg, "path": scep.paths["Key Usage"]} if {
	some scep in input.scep
	scep.key_usage.set
	usage := scep.key_usage.value
	not usage in allowed
	msg := $"`Key Usage` {usage} is not allowed; expected {listed}"
}

deny contains {"msg": msg, "path": scep.paths["Key Usage"]} if {
	some scep in input.scep
	not scep.key_usage.set
	usage := scep.key_usage.value
	not usage in allowed
	msg := $"`Key Usage` {usage} (default) is not allowed; expected {listed}"
}
