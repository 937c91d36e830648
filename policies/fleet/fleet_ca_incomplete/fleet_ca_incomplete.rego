# METADATA
# title: incomplete set of Fleet CA variables
# description: >-
#   What it checks: a SCEP payload with one of Fleet's CA variables has all three: the proxy URL in URL,
#   the challenge in Challenge, and the renewal ID in Subject.
#
#   Why it matters: Fleet rejects a profile in which one of them is missing. It uses the renewal ID to
#   find the certificate before it expires.
#
#   Exceptions: since version 4.86 Fleet accepts a renewal ID with a URL and a Challenge that are not
#   its variables.
# related_resources:
#   - ref: https://github.com/fleetdm/fleet/blob/main/server/service/apple_mdm.go
#     description: Fleet source, validation of variables in configuration profiles
#   - ref: https://fleetdm.com/guides/connect-end-user-to-wifi-with-certificate
#     description: Fleet guide, connect end users to Wi-Fi with a certificate
# entrypoint: true
# custom:
#   help: use the proxy URL, challenge, and renewal ID variables of one CA together
#   avoid: |
#     <key>URL</key>
#     <string>$FLEET_VAR_NDES_SCEP_PROXY_URL</string>
#     <key>Subject</key>
#     <array>
#       <array>
#         <array>
#           <string>OU</string>
#           <string>$FLEET_VAR_SCEP_RENEWAL_ID</string>
#         </array>
#       </array>
#     </array>
#   prefer: |
#     <key>URL</key>
#     <string>$FLEET_VAR_NDES_SCEP_PROXY_URL</string>
#     <key>Challenge</key>
#     <string>$FLEET_VAR_NDES_SCEP_CHALLENGE</string>
#     <key>Subject</key>
#     <array>
#       <array>
#         <array>
#           <string>OU</string>
#           <string>$FLEET_VAR_SCEP_RENEWAL_ID</string>
#         </array>
#       </array>
#     </array>
package policies.fleet.fleet_ca_incomplete

proxy := `\$\{?FLEET_VAR_(NDES|CUSTOM|SMALLSTEP)_SCEP_PROXY_URL(_\w+)?`

challenge := `\$\{?FLEET_VAR_(NDES|CUSTOM|SMALLSTEP)_SCEP_CHALLENGE(_\w+)?`

renewal := `\$\{?FLEET_VAR_(SCEP|CERTIFICATE)_RENEWAL_ID\b`

deny contains {"msg": msg, "path": scep.paths.Challenge, "help": help, "args": ["Challenge"]} if {
	msg := "`Challenge` does not use the variable that matches `URL`"
	some scep in input.scep
	[[_, kind, name]] := regex.find_all_string_submatch_n(proxy, $"{scep.keys.URL}", 1)
	not regex.match(challenge, $"{scep.keys.Challenge}")
	help := $`use "$FLEET_VAR_{kind}_SCEP_CHALLENGE{name}"`
}

deny contains {"msg": msg, "path": scep.paths.URL, "help": help, "args": ["URL"]} if {
	msg := "`URL` does not use the variable that matches `Challenge`"
	some scep in input.scep
	[[_, kind, name]] := regex.find_all_string_submatch_n(challenge, $"{scep.keys.Challenge}", 1)
	not regex.match(proxy, $"{scep.keys.URL}")
	help := $`use "$FLEET_VAR_{kind}_SCEP_PROXY_URL{name}"`
}

deny contains {"msg": msg, "path": scep.paths.Subject, "help": help, "args": ["Subject"]} if {
	msg := "`Subject` has no renewal ID, which Fleet requires"
	help := "add OU $FLEET_VAR_SCEP_RENEWAL_ID"
	some scep in input.scep
	from_ca(scep)
	not scep.subject_variable
	marks := [attribute | some attribute in scep.subject; regex.match(renewal, attribute.text)]
	marks == []
}

from_ca(scep) if regex.match(proxy, $"{scep.keys.URL}")

from_ca(scep) if regex.match(challenge, $"{scep.keys.Challenge}")
