package policies.fleet.fleet_variable_duplicate_test

import data.policies.fleet.fleet_variable_duplicate

content := ["PayloadContent", 0, "PayloadContent"]

test_second_place_is_denied if {
	fleet_variable_duplicate.deny == {{
		"msg": "$FLEET_VAR_SCEP_RENEWAL_ID is used 2 times; Fleet allows one",
		"path": array.concat(content, ["Subject", 1, 0, 1]),
	}} with input as document({"Subject": [
		[["CN", "${FLEET_VAR_SCEP_RENEWAL_ID}"]],
		[["OU", "$FLEET_VAR_SCEP_RENEWAL_ID"]],
	]})
}

test_variable_of_a_ca_is_counted_across_keys if {
	fleet_variable_duplicate.deny == {{
		"msg": "$FLEET_VAR_CUSTOM_SCEP_PROXY_URL_WIFI is used 2 times; Fleet allows one",
		"path": array.concat(content, ["URL"]),
	}} with input as document({
		"Name": "$FLEET_VAR_CUSTOM_SCEP_PROXY_URL_WIFI",
		"URL": "$FLEET_VAR_CUSTOM_SCEP_PROXY_URL_WIFI",
	})
}

test_each_variable_once_passes if {
	fleet_variable_duplicate.deny == set() with input as document({
		"URL": "$FLEET_VAR_NDES_SCEP_PROXY_URL",
		"Challenge": "$FLEET_VAR_NDES_SCEP_CHALLENGE",
		"Subject": [[["OU", "$FLEET_VAR_SCEP_RENEWAL_ID"]]],
	})
}

test_variables_of_the_host_may_repeat if {
	fleet_variable_duplicate.deny == set() with input as document({"Subject": [
		[["CN", "$FLEET_VAR_HOST_UUID"]],
		[["O", "$FLEET_VAR_HOST_UUID"]],
	]})
}

document(keys) := {
	"file": "enroll.mobileconfig",
	"time": "2026-06-01T12:00:00Z",
	"targets": [],
	"profile": {
		"PayloadType": "Configuration",
		"PayloadVersion": 1,
		"PayloadContent": [{"PayloadType": "com.apple.security.scep", "PayloadContent": keys}],
	},
	"scep": [],
	"certificates": [],
	"references": [],
}
