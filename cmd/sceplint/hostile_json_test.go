package main

import "strings"

func hostileJSON() []hostile {
	whole := func(name string, text func() []byte, exit int, says string) hostile {
		return hostile{name: name, text: text, exit: exit, says: says}
	}
	credential := func(name string, rest func() string, exit int, says string) hostile {
		return whole(name, func() []byte { return []byte(`{"URL": "", "Keysize": "x", ` + rest()) }, exit, says)
	}
	const broken = "plist-syntax"
	return []hostile{
		whole("arrays", grown("", "[", 1e6, ""), 1, "found JSON or an OpenStep property list"),
		whole("strings", grown("", `"`, 1e6, ""), 1, "not a property list"),
		credential("nested", func() string { return `"Subject": ` + many("[", 1e6) }, 1, broken),
		credential("objects", func() string { return `"Subject": ` + many(`{"a":`, 3e5) }, 1, broken),
		credential("wide", func() string { return `"Subject": [` + many("[],", 2e6) + "[]]}" }, 1, "more than 524288 values"),
		credential("keys-doubled", func() string { return many(`"Challenge": "abcdefgh", "KeyUsag": 1, `, 5e4) + `"a": 1}` }, 2, "which policies are not shown"),
		credential("numbers", func() string {
			return `"Key Usage": ` + many("9", 4e6) + `, "Retries": 1e` + many("9", 4e6) + `, "RetryDelay": -0.` + many("0", 4e6) + "}"
		}, 1, "scep-value-type"),
		credential("number-forms", func() string { return `"Key Usage": 0x10, "Retries": NaN}` }, 1, broken),
		credential("surrogates", func() string { return `"Name": "` + many(`\ud800`, 1e6) + `"}` }, 1, "scep-"),
		credential("escapes", func() string { return `"Challenge": "` + many(`\u0041`, 1e6) + `"}` }, 1, "scep-"),
		credential("escape-nul", func() string { return `"Name": "a\u0000\u001b[31m\u009b\u202e"}` }, 1, "scep-"),
		credential("control", func() string { return "\"Name\": \"a\x1b[2J\"}" }, 1, broken),
		credential("key-escape", func() string { return `"a\u001b[31m\u202e": 1, "a\u001b[31m\u202e": 2}` }, 1, "scep-key-unknown"),
		whole("mark", fixed("\ufeff\ufeff"+`{"URL": "", "Keysize": "x", "a": 1}`), 1, broken),
		whole("utf16", func() []byte {
			return []byte("\xff\xfe" + strings.Join(strings.Split(`{"URL": "", "Keysize": "x", "a": 1}`, ""), "\x00") + "\x00")
		}, 1, broken),
		credential("utf8", func() string { return `"Name": "` + many("\xff", 4e6) }, 1, broken),
		credential("long", func() string { return `"Name": "` + many("a", 12e6) + `"}` }, 1, "scep-"),
		credential("big", func() string { return `"Subject": [` + many(`[["CN", "`+many("a", 900)+`"]], `, 12e3) + `[]]}` }, 2, "which policies are not shown"),
		credential("templates", func() string { return `"Name": ` + many("{{ ", 1e6) }, 1, broken),
		credential("comments", func() string { return many("/* a */", 1e5) + `"a": 1}` }, 1, "comment, which JSON does not allow"),
		credential("names", func() string {
			return `"SubjectAltName": {"dNSName": [` + many(`"a b", `, 1e5) + `""]}, "Challenge": ["` + many("12345678", 1e5) + `"]}`
		}, 2, "which policies are not shown"),
		whole("other", grown(`{"Challenge": `, `{"a": 1, "b": [`, 1e6, ""), 1, "found JSON or an OpenStep property list"),
		whole("cut-off", grown(`{"URL": "a", "Keysize": 2048, "Subject": [`, `[["CN", "a"]],`, 1e4, ""), 1, broken),
		whole("behind", grown(`{"URL": "", "Keysize": "x"}`, "{}", 1e6, ""), 1, broken),
		whole("spaces", grown(`{"URL": "", "Keysize": "x", `, " \n", 8e6, `"a": 1}`), 1, "scep-"),
		whole("declaration", func() []byte {
			return []byte(`{"Type": "com.apple.asset.credential.scep", "Identifier": "` + many("a\\u001b", 1e5) + `", "Payload": {"Reference": ` + many(`{"DataURL": `, 300) + "1" + many("}", 300) + `}}`)
		}, 1, "scep-ddm"),
	}
}

func hostileExports() []hostile {
	report := func(name string, data func() string, says string) hostile { // of a Mac
		return hostile{name: name, text: func() []byte {
			return []byte(`{"SPConfigurationProfileDataType":[{"_items":[{"spconfigprofile_profile_identifier":"a","_items":[{"_name":"com.apple.security.scep","spconfigprofile_payload_data":"` + data() + `"}]}]}]}`)
		}, exit: 1, says: says}
	}
	jamf := func(name string, text func() []byte, says string) hostile {
		return hostile{name: name, file: "in.xml", args: "check " + allPacks + " in.xml", text: text, exit: 1, says: says}
	}
	return []hostile{
		report("parentheses", func() string { return many("(", 1e6) }, "nested too deep"),
		report("braces", func() string { return many("{a=", 1e6) }, "nested too deep"),
		report("escapes", func() string { return `\"` + many(`\\\\n`, 1e6) }, "is truncated"),
		report("comments", func() string { return many("/*", 1e6) }, "is truncated"),
		report("long", func() string { return many("a;", 9e6) }, "too large"),
		report("data", func() string { return "{a = <" + many("ff", 1e6) + ">; }" }, "scep-"),
		report("data-cut", func() string { return "{a = {length = 2, bytes = 0x" + many("f", 1e6) }, "not an OpenStep property list"),
		report("escape", func() string { return `{ \"a\\u001b[31m\" = \"\u009b\"; }` }, "scep-"),
		jamf("elements", grown("<configuration_profile>", "<general>", 1e6, ""), "nested too deep"),
		jamf("cdata", grown("<configuration_profile><general><payloads>", "<![CDATA[", 1e6, "</payloads></general></configuration_profile>"), "is malformed"),
		jamf("open", grown("<configuration_profile><general><payloads>", "&lt;", 1e6, ""), "it ends inside <payloads>"),
		jamf("profiles", grown("<configuration_profiles>", "<configuration_profile><general><payloads>&lt;plist&gt;</payloads></general></configuration_profile>", 2e3, "</configuration_profiles>"), "truncated"),
		jamf("entities", grown("<configuration_profile><general><payloads>", "&#60;", 1e6, "</payloads></general></configuration_profile>"), "plist-syntax"),
		{name: "entities-json", text: grown(`{"os_x_configuration_profile":{"general":{"payloads":"`, `\u003c`, 1e6, `"}}}`), exit: 1, says: "plist-syntax"},
		{name: "graph", text: grown(`{"value":[`, `{"@odata.type":"#microsoft.graph.iosScepCertificateProfile","displayName":"\u001b[31m\u202e","scepServerUrls":["http://a"]},`, 500, `{}]}`), exit: 1, says: "scep-"},
		{name: "graph-base64", text: grown(`{"value":[`, `{"@odata.type":"#microsoft.graph.iosCustomConfiguration","payload":"PHBsaXN0"},`, 2e3, `{}]}`), exit: 1, says: "plist-syntax"},
		{name: "graph-deep", text: grown(`{"value":`, `[{"value":`, 3e5, ""), exit: 1, says: "plist-syntax"},
	}
}
