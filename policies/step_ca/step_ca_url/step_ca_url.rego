# METADATA
# title: URL names no SCEP provisioner
# description: >-
#   step-ca serves each SCEP provisioner at /scep/ and its name. With another path, or with /scep alone,
#   the server knows no provisioner to ask. A proxy in front of it may have paths of its own, which is
#   why this is a warning.
# related_resources:
#   - ref: https://github.com/smallstep/certificates/blob/master/authority/provisioner/scep.go
#     description: smallstep certificates, the SCEP provisioner of step-ca
# entrypoint: true
# custom:
#   help: write /scep/ and the name of the provisioner
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
	msg := $`path "{path}" of SCEP URL names no provisioner of step-ca; write "/scep/" and its name`
}
