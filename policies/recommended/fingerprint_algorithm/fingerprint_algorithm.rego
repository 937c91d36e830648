# METADATA
# title: weak CAFingerprint algorithm
# description: >-
#   What it checks: the digest in CAFingerprint uses one of fingerprint_algorithms. The number of bytes
#   shows the algorithm.
#
#   Why it matters: MD5 and SHA-1 no longer resist collisions: anyone involved in creating a certificate
#   can create a second one with the same digest. The protocol recommends SHA-256.
#
#   Exceptions: an error for MD5, and a warning otherwise.
# related_resources:
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
#   - ref: https://www.rfc-editor.org/rfc/rfc8894
#     description: RFC 8894, Simple Certificate Enrolment Protocol
#   - ref: https://jumpcloud.com/support/create-mac-or-ios-scep-profiles-policy
#     description: JumpCloud, SCEP profiles policy
# entrypoint: true
# custom:
#   varies: warning for other digests than MD5
#   help: use the SHA-256 digest of the CA certificate
#   parameters:
#     fingerprint_algorithms:
#       default: ["SHA-224", "SHA-256", "SHA-384", "SHA-512"]
#       description: the allowed digests, from MD5, SHA-1, SHA-224, SHA-256, SHA-384, and SHA-512
#   avoid: |
#     <key>CAFingerprint</key>
#     <data>KCkqKywtLi8wMTIzNDU2Nw==</data>
#   prefer: |
#     <key>CAFingerprint</key>
#     <data>q5hYz9tqvJY0QkxM3nFfT2s6pWc1R8uLd4oVbZ7eXyA=</data>
package policies.recommended.fingerprint_algorithm

default algorithms := ["SHA-224", "SHA-256", "SHA-384", "SHA-512"]

algorithms := data.config.fingerprint_algorithms

deny contains {"msg": msg, "path": scep.paths.CAFingerprint} if {
	msg := "`CAFingerprint` is an MD5 digest"
	some scep in input.scep
	scep.fingerprint.algorithm == "MD5"
	not scep.fingerprint.algorithm in algorithms
}

warn contains {"msg": msg, "path": scep.paths.CAFingerprint} if {
	some scep in input.scep
	scep.fingerprint.algorithm != "MD5"
	not scep.fingerprint.algorithm in algorithms
	msg := $"`CAFingerprint` is a {scep.fingerprint.algorithm} digest"
}
