package rules

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var payloadVersion = checker.Rule{
	Meta: checker.Meta{
		ID:       "payload-version",
		Title:    "PayloadVersion is not the integer 1",
		Severity: checker.Error,
		Varies:   "warning for a 1 written as <real>",
		Doc: `What it checks: PayloadVersion is the integer 1, at the top level and in every payload.
Why it matters: it is the version of the format, and does not grow when the profile changes. Devices have errors for
another version (MCProfileErrorDomain 1001, MCPayloadErrorDomain 2001).
Exceptions: a 1 written as <real> is a warning.`,
		Help: "use <integer>1</integer>",
		Example: checker.Example{
			Scope: checker.ScopeProfile,
			Bad: `<key>PayloadVersion</key>
<integer>2</integer>
<key>PayloadContent</key>
<array/>`,
			Good: `<key>PayloadVersion</key>
<integer>1</integer>
<key>PayloadContent</key>
<array/>`,
		},
		Refs:             []checker.Ref{refTopLevel, refCommonKeys, refMDMErrors},
		SkipLossyExports: true,
	},
	Check: func(p *checker.Pass) error {
		if p.Profile.Foreign() == "" {
			versionOf(p, p.Profile.Root.Get("PayloadVersion"))
		}
		for _, payload := range p.Profile.Payloads() {
			versionOf(p, payload.Keys.Version)
		}
		return nil
	},
}

const versionOne = "<integer>1</integer>"

// versionOf checks one PayloadVersion. There is only one valid value, so a fix can
// replace any other number with it.
func versionOf(p *checker.Pass, n *profile.Node) {
	if n == nil || n.Unrendered() || n.Is(profile.String) && n.HasVariable() {
		return
	}
	if v, ok := n.Int(); ok && v == 1 {
		return
	}
	is, fixable, severity := string(kindPhrase(n.Kind)), false, checker.Error
	switch n.Kind {
	case profile.Integer:
		v, _ := n.Int()
		is, fixable = strconv.FormatInt(v, 10), true
	case profile.Real:
		v, _ := n.Float()
		is, fixable = "the real "+n.Text(), v == 1
		if v == 1 {
			severity = checker.Warning
		}
	case profile.String:
		v, err := strconv.ParseFloat(strings.TrimSpace(n.Text()), 64)
		is, fixable = fmt.Sprintf("the string %q", excerpt(p, n.Text())), err == nil && v == 1
	}
	f := p.Value(n, "`PayloadVersion` is %s; expected the integer 1", is)
	f.Severity = severity
	if fixable && p.Editable() {
		f.Fix = &checker.Fix{Message: "set PayloadVersion to 1", Safe: true, Edits: []checker.TextEdit{checker.Replace(n.Span(), versionOne)}}
	}
}
