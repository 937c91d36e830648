# METADATA
# title: URL and Challenge use different CAs
# description: >-
#   What it checks: the Fleet variables in URL and Challenge belong to the same CA.
#
#   Why it matters: they contain the type of a CA, and for some types its name. The challenge of one CA
#   is not valid at another, and Fleet rejects the profile.
# related_resources:
#   - ref: https://github.com/fleetdm/fleet/blob/main/server/service/apple_mdm.go
#     description: Fleet source, validation of variables in configuration profiles
#   - ref: https://fleetdm.com/guides/connect-end-user-to-wifi-with-certificate
#     description: Fleet guide, connect end users to Wi-Fi with a certificate
# entrypoint: true
# custom:
#   help: use variables of the same CA in URL and Challenge
#   avoid: |
#     <key>URL</key>
#     <string>$FLEET_VAR_CUSTOM_SCEP_PROXY_URL_WIFI</string>
#     <key>Challenge</key>
#     <string>$FLEET_VAR_CUSTOM_SCEP_CHALLENGE_VPN</string>
#   prefer: |
#     <key>URL</key>
#     <string>$FLEET_VAR_CUSTOM_SCEP_PROXY_URL_WIFI</string>
#     <key>Challenge</key>
#     <string>$FLEET_VAR_CUSTOM_SCEP_CHALLENGE_WIFI</string>
package policies.fleet.fleet_ca_mismatch

ca_variable := `\$\{?FLEET_VAR_(NDES|CUSTOM|SMALLSTEP)_SCEP_(?:PROXY_URL|CHALLENGE)(?:_(\w+))?`

deny contains {"msg": msg, "path": scep.paths.Challenge} if {
	some scep in input.scep
	[[_, kind, name]] := regex.find_all_string_submatch_n(ca_variable, $"{scep.keys.URL}", 1)
	[[challenge, other_kind, other_name]] := regex.find_all_string_submatch_n(ca_variable, $"{scep.keys.Challenge}", 1)
	[kind, name] != [other_kind, other_name]
	msg := $"`Challenge` variable \"{challenge}\" belongs to a different CA than `URL` \"{scep.keys.URL}\""
}
