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
		Doc: `PayloadVersion is the version of the format, not of what the profile sets, and Apple's schema has one: the integer 1, on the
top level and in every payload. It does not grow when a profile is changed. Devices have errors of their own for another version
(MCProfileErrorDomain 1001, MCPayloadErrorDomain 2001). A 1 written as <real> has the value but not the type, and is a warning.`,
		Help: "write <integer>1</integer>",
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

// versionOf judges one PayloadVersion. There is only one right value, so that
// a fix can write it over any other number.
func versionOf(p *checker.Pass, n *profile.Node) {
	if n == nil || n.Unrendered() || n.Is(profile.String) && n.HasVariable() {
		return
	}
	if v, ok := n.Int(); ok && v == 1 {
		return
	}
	is, fixable, severity := "of type "+n.Kind.String(), false, checker.Error
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
	f := p.Value(n, "PayloadVersion is %s and must be the integer 1; write %s", is, versionOne)
	f.Severity = severity
	if fixable && p.Editable() {
		f.Fix = &checker.Fix{Message: "set PayloadVersion to 1", Safe: true, Edits: []checker.TextEdit{checker.Replace(n.Span(), versionOne)}}
	}
}
