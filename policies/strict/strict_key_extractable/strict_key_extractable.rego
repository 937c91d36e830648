# METADATA
# title: private key may leave the Mac
# description: >-
#   The strict pack demands that the key stay on the Mac that made it: KeyIsExtractable has to be
#   written, and to be false, because the default of Apple's schema is true. It is a setting of macOS,
#   so nothing is said where the targets are given and macOS is none of them.
# related_resources:
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
# entrypoint: true
# custom:
#   help: write KeyIsExtractable with false
#   explains: [key-extractable]
#   avoid: |
#     <key>KeyIsExtractable</key>
#     <true/>
#   prefer: |
#     <key>KeyIsExtractable</key>
#     <false/>
package policies.strict.strict_key_extractable

deny contains {"msg": msg, "path": scep.paths.KeyIsExtractable} if {
	some scep in input.scep
	exportable(scep.key_is_extractable, input.targets)
	msg := "private key can leave a Mac unless KeyIsExtractable is false; write it"
}

# The setting counts on Macs only: where targets are given, one of them must be macOS.
exportable(setting, []) if setting.value

exportable(setting, targets) if {
	setting.value
	some target in targets
	target.system == "macos"
}
