# METADATA
# title: SCEP server is not a CA of the organization
# description: |
#   Devices send certificate requests and the challenge to the server in the SCEP payload.
#   Only the hosts in ca_hosts belong to the organization. A profile with another host was
#   copied from elsewhere, or sends secrets to another party.
# related_resources:
#   - ref: https://developer.apple.com/documentation/devicemanagement/scep
#     description: Apple, SCEP payload
# custom:
#   help: use a host listed in ca_hosts
#   avoid: |
#     <key>URL</key>
#     <string>https://ca.other.example/scep</string>
#   prefer: |
#     <key>URL</key>
#     <string>https://ca.corp.example/scep</string>
#   parameters:
#     ca_hosts:
#       default: [ca.corp.example]
#       description: the allowed hosts of SCEP servers
package policies.acme.ca_host

default ca_hosts := ["ca.corp.example"]

ca_hosts := data.config.ca_hosts

deny contains {"msg": msg, "path": scep.paths.URL} if {
	some scep in input.scep
	host := scep.url.host
	not host in ca_hosts
	msg := sprintf("SCEP server host %q is not allowed; expected %s", [host, concat(", ", ca_hosts)])
}
