# METADATA
# title: URL is not the path of NDES
# description: >-
#   Devices enrol at /certsrv/mscep/mscep.dll of NDES, to which /pkiclient.exe may be added. Other paths
#   of the server are pages for people or lead nowhere. A proxy in front of it may have paths of its
#   own; list those in ndes_paths.
# related_resources:
#   - ref: https://github.com/fleetdm/fleet/issues/22966
#     description: Fleet issue 22966, the default paths of NDES
#   - ref: https://learn.microsoft.com/en-us/windows-server/identity/ad-cs/network-device-enrollment-service-overview
#     description: Microsoft, Network Device Enrollment Service
# entrypoint: true
# custom:
#   help: write /certsrv/mscep/mscep.dll
#   parameters:
#     ndes_paths:
#       default: ["/certsrv/mscep/mscep.dll", "/certsrv/mscep/mscep.dll/pkiclient.exe"]
#       description: the paths that devices may enrol at, compared without regard to case
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
	msg := $`path "{path}" of SCEP URL is not one of NDES; write "{ndes_paths[0]}"`
}
