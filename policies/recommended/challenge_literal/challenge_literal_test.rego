package policies.recommended.challenge_literal_test

import data.policies.recommended.challenge_literal

path := ["PayloadContent", 0, "PayloadContent", "Challenge"]

test_literal_is_a_warning if {
	challenge_literal.warn == {{
		"msg": "`Challenge` is hard-coded; anyone who can read the profile can use it",
		"path": path,
	}} with input as document("literal", 20)
}

test_other_kinds_pass if {
	every kind in ["variable", "placeholder", "empty", "absent"] {
		warned := challenge_literal.warn with input as document(kind, 0)
		warned == set()
	}
}

document(kind, length) := {
	"file": "enroll.mobileconfig",
	"time": "2026-06-01T12:00:00Z",
	"targets": [],
	"profile": {"PayloadType": "Configuration"},
	"scep": [{
		"index": 0,
		"identifier": "net.acme-corp.enrol.scep",
		"uuid": "5B1F3C52-2E27-4F63-9C0E-1D4C7A0B8E61",
		"path": ["PayloadContent", 0],
		"paths": {"Challenge": path},
		"challenge": {
			"kind": kind,
			"set": kind != "absent",
			"variable": kind == "variable",
			"length": length,
			"guessable": false,
			"shared_count": 0,
			"shared_with": [],
		},
	}],
	"certificates": [],
	"references": [],
}
