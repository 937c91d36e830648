# METADATA
# title: no CAFingerprint
# description: >-
#   SCEP encrypts the request and its challenge to the certificate that the server sends first. Only
#   CAFingerprint tells the device which certificate that has to be; without it whatever CA answers is
#   taken. The digest is one more safeguard beside https, not one in its place: iOS was observed to
#   compare it only where the server sends a chain of certificates.
# related_resources:
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
#   - ref: https://www.rfc-editor.org/rfc/rfc8894
#     description: RFC 8894, Simple Certificate Enrolment Protocol
#   - ref: https://github.com/scepman/scepman-docs
#     description: SCEPman documentation
# entrypoint: true
# custom:
#   help: add CAFingerprint with the SHA-256 digest of the CA's certificate
#   parameters:
#     fingerprint_required:
#       default: true
#       description: whether a payload must have CAFingerprint
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
	some scep in input.scep
	[scep.fingerprint.set, required] == [false, true]
	msg := "no CAFingerprint to tell the CA by; add the SHA-256 digest of the CA's certificate"
}
