# METADATA
# title: non-default Retries or RetryDelay
# description: >-
#   What it checks: Retries and RetryDelay have the expected values, by default those of Apple's schema:
#   three retries and ten seconds.
#
#   Why it matters: they apply if the server answers that a request is pending. The defaults suit
#   servers that issue at once. Many retries delay the enrollment, and few make it fail early.
# related_resources:
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
# entrypoint: true
# custom:
#   help: use the expected value, or suppress the finding with a reason
#   parameters:
#     retries:
#       default: 3
#       description: the expected number of retries
#     retry_delay:
#       default: 10
#       description: the expected delay between retries, in seconds
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

info contains {"msg": msg, "path": scep.paths.Retries, "args": ["Retries", value]} if {
	some scep in input.scep
	value := scep.retries.value
	value != retries
	msg := $"`Retries` is {value}; expected {retries}"
}

info contains {"msg": msg, "path": scep.paths.RetryDelay, "args": ["RetryDelay", value]} if {
	some scep in input.scep
	value := scep.retry_delay.value
	value != retry_delay
	msg := $"`RetryDelay` is {value} seconds; expected {retry_delay}"
}
