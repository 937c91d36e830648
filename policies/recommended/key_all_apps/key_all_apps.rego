# METADATA
# title: private key accessible to all apps
# description: >-
#   What it checks: AllowAllAppsAccess is false or not set.
#
#   Why it matters: with it, every process on a Mac can use the private key without asking the user,
#   including malware.
#
#   Exceptions: not reported if macOS is not a target. Some agents that run without a user need it:
#   suppress the finding with that reason.
# related_resources:
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
# entrypoint: true
# custom:
#   help: set AllowAllAppsAccess to false, or remove it
#   avoid: |
#     <key>AllowAllAppsAccess</key>
#     <true/>
#   prefer: |
#     <key>AllowAllAppsAccess</key>
#     <false/>
package policies.recommended.key_all_apps

warn contains {"msg": msg, "path": scep.paths.AllowAllAppsAccess} if {
	msg := "`AllowAllAppsAccess` is true; any process on a Mac can use the private key"
	for_macs
	some scep in input.scep
	scep.allow_all_apps_access.value
}

# The setting counts on Macs only: where targets are given, one of them must be macOS.
for_macs if input.targets == []

for_macs if {
	some target in input.targets
	target.system == "macos"
}
