# METADATA
# title: Subject lacks a demanded attribute
# description: >-
#   What stands in the Subject is what servers see of a device. Rules that admit devices by their
#   organisation or name fail for a certificate that lacks the attribute, and nothing says so until the
#   first device is turned away. The attributes are named as in Subject, CN or O, or by their object
#   identifier.
# related_resources:
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
# entrypoint: true
# custom:
#   help: add the attributes of subject_required to Subject
#   parameters:
#     subject_required:
#       default: ["CN"]
#       description: the attributes that Subject must have, by their short names or object identifiers
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

deny contains {"msg": msg, "path": scep.paths.Subject} if {
	some scep in input.scep
	not scep.subject_variable
	names := {name |
		some attribute in scep.subject
		some name in [attribute.type, attribute.name, attribute.oid]
	}
	some required in subject_required
	not required in names
	msg := $"Subject has no {required}; add it"
}

# A Subject that is written and shows no attribute may be a variable for the whole of it.
