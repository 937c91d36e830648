# METADATA
# title: Key Usage outside of the allowed values
# description: >-
#   Key Usage says what the key is asked for: 1 is signing, 4 is encryption, 5 is both. A payload
#   without it asks for 0 by Apple's schema. Servers choose the certificate template by it or refuse
#   uses that they do not issue, so an organisation narrows the list to what its CA issues. The default
#   allows every value that the schema knows.
# related_resources:
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
#   - ref: https://learn.microsoft.com/en-us/windows-server/identity/ad-cs/network-device-enrollment-service-overview
#     description: Microsoft, Network Device Enrollment Service
# entrypoint: true
# custom:
#   help: write one of the allowed values of Key Usage
#   parameters:
#     keyusage_allowed:
#       default: [0, 1, 4, 5]
#       description: the values of Key Usage that are let through, as sums of 1 (signing) and 4 (encryption)
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
	msg := $"Key Usage {usage} is not allowed; write one of {listed}"
}

deny contains {"msg": msg, "path": scep.paths["Key Usage"]} if {
	some scep in input.scep
	not scep.key_usage.set
	usage := scep.key_usage.value
	not usage in allowed
	msg := $"no Key Usage, which means {usage} and is not allowed; add a Key Usage of {listed}"
}
