# METADATA
# title: missing CAFingerprint
# description: >-
#   What it checks: CAFingerprint is set.
#
#   Why it matters: SCEP encrypts the request and its challenge for the certificate that the server
#   sends first. Only CAFingerprint shows the device which certificate that must be. It does not replace
#   HTTPS: iOS compares it only if the server sends a chain of certificates (observed on iOS).
#
#   Exceptions: not reported if fingerprint_required is false.
# related_resources:
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
#   - ref: https://www.rfc-editor.org/rfc/rfc8894
#     description: RFC 8894, Simple Certificate Enrolment Protocol
#   - ref: https://github.com/scepman/scepman-docs
#     description: SCEPman documentation
# entrypoint: true
# custom:
#   help: add CAFingerprint with the SHA-256 digest of the CA certificate
#   parameters:
#     fingerprint_required:
#       default: true
#       description: whether CAFingerprint is required
#   avoid: |
#     <key>URL</key>
#     <string>https://scep.acme-corp.net/scep</string>
#   prefer: |
#     <key>URL</key>
#     <string>https://scep.acme-corp.net/scep</string>
#     <key>CAFingerprint</key>
#     <data>q5hYz9tqvJY0QkxM3nFfT2s6pWc1R8uLd4oVbZ7eXyA=</data>
package policies.recommended.fingerprint_required

default required := true

required := data.config.fingerprint_required

warn contains {"msg": msg, "path": scep.paths.CAFingerprint} if {
	msg := "`CAFingerprint` is not set; devices accept any CA certificate"
	required == true
	some scep in input.scep
	not scep.fingerprint.set
}
