package policies.strict.strict_fingerprint_test

import data.policies.strict.strict_fingerprint

path := ["PayloadContent", 0, "PayloadContent", "CAFingerprint"]

test_absent_fingerprint_is_denied if {
	strict_fingerprint.deny == {{
		"msg": "`CAFingerprint` is not set",
		"path": path,
	}} with input as document({"set": false, "variable": false, "matches": []})
}

test_weaker_digests_are_denied if {
	every algorithm in ["MD5", "SHA-1", "SHA-224"] {
		denied := strict_fingerprint.deny with input as document({
			"set": true,
			"variable": false,
			"algorithm": algorithm,
			"matches": [],
		})
		denied == {{
			"msg": $"`CAFingerprint` is a {algorithm} digest; expected SHA-256 or stronger",
			"path": path,
		}}
	}
}

test_strong_digests_pass if {
	every algorithm in ["SHA-256", "SHA-384", "SHA-512"] {
		denied := strict_fingerprint.deny with input as document({
			"set": true,
			"variable": false,
			"algorithm": algorithm,
			"matches": [],
		})
		denied == set()
	}
}

test_variable_and_malformed_fingerprint_pass if {
	every variable in [true, false] {
		denied := strict_fingerprint.deny with input as document({"set": true, "variable": variable, "matches": []})
		denied == set()
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
		"paths": {"CAFingerprint": path},
		"fingerprint": fingerprint,
	}],
	"certificates": [],
	"references": [],
}
