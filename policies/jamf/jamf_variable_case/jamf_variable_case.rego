# METADATA
# title: variable of Jamf Pro in the wrong case
# description: >-
#   Jamf Pro replaces its payload variables as it sends a profile, and tells upper case from lower case.
#   A variable in another case is left as it is, and the device asks for a certificate in the name of
#   the variable's text.
# related_resources:
#   - ref: https://learn.jamf.com/bundle/jamf-pro-documentation-current/page/Computer_Configuration_Profiles.html
#     description: Jamf Pro documentation, payload variables
#   - ref: https://github.com/scepman/scepman-docs
#     description: SCEPman documentation
# entrypoint: true
# custom:
#   help: write the variable in capitals
#   avoid: |
#     <key>Subject</key>
#     <array>
#       <array>
#         <array>
#           <string>CN</string>
#           <string>$ComputerName</string>
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
#     </array>
package policies.jamf.jamf_variable_case

known := {
	"BUILDINGID", "BUILDINGNAME", "COMPUTERNAME", "DEPARTMENTID", "DEPARTMENTNAME", "DEVICENAME", "EMAIL", "FULLNAME",
	"JSSID", "MACADDRESS", "MANAGEMENTID", "PHONE", "POSITION", "PROFILE_IDENTIFIER", "PROFILEJSSID", "REALNAME",
	"ROOM", "SERIALNUMBER", "SITEID", "SITENAME", "UDID", "USERNAME",
}

warn contains {"msg": msg, "path": entry.path} if {
	some scep in input.scep
	some entry in array.concat(scep.subject, scep.san.names)
	some [variable, name] in regex.find_all_string_submatch_n(`\$(\w+)`, entry.text, -1)
	name != upper(name)
	upper(name) in known
	msg := $`"{variable}" is not a variable of Jamf Pro, which minds the case; write "${upper(name)}"`
}
