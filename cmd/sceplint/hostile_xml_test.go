package main

import (
	"encoding/binary"
	"unicode/utf16"
)

// xmlOf generates a property list of a value that is made when it is needed.
func xmlOf(value func() string) func() []byte {
	return func() []byte { return []byte(plistOf(value())) }
}

func grown(head, text string, n int, tail string) func() []byte {
	return func() []byte { return []byte(head + many(text, n) + tail) }
}

// nested is a value inside of so many arrays or dicts.
func nested(open, shut string, n int) func() []byte {
	return xmlOf(func() string { return many(open, n) + "<true/>" + many(shut, n) })
}

func utf16Of(order binary.AppendByteOrder, mark bool, text string) func() []byte {
	return func() []byte {
		var out []byte
		if mark {
			out = order.AppendUint16(out, 0xfeff)
		}
		for _, unit := range utf16.Encode([]rune(text)) {
			out = order.AppendUint16(out, unit)
		}
		return out
	}
}

// utf32Of writes a text in UTF-32.
func utf32Of(text string) func() []byte {
	return func() []byte {
		out := []byte{0xff, 0xfe, 0, 0}
		for _, r := range text {
			out = binary.LittleEndian.AppendUint32(out, uint32(r))
		}
		return out
	}
}

func hostileXML() []hostile {
	const scalar = "<dict><key>a</key>"
	value := func(name, value, says string) hostile {
		return hostile{name: name, text: fixed(plistOf(scalar + value + "</dict>")), exit: 1, says: says}
	}
	const works = "not a configuration profile" // so it was read
	return []hostile{
		// Shape.
		{name: "empty", text: fixed(""), exit: 1, says: "file is empty"},
		{name: "blank", text: grown("", " \n", 1<<20, ""), exit: 1, says: "file is empty"},
		{name: "nul", text: grown("", "\x00", 4096, ""), exit: 1, says: "NUL bytes instead of a profile"},
		{name: "one-nul", text: fixed("\x00"), exit: 1, says: "NUL bytes instead of a profile"},
		{name: "nul-inside", text: fixed(plistOf("<dict>\x00</dict>")), exit: 1, says: "corrupt file: found a NUL byte"},
		{name: "random", text: func() []byte { return noise(1 << 20) }, exit: 1, says: "binary file of an unknown kind"},
		{name: "short-lines", text: grown("", "y\n", 30<<20, ""), exit: 1, says: "not a property list"},
		{name: "carriage-returns", text: grown("", "y\r", 30<<20, ""), exit: 1, says: "not a property list"},
		{name: "line-feeds", text: grown(plistHead, "\n", 40<<20, "x"), exit: 1, says: "unexpected text between elements"},
		{name: "largest", text: grown(plistHead+"<string>", "a", 64<<20-64, "</string></plist>"), exit: 1, says: works},
		{name: "too-large", text: grown("", "y\n", 64<<20+1, ""), exit: 1, says: "is too large; at most"},
		{name: "depth-510", text: nested("<array>", "</array>", 510), exit: 1, says: works},
		{name: "depth-512", text: nested("<array>", "</array>", 512), exit: 1, says: works},
		{name: "depth-513", text: nested("<array>", "</array>", 513), exit: 1, says: "nested more than 512 deep"},
		{name: "depth-dicts", text: nested("<dict><key>a</key>", "</dict>", 513), exit: 1, says: "nested more than 512 deep"},
		{name: "arrays-open", text: grown(plistHead, "<array>", 1e6, ""), exit: 1, says: "nested more than 512 deep"},
		{name: "dicts-open", text: grown(plistHead, "<dict><key>a</key>", 3e5, ""), exit: 1, says: "nested more than 512 deep"},
		{name: "openstep", text: grown("", "(", 12e6, ""), exit: 1, says: "OpenStep property list"},
		{name: "openstep-escapes", text: grown(`{a="`, `\\n`, 1e6, `";}`), exit: 1, says: "found JSON or an OpenStep property list"},
		{name: "values-at-cap", args: "check " + allPacks + " in.mobileconfig", text: grown(plistHead+"<array>", "<true/>", 1<<19-1, "</array></plist>"), exit: 2, says: works + " & which policies are not shown"},
		{name: "values-over-cap", text: grown(plistHead+"<array>", "<true/>", 1<<19, "</array></plist>"), exit: 1, says: "more than 524288 values"},
		{name: "keys-doubled", args: "check " + allPacks + " in.mobileconfig", text: grown(plistHead+"<dict>", "<key>a</key><true/><key>a</key><false/>", 1e5, "</dict></plist>"), exit: 2, says: "plist-duplicate-key & which policies are not shown"},
		{name: "keys-distinct", text: func() []byte { return []byte(profileOf(numbered("<key>k%d</key><true/>", 5e4))) }, exit: 1, says: "PayloadContent"},
		{name: "keys-only", text: grown(plistHead+"<dict>", "<key>a</key>", 3e5, "</dict></plist>"), exit: 1, says: "has no value"},
		{name: "key-long", text: grown(plistHead+"<dict><key>", "k", 8<<20, "</key><true/></dict></plist>"), exit: 1, says: works},
		{name: "tag-long", text: grown(plistHead+"<", "a", 8<<20, "/></plist>"), exit: 1, says: "unknown element <aaaaa"},
		{name: "attributes", text: grown("<plist ", `a="b" `, 1e6, "><dict/></plist>"), exit: 1, says: works},
		{name: "attribute-open", text: grown(`<plist version="`, "1.0 ", 1e6, ""), exit: 1, says: "quotation mark is not closed"},
		{name: "namespaces", text: fixed(`<p:plist xmlns:p="urn:a"><p:dict/></p:plist>`), exit: 1, says: "unknown element <p:plist"},
		{name: "angles", text: grown("", "<", 4e6, ""), exit: 1, says: "plist-syntax"},
		{name: "closing", text: grown(plistHead, "</dict>", 1e6, ""), exit: 1, says: "no element of this name is open"},
		{name: "cut-off", text: grown(plistHead+"<dict>", "<key>a</key><array/>", 1e5, ""), exit: 1, says: "missing </dict>"},
		{name: "twice", text: fixed(plistOf("<dict/>") + plistOf("<dict/>")), exit: 1, says: "content after </plist>"},
		{name: "plist-in-plist", text: fixed(plistOf("<dict><key>a</key>" + plistOf("<dict/>") + "</dict>")), exit: 1, says: "<plist> inside <plist>"},
		{name: "html", text: fixed("<!DOCTYPE html><html><script>alert(1)</script></html>"), exit: 1, says: "found an HTML page"},
		{name: "conflict", text: grown(plistHead+"<dict>\n", "<<<<<<< HEAD\n=======\n", 1e5, ""), exit: 1, says: "unresolved merge conflict"},

		// What XML has beside elements.
		{name: "comment-open", text: grown(plistHead, "<!--", 1e6, ""), exit: 1, says: "comment is not closed"},
		{name: "comment-dashes", text: grown(plistHead+"<!--", "-- ", 1e6, "--><dict/></plist>"), exit: 1, says: works},
		{name: "comments", text: grown(plistHead, "<!---->", 1e6, "<dict/></plist>"), exit: 1, says: works},
		{name: "comments-inside", text: grown(plistHead+"<dict><key>a</key><string>", "<!---->", 1e6, "</string></dict></plist>"), exit: 1, says: works},
		{name: "pi-open", text: grown(plistHead, "<?", 1e6, ""), exit: 1, says: "<? is not closed"},
		{name: "pi-many", text: grown(plistHead, "<?a?>", 1e6, "<dict/></plist>"), exit: 1, says: works},
		{name: "cdata-open", text: grown(plistHead+"<string>", "<![CDATA[", 3e5, ""), exit: 1, says: "CDATA section is not closed"},
		{name: "cdata-many", text: grown(plistHead+"<dict><key>a</key><string>", "<![CDATA[a]]>", 3e5, "</string></dict></plist>"), exit: 1, says: works},
		{name: "cdata-key", text: fixed(plistOf("<dict><key><![CDATA[a\x1b[31m]]></key><true/></dict>")), exit: 1, says: works},
		{name: "cdata-between", text: fixed(plistOf("<dict><![CDATA[<key>a</key>]]></dict>")), exit: 1, says: "CDATA section between elements"},
		{name: "doctype-open", text: grown("<!DOCTYPE plist [", "[", 1e6, ""), exit: 1, says: "<!DOCTYPE is not closed"},
		{name: "doctype-many", text: grown("", "<!DOCTYPE plist>", 5e5, plistOf("<dict/>")), exit: 1, says: works},
		{name: "doctype-comments", text: grown("<!DOCTYPE plist [", "<!--", 1e6, ""), exit: 1, says: "comment is not closed"},
		{name: "entity-bomb", text: fixed(`<!DOCTYPE p [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>` + plistOf("<string>&b;</string>")), exit: 1, says: "unknown entity"},
		{name: "entity-external", text: fixed(`<!DOCTYPE p [<!ENTITY a SYSTEM "file:///etc/passwd">]>` + plistOf("<string>&a;</string>")), exit: 1, says: "unknown entity"},
		{name: "entity-parameter", text: fixed(`<!DOCTYPE p [<!ENTITY % a SYSTEM "http://example.invalid/">%a;]>` + plistOf("<string>%a;</string>")), exit: 1, says: works},
		{name: "entities", text: grown(plistHead+"<string>", "&amp;", 1e6, ""), exit: 1, says: "missing </string>"},
		value("entity-huge", "<string>&#x110000;</string>", "unknown entity"),
		value("entity-nul", "<string>&#0;</string>", "unknown entity"),
		value("entity-escape", "<string>&#27;[2J</string>", "unknown entity"),
		value("entity-surrogate", "<string>&#xD800;&#xDC00;</string>", "unknown entity"),
		value("entity-ffff", "<string>&#xFFFF;</string>", "unknown entity"),
		value("entity-wraps", "<string>&#4294967361;</string>", "unknown entity"),
		value("entity-negative", "<string>&#-65;</string>", "unknown entity"),
		value("entity-long", "<string>&#"+many("0", 1e6)+"65;</string>", "unescaped &"),
		value("entity-bare", "<string>a & b</string>", "unescaped &"),
		value("entity-html", "<string>&nbsp;</string>", "unknown entity"),

		// Templates, whose marks are searched for.
		{name: "template-open", text: grown(plistHead+"<string>", "{{ <", 5e5, "</string></plist>"), exit: 1, says: "plist-syntax"},
		{name: "template-commands", text: grown(plistHead+"<dict><key>a</key><string>", "$(&)", 5e5, "</string></dict></plist>"), exit: 1, says: works},
		{name: "template-angles", text: grown(plistHead+"<dict><key>a</key><string>", "${<}", 5e5, "</string></dict></plist>"), exit: 1, says: works},
		{name: "template-mixed", text: grown(plistHead+"<dict><key>a</key><string>", "{{&}}{%&%}{#&#}$(&)${&}", 5e4, "</string></dict></plist>"), exit: 1, says: works},
		{name: "template-far", text: grown(plistHead+"<dict><key>a</key><string>", "{{&", 5e5, "}}</string></dict></plist>"), exit: 1, says: works},
		{name: "template-dollars", text: grown(plistHead+"<dict>", "${", 1e6, ""), exit: 1, says: "plist-syntax"},
		{name: "template-percents", text: grown(plistHead+"<dict><key>", "%", 1e6, "</key><true/></dict></plist>"), exit: 1, says: works},
		{name: "template-blocks", text: grown(plistHead+"<dict>", "{% if a %}", 2e5, "</dict></plist>"), exit: 0, says: "0 errors, 1 warning"},
		{name: "template-erb", text: grown(plistHead+"<dict><key>a</key><string>", "<% a", 5e5, "</string></dict></plist>"), exit: 1, says: "plist-syntax"},
		{name: "template-tags", text: grown(plistHead+"<dict>", "<key>a</key><{{ a }}/>", 1e5, "</dict></plist>"), exit: 1, says: works},
		{name: "template-choices", text: grown(plistHead+"<dict><key>a</key>", "{{ if a }}<string>b</string>{{ else }}", 1e5, "</dict></plist>"), exit: 0, says: "0 errors, 1 warning"},

		// Encodings.
		{name: "utf16-odd", text: fixed("\xff\xfe<\x00p"), exit: 1, says: "ends in the middle of a character"},
		{name: "utf16-surrogates", text: grown("", "\x00\xd8", 1e6, ""), exit: 1, says: "plist-syntax"},
		{name: "utf16-half", text: fixed("\xff\xfe<\x00\x00\xd8"), exit: 1, says: "half of a surrogate pair"},
		{name: "utf16-little", text: utf16Of(binary.LittleEndian, true, plistOf("<dict/>")), exit: 1, says: works},
		{name: "utf16-big", text: utf16Of(binary.BigEndian, false, plistOf("<dict/>")), exit: 1, says: works},
		{name: "utf16-lies", text: utf16Of(binary.LittleEndian, true, `<?xml version="1.0" encoding="UTF-8"?>`+plistOf("<dict/>")), exit: 1, says: "plist-encoding"},
		{name: "utf16-large", text: func() []byte {
			return utf16Of(binary.LittleEndian, true, plistOf("<string>"+many("中", 10<<20)+"</string>"))()
		}, exit: 1, says: works},
		{name: "utf16-largest", text: func() []byte {
			return utf16Of(binary.BigEndian, true, plistOf("<string>"+many("中", 31<<20)+"</string>"))()
		}, exit: 1, says: works},
		{name: "utf32", text: utf32Of(plistOf("<dict/>")), exit: 1, says: "plist-syntax"},
		{name: "utf7", text: fixed(`<?xml version="1.0" encoding="UTF-7"?>` + plistOf("<dict><key>a+AGE-</key><true/></dict>")), exit: 1, says: "plist-encoding"},
		{name: "ebcdic", text: fixed(`<?xml version="1.0" encoding="IBM037"?>` + plistOf("<string>\xc1\xc2</string>")), exit: 1, says: `unsupported encoding "IBM037"`},
		{name: "latin1", text: fixed(`<?xml version="1.0" encoding="ISO-8859-1"?>` + plistOf("<dict><key>\xe4</key><true/></dict>")), exit: 1, says: "plist-encoding"},
		{name: "latin1-controls", text: fixed(`<?xml version="1.0" encoding="ISO-8859-1"?>` + plistOf("<dict><key>\x9b31m</key><string>&</string></dict>")), exit: 1, says: "unescaped &"},
		{name: "encoding-escape", text: fixed("<?xml version=\"1.0\" encoding=\"a\x1b[31mb\u202e\"?>" + plistOf("<string>\xff</string>")), exit: 1, says: "unsupported encoding"},
		{name: "encoding-long", text: grown(`<?xml version="1.0" encoding="`, "A", 900, `"?>`+plistOf("<string>\xff</string>")), exit: 1, says: "unsupported encoding"},
		{name: "mark-twice", text: fixed("\ufeff\ufeff" + plistOf("<dict/>")), exit: 1, says: "plist-syntax"},
		{name: "mark-inside", text: fixed(plistOf("<dict>\ufeff</dict>")), exit: 1, says: "invisible character U+FEFF"},
		{name: "utf8-overlong", text: fixed(plistOf("<string>\xc0\xbcscript\xc0\xbe</string>")), exit: 1, says: "is not UTF-8"},
		{name: "utf8-surrogate", text: fixed(plistOf("<string>\xed\xa0\x80</string>")), exit: 1, says: "is not UTF-8"},
		{name: "utf8-broken", text: grown(plistHead+"<string>", "\xff", 4e6, "</string></plist>"), exit: 1, says: "byte 0xff is not UTF-8"},

		// Control characters, and those that turn or hide what is shown.
		value("escape", "<string>\x1b[2J</string>", "control character 0x1b"),
		value("backspace", "<string>http://good\x08\x08\x08\x08evil</string>", "control character 0x08"),
		value("bell", "<string>\x07</string>", "control character 0x07"),
		{name: "escape-between", text: fixed(plistOf("<dict>\x1b[31m</dict>")), exit: 1, says: "invisible character U+001B"},
		{name: "escape-end-tag", text: fixed(plistOf("<dict><key>a</key><string>b</strin\u009b></dict>")), exit: 1, says: `</strin\u{9b}> does not match the <string> before it`},
		{name: "stray-characters", text: fixed(scepOf("<key>Name</key><string>\u202eCORP\u009b31m</string><key>Challenge</key><string>\u2066abc\n</string>")), exit: 1, says: "value-stray-characters & U+202E"},
		{name: "stray-characters-long", text: grown(plistHead+"<dict><key>PayloadContent</key><array/><key>PayloadIdentifier</key><string>", "\u200b", 2e6, "a</string></dict></plist>"), exit: 1, says: "value-stray-characters"},
		{name: "escape-tag", text: fixed(plistOf("<di\x1b[31mct/>")), exit: 1, says: `unknown element <di\u{1b}[31mct>`},
		{name: "escape-root", text: fixed("<\x1b]0;title\x07plist>"), exit: 1, says: `unknown element <\u{1b}]0;title\u{7}plist>`},
		{name: "escape-first", text: fixed("\x1b[2J\x1b[H" + plistOf("<dict/>")), exit: 1, says: "unexpected text before <plist>"},
		{name: "c1-key", text: fixed(profileOf("<key>\u009b31mPayloadContent</key><array/><key>\u009b31mPayloadContent</key><true/>")), exit: 1, says: `\u{9b}31mPayloadContent`},
		{name: "delete-key", text: fixed(profileOf("<key>a\x7f</key><true/><key>a\x7f</key><true/>")), exit: 1, says: `a\u{7f}`},
		{name: "bidi-key", text: fixed(profileOf("<key>\u202eabc\u2066</key><true/><key>\u202eabc\u2066</key><true/>")), exit: 1, says: `\u{202e}abc\u{2066}`},
		{name: "separator-key", text: fixed(profileOf("<key>a\u2028b</key><true/><key>a\u2028b</key><true/>")), exit: 1, says: `a\u{2028}b`},
		{name: "tags-key", text: fixed(profileOf("<key>a\U000e0041\u200b</key><true/><key>a\U000e0041\u200b</key><true/>")), exit: 1, says: "plist-duplicate-key"},
		{name: "marks-key", text: fixed(profileOf("<key>a" + many("\u0301", 1000) + "</key><true/><key>a" + many("\u0301", 1000) + "</key><true/>")), exit: 1, says: "plist-duplicate-key"},

		// Numbers, dates and data.
		value("integer-long", "<integer>"+many("9", 1e6)+"</integer>", "does not fit in 64 bits"),
		value("integer-hex-long", "<integer>0x"+many("f", 1e6)+"</integer>", "is not a valid integer"),
		value("integer-signs", "<integer>+-1</integer>", "is not a valid integer"),
		value("integer-over", "<integer>18446744073709551616</integer>", "does not fit in 64 bits"),
		value("integer-under", "<integer>-9223372036854775809</integer>", "does not fit in 64 bits"),
		value("integer-wide", "<integer>１２</integer>", "is not a valid integer"),
		value("integer-underscore", "<integer>1_000</integer>", "is not a valid integer"),
		value("integer-empty", "<integer/>", "<integer> is empty"),
		value("real-huge", "<real>1e999999</real>", "is not a valid real"),
		value("real-long", "<real>0."+many("1", 1e6)+"</real>", works),
		value("real-hex", "<real>0x1p-2</real>", "is not a valid real"),
		value("real-nan", "<real>nan</real>", works),
		value("real-inf", "<real>-inf</real>", works),
		value("date-month", "<date>2026-13-01T00:00:00Z</date>", "is not a valid date"),
		value("date-day", "<date>2026-02-30T00:00:00Z</date>", "is not a valid date"),
		value("date-second", "<date>2026-01-01T00:00:61Z</date>", "is not a valid date"),
		value("date-year", "<date>99999-01-01T00:00:00Z</date>", "is not a valid date"),
		value("date-long", "<date>2026-01-01T00:00:00."+many("0", 1e6)+"Z</date>", works),
		value("boolean-text", "<true>no</true>", "<true> contains text"),
		value("data-garbage", "<data>"+many("QUFB!", 1e6)+"</data>", "is not valid Base64"),
		value("data-padding", "<data>"+many("=", 1e6)+"</data>", "is not valid Base64"),
		value("data-hex", "<data>"+many("ab", 20)+"!</data>", "is not valid Base64"),
		value("data-spaces", "<data>"+many(" \n", 4e6)+"</data>", works),
		value("data-pem", "<data>-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----</data>", "remove the BEGIN and END lines"),
	}
}
