# METADATA
# title: more than one SCEP payload with Fleet CA variables
# description: >-
#   What it checks: a profile with Fleet's CA variables has one SCEP payload.
#
#   Why it matters: Apple allows several SCEP payloads in a profile. Fleet rejects them if one of them
#   uses CA variables.
# related_resources:
#   - ref: https://github.com/fleetdm/fleet/blob/main/server/service/apple_mdm.go
#     description: Fleet source, validation of variables in configuration profiles
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
# entrypoint: true
# custom:
#   help: move each SCEP payload to its own profile
#   scope: payload
#   avoid: |
#     <dict>
#       <key>PayloadType</key>
#       <string>com.apple.security.scep</string>
#       <key>PayloadContent</key>
#       <dict>
#         <key>URL</key>
#         <string>$FLEET_VAR_NDES_SCEP_PROXY_URL</string>
#       </dict>
#     </dict>
#     <dict>
#       <key>PayloadType</key>
#       <string>com.apple.security.scep</string>
#       <key>PayloadContent</key>
#       <dict>
#         <key>URL</key>
#         <string>https://scep.acme-corp.net/scep</string>
#       </dict>
#     </dict>
#   prefer: |
#     <dict>
#       <key>PayloadType</key>
#       <string>com.apple.security.scep</string>
#       <key>PayloadContent</key>
#       <dict>
#         <key>URL</key>
#         <string>$FLEET_VAR_NDES_SCEP_PROXY_URL</string>
#       </dict>
#     </dict>
package policies.fleet.fleet_single_scep

ca_variable := `\$\{?FLEET_VAR_(NDES|CUSTOM|SMALLSTEP)_SCEP_(PROXY_URL|CHALLENGE)`

indices contains scep.index if some scep in input.scep

with_variables contains scep.index if {
	some scep in input.scep

	# The template makes text of missing keys and of other types, too.
	regex.match(ca_variable, $"{scep.keys.URL} {scep.keys.Challenge}")
}

deny contains {"msg": msg, "path": scep.path} if {
	msg := "second SCEP payload in a profile with Fleet CA variables; Fleet allows one"
	some scep in input.scep
	scep.index > min(indices)
	scep.index >= min(with_variables)
}
