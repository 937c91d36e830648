# METADATA
# title: Key Usage selects no template of NDES
# description: >-
#   NDES has three settings for certificate templates and picks one by the key usage of the request:
#   signature for 1, encryption for 4, general purpose for 5. A payload without Key Usage, or with 0,
#   leaves the choice to the device: the default is 0 by Apple's schema, and iOS was observed to take 1.
#   List in ndes_templates the values whose template the server has set.
# related_resources:
#   - ref: https://learn.microsoft.com/en-us/windows-server/identity/ad-cs/network-device-enrollment-service-overview
#     description: Microsoft, Network Device Enrollment Service
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
# entrypoint: true
# custom:
#   help: write the Key Usage of the template that is meant
#   relaxes: [strict-keyusage]
#   parameters:
#     ndes_templates:
#       default: [1, 4, 5]
#       description: the values of Key Usage whose template the server has set, out of 1, 4 and 5
#   avoid: |
#     <key>URL</key>
#     <string>https://ndes.acme-corp.net/certsrv/mscep/mscep.dll</string>
#   prefer: |
#     <key>URL</key>
#     <string>https://ndes.acme-corp.net/certsrv/mscep/mscep.dll</string>
#     <key>Key Usage</key>
#     <integer>5</integer>
package policies.ndes.ndes_keyusage

default ndes_templates := [1, 4, 5]

ndes_templates := data.config.ndes_templates

listed := concat(", ", [$"{usage}" | some usage in ndes_templates])

warn contains {"msg": msg, "path": scep.paths["Key Usage"]} if {
	some scep in input.scep
	usage := scep.key_usage.value
	not usage in ndes_templates
	msg := $"Key Usage {usage} selects no template of NDES; write one of {listed}"
}
