# METADATA
# title: Challenge is easy to guess
# description: >-
#   On a server with a static challenge it is the only thing that keeps strangers from enrolling. Sample
#   text that was left in a profile, a common password or a handful of characters is what somebody tries
#   first. SCEPman advises 32 random characters.
# related_resources:
#   - ref: https://www.kb.cert.org/vuls/id/971035
#     description: CERT/CC VU#971035, weak authentication of SCEP requests
#   - ref: https://github.com/scepman/scepman-docs
#     description: SCEPman documentation
# entrypoint: true
# custom:
#   help: write 32 random characters, or a variable
#   avoid: |
#     <key>Challenge</key>
#     <string>CHANGEME</string>
#   prefer: |
#     <key>Challenge</key>
#     <string>$FLEET_VAR_NDES_SCEP_CHALLENGE</string>
package policies.recommended.challenge_weak

deny contains {"msg": msg, "path": scep.paths.Challenge} if {
	some scep in input.scep
	scep.challenge.kind == "placeholder"
	msg := "Challenge is sample text; write the challenge of the server, or a variable for it"
}

deny contains {"msg": msg, "path": scep.paths.Challenge} if {
	some scep in input.scep
	scep.challenge.guessable
	scep.challenge.kind != "placeholder"
	msg := "Challenge is easy to guess; write 32 random characters, or a variable"
}
