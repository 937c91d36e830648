# METADATA
# title: no room for the CN that Iru adds
# description: >-
#   What it checks: Subject has at most one CN besides the CN with $PROFILE_UUID.
#
#   Why it matters: Iru (formerly Kandji) adds CN=$PROFILE_UUID to Subject. With more than two CNs, macOS
#   and iOS fail to choose the client certificate, according to a vendor of SCEP servers.
#
#   Exceptions: a third CN in the profile itself is reported by scep-subject-cn.
# related_resources:
#   - ref: https://github.com/scepman/scepman-docs
#     description: SCEPman documentation, Kandji
# entrypoint: true
# custom:
#   help: use one CN in Subject, and at most CN=$PROFILE_UUID besides
#   avoid: |
#     <key>Subject</key>
#     <array>
#       <array>
#         <array>
#           <string>CN</string>
#           <string>$SERIAL_NUMBER</string>
#         </array>
#       </array>
#       <array>
#         <array>
#           <string>CN</string>
#           <string>$EMAIL</string>
#         </array>
#       </array>
#     </array>
#   prefer: |
#     <key>Subject</key>
#     <array>
#       <array>
#         <array>
#           <string>CN</string>
#           <string>$SERIAL_NUMBER</string>
#         </array>
#       </array>
#       <array>
#         <array>
#           <string>CN</string>
#           <string>$PROFILE_UUID</string>
#         </array>
#       </array>
#     </array>
package policies.iru.iru_profile_uuid_cn

warn contains {"msg": msg, "path": scep.paths.Subject} if {
	msg := "`Subject` has two CNs without $PROFILE_UUID; Iru adds a third"
	some scep in input.scep
	names := [attribute.text | some attribute in scep.subject; attribute.name == "CN"]
	count(names) == 2
	every name in names {
		not contains(name, "$PROFILE_UUID")
	}
}
