# METADATA
# title: URL path names no step-ca provisioner
# description: >-
#   What it checks: the path of URL is /scep/ followed by the name of a provisioner.
#
#   Why it matters: step-ca serves each SCEP provisioner at such a path. With another path, or with
#   /scep alone, the server finds no provisioner.
#
#   Exceptions: a proxy may have other paths, so that this is a warning.
# related_resources:
#   - ref: https://github.com/smallstep/certificates/blob/master/authority/provisioner/scep.go
#     description: smallstep certificates, the SCEP provisioner of step-ca
# entrypoint: true
# custom:
#   help: use /scep/ followed by the provisioner name
#   avoid: |
#     <key>URL</key>
#     <string>https://ca.acme-corp.net/scep</string>
#   prefer: |
#     <key>URL</key>
#     <string>https://ca.acme-corp.net/scep/devices</string>
package policies.step_ca.step_ca_url

warn contains {"msg": msg, "path": scep.paths.URL} if {
	some scep in input.scep
	scep.url.set
	path := scep.url.path
	not regex.match(`^/scep/[^/]+`, path)
	msg := $`URL path "{path}" names no step-ca provisioner; expected /scep/NAME`
}
