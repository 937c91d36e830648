package policies.acme.ca_host_test

import data.policies.acme.ca_host

test_own_host_is_allowed if {
	count(ca_host.deny) == 0 with input as sceplint.input("good.mobileconfig")
}

test_other_host_is_reported if {
	ca_host.deny == {{
		"msg": `SCEP server host "ca.other.example" is not allowed; expected ca.corp.example`,
		"path": ["PayloadContent", 0, "PayloadContent", "URL"],
	}} with input as sceplint.input("bad.mobileconfig")
}

test_hosts_can_be_configured if {
	count(ca_host.deny) == 0 with input as sceplint.input("bad.mobileconfig")
		with data.config.ca_hosts as ["ca.other.example"]
}
