//go:build differential

package plist

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
)

// mutate changes a document in one to three ways.
func mutate(r *rand.Rand, text []byte) []byte {
	for range 1 + r.IntN(2)*r.IntN(3) {
		text = mutators[r.IntN(len(mutators))](r, text)
	}
	if r.IntN(40) == 0 {
		text = recode(r, text)
	}
	return text
}

var mutators = []func(*rand.Rand, []byte) []byte{
	mutateByte, mutateByte, mutateRange, mutateTag, mutateElement, mutateElement, mutateScalar, mutateScalar, mutateScalar, mutateText, mutateEntity,
	mutateBetween, mutateBetween, mutateAttribute, mutateDeclaration, mutateDoctype, mutateEnds, mutateKey,
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

func splice(text []byte, from, to int, middle string) []byte {
	return slices.Concat(text[:from], []byte(middle), text[to:])
}

var tagPattern = regexp.MustCompile(`</?[a-zA-Z]+ ?/?>`)

// place finds something in a document by chance, or nil.
func place(r *rand.Rand, text []byte, pattern *regexp.Regexp) []int {
	all := pattern.FindAllSubmatchIndex(text, -1)
	if len(all) == 0 {
		return nil
	}
	return pick(r, all)
}

func mutateByte(r *rand.Rand, text []byte) []byte {
	if len(text) == 0 {
		return text
	}
	const bytesOfInterest = "<>/&;\"'=-!? \n\t\r\v\fakds0]\x00\x01\x7f\x80\xc2\xa0\xff"
	at := r.IntN(len(text))
	switch r.IntN(4) {
	case 0:
		text[at] = bytesOfInterest[r.IntN(len(bytesOfInterest))]
	case 1:
		text[at] ^= 1 << r.IntN(8)
	case 2:
		text = splice(text, at, at+1, "")
	case 3:
		text = splice(text, at, at, string(bytesOfInterest[r.IntN(len(bytesOfInterest))]))
	}
	return text
}

func mutateRange(r *rand.Rand, text []byte) []byte {
	from := r.IntN(len(text) + 1)
	to := min(len(text), from+r.IntN(60))
	switch r.IntN(4) {
	case 0:
		return text[:from] // cut off
	case 1:
		return splice(text, from, to, "")
	case 2:
		return splice(text, to, to, string(text[from:to]))
	default:
		other := r.IntN(len(text) + 1)
		return splice(text, other, other, string(text[from:to]))
	}
}

var names = []string{"dict", "array", "string", "integer", "real", "true", "false", "date", "data", "key", "plist", "bool", "Dict", "STRING", "uid", "x:string"}

func mutateTag(r *rand.Rand, text []byte) []byte {
	at := place(r, text, tagPattern)
	if at == nil {
		return text
	}
	tag := string(text[at[0]:at[1]])
	name := strings.Trim(tag, "</ >")
	return splice(text, at[0], at[1], pick(r, []string{
		"", tag + tag, strings.Replace(tag, name, pick(r, names), 1), strings.ToUpper(tag), "<" + name + "/>", "<" + name + ">", "</" + name + ">", "<" + name + " />",
		"< " + name + ">", "</ " + name + ">", "<" + name + "\n>", "</" + name + "\t>", "<" + name + "/ >", "</" + name + " x>", "</" + name, "<" + name, "<" + name + "></" + name + ">",
	}))
}

var elementPattern = regexp.MustCompile(`<(key|string|integer|real|date|data|true|false|dict|array)(?:/>|>[^<]*</[a-z]+>)`)

func mutateElement(r *rand.Rand, text []byte) []byte {
	at := place(r, text, elementPattern)
	if at == nil {
		return text
	}
	element := string(text[at[0]:at[1]])
	switch r.IntN(6) {
	case 0:
		return splice(text, at[0], at[1], "")
	case 1:
		return splice(text, at[1], at[1], element)
	case 2: // moved
		text = splice(text, at[0], at[1], "")
		if to := place(r, text, tagPattern); to != nil {
			return splice(text, to[0], to[0], element)
		}
		return text
	case 3:
		name := pick(r, names)
		return splice(text, at[0], at[1], "<"+name+">"+element+"</"+name+">")
	case 4:
		return splice(text, at[0], at[1], "<dict><key>"+pick(r, []string{"CF$UID", "a", ""})+"</key>"+element+"</dict>")
	default:
		return splice(text, at[0], at[1], pick(r, []string{"<dict/>", "<array/>", "<data/>", "<string/>", "<key/>", "<integer/>", "<date/>", "<real/>", "<true/>", "<null/>", "<uid/>"}))
	}
}

var scalars = map[string][]string{
	"integer": {"0", "-0", "+1", "00", "007", "0x1F", "0X1f", "0x", "-0x10", "- 1", "+ 0x2", "1 ", " 1", "\n1\n", "1_000", "1.0", "1e3", "", " ", "٣", "18446744073709551615", "18446744073709551616",
		"-9223372036854775808", "-9223372036854775809", "99999999999999999999999", "1x", "x1", "0b1", "0o7", "&#49;", "<![CDATA[1]]>", "1<!-- x -->", "--1", "1-", "1,000", "true", "\u200b1", "\u00a01"},
	"real": {"0", "1.", ".5", ".", "-0.0", "1e5", "1E+5", "1e", "0x1p3", "1_0.5", "inf", "-inf", "+Infinity", "INFINITY", "nan", "-nan", "NaN", "1.5 ", " 1.5", "", " ", "1,5", "1e400", "1e-400",
		"&#49;.5", "<![CDATA[1.5]]>", "1.5<!-- x -->", "0.1", "123456789012345678901234567890", "1d5", "1.5f"},
	"date": {"2030-01-31T00:00:00Z", "2030-01-31T00:00:00z", "2030-01-31t00:00:00Z", " 2030-01-31T00:00:00Z", "2030-01-31T00:00:00Z\n", "2030-01-31", "2030-01-31Z", "2030-01-31T00:00Z", "2030-01-31T00:00:00",
		"2030-01-31T00:00:00.5Z", "2030-01-31T00:00:00+01:00", "2030-13-31T00:00:00Z", "2030-02-30T00:00:00Z", "2030-01-31T24:00:00Z", "2030-01-31T23:59:60Z", "0001-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
		"12030-01-31T00:00:00Z", "-2030-01-31T00:00:00Z", "30-01-31T00:00:00Z", "2030-1-31T00:00:00Z", "2030-01-31 00:00:00 +0000", "", "Z", "1900-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "2000-02-29T12:00:00Z",
		"&#50;030-01-31T00:00:00Z", "<![CDATA[2030-01-31T00:00:00Z]]>", "2030-01-31T00:00:00Z x", "2069-01-20T00:00:00Z"},
	"data": {"", " ", "AAAA", "AAA=", "AA==", "AAA", "AA", "A", "A===", "AAAA=", "AA=A", "AA==AAAA", "AAAA====", "A A A A", "AA\n\t==", "AA-_", "AA*AA", "AAAA.", "é", "AAB=", "AB==", "=", "====", "&#65;AAA", "<![CDATA[AAAA]]>", "AA<!-- x -->AA",
		"0123456789abcdef", "-----BEGIN", "AAAA&amp;", "\u00a0AAAA", "A\x0bAAA"},
	"true":  {"", " ", "\n", "true", "1", "<!-- x -->", "<![CDATA[]]>", "<true/>"},
	"false": {"", " ", "\n", "true", "1", "<!-- x -->", "<![CDATA[]]>", "&#32;"},
}

var scalarPattern = regexp.MustCompile(`<(integer|real|date|data|true|false)(?:/>|>[^<]*</[a-z]+>)`)

func mutateScalar(r *rand.Rand, text []byte) []byte {
	if at := place(r, text, scalarPattern); at != nil {
		name := string(text[at[2]:at[3]])
		if r.IntN(6) == 0 {
			name = pick(r, []string{"integer", "real", "date", "data", "true"})
		}
		return splice(text, at[0], at[1], "<"+name+">"+pick(r, scalars[name])+"</"+name+">")
	}
	return mutateElement(r, text)
}

var textPattern = regexp.MustCompile(`<(?:key|string)>([^<]*)<`)

// mutateText puts something into the text of a string or key.
func mutateText(r *rand.Rand, text []byte) []byte {
	at := place(r, text, textPattern)
	if at == nil {
		return text
	}
	to := at[2] + r.IntN(at[3]-at[2]+1)
	return splice(text, to, to, pick(r, []string{
		"<![CDATA[<a>&amp;]]>", "<![CDATA[", "]]>", "<!-- x -->", "<!--", "-->", "<?pi x?>", "<b>x</b>", "<b/>", "&", "<", ">", "\r", "\r\n", "\n", "\x00", "\x07", "\x1b", "\x7f", "\u0085", "\u2028", "\ufffe", "\uffff", "\ufeff",
		"\xff", "\xc3", "\xed\xa0\x80", "\xc0\x80", "\xf4\x90\x80\x80", "é", "🔑", "\"", "'", "<![CDATA[a]]><![CDATA[b]]>", "<![CDATA[\r\n]]>", "<!DOCTYPE x>", "{{ x }}", "$VAR", "%HardwareUUID%",
	}))
}

func mutateEntity(r *rand.Rand, text []byte) []byte {
	at := place(r, text, textPattern)
	if at == nil {
		return text
	}
	to := at[2] + r.IntN(at[3]-at[2]+1)
	return splice(text, to, to, pick(r, []string{
		"&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&#65;", "&#x41;", "&#X41;", "&#xe9;", "&#x1F511;", "&#9;", "&#10;", "&#13;", "&#x85;", "&#0;", "&#1;", "&#31;", "&#xD800;", "&#xFFFE;", "&#xFFFF;", "&#x110000;",
		"&#000000065;", "&#00000065;", "&#x000000041;", "&#;", "&#x;", "&#xg;", "&#6 5;", "&#-65;", "&nbsp;", "&copy;", "&AMP;", "&amp", "&;", "& ", "&a;", "&#65", "&#4294967361;", "&lt;b&gt;", "&amp;amp;",
	}))
}

var boundaryPattern = regexp.MustCompile(`[<>]`)

// mutateBetween puts something in front of or behind a tag.
func mutateBetween(r *rand.Rand, text []byte) []byte {
	at := place(r, text, boundaryPattern)
	if at == nil {
		return text
	}
	to := at[0]
	if text[to] == '>' {
		to++
	}
	return splice(text, to, to, pick(r, []string{
		" ", "\n", "\r", "\t", "\v", "\f", "\u00a0", "\u0085", "\u2028", "\u200b", "\ufeff", "\x00", "x", ";", "&#32;", "&amp;", "<!-- x -->", "<!---->", "<!-->", "<!--->", "<!-- a--b -->", "<!-- x --->", "<!--",
		"<?pi x?>", "<??>", "<?>", "<?xml version=\"1.0\"?>", "<? x ?>", "<?x", "<![CDATA[]]>", "<![CDATA[ ]]>", "<![CDATA[x]]>", "<!DOCTYPE plist>", "<!ELEMENT x>", "<!x>", "{{ x }}", "<!-- \xff -->", "<!-- \x01 -->", "<?pi \x01?>",
	}))
}

var startPattern = regexp.MustCompile(`<[a-z]+( ?/?>)`)

func mutateAttribute(r *rand.Rand, text []byte) []byte {
	at := place(r, text, startPattern)
	if at == nil {
		return text
	}
	return splice(text, at[2], at[2], pick(r, []string{
		` a="b"`, ` a='b'`, ` a=b`, ` a`, ` a="<"`, ` a=">"`, ` a="/>"`, ` a="&amp;"`, ` a="&"`, ` a="&x;"`, ` xmlns="x"`, ` xmlns:b="x"`, ` b:a="x"`, ` a="b" a="c"`, ` a="b"c="d"`, ` a = "b"`, ` a="b`, ` "b"`, ` a=""`, "\n", "\t", "\f", " =", ` a="é"`, " a=\"\x01\"", " a=\"\xff\"",
		` version="2.0"`, ` a=b/c`,
	}))
}

var declarationPattern = regexp.MustCompile(`^\s*(<\?xml[^>]*>)?`)

func mutateDeclaration(r *rand.Rand, text []byte) []byte {
	at := declarationPattern.FindSubmatchIndex(text)
	if at == nil {
		return text
	}
	encoding := pick(r, []string{"UTF-8", "utf-8", "utf8", "UTF8", "US-ASCII", "ascii", "ISO-8859-1", "latin1", "iso-8859-15", "windows-1252", "macintosh", "UTF-16", "UTF-16LE", "UTF-32", "UCS-2", "x-none", "", " UTF-8", "Shift_JIS", "GB18030"})
	return splice(text, at[0], at[1], pick(r, []string{
		"", "\n", " ", fmt.Sprintf(`<?xml version="1.0" encoding="%s"?>`, encoding), fmt.Sprintf(`<?xml version="1.0" encoding="%s"?>`, encoding), fmt.Sprintf(`<?xml version='1.0' encoding='%s'?>`, encoding),
		fmt.Sprintf(`<?xml version="1.0" encoding = "%s" ?>`, encoding), fmt.Sprintf(`<?xml encoding="%s"?>`, encoding), ` <?xml version="1.0"?>`, `<?xml version="1.1"?>`, `<?xml version="2.0"?>`, `<?xml version=1.0?>`, `<?xml?>`,
		`<?xml version="1.0" standalone="yes"?>`, `<?xml version="1.0" standalone="maybe"?>`, `<?XML version="1.0"?>`, `<?xml version="1.0" encoding=UTF-8?>`, `<?xml version="1.0" encoding="UTF-8"`, `<?xml version="1.0"?><?xml version="1.0"?>`, "x", "\x00",
		`<?xml-stylesheet href="x"?>`, `<!-- x --><?xml version="1.0"?>`,
	}))
}

var doctypePattern = regexp.MustCompile(`(<!DOCTYPE[^\[>]*(\[[^\]]*\][^>]*)?>)|(<plist)`)

func mutateDoctype(r *rand.Rand, text []byte) []byte {
	at := doctypePattern.FindIndex(text)
	if at == nil {
		return text
	}
	to := at[1]
	if bytes.HasPrefix(text[at[0]:], []byte("<plist")) {
		to = at[0]
	}
	return splice(text, at[0], to, pick(r, []string{
		"", "<!DOCTYPE plist>", "<!doctype plist>", "<!Doctype plist>", "<!DOCTYPE>", "<!DOCTYPE dict>", `<!DOCTYPE plist SYSTEM "x">`, `<!DOCTYPE plist SYSTEM 'x'>`, `<!DOCTYPE plist SYSTEM>`, `<!DOCTYPE plist PUBLIC "x">`, `<!DOCTYPE plist PUBLIC "x" "y">`,
		`<!DOCTYPE plist [<!ENTITY a "b">]>`, `<!DOCTYPE plist [ ]>`, `<!DOCTYPE plist [<!ELEMENT plist ANY>]>`, `<!DOCTYPE plist [<!-- x -->]>`, `<!DOCTYPE plist [<?pi x?>]>`, `<!DOCTYPE plist [%a;]>`, `<!DOCTYPE plist [x]>`, `<!DOCTYPE plist [`, `<!DOCTYPE plist`,
		`<!DOCTYPE plist SYSTEM "x>y">`, `<!DOCTYPE plist "x">`, `<!DOCTYPE plist><!DOCTYPE plist>`, `<!DOCTYPE plist SYSTEM "x" [<!ATTLIST plist a CDATA "b">]>`, `<!DOCTYPE html>`, `<!-- <!DOCTYPE plist> -->`,
	}))
}

func mutateEnds(r *rand.Rand, text []byte) []byte {
	some := pick(r, []string{"\x00", " ", "\n", "x", "<!-- x -->", "<?pi x?>", "<dict/>", "<plist version=\"1.0\"><dict/></plist>", "\ufeff", "\x1a", "&#32;", "<![CDATA[x]]>", "</plist>", "\u00a0", "{{ x }}", "<!DOCTYPE plist>", "]]>", "<", "<!", "</", "&"})
	if r.IntN(3) == 0 {
		return slices.Concat([]byte(some), text)
	}
	return slices.Concat(text, []byte(some))
}

var keyPattern = regexp.MustCompile(`<key>[^<]*</key>`)

// mutateKey doubles, drops or empties keys.
func mutateKey(r *rand.Rand, text []byte) []byte {
	at := place(r, text, keyPattern)
	if at == nil {
		return text
	}
	key := string(text[at[0]:at[1]])
	return splice(text, at[0], at[1], pick(r, []string{
		"", key + "<string>x</string>" + key, key + key, "<key/>", "<key></key>", key + "<true/>", "<string>x</string>", "<key>a<key>b</key></key>", "<key>CF$UID</key>", "<KEY>a</KEY>", "<key>a</key><key/>",
	}))
}

// recode writes the document in another encoding, with or without a mark.
func recode(r *rand.Rand, text []byte) []byte {
	switch r.IntN(5) {
	case 0:
		return slices.Concat([]byte("\ufeff"), text)
	case 1:
		return slices.Concat([]byte("\ufeff\ufeff"), text)
	case 2:
		var latin []byte
		for _, c := range string(text) {
			latin = append(latin, byte(c))
		}
		return latin
	}
	units := utf16.Encode([]rune(string(text)))
	if r.IntN(2) == 0 {
		units = slices.Concat([]uint16{0xfeff}, units)
	}
	little := r.IntN(2) == 0
	var out []byte
	for _, u := range units {
		if little {
			out = append(out, byte(u), byte(u>>8))
		} else {
			out = append(out, byte(u>>8), byte(u))
		}
	}
	if r.IntN(8) == 0 {
		out = append(out, 0)
	}
	return out
}

// mutateBinary changes some bytes of a binary property list.
func mutateBinary(r *rand.Rand, text []byte) []byte {
	for range 1 + r.IntN(2)*r.IntN(3) {
		if len(text) == 0 {
			return text
		}
		at := r.IntN(len(text))
		if r.IntN(4) == 0 {
			at = max(0, len(text)-1-r.IntN(40)) // the trailer, and the offsets before it
		}
		switch r.IntN(8) {
		case 0:
			text[at] ^= 1 << r.IntN(8)
		case 1:
			text[at]++
		case 2:
			text[at]--
		case 3:
			text[at] = pick(r, []byte{0, 8, 9, 0x0f, 0x10, 0x13, 0x14, 0x22, 0x23, 0x33, 0x40, 0x4f, 0x50, 0x5f, 0x60, 0x6f, 0x80, 0xa0, 0xaf, 0xc0, 0xd0, 0xdf, 0xff, 1, 2})
		case 4:
			text[at] = byte(r.Uint32())
		case 5:
			text = splice(text, at, at+1, "")
		case 6:
			text = splice(text, at, at, string([]byte{byte(r.Uint32())}))
		case 7:
			if r.IntN(4) == 0 {
				text = text[:at]
			} else { // two bytes change places
				other := r.IntN(len(text))
				text[at], text[other] = text[other], text[at]
			}
		}
	}
	return text
}
