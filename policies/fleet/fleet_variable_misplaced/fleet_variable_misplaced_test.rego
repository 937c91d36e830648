package policies.fleet.fleet_variable_misplaced_test

import data.policies.fleet.fleet_variable_misplaced

content := ["PayloadContent", 0, "PayloadContent"]

test_challenge_in_another_payload_is_denied if {
	variable := "$FLEET_VAR_NDES_SCEP_CHALLENGE"
	fleet_variable_misplaced.deny == {{
		"msg": $"{variable} is not allowed here; Fleet accepts it only in `Challenge` of a SCEP payload",
		"path": ["PayloadContent", 1, "Password"],
	}} with input as document({}, variable)
}

test_exchanged_variables_are_denied if {
	{finding.path | some finding in fleet_variable_misplaced.deny} == {
		array.concat(content, ["URL"]),
		array.concat(content, ["Challenge"]),
	} with input as document(
		{
			"URL": "${FLEET_VAR_NDES_SCEP_CHALLENGE}",
			"Challenge": "${FLEET_VAR_NDES_SCEP_PROXY_URL}",
		},
		"none",
	)
}

test_variables_at_home_pass if {
	fleet_variable_misplaced.deny == set() with input as document(
		{
			"URL": "$FLEET_VAR_CUSTOM_SCEP_PROXY_URL_WIFI",
			"Challenge": "$FLEET_VAR_CUSTOM_SCEP_CHALLENGE_WIFI",
		},
		"$FLEET_SECRET_WIFI",
	)
}

test_variables_of_the_host_pass_anywhere if {
	fleet_variable_misplaced.deny == set() with input as document({"Name": "$FLEET_VAR_HOST_UUID"}, "$FLEET_VAR_HOST_PLATFORM")
}

document(keys, password) := {
	"file": "enroll.mobileconfig",
	"time": "2026-06-01T12:00:00Z",
	"targets": [],
	"profile": {
		"PayloadType": "Configuration",
		"PayloadContent": [
			{"PayloadType": "com.apple.security.scep", "PayloadContent": keys},
			{"PayloadType": "com.apple.wifi.managed", "Password": password},
		],
	},
	"scep": [{
		"index": 0,
		"identifier": "net.acme-corp.enrol.scep",
		"uuid": "5B1F3C52-2E27-4F63-9C0E-1D4C7A0B8E61",
		"path": ["PayloadContent", 0],
		"paths": {
			"URL": array.concat(content, ["URL"]),
			"Challenge": array.concat(content, ["Challenge"]),
		},
		"keys": keys,
	}],
	"certificates": [],
	"references": [],
}
