# METADATA
# title: text around a variable of Fleet
# description: >-
#   Fleet takes a profile with the variables of a CA only if URL is the variable of the proxy, Challenge
#   is that of the challenge, and neither holds anything else: no path, no white space. With other text
#   it refuses the profile. A Challenge is masked unless it is one plain variable, so of Challenge white
#   space is all that can be seen here; fleet-ca-incomplete finds the rest.
# related_resources:
#   - ref: https://github.com/fleetdm/fleet/blob/main/server/service/apple_mdm.go
#     description: Fleet source, validation of variables in configuration profiles
#   - ref: https://fleetdm.com/guides/connect-end-user-to-wifi-with-certificate
#     description: Fleet guide, connect end users to Wi-Fi with a certificate
# entrypoint: true
# custom:
#   help: leave the variable alone in its value
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
	msg := $`{key} "{text}" has text around the variable, which Fleet refuses; leave the variable alone`
}
