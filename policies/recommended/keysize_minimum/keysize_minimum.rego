# METADATA
# title: RSA key is too short
# description: >-
#   Anybody who can factor the modulus of a short RSA key can sign as the device. NIST has disallowed
#   RSA keys under 2048 bits for signatures since 2014, and servers such as step-ca refuse them unless
#   told otherwise. By Apple's schema a payload without Keysize asks for 1024 bits.
# related_resources:
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
#   - ref: https://csrc.nist.gov/pubs/sp/800/131/a/r2/final
#     description: NIST SP 800-131A Rev. 2, RSA keys under 2048 bits are disallowed
#   - ref: https://github.com/smallstep/certificates/blob/master/authority/provisioner/scep.go
#     description: smallstep certificates, the SCEP provisioner of step-ca
# entrypoint: true
# custom:
#   help: write a Keysize that reaches the minimum
#   parameters:
#     keysize_minimum:
#       default: 2048
#       description: the shortest RSA key that is let through, in bits
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
	msg := $"Keysize {scep.keysize.value} is below {minimum}; write at least {minimum}"
}

deny contains {"msg": msg, "path": scep.paths.Keysize} if {
	some scep in input.scep
	not scep.keysize.set
	scep.keysize.value < minimum
	msg := $"no Keysize, which means {scep.keysize.value} bits, below {minimum}; add a Keysize of at least {minimum}"
}
