# METADATA
# title: several SCEP payloads with variables of Fleet
# description: >-
#   Apple allows several SCEP payloads in a profile, but Fleet does not once one of them uses the
#   variables of a CA: it answers that only one SCEP payload is to be added. Two identities take two
#   profiles.
# related_resources:
#   - ref: https://github.com/fleetdm/fleet/blob/main/server/service/apple_mdm.go
#     description: Fleet source, validation of variables in configuration profiles
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
# entrypoint: true
# custom:
#   help: put each SCEP payload into a profile of its own
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

places := {scep.index | some scep in input.scep}

speaking := {scep.index |
	some scep in input.scep

	# Keys that are absent or of another type do not keep the rest from being seen this way.
	regex.match(ca_variable, $"{scep.keys.URL} {scep.keys.Challenge}")
}

deny contains {"msg": msg, "path": scep.path} if {
	some scep in input.scep
	scep.index > min(places)
	scep.index >= min(speaking)
	msg := "second SCEP payload, where Fleet takes one beside its variables; put it into a profile of its own"
}
