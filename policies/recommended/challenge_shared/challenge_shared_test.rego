package policies.recommended.challenge_shared_test

import data.policies.recommended.challenge_shared

path := ["PayloadContent", 0, "PayloadContent", "Challenge"]

test_one_other_profile_is_a_warning if {
	challenge_shared.warn == {{
		"msg": "same `Challenge` as in \"wifi.mobileconfig\"",
		"path": path,
	}} with input as document(1, ["wifi.mobileconfig"])
}

test_several_other_profiles_are_counted if {
	challenge_shared.warn == {{
		"msg": "same `Challenge` as in 3 other profiles, such as \"vpn.mobileconfig\"",
		"path": path,
	}} with input as document(3, ["vpn.mobileconfig", "wifi.mobileconfig"])
}

test_challenge_of_its_own_passes if {
	challenge_shared.warn == set() with input as document(0, [])
}

document(others, files) := {
	"file": "enroll.mobileconfig",
	"time": "2026-06-01T12:00:00Z",
	"targets": [],
	"profile": {"PayloadType": "Configuration"},
	"scep": [{
		"index": 0,
		"identifier": "net.acme-corp.enrol.scep",
		"uuid": "5B1F3C52-2E27-4F63-9C0E-1D4C7A0B8E61",
		"path": ["PayloadContent", 0],
		"paths": {"Challenge": path},
		"challenge": {
			"kind": "literal",
			"set": true,
			"variable": false,
			"length": 20,
			"guessable": false,
			"shared_count": others,
			"shared_with": files,
		},
	}],
	"certificates": [],
	"references": [],
}
