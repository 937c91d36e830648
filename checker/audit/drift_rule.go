package audit

import (
	"cmp"

	"github.com/sceplint/sceplint/checker"
)

// DriftRules returns the kinds of drift as rules, so that their severities are
// set like those of others. They check nothing.
func DriftRules() []checker.Rule {
	list := make([]checker.Rule, len(driftRules))
	for i := range driftRules {
		list[i].Meta = driftRules[i]
	}
	return list
}

// driftRules are in the order of driftOrder.
var driftRules = []checker.Meta{
	{
		ID: "drift-missing", Title: "profile in the repository is not deployed", Severity: checker.Warning,
		Doc: `What it checks: some deployed profile has the PayloadIdentifier or the PayloadUUID of each profile in the repository.
Why it matters: devices do not have the settings that the repository describes.
Exceptions: this rule runs only in sceplint audit --against.`,
		Help: "deploy the profile, or remove it from the repository",
	},
	{
		ID: "drift-variant", Title: "different profile with the same identifier is deployed", Severity: checker.Info,
		Doc: `What it checks: of several profiles in the repository with one PayloadIdentifier, each is deployed. A deployed profile is
compared with the one that has its PayloadUUID, or else with the one that has the fewest different values.
Why it matters: a device keeps one profile per identifier, so the profiles replace each other.
Exceptions: this rule runs only in sceplint audit --against.`,
		Help: "use a different identifier in each profile, or remove the profile that is not deployed",
	},
	{
		ID: "drift-extra", Title: "deployed profile is not in the repository", Severity: checker.Warning,
		Doc: `What it checks: some profile in the repository has the PayloadIdentifier or the PayloadUUID of each deployed profile.
Why it matters: changes and reviews in the repository do not reach a profile that is not there.
Exceptions: this rule runs only in sceplint audit --against.`,
		Help: "add the profile to the repository, or remove it from the devices",
	},
	{
		ID: "drift-scope", Title: "deployed PayloadScope differs from the repository", Severity: checker.Error,
		Doc: `What it checks: the deployed profile has the PayloadScope of the profile in the repository.
Why it matters: the identity is installed for the user instead of the device, or the reverse, where other software does
not find it.
Exceptions: this rule runs only in sceplint audit --against.`,
		Help: "deploy the profile with the scope in the repository, or change the scope there",
	},
	{
		ID: "drift-changed", Title: "deployed value differs from the repository", Severity: checker.Error,
		Doc: `What it checks: each value of the deployed profile is in the profile of the repository, and the reverse.
Why it matters: devices use a setting that was not reviewed.
Exceptions: template text and values that an export omits are not compared. This rule runs only in sceplint audit
--against.`,
		Help: "deploy the profile in the repository, or change the value there",
	},
	{
		ID: "drift-uuid", Title: "deployed PayloadUUID differs from the repository", Severity: checker.Info,
		Doc: `What it checks: the payloads of the deployed profile have the PayloadUUIDs of those in the repository.
Why it matters: MDM servers that regenerate a profile change its UUIDs. Otherwise the profile was edited elsewhere.
Exceptions: this rule runs only in sceplint audit --against.`,
		Help: "compare the other values; if they match, no action is needed",
	},
}

// DriftIDs returns the IDs of DriftRules.
func DriftIDs() []string {
	ids := make([]string, len(driftRules))
	for i := range driftRules {
		ids[i] = driftRules[i].ID
	}
	return ids
}

// SetSeverities sets the severities of kinds of drift, by the IDs of DriftRules;
// Off disables a kind.
func (r *Repository) SetSeverities(by map[string]checker.Severity) {
	for i := range driftRules {
		if s, ok := by[driftRules[i].ID]; ok {
			r.severities[driftRules[i].ID] = s
		}
	}
}

// weigh sets the rule and severity of a drift.
func (r *Repository) weigh(d *Drift) checker.Severity {
	d.Rule = "drift-" + string(d.Kind)
	severity, ok := r.severities[d.Rule]
	if !ok {
		for i := range driftRules {
			if driftRules[i].ID == d.Rule {
				severity = driftRules[i].Severity
			}
		}
	}
	d.Severity = severity.String()
	return severity
}

// CountDrift counts drift by severity.
func CountDrift(list []Drift) (n Counts) {
	for i := range list {
		switch list[i].Severity {
		case checker.Error.String():
			n.Errors++
		case checker.Warning.String():
			n.Warnings++
		default:
			n.Infos++
		}
	}
	return n
}

// maxCandidates is how many profiles of one identifier a deployed one is compared
// with, to find the nearest.
const maxCandidates = 16

// match gives the profile of the repository that a deployed one is to be compared
// with: of several with its identifier, or else its UUID, the one with its UUID,
// or else the nearest. Those that are as near as that are deployed, too.
func (r *Repository) match(p *Profile) *expectedProfile {
	list := r.byIdentifier[p.Identifier]
	if len(list) == 0 {
		list = r.byUUID[fold(p.UUID)]
	}
	if len(list) > 1 && p.UUID != "" {
		var same []*expectedProfile
		for _, m := range list {
			if fold(m.UUID) == fold(p.UUID) {
				same = append(same, m)
			}
		}
		if len(same) > 0 {
			list = same
		}
	}
	if len(list) < 2 {
		if len(list) == 1 {
			list[0].deployed = true
			return list[0]
		}
		return nil
	}
	list = list[:min(len(list), maxCandidates)]
	least, distances := -1, make([]int, len(list))
	for i, m := range list {
		compare(m.Settings, p.Settings, func(want, have *Setting) {
			if !cmp.Or(want.UUID, have.UUID) {
				distances[i]++
			}
		})
		if least < 0 || distances[i] < distances[least] {
			least = i
		}
	}
	for i, m := range list {
		m.deployed = m.deployed || distances[i] == distances[least]
	}
	return list[least]
}
