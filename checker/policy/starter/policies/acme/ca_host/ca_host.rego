# METADATA
# title: SCEP server is not a CA of the organisation
# description: |
#   Devices send their certificate requests, and the challenge with them, to the server of the
#   SCEP payload. Only the hosts in ca_hosts belong to the organisation: a profile that names
#   another one was copied from elsewhere, or leaks what it sends.
# related_resources:
#   - ref: https://developer.apple.com/documentation/devicemanagement/scep
#     description: Apple, SCEP payload
# custom:
#   help: write one of the hosts in ca_hosts, or add the host there
#   avoid: |
#     <key>URL</key>
#     <string>https://ca.other.example/scep</string>
#   prefer: |
#     <key>URL</key>
#     <string>https://ca.corp.example/scep</string>
#   parameters:
#     ca_hosts:
#       default: [ca.corp.example]
#       description: the hosts that SCEP payloads may name
package policies.acme.ca_host

default ca_hosts := ["ca.corp.example"]

ca_hosts := data.config.ca_hosts

deny contains {"msg": msg, "path": scep.paths.URL} if {
	some scep in input.scep
	host := scep.url.host
	not host in ca_hosts
	msg := sprintf("SCEP host %q is not one of %s", [host, concat(", ", ca_hosts)])
}
