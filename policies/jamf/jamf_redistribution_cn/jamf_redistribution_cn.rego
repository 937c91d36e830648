# METADATA
# title: missing $PROFILE_IDENTIFIER CN for redistribution
# description: >-
#   What it checks: Subject contains a CN with $PROFILE_IDENTIFIER besides the CN of the device.
#
#   Why it matters: with Jamf Pro as the SCEP proxy, redistribution of a profile before its certificates
#   expire requires it.
#
#   Exceptions: a profile that is not redistributed does not need it.
# related_resources:
#   - ref: https://docs.scepman.com/certificate-deployment/jamf/general
#     description: SCEPman documentation, Jamf Pro
#   - ref: https://learn.jamf.com/bundle/jamf-pro-documentation-current/page/Computer_Configuration_Profiles.html
#     description: Jamf Pro documentation, payload variables
# entrypoint: true
# custom:
#   help: add a second CN with $PROFILE_IDENTIFIER
#   avoid: |
#     <key>Subject</key>
#     <array>
#       <array>
#         <array>
#           <string>CN</string>
#           <string>$COMPUTERNAME</string>
#         </array>
#       </array>
#     </array>
#   prefer: |
#     <key>Subject</key>
#     <array>
#       <array>
#         <array>
#           <string>CN</string>
#           <string>$COMPUTERNAME</string>
#         </array>
#       </array>
#       <array>
#         <array>
#           <string>CN</string>
#           <string>$PROFILE_IDENTIFIER</string>
#         </array>
#       </array>
#     </array>
package policies.jamf.jamf_redistribution_cn

info contains {"msg": msg, "path": scep.paths.Subject} if {
	msg := "`Subject` has no CN with $PROFILE_IDENTIFIER, which redistribution requires"
	some scep in input.scep
	not scep.subject_variable
	marks := [attribute |
		some attribute in scep.subject
		attribute.name == "CN"
		contains(attribute.text, "$PROFILE_IDENTIFIER")
	]
	marks == []
}

# A Subject that is written and shows no attribute may be a variable for the whole of it.
