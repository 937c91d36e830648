package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
	"github.com/sceplint/sceplint/checker/secret"
)

// gather exports the facts of a profile that a policy about the whole run needs. No
// other profile is known yet: what it may find now, it may find without them.
func (s *Set) gather(pass *checker.Pass, p *policy) {
	payloads := pass.Profile.SCEP()
	if (len(payloads) > 0 || p.runsWithoutSCEP) && (s.disableCache || p.mayFind(newDocument(pass))) {
		pass.RequestFact(sharedChallenge, "") // which none has
	}
	if pass.Profile.Deployed() {
		return // the same profile may be on many devices
	}
	for i := range payloads {
		if c := &payloads[i]; c.ChallengeKind == profile.ChallengeLiteral && c.Challenge.Known {
			pass.ExportFact(sharedChallenge, c.Challenge.Value, c.Challenge.Node)
		}
	}
}

// violationsOf reads the members of a policy's sets, in order. After one that is
// invalid, the others are left out.
func (p *policy) violationsOf(sets map[string]*ast.Term) (found []violation, err error) {
	for n, set := range setSeverities {
		members, ok := sets[set.name]
		if !ok {
			continue
		}
		list, ok := members.Value.(ast.Set)
		if !ok {
			return found, fmt.Errorf("%s:%d: %s is not a set", p.file, p.line, set.name)
		}
		for _, member := range list.Slice() {
			m, err := read(member.Value)
			m.set, m.member, m.err = n, member, err
			found = append(found, m)
			if err != nil {
				return found, nil
			}
		}
	}
	return found, nil
}

// report turns violations into findings.
func (s *Set) report(pass *checker.Pass, i int, found []violation) error {
	for _, m := range found {
		set, err := setSeverities[m.set], m.err
		if err == nil {
			err = m.place(pass, s.policies[i], set.severity)
		}
		if err != nil {
			return fmt.Errorf("%s: %s: %w", s.ruleLocation(pass, i, set.name, m.member), set.name, err)
		}
	}
	return nil
}

// violation is one element of a set: what a policy found.
type violation struct {
	set           int // of setSeverities
	message, help string
	path, args    []any
	hasArgs       bool
	member        *ast.Term
	err           error // why the member is invalid
}

// read parses a member: a string, or an object with msg, path, help, and args.
func read(v ast.Value) (m violation, err error) {
	const most = 1000
	if exceeds(v, most) {
		return m, fmt.Errorf("member contains more than %d values", most)
	}
	switch v := v.(type) {
	case ast.String:
		m.message = string(v)
	case ast.Object:
		for _, key := range v.Keys() {
			switch value := v.Get(key).Value; key.Value.String() {
			case `"msg"`:
				text, ok := value.(ast.String)
				if !ok {
					return m, fmt.Errorf("msg must be a string, found %s", short(value))
				}
				m.message = string(text)
			case `"help"`:
				text, ok := value.(ast.String)
				if !ok {
					return m, fmt.Errorf("help must be a string, found %s", short(value))
				}
				m.help = strings.TrimSpace(string(text))
			case `"path"`:
				if m.path, err = parsePath("path", value); err != nil {
					return m, err
				}
			case `"args"`:
				if m.args, err = parsePath("args", value); err != nil {
					return m, err
				}
				m.hasArgs = true
			default:
				return m, fmt.Errorf("unknown key %s in a member; expected msg, path, help, or args", short(key.Value))
			}
		}
		if v.Get(ast.StringTerm("msg")) == nil {
			return m, fmt.Errorf("member %s is missing required key msg", short(v))
		}
	default:
		return m, fmt.Errorf("member %s must be a string or an object with msg and path", short(v))
	}
	if strings.TrimSpace(m.message) == "" {
		return m, fmt.Errorf("msg is empty")
	}
	return m, nil
}

// parsePath reads an array of keys and integers.
func parsePath(name string, v ast.Value) ([]any, error) {
	array, ok := v.(*ast.Array)
	if !ok {
		if name == "path" {
			return nil, fmt.Errorf("path must be an array such as scep.paths.URL, found %s", short(v))
		}
		return nil, fmt.Errorf("%s must be an array, found %s", name, short(v))
	}
	list := make([]any, 0, array.Len())
	for i := range array.Len() {
		switch step := array.Elem(i).Value.(type) {
		case ast.String:
			list = append(list, string(step))
		case ast.Number:
			n, ok := step.Int()
			if !ok {
				return nil, fmt.Errorf("%s must hold only strings and whole numbers, found %s", name, short(step))
			}
			list = append(list, n)
		default:
			return nil, fmt.Errorf("%s must hold only strings and whole numbers, found %s", name, short(step))
		}
	}
	return list, nil
}

// place reports the finding at the value of its path; at the opening of a
// dictionary or array, since then something is missing in it.
func (m violation) place(pass *checker.Pass, p *policy, severity checker.Severity) error {
	n := pass.Profile.Root.At(m.path...)
	if n == nil {
		return fmt.Errorf("path %v of the finding %q does not exist in the profile", pathTerm(m.path), m.message)
	}
	var f *checker.Finding
	if n.Is(profile.Dict, profile.Array) {
		f = pass.AtStart(n, "%s", checker.Prose(m.message))
		if missing := p.missing(pass, m.path); missing != nil {
			f.MissingAt(missing)
		} else if isSetting(pass.Profile, n) {
			f.AboutKey()
		}
	} else {
		f = pass.Value(n, "%s", checker.Prose(m.message))
	}
	f.Rule, f.Severity = p.described(), severity
	f.Argument = m.argument(n, pass.Profile.Secrets(), severity, p.shipped)
	if f.Help = f.Rule.Help; m.help != "" {
		f.WithHelp("%s", m.help)
	}
	for _, s := range pass.Profile.SCEP() {
		if s.Challenge.Node == n && s.ChallengeKind == profile.ChallengeLiteral {
			_, f.Related = pass.ImportFact(sharedChallenge, s.Challenge.Value)
		}
	}
	return nil
}

// isSetting reports whether a value is that of a key of a SCEP payload, such as
// Subject, rather than a dictionary of keys that may be missing.
func isSetting(p *profile.Profile, n *profile.Node) bool {
	for _, s := range p.SCEP() {
		if s.Content != nil && s.Content == n.Parent() {
			return true
		}
	}
	return false
}

// argument returns what identifies the finding in addition to its path, in any
// words: the set; then the arguments of the policy, or the value at the path. A
// dictionary or an array has no value of its own, and several things may be
// missing in it, so that without arguments the message has to distinguish them.
// Shipped policies have arguments if they have several findings at one path.
func (m violation) argument(n *profile.Node, secrets *secret.Secrets, severity checker.Severity, shipped bool) string {
	switch {
	case m.hasArgs:
		return fmt.Sprintf("%s args %#v", severity, m.args)
	case n.Is(profile.Dict, profile.Array) && shipped:
		return severity.String()
	case n.Is(profile.Dict, profile.Array):
		return fmt.Sprintf("%s message %s", severity, m.message)
	}
	return fmt.Sprintf("%s value %s", severity, secret.MaskOwn(n.Text(), secrets.Own(n.Span(), n)))
}

// missing returns the path of the SCEP key that a policy reports as missing from
// the dictionary at a path; nil if it may be another one, or more than one.
func (p *policy) missing(pass *checker.Pass, path []any) (missing []any) {
	if p.dependencies.allSCEP {
		return nil
	}
	payloads := pass.Profile.SCEP()
	for i := range payloads {
		s := &payloads[i]
		at := s.Content
		if at == nil {
			at = s.Node
		}
		if !slices.Equal(at.Path(), path) {
			continue
		}
		for _, fact := range p.dependencies.scep {
			key, ok := strings.CutPrefix(fact, "paths\x00")
			if !ok || s.Content.Get(key) != nil {
				continue
			}
			if missing != nil {
				return nil
			}
			missing = s.SettingPath(key)
		}
		return missing
	}
	return nil
}

func short(v ast.Value) string {
	const most = 200
	if exceeds(v, 10*most) {
		return "(a very large value)"
	}
	text := v.String()
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return clean(text)
}
