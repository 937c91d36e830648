package rules

import (
	"fmt"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var scepRetries = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-retries",
		Title:    "Retries or RetryDelay out of range",
		Severity: checker.Error,
		Varies:   "warning for too many retries or too long a wait",
		Doc: `What it checks: Retries is 0 to 100, RetryDelay is not negative, and both together make a device wait at most one
hour.
Why it matters: a server that leaves a request to an administrator answers PENDING. Retries is how often the device
asks again, and RetryDelay the seconds between attempts. iOS reads a negative number as a huge one (observed on iOS).
No other profile is installed while the device waits.
Exceptions: more than 100 retries and a longer wait are warnings.`,
		Help: "use 0 to 100 retries, and a delay that keeps the total wait under one hour",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>Retries</key>
<integer>-1</integer>`,
			Good: `<key>Retries</key>
<integer>3</integer>`,
		},
		Refs:      []checker.Ref{refSCEP, refSCEPProtocol},
		Documents: checker.AnyDocument,
	},
	Check: func(p *checker.Pass) error {
		for _, scep := range p.Profile.SCEP() {
			retries, delay := scep.Retries, scep.RetryDelay
			if retries.Set() && retries.Known {
				switch {
				case retries.Value < 0:
					p.Value(retries.Node, "`Retries` %d is negative", retries.Value).WithHelp("use 0 to %d (default: %d)", mostRetries, profile.DefaultRetries)
				case retries.Value > mostRetries:
					f := p.Value(retries.Node, "`Retries` %d is out of range; the maximum is %d", retries.Value, mostRetries)
					f.StandsFor(retries.Node.Path()...).Severity = checker.Warning
				}
			}
			tooMany := retries.Set() && retries.Known && retries.Value > mostRetries
			if !delay.Set() || !delay.Known {
				continue // with the default delay only too many retries make a long wait, and these are reported
			}
			if delay.Value < 0 {
				p.Value(delay.Node, "`RetryDelay` %d is negative", delay.Value).WithHelp("use a number of seconds (default: %d)", profile.DefaultRetryDelay)
				continue
			}
			if wait, known := scep.MaxWait(); known && wait > longestWait && !(tooMany && delay.Value <= longestWait) {
				f := p.Value(delay.Node, "`RetryDelay` %d with %d retries makes a device wait up to %s", delay.Value, retries.Value, duration(wait))
				f.StandsFor(delay.Node.Path()...).Severity = checker.Warning
			}
		}
		return nil
	},
}

const (
	mostRetries = 100
	longestWait = 3600 // seconds
)

// duration says seconds in the two units people would use.
func duration(seconds int64) string {
	units := []struct {
		name string
		size int64
	}{{"year", 365 * 86400}, {"day", 86400}, {"hour", 3600}, {"minute", 60}, {"second", 1}}
	count := func(n int64, unit string) string {
		if n == 1 {
			return "1 " + unit
		}
		return fmt.Sprintf("%d %ss", n, unit)
	}
	for i, u := range units {
		n := seconds / u.size
		switch {
		case n == 0:
		case n > 100 && u.name == "year":
			return "more than 100 years"
		case i+1 < len(units) && seconds%u.size/units[i+1].size > 0:
			return count(n, u.name) + " and " + count(seconds%u.size/units[i+1].size, units[i+1].name)
		default:
			return count(n, u.name)
		}
	}
	return "0 seconds"
}
