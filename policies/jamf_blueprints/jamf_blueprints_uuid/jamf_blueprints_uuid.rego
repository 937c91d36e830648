# METADATA
# title: reference to a PayloadUUID that Jamf blueprints change
# description: >-
#   What it checks: a payload that another one references by its PayloadUUID has a PayloadIdentifier
#   with the same value.
#
#   Why it matters: Jamf blueprints make PayloadUUID and PayloadIdentifier of a payload the same. If
#   they differ, a reference may name a PayloadUUID that no payload has any more.
#
#   Exceptions: values with variables are not reported.
# related_resources:
#   - ref: https://github.com/Jamf-Concepts/jamf-cli
#     description: jamf-cli source, import of configuration profiles
# entrypoint: true
# custom:
#   help: use the PayloadUUID as the PayloadIdentifier, too
#   scope: payload
#   avoid: |
#     <dict>
#       <key>PayloadType</key>
#       <string>com.apple.wifi.managed</string>
#       <key>PayloadCertificateUUID</key>
#       <string>0C5B1E6F-6E52-4C0B-9D1C-4B7E0E5A2F38</string>
#     </dict>
#     <dict>
#       <key>PayloadType</key>
#       <string>com.apple.security.acme</string>
#       <key>PayloadIdentifier</key>
#       <string>net.acme-corp.identity</string>
#       <key>PayloadUUID</key>
#       <string>0C5B1E6F-6E52-4C0B-9D1C-4B7E0E5A2F38</string>
#     </dict>
#   prefer: |
#     <dict>
#       <key>PayloadType</key>
#       <string>com.apple.wifi.managed</string>
#       <key>PayloadCertificateUUID</key>
#       <string>0C5B1E6F-6E52-4C0B-9D1C-4B7E0E5A2F38</string>
#     </dict>
#     <dict>
#       <key>PayloadType</key>
#       <string>com.apple.security.acme</string>
#       <key>PayloadIdentifier</key>
#       <string>0C5B1E6F-6E52-4C0B-9D1C-4B7E0E5A2F38</string>
#       <key>PayloadUUID</key>
#       <string>0C5B1E6F-6E52-4C0B-9D1C-4B7E0E5A2F38</string>
#     </dict>
package policies.jamf_blueprints.jamf_blueprints_uuid

warn contains {"msg": msg, "path": array.concat(reference.target.path, ["PayloadIdentifier"])} if {
	msg := "`PayloadIdentifier` differs from the referenced `PayloadUUID`; blueprints change one"
	some reference in input.references
	not reference.variable
	identifier := reference.target.identifier
	identifier != ""
	not regex.match(`[$%{}<>]`, identifier)
	upper(identifier) != upper(reference.uuid)
}
