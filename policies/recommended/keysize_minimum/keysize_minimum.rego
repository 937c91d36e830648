# METADATA
# title: RSA key too small
# description: >-
#   What it checks: Keysize is at least keysize_minimum.
#
#   Why it matters: anyone who can factor a short RSA key can sign as the device. NIST has disallowed
#   RSA keys under 2048 bits for signatures since 2014, and servers such as step-ca reject them by
#   default. The default of Keysize is 1024.
# related_resources:
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
#   - ref: https://csrc.nist.gov/pubs/sp/800/131/a/r2/final
#     description: NIST SP 800-131A Rev. 2, RSA keys under 2048 bits are disallowed
#   - ref: https://github.com/smallstep/certificates/blob/master/authority/provisioner/scep.go
#     description: smallstep certificates, the SCEP provisioner of step-ca
# entrypoint: true
# custom:
#   help: increase Keysize to at least the minimum
#   parameters:
#     keysize_minimum:
#       default: 2048
#       description: the minimum size of the RSA key, in bits
#   avoid: |
#     <key>Keysize</key>
#     <integer>1024</integer>
#   prefer: |
#     <key>Keysize</key>
#     <integer>2048</integer>
package policies.recommended.keysize_minimum

default minimum := 2048

minimum := data.config.keysize_minimum

deny contains {"msg": msg, "path": scep.paths.Keysize} if {
	some scep in input.scep
	scep.keysize.set
	scep.keysize.value < minimum
	msg := $"`Keysize` {scep.keysize.value} is below the minimum of {minimum}"
}

deny contains {"msg": msg, "path": scep.paths.Keysize} if {
	some scep in input.scep
	not scep.keysize.set
	scep.keysize.value < minimum
	msg := $"`Keysize` {scep.keysize.value} (default) is below the minimum of {minimum}"
}
