# METADATA
# title: Challenge is not a variable
# description: >-
#   What it checks: Challenge is a variable, or not set.
#
#   Why it matters: anyone who can read the file can read a hard-coded challenge and request
#   certificates with it. The strict pack allows only a variable that the MDM server fills in for each
#   device.
#
#   Exceptions: a placeholder counts as hard-coded.
# related_resources:
#   - ref: https://www.kb.cert.org/vuls/id/971035
#     description: CERT/CC VU#971035, weak authentication of SCEP requests
# entrypoint: true
# custom:
#   help: replace the challenge with a variable that the MDM server fills in
#   explains: [challenge-literal, challenge-weak]
#   avoid: |
#     <key>Challenge</key>
#     <string>plover-71-umbrella-Kx</string>
#   prefer: |
#     <key>Challenge</key>
#     <string>$FLEET_VAR_NDES_SCEP_CHALLENGE</string>
package policies.strict.strict_challenge

deny contains {"msg": msg, "path": scep.paths.Challenge} if {
	msg := "`Challenge` is hard-coded; expected a variable or no `Challenge`"
	some scep in input.scep
	scep.challenge.kind in {"literal", "placeholder"}
}
