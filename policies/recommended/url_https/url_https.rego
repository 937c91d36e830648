# METADATA
# title: SCEP server URL does not use HTTPS
# description: >-
#   What it checks: URL uses HTTPS.
#
#   Why it matters: SCEP encrypts its requests for the certificate that the server sends at the start.
#   Over plain HTTP anyone on the network can send another certificate and read the challenge.
#   CAFingerprint is meant to prevent that, but iOS does not compare it in every case (observed on iOS).
#
#   Exceptions: an error without CAFingerprint, and a warning with it.
# related_resources:
#   - ref: https://www.rfc-editor.org/rfc/rfc8894
#     description: RFC 8894, Simple Certificate Enrolment Protocol
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
# entrypoint: true
# custom:
#   varies: warning with CAFingerprint
#   help: use HTTPS, and set CAFingerprint
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
	url := scep.url.text
	msg := $"`URL` \"{url}\" does not use HTTPS, and `CAFingerprint` is not set"
}

warn contains {"msg": msg, "path": scep.paths.URL} if {
	some scep in input.scep
	scep.url.scheme == "http"
	scep.fingerprint.set
	url := scep.url.text
	msg := $"`URL` \"{url}\" does not use HTTPS"
}
