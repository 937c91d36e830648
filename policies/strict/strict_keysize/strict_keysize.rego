# METADATA
# title: RSA key below the demanded size
# description: >-
#   The strict pack holds the demand of keysize-minimum by itself, so that it can be used without the
#   recommended. RSA keys under 2048 bits have been disallowed by NIST for signatures since 2014, and by
#   Apple's schema a payload without Keysize asks for 1024 bits.
# related_resources:
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
#   - ref: https://csrc.nist.gov/pubs/sp/800/131/a/r2/final
#     description: NIST SP 800-131A Rev. 2, RSA keys under 2048 bits are disallowed
# entrypoint: true
# custom:
#   help: write a Keysize that reaches the minimum
#   explains: [keysize-minimum]
#   parameters:
#     keysize_minimum:
#       default: 2048
#       description: the shortest RSA key that is let through, in bits
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
	msg := $"key of {scep.keysize.value} bits, fewer than {keysize_minimum}; write at least {keysize_minimum}"
}
