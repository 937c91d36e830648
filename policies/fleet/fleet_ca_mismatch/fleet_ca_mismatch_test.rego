package policies.fleet.fleet_ca_mismatch_test

import data.policies.fleet.fleet_ca_mismatch

path := ["PayloadContent", 0, "PayloadContent", "Challenge"]

found(url, challenge) := {{
	"msg": $"`Challenge` variable \"{challenge}\" belongs to a different CA than `URL` \"{url}\"",
	"path": path,
}}

test_other_name_is_denied if {
	url := "$FLEET_VAR_CUSTOM_SCEP_PROXY_URL_WIFI"
	challenge := "$FLEET_VAR_CUSTOM_SCEP_CHALLENGE_VPN"
	fleet_ca_mismatch.deny == found(url, challenge) with input as document({"URL": url, "Challenge": challenge})
}

test_other_kind_is_denied if {
	url := "$FLEET_VAR_SMALLSTEP_SCEP_PROXY_URL_WIFI"
	challenge := "$FLEET_VAR_NDES_SCEP_CHALLENGE"
	fleet_ca_mismatch.deny == found(url, challenge) with input as document({"URL": url, "Challenge": challenge})
}

test_one_ca_passes if {
	fleet_ca_mismatch.deny == set() with input as document({
		"URL": "${FLEET_VAR_CUSTOM_SCEP_PROXY_URL_WIFI}",
		"Challenge": "$FLEET_VAR_CUSTOM_SCEP_CHALLENGE_WIFI",
	})
	fleet_ca_mismatch.deny == set() with input as document({
		"URL": "$FLEET_VAR_NDES_SCEP_PROXY_URL",
		"Challenge": "$FLEET_VAR_NDES_SCEP_CHALLENGE",
	})
}

test_half_a_pair_passes if {
	fleet_ca_mismatch.deny == set() with input as document({"URL": "$FLEET_VAR_NDES_SCEP_PROXY_URL"})
	fleet_ca_mismatch.deny == set() with input as document({
		"URL": "https://scep.acme-corp.net/scep",
		"Challenge": "$FLEET_VAR_NDES_SCEP_CHALLENGE",
	})
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
		"paths": {"Challenge": path},
		"keys": keys,
	}],
	"certificates": [],
	"references": [],
}
