package rules

import (
	"strings"
	"unicode/utf8"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var scepSubjectValue = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-subject-value",
		Title:    "invalid Subject attribute value",
		Severity: checker.Warning,
		Doc: `What it checks: the values of Subject are within the limits of X.520: 64 characters for CN, O, OU, and the serial
number, 128 for L and ST, and two letters for C. They have no outer quotation marks, whitespace, or invisible
characters, and no repeated type.
Why it matters: devices do not check them; servers reject the request or truncate the value. Quotation marks are left
over from splitting O="Corp, Inc." at its commas. They end up in the certificate, as do outer whitespace and a
repeated type such as CN=device-17.
Exceptions: values that are template text only are not reported.`,
		Help: "use a value within the X.520 limits, without outer quotation marks or whitespace",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>Subject</key>
<array>
	<array><array><string>C</string><string>Denmark</string></array></array>
</array>`,
			Good: `<key>Subject</key>
<array>
	<array><array><string>C</string><string>DK</string></array></array>
</array>`,
		},
		Refs:      []checker.Ref{refX520Bounds, refSCEP},
		Documents: checker.AnyDocument,
	},
	Check: func(p *checker.Pass) error {
		for scep := range requests(p.Profile) {
			for _, a := range scep.Subject.Attributes {
				if text, ok := a.Value.Str(); ok && !profile.IsVariable(text) {
					subjectValue(p, a, text)
				}
			}
		}
		return nil
	},
}

// subjectBounds are the upper bounds of attributes in characters.
var subjectBounds = map[string]int{
	"CN": 64, "2.5.4.3": 64,
	"L": 128, "2.5.4.7": 128,
	"ST": 128, "2.5.4.8": 128,
	"O": 64, "2.5.4.10": 64,
	"OU": 64, "2.5.4.11": 64,
	"2.5.4.5": 64,
}

func subjectValue(p *checker.Pass, a profile.Attribute, text string) {
	name, variable := a.Type.Text(), profile.HasVariable(text)
	if name == "" || profile.HasVariable(name) {
		name = "attribute"
	}
	length, bound := utf8.RuneCountInString(profile.Literal(text, "")), subjectBounds[name]
	switch {
	case !variable && strings.TrimSpace(text) == "":
		p.Value(a.Value, "value of %s is empty", name).WithHelp("set a value, or remove the attribute")
	case twiceNamed(a.Type.Text(), text):
		p.Value(a.Value, "%s %q repeats the attribute type", name, text).WithHelp("remove the type from the value")
	case strings.TrimSpace(text) != text && whitespaceIsLiteral(text):
		p.Value(a.Value, "%s %q has leading or trailing whitespace", name, text).WithHelp("remove the whitespace")
	case invisibleAround(profile.Literal(text, "x")):
		p.Value(a.Value, "%s %q begins or ends with an invisible character", name, text).WithHelp("remove the invisible character")
	case strayQuotes(profile.Literal(text, "x")):
		p.Value(a.Value, "%s %q has quotation marks, which become part of the certificate", name, text).WithHelp("remove the quotation marks")
	case !variable && (name == "C" || name == "2.5.4.6") && !countryCode(text) && !isPlaceholder(p, text):
		p.Value(a.Value, "%s %q is not a two-letter country code", name, text).WithHelp("use a code of ISO 3166, such as DK")
	case bound > 0 && length > bound && variable:
		p.Value(a.Value, "%s %q has %d characters without its variables; the maximum is %d", name, text, length, bound).WithHelp("shorten the value")
	case bound > 0 && length > bound:
		p.Value(a.Value, "%s %q has %d characters; the maximum is %d", name, text, length, bound).WithHelp("shorten the value")
	}
}

// invisibleAround reports whether a value begins or ends with an invisible character other
// than whitespace.
func invisibleAround(text string) bool {
	text = strings.TrimSpace(text)
	return strings.TrimFunc(text, isInvisible) != text
}

// strayQuotes reports whether quotation marks wrap a value, or one without its
// partner stands at an end. That of a length in inches, 15", is none of them.
func strayQuotes(text string) bool {
	text = strings.TrimSpace(text)
	if first, _ := utf8.DecodeRuneInString(text); strings.ContainsRune("“”„‘", first) {
		_, wrapped := withoutQuotes(text)
		return wrapped
	}
	starts, ends := strings.HasPrefix(text, `"`), strings.HasSuffix(text, `"`)
	switch n := strings.Count(text, `"`); {
	case n == 2:
		return starts && ends
	case n == 1 && ends && !starts:
		before := text[max(len(text)-2, 0)]
		return before < '0' || before > '9'
	default:
		return n%2 == 1 && (starts || ends)
	}
}

// twiceNamed reports whether a value is written as on a web form, CN=device-17,
// after a type that says so already.
func twiceNamed(kind, text string) bool {
	before, _, ok := strings.Cut(text, "=")
	return ok && attributeNames[kind] && strings.EqualFold(strings.TrimSpace(before), kind)
}

func countryCode(text string) bool {
	letter := func(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
	return len(text) == 2 && letter(text[0]) && letter(text[1])
}
