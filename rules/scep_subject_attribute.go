package rules

import (
	"strconv"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var refAttributeTypes = checker.Ref{
	Title: "RFC 4519: attribute types and their OIDs",
	URL:   "https://www.rfc-editor.org/rfc/rfc4519#section-2",
}

var scepSubjectAttribute = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-subject-attribute",
		Title:    "unknown Subject attribute type",
		Severity: checker.Error,
		Doc: `What it checks: the attribute types of Subject are C, ST, L, O, OU, CN, or a dotted OID.
Why it matters: Apple's code for certificate requests knows these six names, case-sensitively, and reads any other
text as a dotted OID. A word such as E, emailAddress, DC, or cn is not rejected: the device encodes it as an empty
OID, and the request contains a broken attribute. Management consoles that accept E=… replace it with the OID in the
profile.
Exceptions: template text is not reported.`,
		Help: "use C, ST, L, O, OU, CN, or a dotted OID",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>Subject</key>
<array>
	<array><array><string>E</string><string>it@corp.example</string></array></array>
</array>`,
			Good: `<key>Subject</key>
<array>
	<array><array><string>1.2.840.113549.1.9.1</string><string>it@corp.example</string></array></array>
</array>`,
		},
		Refs:      []checker.Ref{refSCEP, refCSRCode, refAttributeTypes},
		Documents: checker.AnyDocument,
	},
	Check: func(p *checker.Pass) error {
		for scep := range requests(p.Profile) {
			for _, a := range scep.Subject.Attributes {
				text, ok := a.Type.Str()
				if !ok || profile.HasVariable(text) || attributeNames[text] || validOID(text) {
					continue
				}
				attributeFinding(p, a.Type, text)
			}
		}
		return nil
	},
}

// attributeNames are the names that devices know.
var attributeNames = map[string]bool{"C": true, "ST": true, "L": true, "O": true, "OU": true, "CN": true}

// attributeOIDs are the replacements of other names, which are folded as keys are. Most OIDs are from RFC 4519, which takes them from X.520 and, for
// dc and uid, from the COSINE schema; those of PKCS #9 are from RFC 2985.
var attributeOIDs = map[string]struct{ write, name string }{
	"commonname":             {"CN", "the common name"},
	"countryname":            {"C", "the country"},
	"country":                {"C", "the country"},
	"localityname":           {"L", "the locality"},
	"locality":               {"L", "the locality"},
	"stateorprovincename":    {"ST", "the state or province"},
	"stateorprovince":        {"ST", "the state or province"},
	"organizationname":       {"O", "the organization"},
	"organization":           {"O", "the organization"},
	"organizationalunitname": {"OU", "the organizational unit"},
	"organizationalunit":     {"OU", "the organizational unit"},
	"e":                      {"1.2.840.113549.1.9.1", "the OID of emailAddress"},
	"email":                  {"1.2.840.113549.1.9.1", "the OID of emailAddress"},
	"emailaddress":           {"1.2.840.113549.1.9.1", "the OID of emailAddress"},
	"unstructuredname":       {"1.2.840.113549.1.9.2", "the OID of unstructuredName"},
	"unstructuredaddress":    {"1.2.840.113549.1.9.8", "the OID of unstructuredAddress"},
	"dc":                     {"0.9.2342.19200300.100.1.25", "the OID of domainComponent"},
	"domaincomponent":        {"0.9.2342.19200300.100.1.25", "the OID of domainComponent"},
	"uid":                    {"0.9.2342.19200300.100.1.1", "the OID of userId"},
	"userid":                 {"0.9.2342.19200300.100.1.1", "the OID of userId"},
	"surname":                {"2.5.4.4", "the OID of surname"},
	"serialnumber":           {"2.5.4.5", "the OID of serialNumber"},
	"street":                 {"2.5.4.9", "the OID of streetAddress"},
	"streetaddress":          {"2.5.4.9", "the OID of streetAddress"},
	"title":                  {"2.5.4.12", "the OID of title"},
	"description":            {"2.5.4.13", "the OID of description"},
	"businesscategory":       {"2.5.4.15", "the OID of businessCategory"},
	"postalcode":             {"2.5.4.17", "the OID of postalCode"},
	"telephonenumber":        {"2.5.4.20", "the OID of telephoneNumber"},
	"givenname":              {"2.5.4.42", "the OID of givenName"},
	"gn":                     {"2.5.4.42", "the OID of givenName"},
	"initials":               {"2.5.4.43", "the OID of initials"},
	"generationqualifier":    {"2.5.4.44", "the OID of generationQualifier"},
	"dnqualifier":            {"2.5.4.46", "the OID of dnQualifier"},
	"organizationidentifier": {"2.5.4.97", "the OID of organizationIdentifier"},
}

// ambiguousNames mean one thing here and another there; which one was meant
// only the author knows.
var ambiguousNames = map[string]string{
	"sn":   "2.5.4.5 for the serial number, or 2.5.4.4 for the surname",
	"s":    "ST for the state or province, or 2.5.4.4 for the surname",
	"sp":   "ST for the state or province",
	"g":    "2.5.4.42 for the given name",
	"t":    "2.5.4.12 for the title",
	"mail": "1.2.840.113549.1.9.1 (emailAddress) or 0.9.2342.19200300.100.1.3 (mail)",
	"name": "CN for the common name, or 2.5.4.41 for the attribute name",
}

func attributeFinding(p *checker.Pass, n *profile.Node, text string) {
	write, why := attributeType(text)
	var f *checker.Finding
	switch either := ambiguousNames[profile.FoldName(text)]; {
	case write != "" && attributeNames[write] && why == "":
		f = p.Value(n, "unknown attribute type %q is encoded as an empty OID; names are case-sensitive", text).WithHelp("use %s", write)
	case write != "":
		f = p.Value(n, "unknown attribute type %q is encoded as an empty OID", text).WithHelp("use %s%s", write, why)
	case either != "":
		p.Value(n, "unknown attribute type %q is encoded as an empty OID", text).WithHelp("use %s", either)
		return
	case strings.Trim(text, " \t\r\n") == "":
		p.Value(n, "attribute type is empty")
		return
	case strings.Trim(text, "0123456789.") == "":
		p.Value(n, "attribute type %q is not a valid OID", text).WithHelp("use at least two numbers separated by dots, such as 2.5.4.5")
		return
	default:
		p.Value(n, "unknown attribute type %q is encoded as an empty OID", text)
		return
	}
	if !p.Editable() {
		return
	}
	at, element := n.Span(), "<string>"+write+"</string>"
	if inner := (profile.Span{Start: n.OpenSpan().End, End: at.End - len("</string>")}); inner.Start <= inner.End && string(p.Profile.Source.Text[inner.Start:at.End]) == text+"</string>" {
		at, element = inner, write
	}
	f.Fix = &checker.Fix{
		Message: "replace the attribute type with " + write,
		Safe:    true,
		Edits:   []checker.TextEdit{checker.Replace(at, element)},
	}
}

// unknownAttribute reports whether an attribute type is one that scep-subject-attribute
// reports without knowing what is meant, so that it may be any.
func unknownAttribute(text string) bool {
	if attributeNames[text] || validOID(text) {
		return false
	}
	write, _ := attributeType(text)
	return write == "" && ambiguousNames[profile.FoldName(text)] == ""
}

// attributeType gives the replacement of an attribute type, and what it means if
// that is not obvious; "" if there is none.
func attributeType(text string) (write, why string) {
	text = strings.Trim(text, " \t\r\n")
	for name := range attributeNames {
		if strings.EqualFold(text, name) {
			return name, ""
		}
	}
	for _, prefix := range []string{"", "oid.", "oid:", "urn:oid:"} {
		if len(text) > len(prefix) && strings.EqualFold(text[:len(prefix)], prefix) && validOID(text[len(prefix):]) {
			return text[len(prefix):], ""
		}
	}
	known := attributeOIDs[profile.FoldName(text)]
	if known.write != "" {
		why = ", " + known.name
	}
	return known.write, why
}

// validOID reports whether a text is an OID in numbers. The first two share a
// byte in DER, so their bounds.
func validOID(text string) bool {
	arcs := strings.Split(text, ".")
	if len(arcs) < 2 {
		return false
	}
	for _, arc := range arcs {
		if arc == "" || strings.Trim(arc, "0123456789") != "" {
			return false
		}
	}
	first, err := strconv.Atoi(arcs[0])
	if err != nil || first > 2 {
		return false
	}
	second, err := strconv.Atoi(arcs[1])
	return first == 2 || err == nil && second <= 39
}
