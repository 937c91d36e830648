package policies.strict.strict_challenge_test

import data.policies.strict.strict_challenge

path := ["PayloadContent", 0, "PayloadContent", "Challenge"]

test_fixed_text_is_denied if {
	every kind in ["literal", "placeholder"] {
		denied := strict_challenge.deny with input as document(kind)
		denied == {{
			"msg": "`Challenge` is hard-coded; expected a variable or no `Challenge`",
			"path": path,
		}}
	}
}

test_other_kinds_pass if {
	every kind in ["variable", "empty", "absent"] {
		denied := strict_challenge.deny with input as document(kind)
		denied == set()
	}
}

document(kind) := {
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
			"length": 12,
			"guessable": false,
			"shared_count": 0,
			"shared_with": [],
		},
	}],
	"certificates": [],
	"references": [],
}
