package policies.step_ca.step_ca_url_test

import data.policies.step_ca.step_ca_url

url := ["PayloadContent", 0, "PayloadContent", "URL"]

test_path_without_provisioner_is_a_warning if {
	every path in ["", "/scep", "/scep/", "/acme/devices/directory"] {
		warned := step_ca_url.warn with input as document({"set": true, "variable": false, "path": path})
		warned == {{
			"msg": $`URL path "{path}" names no step-ca provisioner; expected /scep/NAME`,
			"path": url,
		}}
	}
}

test_provisioner_passes if {
	every path in ["/scep/devices", "/scep/devices/pkiclient.exe"] {
		warned := step_ca_url.warn with input as document({"set": true, "variable": false, "path": path})
		warned == set()
	}
}

test_variable_and_absent_url_pass if {
	step_ca_url.warn == set() with input as document({"set": true, "variable": true})
	step_ca_url.warn == set() with input as document({"set": false, "variable": false})
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
