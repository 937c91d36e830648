# METADATA
# title: Key Usage is not the required value
# description: >-
#   What it checks: Key Usage is keyusage_exact, a sum of 1 for signing and 4 for encryption.
#
#   Why it matters: if all devices have certificates of one type, any other value is a mistake. The
#   default of Key Usage is 0. Most guides for Apple devices require both uses, which is 5.
# related_resources:
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
#   - ref: https://github.com/scepman/scepman-docs
#     description: SCEPman documentation
# entrypoint: true
# custom:
#   help: set Key Usage to the required value
#   explains: [keyusage-allowed]
#   parameters:
#     keyusage_exact:
#       default: 5
#       description: the required Key Usage, a sum of 1 (signing) and 4 (encryption)
#   avoid: |
#     <key>Key Usage</key>
#     <integer>1</integer>
#   prefer: |
#     <key>Key Usage</key>
#     <integer>5</integer>
package policies.strict.strict_keyusage

default keyusage_exact := 5

keyusage_exact := data.config.keyusage_exact

deny contains {"msg": msg, "path": scep.paths["Key Usage"]} if {
	some scep in input.scep
	scep.key_usage.value != keyusage_exact
	msg := $"`Key Usage` is {shown(scep.key_usage)}; expected {keyusage_exact}"
}

shown(setting) := $"{setting.value}" if setting.set

shown(setting) := $"{setting.value} (default)" if not setting.set
