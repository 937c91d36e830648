//go:build differential

package plist

import (
	"bytes"
	"regexp"
	"strings"
)

// said finds differences by what the scanner says against a document.
func said(pattern string) func(*difference) bool {
	re := regexp.MustCompile(pattern)
	return func(d *difference) bool { return re.MatchString(d.ours.text) }
}

// heard finds them by what the other reader says.
func heard(pattern string) func(*difference) bool {
	re := regexp.MustCompile(pattern)
	return func(d *difference) bool { return re.MatchString(d.theirs.text) }
}

// holds finds them by the text of the document.
func holds(pattern string) func(*difference) bool {
	re := regexp.MustCompile(pattern)
	return func(d *difference) bool { return re.Match(d.text) }
}

// usual is what every other document has in front of its values, or between them.
var usual = regexp.MustCompile(`^(\x{feff})?<\?xml version="1\.0" encoding="UTF-8"\?>|<plist version="1\.0">|<\?pi x\?>|<!-- (c < & >|x) -->|<!DOCTYPE plist (PUBLIC "-//Apple//DTD PLIST 1\.0//EN" "http://www\.apple\.com/DTDs/PropertyList-1\.0\.dtd"|SYSTEM 'file://localhost/PropertyList\.dtd')>`)

// odd is holds for what is not usual.
func odd(pattern string) func(*difference) bool {
	re := regexp.MustCompile(pattern)
	return func(d *difference) bool { return re.Match(usual.ReplaceAll(d.text, nil)) }
}

func either(list ...func(*difference) bool) func(*difference) bool {
	return func(d *difference) bool {
		for _, is := range list {
			if is(d) {
				return true
			}
		}
		return false
	}
}

var (
	all               = []int{howettReader, plistlibReader, libplistReader}
	howettAndPlistlib = []int{howettReader, plistlibReader}
	howettAndLibplist = []int{howettReader, libplistReader}
)

// classes are the differences of XML property lists, the first that fits. "Apple's
// reader" is CFPropertyList.c of github.com/swiftlang/swift-corelibs-foundation, which
// devices have in CoreFoundation. What devices do beyond it was not tried on any.
var classes = []classOf{
	// The scanner refuses, and Apple's reader as well; where it is that reader alone, the
	// scanner gives a warning, which counts as refusing here.
	{"comment in a value", refuses, all, said(`^comment inside <`), `Apple's reader: "improper CDATA opening" in strings and keys, no end tag elsewhere`},
	{"entity or CDATA section in integer, date, data, true or false", refuses, all, said(`^entity, CDATA section, or comment in <`), "Apple's reader takes digits, letters and base64 from the file as it is, and would read &#65; in data as A, 6 and 5"},
	{"white space around dates, behind numbers, in true and false", refuses, all, said(`^whitespace in <|contains whitespace`), `Apple's reader: "Unknown character" in <integer>, "misformatted real", "Could not interpret <date>", "non-empty <true>"`},
	{"text in true or false", refuses, all, said(`^<(true|false)> contains text`), `Apple's reader: "non-empty <true>"`},
	{"<data/>", refuses, all, said(`^<data/> is rejected`), `Apple's reader: "Encountered empty <data>"; it takes <data></data>`},
	{"integer that is none", refuses, []int{plistlibReader, libplistReader}, said(`^<integer> is (not a valid|empty)`), "Apple's reader takes a sign and digits; others read them in other ways, such as 1_000, or take the first digits, or 0"},
	{"integer beyond 64 bits", refuses, []int{plistlibReader, libplistReader}, said(`^<integer> does not fit`), `Apple's reader: "Integer overflow"`},
	{"invalid real", refuses, all, said(`^<real> is (not a valid|empty)`), `Apple's reader: "misformatted real"; 1e400 and the like are infinite or invalid there, and no profile has them`},
	{"date of another form", refuses, nil, said(`^<date> is not in UTC`), "Apple's reader takes this one form, in UTC"},
	{"reference of more than eight digits", refuses, nil, said(`^character reference of more than`), `Apple's reader: "unknown ampersand-escape sequence"`},
	{"> in quotation marks in a tag or document type", refuses, nil, said(`^unescaped > in`), "Apple's reader looks for the first >"},
	{"date that is none", refuses, []int{plistlibReader, libplistReader}, said(`^<date> is (not a valid|empty)`), "Apple's reader does not look at the calendar, and a 30 February becomes another day than was written"},
	{"<plist> without a value", refuses, howettAndPlistlib, said(`^<plist(/)?> is empty`), `Apple's reader: "empty plist tag"`},
	{"second value in <plist>", refuses, all, said(`^second value in <plist>`), `Apple's reader: "plist can only include one object"`},
	{"value without a key, key without a value", refuses, all, said(`^key (?s:.*) has no value|^value without a key|^<key> outside`), "Apple's reader: non-key, or value missing; of two keys in a row it takes the second for a string, so that the next value has no key"},
	{"unknown element", refuses, all, said(`^unknown element <?/?`), `Apple's reader: "unknown tag"; others pass over it with what is in it`},
	{"element in the text of a value", refuses, all, said(`is not closed before the next element|^element inside <`), "Apple's reader looks for the end tag there"},
	{"end tag that closes nothing, or another element", refuses, howettAndLibplist, said(`^unexpected </|^</(?s:.*)> does not match|^<[a-z]+> is not closed$`), "Apple's reader: close tag does not match"},
	{"text between elements", refuses, all, said(`^unexpected text|^missing \S+ before the text|^invisible character|found a NUL byte|^unresolved merge conflict`), `Apple's reader: "unexpected character while looking for open tag"; others pass over it`},
	{"CDATA section or declaration between elements", refuses, all, said(`^CDATA section between|is not allowed between elements`), "Apple's reader knows comments and instructions there only"},
	{"unescaped & or <, unknown entity", refuses, all, said(`^unescaped|^unknown entity|^unescaped &`), `Apple's reader: "unknown ampersand-escape sequence", and references of more than eight digits; a reference to a control character or half of a pair, which it may take, is none that XML allows`},
	{"document type with declarations", refuses, all, said(`^declarations inside <!DOCTYPE`), `Apple's reader stops at [ with "unexpected character while parsing inline DTD", and knows none of the entities declared there`},
	{"document type in small letters", refuses, []int{howettReader}, said(`^lowercase <!doctype`), `Apple's reader: "Malformed DTD"`},
	{"cut off", refuses, howettAndLibplist, said(`^truncated file|is not closed; expected`), "Apple's reader: unexpected EOF, unterminated comment or CDATA section"},
	{"bytes that are not UTF-8", refuses, []int{libplistReader}, said(`is not UTF-8|^unsupported encoding|does not match the encoding|^corrupt UTF-16`), `Apple's reader: "Unable to convert string to correct encoding"`},

	// The scanner refuses what Apple's reader lets pass.
	{"content after </plist>", refuses, howettAndLibplist, said(`^content after </plist>`), "Apple's reader does not look behind the first element, so that whatever stands there is lost; XML does not allow it, and plistlib refuses it"},
	{"no <plist> around the value", refuses, all, said(`^missing <plist>`), "Apple's reader takes the value alone; the document type names plist, and other readers refuse it"},
	{"<plist> in <plist>, <key> for a string", refuses, all, said(`^<plist> inside <plist>|^<key> in the <array>`), "Apple's reader takes the inner one, and a key as a string; the document type does not allow it, and it is left over from a merge or stands for a forgotten <dict>"},
	{"data that is no base64", refuses, []int{plistlibReader, libplistReader}, said(`^<data> is not valid Base64`), "Apple's reader drops characters and what does not fill three bytes, so that other bytes arrive than were meant"},
	{"control character", refuses, []int{libplistReader}, said(`^control character`), "Apple's reader takes it; XML does not allow it, and the readers of many servers refuse it"},
	{"sample text that breaks the syntax", refuses, nil, said(`^sample text`), "a warning of the rule placeholder: it is to be replaced"},
	{"typographic quotation mark in the head of the document", refuses, nil, said(`^typographic quotation mark`), "a warning: other readers refuse the attribute, or do not look at it"},
	{"tag that is not well-formed", refuses, howettAndLibplist, said(`^stray / in the tag|^quotation mark is not closed|^tag <|ends inside the tag`), "Apple's reader looks for > and does not mind the attributes, which may hide what follows; XML does not allow it"},
	{"deep", refuses, nil, said(`nested more than`), "no device was tried; no profile is"},
	{"HTML", refuses, []int{plistlibReader}, said(`^found an HTML page`), "only where no <plist> follows; then Apple's reader finds an unknown tag"},
	{"neither XML nor a form that devices read", refuses, howettAndPlistlib, said(`^found (JSON|an|a) |^not a property list|^file is empty|found NUL bytes`), "Apple's reader takes the old OpenStep form if it may, which profiles are not read as"},

	// The scanner takes what others refuse, as Apple's reader does.
	{"names of encodings", takes, []int{plistlibReader}, heard(`encoding`), "read as UTF-8 if it is that; the rule plist-encoding warns, since Apple's reader refuses names that it does not know"},
	{"declaration, instruction or comment that is not well-formed", takes, howettAndPlistlib, either(heard(`declaration|expected target name|invalid sequence|not allowed in comments|unexpected hex digit|invalid XML name`), odd(`<\?|--[^>]|--->|<!--`)), "Apple's reader passes over all up to ?> and -->; howett.net/plist takes the file for an OpenStep list then"},
	{"white space before digits, behind a sign", takes, howettAndPlistlib, heard(`parsing "|invalid literal for int|could not convert`), "Apple's reader passes over it, and over blanks that others do not know"},
	{"year 0", takes, []int{plistlibReader}, heard(`year .* out of range`), "Apple's reader takes any year"},
	{"attributes that are not well-formed", takes, howettAndPlistlib, either(heard(`attribute|quoted|invalid character entity|undefined entity`), odd(`<[a-zA-Z]+[ \t\n\r\f="'][^>]*[^/> ]`)), "Apple's reader looks for the name of an element and for >, and for nothing in between"},
	{"document type that is not well-formed", takes, []int{plistlibReader}, odd(`<!DOCTYPE`), "Apple's reader looks for > only"},
	{"]]>, control characters or other bytes outside of values", takes, howettAndPlistlib, either(heard(`\]\]>|illegal character code|invalid UTF-8`), holds(`\]\]>|[\x{fffe}\x{ffff}\x00-\x08\x0b\x0c\x0e-\x1f]|[^\x00-\x7f]`)), "Apple's reader minds them nowhere"},
	{"byte-order mark, UTF-16", takes, []int{libplistReader}, func(d *difference) bool {
		return bytes.HasPrefix(d.text, []byte(ByteOrderMark)) || bytes.IndexByte(d.text, 0) >= 0
	}, "Apple's reader knows both; the rule plist-encoding warns"},
	{"quotation marks in instructions, document types and tags", takes, []int{libplistReader}, odd(`<\?|<!DOCTYPE[^>]*["']|<plist [^>]*<`), "Apple's reader does not mind them"},
	{"template text in a string", takes, nil, holds(`<%|\{%|\{\{`), "it is no XML before it is filled in, which is what the rules for variables speak of"},
	{"reference with leading zeros, key without text", takes, []int{libplistReader}, holds(`&#x?0[0-9a-f]{5}|<key ?/>`), "Apple's reader takes up to eight digits, and empty keys"},

	// All take it, and read other values.
	{"declared encoding of a byte a character", reads, all, holds(`<\?xml[^>]*encoding[^>]*(?i:iso|latin|windows|mac|ascii)`), "Apple's reader knows them by name; libplist and howett.net/plist take the bytes for UTF-8, and plistlib maps undefined ones otherwise. The rule plist-encoding warns"},
	{"CF$UID", reads, []int{howettReader}, func(d *difference) bool { return strings.Contains(d.ours.text, `{"CF$UID":i`) }, "Apple's reader makes the same of it as howett.net/plist, for keyed archives; no profile has such a key, and a dict is what was written"},
	{"date beyond 32 bits", reads, []int{libplistReader}, holds(`<date(?:\s[^<>]*|[^<]* a="<")?>(0|1[0-8]|19[0-2]|20[6-9]|2[1-9]|[3-9])`), "the function of libplist that tells dates has 32 bits for the seconds since 2001"},
	{"entity in a real", reads, []int{libplistReader}, holds(`<real[^>]*>[^<]*&#`), "libplist does not resolve it; Apple's reader does"},
	{"blanks that are not ASCII before digits, behind a sign", reads, []int{libplistReader}, holds(`<integer[^>]*>\s*[-+]?(\x{200b}|\s)`), "libplist reads 0; Apple's reader passes over them"},
	{"zeros before an integer", reads, []int{libplistReader}, holds(`<integer[^>]*>\s*[-+]?\s*0[0-9]`), "libplist reads octal digits; Apple's reader passes over the zeros"},
	{"carriage return", reads, []int{libplistReader}, holds(`\r`), "XML has a line feed in its place, and the scanner too; Apple's reader keeps it, like libplist. No rule depends on it"},
}

// binaryClasses are those of binary property lists, in which "Apple's reader" is
// CFBinaryPList.c. howett.net/plist sees only what the guard in front of it lets pass,
// and reads for the scanner, so that it has no differences.
var binaryClasses = []classOf{
	{"other version than bplist00", refuses, []int{plistlibReader}, said(`^unsupported binary property list`), "Apple's reader takes any character after bplist0; nothing but bplist00 is written"},
	{"trailer that does not fit the file", refuses, []int{plistlibReader, libplistReader}, said(`^corrupt binary property list: (its|[0-9])`), "Apple's reader wants the objects, their table and the trailer to fill the file, as the guard does; others pass over what is left, and read what was meant for something else"},
	{"object outside of the objects, or beyond their end", refuses, []int{plistlibReader, libplistReader}, said(`outside the objects of the file|runs past the end|no readable length|refers to object`), "Apple's reader looks at the bounds as well"},
	{"objects that share bytes, or contain themselves", refuses, []int{plistlibReader, libplistReader}, said(`overlap one another|contains itself`), "no writer makes them; a small file could hold very much in that way"},
	{"type that profiles do not have", refuses, []int{plistlibReader}, said(`has the unsupported type|UID of a keyed archive|key that is not a string`), "null, UID and sets are for archives, or not read at all"},
	{"ASCII string with other bytes", refuses, []int{libplistReader}, said(`marked as ASCII`), "Apple's reader cannot make a string of it"},
	{"integer beyond 64 bits", refuses, []int{plistlibReader, libplistReader}, said(`does not fit in 64 bits`), "howett.net/plist and libplist drop the upper half; no setting has such a number"},
	{"date beyond the years 0 to 9999", refuses, []int{libplistReader}, said(`date is not within`), "it cannot be written in XML, and means a damaged file"},
	{"half of a surrogate pair", takes, []int{plistlibReader}, holds("[\x60-\x6f]"), "Apple's reader takes any UTF-16; a U+FFFD stands for the half"},
	{"half of a surrogate pair, read", reads, []int{libplistReader}, func(d *difference) bool { return strings.Contains(d.ours.text, `\xef\xbf\xbd`) }, "Apple's reader keeps the half; a U+FFFD stands for it"},
	{"key twice", reads, []int{libplistReader}, func(d *difference) bool { _, twice, err := decodeBinary(d.text); return err == nil && len(twice) > 0 }, "the rule plist-duplicate-key says that one is lost"},
	{"NUL in a string", reads, []int{libplistReader}, func(d *difference) bool { return strings.Contains(d.ours.text, `\x00`) }, "libplist ends strings there"},
	{"real of 32 bits", reads, all, func(d *difference) bool {
		return reals.ReplaceAllString(unsigned(d.ours.text), "") == reals.ReplaceAllString(d.theirs.text, "")
	}, "shown with the digits that tell it from other reals of 32 bits"},
	{"date beyond 32 bits, or with a fraction", reads, []int{libplistReader}, func(d *difference) bool {
		return dates.ReplaceAllString(unsigned(d.ours.text), "") == dates.ReplaceAllString(d.theirs.text, "")
	}, "the function of libplist that tells dates has 32 bits for the seconds since 2001"},
}

var dates, reals = regexp.MustCompile(`d-?[0-9]+`), regexp.MustCompile(`r[0-9a-f]{16}`)
