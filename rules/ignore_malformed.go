package rules

import (
	"fmt"
	"strings"

	"github.com/sceplint/sceplint/checker"
)

var ignoreMalformed = checker.Rule{
	Meta: checker.Meta{
		ID:       "ignore-malformed",
		Title:    "malformed suppression comment",
		Severity: checker.Warning,
		Doc: `What it checks: comments that look like a suppression and are not one, and suppressions of a rule that does not exist or cannot be suppressed.
Why it matters: a suppression has one form, sceplint:ignore or sceplint:ignore-file, then rule IDs separated by commas, then the reason. A comment in
any other form suppresses nothing, so its author believes a finding to be suppressed that is not.
Exceptions: IDs with a slash, such as acme/ca-host, may belong to a policy pack that is not loaded, and are not reported.`,
		Help: "use sceplint:ignore ID reason",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>Keysize</key>
<integer>3072</integer> <!-- sceplint:disable scep-keysize our own test device takes it -->`,
			Good: `<key>Keysize</key>
<integer>3072</integer> <!-- sceplint:ignore scep-keysize our own test device takes it -->`,
		},
		Refs: []checker.Ref{refSuppression},
	},
	CheckSuppressions: func(p *checker.Pass, ignores []*checker.SuppressionComment) error {
		for _, ig := range ignores {
			if ig.Malformed != "" {
				f := p.At(ig.Span, nil, "malformed suppression comment; %s", ig.Malformed)
				if ig.Malformed == "missing rule ID" {
					f.Help = "add the ID of a rule, or remove the comment"
				}
				continue
			}
			for _, id := range ig.IDs {
				switch {
				case p.Unsuppressible(id):
					f := p.At(ig.Span, nil, "suppression of %q is ignored; findings of this rule cannot be suppressed", id)
					f.Help = "remove the suppression; leave the file out with exclude in the configuration"
				case !p.RuleExists(id) && !strings.Contains(id, "/"):
					full := p.LimitReached()
					f := p.At(ig.Span, nil, "suppression of unknown rule %q", excerpt(p, id))
					f.Help = "run sceplint rules to list rule IDs"
					if full {
						continue
					}
					if near := p.NearestRule(id); near != "" {
						f.Message += fmt.Sprintf("; expected %q", near)
						f.Help = fmt.Sprintf("replace it with %s", near)
					}
				}
			}
		}
		return nil
	},
}
