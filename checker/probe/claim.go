package probe

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/printable"
	"github.com/sceplint/sceplint/checker/profile"
)

// claim is what one payload says of a server.
type claim struct {
	target Target
	err    error // why the server cannot be asked
	url    *profile.Node
	name   *profile.Node
	pin    profile.Fingerprint
	open   *profile.Node // of the payload
}

// kind is what messages call the server.
func (c *claim) kind() string { return strings.ToUpper(string(c.target.Protocol)) }

// Variables are the values of template variables, by the text of a variable as
// profiles have it.
type Variables struct {
	values map[string]string
	lock   sync.Mutex
	used   map[string]bool
}

// ParseVariables reads variables, each as VARIABLE=VALUE.
func ParseVariables(list []string) (*Variables, error) {
	v := &Variables{values: map[string]string{}, used: map[string]bool{}}
	for _, text := range list {
		name, value, ok := strings.Cut(text, "=")
		if !ok || !profile.IsVariable(name) || strings.TrimSpace(name) != name {
			return nil, fmt.Errorf("%q is not a variable with its value; use '$NAME=value', with the variable as the profile has it", text)
		}
		if _, ok := v.values[name]; ok {
			return nil, fmt.Errorf("duplicate variable %q", name)
		}
		v.values[name] = value
	}
	return v, nil
}

// Unused gives the variables that no profile has.
func (v *Variables) Unused() (names []string) {
	for _, name := range slices.Sorted(maps.Keys(v.values)) {
		if !v.used[name] {
			names = append(names, name)
		}
	}
	return names
}

// fill replaces the variables of a text.
func (v *Variables) fill(text string) (string, error) {
	var b strings.Builder
	at := 0
	for _, found := range profile.Variables(text) {
		name := text[found.Start:found.End]
		b.WriteString(text[at:found.Start])
		at = found.End
		value, ok := "", false
		if v != nil {
			value, ok = v.values[name]
		}
		if !ok {
			return "", fmt.Errorf("holds the variable %s; use --set '%s=value'", name, name)
		}
		v.lock.Lock()
		v.used[name] = true
		v.lock.Unlock()
		b.WriteString(value)
	}
	b.WriteString(text[at:])
	return b.String(), nil
}

// text is the value of a setting with its variables replaced.
func (v *Variables) text(s profile.Setting[string], key string) (string, error) {
	text, ok := s.Node.Str()
	switch {
	case s.Node.Unrendered():
		return "", fmt.Errorf("`%s` is template text", key)
	case !ok:
		return "", fmt.Errorf("`%s` is not a string; run `sceplint check`", key)
	}
	filled, err := v.fill(text)
	if err != nil {
		return "", fmt.Errorf("`%s` %w", key, err)
	}
	return filled, nil
}

// claims gives what the payloads of a profile say of servers.
func (v *Variables) claims(p *profile.Profile) (list []claim) {
	for _, s := range p.SCEP() {
		c := claim{target: Target{Protocol: SCEP}, url: s.URL.Node, name: s.Name.Node, pin: s.CAFingerprint, open: s.Content}
		name := ""
		if c.name != nil {
			name, c.err = v.text(s.Name, "Name")
		}
		v.claim(&c, s.URL, "URL", name)
		list = append(list, c)
	}
	for _, a := range p.ACME() {
		c := claim{target: Target{Protocol: ACME}, url: a.DirectoryURL.Node, open: a.Content}
		v.claim(&c, a.DirectoryURL, "DirectoryURL", "")
		list = append(list, c)
	}
	return list
}

// claim fills in the target.
func (v *Variables) claim(c *claim, s profile.Setting[string], key, name string) {
	if c.err != nil {
		return
	}
	if s.Node == nil {
		c.err = fmt.Errorf("missing required key `%s`; run `sceplint check`", key)
		return
	}
	text, err := v.text(s, key)
	if err == nil {
		c.target, err = NewTarget(c.target.Protocol, text, name)
	}
	c.err = err
}

// Book collects the servers that profiles name. Its methods may be called by
// several goroutines at once.
type Book struct {
	Variables *Variables
	lock      sync.Mutex
	files     map[Target]map[string]bool
}

// Visit records the servers of a profile. It is made for checker.Checker.Visit.
func (b *Book) Visit(p *profile.Profile) any {
	for _, c := range b.Variables.claims(p) {
		if c.err != nil {
			continue
		}
		b.lock.Lock()
		if b.files == nil {
			b.files = map[Target]map[string]bool{}
		}
		if b.files[c.target] == nil {
			b.files[c.target] = map[string]bool{}
		}
		b.files[c.target][strings.Clone(p.Source.Name)] = true
		b.lock.Unlock()
	}
	return nil
}

// Targets gives the targets, in order.
func (b *Book) Targets() []Target { return slices.SortedFunc(maps.Keys(b.files), Target.compare) }

// HostsOf gives the hosts of targets, each once, in order.
func HostsOf(targets []Target) (hosts []string) {
	for _, t := range targets {
		hosts = append(hosts, t.Host())
	}
	slices.Sort(hosts)
	return slices.Compact(hosts)
}

// Unasked gives, as errors, what a profile names and was not asked. It is made for
// checker.Checker.Visit, whose results then go to WithUnasked.
func (j *Judge) Unasked(p *profile.Profile) any {
	const most = 20
	var failures []error
	more := 0
	for _, c := range j.Variables.claims(p) {
		err := c.err
		if err == nil {
			err = j.unasked(c.target)
		}
		if err == nil {
			continue
		}
		if len(failures) == most {
			more++
			continue
		}
		place := printable.Text(p.Source.Name)
		at := c.url
		if at == nil {
			at = c.open
		}
		if span := at.Span(); span.Valid() && p.Source.Textual() {
			place = fmt.Sprintf("%s:%d", place, p.Source.Position(span.Start).Line)
		}
		failures = append(failures, fmt.Errorf("%s: %s server not asked: %s", place, c.kind(), printable.Text(p.Secrets().Text(err.Error()))))
	}
	if more > 0 {
		failures = append(failures, fmt.Errorf("%s: %d more servers not asked", printable.Text(p.Source.Name), more))
	}
	return errors.Join(failures...)
}

// WithUnasked makes what Unasked returned for the profiles of a file an error of the
// file.
func WithUnasked(results iter.Seq[*checker.Result]) iter.Seq[*checker.Result] {
	return func(yield func(*checker.Result) bool) {
		for r := range results {
			for _, v := range r.Visited {
				if err, ok := v.(error); ok {
					r.Err = errors.Join(r.Err, err)
				}
			}
			if !yield(r) {
				return
			}
		}
	}
}
