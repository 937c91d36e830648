package policies.ndes.ndes_url_test

import data.policies.ndes.ndes_url

url := ["PayloadContent", 0, "PayloadContent", "URL"]

test_other_path_is_a_warning if {
	ndes_url.warn == {{
		"msg": `URL path "/certsrv/" is not an NDES enrollment path; expected /certsrv/mscep/mscep.dll`,
		"path": url,
	}} with input as document({"set": true, "variable": false, "path": "/certsrv/"})
}

test_both_paths_pass_in_any_case if {
	every path in ["/certsrv/mscep/mscep.dll", "/CertSrv/mscep/mscep.dll", "/certsrv/mscep/mscep.dll/pkiclient.exe"] {
		warned := ndes_url.warn with input as document({"set": true, "variable": false, "path": path})
		warned == set()
	}
}

test_paths_are_taken_from_config if {
	paths := {"ndes_paths": ["/enrol"]}
	ndes_url.warn == set() with input as document({"set": true, "variable": false, "path": "/enrol"})
		with data.config as paths
	ndes_url.warn == {{
		"msg": `URL path "/scep" is not an NDES enrollment path; expected /enrol`,
		"path": url,
	}} with input as document({"set": true, "variable": false, "path": "/scep"})
		with data.config as paths
}

test_variable_and_absent_url_pass if {
	ndes_url.warn == set() with input as document({"set": true, "variable": true})
	ndes_url.warn == set() with input as document({"set": false, "variable": false})
}

document(value) := {
	"file": "enroll.mobileconfig",
	"time": "2026-06-01T12:00:00Z",
	"targets": [],
	"profile": {"PayloadType": "Configuration"},
	"scep": [{
		"index": 0,
		"identifier": "net.acme-corp.enrol.scep",
		"uuid": "5B1F3C52-2E27-4F63-9C0E-1D4C7A0B8E61",
		"path": ["PayloadContent", 0],
		"paths": {"URL": url},
		"url": value,
	}],
	"certificates": [],
	"references": [],
}
