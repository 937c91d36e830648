# METADATA
# title: Fleet CA variable used more than once
# description: >-
#   What it checks: each CA variable of Fleet, and the renewal ID, is used once in a profile.
#
#   Why it matters: Fleet rejects a profile that repeats one.
# related_resources:
#   - ref: https://github.com/fleetdm/fleet/blob/main/server/service/apple_mdm.go
#     description: Fleet source, validation of variables in configuration profiles
#   - ref: https://fleetdm.com/guides/connect-end-user-to-wifi-with-certificate
#     description: Fleet guide, connect end users to Wi-Fi with a certificate
# entrypoint: true
# custom:
#   help: use each CA variable once per profile
#   avoid: |
#     <key>URL</key>
#     <string>$FLEET_VAR_NDES_SCEP_PROXY_URL</string>
#     <key>Challenge</key>
#     <string>$FLEET_VAR_NDES_SCEP_CHALLENGE</string>
#     <key>Subject</key>
#     <array>
#       <array>
#         <array>
#           <string>CN</string>
#           <string>$FLEET_VAR_SCEP_RENEWAL_ID</string>
#         </array>
#       </array>
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
package policies.fleet.fleet_variable_duplicate

once := `\$\{?FLEET_VAR_((?:NDES|CUSTOM|SMALLSTEP)_SCEP_(?:PROXY_URL|CHALLENGE)\w*|(?:SCEP|CERTIFICATE)_RENEWAL_ID\b)`

places[name] contains path if {
	walk(input.profile, [path, text])
	is_string(text)
	contains(text, "FLEET_VAR_")
	some [_, name] in regex.find_all_string_submatch_n(once, text, -1)
}

deny contains {"msg": msg, "path": path} if {
	some name, paths in places
	some i, path in sort(paths)
	i > 0
	msg := $"$FLEET_VAR_{name} is used {count(paths)} times; Fleet allows one"
}
