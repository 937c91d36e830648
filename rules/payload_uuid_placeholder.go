package rules

import (
	"bytes"
	"slices"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var payloadUUIDPlaceholder = checker.Rule{
	Meta: checker.Meta{
		ID:       "payload-uuid-placeholder",
		Title:    "PayloadUUID is a placeholder",
		Severity: checker.Warning,
		Doc: `What it checks: PayloadUUID is not the nil UUID, a row of equal or counted digits, or a UUID of a manual or a
standard.
Why it matters: PayloadUUID must be globally unique. Such a value was typed or copied, not generated, so that another
profile on the same device is likely to have it. An MDM server that stores profiles by UUID then mixes them up.`,
		Help: "generate a unique UUID with uuidgen",
		Example: checker.Example{
			Scope: checker.ScopeProfile,
			Bad: `<key>PayloadUUID</key>
<string>00000000-0000-0000-0000-000000000000</string>
<key>PayloadContent</key>
<array/>`,
			Good: `<key>PayloadUUID</key>
<string>4D1B8E0F-93A6-4C72-8F5D-7E2A60C9B813</string>
<key>PayloadContent</key>
<array/>`,
		},
		Refs: []checker.Ref{refTopLevel, refCommonKeys, refUUID},
	},
	Check: func(p *checker.Pass) error {
		if p.Profile.Foreign() == "" {
			uuidSample(p, p.Profile.Root.Get("PayloadUUID"))
		}
		for _, payload := range p.Profile.Payloads() {
			uuidSample(p, payload.Keys.UUID)
		}
		return nil
	},
}

var refUUID = checker.Ref{
	Title: "RFC 9562: Universally Unique IDentifiers",
	URL:   "https://www.rfc-editor.org/rfc/rfc9562",
}

func uuidSample(p *checker.Pass, n *profile.Node) {
	text, ok := n.Str()
	if !ok {
		return
	}
	bare := text
	if !profile.IsUUID(bare) {
		if bare = strings.Trim(strings.TrimSpace(text), "{}"); !profile.IsUUID(bare) {
			return
		}
	}
	if why := sampleUUID(bare); why != "" {
		p.Value(n, "`PayloadUUID` %q is a placeholder (%s)", text, checker.Phrase(why))
	}
}

// sampleUUIDs are UUIDs of standards and manuals.
var sampleUUIDs = []string{
	"123e4567-e89b-12d3-a456-426614174000",
	"123e4567-e89b-12d3-a456-426655440000",
	"550e8400-e29b-41d4-a716-446655440000",
	"f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
	"6ba7b810-9dad-11d1-80b4-00c04fd430c8",
	"f47ac10b-58cc-4372-a567-0e02b2c3d479",
}

// counts are the orders in which people count up when they type a UUID. Each
// goes on from its start.
var counts = []string{
	strings.Repeat("0123456789abcdef", 4),
	strings.Repeat("1234567890abcdef", 4),
	strings.Repeat("0123456789", 5),
	strings.Repeat("12345678", 5),
	strings.Repeat("abcdef", 7),
	strings.Repeat("a1b2c3d4e5f67890abcdef1234567890", 2),
}

// begins is the set of the first three digits that a placeholder may have, as one
// number: nearly every real UUID is let go by them.
var begins = func() (set [16 * 16 * 16 / 64]uint64) {
	add := func(digits string) {
		n, _ := threeDigits(digits)
		set[n/64] |= 1 << (n % 64)
	}
	const digits = "0123456789abcdef"
	for _, first := range digits {
		for _, third := range digits {
			add(string([]rune{first, first, third}))
		}
	}
	add("deadbeef")
	for _, uuid := range sampleUUIDs {
		add(uuid)
	}
	for _, row := range counts {
		for i := range len(row) - 2 {
			add(row[i:])
		}
	}
	return set
}()

// threeDigits is the number that the first three hexadecimal digits of a text
// make, in either case; false if it does not begin with so many.
func threeDigits(text string) (n uint, ok bool) {
	if len(text) < 3 {
		return 0, false
	}
	for i := range 3 {
		c := text[i]
		switch {
		case c >= '0' && c <= '9':
			n = n<<4 | uint(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			n = n<<4 | uint(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return n, true
}

// sampleUUID tells what kind of placeholder a UUID is, or "". The chance of a drawn
// one to be taken for a placeholder is below one in a billion.
func sampleUUID(uuid string) string {
	if n, ok := threeDigits(uuid); !ok || begins[n/64]>>(n%64)&1 == 0 {
		return ""
	}
	if slices.ContainsFunc(sampleUUIDs, func(s string) bool { return strings.EqualFold(s, uuid) }) {
		return "example from a manual"
	}
	var lower [36]byte
	for i := range copy(lower[:], uuid) {
		lower[i] = uuid[i] | 0x20 // digits and hyphens have the bit
	}
	if profile.IsUUID(uuid) && lower[0] != lower[1] && !counted(string(lower[:8])) && !bytes.Contains(lower[:], []byte("dead")) {
		return "" // none of the patterns below begins so, and nearly all UUIDs do
	}
	s := strings.ToLower(uuid)
	digits := strings.ReplaceAll(s, "-", "")
	groups := strings.Split(s, "-")
	switch {
	case strings.Trim(digits, "0") == "":
		return "nil UUID"
	case sameDigits(digits):
		return "one repeated digit"
	case strings.HasPrefix(s, "deadbeef-"), strings.Contains(digits, "deadbeefdeadbeef"):
		return "well-known pattern"
	case every(groups, sameDigits):
		return "rows of equal digits"
	case every(groups, counted), counted(halved(digits)):
		return "counted digits"
	}
	return ""
}

func every(list []string, ok func(string) bool) bool {
	return !slices.ContainsFunc(list, func(s string) bool { return !ok(s) })
}

func sameDigits(s string) bool { return strings.Trim(s, s[:1]) == "" }

func counted(s string) bool {
	for _, row := range counts {
		if s != "" && strings.Contains(row, s) {
			return true
		}
	}
	return false
}

// halved takes one of each pair of digits, if they are equal: 001122 is 012.
func halved(s string) string {
	half := make([]byte, 0, len(s)/2)
	for i := 0; i+1 < len(s); i += 2 {
		if s[i] != s[i+1] {
			return ""
		}
		half = append(half, s[i])
	}
	return string(half)
}
