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
		Severity: checker.Warning,
		Doc: `A PayloadUUID is written as 8-4-4-4-12 hexadecimal digits, in capitals or not. Devices compare it as text and take other text
too, for the schema sets no form for the key itself. It does for the keys that refer to a payload, though, and management servers may
refuse, or rewrite, what is no UUID. Text that somebody made up is also easily used twice.`,
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
		for _, payload := range p.Profile.Payloads() {
			uuidFormat(p, payload.Keys.UUID)
		}
		return nil
	},
}

func uuidFormat(p *checker.Pass, n *profile.Node) {
	text, ok := n.Str()
	if !ok || profile.IsUUID(text) || profile.HasVariable(text) {
		return
	}
	if _, sample := profile.Placeholder(text); sample {
		return
	}
	bare := strings.Trim(strings.TrimSpace(text), "{}")
	switch {
	case text == "":
		p.Value(n, "PayloadUUID is empty; write a UUID, as uuidgen prints")
	case profile.IsUUID(strings.TrimSpace(text)):
		p.Value(n, "PayloadUUID %q has white space around it; write %q", text, strings.TrimSpace(text))
	case profile.IsUUID(bare):
		p.Value(n, "PayloadUUID %q stands in braces; write %q", text, bare)
	case len(bare) == 32 && hexDigits(bare):
		p.Value(n, "PayloadUUID %q lacks its hyphens; write %q", text,
			bare[:8]+"-"+bare[8:12]+"-"+bare[12:16]+"-"+bare[16:20]+"-"+bare[20:])
	case uuidShape(bare):
		p.Value(n, "PayloadUUID %q has characters other than hexadecimal digits (0-9 and A-F); write a UUID, as uuidgen prints", excerpt(p, text))
	default:
		p.Value(n, "PayloadUUID %q is not of the form 8-4-4-4-12 hexadecimal digits; write a UUID, as uuidgen prints", excerpt(p, text))
	}
}

// uuidShape reports whether a text has the length and the hyphens of a UUID.
func uuidShape(s string) bool {
	return len(s) == 36 && s[8] == '-' && s[13] == '-' && s[18] == '-' && s[23] == '-' && strings.Count(s, "-") == 4
}

func hexDigits(s string) bool { return strings.Trim(s, "0123456789abcdefABCDEF") == "" }
