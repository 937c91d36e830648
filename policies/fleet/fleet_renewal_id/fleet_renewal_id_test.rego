package policies.fleet.fleet_renewal_id_test

import data.policies.fleet.fleet_renewal_id

path := ["PayloadContent", 0, "PayloadContent", "Subject", 0, 0, 1]

test_common_name_is_a_warning if {
	every text in ["$FLEET_VAR_SCEP_RENEWAL_ID", "mac-0417 ${FLEET_VAR_CERTIFICATE_RENEWAL_ID}"] {
		warned := fleet_renewal_id.warn with input as document("CN", text)
		warned == {{
			"msg": "renewal ID is in CN, as in older versions of Fleet; expected OU",
			"path": path,
		}}
		denied := fleet_renewal_id.deny with input as document("CN", text)
		denied == set()
	}
}

test_other_attributes_are_denied if {
	every type in ["O", "2.5.4.11"] {
		denied := fleet_renewal_id.deny with input as document(type, "$FLEET_VAR_SCEP_RENEWAL_ID")
		denied == {{
			"msg": $"renewal ID is in {type}; Fleet reads it from OU",
			"path": path,
		}}
		warned := fleet_renewal_id.warn with input as document(type, "$FLEET_VAR_SCEP_RENEWAL_ID")
		warned == set()
	}
}

test_organizational_unit_passes if {
	fleet_renewal_id.deny == set() with input as document("OU", "$FLEET_VAR_CERTIFICATE_RENEWAL_ID")
	fleet_renewal_id.warn == set() with input as document("OU", "$FLEET_VAR_CERTIFICATE_RENEWAL_ID")
}

test_other_text_passes if {
	every text in ["mac-0417", "$FLEET_VAR_HOST_UUID", "$FLEET_VAR_SCEP_RENEWAL_IDENTITY"] {
		denied := fleet_renewal_id.deny with input as document("O", text)
		denied == set()
		warned := fleet_renewal_id.warn with input as document("CN", text)
		warned == set()
	}
}

document(type, text) := {
	"file": "enroll.mobileconfig",
	"time": "2026-06-01T12:00:00Z",
	"targets": [],
	"profile": {"PayloadType": "Configuration"},
	"scep": [{
		"index": 0,
		"identifier": "net.acme-corp.enrol.scep",
		"uuid": "5B1F3C52-2E27-4F63-9C0E-1D4C7A0B8E61",
		"path": ["PayloadContent", 0],
		"subject": [{
			"type": type,
			"name": type,
			"oid": "",
			"text": text,
			"variable": startswith(text, "$"),
			"rdn": 0,
			"path": path,
		}],
	}],
	"certificates": [],
	"references": [],
}
