package cms

import (
	"encoding/asn1"
	"encoding/hex"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// A name as RFC 5280 has it; the ending SET tells encoding/asn1 what the inner
// list is.
type (
	nameSequence []relativeNameSET

	relativeNameSET []struct {
		Type  asn1.ObjectIdentifier
		Value asn1.RawValue
	}
)

// attributeName returns the short name of an attribute type: those of RFC 2253,
// section 2.3, and two more that openssl writes as well.
func attributeName(oid string) string {
	switch oid {
	case "2.5.4.3":
		return "CN"
	case "2.5.4.5":
		return "serialNumber"
	case "2.5.4.6":
		return "C"
	case "2.5.4.7":
		return "L"
	case "2.5.4.8":
		return "ST"
	case "2.5.4.9":
		return "STREET"
	case "2.5.4.10":
		return "O"
	case "2.5.4.11":
		return "OU"
	case "0.9.2342.19200300.100.1.25":
		return "DC"
	case "0.9.2342.19200300.100.1.1":
		return "UID"
	case "1.2.840.113549.1.9.1":
		return "emailAddress"
	}
	return ""
}

// NameString returns a name in DER as RFC 2253 writes it: the last part first,
// parts of a type without a short name by their OID and their value in
// hexadecimal digits. pkix.Name sorts the parts, and does not know DC.
func NameString(der []byte) string {
	var name nameSequence
	if _, err := asn1.Unmarshal(der, &name); err != nil {
		return ""
	}
	var b strings.Builder
	for i := len(name) - 1; i >= 0; i-- {
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		for j, part := range name[i] {
			if j > 0 {
				b.WriteByte('+')
			}
			oid := part.Type.String()
			short := attributeName(oid)
			if value, ok := stringValue(part.Value); ok && short != "" {
				b.WriteString(short + "=")
				escapeName(&b, value)
				continue
			}
			if short == "" {
				short = oid
			}
			b.WriteString(short + "=#" + hex.EncodeToString(part.Value.FullBytes))
		}
	}
	return b.String()
}

// stringValue is the text of a string of one of the types that names are
// written with.
func stringValue(v asn1.RawValue) (string, bool) {
	if v.Class != asn1.ClassUniversal || v.IsCompound {
		return "", false
	}
	switch v.Tag {
	case asn1.TagUTF8String, asn1.TagPrintableString, asn1.TagIA5String, asn1.TagNumericString:
		return strings.ToValidUTF8(string(v.Bytes), string(utf8.RuneError)), true
	case asn1.TagT61String: // Latin-1 to all who still write it
		runes := make([]rune, len(v.Bytes))
		for i, c := range v.Bytes {
			runes[i] = rune(c)
		}
		return string(runes), true
	case asn1.TagBMPString:
		units := make([]uint16, len(v.Bytes)/2)
		for i := range units {
			units[i] = uint16(v.Bytes[2*i])<<8 | uint16(v.Bytes[2*i+1])
		}
		return string(utf16.Decode(units)), len(v.Bytes)%2 == 0
	}
	return "", false
}

// escapeName writes a value with the characters escaped that mean something in
// a name.
func escapeName(b *strings.Builder, value string) {
	for i, r := range value {
		switch {
		case strings.ContainsRune(`,+"\<>;`, r), r == '#' && i == 0, r == ' ' && (i == 0 || i == len(value)-1):
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			b.WriteByte('\\')
			b.WriteString(hex.EncodeToString([]byte{byte(r)}))
		default:
			b.WriteRune(r)
		}
	}
}
