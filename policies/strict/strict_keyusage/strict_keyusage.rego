# METADATA
# title: Key Usage is not the one demanded
# description: >-
#   Where all devices are to hold certificates of one kind, one Key Usage is right and every other is a
#   mistake. The value is a sum of 1 for signing and 4 for encryption; a payload without the key asks
#   for 0 by Apple's schema. Most guides for Apple devices ask for both uses, which is 5.
# related_resources:
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
#   - ref: https://github.com/scepman/scepman-docs
#     description: SCEPman documentation
# entrypoint: true
# custom:
#   help: write the Key Usage that is demanded
#   explains: [keyusage-allowed]
#   parameters:
#     keyusage_exact:
#       default: 5
#       description: the one Key Usage that is let through, a sum of 1 (signing) and 4 (encryption)
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
	msg := $"Key Usage is {scep.key_usage.value}, not {keyusage_exact}; write {keyusage_exact}"
}
