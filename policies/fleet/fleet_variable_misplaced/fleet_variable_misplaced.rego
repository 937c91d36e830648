# METADATA
# title: variable of a CA outside of its key
# description: >-
#   Fleet fills the variables of a SCEP CA in URL and Challenge of a SCEP payload and refuses a profile
#   that has them anywhere else. In another payload the challenge would be written down where it does
#   not belong.
# related_resources:
#   - ref: https://github.com/fleetdm/fleet/blob/main/server/service/apple_mdm.go
#     description: Fleet source, validation of variables in configuration profiles
#   - ref: https://fleetdm.com/guides/connect-end-user-to-wifi-with-certificate
#     description: Fleet guide, connect end users to Wi-Fi with a certificate
# entrypoint: true
# custom:
#   help: use the proxy's variable in URL and the challenge's in Challenge of the SCEP payload
#   avoid: |
#     <key>Name</key>
#     <string>$FLEET_VAR_NDES_SCEP_CHALLENGE</string>
#   prefer: |
#     <key>Challenge</key>
#     <string>$FLEET_VAR_NDES_SCEP_CHALLENGE</string>
package policies.fleet.fleet_variable_misplaced

ca_variable := `\$\{?FLEET_VAR_(?:NDES|CUSTOM|SMALLSTEP)_SCEP_(PROXY_URL|CHALLENGE)`

keys := {"PROXY_URL": "URL", "CHALLENGE": "Challenge"}

homes := {key: {scep.paths[key] | some scep in input.scep} | some key in keys}

deny contains {"msg": msg, "path": path} if {
	walk(input.profile, [path, text])
	is_string(text)
	contains(text, "FLEET_VAR_")
	some [variable, kind] in regex.find_all_string_submatch_n(ca_variable, text, -1)
	key := keys[kind]
	not path in homes[key]
	msg := $"{variable} is outside of {key} of a SCEP payload, which Fleet refuses; move it there"
}
