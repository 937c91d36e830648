package policies.strict.strict_key_extractable_test

import data.policies.strict.strict_key_extractable

content := ["PayloadContent", 0, "PayloadContent"]

found := {{
	"msg": "`KeyIsExtractable` must be false; the default is true",
	"path": content,
}}

yes := {"set": true, "variable": false, "value": true}

test_true_and_absence_are_denied if {
	every setting in [yes, {"set": false, "variable": false, "value": true}] {
		denied := strict_key_extractable.deny with input as document(setting, [])
		denied == found
	}
}

test_false_passes if {
	strict_key_extractable.deny == set() with input as document({"set": true, "variable": false, "value": false}, [])
}

test_macs_among_the_targets_are_judged if {
	strict_key_extractable.deny == found with input as document(yes, [{"system": "ios"}, {"system": "macos"}])
}

test_targets_without_macs_pass if {
	strict_key_extractable.deny == set() with input as document(yes, [{"system": "ios"}])
}

test_variable_is_not_judged if {
	strict_key_extractable.deny == set() with input as document({"set": true, "variable": true}, [])
}

document(setting, targets) := {
	"file": "enroll.mobileconfig",
	"time": "2026-06-01T12:00:00Z",
	"targets": targets,
	"profile": {"PayloadType": "Configuration"},
	"scep": [{
		"index": 0,
		"identifier": "net.acme-corp.enrol.scep",
		"uuid": "5B1F3C52-2E27-4F63-9C0E-1D4C7A0B8E61",
		"path": ["PayloadContent", 0],
		"paths": {"KeyIsExtractable": content},
		"key_is_extractable": setting,
	}],
	"certificates": [],
	"references": [],
}
