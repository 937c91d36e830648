# METADATA
# title: SCEP server URL must use HTTPS
# description: >-
#   What it checks: URL uses HTTPS, even if CAFingerprint is set.
#
#   Why it matters: SCEP encrypts its requests for the certificate that the server sends first, and over
#   plain HTTP that certificate can be replaced on the network. iOS does not compare CAFingerprint in
#   every case (observed on iOS).
# related_resources:
#   - ref: https://www.rfc-editor.org/rfc/rfc8894
#     description: RFC 8894, Simple Certificate Enrolment Protocol
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
# entrypoint: true
# custom:
#   help: set URL to an https address
#   explains: [url-https]
#   avoid: |
#     <key>URL</key>
#     <string>http://scep.acme-corp.net/scep</string>
#   prefer: |
#     <key>URL</key>
#     <string>https://scep.acme-corp.net/scep</string>
package policies.strict.strict_url_https

deny contains {"msg": msg, "path": scep.paths.URL} if {
	some scep in input.scep
	scep.url.scheme != "https"
	msg := $"`URL` \"{scep.url.text}\" does not use HTTPS"
}
