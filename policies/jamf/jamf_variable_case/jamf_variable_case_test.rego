package policies.jamf.jamf_variable_case_test

import data.policies.jamf.jamf_variable_case

path := ["PayloadContent", 0, "PayloadContent", "Subject", 0, 0, 1]

san := ["PayloadContent", 0, "PayloadContent", "SubjectAltName", "rfc822Name"]

test_wrong_case_in_subject_is_a_warning if {
	jamf_variable_case.warn == {{
		"msg": `"$ComputerName" is not a Jamf Pro variable; names are case-sensitive`,
		"help": `use "$COMPUTERNAME"`,
		"path": path,
	}} with input as document("$ComputerName", "$EMAIL")
}

test_wrong_case_in_san_is_a_warning if {
	jamf_variable_case.warn == {{
		"msg": `"$email" is not a Jamf Pro variable; names are case-sensitive`,
		"help": `use "$EMAIL"`,
		"path": san,
	}} with input as document("mac $JSSID", "$email")
}

test_capitals_pass if {
	jamf_variable_case.warn == set() with input as document("$COMPUTERNAME of $SITENAME", "$EMAIL")
}

test_other_text_passes if {
	jamf_variable_case.warn == set() with input as document("$hostname", "%Email%")
}

document(common_name, mail) := {
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
			"type": "CN",
			"name": "CN",
			"oid": "2.5.4.3",
			"text": common_name,
			"variable": true,
			"rdn": 0,
			"path": path,
		}],
		"san": {
			"set": true,
			"variable": true,
			"names": [{"type": "rfc822Name", "text": mail, "variable": true, "path": san}],
		},
	}],
	"certificates": [],
	"references": [],
}
