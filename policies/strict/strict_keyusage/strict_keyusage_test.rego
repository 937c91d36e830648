package policies.strict.strict_keyusage_test

import data.policies.strict.strict_keyusage

content := ["PayloadContent", 0, "PayloadContent"]

written := ["PayloadContent", 0, "PayloadContent", "Key Usage"]

test_other_usage_is_denied if {
	strict_keyusage.deny == {{
		"msg": "`Key Usage` is 1; expected 5",
		"path": written,
	}} with input as document({"set": true, "variable": false, "value": 1}, written)
}

test_absent_usage_is_denied_at_its_dict if {
	strict_keyusage.deny == {{
		"msg": "`Key Usage` is 0 (default); expected 5",
		"path": content,
	}} with input as document({"set": false, "variable": false, "value": 0}, content)
}

test_exact_usage_passes if {
	strict_keyusage.deny == set() with input as document({"set": true, "variable": false, "value": 5}, written)
}

test_usage_is_taken_from_config if {
	usage := {"keyusage_exact": 1}
	strict_keyusage.deny == set() with input as document({"set": true, "variable": false, "value": 1}, written)
		with data.config as usage
	strict_keyusage.deny == {{
		"msg": "`Key Usage` is 5; expected 1",
		"path": written,
	}} with input as document({"set": true, "variable": false, "value": 5}, written)
		with data.config as usage
}

test_variable_is_not_judged if {
	strict_keyusage.deny == set() with input as document({"set": true, "variable": true}, written)
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
