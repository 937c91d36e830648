# METADATA
# title: SCEP over plain http
# description: >-
#   SCEP encrypts its requests by itself, but to the certificate that the server sends at the start.
#   Over plain http anybody on the way can send another certificate and read the challenge.
#   CAFingerprint is meant to prevent that, yet iOS was observed not to compare it in every case, so
#   that http with a fingerprint is merely better than http without.
# related_resources:
#   - ref: https://www.rfc-editor.org/rfc/rfc8894
#     description: RFC 8894, Simple Certificate Enrolment Protocol
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
# entrypoint: true
# custom:
#   help: use https, and add CAFingerprint
#   avoid: |
#     <key>URL</key>
#     <string>http://scep.acme-corp.net/scep</string>
#   prefer: |
#     <key>URL</key>
#     <string>https://scep.acme-corp.net/scep</string>
package policies.recommended.url_https

deny contains {"msg": msg, "path": scep.paths.URL} if {
	some scep in input.scep
	scep.url.scheme == "http"
	not scep.fingerprint.set
	msg := $`SCEP URL "{scep.url.text}" is not https, and no CAFingerprint tells the CA; use https and add CAFingerprint`
}

warn contains {"msg": msg, "path": scep.paths.URL} if {
	some scep in input.scep
	scep.url.scheme == "http"
	scep.fingerprint.set
	msg := $`SCEP URL "{scep.url.text}" is not https; use https, and keep CAFingerprint`
}
