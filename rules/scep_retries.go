package rules

import (
	"fmt"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var scepRetries = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-retries",
		Title:    "Retries or RetryDelay out of reason",
		Severity: checker.Error,
		Doc: `A server that leaves a request to a person answers PENDING. Retries is how often the device asks again, RetryDelay how many
seconds it waits before each time but the first. Both are numbers without a sign: iOS was observed to take a negative one for
a huge one. All that time the profile is being installed and nothing else is.`,
		Help: "write up to 100 retries, and a delay that keeps the whole wait below an hour",
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
					p.Value(retries.Node, "Retries %d is negative; write how often to ask again, %d by default", retries.Value, profile.DefaultRetries)
				case retries.Value > mostRetries:
					p.Value(retries.Node, "Retries %d is a great many; write %d or fewer", retries.Value, mostRetries).Severity = checker.Warning
				}
			}
			if !delay.Set() || !delay.Known {
				continue // with the default delay only too many retries make a long wait, and these are reported
			}
			if delay.Value < 0 {
				p.Value(delay.Node, "RetryDelay %d is negative; write seconds, %d by default", delay.Value, profile.DefaultRetryDelay)
				continue
			}
			if wait, known := scep.MaxWait(); known && wait > longestWait {
				f := p.Value(delay.Node, "RetryDelay %d with %d retries makes a device wait up to %s for a server that keeps answering PENDING; write fewer or shorter ones", delay.Value, retries.Value, duration(wait))
				f.Severity = checker.Warning
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
