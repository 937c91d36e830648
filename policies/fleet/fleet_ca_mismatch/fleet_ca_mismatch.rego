# METADATA
# title: URL and Challenge of two CAs
# description: >-
#   The variables of Fleet carry the kind of a CA, and for some kinds its name. URL and Challenge have
#   to name the same one: the challenge of one CA is worth nothing at another. Fleet refuses a profile
#   in which they differ.
# related_resources:
#   - ref: https://github.com/fleetdm/fleet/blob/main/server/service/apple_mdm.go
#     description: Fleet source, validation of variables in configuration profiles
#   - ref: https://fleetdm.com/guides/connect-end-user-to-wifi-with-certificate
#     description: Fleet guide, connect end users to Wi-Fi with a certificate
# entrypoint: true
# custom:
#   help: use the variables of one CA in URL and Challenge
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
	msg := $`Challenge "{challenge}" is not of the CA of URL "{scep.keys.URL}"; use the variables of one CA`
}
