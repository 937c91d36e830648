# METADATA
# title: user name that FreeRADIUS rejects
# description: >-
#   What it checks: UserName and OuterIdentity of Wi-Fi and Ethernet payloads have no spaces, at most
#   one @, no two dots in a row, and no realm without a dot.
#
#   Why it matters: the default filter of FreeRADIUS rejects such user names.
#
#   Exceptions: the CN of the certificate, which is the user name if neither key is set, is checked by
#   eap-user-name. Values with variables are not reported.
# related_resources:
#   - ref: https://github.com/FreeRADIUS/freeradius-server/blob/v3.2.x/raddb/policy.d/filter
#     description: FreeRADIUS, filter of user names
#   - ref: https://github.com/FreeRADIUS/freeradius-server/issues/5195
#     description: FreeRADIUS issue 5195, user names with spaces
# entrypoint: true
# custom:
#   help: use a user name without spaces, and a realm with a dot
#   scope: payload
#   avoid: |
#     <dict>
#       <key>PayloadType</key>
#       <string>com.apple.wifi.managed</string>
#       <key>EAPClientConfiguration</key>
#       <dict>
#         <key>OuterIdentity</key>
#         <string>anonymous@corp</string>
#       </dict>
#     </dict>
#   prefer: |
#     <dict>
#       <key>PayloadType</key>
#       <string>com.apple.wifi.managed</string>
#       <key>EAPClientConfiguration</key>
#       <dict>
#         <key>OuterIdentity</key>
#         <string>anonymous@acme-corp.net</string>
#       </dict>
#     </dict>
package policies.radius.radius_user_name

warn contains {"msg": msg, "path": ["PayloadContent", i, "EAPClientConfiguration", key]} if {
	some i, payload in input.profile.PayloadContent
	some key in ["UserName", "OuterIdentity"]
	name := payload.EAPClientConfiguration[key]
	is_string(name)
	not regex.match(`[$%{}<>]`, name)
	fault := faults(name)
	msg := $"`{key}` \"{name}\" {fault}; FreeRADIUS rejects it by default"
}

faults(name) := "has spaces" if {
	contains(name, " ")
} else := "has two @" if {
	count(split(name, "@")) > 2
} else := "has two dots in a row" if {
	contains(name, "..")
} else := "has a realm without a dot" if {
	regex.match(`@[^.]*$`, name)
}
