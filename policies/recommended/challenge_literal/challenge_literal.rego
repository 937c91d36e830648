# METADATA
# title: Challenge is a fixed secret
# description: >-
#   Whoever has the challenge can have a certificate issued, and on many servers under any name. A
#   challenge that is written into a profile is read by all who can read the file, its repository or a
#   device, and stays valid until the server is told another. Management servers put a fresh challenge
#   in the place of a variable when they send the profile.
# related_resources:
#   - ref: https://www.kb.cert.org/vuls/id/971035
#     description: CERT/CC VU#971035, weak authentication of SCEP requests
#   - ref: https://github.com/scepman/scepman-docs
#     description: SCEPman documentation
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
# entrypoint: true
# custom:
#   help: put the variable of the management server in the place of the challenge
#   avoid: |
#     <key>Challenge</key>
#     <string>plover-71-umbrella-Kx</string>
#   prefer: |
#     <key>Challenge</key>
#     <string>$FLEET_VAR_NDES_SCEP_CHALLENGE</string>
package policies.recommended.challenge_literal

warn contains {"msg": msg, "path": scep.paths.Challenge} if {
	some scep in input.scep
	scep.challenge.kind == "literal"
	msg := "Challenge is a fixed secret, known to all readers of the file; put a variable in its place"
}
