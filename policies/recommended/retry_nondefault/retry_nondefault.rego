# METADATA
# title: Retries or RetryDelay differs from the usual
# description: >-
#   Retries and RetryDelay matter where the server answers that a request is pending, as one does that
#   waits for a person to approve it. The defaults of Apple's schema, three retries and ten seconds
#   between them, suit servers that issue at once. Other values deserve a reason: many retries hold an
#   enrolment up, few make it fail early.
# related_resources:
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
# entrypoint: true
# custom:
#   help: write the usual Retries and RetryDelay, or say why they differ
#   parameters:
#     retries:
#       default: 3
#       description: how often a device asks again, in tries after the first
#     retry_delay:
#       default: 10
#       description: how long a device waits between two tries, in seconds
#   avoid: |
#     <key>Retries</key>
#     <integer>20</integer>
#     <key>RetryDelay</key>
#     <integer>10</integer>
#   prefer: |
#     <key>Retries</key>
#     <integer>3</integer>
#     <key>RetryDelay</key>
#     <integer>10</integer>
package policies.recommended.retry_nondefault

default retries := 3

retries := data.config.retries

default retry_delay := 10

retry_delay := data.config.retry_delay

info contains {"msg": msg, "path": scep.paths.Retries} if {
	some scep in input.scep
	scep.retries.value != retries
	msg := $"Retries is {scep.retries.value}, not {retries}; write {retries}"
}

info contains {"msg": msg, "path": scep.paths.RetryDelay} if {
	some scep in input.scep
	scep.retry_delay.value != retry_delay
	msg := $"RetryDelay is {scep.retry_delay.value} seconds, not {retry_delay}; write {retry_delay}"
}
