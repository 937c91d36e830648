package policies.recommended.key_extractable_test

import data.policies.recommended.key_extractable

content := ["PayloadContent", 0, "PayloadContent"]

written := ["PayloadContent", 0, "PayloadContent", "KeyIsExtractable"]

yes := {"set": true, "variable": false, "value": true}

unset := {"set": false, "variable": false, "value": true}

macs := [{"system": "ios", "version": "17", "number": [17, 0, 0]}, {"system": "macos"}]

phones := [{"system": "ios", "version": "17", "number": [17, 0, 0]}]

explicit := {{
	"msg": "`KeyIsExtractable` is true; the private key can be exported from the keychain",
	"path": written,
}}

implicit := {{
	"msg": "`KeyIsExtractable` is not set; the default is true, and the key can be exported",
	"path": content,
}}

test_explicit_true_is_a_warning if {
	key_extractable.warn == explicit with input as document(yes, written, [])
	key_extractable.info == set() with input as document(yes, written, [])
}

test_absence_is_told if {
	key_extractable.info == implicit with input as document(unset, content, [])
	key_extractable.warn == set() with input as document(unset, content, [])
}

test_false_passes if {
	no := {"set": true, "variable": false, "value": false}
	key_extractable.warn == set() with input as document(no, written, [])
	key_extractable.info == set() with input as document(no, written, [])
}

test_macs_among_the_targets_are_judged if {
	key_extractable.warn == explicit with input as document(yes, written, macs)
	key_extractable.info == implicit with input as document(unset, content, macs)
}

test_targets_without_macs_pass if {
	key_extractable.warn == set() with input as document(yes, written, phones)
	key_extractable.info == set() with input as document(unset, content, phones)
}

test_variable_is_not_judged if {
	key_extractable.warn == set() with input as document({"set": true, "variable": true}, written, [])
	key_extractable.info == set() with input as document({"set": true, "variable": true}, written, macs)
}

document(setting, path, targets) := {
	"file": "enroll.mobileconfig",
	"time": "2026-06-01T12:00:00Z",
	"targets": targets,
	"profile": {"PayloadType": "Configuration"},
	"scep": [{
		"index": 0,
		"identifier": "net.acme-corp.enrol.scep",
		"uuid": "5B1F3C52-2E27-4F63-9C0E-1D4C7A0B8E61",
		"path": ["PayloadContent", 0],
		"paths": {"KeyIsExtractable": path},
		"key_is_extractable": setting,
	}],
	"certificates": [],
	"references": [],
}
