# METADATA
# title: Fleet CA variable in the wrong key
# description: >-
#   What it checks: Fleet's CA variables are in URL and Challenge of a SCEP payload.
#
#   Why it matters: Fleet replaces them there, and rejects a profile with them elsewhere. In another
#   payload the challenge would be disclosed.
# related_resources:
#   - ref: https://github.com/fleetdm/fleet/blob/main/server/service/apple_mdm.go
#     description: Fleet source, validation of variables in configuration profiles
#   - ref: https://fleetdm.com/guides/connect-end-user-to-wifi-with-certificate
#     description: Fleet guide, connect end users to Wi-Fi with a certificate
# entrypoint: true
# custom:
#   help: use the proxy URL variable in URL and the challenge variable in Challenge
#   avoid: |
#     <key>Name</key>
#     <string>$FLEET_VAR_NDES_SCEP_CHALLENGE</string>
#   prefer: |
#     <key>Challenge</key>
#     <string>$FLEET_VAR_NDES_SCEP_CHALLENGE</string>
package policies.fleet.fleet_variable_misplaced

ca_variable := `\$\{?FLEET_VAR_(?:NDES|CUSTOM|SMALLSTEP)_SCEP_(PROXY_URL|CHALLENGE)`

keys := {"PROXY_URL": "URL", "CHALLENGE": "Challenge"}

homes[key] contains scep.paths[key] if {
	some key in keys
	some scep in input.scep
}

deny contains {"msg": msg, "path": path} if {
	walk(input.profile, [path, text])
	is_string(text)
	contains(text, "FLEET_VAR_")
	some [variable, kind] in regex.find_all_string_submatch_n(ca_variable, text, -1)
	key := keys[kind]
	not path in object.get(homes, key, set())
	msg := $"{variable} is not allowed here; Fleet accepts it only in `{key}` of a SCEP payload"
}
