package policies.recommended.key_all_apps_test

import data.policies.recommended.key_all_apps

path := ["PayloadContent", 0, "PayloadContent", "AllowAllAppsAccess"]

yes := {"set": true, "variable": false, "value": true}

found := {{
	"msg": "`AllowAllAppsAccess` is true; any process on a Mac can use the private key",
	"path": path,
}}

test_true_is_a_warning if {
	key_all_apps.warn == found with input as document(yes, [])
}

test_false_and_absence_pass if {
	key_all_apps.warn == set() with input as document({"set": true, "variable": false, "value": false}, [])
	key_all_apps.warn == set() with input as document({"set": false, "variable": false, "value": false}, [])
}

test_macs_among_the_targets_are_judged if {
	key_all_apps.warn == found with input as document(yes, [{"system": "tvos"}, {"system": "macos"}])
}

test_targets_without_macs_pass if {
	key_all_apps.warn == set() with input as document(yes, [{"system": "ios", "version": "17", "number": [17, 0, 0]}])
}

test_variable_is_not_judged if {
	key_all_apps.warn == set() with input as document({"set": true, "variable": true}, [])
}

document(setting, targets) := {
	"file": "enroll.mobileconfig",
	"time": "2026-06-01T12:00:00Z",
	"targets": targets,
	"profile": {"PayloadType": "Configuration"},
	"scep": [{
		"index": 0,
		"identifier": "net.acme-corp.enrol.scep",
		"uuid": "5B1F3C52-2E27-4F63-9C0E-1D4C7A0B8E61",
		"path": ["PayloadContent", 0],
		"paths": {"AllowAllAppsAccess": path},
		"allow_all_apps_access": setting,
	}],
	"certificates": [],
	"references": [],
}
