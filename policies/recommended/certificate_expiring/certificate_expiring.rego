# METADATA
# title: CA certificate expired or expires soon
# description: >-
#   What it checks: CA certificates in the profile are valid for at least expiry_days from now.
#
#   Why it matters: when a CA certificate expires, devices no longer trust what the CA issued. All
#   devices need a profile with the successor before that day.
# related_resources:
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
# entrypoint: true
# custom:
#   help: add the successor certificate, and deploy the profile before the current one expires
#   parameters:
#     expiry_days:
#       default: 30
#       description: the minimum remaining validity of a CA certificate, in days
#   scope: payload
#   avoid: |
#     <dict>
#       <key>PayloadType</key>
#       <string>com.apple.security.root</string>
#       <key>PayloadContent</key>
#       <data>
#       MIIBdjCCARugAwIBAgIUDQMCLQSQPTnoXr1TCsn0QKRFGBUwCgYIKoZIzj0EAwIwMDEZMBcGA1UECgwQQWNtZSBDb3Jw
#       b3JhdGlvbjETMBEGA1UEAwwKQWNtZSBDQSBHMTAeFw0yMTA2MTUwMDAwMDBaFw0yNjA2MjEwMDAwMDBaMDAxGTAXBgNV
#       BAoMEEFjbWUgQ29ycG9yYXRpb24xEzARBgNVBAMMCkFjbWUgQ0EgRzEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARq
#       mefQ0DR0qZMLHXVqxna1c1imz4BfEC9fFogGpbr1gwWPG+KzVf6KH/BtDaNMiFHuU7tTZLfmhFhBnXcfk2s5oxMwETAP
#       BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0kAMEYCIQChhja55Wu/wDGMqvxNo0wb0JWbZkDlW5uo7I/mA+c4KQIh
#       AO+6TAUPSelhLDNMLrggCxru8IXFALCZiGcneBsLI1JA
#       </data>
#     </dict>
#   prefer: |
#     <dict>
#       <key>PayloadType</key>
#       <string>com.apple.security.root</string>
#       <key>PayloadContent</key>
#       <data>
#       MIIBdTCCARugAwIBAgIUJXVTXxNIaN/jnOsfCguULMFViJIwCgYIKoZIzj0EAwIwMDEZMBcGA1UECgwQQWNtZSBDb3Jw
#       b3JhdGlvbjETMBEGA1UEAwwKQWNtZSBDQSBHMjAeFw0yMTA2MTUwMDAwMDBaFw0zNjA1MjkwMDAwMDBaMDAxGTAXBgNV
#       BAoMEEFjbWUgQ29ycG9yYXRpb24xEzARBgNVBAMMCkFjbWUgQ0EgRzIwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQ2
#       vdwdTfdT0pprzDKMbUhlOyhRuFZ3hwujvXauBjrhUKjip7T1WgUuC/4A+XtImWPyG+AVutHwD1Lp9jc46gmxoxMwETAP
#       BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIEYbGcm7nmm/JExhDi3yPP8uhPnHYfegynNqP5rPuZjYAiEA
#       xG/GkMT5r+uESIOMY2osMZ9lTCTqWkFmOnHUYVD89/s=
#       </data>
#     </dict>
package policies.recommended.certificate_expiring

default expiry_days := 30

expiry_days := data.config.expiry_days

warn contains {"msg": msg, "path": certificate.path} if {
	some certificate in input.certificates
	certificate.days_left >= 0
	certificate.days_left < expiry_days
	anchor(certificate.ca, certificate.subject, certificate.issuer)
	msg := $`CA certificate "{certificate.subject}" expires in {certificate.days_left} days`
}

warn contains {"msg": msg, "path": certificate.path} if {
	some certificate in input.certificates
	certificate.days_left < 0
	anchor(certificate.ca, certificate.subject, certificate.issuer)
	msg := $`CA certificate "{certificate.subject}" expired on {certificate.not_after}`
}

# A CA by its basic constraints, or a root of the time before there were any: it
# issued itself. Whether the signature is its own takes longer to know than all
# else here, and does not matter.
anchor(true, _, _)

anchor(_, subject, issuer) if subject == issuer
