package policies.fleet.fleet_renewal_missing_test

import data.policies.fleet.fleet_renewal_missing

subject := ["PayloadContent", 0, "PayloadContent", "Subject"]

plain := {"URL": "https://scep.acme-corp.net/scep", "Challenge": "********"}

proxy := {"URL": "$FLEET_VAR_NDES_SCEP_PROXY_URL", "Challenge": "$FLEET_VAR_NDES_SCEP_CHALLENGE"}

test_missing_renewal_id_is_told if {
	fleet_renewal_missing.info == {{
		"msg": "`Subject` has no $FLEET_VAR_CERTIFICATE_RENEWAL_ID; Fleet does not renew the certificate",
		"path": subject,
	}} with input as document(plain, false, "Devices")
}

test_renewal_id_passes_by_either_name if {
	every text in ["$FLEET_VAR_SCEP_RENEWAL_ID", "mac ${FLEET_VAR_CERTIFICATE_RENEWAL_ID}"] {
		told := fleet_renewal_missing.info with input as document(plain, false, text)
		told == set()
	}
}

test_variables_of_a_ca_are_left_to_another_policy if {
	fleet_renewal_missing.info == set() with input as document(proxy, false, "Devices")
}

test_variable_for_all_of_subject_is_not_checked if {
	fleet_renewal_missing.info == set() with input as document(plain, true, "Devices")
}

document(keys, variable, text) := {
	"file": "enroll.mobileconfig",
	"time": "2026-06-01T12:00:00Z",
	"targets": [],
	"profile": {"PayloadType": "Configuration"},
	"scep": [{
		"index": 0,
		"identifier": "net.acme-corp.enrol.scep",
		"uuid": "5B1F3C52-2E27-4F63-9C0E-1D4C7A0B8E61",
		"path": ["PayloadContent", 0],
		"paths": {"Subject": subject},
		"keys": keys,
		"subject": [{"type": "OU", "name": "OU", "oid": "2.5.4.11", "text": text, "variable": false, "rdn": 0, "path": array.concat(subject, [0, 0, 1])}],
		"subject_variable": variable,
	}],
}
