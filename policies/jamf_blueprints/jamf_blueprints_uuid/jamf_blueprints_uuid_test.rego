package policies.jamf_blueprints.jamf_blueprints_uuid_test

import data.policies.jamf_blueprints.jamf_blueprints_uuid

uuid := "0C5B1E6F-6E52-4C0B-9D1C-4B7E0E5A2F38"

test_other_identifier_is_a_warning if {
	jamf_blueprints_uuid.warn == {{
		"msg": "`PayloadIdentifier` differs from the referenced `PayloadUUID`; blueprints change one",
		"path": ["PayloadContent", 1, "PayloadIdentifier"],
	}} with input as document(uuid, target("net.acme-corp.identity"))
}

test_same_value_passes if {
	jamf_blueprints_uuid.warn == set() with input as document(uuid, target(uuid))
	jamf_blueprints_uuid.warn == set() with input as document(uuid, target(lower(uuid)))
}

test_what_is_not_known_passes if {
	jamf_blueprints_uuid.warn == set() with input as document(uuid, {})
	jamf_blueprints_uuid.warn == set() with input as document(uuid, target(""))
	jamf_blueprints_uuid.warn == set() with input as document(uuid, target("net.acme-corp.$SERIALNUMBER"))
}

target(identifier) := {"target": {
	"index": 1,
	"type": "com.apple.security.acme",
	"identifier": identifier,
	"path": ["PayloadContent", 1],
}}

document(value, target) := {
	"file": "wifi.mobileconfig",
	"time": "2026-06-01T12:00:00Z",
	"targets": [],
	"profile": {"PayloadType": "Configuration"},
	"scep": [],
	"certificates": [],
	"references": [object.union(
		{
			"path": ["PayloadContent", 0, "PayloadCertificateUUID"],
			"index": 0,
			"type": "com.apple.wifi.managed",
			"key": "PayloadCertificateUUID",
			"kind": "identity",
			"uuid": value,
			"variable": false,
			"found": target != {},
		},
		target,
	)],
}
