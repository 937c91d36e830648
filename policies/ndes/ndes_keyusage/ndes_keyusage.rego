# METADATA
# title: Key Usage selects no NDES template
# description: >-
#   What it checks: Key Usage is one of ndes_templates.
#
#   Why it matters: NDES has three settings for certificate templates and selects one by the key usage
#   of the request: signature for 1, encryption for 4, general purpose for 5. Without Key Usage, or with
#   0, the request depends on the device: the default is 0, or 1 on iOS (observed on iOS).
# related_resources:
#   - ref: https://learn.microsoft.com/en-us/windows-server/identity/ad-cs/network-device-enrollment-service-overview
#     description: Microsoft, Network Device Enrollment Service
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
# entrypoint: true
# custom:
#   help: use the Key Usage of the intended template
#   relaxes: [strict-keyusage]
#   parameters:
#     ndes_templates:
#       default: [1, 4, 5]
#       description: the values of Key Usage with a template on the server, from 1, 4, and 5
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
	msg := $"`Key Usage` {shown(scep.key_usage)} selects no NDES template; expected {listed}"
}

shown(setting) := $"{setting.value}" if setting.set

shown(setting) := $"{setting.value} (default)" if not setting.set
