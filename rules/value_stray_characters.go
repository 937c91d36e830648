package rules

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var valueStrayCharacters = checker.Rule{
	Meta: checker.Meta{
		ID:       "value-stray-characters",
		Title:    "stray characters in a value",
		Severity: checker.Warning,
		Doc: `What it checks: text settings are not inside quotation marks, do not begin or end with whitespace or an invisible character, and do not contain &amp;amp; or another
character that is still escaped. These are PayloadIdentifier, Name and Challenge of SCEP payloads, and the settings of payloads and declarations that the system itself reads.
Why it matters: property lists keep every character between the tags, and devices use the text as it is. A host name in quotation marks does not resolve, a challenge
that ends with a line break is not the one that the server expects, and a network name with one is that of another network. A tool that escapes a text which is escaped
already changes passwords and URLs (jamf-upload issue 129).
Exceptions: texts that people read, code requirements, and regular expressions are not checked. Spaces and straight quotation marks may belong to a password or a network name.
Of template text, only line breaks around it are reported, where the template cannot take them away. Values that another rule reports are left to it.`,
		Help: "remove the characters around the value",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>Name</key>
<string>“CORP-CA”</string>`,
			Good: `<key>Name</key>
<string>CORP-CA</string>`,
		},
		Refs:      []checker.Ref{refSCEP, refProfileKeys},
		Documents: checker.AnyDocument,
		Defers:    true,
	},
	Check: func(p *checker.Pass) error {
		for _, fault := range schemaFaultsOf(p, faultStray) {
			reportStray(p, fault.node)
		}
		for _, scep := range p.Profile.SCEP() {
			for _, key := range []string{"Name", "Challenge"} {
				if n := scep.Content.Get(key); hasStray(n) {
					reportStray(p, n)
				}
			}
		}
		if p.Profile.Foreign() != "" || p.Profile.Declaration != "" {
			return nil
		}
		if n := p.Profile.Root.Get("PayloadIdentifier"); hasStray(n) {
			reportStray(p, n)
		}
		for _, payload := range p.Profile.Payloads() {
			if n := payload.Keys.Identifier; hasStray(n) {
				reportStray(p, n)
			}
		}
		return nil
	},
}

func reportStray(p *checker.Pass, n *profile.Node) {
	if reference := escapedTwice(n.Text()); reference != "" {
		what := "contains " + reference
		if profile.IsSecretKey(n.Key) {
			what = "contains an escaped character" // which is a part of the secret
		}
		p.Value(n, "%s %s as text; devices do not decode it again", keyLabel(p, n), checker.Phrase(what)).WithHelp("escape the character once")
		return
	}
	bare, what := strayAround(n.Text())
	f := p.Value(n, "%s %s", keyLabel(p, n), checker.Phrase(what))
	if inner, ok := elementText(p, n); ok && !strings.ContainsAny(bare, "&<>]") && profile.Literal(bare, "") == bare {
		f.Fix = &checker.Fix{Message: "remove the characters around the value", Edits: []checker.TextEdit{checker.Replace(inner, bare)}}
	}
}

// hasStray reports whether the text of a setting has characters around it that do not
// belong to it.
func hasStray(n *profile.Node) bool {
	text, ok := n.Str()
	if !ok || n.Broken() || plainInside(text) || n.Unrendered() {
		return false
	}
	if n.HasVariable() { // which does not take the line break away
		return whitespaceIsLiteral(text) && strings.ContainsAny(strings.Replace(text, strings.TrimSpace(text), "", 1), "\r\n")
	}
	if escapedTwice(text) != "" {
		return true
	}
	bare, what := strayAround(text)
	if what == "" || bare == "" {
		return false
	}
	if profile.IsSecretKey(n.Key) || n.Key == "SSID_STR" {
		return strings.Trim(strings.Replace(text, bare, "", 1), " \"'`") != "" // these may be part of it
	}
	return true
}

// plainEnds reports whether a text begins and ends with ASCII letters and the like, as
// nearly all do.
func plainEnds(text string) bool {
	if text == "" {
		return true
	}
	first, last := text[0], text[len(text)-1]
	return first > '\'' && first != '`' && first < 0x7f && last > ' ' && last < 0x7f
}

// plainInside reports whether a text begins and ends plainly, and has no ampersand.
func plainInside(text string) bool { return plainEnds(text) && strings.IndexByte(text, '&') < 0 }

// escapedTwice gives the first reference to a character that a value still has after it
// was decoded; "" if it has none.
func escapedTwice(text string) string {
	for {
		i := strings.IndexByte(text, '&')
		if i < 0 {
			return ""
		}
		text = text[i:]
		for _, reference := range []string{"&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&#34;", "&#38;", "&#39;"} {
			if strings.HasPrefix(text, reference) {
				return reference
			}
		}
		text = text[1:]
	}
}

// strayAround gives a text without the whitespace, invisible characters, and quotation
// marks around it, and says what is there; "" if nothing is.
func strayAround(text string) (bare, what string) {
	if plainEnds(text) {
		return text, ""
	}
	bare = strings.TrimFunc(text, isInvisible)
	switch around := strings.Replace(text, bare, "", 1); {
	case bare == "" || around == "":
	case strings.ContainsAny(around, "\n\r"):
		what = "begins or ends with a line break"
	default:
		if i := strings.IndexFunc(around, func(r rune) bool { return !unicode.IsSpace(r) }); i >= 0 {
			r, _ := utf8.DecodeRuneInString(around[i:])
			what = fmt.Sprintf("begins or ends with the invisible character U+%04X", r)
		} else {
			what = "begins or ends with whitespace"
		}
	}
	if inner, ok := withoutQuotes(bare); ok {
		bare = strings.TrimSpace(inner)
		if what == "" {
			what = "is in quotation marks"
		}
	}
	return bare, what
}

// quotePairs are the quotation marks that word processors and shells put around a text.
var quotePairs = map[rune]string{
	'"': "\"", '\'': "'", '`': "`'", '“': "”“\"", '”': "”\"", '„': "“”", '‘': "’‘'", '’': "’'", '‚': "‘’", '«': "»", '»': "«", '″': "″",
}

// withoutQuotes removes a pair of quotation marks around a text that has none inside.
func withoutQuotes(text string) (string, bool) {
	open, size := utf8.DecodeRuneInString(text)
	end, endSize := utf8.DecodeLastRuneInString(text)
	if quotePairs[open] == "" || len(text) <= size+endSize || !strings.ContainsRune(quotePairs[open], end) {
		return text, false
	}
	inner := text[size : len(text)-endSize]
	return inner, !strings.ContainsRune(inner, open) && !strings.ContainsRune(inner, end)
}
