# METADATA
# title: URL path is not an NDES enrollment path
# description: >-
#   What it checks: the path of URL is one of ndes_paths.
#
#   Why it matters: devices enroll at /certsrv/mscep/mscep.dll of NDES, optionally with /pkiclient.exe.
#   Other paths are pages for administrators, or do not exist.
#
#   Exceptions: a proxy may have other paths: add them to ndes_paths.
# related_resources:
#   - ref: https://github.com/fleetdm/fleet/issues/22966
#     description: Fleet issue 22966, the default paths of NDES
#   - ref: https://learn.microsoft.com/en-us/windows-server/identity/ad-cs/network-device-enrollment-service-overview
#     description: Microsoft, Network Device Enrollment Service
# entrypoint: true
# custom:
#   help: use /certsrv/mscep/mscep.dll
#   parameters:
#     ndes_paths:
#       default: ["/certsrv/mscep/mscep.dll", "/certsrv/mscep/mscep.dll/pkiclient.exe"]
#       description: the paths at which devices may enroll, compared case-insensitively
#   avoid: |
#     <key>URL</key>
#     <string>https://ndes.acme-corp.net/certsrv/</string>
#   prefer: |
#     <key>URL</key>
#     <string>https://ndes.acme-corp.net/certsrv/mscep/mscep.dll</string>
package policies.ndes.ndes_url

default ndes_paths := ["/certsrv/mscep/mscep.dll", "/certsrv/mscep/mscep.dll/pkiclient.exe"]

ndes_paths := data.config.ndes_paths

known contains lower(path) if some path in ndes_paths

warn contains {"msg": msg, "path": scep.paths.URL} if {
	some scep in input.scep
	scep.url.set
	path := scep.url.path
	not lower(path) in known
	msg := $`URL path "{path}" is not an NDES enrollment path; expected {ndes_paths[0]}`
}
