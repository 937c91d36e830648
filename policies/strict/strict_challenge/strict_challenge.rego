# METADATA
# title: Challenge is fixed text
# description: >-
#   A challenge that is written into a profile is known to all who can read the file, and with it
#   certificates are issued to whoever asks. Under the strict pack a profile holds a variable, which the
#   management server replaces for each device, or no challenge at all. Sample text counts as fixed.
# related_resources:
#   - ref: https://www.kb.cert.org/vuls/id/971035
#     description: CERT/CC VU#971035, weak authentication of SCEP requests
# entrypoint: true
# custom:
#   help: put the variable of the management server in the place of the challenge
#   explains: [challenge-literal, challenge-weak]
#   avoid: |
#     <key>Challenge</key>
#     <string>plover-71-umbrella-Kx</string>
#   prefer: |
#     <key>Challenge</key>
#     <string>$FLEET_VAR_NDES_SCEP_CHALLENGE</string>
package policies.strict.strict_challenge

deny contains {"msg": msg, "path": scep.paths.Challenge} if {
	some scep in input.scep
	scep.challenge.kind in {"literal", "placeholder"}
	msg := "Challenge is fixed text in the profile; put a variable in its place"
}
