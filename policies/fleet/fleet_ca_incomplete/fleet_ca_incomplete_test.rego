package policies.fleet.fleet_ca_incomplete_test

import data.policies.fleet.fleet_ca_incomplete

paths := {
	"URL": ["PayloadContent", 0, "PayloadContent", "URL"],
	"Challenge": ["PayloadContent", 0, "PayloadContent", "Challenge"],
	"Subject": ["PayloadContent", 0, "PayloadContent", "Subject"],
}

plain := {"URL": "https://scep.acme-corp.net/scep", "Challenge": "********"}

url := {"URL": "$FLEET_VAR_CUSTOM_SCEP_PROXY_URL_WIFI", "Challenge": "********"}

secret := {"URL": "https://scep.acme-corp.net/scep", "Challenge": "${FLEET_VAR_NDES_SCEP_CHALLENGE}"}

both := {"URL": "$FLEET_VAR_NDES_SCEP_PROXY_URL", "Challenge": "$FLEET_VAR_NDES_SCEP_CHALLENGE"}

test_challenge_that_is_no_variable_is_denied if {
	fleet_ca_incomplete.deny == {{
		"msg": "`Challenge` does not use the variable that matches `URL`",
		"help": `use "$FLEET_VAR_CUSTOM_SCEP_CHALLENGE_WIFI"`,
		"args": ["Challenge"],
		"path": paths.Challenge,
	}} with input as document(url, false, [renewal("$FLEET_VAR_SCEP_RENEWAL_ID")])
}

test_url_that_is_no_variable_is_denied if {
	fleet_ca_incomplete.deny == {{
		"msg": "`URL` does not use the variable that matches `Challenge`",
		"help": `use "$FLEET_VAR_NDES_SCEP_PROXY_URL"`,
		"args": ["URL"],
		"path": paths.URL,
	}} with input as document(secret, false, [renewal("$FLEET_VAR_SCEP_RENEWAL_ID")])
}

test_subject_without_renewal_is_denied if {
	fleet_ca_incomplete.deny == {{
		"msg": "`Subject` has no renewal ID, which Fleet requires",
		"help": "add OU $FLEET_VAR_SCEP_RENEWAL_ID",
		"args": ["Subject"],
		"path": paths.Subject,
	}} with input as document(both, false, [renewal("Devices")])
}

test_absent_subject_is_denied if {
	fleet_ca_incomplete.deny == {{
		"msg": "`Subject` has no renewal ID, which Fleet requires",
		"help": "add OU $FLEET_VAR_SCEP_RENEWAL_ID",
		"args": ["Subject"],
		"path": paths.Subject,
	}} with input as document(both, false, [])
}

test_all_three_pass_by_either_name if {
	every name in ["$FLEET_VAR_SCEP_RENEWAL_ID", "laptop ${FLEET_VAR_CERTIFICATE_RENEWAL_ID}"] {
		denied := fleet_ca_incomplete.deny with input as document(both, false, [renewal(name)])
		denied == set()
	}
}

test_renewal_by_itself_passes if {
	fleet_ca_incomplete.deny == set() with input as document(plain, false, [renewal("$FLEET_VAR_CERTIFICATE_RENEWAL_ID")])
}

test_profile_without_variables_passes if {
	fleet_ca_incomplete.deny == set() with input as document(plain, false, [renewal("Devices")])
}

test_variable_for_all_of_subject_is_not_judged if {
	fleet_ca_incomplete.deny == set() with input as document(both, true, [])
}

renewal(text) := {
	"type": "OU",
	"name": "OU",
	"oid": "2.5.4.11",
	"text": text,
	"variable": startswith(text, "$"),
	"rdn": 0,
	"path": array.concat(paths.Subject, [0, 0, 1]),
}

document(keys, variable, subject) := {
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
		"subject": subject,
		"subject_variable": variable,
	}],
	"certificates": [],
	"references": [],
}
