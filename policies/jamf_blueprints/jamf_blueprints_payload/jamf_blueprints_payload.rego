# METADATA
# title: payload type that Jamf blueprints reject
# description: >-
#   What it checks: the profile has no payload of a type that is disabled in blueprints: SCEP, the
#   certificate payloads, VPN, DNS settings, Exchange Web Services, extensible single sign-on, and
#   education.
#
#   Why it matters: the API of Jamf blueprints answers "Payload disabled" with status 400, and nothing
#   of the profile is deployed.
# related_resources:
#   - ref: https://github.com/Jamf-Concepts/jamf-cli/issues/307
#     description: jamf-cli issue 307, the payload types that blueprints accept
# entrypoint: true
# custom:
#   help: deploy the payload with a configuration profile of Jamf Pro instead
#   scope: payload
#   avoid: |
#     <dict>
#       <key>PayloadType</key>
#       <string>com.apple.security.scep</string>
#     </dict>
#   prefer: |
#     <dict>
#       <key>PayloadType</key>
#       <string>com.apple.wifi.managed</string>
#     </dict>
package policies.jamf_blueprints.jamf_blueprints_payload

disabled := {
	"com.apple.ADCertificate.managed",
	"com.apple.dnsSettings.managed",
	"com.apple.education",
	"com.apple.ews.account",
	"com.apple.extensiblesso",
	"com.apple.security.pem",
	"com.apple.security.pkcs1",
	"com.apple.security.pkcs12",
	"com.apple.security.root",
	"com.apple.security.scep",
	"com.apple.vpn.managed",
}

deny contains {"msg": msg, "path": ["PayloadContent", i, "PayloadType"]} if {
	some i, payload in input.profile.PayloadContent
	some type in disabled
	payload.PayloadType == type
	msg := $"`PayloadType` {type} is disabled in Jamf blueprints"
}
