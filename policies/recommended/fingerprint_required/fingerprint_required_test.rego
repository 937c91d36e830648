package policies.recommended.fingerprint_required_test

import data.policies.recommended.fingerprint_required

content := ["PayloadContent", 0, "PayloadContent"]

missing := {"set": false, "variable": false, "matches": []}

present := {
	"set": true,
	"variable": false,
	"value": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
	"hex": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
	"algorithm": "SHA-256",
	"matches": [],
}

test_absent_fingerprint_is_a_warning_at_its_dict if {
	fingerprint_required.warn == {{
		"msg": "`CAFingerprint` is not set; devices accept any CA certificate",
		"path": content,
	}} with input as document(missing)
}

test_fingerprint_passes if {
	fingerprint_required.warn == set() with input as document(present)
}

test_variable_passes if {
	fingerprint_required.warn == set() with input as document({"set": true, "variable": true, "matches": []})
}

test_demand_is_dropped_by_config if {
	every fingerprint in [missing, present] {
		warned := fingerprint_required.warn with input as document(fingerprint)
			with data.config as {"fingerprint_required": false}
		warned == set()
	}
}

document(fingerprint) := {
	"file": "enroll.mobileconfig",
	"time": "2026-06-01T12:00:00Z",
	"targets": [],
	"profile": {"PayloadType": "Configuration"},
	"scep": [{
		"index": 0,
		"identifier": "net.acme-corp.enrol.scep",
		"uuid": "5B1F3C52-2E27-4F63-9C0E-1D4C7A0B8E61",
		"path": ["PayloadContent", 0],
		"paths": {"CAFingerprint": content},
		"fingerprint": fingerprint,
	}],
	"certificates": [],
	"references": [],
}
