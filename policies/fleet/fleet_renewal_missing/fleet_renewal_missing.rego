# METADATA
# title: certificate that Fleet does not renew
# description: >-
#   What it checks: the Subject of a SCEP payload with a fixed URL and Challenge contains the renewal ID
#   of Fleet.
#
#   Why it matters: since version 4.86 Fleet also renews such certificates, and finds them by the
#   renewal ID in OU. Without it nothing renews the certificate before it expires.
#
#   Exceptions: not reported with the variables of a CA, for which fleet-ca-incomplete requires the
#   renewal ID.
# related_resources:
#   - ref: https://github.com/fleetdm/fleet/issues/40639
#     description: Fleet issue 40639, renewal of certificates from a fixed SCEP URL
#   - ref: https://fleetdm.com/guides/connect-end-user-to-wifi-with-certificate
#     description: Fleet guide, connect end users to Wi-Fi with a certificate
# entrypoint: true
# custom:
#   help: add OU $FLEET_VAR_CERTIFICATE_RENEWAL_ID to Subject
#   avoid: |
#     <key>URL</key>
#     <string>https://scep.acme-corp.net/scep</string>
#     <key>Subject</key>
#     <array>
#       <array>
#         <array>
#           <string>CN</string>
#           <string>$FLEET_VAR_HOST_UUID</string>
#         </array>
#       </array>
#     </array>
#   prefer: |
#     <key>URL</key>
#     <string>https://scep.acme-corp.net/scep</string>
#     <key>Subject</key>
#     <array>
#       <array>
#         <array>
#           <string>CN</string>
#           <string>$FLEET_VAR_HOST_UUID</string>
#         </array>
#       </array>
#       <array>
#         <array>
#           <string>OU</string>
#           <string>$FLEET_VAR_CERTIFICATE_RENEWAL_ID</string>
#         </array>
#       </array>
#     </array>
package policies.fleet.fleet_renewal_missing

info contains {"msg": msg, "path": scep.paths.Subject} if {
	msg := "`Subject` has no $FLEET_VAR_CERTIFICATE_RENEWAL_ID; Fleet does not renew the certificate"
	some scep in input.scep
	not regex.match(`\$\{?FLEET_VAR_\w+_SCEP_(PROXY_URL|CHALLENGE)`, $"{scep.keys.URL} {scep.keys.Challenge}")
	not scep.subject_variable
	marks := [attribute | some attribute in scep.subject; regex.match(`\$\{?FLEET_VAR_(SCEP|CERTIFICATE)_RENEWAL_ID\b`, attribute.text)]
	marks == []
}
