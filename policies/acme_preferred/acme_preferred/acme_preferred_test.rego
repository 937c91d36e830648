package policies.acme_preferred.acme_preferred_test

import data.policies.acme_preferred.acme_preferred

path := ["PayloadContent", 0]

found := {{
	"msg": "every target supports hardware-bound keys through ACME",
	"path": path,
}}

phones := {"system": "ios", "version": "17.4", "number": [17, 4, 0]}

macs := {"system": "macos", "version": "14", "number": [14, 0, 0]}

test_new_targets_are_told if {
	acme_preferred.info == found with input as document([phones, macs, {"system": "visionos"}], [])
	acme_preferred.info == found with input as document([{"system": "watchos", "version": "9", "number": [9, 0, 0]}], [])
}

test_one_old_target_keeps_silent if {
	every target in [
		{"system": "ios", "version": "15.8", "number": [15, 8, 0]},
		{"system": "macos", "version": "13.6", "number": [13, 6, 0]},
		{"system": "tvos", "version": "15", "number": [15, 0, 0]},
		{"system": "macos"},
	] {
		told := acme_preferred.info with input as document([phones, target], [])
		told == set()
	}
}

test_no_targets_keep_silent if {
	acme_preferred.info == set() with input as document([], [])
}

test_identity_of_single_sign_on_keeps_silent if {
	acme_preferred.info == set() with input as document([phones], [reference("com.apple.sso")])
}

test_identity_of_wifi_is_told if {
	acme_preferred.info == found with input as document([phones], [reference("com.apple.wifi.managed")])
}

reference(type) := {
	"path": ["PayloadContent", 1, "PayloadCertificateUUID"],
	"index": 1,
	"type": type,
	"key": "PayloadCertificateUUID",
	"kind": "identity",
	"uuid": "5B1F3C52-2E27-4F63-9C0E-1D4C7A0B8E61",
	"variable": false,
	"found": true,
	"target": {"index": 0, "type": "com.apple.security.scep", "identifier": "net.acme-corp.enrol.scep", "path": path},
}

document(targets, references) := {
	"file": "enroll.mobileconfig",
	"time": "2026-06-01T12:00:00Z",
	"targets": targets,
	"profile": {"PayloadType": "Configuration"},
	"scep": [{
		"index": 0,
		"identifier": "net.acme-corp.enrol.scep",
		"uuid": "5B1F3C52-2E27-4F63-9C0E-1D4C7A0B8E61",
		"path": ["PayloadContent", 0],
		"keys": {"URL": "https://scep.acme-corp.net/scep"},
	}],
	"certificates": [],
	"references": references,
}
