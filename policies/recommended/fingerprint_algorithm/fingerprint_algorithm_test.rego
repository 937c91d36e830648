package policies.recommended.fingerprint_algorithm_test

import data.policies.recommended.fingerprint_algorithm

path := ["PayloadContent", 0, "PayloadContent", "CAFingerprint"]

test_md5_is_denied if {
	fingerprint_algorithm.deny == {{
		"msg": "`CAFingerprint` is an MD5 digest",
		"path": path,
	}} with input as digest("MD5")
	fingerprint_algorithm.warn == set() with input as digest("MD5")
}

test_sha1_is_a_warning if {
	fingerprint_algorithm.warn == {{
		"msg": "`CAFingerprint` is a SHA-1 digest",
		"path": path,
	}} with input as digest("SHA-1")
	fingerprint_algorithm.deny == set() with input as digest("SHA-1")
}

test_sha2_passes if {
	every algorithm in ["SHA-224", "SHA-256", "SHA-384", "SHA-512"] {
		denied := fingerprint_algorithm.deny with input as digest(algorithm)
		denied == set()
		warned := fingerprint_algorithm.warn with input as digest(algorithm)
		warned == set()
	}
}

test_algorithms_are_taken_from_config if {
	fingerprint_algorithm.warn == {{
		"msg": "`CAFingerprint` is a SHA-512 digest",
		"path": path,
	}} with input as digest("SHA-512") with data.config as {"fingerprint_algorithms": ["SHA-256"]}
}

test_config_may_let_weak_digests_pass if {
	lenient := {"fingerprint_algorithms": ["MD5", "SHA-1", "SHA-256"]}
	fingerprint_algorithm.deny == set() with input as digest("MD5") with data.config as lenient
	fingerprint_algorithm.warn == set() with input as digest("SHA-1") with data.config as lenient
}

test_absent_variable_and_malformed_fingerprints_pass if {
	every fingerprint in [
		{"set": false, "variable": false, "matches": []},
		{"set": true, "variable": true, "matches": []},
		{"set": true, "variable": false, "matches": [], "hex": "0102"},
	] {
		denied := fingerprint_algorithm.deny with input as document(fingerprint)
		denied == set()
		warned := fingerprint_algorithm.warn with input as document(fingerprint)
		warned == set()
	}
}

digest(algorithm) := document({"set": true, "variable": false, "algorithm": algorithm, "matches": []})

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
