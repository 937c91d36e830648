package policies.iru.iru_profile_uuid_cn_test

import data.policies.iru.iru_profile_uuid_cn

path := ["PayloadContent", 0, "PayloadContent", "Subject"]

test_two_other_names_are_a_warning if {
	iru_profile_uuid_cn.warn == {{
		"msg": "`Subject` has two CNs without $PROFILE_UUID; Iru adds a third",
		"path": path,
	}} with input as document([
		attribute("O", "Corp"),
		attribute("CN", "$SERIAL_NUMBER"),
		attribute("CN", "$EMAIL"),
	])
}

test_one_other_name_passes if {
	iru_profile_uuid_cn.warn == set() with input as document([attribute("CN", "$SERIAL_NUMBER")])
	iru_profile_uuid_cn.warn == set() with input as document([
		attribute("CN", "$SERIAL_NUMBER"),
		attribute("CN", "$PROFILE_UUID"),
	])
	iru_profile_uuid_cn.warn == set() with input as document([
		attribute("CN", "$SERIAL_NUMBER"),
		attribute("OU", "$EMAIL"),
	])
}

test_three_names_are_left_to_another_rule if {
	iru_profile_uuid_cn.warn == set() with input as document([
		attribute("CN", "$SERIAL_NUMBER"),
		attribute("CN", "$EMAIL"),
		attribute("CN", "$FULL_NAME"),
	])
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

document(subject) := {
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
		"subject_variable": false,
	}],
	"certificates": [],
	"references": [],
}
