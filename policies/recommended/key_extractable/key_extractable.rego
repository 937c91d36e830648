# METADATA
# title: private key can be exported
# description: >-
#   Unless KeyIsExtractable is false, the private key may be taken out of the keychain of a Mac and used
#   elsewhere, and the certificate no longer says which device is on the line. The default of Apple's
#   schema is true, so leaving the key out allows the export as well. It is a setting of macOS.
# related_resources:
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
# entrypoint: true
# custom:
#   help: write KeyIsExtractable with false
#   avoid: |
#     <key>KeyIsExtractable</key>
#     <true/>
#   prefer: |
#     <key>KeyIsExtractable</key>
#     <false/>
package policies.recommended.key_extractable

warn contains {"msg": msg, "path": scep.paths.KeyIsExtractable} if {
	some scep in input.scep
	scep.key_is_extractable.set
	exportable(scep.key_is_extractable, input.targets)
	msg := "KeyIsExtractable is true, so the private key can leave a Mac; write false"
}

info contains {"msg": msg, "path": scep.paths.KeyIsExtractable} if {
	some scep in input.scep
	not scep.key_is_extractable.set
	exportable(scep.key_is_extractable, input.targets)
	msg := "no KeyIsExtractable, which means true, so the private key can leave a Mac; add KeyIsExtractable with false"
}

# The setting counts on Macs only: where targets are given, one of them must be macOS.
exportable(setting, []) if setting.value

exportable(setting, targets) if {
	setting.value
	some target in targets
	target.system == "macos"
}
