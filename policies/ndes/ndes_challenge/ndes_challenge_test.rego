package policies.ndes.ndes_challenge_test

import data.policies.ndes.ndes_challenge

path := ["PayloadContent", 0, "PayloadContent", "Challenge"]

test_literal_is_a_warning if {
	ndes_challenge.warn == {{
		"msg": "`Challenge` is hard-coded; NDES challenges expire after 60 minutes",
		"path": path,
	}} with input as document("literal")
}

test_other_kinds_pass if {
	every kind in ["variable", "placeholder", "empty", "absent"] {
		warned := ndes_challenge.warn with input as document(kind)
		warned == set()
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
			"length": 16,
			"guessable": false,
			"shared_count": 0,
			"shared_with": [],
		},
	}],
	"certificates": [],
	"references": [],
}
