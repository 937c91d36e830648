package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var payloadUUIDFormat = checker.Rule{
	Meta: checker.Meta{
		ID:       "payload-uuid-format",
		Title:    "PayloadUUID is not a UUID",
		Severity: checker.Info,
		Doc: `A PayloadUUID is written as 8-4-4-4-12 hexadecimal digits, in capitals or not. Devices compare it as text and take other text
too, for the schema sets no form for the key itself. It does for the keys that refer to a payload, though, and management servers may
refuse, or rewrite, what is no UUID: a warning where a reference of the profile uses it. Text made up by hand is also easily used twice.`,
		Help: "write a UUID as uuidgen prints it, without braces",
		Example: checker.Example{
			Scope: checker.ScopeProfile,
			Bad: `<key>PayloadUUID</key>
<string>{9F3B2D74-51C8-4E6A-B0D7-3C8E1A5F6D29}</string>
<key>PayloadContent</key>
<array/>`,
			Good: `<key>PayloadUUID</key>
<string>9F3B2D74-51C8-4E6A-B0D7-3C8E1A5F6D29</string>
<key>PayloadContent</key>
<array/>`,
		},
		Refs: []checker.Ref{refTopLevel, refCommonKeys},
	},
	Check: func(p *checker.Pass) error {
		if p.Profile.Foreign() == "" {
			uuidFormat(p, p.Profile.Root.Get("PayloadUUID"))
		}
		var used map[*profile.Node]bool // by a reference
		for _, payload := range p.Profile.Payloads() {
			n := payload.Keys.UUID
			found := uuidFormat(p, n)
			if found == nil {
				continue
			}
			if used == nil {
				used = map[*profile.Node]bool{}
				for _, r := range p.Profile.References() {
					if r.Target != nil {
						used[r.Target.Keys.UUID] = true
					}
				}
			}
			if used[n] {
				found.Severity = checker.Warning
			}
		}
		return nil
	},
}

func uuidFormat(p *checker.Pass, n *profile.Node) *checker.Finding {
	text, ok := n.Str()
	if !ok || profile.IsUUID(text) {
		return nil
	}
	if profile.HasVariable(text) {
		// Whatever the variables become, the rest of the text stays.
		if rest := profile.Literal(text, ""); !hexDigits(strings.ReplaceAll(strings.TrimSpace(rest), "-", "")) {
			if _, sample := profile.Placeholder(rest); !sample {
				return p.Value(n, "PayloadUUID %q cannot become a UUID: found %q beside the variable", excerpt(p, text), excerpt(p, strings.TrimSpace(rest)))
			}
		}
		return nil
	}
	if _, sample := profile.Placeholder(text); sample {
		return nil
	}
	bare := strings.Trim(strings.TrimSpace(text), "{}")
	switch {
	case text == "":
		return p.Value(n, "PayloadUUID is empty; write a UUID, as uuidgen prints")
	case profile.IsUUID(strings.TrimSpace(text)):
		return p.Value(n, "PayloadUUID %q has white space around it; write %q", text, strings.TrimSpace(text))
	case profile.IsUUID(bare):
		return p.Value(n, "PayloadUUID %q stands in braces; write %q", text, bare)
	case len(bare) == 32 && hexDigits(bare):
		return p.Value(n, "PayloadUUID %q lacks its hyphens; write %q", text,
			bare[:8]+"-"+bare[8:12]+"-"+bare[12:16]+"-"+bare[16:20]+"-"+bare[20:])
	case uuidShape(bare):
		return p.Value(n, "PayloadUUID %q has characters other than hexadecimal digits (0-9 and A-F); write a UUID, as uuidgen prints", excerpt(p, text))
	default:
		return p.Value(n, "PayloadUUID %q is not of the form 8-4-4-4-12 hexadecimal digits; write a UUID, as uuidgen prints", excerpt(p, text))
	}
}

// uuidShape reports whether a text has the length and the hyphens of a UUID.
func uuidShape(s string) bool {
	return len(s) == 36 && s[8] == '-' && s[13] == '-' && s[18] == '-' && s[23] == '-' && strings.Count(s, "-") == 4
}

func hexDigits(s string) bool { return strings.Trim(s, "0123456789abcdefABCDEF") == "" }
