package audit

import "slices"

// merge adds the summary of another part.
func (f *Fleet) merge(o *Fleet) error {
	switch {
	case o.Repository == nil:
	case f.Repository == nil:
		f.Repository = o.Repository
	default:
		if err := f.Repository.merge(o.Repository); err != nil {
			return err
		}
	}
	f.files += o.files
	f.profiles += o.profiles
	f.payloads += o.payloads
	f.suppressed += o.suppressed
	f.skipped += o.skipped
	f.excluded += o.excluded
	f.plus(o.counts)
	for id, x := range o.rows {
		mine := f.rows[id]
		if mine == nil {
			mine = &row{Configuration: x.Configuration, findings: map[string]int{}, example: x.example}
			f.rows[id] = mine
		}
		mine.profiles += x.profiles
		mine.devices.merge(&x.devices)
		mine.plus(x.counts)
		for rule, n := range x.findings {
			mine.findings[rule] += n
		}
		if x.example.compare(mine.example) < 0 {
			mine.example = x.example
		}
	}
	for id, x := range o.rules {
		mine := f.rules[id]
		if mine == nil {
			mine = &ruleRow{}
			f.rules[id] = mine
		}
		mine.severity = max(mine.severity, x.severity)
		mine.findings += x.findings
		mine.profiles += x.profiles
		mine.devices.merge(&x.devices)
	}
	for name, x := range o.devices {
		mine := f.device(name)
		mine.profiles += x.profiles
		mine.payloads += x.payloads
		mine.plus(x.counts)
		mine.worst.add(x.worst)
		for _, id := range x.configurations {
			mine.configurations = insert(mine.configurations, id)
		}
	}
	for mark, x := range o.secrets {
		mine := f.secrets[mark]
		if mine == nil {
			mine = &challengeRow{}
			f.secrets[mark] = mine
		}
		mine.profiles += x.profiles
		mine.devices.merge(&x.devices)
		for _, id := range x.configurations {
			mine.configurations = insert(mine.configurations, id)
		}
	}
	for file := range o.parts {
		f.parts[file] = true
	}
	f.lost += o.lost
	for file, why := range o.failures {
		f.fail(file, why)
	}
	return nil
}

// insert adds a text to a sorted list that does not have it.
func insert(list []string, text string) []string {
	i, found := slices.BinarySearch(list, text)
	if found {
		return list
	}
	return slices.Insert(list, i, text)
}
