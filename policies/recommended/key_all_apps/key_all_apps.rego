# METADATA
# title: every app may use the private key
# description: >-
#   With AllowAllAppsAccess every process on a Mac may use the private key without the user being asked,
#   malware among them. Some agents that run without a user need it; a profile for one of them is the
#   place to suppress this finding with that reason. It is a setting of macOS.
# related_resources:
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
# entrypoint: true
# custom:
#   help: remove AllowAllAppsAccess, or write false
#   avoid: |
#     <key>AllowAllAppsAccess</key>
#     <true/>
#   prefer: |
#     <key>AllowAllAppsAccess</key>
#     <false/>
package policies.recommended.key_all_apps

warn contains {"msg": msg, "path": scep.paths.AllowAllAppsAccess} if {
	some scep in input.scep
	open_to_all(scep.allow_all_apps_access, input.targets)
	msg := "AllowAllAppsAccess is true, so every process on a Mac may use the private key; write false or remove it"
}

# The setting counts on Macs only: where targets are given, one of them must be macOS.
open_to_all(setting, []) if setting.value

open_to_all(setting, targets) if {
	setting.value
	some target in targets
	target.system == "macos"
}
