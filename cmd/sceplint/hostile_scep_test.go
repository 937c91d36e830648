package main

import "fmt"

func hostileSCEP() []hostile {
	scep := func(name string, keys func() string, exit int, says string) hostile {
		return hostile{name: name, text: func() []byte { return []byte(scepOf(keys())) }, exit: exit, says: says}
	}
	whole := func(name string, text func() string, exit int, says string) hostile {
		return hostile{name: name, text: func() []byte { return []byte(text()) }, exit: exit, says: says}
	}
	key := func(name, value string) string { return "<key>" + name + "</key>" + value }
	text := func(name, value string) string { return key(name, "<string>"+value+"</string>") }
	const subject = "<array><array><string>%s</string><string>%s</string></array></array>"
	tall := func(format string, n int) func() string { return func() string { return numbered(format, n) } }
	const hidden = "which policies are not shown"
	return []hostile{
		// Marks of variables, which are searched for in every value.
		scep("braces", func() string {
			return text("URL", many("{{", 5e5)) + text("Name", many("${", 5e5)) + text("Challenge", many("$(", 5e5))
		}, 1, "scep-url"),
		scep("marks", func() string {
			return text("URL", "http://"+many("%a", 3e5)) + text("Name", many("__A", 3e5)) + text("Challenge", many("[[", 3e5)+"@"+many("@A", 3e5))
		}, 1, "profile-key-missing"),
		scep("placeholders", func() string { return text("URL", many("YOUR_", 5e5)) + text("Name", many("x", 4e6)) }, 1, "scep-url"),
		scep("variables", func() string {
			return text("URL", "https://a/"+many("$NAME", 1e5)) + text("Challenge", many("%Name%", 1e5))
		}, 1, "profile-key-missing"),
		scep("variables-mixed", func() string { return text("Challenge", many("{{a}}$B%Cde%__F__@G@", 1e5)) }, 1, "profile-key-missing"),

		// Many of one thing.
		scep("subject", func() string {
			return key("Subject", "<array>"+many("<array><array><string>E</string></array></array>", 1e5)+"</array>")
		}, 2, "scep-subject-structure & "+hidden),
		scep("subject-names", func() string { return key("Subject", "<array>"+many(fmt.Sprintf(subject, "CN", "a"), 1e5)+"</array>") }, 2, hidden),
		scep("subject-attributes", func() string {
			return key("Subject", "<array>"+numbered("<array><array><string>X%d</string><string>a</string></array></array>", 5e4)+"</array>")
		}, 2, "scep-subject-attribute & "+hidden),
		scep("subject-oids", func() string {
			return key("Subject", "<array>"+many(fmt.Sprintf(subject, "1"+many(".4294967296", 1000), "a"), 100)+"</array>")
		}, 1, "scep-subject-attribute"),
		scep("subject-oid-long", func() string {
			return key("Subject", "<array>"+fmt.Sprintf(subject, "1."+many("9", 1e6), "a")+"</array>")
		}, 1, "scep-subject-attribute"),
		scep("subject-long", func() string { return key("Subject", "<array>"+fmt.Sprintf(subject, "CN", many("ä", 2e6))+"</array>") }, 1, "scep-subject-value"),
		scep("subject-deep", func() string { return key("Subject", many("<array>", 400)+many("</array>", 400)) }, 1, "scep-subject-structure"),
		scep("keys-misspelt", func() string { return many("<key>KeyUsag</key><true/>", 1e5) }, 2, "scep-key-misspelled & "+hidden),
		scep("keys-misspelt-distinct", tall("<key>KeyUsage%d</key><true/>", 1e5), 2, hidden),
		scep("keys-long", func() string { return many("<key>"+many("KeyUsage", 1e4)+"</key><true/>", 50) }, 1, "profile-key-missing"),
		scep("keys-unknown", tall("<key>X%d</key><string>a</string>", 5e4), 2, "scep-key-unknown & "+hidden),
		scep("challenges", func() string {
			return many("<key>Challenge</key><string>abcdefgh</string><key>Challange</key><string>"+many("z", 60)+"</string>", 5e4)
		}, 2, "scep-key-misspelled & "+hidden),
		scep("challenges-distinct", func() string { return numbered("<key>Challenge</key><string>0a1b2c3d-%d</string>", 5e4) }, 2, "plist-duplicate-key & "+hidden),
		scep("challenge-lines", func() string { return text("Challenge", numbered("line %d of a secret\n", 1e5)) }, 1, "profile-key-missing"),
		scep("challenge-long", func() string { return text("Challenge", many("s3cret", 1e6)) }, 1, "profile-key-missing"),
		scep("challenge-everywhere", func() string {
			return text("Challenge", "aaaa") + text("Name", many("aaaa", 1e6)) + text("URL", "http://"+many("aaaa.", 1e5))
		}, 1, "profile-key-missing"),
		scep("fingerprint", func() string { return key("CAFingerprint", "<data>"+many("QUFB", 3e6)+"</data>") }, 1, "scep-fingerprint"),
		scep("fingerprint-text", func() string { return text("CAFingerprint", many("ab:", 2e6)) }, 1, "CAFingerprint"),
		scep("san-names", func() string {
			return key("SubjectAltName", "<dict><key>dNSName</key><array>"+many("<string>a b</string>", 1e5)+"</array></dict>")
		}, 2, "scep-san-value & "+hidden),
		scep("san-long", func() string {
			return key("SubjectAltName", "<dict>"+text("dNSName", many("a.", 1e6))+text("rfc822Name", many("@", 1e6))+text("uniformResourceIdentifier", many(":", 1e6))+"</dict>")
		}, 1, "scep-san-value"),
		scep("san-keys", func() string {
			return key("SubjectAltName", "<dict>"+numbered("<key>dnsName%d</key><string>a</string>", 5e4)+"</dict>")
		}, 2, "scep-san-key & "+hidden),
		scep("numbers", func() string {
			return key("Keysize", "<integer>18446744073709551615</integer>") + key("Key Usage", "<integer>-9223372036854775808</integer>") +
				key("Retries", "<integer>0x7fffffffffffffff</integer>") + key("RetryDelay", "<integer>-1</integer>")
		}, 1, "scep-keysize"),
		scep("number-types", func() string {
			return key("Keysize", "<real>nan</real>") + key("Key Usage", "<real>inf</real>") + key("Retries", "<date>2026-01-01T00:00:00Z</date>") + key("RetryDelay", "<data>AAAA</data>")
		}, 1, "scep-value-type"),

		// URLs.
		scep("url-long", func() string { return text("URL", "https://"+many("a", 4e6)+"/") }, 1, "profile-key-missing"),
		scep("url-labels", func() string { return text("URL", "https://"+many("a.", 1e6)+"/") }, 1, "profile-key-missing"),
		scep("url-percents", func() string { return text("URL", "https://a/"+many("%41", 3e5)+"?"+many("%zz&amp;", 1e5)) }, 1, "scep-url"),
		scep("url-users", func() string { return text("URL", many("https://a:b@", 2e5)) }, 1, "scep-url"),
		scep("url-parameters", func() string { return text("URL", "https://a/?"+many("token=secret&amp;", 2e5)) }, 1, "profile-key-missing"),
		scep("url-brackets", func() string { return text("URL", "https://"+many("[::", 1e6)+"]") }, 1, "profile-key-missing"),
		scep("url-port", func() string { return text("URL", "https://a:"+many("9", 1e6)+"/") }, 1, "scep-url"),
		scep("url-idn", func() string { return text("URL", "https://"+many("ä", 5e5)+".example/") }, 1, "profile-key-missing"),
		scep("url-escape", func() string { return text("URL", "http://a\u009b31mb\u202e/") }, 1, `\u{9b}`),
		scep("url-newline", func() string { return text("URL", "http://a\n::error::b/") }, 1, "scep-url"),

		// Profiles of many payloads.
		whole("payloads", func() string {
			return payloadsOf(many("<dict><key>PayloadType</key><string>com.apple.security.scep</string><key>PayloadUUID</key><string>a</string><key>PayloadIdentifier</key><string>b</string></dict>", 15e3))
		}, 2, "payload-uuid-duplicate & "+hidden),
		whole("payloads-empty", func() string { return payloadsOf(many("<dict/>", 2e4)) }, 1, "payload-key-missing"),
		whole("payloads-distinct", func() string {
			return payloadsOf(numbered("<dict><key>PayloadType</key><string>com.example.%[1]d</string><key>PayloadUUID</key><string>%[1]d</string><key>PayloadIdentifier</key><string>b.%[1]d</string></dict>", 15e3))
		}, 0, "payload-key-missing"),
		whole("payload-types-misspelt", func() string {
			return payloadsOf(many("<dict><key>PayloadType</key><string>com.apple.security.Scep</string></dict>", 15e3))
		}, 2, "payload-type-case"),
		whole("payload-type-long", func() string { return payloadsOf("<dict>" + text("PayloadType", many("com.apple.", 1e6)) + "</dict>") }, 1, "payload-key-missing"),
		whole("references", func() string {
			return payloadsOf(numbered("<dict><key>PayloadType</key><string>com.apple.wifi.managed</string><key>PayloadCertificateUUID</key><string>u%d</string></dict>", 15e3))
		}, 2, "more than 10000 references"),
		whole("references-same", func() string {
			return payloadsOf(many("<dict><key>PayloadType</key><string>com.apple.security.scep</string><key>PayloadUUID</key><string>u</string></dict>", 300) +
				many("<dict><key>PayloadType</key><string>com.apple.wifi.managed</string><key>PayloadCertificateUUID</key><string>u</string></dict>", 3000))
		}, 1, "payload-uuid-duplicate"),
		whole("long-names", func() string {
			return plistOf("<dict>" + text("PayloadIdentifier", many("$", 3e6)) + text("PayloadUUID", many("{", 3e6)) + key("PayloadContent", "<array/>") + "</dict>")
		}, 1, "profile-key-missing"),
		whole("secrets", func() string {
			return plistOf("<dict>" + many("<key>Password</key><string>0123456789</string>", 1e5) + "</dict>")
		}, 1, "plist-duplicate-key"),
		whole("secrets-distinct", func() string {
			return plistOf("<dict>" + numbered("<key>Password</key><string>pass-%d-word</string>", 5e4) + "</dict>")
		}, 1, "plist-duplicate-key"),
		whole("secrets-long", func() string {
			return plistOf("<dict>" + many("<key>Password</key><string>"+many("ab", 1e5)+"</string>", 50) + "</dict>")
		}, 1, "plist-duplicate-key"),
		whole("secrets-broken", func() string {
			return plistHead + "<dict>" + numbered("<key>Password</key><string>pass-%d-word</string>", 5e4)
		}, 1, "missing </dict>"),
		whole("uuids", func() string { return payloadsOf(many("<dict>"+text("PayloadUUID", many("0", 1e4))+"</dict>", 300)) }, 1, "payload-uuid"),

		// Many fixes in one file.
		{name: "fixes", text: func() []byte { return []byte(scepOf(many("<key>KeyUsag</key><true/>", 3e4))) }, args: "check --no-default-pack --fix --unsafe-fixes --quiet in.mobileconfig", exit: 1, says: "plist-duplicate-key"},
		{name: "fixes-diff", text: func() []byte { return []byte(scepOf(numbered("<key>Key-Size</key><integer>%d</integer>\n", 5e3))) }, args: "check --no-default-pack --diff --unsafe-fixes --quiet in.mobileconfig", exit: 1, says: "+++ b/in.mobileconfig"},
	}
}

func hostileComments() []hostile {
	comments := func(name string, comments func() string, keys func() string, exit int, says string) hostile {
		return hostile{name: name, text: func() []byte {
			return []byte("<?xml version=\"1.0\"?>\n" + comments() + scepOf(keys()))
		}, exit: exit, says: says}
	}
	none := func() string { return "" }
	ignore := func(ids string) string { return "<!-- sceplint:ignore " + ids + " reason -->\n" }
	file := func(ids string) string { return "<!-- sceplint:ignore-file " + ids + " reason -->" }
	misspelt := func() string { return many("<key>KeyUsag</key><true/>\n", 3e4) }
	return []hostile{
		comments("many", func() string { return many(ignore("a,b,c"), 5e4) }, none, 1, "unknown rule"),
		comments("unknown", func() string { return many(ignore("scep-subject-missinx,scep-keyusage-missinq"), 4e4) }, none, 1, `expected "scep-subject-missing"`),
		comments("unused", func() string { return ignore(many("scep-value-type,", 2e5) + "scep-value-type") }, none, 1, "payload-key-missing"),
		comments("file-wide", func() string { return many(file("scep-key-misspelled")+"\n", 2e4) }, misspelt, 2, "suppressed"),
		comments("one-line", func() string { return many(file("scep-value-type"), 2e4) }, misspelt, 2, "ignore-unused"),
		comments("between", none, func() string {
			return many("<!-- sceplint:ignore scep-key-misspelled a --><key>KeyUsag</key><true/>\n", 15e3)
		}, 1, "suppressed"),
		comments("long-reason", func() string { return "<!-- sceplint:ignore scep-value-type " + many("because ", 1e6) + "-->\n" }, none, 1, "payload-key-missing"),
		comments("long-id", func() string { return ignore(many("a", 2e6)) }, none, 1, "unknown rule"),
		comments("commas", func() string { return ignore(many(",", 4e6)) }, none, 1, "ignore"),
		comments("spaces", func() string { return "<!-- sceplint:ignore " + many(" , ", 2e6) + "-->" }, none, 1, "ignore"),
		comments("no-reason", func() string { return "<!-- sceplint:ignore scep-value-type -->\n" }, none, 1, "reason"),
		comments("everything", func() string { return file("*") + "\n" }, none, 1, "unknown rule"),
		comments("escape", func() string { return ignore("a\u009b31m\u202e") + file("profile-key-missing") }, none, 1, `\u{9b}`),
		comments("escape-reason", func() string { return "<!-- sceplint:ignore-file scep-value-type \u009b2J\u2066\u2028 -->" }, none, 1, "payload-key-missing"),
		comments("not-ours", func() string { return many("<!-- sceplint:nonsense -->", 1e5) }, none, 1, "profile-key-missing"),
		comments("half", func() string { return "<!-- sceplint:ignore" }, none, 1, "comment is not closed"),
		comments("secret", func() string { return many("<!-- <key>Challenge</key><string>s3cr3t-in-a-comment</string> -->\n", 2e4) }, none, 1, "profile-key-missing"),
	}
}
