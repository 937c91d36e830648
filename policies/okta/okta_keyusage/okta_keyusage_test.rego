package policies.okta.okta_keyusage_test

import data.policies.okta.okta_keyusage

content := ["PayloadContent", 0, "PayloadContent"]

written := ["PayloadContent", 0, "PayloadContent", "Key Usage"]

test_other_usages_are_a_warning if {
	every usage in [0, 4, 5] {
		warned := okta_keyusage.warn with input as document({"set": true, "variable": false, "value": usage}, written)
		warned == {{
			"msg": $"`Key Usage` is {usage}; Okta expects 1 (signing)",
			"path": written,
		}}
	}
}

test_absent_usage_is_a_warning_at_its_dict if {
	okta_keyusage.warn == {{
		"msg": "`Key Usage` is 0 (default); Okta expects 1 (signing)",
		"path": content,
	}} with input as document({"set": false, "variable": false, "value": 0}, content)
}

test_signing_passes if {
	okta_keyusage.warn == set() with input as document({"set": true, "variable": false, "value": 1}, written)
}

test_variable_is_not_judged if {
	okta_keyusage.warn == set() with input as document({"set": true, "variable": true}, written)
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
