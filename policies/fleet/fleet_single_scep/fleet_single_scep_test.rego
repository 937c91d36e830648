package policies.fleet.fleet_single_scep_test

import data.policies.fleet.fleet_single_scep

found := {{
	"msg": "second SCEP payload in a profile with Fleet CA variables; Fleet allows one",
	"path": ["PayloadContent", 2],
}}

proxied := {"URL": "$FLEET_VAR_NDES_SCEP_PROXY_URL", "Challenge": "$FLEET_VAR_NDES_SCEP_CHALLENGE"}

plain := {"URL": "https://scep.acme-corp.net/scep"}

test_second_payload_is_denied_whichever_has_variables if {
	fleet_single_scep.deny == found with input as document([payload(0, proxied), payload(2, plain)])
	fleet_single_scep.deny == found with input as document([payload(0, plain), payload(2, proxied)])
	fleet_single_scep.deny == found with input as document([payload(0, proxied), payload(2, proxied)])
}

test_one_payload_passes if {
	fleet_single_scep.deny == set() with input as document([payload(0, proxied)])
}

test_several_payloads_without_variables_pass if {
	fleet_single_scep.deny == set() with input as document([payload(0, plain), payload(2, plain)])
}

payload(index, keys) := {
	"index": index,
	"identifier": $"net.acme-corp.enrol.scep.{index}",
	"path": ["PayloadContent", index],
	"keys": keys,
}

document(payloads) := {
	"file": "enroll.mobileconfig",
	"time": "2026-06-01T12:00:00Z",
	"targets": [],
	"profile": {"PayloadType": "Configuration"},
	"scep": payloads,
	"certificates": [],
	"references": [],
}
