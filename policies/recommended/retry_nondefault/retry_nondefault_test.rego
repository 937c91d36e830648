package policies.recommended.retry_nondefault_test

import data.policies.recommended.retry_nondefault

content := ["PayloadContent", 0, "PayloadContent"]

paths := {
	"Retries": ["PayloadContent", 0, "PayloadContent", "Retries"],
	"RetryDelay": ["PayloadContent", 0, "PayloadContent", "RetryDelay"],
}

absent := {"Retries": content, "RetryDelay": content}

three := {"set": true, "variable": false, "value": 3}

ten := {"set": true, "variable": false, "value": 10}

test_other_retries_are_told if {
	retry_nondefault.info == {{
		"msg": "`Retries` is 20; expected 3",
		"args": ["Retries", 20],
		"path": paths.Retries,
	}} with input as document(paths, {"set": true, "variable": false, "value": 20}, ten)
}

test_other_delay_is_told if {
	retry_nondefault.info == {{
		"msg": "`RetryDelay` is 0 seconds; expected 10",
		"args": ["RetryDelay", 0],
		"path": paths.RetryDelay,
	}} with input as document(paths, three, {"set": true, "variable": false, "value": 0})
}

test_written_defaults_pass if {
	retry_nondefault.info == set() with input as document(paths, three, ten)
}

test_absent_keys_pass if {
	retry_nondefault.info == set() with input as document(
		absent,
		{"set": false, "variable": false, "value": 3},
		{"set": false, "variable": false, "value": 10},
	)
}

test_usual_values_are_taken_from_config if {
	retry_nondefault.info == set() with input as document(paths, three, ten)
		with data.config as {"retries": 3, "retry_delay": 10}
	retry_nondefault.info == {
		{"msg": "`Retries` is 3; expected 5", "path": content, "args": ["Retries", 3]},
		{"msg": "`RetryDelay` is 10 seconds; expected 30", "path": content, "args": ["RetryDelay", 10]},
	} with input as document(
		absent,
		{"set": false, "variable": false, "value": 3},
		{"set": false, "variable": false, "value": 10},
	)
		with data.config as {"retries": 5, "retry_delay": 30}
}

test_variables_are_not_judged if {
	retry_nondefault.info == set() with input as document(
		paths,
		{"set": true, "variable": true},
		{"set": true, "variable": true},
	)
}

document(at, retries, delay) := {
	"file": "enroll.mobileconfig",
	"time": "2026-06-01T12:00:00Z",
	"targets": [],
	"profile": {"PayloadType": "Configuration"},
	"scep": [{
		"index": 0,
		"identifier": "net.acme-corp.enrol.scep",
		"uuid": "5B1F3C52-2E27-4F63-9C0E-1D4C7A0B8E61",
		"path": ["PayloadContent", 0],
		"paths": at,
		"retries": retries,
		"retry_delay": delay,
	}],
	"certificates": [],
	"references": [],
}
