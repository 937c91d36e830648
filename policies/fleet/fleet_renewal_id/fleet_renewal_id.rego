# METADATA
# title: Fleet renewal ID outside OU
# description: >-
#   What it checks: the renewal ID of Fleet is in the organizational unit (OU) of Subject.
#
#   Why it matters: Fleet renews the certificates whose Subject contains it, and its validation requires
#   it in OU. In another attribute it has no effect. The type must be written as OU: Fleet compares the
#   text, not the OID.
#
#   Exceptions: a warning for the CN, which earlier versions of Fleet required and where it is still
#   found.
# related_resources:
#   - ref: https://github.com/fleetdm/fleet/blob/main/server/service/apple_mdm.go
#     description: Fleet source, validation of variables in configuration profiles
#   - ref: https://fleetdm.com/guides/connect-end-user-to-wifi-with-certificate
#     description: Fleet guide, connect end users to Wi-Fi with a certificate
# entrypoint: true
# custom:
#   varies: warning for the CN
#   help: move the renewal ID to an OU attribute
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
package policies.fleet.fleet_renewal_id

renewal := `\$\{?FLEET_VAR_(SCEP|CERTIFICATE)_RENEWAL_ID\b`

deny contains {"msg": msg, "path": attribute.path} if {
	some scep in input.scep
	some attribute in scep.subject
	not attribute.type in {"OU", "CN"}
	regex.match(renewal, attribute.text)
	msg := $"renewal ID is in {attribute.type}; Fleet reads it from OU"
}

warn contains {"msg": msg, "path": attribute.path} if {
	msg := "renewal ID is in CN, as in older versions of Fleet; expected OU"
	some scep in input.scep
	some attribute in scep.subject
	attribute.type == "CN"
	regex.match(renewal, attribute.text)
}
