# METADATA
# title: fixed Challenge for NDES
# description: >-
#   NDES hands out challenges that end after sixty minutes, as the test plan of Fleet has it. One that
#   is written into a profile is too old when the profile reaches a device, unless the server was told
#   to keep a single password. Management servers ask NDES for a fresh challenge when they send the
#   profile.
# related_resources:
#   - ref: https://learn.microsoft.com/en-us/windows-server/identity/ad-cs/network-device-enrollment-service-overview
#     description: Microsoft, Network Device Enrollment Service
#   - ref: https://fleetdm.com/guides/connect-end-user-to-wifi-with-certificate
#     description: Fleet guide, connect end users to Wi-Fi with a certificate
#   - ref: https://www.kb.cert.org/vuls/id/971035
#     description: CERT/CC VU#971035, weak authentication of SCEP requests
# entrypoint: true
# custom:
#   help: put the variable of the management server in the place of the challenge
#   avoid: |
#     <key>Challenge</key>
#     <string>3F0A9C41D7E6B825</string>
#   prefer: |
#     <key>Challenge</key>
#     <string>$FLEET_VAR_NDES_SCEP_CHALLENGE</string>
package policies.ndes.ndes_challenge

warn contains {"msg": msg, "path": scep.paths.Challenge} if {
	some scep in input.scep
	scep.challenge.kind == "literal"
	msg := "Challenge is fixed, but those of NDES end after an hour; put a variable in its place"
}
