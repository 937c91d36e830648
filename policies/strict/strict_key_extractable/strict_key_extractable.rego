# METADATA
# title: KeyIsExtractable is not false
# description: >-
#   What it checks: KeyIsExtractable is set to false.
#
#   Why it matters: the strict pack requires that the key stays on the Mac that created it. The default
#   of Apple's schema is true.
#
#   Exceptions: not reported if macOS is not a target.
# related_resources:
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
# entrypoint: true
# custom:
#   help: set KeyIsExtractable to false
#   explains: [key-extractable]
#   avoid: |
#     <key>KeyIsExtractable</key>
#     <true/>
#   prefer: |
#     <key>KeyIsExtractable</key>
#     <false/>
package policies.strict.strict_key_extractable

deny contains {"msg": msg, "path": scep.paths.KeyIsExtractable} if {
	msg := "`KeyIsExtractable` must be false; the default is true"
	some scep in input.scep
	exportable(scep.key_is_extractable, input.targets)
}

# The setting counts on Macs only: where targets are given, one of them must be macOS.
exportable(setting, []) if setting.value

exportable(setting, targets) if {
	setting.value
	some target in targets
	target.system == "macos"
}
