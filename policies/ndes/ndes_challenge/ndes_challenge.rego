# METADATA
# title: hard-coded NDES challenge
# description: >-
#   What it checks: Challenge is a variable that the MDM server fills in.
#
#   Why it matters: NDES challenges expire after 60 minutes. A hard-coded one is expired when the
#   profile reaches a device, unless the server uses a single password. MDM servers request a new
#   challenge from NDES when they send the profile.
# related_resources:
#   - ref: https://learn.microsoft.com/en-us/windows-server/identity/ad-cs/network-device-enrollment-service-overview
#     description: Microsoft, Network Device Enrollment Service
#   - ref: https://fleetdm.com/guides/connect-end-user-to-wifi-with-certificate
#     description: Fleet guide, connect end users to Wi-Fi with a certificate
#   - ref: https://www.kb.cert.org/vuls/id/971035
#     description: CERT/CC VU#971035, weak authentication of SCEP requests
# entrypoint: true
# custom:
#   help: replace the challenge with a variable that the MDM server fills in
#   avoid: |
#     <key>Challenge</key>
#     <string>3F0A9C41D7E6B825</string>
#   prefer: |
#     <key>Challenge</key>
#     <string>$FLEET_VAR_NDES_SCEP_CHALLENGE</string>
package policies.ndes.ndes_challenge

warn contains {"msg": msg, "path": scep.paths.Challenge} if {
	msg := "`Challenge` is hard-coded; NDES challenges expire after 60 minutes"
	some scep in input.scep
	scep.challenge.kind == "literal"
}
