package rules

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var payloadValueType = checker.Rule{
	Meta: checker.Meta{
		ID:       "payload-value-type",
		Title:    "wrong value type for a common key",
		Severity: checker.Error,
		Varies:   "warning for keys that are no longer in Apple's schema",
		Doc: `What it checks: the keys that profiles and payloads share have the types of Apple's schema: identifiers are strings,
flags are <true/> or <false/>, dates are <date>, and PayloadContent of the profile is an array of dictionaries.
Why it matters: devices reject a profile with another type (MCProfileErrorDomain 1003 and MCPayloadErrorDomain 2003,
bad data type), or ignore the value.
Exceptions: IsEncrypted and HasRemovalPasscode, which are no longer in Apple's schema, are warnings. Template text is
not reported.`,
		Help: "use the value type that Apple's schema defines for the key",
		Example: checker.Example{
			Scope: checker.ScopeProfile,
			Bad: `<key>PayloadRemovalDisallowed</key>
<string>true</string>
<key>PayloadContent</key>
<array/>`,
			Good: `<key>PayloadRemovalDisallowed</key>
<true/>
<key>PayloadContent</key>
<array/>`,
		},
		Refs:             []checker.Ref{refTopLevel, refCommonKeys, refMDMErrors},
		SkipLossyExports: true,
	},
	Check: func(p *checker.Pass) error {
		for _, payload := range p.Profile.Payloads() {
			for n := range payload.Node.Children() {
				if n.Kind != profile.String && strings.HasPrefix(n.Key, "Payload") && slices.Contains(stringKeys, n.Key) {
					commonKeyType(p, n, profile.String)
				}
			}
		}
		if p.Profile.Foreign() != "" {
			return nil
		}
		root := p.Profile.Root
		for _, key := range stringKeys {
			commonKeyType(p, root.Get(key), profile.String)
		}
		kind := root.Get("PayloadType").Text()
		payload := kind != "Configuration" && slices.Contains(appleTypes(), kind)
		for _, k := range topLevelKeys {
			if k.name == "PayloadContent" && (payload || p.Profile.Enrollment()) {
				continue // a payload without a profile around it, which profile-type reports, or another document
			}
			f := commonKeyType(p, root.Get(k.name), k.kinds...)
			if f != nil && k.legacy {
				f.Severity = checker.Warning
			}
			if f != nil && root.Get("PayloadContent").Get("DeviceAttributes") != nil { // of over-the-air enrollment
				f.CausedBy("PayloadType")
			}
		}
		if content := root.Get("PayloadContent"); content.Is(profile.Array) {
			for n := range content.Children() {
				commonKeyType(p, n, profile.Dict)
			}
		}
		if texts := root.Get("ConsentText"); texts.Is(profile.Dict) {
			for n := range texts.Children() {
				commonKeyType(p, n, profile.String)
			}
		}
		return nil
	},
}

// stringKeys are common to profiles and payloads. PayloadVersion has a rule of
// its own.
var stringKeys = []string{
	"PayloadType", "PayloadIdentifier", "PayloadUUID", "PayloadDisplayName", "PayloadDescription", "PayloadOrganization",
}

// topLevelKeys are the further keys of a profile, with the types Apple's
// schema allows. The legacy ones are no longer part of it.
var topLevelKeys = []struct {
	name   string
	kinds  []profile.Kind
	legacy bool
}{
	{"PayloadContent", []profile.Kind{profile.Array}, false},
	{"EncryptedPayloadContent", []profile.Kind{profile.Data}, false},
	{"PayloadScope", []profile.Kind{profile.String}, false},
	{"PayloadRemovalDisallowed", []profile.Kind{profile.Boolean}, false},
	{"RemovalDate", []profile.Kind{profile.Date}, false},
	{"DurationUntilRemoval", []profile.Kind{profile.Real, profile.Integer}, false},
	{"PayloadExpirationDate", []profile.Kind{profile.Date}, false},
	{"TargetDeviceType", []profile.Kind{profile.Integer}, false},
	{"ConsentText", []profile.Kind{profile.Dict}, false},
	{"IsEncrypted", []profile.Kind{profile.Boolean}, true},
	{"HasRemovalPasscode", []profile.Kind{profile.Boolean}, true},
}

// commonKeyType reports a value that is of none of the kinds, the first of which is
// the one to write.
func commonKeyType(p *checker.Pass, n *profile.Node, kinds ...profile.Kind) *checker.Finding {
	if n == nil || n.Is(kinds...) || n.Unrendered() || n.Is(profile.String) && n.HasVariable() {
		return nil
	}
	name, is := n.Key, string(kindPhrase(n.Kind))
	switch {
	case n.Parent().Is(profile.Array):
		name = fmt.Sprintf("payload PayloadContent[%d]", n.Path()[1])
	case n.Parent() != p.Profile.Root && n.Parent().Key == "ConsentText":
		name = "ConsentText." + excerpt(p, n.Key)
	}
	if n.Is(profile.String, profile.Integer, profile.Real, profile.Boolean) {
		is = fmt.Sprintf("the %s %q", n.Kind, excerpt(p, n.Text()))
	}
	fix, edits := losslessType(p, n, kinds)
	write := writeAs[kinds[0]]
	if fix != "" {
		write = fix
	}
	must := kindPhrase(kinds[0])
	for _, k := range kinds[1:] {
		must += " or " + kindPhrase(k)
	}
	f := p.Value(n, "`%s` must be %s, found %s", name, must, is).WithHelp("use %s", checker.Markup(write))
	if len(edits) > 0 {
		f.Fix = &checker.Fix{Message: "replace the value with " + fix, Safe: true, Edits: edits}
	}
	return f
}

// writeAs is what the help says to use for a kind of value.
var writeAs = map[profile.Kind]string{
	profile.String:  "a <string>",
	profile.Array:   "an <array> with a <dict> for each payload",
	profile.Dict:    "a <dict>",
	profile.Data:    "<data> with the bytes in Base64",
	profile.Boolean: "<true/> or <false/>",
	profile.Date:    "a date such as <date>2030-01-31T00:00:00Z</date>",
	profile.Integer: "an <integer> with digits only",
	profile.Real:    "a <real> with a number of seconds",
}

// losslessType gives the element that says the same with the right type, and the
// edits that make it. Without edits the document cannot be changed there.
func losslessType(p *checker.Pass, n *profile.Node, kinds []profile.Kind) (element string, edits []checker.TextEdit) {
	text := strings.TrimSpace(n.Text())
	tag := ""
	switch want := kinds[0]; {
	case want == profile.Boolean && n.Is(profile.String, profile.Integer):
		switch strings.ToLower(text) {
		case "true", "yes", "1":
			element = "<true/>"
		case "false", "no", "0":
			element = "<false/>"
		}
		if digit := text == "0" || text == "1"; element == "" || digit != n.Is(profile.Integer) {
			return "", nil
		}
		if p.Editable() {
			edits = []checker.TextEdit{checker.Replace(n.Span(), element)}
		}
		return element, edits
	case want == profile.String && n.Is(profile.Integer):
		tag = "string"
	case want == profile.Date && n.Is(profile.String):
		if _, err := time.Parse("2006-01-02T15:04:05Z", text); err == nil {
			tag = "date"
		}
	case n.Is(profile.String) && len(text) <= 9 && strings.Trim(text, "0123456789") == "" && text != "":
		for _, k := range kinds {
			if k == profile.Integer {
				tag = "integer"
			}
		}
	}
	if tag == "" {
		return "", nil
	}
	element = "<" + tag + ">" + text + "</" + tag + ">"
	inner, ok := elementText(p, n)
	if !ok {
		return element, nil
	}
	source := p.Profile.Source.Text[inner.Start:inner.End]
	at := inner.Start + bytes.Index(source, []byte(text))
	if string(bytes.TrimSpace(source)) != text {
		return element, nil // an entity or a comment is in between
	}
	return element, []checker.TextEdit{
		checker.Replace(profile.Span{Start: n.Span().Start, End: at}, "<"+tag+">"),
		checker.Replace(profile.Span{Start: at + len(text), End: n.Span().End}, "</"+tag+">"),
	}
}
