# METADATA
# title: SCEP server host not allowed
# description: >-
#   What it checks: the host of URL is one of url_hosts.
#
#   Why it matters: a profile with a SCEP server outside the organization lets another CA issue the
#   identities of its devices. Typical cause: a leftover of a trial.
#
#   Exceptions: not reported if url_hosts is empty.
# related_resources:
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
#   - ref: https://www.kb.cert.org/vuls/id/971035
#     description: CERT/CC VU#971035, weak authentication of SCEP requests
# entrypoint: true
# custom:
#   help: use a host listed in url_hosts
#   parameters:
#     url_hosts:
#       default: []
#       description: the allowed hosts, as full names without a port; empty for any
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
	msg := $`SCEP server host "{scep.url.host}" is not allowed; expected {listed}`
}

# Without a list of hosts, every host is allowed.
foreign(host, known) if {
	count(known) > 0
	not host in known
}

listed := concat(" or ", sort(hosts))
