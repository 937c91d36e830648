package policies.jamf.jamf_redistribution_cn_test

import data.policies.jamf.jamf_redistribution_cn

path := ["PayloadContent", 0, "PayloadContent", "Subject"]

found := {{
	"msg": "`Subject` has no CN with $PROFILE_IDENTIFIER, which redistribution requires",
	"path": path,
}}

test_subject_without_identifier_is_told if {
	jamf_redistribution_cn.info == found with input as document(false, [attribute("CN", "$COMPUTERNAME")])
}

test_identifier_in_another_attribute_is_told if {
	jamf_redistribution_cn.info == found with input as document(false, [attribute("OU", "$PROFILE_IDENTIFIER")])
}

test_absent_subject_is_told if {
	jamf_redistribution_cn.info == found with input as document(false, [])
}

test_identifier_in_a_cn_passes if {
	jamf_redistribution_cn.info == set() with input as document(false, [
		attribute("CN", "$COMPUTERNAME"),
		attribute("CN", "$PROFILE_IDENTIFIER"),
	])
	jamf_redistribution_cn.info == set() with input as document(false, [attribute("CN", "mac $PROFILE_IDENTIFIER")])
}

test_variable_for_all_of_subject_is_not_judged if {
	jamf_redistribution_cn.info == set() with input as document(true, [])
}

attribute(name, text) := {
	"type": name,
	"name": name,
	"oid": "",
	"text": text,
	"variable": true,
	"rdn": 0,
	"path": array.concat(path, [0, 0, 1]),
}

document(variable, subject) := {
	"file": "enroll.mobileconfig",
	"time": "2026-06-01T12:00:00Z",
	"targets": [],
	"profile": {"PayloadType": "Configuration"},
	"scep": [{
		"index": 0,
		"identifier": "net.acme-corp.enrol.scep",
		"uuid": "5B1F3C52-2E27-4F63-9C0E-1D4C7A0B8E61",
		"path": ["PayloadContent", 0],
		"paths": {"Subject": path},
		"subject": subject,
		"subject_variable": variable,
	}],
	"certificates": [],
	"references": [],
}
