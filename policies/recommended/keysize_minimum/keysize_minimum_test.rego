package policies.recommended.keysize_minimum_test

import data.policies.recommended.keysize_minimum

content := ["PayloadContent", 0, "PayloadContent"]

written := ["PayloadContent", 0, "PayloadContent", "Keysize"]

test_short_key_is_denied if {
	keysize_minimum.deny == {{
		"msg": "`Keysize` 1024 is below the minimum of 2048",
		"path": written,
	}} with input as document({"set": true, "variable": false, "value": 1024}, written)
}

test_absent_key_is_denied_at_its_dict if {
	keysize_minimum.deny == {{
		"msg": "`Keysize` 1024 (default) is below the minimum of 2048",
		"path": content,
	}} with input as document({"set": false, "variable": false, "value": 1024}, content)
}

test_long_keys_pass if {
	every size in [2048, 4096] {
		denied := keysize_minimum.deny with input as document({"set": true, "variable": false, "value": size}, written)
		denied == set()
	}
}

test_minimum_is_taken_from_config if {
	keysize_minimum.deny == {{
		"msg": "`Keysize` 2048 is below the minimum of 4096",
		"path": written,
	}} with input as document({"set": true, "variable": false, "value": 2048}, written)
		with data.config as {"keysize_minimum": 4096}
}

test_lower_minimum_lets_short_keys_pass if {
	keysize_minimum.deny == set() with input as document({"set": false, "variable": false, "value": 1024}, content)
		with data.config as {"keysize_minimum": 1024}
}

test_variable_is_not_judged if {
	keysize_minimum.deny == set() with input as document({"set": true, "variable": true}, written)
}

test_profile_without_scep_passes if {
	keysize_minimum.deny == set() with input as {"scep": []}
}

document(keysize, path) := {
	"file": "enroll.mobileconfig",
	"time": "2026-06-01T12:00:00Z",
	"targets": [],
	"profile": {"PayloadType": "Configuration"},
	"scep": [{
		"index": 0,
		"identifier": "net.acme-corp.enrol.scep",
		"uuid": "5B1F3C52-2E27-4F63-9C0E-1D4C7A0B8E61",
		"path": ["PayloadContent", 0],
		"paths": {"Keysize": path},
		"keysize": keysize,
	}],
	"certificates": [],
	"references": [],
}
