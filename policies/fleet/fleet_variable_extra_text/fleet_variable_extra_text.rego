# METADATA
# title: extra text around a Fleet CA variable
# description: >-
#   What it checks: URL and Challenge contain nothing but Fleet's CA variable: no path, no whitespace.
#
#   Why it matters: Fleet rejects a profile with other text in these values.
#
#   Exceptions: a Challenge is masked unless it is one variable, so only whitespace is visible in it;
#   fleet-ca-incomplete reports the rest.
# related_resources:
#   - ref: https://github.com/fleetdm/fleet/blob/main/server/service/apple_mdm.go
#     description: Fleet source, validation of variables in configuration profiles
#   - ref: https://fleetdm.com/guides/connect-end-user-to-wifi-with-certificate
#     description: Fleet guide, connect end users to Wi-Fi with a certificate
# entrypoint: true
# custom:
#   help: use the variable as the whole value
#   avoid: |
#     <key>URL</key>
#     <string>$FLEET_VAR_NDES_SCEP_PROXY_URL/pkiclient.exe</string>
#   prefer: |
#     <key>URL</key>
#     <string>$FLEET_VAR_NDES_SCEP_PROXY_URL</string>
package policies.fleet.fleet_variable_extra_text

ca_variable := `\$\{?FLEET_VAR_(NDES|CUSTOM|SMALLSTEP)_SCEP_(PROXY_URL|CHALLENGE)`

alone := `^\$(FLEET_VAR_\w+|\{FLEET_VAR_\w+\})$`

deny contains {"msg": msg, "path": path} if {
	some scep in input.scep
	some key in ["URL", "Challenge"]

	# A value of any type is text this way.
	text := $"{scep.keys[key]}"
	regex.match(ca_variable, text)
	not regex.match(alone, text)
	path := scep.paths[key]
	msg := $"`{key}` \"{text}\" contains text besides the variable; Fleet rejects it"
}
