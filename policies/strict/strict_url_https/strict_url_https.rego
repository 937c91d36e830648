# METADATA
# title: SCEP server is not reached by https
# description: >-
#   The strict pack lets no fingerprint stand in for https. SCEP encrypts its requests to whatever
#   certificate the server sends first, and over plain http that certificate can be exchanged on the
#   way; iOS was observed not to compare CAFingerprint in every case.
# related_resources:
#   - ref: https://www.rfc-editor.org/rfc/rfc8894
#     description: RFC 8894, Simple Certificate Enrolment Protocol
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
# entrypoint: true
# custom:
#   help: use https
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
	msg := $`SCEP URL "{scep.url.text}" is not https; use https`
}
