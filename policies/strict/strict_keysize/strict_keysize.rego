# METADATA
# title: RSA key below the required size
# description: >-
#   What it checks: Keysize is at least keysize_minimum. The strict pack repeats keysize-minimum, so
#   that it can be used alone.
#
#   Why it matters: NIST has disallowed RSA keys under 2048 bits for signatures since 2014. The default
#   of Keysize is 1024.
# related_resources:
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
#   - ref: https://csrc.nist.gov/pubs/sp/800/131/a/r2/final
#     description: NIST SP 800-131A Rev. 2, RSA keys under 2048 bits are disallowed
# entrypoint: true
# custom:
#   help: increase Keysize to at least the minimum
#   explains: [keysize-minimum]
#   parameters:
#     keysize_minimum:
#       default: 2048
#       description: the minimum size of the RSA key, in bits
#   avoid: |
#     <key>Keysize</key>
#     <integer>1024</integer>
#   prefer: |
#     <key>Keysize</key>
#     <integer>4096</integer>
package policies.strict.strict_keysize

default keysize_minimum := 2048

keysize_minimum := data.config.keysize_minimum

deny contains {"msg": msg, "path": scep.paths.Keysize} if {
	some scep in input.scep
	scep.keysize.value < keysize_minimum
	msg := $"`Keysize` {shown(scep.keysize)} is below the required minimum of {keysize_minimum}"
}

shown(setting) := $"{setting.value}" if setting.set

shown(setting) := $"{setting.value} (default)" if not setting.set
