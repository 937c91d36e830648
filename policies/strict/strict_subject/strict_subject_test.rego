package policies.strict.strict_subject_test

import data.policies.strict.strict_subject

path := ["PayloadContent", 0, "PayloadContent", "Subject"]

test_missing_attribute_is_denied if {
	strict_subject.deny == {{
		"msg": "`Subject` is missing required attribute CN",
		"args": ["CN"],
		"path": path,
	}} with input as document(false, [organisation])
}

test_absent_subject_is_denied if {
	strict_subject.deny == {{
		"msg": "`Subject` is missing required attribute CN",
		"args": ["CN"],
		"path": path,
	}} with input as document(false, [])
}

test_attribute_passes_with_a_variable_in_it if {
	strict_subject.deny == set() with input as document(false, [common_name])
}

test_attributes_are_taken_from_config if {
	strict_subject.deny == {
		{"msg": "`Subject` is missing required attribute O", "path": path, "args": ["O"]},
		{"msg": "`Subject` is missing required attribute OU", "path": path, "args": ["OU"]},
	} with input as document(false, [common_name])
		with data.config as {"subject_required": ["CN", "O", "OU"]}
}

test_attributes_may_be_named_by_identifier if {
	strict_subject.deny == set() with input as document(false, [common_name, organisation])
		with data.config as {"subject_required": ["2.5.4.3", "2.5.4.10"]}
}

test_variable_for_a_part_of_subject_is_not_judged if {
	strict_subject.deny == set() with input as document(true, [])
	strict_subject.deny == set() with input as document(true, [organisation])
}

common_name := {
	"type": "CN",
	"name": "CN",
	"oid": "2.5.4.3",
	"text": "$SERIAL_NUMBER",
	"variable": true,
	"rdn": 1,
	"path": ["PayloadContent", 0, "PayloadContent", "Subject", 1, 0, 1],
}

organisation := {
	"type": "O",
	"name": "O",
	"oid": "2.5.4.10",
	"value": "Acme Corporation",
	"text": "Acme Corporation",
	"variable": false,
	"rdn": 0,
	"path": ["PayloadContent", 0, "PayloadContent", "Subject", 0, 0, 1],
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
