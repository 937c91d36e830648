# METADATA
# title: RSA key that step-ca refuses
# description: >-
#   A SCEP provisioner of step-ca has a minimumPublicKeyLength of 2048 bits unless its configuration
#   says otherwise, and refuses requests with shorter keys. By Apple's schema a payload without Keysize
#   asks for 1024 bits, so the request fails as well.
# related_resources:
#   - ref: https://github.com/smallstep/certificates/blob/master/authority/provisioner/scep.go
#     description: smallstep certificates, the SCEP provisioner of step-ca
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
# entrypoint: true
# custom:
#   help: write a Keysize that step-ca takes
#   parameters:
#     step_ca_minimum:
#       default: 2048
#       description: the minimumPublicKeyLength of the provisioner, in bits
#   avoid: |
#     <key>URL</key>
#     <string>https://ca.acme-corp.net/scep/devices</string>
#     <key>Keysize</key>
#     <integer>1024</integer>
#   prefer: |
#     <key>URL</key>
#     <string>https://ca.acme-corp.net/scep/devices</string>
#     <key>Keysize</key>
#     <integer>2048</integer>
package policies.step_ca.step_ca_keysize

default step_ca_minimum := 2048

step_ca_minimum := data.config.step_ca_minimum

deny contains {"msg": msg, "path": scep.paths.Keysize} if {
	some scep in input.scep
	size := scep.keysize.value
	size < step_ca_minimum
	msg := $"step-ca refuses a key of {size} bits; write a Keysize of at least {step_ca_minimum}"
}
