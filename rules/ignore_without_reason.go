package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
)

var ignoreWithoutReason = checker.Rule{
	Meta: checker.Meta{
		ID:       "ignore-without-reason",
		Title:    "suppression without a reason",
		Severity: checker.Warning,
		Doc: `What it checks: each suppression comment has a reason after the rule IDs.
Why it matters: the reason shows later readers whether the suppression still applies: which server, device, or
decision makes the finding harmless. Without it nobody dares to remove the comment.`,
		Help: "add a reason after the rule ID",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>Keysize</key>
<integer>3072</integer> <!-- sceplint:ignore scep-keysize -->`,
			Good: `<key>Keysize</key>
<integer>3072</integer> <!-- sceplint:ignore scep-keysize our own test device takes it -->`,
		},
		Refs: []checker.Ref{refSuppression},
	},
	CheckSuppressions: func(p *checker.Pass, ignores []*checker.SuppressionComment) error {
		for _, ig := range ignores {
			if len(ig.IDs) > 0 && ig.Reason == "" {
				p.At(ig.Span, nil, "suppression of %q has no reason", excerpt(p, strings.Join(ig.IDs, ",")))
			}
		}
		return nil
	},
}
