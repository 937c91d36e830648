package policies.recommended.challenge_weak_test

import data.policies.recommended.challenge_weak

path := ["PayloadContent", 0, "PayloadContent", "Challenge"]

test_sample_text_is_denied_once if {
	every guessable in [true, false] {
		denied := challenge_weak.deny with input as document("placeholder", guessable)
		denied == {{
			"msg": "`Challenge` is a placeholder",
			"path": path,
		}}
	}
}

test_guessable_literal_is_denied if {
	challenge_weak.deny == {{
		"msg": "`Challenge` is easy to guess",
		"path": path,
	}} with input as document("literal", true)
}

test_other_kinds_pass if {
	every kind in ["literal", "variable", "empty", "absent"] {
		denied := challenge_weak.deny with input as document(kind, false)
		denied == set()
	}
}

document(kind, guessable) := {
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
			"length": 8,
			"guessable": guessable,
			"shared_count": 0,
			"shared_with": [],
		},
	}],
	"certificates": [],
	"references": [],
}
