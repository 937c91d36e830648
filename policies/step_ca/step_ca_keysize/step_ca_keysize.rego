# METADATA
# title: RSA key too small for step-ca
# description: >-
#   What it checks: Keysize is at least the minimumPublicKeyLength of the provisioner.
#
#   Why it matters: a SCEP provisioner of step-ca rejects requests with smaller keys; the default is
#   2048 bits. A payload without Keysize requests 1024 bits by Apple's schema, and fails as well.
# related_resources:
#   - ref: https://github.com/smallstep/certificates/blob/master/authority/provisioner/scep.go
#     description: smallstep certificates, the SCEP provisioner of step-ca
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
# entrypoint: true
# custom:
#   help: increase Keysize to at least the minimum of the provisioner
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
	msg := $"`Keysize` {shown(scep.keysize)} is below the step-ca minimum of {step_ca_minimum}"
}

shown(setting) := $"{setting.value}" if setting.set

shown(setting) := $"{setting.value} (default)" if not setting.set
