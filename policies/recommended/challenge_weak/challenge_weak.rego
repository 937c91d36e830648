# METADATA
# title: weak Challenge
# description: >-
#   What it checks: Challenge is not a placeholder, a common password, or a few characters.
#
#   Why it matters: on a server with a static challenge it is the only protection against unauthorized
#   enrollment, and such values are tried first. SCEPman recommends 32 random characters.
#
#   Exceptions: variables are not reported.
# related_resources:
#   - ref: https://www.kb.cert.org/vuls/id/971035
#     description: CERT/CC VU#971035, weak authentication of SCEP requests
#   - ref: https://github.com/scepman/scepman-docs
#     description: SCEPman documentation
# entrypoint: true
# custom:
#   help: use 32 random characters, or a variable
#   avoid: |
#     <key>Challenge</key>
#     <string>CHANGEME</string>
#   prefer: |
#     <key>Challenge</key>
#     <string>$FLEET_VAR_NDES_SCEP_CHALLENGE</string>
package policies.recommended.challenge_weak

deny contains {"msg": msg, "path": scep.paths.Challenge} if {
	msg := "`Challenge` is a placeholder"
	some scep in input.scep
	scep.challenge.kind == "placeholder"
}

deny contains {"msg": msg, "path": scep.paths.Challenge} if {
	msg := "`Challenge` is easy to guess"
	some scep in input.scep
	scep.challenge.guessable
	scep.challenge.kind != "placeholder"
}
