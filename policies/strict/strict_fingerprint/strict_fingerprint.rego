# METADATA
# title: no fingerprint by SHA-256 or better
# description: >-
#   CAFingerprint is what tells a device the certificate of its CA. Without it whatever CA answers is
#   taken, and a digest by MD5, SHA-1 or SHA-224 falls short of SHA-256, which the protocol asks for.
#   The number of bytes says by which algorithm the digest was made.
# related_resources:
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
#   - ref: https://www.rfc-editor.org/rfc/rfc8894
#     description: RFC 8894, Simple Certificate Enrolment Protocol
#   - ref: https://jumpcloud.com/support/create-mac-or-ios-scep-profiles-policy
#     description: JumpCloud, SCEP profiles policy
# entrypoint: true
# custom:
#   help: write the SHA-256 digest of the CA's certificate
#   explains: [fingerprint-required, fingerprint-algorithm]
#   avoid: |
#     <key>CAFingerprint</key>
#     <data>KCkqKywtLi8wMTIzNDU2Nzg5Ojs=</data>
#   prefer: |
#     <key>CAFingerprint</key>
#     <data>q5hYz9tqvJY0QkxM3nFfT2s6pWc1R8uLd4oVbZ7eXyA=</data>
package policies.strict.strict_fingerprint

remedy := "write the SHA-256 digest of the CA's certificate"

deny contains {"msg": msg, "path": scep.paths.CAFingerprint} if {
	some scep in input.scep
	not scep.fingerprint.set
	msg := $"no CAFingerprint; {remedy}"
}

deny contains {"msg": msg, "path": scep.paths.CAFingerprint} if {
	some scep in input.scep
	scep.fingerprint.algorithm in {"MD5", "SHA-1", "SHA-224"}
	msg := $"CAFingerprint is a digest by {scep.fingerprint.algorithm}, weaker than SHA-256; {remedy}"
}
