package rules

import (
	"encoding/base64"
	"math"
	"strconv"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var scepValueType = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-value-type",
		Title:    "wrong value type for a SCEP key",
		Severity: checker.Error,
		Varies:   "warning for a whole number in <real>",
		Doc: `What it checks: the value of each SCEP key has the property list type of Apple's schema.
Why it matters: devices check the type: iOS rejects a payload whose CAFingerprint is a string instead of data
(MCPayloadErrorDomain 2003, bad type; observed on iOS). That a device accepts another type for a number is not
documented.
Exceptions: a whole number in <real> is a warning. Subject and SubjectAltName have rules of their own. Template text
is not reported.`,
		Help: "use the value type that Apple's schema defines for the key",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>Keysize</key>
<string>2048</string>`,
			Good: `<key>Keysize</key>
<integer>2048</integer>`,
		},
		Refs:      []checker.Ref{refSCEP, refMDMErrors},
		Documents: checker.AnyDocument,
	},
	Check: func(p *checker.Pass) error {
		for _, scep := range p.Profile.SCEP() {
			for n := range scep.Content.Children() {
				want, ok := scepKeyKind(n.Key)
				if !ok || n.Is(want, profile.Template) || n.Unrendered() || nothingButVariables(n) {
					continue
				}
				if identityKey(&scep, n.Key) != "" {
					continue // lost, whatever its type
				}
				must, found := kindPhrase(want), kindPhrase(n.Kind)
				if scep.Declarative() && want == profile.Data && n.Is(profile.String) {
					must, found = "Base64 text", "other text"
				}
				f := p.Value(n, "`%s` must be %s, found %s", n.Key, must, found).WithHelp("use %s", writeInstead(n, want))
				if _, whole := wholeReal(n); whole && want == profile.Integer {
					f.Severity = checker.Warning
				}
				if p.Editable() {
					f.Fix = retypedSCEP(p.Profile.Source.Text, n, want)
				}
			}
		}
		return nil
	},
}

// scepKeyKind gives the type that a SCEP key must have. Subject and SubjectAltName
// are left out: scep-subject-structure and scep-san-type look at them.
func scepKeyKind(key string) (profile.Kind, bool) {
	for _, k := range profile.SCEPKeys {
		if k.Name == key {
			return k.Kind, k.Name != "Subject" && k.Name != "SubjectAltName"
		}
	}
	return 0, false
}

// nothingButVariables reports whether a string is made of template variables and
// nothing else, so that what is rendered may be of any shape.
func nothingButVariables(n *profile.Node) bool {
	text, ok := n.Str()
	return ok && text != "" && profile.HasVariable(text) && strings.TrimSpace(profile.Literal(text, "")) == ""
}

// writeInstead is what the help says to use. It never quotes the value of a
// string, which may be the Challenge.
func writeInstead(n *profile.Node, want profile.Kind) checker.Markup {
	switch want {
	case profile.Integer:
		if v, ok := wholeNumberOf(n); ok {
			return checker.Markup("<integer>" + v + "</integer>")
		}
		return "digits inside <integer>"
	case profile.Boolean:
		if v, ok := truthOf(n); ok {
			return checker.Markup("<" + v + "/>")
		}
		return "<true/> or <false/>"
	case profile.Data:
		if text, ok := n.Str(); ok && profile.HexDigest(text) != nil {
			return "the Base64 form of the digest, not its hexadecimal digits, inside <data>"
		}
		return "the Base64 form of the digest inside <data>"
	}
	return "<string>"
}

// retypedSCEP is the fix that writes a value in the type it must have, or nil
// where that is not the same value beyond doubt.
func retypedSCEP(src []byte, n *profile.Node, want profile.Kind) *checker.Fix {
	replace := func(element string) *checker.Fix {
		if holdsMarkup(src, n) {
			return nil
		}
		return &checker.Fix{
			Message: "replace the value of " + n.Key + " with " + string(kindPhrase(want)),
			Safe:    true,
			Edits:   []checker.TextEdit{checker.Replace(n.Span(), element)},
		}
	}
	switch want {
	case profile.Integer:
		if v, ok := wholeNumberOf(n); ok {
			return replace("<integer>" + v + "</integer>")
		}
	case profile.Boolean:
		if v, ok := truthOf(n); ok {
			return replace("<" + v + "/>")
		}
	case profile.Data:
		text, ok := n.Str()
		if !ok {
			return nil
		}
		if digest := profile.HexDigest(text); digest != nil {
			return replace("<data>" + base64.StdEncoding.EncodeToString(digest) + "</data>")
		}
		packed := strings.NewReplacer(" ", "", "\t", "", "\n", "").Replace(text)
		digest, err := base64.StdEncoding.DecodeString(packed)
		if err == nil && profile.DigestAlgorithm(len(digest)) != "" {
			return retaggedSCEP(src, n, want)
		}
	case profile.String:
		if n.Is(profile.Integer) && onlyDigits(n.Text()) {
			return retaggedSCEP(src, n, want)
		}
	}
	return nil
}

// retaggedSCEP is the fix that changes the tags around a value and leaves the
// value alone: it may be a secret, which no edit may show. Whitespace around
// it goes where it would become a part of the value.
func retaggedSCEP(src []byte, n *profile.Node, want profile.Kind) *checker.Fix {
	if holdsMarkup(src, n) {
		return nil
	}
	at, inner := n.Span(), betweenTags(src, n)
	from, to := n.OpenSpan().End, n.OpenSpan().End+len(inner)
	if want == profile.String {
		const space = " \t\r\n"
		from += len(inner) - len(strings.TrimLeft(inner, space))
		to -= len(inner) - len(strings.TrimRight(inner, space))
	}
	return &checker.Fix{
		Message: "replace the value of " + n.Key + " with " + string(kindPhrase(want)),
		Safe:    true,
		Edits: []checker.TextEdit{
			{Start: at.Start, End: from, Text: "<" + want.String() + ">"},
			{Start: to, End: at.End, Text: "</" + want.String() + ">"},
		},
	}
}

// betweenTags is what stands between the tags of a scalar.
func betweenTags(src []byte, n *profile.Node) string {
	inner := string(src[n.OpenSpan().End:n.Span().End])
	return inner[:max(strings.LastIndex(inner, "</"), 0)]
}

// holdsMarkup reports whether there is more between the tags than plain text:
// comments and CDATA would be lost, and entities mean something else in data.
func holdsMarkup(src []byte, n *profile.Node) bool {
	return strings.ContainsAny(betweenTags(src, n), "<&")
}

// wholeNumberOf gives the decimal digits of a number in a string or a real.
func wholeNumberOf(n *profile.Node) (string, bool) {
	if text, ok := n.Str(); ok {
		text = strings.TrimSpace(text)
		_, err := strconv.ParseInt(text, 10, 64)
		return text, err == nil && onlyDigits(text)
	}
	return wholeReal(n)
}

// wholeReal gives the decimal digits of a real that has nothing after the
// point.
func wholeReal(n *profile.Node) (string, bool) {
	const exact = 1 << 53
	v, ok := n.Float()
	if !ok || math.Abs(v) > exact || v != math.Trunc(v) {
		return "", false
	}
	return strconv.FormatInt(int64(v), 10), true
}

func onlyDigits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// truthOf gives "true" or "false" for what people write in their place.
func truthOf(n *profile.Node) (string, bool) {
	if !n.Is(profile.String, profile.Integer) {
		return "", false
	}
	switch strings.ToLower(strings.TrimSpace(n.Text())) {
	case "true", "yes":
		return "true", n.Is(profile.String)
	case "false", "no":
		return "false", n.Is(profile.String)
	case "1":
		return "true", n.Is(profile.Integer)
	case "0":
		return "false", n.Is(profile.Integer)
	}
	return "", false
}
