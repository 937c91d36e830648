package checker

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// One cause, one finding: where a finding explains another one, the other is not
// reported. That is decided last, among the findings that nothing suppresses, so
// that a suppressed finding, or a rule that is off, hides nothing. A baseline holds
// explained findings like all others.
//
// A finding is explained by one about the same key
//   - that is in place of the key, such as the key in another spelling;
//   - that is an error of another rule, if its own rule defers;
//   - that reports the same missing key and is more severe, or as severe and of a rule
//     that does not defer;
//   - that is an error about its value, if the other says that the key is missing;
//   - that reports it as missing, or has an error about its value, if the other is caused by
//     it;
//   - that is a syntax error in the dictionary which it says a key is missing from, or in
//     place of its value;
//   - whose policy lists its policy under "explains".

// Missing says that the finding is about a key which the dictionary it is reported
// at does not have.
func (f *Finding) Missing(key string) *Finding {
	f.MissingAt(append(slices.Clip(f.Path), key))
	return f
}

// AboutKey says that the finding at the opening of a dictionary or array is about its
// key, and not about something missing in it.
func (f *Finding) AboutKey() *Finding {
	f.key = pathKey(f.Path)
	return f
}

// MissingAny says that the finding is about a dictionary that has none of several
// keys: what explains that one of them is missing explains the finding.
func (f *Finding) MissingAny(keys ...string) *Finding {
	f.Missing(keys[0])
	for _, key := range keys[1:] {
		f.CausedBy(append(slices.Clip(f.Path), key)...)
	}
	return f
}

// CausedBy says that the finding has the same cause as something in place of the key
// with a path, its absence, or an error about its value.
func (f *Finding) CausedBy(path ...any) *Finding {
	f.causes = append(f.causes, pathKey(path))
	return f
}

// MissingAt says that the finding is about a missing key that would have the
// path.
func (f *Finding) MissingAt(path []any) {
	f.key, f.absent = pathKey(path), true
}

// StandsFor says that what was found is in place of a key: findings that the key
// is missing, or about anything inside it, have the same cause.
func (f *Finding) StandsFor(path ...any) *Finding {
	f.replaced = pathKey(path)
	return f
}

// OncePerRun says that the finding has the same cause as those of other profiles
// with the same fact. Only the first of them that is not suppressed is reported. No
// other rule reports such findings about facts of the kind.
func (p *Pass) OncePerRun(f *Finding, kind, value string) {
	if s := p.checker.facts; s != nil {
		f.group = s.keyOf(kind, value)
	}
}

// oncePerGroup removes the findings of groups that were reported before.
func (s *factStore) oncePerGroup(r *Result) {
	r.Suppressed = slices.DeleteFunc(r.Suppressed, func(f Finding) bool {
		_, again := s.reported.Load(f.group)
		return again
	})
	r.Findings = slices.DeleteFunc(r.Findings, func(f Finding) bool {
		if f.group == 0 {
			return false
		}
		_, again := s.reported.LoadOrStore(f.group, nil)
		return again
	})
}

// pathKey returns a path as a string. The string of a value inside another
// starts with that of the other.
func pathKey(path []any) string {
	var buffer [128]byte
	b := buffer[:0]
	for _, step := range path {
		switch step := step.(type) {
		case int:
			b = strconv.AppendInt(append(b, '#'), int64(step), 10)
		case string:
			b = strconv.AppendInt(append(b, '.'), int64(len(step)), 10) // so that a key may hold anything
			b = append(append(b, ':'), step...)
		}
		b = append(b, 0)
	}
	return string(b)
}

// outer yields a path and those of the values around it, the innermost first.
func outer(key string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for key != "" && yield(key) {
			key = key[:strings.LastIndexByte(key[:len(key)-1], 0)+1]
		}
	}
}

// settleKey sets the key of a finding to its path if the rule has not set it.
// Elements of an array of payloads are not keys.
func (f *Finding) settleKey() {
	if f.key != "" || f.opening || len(f.Path) == 0 {
		return
	}
	if _, index := f.Path[1%len(f.Path)].(int); index && len(f.Path) == 2 {
		return
	}
	f.key = pathKey(f.Path)
}

// element reports whether the last step of a path is an index.
func element(key string) bool {
	last := key[strings.LastIndexByte(key[:len(key)-1], 0)+1:]
	return last[0] == '#'
}

// causes are the findings of a profile that may explain others.
type causes struct {
	keys     map[string]keyCause
	policies map[[2]string]bool // the ID of a policy and a key, as others explain them
}

// keyCause says what is known to be wrong with a key.
type keyCause uint8

const (
	replaced       keyCause = 1 << iota // something is in place of it
	replacedSurely                      // and its rule does not defer
	wrong                               // it has an error of a rule that does not defer
	wrongInside                         // one of its elements has
	reportedAbsent                      // it is reported as missing
	invalid                             // it has an error about its value
)

// is reports whether any of some things is wrong with a key.
func (c *causes) is(key string, any keyCause) bool { return c.keys[key]&any != 0 }

// explains reports whether a finding is explained by one that was added.
func (c *causes) explains(f *Finding) bool {
	if f.Rule.Unsuppressible || f.key == "" {
		return false
	}
	if f.absent && f.torn || f.unparsed {
		return true
	}
	for _, key := range f.causes {
		if c.is(key, replaced|invalid|reportedAbsent) {
			return true
		}
	}
	for key := range outer(f.key) {
		if c.is(key, replaced) && (f.absent && f.replaced == "" || f.Rule.Defers && c.is(key, replacedSurely) || key != f.key) {
			return true
		}
	}
	if f.Rule.Defers && c.is(f.replaced, replacedSurely) {
		return true
	}
	for key := range outer(f.replaced) { // it would be inside what is replaced as a whole
		if key != f.replaced && c.is(key, replaced) {
			return true
		}
	}
	if f.absent && c.is(f.key, reportedAbsent|invalid) || c.policies[[2]string{f.Rule.ID, f.key}] {
		return true
	}
	if !f.Rule.Defers || f.absent {
		return false
	}
	if c.is(f.key, wrongInside) {
		return true
	}
	for key := range outer(f.key) {
		if c.is(key, wrong) {
			return true
		}
		if !element(key) {
			break
		}
	}
	return false
}

func (c *causes) add(f *Finding) {
	if f.replaced != "" {
		c.keys[f.replaced] |= replaced
		if !f.Rule.Defers {
			c.keys[f.replaced] |= replacedSurely
		}
	}
	if f.key == "" {
		return
	}
	if f.absent {
		c.keys[f.key] |= reportedAbsent
	} else if f.Severity == Error {
		c.keys[f.key] |= invalid
	}
	if !f.absent && f.Severity == Error && !f.Rule.Defers {
		c.keys[f.key] |= wrong
		for key := range outer(f.key) {
			c.keys[key] |= wrongInside
			if !element(key) {
				break
			}
		}
	}
	for _, id := range f.Rule.Explains {
		if c.policies == nil {
			c.policies = map[[2]string]bool{}
		}
		c.policies[[2]string{id, f.key}] = true
	}
}

// withoutExplained gives the findings of a file without those that others explain.
// Each is explained by findings before it in an order, and so at last by one that is
// reported. In a second order, those that say what they are caused by come last. It uses
// the list.
func withoutExplained(list []Finding) []Finding {
	if !mayExplain(list) {
		return list
	}
	sorted := make([]*Finding, len(list))
	for i := range list {
		sorted[i] = &list[i]
	}
	slices.SortStableFunc(sorted, func(a, b *Finding) int {
		return cmp.Or(cmp.Compare(a.Ordinal, b.Ordinal),
			compareBool(a.replaced != "", b.replaced != ""), cmp.Compare(len(a.replaced), len(b.replaced)),
			compareBool(a.replaced != "" && !a.Rule.Defers, b.replaced != "" && !b.Rule.Defers), cmp.Compare(b.Severity, a.Severity), compareBool(!a.absent, !b.absent), compareBool(!a.Rule.Defers, !b.Rule.Defers), compareBool(len(a.Rule.Explains) > 0, len(b.Rule.Explains) > 0))
	})
	explained := explainedIn(sorted)
	sorted = slices.DeleteFunc(sorted, func(f *Finding) bool { return explained[f] })
	if slices.ContainsFunc(sorted, func(f *Finding) bool { return len(f.causes) > 0 }) {
		slices.SortStableFunc(sorted, func(a, b *Finding) int {
			return cmp.Or(cmp.Compare(a.Ordinal, b.Ordinal), compareBool(len(a.causes) == 0, len(b.causes) == 0))
		})
		maps.Copy(explained, explainedIn(sorted))
	}
	if len(explained) == 0 {
		return list
	}
	reported := list[:0]
	for i := range list {
		if !explained[&list[i]] {
			reported = append(reported, list[i])
		}
	}
	clear(list[len(reported):])
	return reported
}

// explainedIn gives the findings that those before them explain.
func explainedIn(sorted []*Finding) map[*Finding]bool {
	explained := map[*Finding]bool{}
	var c causes
	for i, f := range sorted {
		if i == 0 || f.Ordinal != sorted[i-1].Ordinal {
			c = causes{keys: make(map[string]keyCause, len(sorted))}
		}
		if c.explains(f) {
			explained[f] = true
		}
		c.add(f)
	}
	return explained
}

// mayExplain reports whether there are findings of which one could explain another.
func mayExplain(list []Finding) bool {
	var absent, deferring, wrong, invalid int
	for i := range list {
		f := &list[i]
		if f.torn || f.unparsed {
			return true
		}
		if f.Severity == Error && !f.absent {
			invalid++
		}
		switch {
		case f.replaced != "" || len(f.Rule.Explains) > 0:
			return len(list) > 1
		case f.absent, len(f.causes) > 0:
			absent++
		case f.Rule.Defers:
			deferring++
		case f.Severity == Error:
			wrong++
		}
	}
	return absent > 1 || absent > 0 && invalid > 0 || deferring > 0 && wrong > 0
}

// compareBool orders what is true first.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}
