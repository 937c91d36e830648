# METADATA
# title: exportable private key
# description: >-
#   What it checks: KeyIsExtractable is false.
#
#   Why it matters: otherwise the private key can be exported from the keychain of a Mac and used
#   elsewhere, and the certificate no longer identifies the device. The default of Apple's schema is
#   true.
#
#   Exceptions: info if the key is not set. Not reported if macOS is not a target.
# related_resources:
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
# entrypoint: true
# custom:
#   varies: info if the key is not set
#   help: set KeyIsExtractable to false
#   avoid: |
#     <key>KeyIsExtractable</key>
#     <true/>
#   prefer: |
#     <key>KeyIsExtractable</key>
#     <false/>
package policies.recommended.key_extractable

warn contains {"msg": msg, "path": scep.paths.KeyIsExtractable} if {
	msg := "`KeyIsExtractable` is true; the private key can be exported from the keychain"
	for_macs
	some scep in input.scep
	scep.key_is_extractable.set
	scep.key_is_extractable.value
}

info contains {"msg": msg, "path": scep.paths.KeyIsExtractable} if {
	msg := "`KeyIsExtractable` is not set; the default is true, and the key can be exported"
	for_macs
	some scep in input.scep
	not scep.key_is_extractable.set
	scep.key_is_extractable.value
}

# The setting counts on Macs only: where targets are given, one of them must be macOS.
for_macs if input.targets == []

for_macs if {
	some target in input.targets
	target.system == "macos"
}
