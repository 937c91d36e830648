# METADATA
# title: missing required Subject attribute
# description: >-
#   What it checks: Subject has the attributes of subject_required, which are short names such as CN and
#   O, or OIDs.
#
#   Why it matters: servers authorize devices by Subject. A certificate without the attribute is
#   rejected, and nothing reports that before the first device fails.
#
#   Exceptions: a Subject that is template text is not reported.
# related_resources:
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
# entrypoint: true
# custom:
#   help: add the attributes listed in subject_required
#   parameters:
#     subject_required:
#       default: ["CN"]
#       description: the attributes that Subject must have, by short name or OID
#   avoid: |
#     <key>Subject</key>
#     <array>
#       <array>
#         <array>
#           <string>O</string>
#           <string>Acme Corporation</string>
#         </array>
#       </array>
#     </array>
#   prefer: |
#     <key>Subject</key>
#     <array>
#       <array>
#         <array>
#           <string>O</string>
#           <string>Acme Corporation</string>
#         </array>
#       </array>
#       <array>
#         <array>
#           <string>CN</string>
#           <string>mac-0417</string>
#         </array>
#       </array>
#     </array>
package policies.strict.strict_subject

default subject_required := ["CN"]

subject_required := data.config.subject_required

deny contains {"msg": msg, "path": scep.paths.Subject, "args": [required]} if {
	some scep in input.scep
	not scep.subject_variable
	names := {name |
		some attribute in scep.subject
		some name in [attribute.type, attribute.name, attribute.oid]
	}
	some required in subject_required
	not required in names
	msg := $"`Subject` is missing required attribute {required}"
}

# A Subject without attributes may be one variable.
