package policies.jamf_blueprints.jamf_blueprints_payload_test

import data.policies.jamf_blueprints.jamf_blueprints_payload

test_disabled_types_are_rejected if {
	every type in jamf_blueprints_payload.disabled {
		rejected := jamf_blueprints_payload.deny with input as document([{"PayloadType": "com.apple.dock"}, {"PayloadType": type}])
		rejected == {{
			"msg": $"`PayloadType` {type} is disabled in Jamf blueprints",
			"path": ["PayloadContent", 1, "PayloadType"],
		}}
	}
}

test_other_types_pass if {
	every type in ["com.apple.wifi.managed", "com.apple.security.acme", "com.apple.vpn.managed.applayer", "$TYPE", 7] {
		rejected := jamf_blueprints_payload.deny with input as document([{"PayloadType": type}, {}])
		rejected == set()
	}
}

document(payloads) := {
	"file": "wifi.mobileconfig",
	"time": "2026-06-01T12:00:00Z",
	"targets": [],
	"profile": {"PayloadContent": payloads},
	"scep": [],
	"certificates": [],
	"references": [],
}
