# METADATA
# title: SCEP server is not one of the organisation's
# description: >-
#   A profile that names a SCEP server outside of the organisation hands the identity of its devices to
#   somebody else's CA, be it by a slip or a leftover of a trial. The policy says nothing until
#   url_hosts lists the hosts that may issue.
# related_resources:
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
#   - ref: https://www.kb.cert.org/vuls/id/971035
#     description: CERT/CC VU#971035, weak authentication of SCEP requests
# entrypoint: true
# custom:
#   help: name one of the hosts of url_hosts
#   parameters:
#     url_hosts:
#       default: []
#       description: the hosts that may issue certificates, in full and without a port; empty for any
#   config: {"url_hosts": ["scep.acme-corp.net"]}
#   avoid: |
#     <key>URL</key>
#     <string>https://scep.trial-ca.net/scep</string>
#   prefer: |
#     <key>URL</key>
#     <string>https://scep.acme-corp.net/scep</string>
package policies.strict.strict_url_host

default url_hosts := []

url_hosts := data.config.url_hosts

hosts contains lower(host) if some host in url_hosts

deny contains {"msg": msg, "path": scep.paths.URL} if {
	some scep in input.scep
	foreign(scep.url.host, hosts)
	msg := $`SCEP host "{scep.url.host}" is not one of url_hosts; use {listed}`
}

# Without any hosts to compare with, none is foreign.
foreign(host, known) if {
	count(known) > 0
	not host in known
}

listed := concat(" or ", sort(hosts))
