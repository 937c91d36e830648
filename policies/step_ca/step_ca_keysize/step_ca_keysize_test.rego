package policies.step_ca.step_ca_keysize_test

import data.policies.step_ca.step_ca_keysize

content := ["PayloadContent", 0, "PayloadContent"]

written := ["PayloadContent", 0, "PayloadContent", "Keysize"]

test_short_key_is_denied if {
	step_ca_keysize.deny == {{
		"msg": "`Keysize` 1024 is below the step-ca minimum of 2048",
		"path": written,
	}} with input as document({"set": true, "variable": false, "value": 1024}, written)
}

test_absent_key_is_denied_at_its_dict if {
	step_ca_keysize.deny == {{
		"msg": "`Keysize` 1024 (default) is below the step-ca minimum of 2048",
		"path": content,
	}} with input as document({"set": false, "variable": false, "value": 1024}, content)
}

test_long_keys_pass if {
	every size in [2048, 4096] {
		denied := step_ca_keysize.deny with input as document({"set": true, "variable": false, "value": size}, written)
		denied == set()
	}
}

test_minimum_is_taken_from_config if {
	step_ca_keysize.deny == set() with input as document({"set": true, "variable": false, "value": 1024}, written)
		with data.config as {"step_ca_minimum": 1024}
	step_ca_keysize.deny == {{
		"msg": "`Keysize` 2048 is below the step-ca minimum of 3072",
		"path": written,
	}} with input as document({"set": true, "variable": false, "value": 2048}, written)
		with data.config as {"step_ca_minimum": 3072}
}

test_variable_is_not_judged if {
	step_ca_keysize.deny == set() with input as document({"set": true, "variable": true}, written)
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
