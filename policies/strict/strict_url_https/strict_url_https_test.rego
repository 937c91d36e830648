package policies.strict.strict_url_https_test

import data.policies.strict.strict_url_https

path := ["PayloadContent", 0, "PayloadContent", "URL"]

test_http_is_denied if {
	strict_url_https.deny == {{
		"msg": "`URL` \"http://scep.acme-corp.net/scep\" does not use HTTPS",
		"path": path,
	}} with input as document({
		"set": true,
		"variable": false,
		"value": "http://scep.acme-corp.net/scep",
		"text": "http://scep.acme-corp.net/scep",
		"scheme": "http",
		"host": "scep.acme-corp.net",
		"path": "/scep",
	})
}

test_https_passes if {
	strict_url_https.deny == set() with input as document({"set": true, "variable": true, "scheme": "https"})
}

test_variable_is_not_judged if {
	strict_url_https.deny == set() with input as document({"set": true, "variable": true})
}

document(url) := {
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
		"url": url,
	}],
	"certificates": [],
	"references": [],
}
