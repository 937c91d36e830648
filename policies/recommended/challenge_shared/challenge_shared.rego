# METADATA
# title: one Challenge in several profiles
# description: >-
#   A challenge that stands in several profiles lets whoever reads one of them enrol by way of the
#   others, and cannot be changed in one place. The profiles of a run are compared by their literal
#   challenges; variables are not, since each device gets its own value.
# related_resources:
#   - ref: https://www.kb.cert.org/vuls/id/971035
#     description: CERT/CC VU#971035, weak authentication of SCEP requests
# entrypoint: true
# custom:
#   help: give each profile its own challenge, or a variable
#   avoid: |
#     <key>Challenge</key>
#     <string>plover-71-umbrella-Kx</string>
#   prefer: |
#     <key>Challenge</key>
#     <string>$FLEET_VAR_NDES_SCEP_CHALLENGE</string>
package policies.recommended.challenge_shared

remedy := "give each profile its own, or a variable"

warn contains {"msg": msg, "path": scep.paths.Challenge} if {
	some scep in input.scep
	scep.challenge.shared_count == 1
	other := scep.challenge.shared_with[0]
	msg := $`Challenge is the same as in "{other}"; {remedy}`
}

warn contains {"msg": msg, "path": scep.paths.Challenge} if {
	some scep in input.scep
	scep.challenge.shared_count > 1
	other := scep.challenge.shared_with[0]
	msg := $`Challenge is the same as in {scep.challenge.shared_count} other profiles, "{other}" first; {remedy}`
}
