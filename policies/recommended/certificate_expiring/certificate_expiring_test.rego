package policies.recommended.certificate_expiring_test

import data.policies.recommended.certificate_expiring

path := ["PayloadContent", 1, "PayloadContent"]

root := {"ca": true, "issuer": "CN=Acme CA G1,O=Acme Corporation"}

test_short_lived_ca_is_a_warning if {
	certificate_expiring.warn == {{
		"msg": `CA certificate "CN=Acme CA G1,O=Acme Corporation" expires in 20 days`,
		"path": path,
	}} with input as document(root, 20)
}

test_intermediate_and_old_root_are_judged if {
	every kind in [{"ca": true, "issuer": "CN=Acme Root"}, {"ca": false, "issuer": "CN=Acme CA G1,O=Acme Corporation"}] {
		found := certificate_expiring.warn with input as document(kind, 0)
		count(found) == 1
	}
}

test_ca_that_lives_long_passes if {
	every days in [30, 3650] {
		warned := certificate_expiring.warn with input as document(root, days)
		warned == set()
	}
}

test_ended_certificate_is_a_warning if {
	certificate_expiring.warn == {{
		"msg": `CA certificate "CN=Acme CA G1,O=Acme Corporation" expired on 2026-05-31T00:00:00Z`,
		"path": path,
	}} with input as document(root, -1)
}

test_certificate_of_a_server_passes if {
	certificate_expiring.warn == set() with input as document({"ca": false, "issuer": "CN=Acme Root"}, 5)
}

test_days_are_taken_from_config if {
	certificate_expiring.warn == {{
		"msg": `CA certificate "CN=Acme CA G1,O=Acme Corporation" expires in 60 days`,
		"path": path,
	}} with input as document(root, 60) with data.config as {"expiry_days": 90}
}

test_unreadable_certificate_passes if {
	certificate_expiring.warn == set() with input as {"certificates": [{
		"index": 1,
		"type": "com.apple.security.root",
		"identifier": "net.acme-corp.enrol.root",
		"uuid": "0E0B7C1D-6C0E-4D52-9E2F-3C1A5B7D9F24",
		"path": path,
		"readable": false,
	}]}
}

certificate(kind, days) := object.union(kind, {
	"index": 1,
	"type": "com.apple.security.root",
	"identifier": "net.acme-corp.enrol.root",
	"uuid": "0E0B7C1D-6C0E-4D52-9E2F-3C1A5B7D9F24",
	"path": path,
	"readable": true,
	"subject": "CN=Acme CA G1,O=Acme Corporation",
	"common_name": "Acme CA G1",
	"not_after": "2026-05-31T00:00:00Z",
	"days_left": days,
})

document(kind, days) := {
	"file": "enroll.mobileconfig",
	"time": "2026-06-01T12:00:00Z",
	"targets": [],
	"profile": {"PayloadType": "Configuration"},
	"scep": [],
	"certificates": [certificate(kind, days)],
	"references": [],
}
