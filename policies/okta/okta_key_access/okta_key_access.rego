# METADATA
# title: private key that Okta Verify cannot use
# description: >-
#   What it checks: AllowAllAppsAccess is true in a profile with PayloadScope System, and false
#   elsewhere.
#
#   Why it matters: Okta Verify on macOS uses the key in the system keychain without elevated rights,
#   which requires AllowAllAppsAccess. In the keychain of a user it is not required, and every process
#   on the Mac could use the key.
#
#   Exceptions: not reported if macOS is not a target.
# related_resources:
#   - ref: https://help.okta.com/oie/en-us/content/topics/identity-engine/devices/managed-main.htm
#     description: Okta, management attestation for devices
#   - ref: https://fleetdm.com/guides/enable-okta-verify-on-macos-using-configuration-profile
#     description: Fleet guide, enable Okta Verify on macOS
# entrypoint: true
# custom:
#   help: set AllowAllAppsAccess to true with PayloadScope System, and to false elsewhere
#   relaxes:
#     - key-all-apps
#   scope: profile
#   avoid: |
#     <key>PayloadScope</key>
#     <string>System</string>
#     <key>PayloadContent</key>
#     <array>
#       <dict>
#         <key>PayloadType</key>
#         <string>com.apple.security.scep</string>
#         <key>PayloadContent</key>
#         <dict>
#           <key>AllowAllAppsAccess</key>
#           <false/>
#         </dict>
#       </dict>
#     </array>
#   prefer: |
#     <key>PayloadScope</key>
#     <string>System</string>
#     <key>PayloadContent</key>
#     <array>
#       <dict>
#         <key>PayloadType</key>
#         <string>com.apple.security.scep</string>
#         <key>PayloadContent</key>
#         <dict>
#           <key>AllowAllAppsAccess</key>
#           <true/>
#         </dict>
#       </dict>
#     </array>
package policies.okta.okta_key_access

warn contains {"msg": msg, "path": scep.paths.AllowAllAppsAccess} if {
	on_macs(input.targets)
	input.profile.PayloadScope == "System"
	msg := "`AllowAllAppsAccess` is not true in a System profile; Okta Verify cannot use the key"
	some scep in input.scep
	scep.allow_all_apps_access.value == false
}

warn contains {"msg": msg, "path": scep.paths.AllowAllAppsAccess} if {
	on_macs(input.targets)
	object.get(input.profile, "PayloadScope", "User") != "System"
	msg := "`AllowAllAppsAccess` is true without `PayloadScope` System; any process can use the key"
	some scep in input.scep
	scep.allow_all_apps_access.value == true
}

on_macs([])

on_macs(targets) if {
	some target in targets
	target.system == "macos"
}
