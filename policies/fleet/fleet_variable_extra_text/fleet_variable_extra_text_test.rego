package policies.fleet.fleet_variable_extra_text_test

import data.policies.fleet.fleet_variable_extra_text

paths := {
	"URL": ["PayloadContent", 0, "PayloadContent", "URL"],
	"Challenge": ["PayloadContent", 0, "PayloadContent", "Challenge"],
}

problem := "contains text besides the variable; Fleet rejects it"

test_path_behind_the_variable_is_denied if {
	every url in [
		"$FLEET_VAR_NDES_SCEP_PROXY_URL/pkiclient.exe",
		"${FLEET_VAR_CUSTOM_SCEP_PROXY_URL_WIFI}?operation=x",
		"https://$FLEET_VAR_SMALLSTEP_SCEP_PROXY_URL_WIFI",
	] {
		denied := fleet_variable_extra_text.deny with input as document({"URL": url})
		denied == {{
			"msg": $"`URL` \"{url}\" {problem}",
			"path": paths.URL,
		}}
	}
}

test_white_space_in_challenge_is_denied if {
	fleet_variable_extra_text.deny == {{
		"msg": $"`Challenge` \" $FLEET_VAR_NDES_SCEP_CHALLENGE\" {problem}",
		"path": paths.Challenge,
	}} with input as document({
		"URL": "$FLEET_VAR_NDES_SCEP_PROXY_URL",
		"Challenge": " $FLEET_VAR_NDES_SCEP_CHALLENGE",
	})
}

test_variables_alone_pass if {
	fleet_variable_extra_text.deny == set() with input as document({
		"URL": "$FLEET_VAR_NDES_SCEP_PROXY_URL",
		"Challenge": "$FLEET_VAR_NDES_SCEP_CHALLENGE",
	})
	fleet_variable_extra_text.deny == set() with input as document({
		"URL": "${FLEET_VAR_CUSTOM_SCEP_PROXY_URL_WIFI}",
		"Challenge": "${FLEET_VAR_CUSTOM_SCEP_CHALLENGE_WIFI}",
	})
}

test_other_values_pass if {
	every url in ["https://scep.acme-corp.net/$FLEET_VAR_HOST_UUID", "https://scep.acme-corp.net/scep", 7] {
		denied := fleet_variable_extra_text.deny with input as document({"URL": url})
		denied == set()
	}
}

document(keys) := {
	"file": "enroll.mobileconfig",
	"time": "2026-06-01T12:00:00Z",
	"targets": [],
	"profile": {"PayloadType": "Configuration"},
	"scep": [{
		"index": 0,
		"identifier": "net.acme-corp.enrol.scep",
		"uuid": "5B1F3C52-2E27-4F63-9C0E-1D4C7A0B8E61",
		"path": ["PayloadContent", 0],
		"paths": paths,
		"keys": keys,
	}],
	"certificates": [],
	"references": [],
}
