# METADATA
# title: hard-coded Challenge
# description: >-
#   What it checks: Challenge is a variable, not a fixed value.
#
#   Why it matters: anyone with the challenge can request a certificate, on many servers under any name.
#   Anyone who can read the file, its repository, or a device can read a hard-coded challenge, and it is
#   valid until the server changes it. MDM servers replace a variable with a new challenge when they
#   send the profile.
# related_resources:
#   - ref: https://www.kb.cert.org/vuls/id/971035
#     description: CERT/CC VU#971035, weak authentication of SCEP requests
#   - ref: https://github.com/scepman/scepman-docs
#     description: SCEPman documentation
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
# entrypoint: true
# custom:
#   help: replace the challenge with a variable that the MDM server fills in
#   avoid: |
#     <key>Challenge</key>
#     <string>plover-71-umbrella-Kx</string>
#   prefer: |
#     <key>Challenge</key>
#     <string>$FLEET_VAR_NDES_SCEP_CHALLENGE</string>
package policies.recommended.challenge_literal

warn contains {"msg": msg, "path": scep.paths.Challenge} if {
	msg := "`Challenge` is hard-coded; anyone who can read the profile can use it"
	some scep in input.scep
	scep.challenge.kind == "literal"
}
