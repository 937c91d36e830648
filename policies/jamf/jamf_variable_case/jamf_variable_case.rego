# METADATA
# title: Jamf Pro variable in the wrong case
# description: >-
#   What it checks: the payload variables of Jamf Pro are in upper case.
#
#   Why it matters: Jamf Pro replaces its variables case-sensitively. A variable in another case is left
#   as text, and the device requests a certificate for the name of the variable.
# related_resources:
#   - ref: https://learn.jamf.com/bundle/jamf-pro-documentation-current/page/Computer_Configuration_Profiles.html
#     description: Jamf Pro documentation, payload variables
#   - ref: https://github.com/scepman/scepman-docs
#     description: SCEPman documentation
# entrypoint: true
# custom:
#   help: use upper case in the variable
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

warn contains {"msg": msg, "path": entry.path, "help": help} if {
	some scep in input.scep
	some entry in array.concat(scep.subject, scep.san.names)
	some [variable, name] in regex.find_all_string_submatch_n(`\$(\w+)`, entry.text, -1)
	name != upper(name)
	upper(name) in known
	msg := $`"{variable}" is not a Jamf Pro variable; names are case-sensitive`
	help := $`use "${upper(name)}"`
}
