package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
)

var ignoreWithoutReason = checker.Rule{
	Meta: checker.Meta{
		ID:       "ignore-without-reason",
		Title:    "a suppression gives no reason",
		Severity: checker.Warning,
		Doc: `Whoever reads a suppression later must be able to tell whether it still holds: which server, which device or which decision
made the finding harmless. Without that it stays for good, for nobody dares to remove it.`,
		Help: "write the reason after the ID of the rule",
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
				p.At(ig.Span, nil, "suppression of %q gives no reason; write one after the ID", excerpt(p, strings.Join(ig.IDs, ",")))
			}
		}
		return nil
	},
}
