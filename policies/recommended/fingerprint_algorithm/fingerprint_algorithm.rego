# METADATA
# title: CAFingerprint by a weak digest
# description: >-
#   The number of bytes in CAFingerprint says by which algorithm the digest was made. MD5 and SHA-1 no
#   longer withstand collisions: whoever has a hand in making a certificate can make a second one with
#   the same digest. With MD5 that takes no effort worth mentioning, hence an error; SHA-1 is a warning.
#   The protocol asks for SHA-256.
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
#   parameters:
#     fingerprint_algorithms:
#       default: ["SHA-224", "SHA-256", "SHA-384", "SHA-512"]
#       description: the digests that are let through, out of MD5, SHA-1, SHA-224, SHA-256, SHA-384 and SHA-512
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
	some scep in input.scep
	scep.fingerprint.algorithm == "MD5"
	not scep.fingerprint.algorithm in algorithms
	msg := "CAFingerprint is an MD5 digest, which is broken; write the SHA-256 digest of the CA's certificate"
}

warn contains {"msg": msg, "path": scep.paths.CAFingerprint} if {
	some scep in input.scep
	scep.fingerprint.algorithm != "MD5"
	not scep.fingerprint.algorithm in algorithms
	msg := $"CAFingerprint is a {scep.fingerprint.algorithm} digest; write the SHA-256 digest of the CA's certificate"
}
