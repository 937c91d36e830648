package policies.strict.strict_url_host_test

import data.policies.strict.strict_url_host

path := ["PayloadContent", 0, "PayloadContent", "URL"]

test_foreign_host_is_denied if {
	strict_url_host.deny == {{
		"msg": `SCEP server host "scep.trial-ca.net" is not allowed; expected ca.acme-corp.net or scep.acme-corp.net`,
		"path": path,
	}} with input as document({"set": true, "variable": false, "host": "scep.trial-ca.net"})
		with data.config as {"url_hosts": ["SCEP.acme-corp.net", "ca.acme-corp.net"]}
}

test_known_host_passes if {
	strict_url_host.deny == set() with input as document({"set": true, "variable": false, "host": "scep.acme-corp.net"})
		with data.config as {"url_hosts": ["SCEP.acme-corp.net", "ca.acme-corp.net"]}
}

test_any_host_passes_without_config if {
	strict_url_host.deny == set() with input as document({"set": true, "variable": false, "host": "scep.trial-ca.net"})
}

test_variable_is_not_judged if {
	strict_url_host.deny == set() with input as document({"set": true, "variable": true})
		with data.config as {"url_hosts": ["scep.acme-corp.net"]}
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
