# METADATA
# title: Challenge shared by several profiles
# description: >-
#   What it checks: each profile of the run has a Challenge of its own.
#
#   Why it matters: anyone who can read one of the profiles can enroll with the others, and the
#   challenge must be changed in several places.
#
#   Exceptions: variables are not compared: each device gets its own value.
# related_resources:
#   - ref: https://www.kb.cert.org/vuls/id/971035
#     description: CERT/CC VU#971035, weak authentication of SCEP requests
# entrypoint: true
# custom:
#   help: use a different challenge in each profile, or a variable
#   avoid: |
#     <key>Challenge</key>
#     <string>plover-71-umbrella-Kx</string>
#   prefer: |
#     <key>Challenge</key>
#     <string>$FLEET_VAR_NDES_SCEP_CHALLENGE</string>
package policies.recommended.challenge_shared

warn contains {"msg": msg, "path": scep.paths.Challenge} if {
	some scep in input.scep
	scep.challenge.shared_count == 1
	other := scep.challenge.shared_with[0]
	msg := $"same `Challenge` as in \"{other}\""
}

warn contains {"msg": msg, "path": scep.paths.Challenge} if {
	some scep in input.scep
	scep.challenge.shared_count > 1
	other := scep.challenge.shared_with[0]
	msg := $"same `Challenge` as in {scep.challenge.shared_count} other profiles, such as \"{other}\""
}
