package policies.okta.okta_key_access_test

import data.policies.okta.okta_key_access

path := ["PayloadContent", 0, "PayloadContent", "AllowAllAppsAccess"]

system := {"PayloadType": "Configuration", "PayloadScope": "System"}

user := {"PayloadType": "Configuration"}

closed := {{
	"msg": "`AllowAllAppsAccess` is not true in a System profile; Okta Verify cannot use the key",
	"path": path,
}}

test_closed_key_of_the_system_is_a_warning if {
	okta_key_access.warn == closed with input as document(system, false, [])
	okta_key_access.warn == closed with input as document(system, false, [{"system": "ios"}, {"system": "macos"}])
}

test_open_key_of_the_system_passes if {
	okta_key_access.warn == set() with input as document(system, true, [])
}

test_open_key_of_a_user_is_a_warning if {
	okta_key_access.warn == {{
		"msg": "`AllowAllAppsAccess` is true without `PayloadScope` System; any process can use the key",
		"path": path,
	}} with input as document(user, true, [])
}

test_closed_key_of_a_user_passes if {
	okta_key_access.warn == set() with input as document(user, false, [])
}

test_targets_without_macs_pass if {
	okta_key_access.warn == set() with input as document(system, false, [{"system": "ios"}])
}

document(profile, value, targets) := {
	"file": "enroll.mobileconfig",
	"time": "2026-06-01T12:00:00Z",
	"targets": targets,
	"profile": profile,
	"scep": [{
		"index": 0,
		"identifier": "net.acme-corp.enrol.scep",
		"uuid": "5B1F3C52-2E27-4F63-9C0E-1D4C7A0B8E61",
		"path": ["PayloadContent", 0],
		"paths": {"AllowAllAppsAccess": path},
		"allow_all_apps_access": {"set": true, "variable": false, "value": value},
	}],
	"certificates": [],
	"references": [],
}
