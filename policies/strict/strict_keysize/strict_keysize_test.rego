package policies.strict.strict_keysize_test

import data.policies.strict.strict_keysize

content := ["PayloadContent", 0, "PayloadContent"]

written := ["PayloadContent", 0, "PayloadContent", "Keysize"]

test_short_key_is_denied if {
	strict_keysize.deny == {{
		"msg": "`Keysize` 1024 is below the required minimum of 2048",
		"path": written,
	}} with input as document({"set": true, "variable": false, "value": 1024}, written)
}

test_absent_key_is_denied_at_its_dict if {
	strict_keysize.deny == {{
		"msg": "`Keysize` 1024 (default) is below the required minimum of 2048",
		"path": content,
	}} with input as document({"set": false, "variable": false, "value": 1024}, content)
}

test_long_key_passes if {
	strict_keysize.deny == set() with input as document({"set": true, "variable": false, "value": 2048}, written)
}

test_minimum_is_taken_from_config if {
	strict_keysize.deny == {{
		"msg": "`Keysize` 2048 is below the required minimum of 4096",
		"path": written,
	}} with input as document({"set": true, "variable": false, "value": 2048}, written)
		with data.config as {"keysize_minimum": 4096}
}

test_variable_is_not_judged if {
	strict_keysize.deny == set() with input as document({"set": true, "variable": true}, written)
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
