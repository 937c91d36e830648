# METADATA
# title: CAFingerprint missing or weaker than SHA-256
# description: >-
#   What it checks: CAFingerprint is set, and is a digest with SHA-256 or stronger. The number of bytes
#   shows the algorithm.
#
#   Why it matters: without it devices accept any CA certificate. MD5, SHA-1, and SHA-224 are weaker
#   than SHA-256, which the protocol recommends.
# related_resources:
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
#   - ref: https://www.rfc-editor.org/rfc/rfc8894
#     description: RFC 8894, Simple Certificate Enrolment Protocol
#   - ref: https://jumpcloud.com/support/create-mac-or-ios-scep-profiles-policy
#     description: JumpCloud, SCEP profiles policy
# entrypoint: true
# custom:
#   help: use the SHA-256 digest of the CA certificate
#   explains: [fingerprint-required, fingerprint-algorithm]
#   avoid: |
#     <key>CAFingerprint</key>
#     <data>KCkqKywtLi8wMTIzNDU2Nzg5Ojs=</data>
#   prefer: |
#     <key>CAFingerprint</key>
#     <data>q5hYz9tqvJY0QkxM3nFfT2s6pWc1R8uLd4oVbZ7eXyA=</data>
package policies.strict.strict_fingerprint

deny contains {"msg": msg, "path": scep.paths.CAFingerprint} if {
	msg := "`CAFingerprint` is not set"
	some scep in input.scep
	not scep.fingerprint.set
}

deny contains {"msg": msg, "path": scep.paths.CAFingerprint} if {
	some scep in input.scep
	scep.fingerprint.algorithm in {"MD5", "SHA-1", "SHA-224"}
	msg := $"`CAFingerprint` is a {scep.fingerprint.algorithm} digest; expected SHA-256 or stronger"
}
