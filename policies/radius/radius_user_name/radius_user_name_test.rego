package policies.radius.radius_user_name_test

import data.policies.radius.radius_user_name

test_names_that_are_rejected if {
	every name, fault in {
		"Ada Lovelace": "has spaces",
		"ada@corp@acme-corp.net": "has two @",
		"ada@acme-corp..net": "has two dots in a row",
		"anonymous@corp": "has a realm without a dot",
	} {
		warned := radius_user_name.warn with input as document(name)
		warned == {{
			"msg": $"`OuterIdentity` \"{name}\" {fault}; FreeRADIUS rejects it by default",
			"path": ["PayloadContent", 0, "EAPClientConfiguration", "OuterIdentity"],
		}}
	}
}

test_other_names_pass if {
	every name in ["ada", "ada@acme-corp.net", "$USERNAME@corp", "%ComputerName% x", 7] {
		warned := radius_user_name.warn with input as document(name)
		warned == set()
	}
}

document(name) := {
	"file": "wifi.mobileconfig",
	"time": "2026-06-01T12:00:00Z",
	"targets": [],
	"profile": {"PayloadContent": [{"PayloadType": "com.apple.wifi.managed", "EAPClientConfiguration": {"OuterIdentity": name}}]},
	"scep": [],
	"certificates": [],
	"references": [],
}
