package policies.recommended.keyusage_allowed_test

import data.policies.recommended.keyusage_allowed

content := ["PayloadContent", 0, "PayloadContent"]

written := ["PayloadContent", 0, "PayloadContent", "Key Usage"]

test_unknown_bit_is_denied if {
	keyusage_allowed.deny == {{
		"msg": "`Key Usage` 2 is not allowed; expected 0, 1, 4, 5",
		"path": written,
	}} with input as document({"set": true, "variable": false, "value": 2}, written)
}

test_every_value_of_the_schema_passes if {
	every usage in [0, 1, 4, 5] {
		denied := keyusage_allowed.deny with input as document({"set": true, "variable": false, "value": usage}, written)
		denied == set()
	}
}

test_absent_key_passes if {
	keyusage_allowed.deny == set() with input as document({"set": false, "variable": false, "value": 0}, content)
}

test_list_is_taken_from_config if {
	keyusage_allowed.deny == {{
		"msg": "`Key Usage` 5 is not allowed; expected 1",
		"path": written,
	}} with input as document({"set": true, "variable": false, "value": 5}, written)
		with data.config as {"keyusage_allowed": [1]}
}

test_absent_key_is_denied_where_zero_is_not_allowed if {
	keyusage_allowed.deny == {{
		"msg": "`Key Usage` 0 (default) is not allowed; expected 1, 5",
		"path": content,
	}} with input as document({"set": false, "variable": false, "value": 0}, content)
		with data.config as {"keyusage_allowed": [1, 5]}
}

test_variable_is_not_judged if {
	keyusage_allowed.deny == set() with input as document({"set": true, "variable": true}, written)
}

document(usage, path) := {
	"file": "enroll.mobileconfig",
	"time": "2026-06-01T12:00:00Z",
	"targets": [],
	"profile": {"PayloadType": "Configuration"},
	"scep": [{
		"index": 0,
		"identifier": "net.acme-corp.enrol.scep",
		"uuid": "5B1F3C52-2E27-4F63-9C0E-1D4C7A0B8E61",
		"path": ["PayloadContent", 0],
		"paths": {"Key Usage": path},
		"key_usage": usage,
	}],
	"certificates": [],
	"references": [],
}
