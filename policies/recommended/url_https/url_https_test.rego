package policies.recommended.url_https_test

import data.policies.recommended.url_https

path := ["PayloadContent", 0, "PayloadContent", "URL"]

url := "http://scep.acme-corp.net/scep"

test_http_without_fingerprint_is_denied if {
	url_https.deny == {{
		"msg": $"`URL` \"{url}\" does not use HTTPS, and `CAFingerprint` is not set",
		"path": path,
	}} with input as document("http", false)
	url_https.warn == set() with input as document("http", false)
}

test_http_with_fingerprint_is_a_warning if {
	url_https.warn == {{
		"msg": $"`URL` \"{url}\" does not use HTTPS",
		"path": path,
	}} with input as document("http", true)
	url_https.deny == set() with input as document("http", true)
}

test_https_passes if {
	every fingerprint in [true, false] {
		denied := url_https.deny with input as document("https", fingerprint)
		denied == set()
		warned := url_https.warn with input as document("https", fingerprint)
		warned == set()
	}
}

test_variable_is_not_judged if {
	every fingerprint in [true, false] {
		denied := url_https.deny with input as variable(fingerprint)
		denied == set()
		warned := url_https.warn with input as variable(fingerprint)
		warned == set()
	}
}

variable(fingerprint) := {"scep": [{
	"path": ["PayloadContent", 0],
	"paths": {"URL": path},
	"url": {"set": true, "variable": true, "text": "$SCEP_URL"},
	"fingerprint": {"set": fingerprint, "variable": false, "matches": []},
}]}

document(scheme, fingerprint) := {
	"file": "enroll.mobileconfig",
	"time": "2026-06-01T12:00:00Z",
	"targets": [],
	"profile": {"PayloadType": "Configuration"},
	"scep": [{
		"index": 0,
		"identifier": "net.acme-corp.enrol.scep",
		"uuid": "5B1F3C52-2E27-4F63-9C0E-1D4C7A0B8E61",
		"path": ["PayloadContent", 0],
		"paths": {"URL": path},
		"url": {
			"set": true,
			"variable": false,
			"value": $"{scheme}://scep.acme-corp.net/scep",
			"text": $"{scheme}://scep.acme-corp.net/scep",
			"scheme": scheme,
			"host": "scep.acme-corp.net",
			"path": "/scep",
		},
		"fingerprint": {"set": fingerprint, "variable": false, "matches": []},
	}],
	"certificates": [],
	"references": [],
}
