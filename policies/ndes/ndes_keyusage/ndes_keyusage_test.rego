package policies.ndes.ndes_keyusage_test

import data.policies.ndes.ndes_keyusage

content := ["PayloadContent", 0, "PayloadContent"]

written := ["PayloadContent", 0, "PayloadContent", "Key Usage"]

test_absent_usage_is_a_warning_at_its_dict if {
	ndes_keyusage.warn == {{
		"msg": "`Key Usage` 0 (default) selects no NDES template; expected 1, 4, 5",
		"path": content,
	}} with input as document({"set": false, "variable": false, "value": 0}, content)
}

test_usages_with_a_template_pass if {
	every usage in [1, 4, 5] {
		warned := ndes_keyusage.warn with input as document({"set": true, "variable": false, "value": usage}, written)
		warned == set()
	}
}

test_templates_are_taken_from_config if {
	ndes_keyusage.warn == {{
		"msg": "`Key Usage` 5 selects no NDES template; expected 1, 4",
		"path": written,
	}} with input as document({"set": true, "variable": false, "value": 5}, written)
		with data.config as {"ndes_templates": [1, 4]}
}

test_variable_is_not_judged if {
	ndes_keyusage.warn == set() with input as document({"set": true, "variable": true}, written)
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
