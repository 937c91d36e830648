package policy

import (
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

// gather notes what policies about the whole run must know of a profile.
func gather(pass *checker.Pass) error {
	if pass.Profile.Deployed() {
		return nil // the same profile may be on many devices
	}
	payloads := pass.Profile.SCEP()
	for i := range payloads {
		if c := &payloads[i]; c.ChallengeKind == profile.ChallengeLiteral && c.Challenge.Known {
			pass.ExportFact(sharedChallenge, c.Challenge.Value, c.Challenge.Node)
		}
	}
	return nil
}

// report turns the members of a policy's sets into findings.
func (s *Set) report(pass *checker.Pass, i int, sets map[string]*ast.Term) error {
	p := s.policies[i]
	for _, set := range setSeverities {
		members, ok := sets[set.name]
		if !ok {
			continue
		}
		list, ok := members.Value.(ast.Set)
		if !ok {
			return fmt.Errorf("%s:%d: %s is not a set", p.file, p.line, set.name)
		}
		for _, member := range list.Slice() {
			m, err := read(member.Value)
			if err == nil {
				err = m.place(pass, p, set.severity)
			}
			if err != nil {
				return fmt.Errorf("%s: %s: %w", s.whence(pass, i, set.name, member), set.name, err)
			}
		}
	}
	return nil
}

// member is one element of a set: what a policy found.
type member struct {
	message string
	path    []any
}

// read understands an element: a text, or an object of msg and path.
func read(v ast.Value) (m member, err error) {
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
					return m, fmt.Errorf("msg must be a string, found %s", value)
				}
				m.message = string(text)
			case `"path"`:
				if m.path, err = steps(value); err != nil {
					return m, err
				}
			default:
				return m, fmt.Errorf("a member has the key %s; it may have msg and path only", key)
			}
		}
		if v.Get(ast.StringTerm("msg")) == nil {
			return m, fmt.Errorf("member %s is missing msg", short(v))
		}
	default:
		return m, fmt.Errorf("member %s must be a string or an object with msg and path", short(v))
	}
	if strings.TrimSpace(m.message) == "" {
		return m, fmt.Errorf("msg of the member is empty")
	}
	return m, nil
}

func steps(v ast.Value) ([]any, error) {
	array, ok := v.(*ast.Array)
	if !ok {
		return nil, fmt.Errorf("path must be an array, such as scep.paths.URL, found %s", short(v))
	}
	path := make([]any, 0, array.Len())
	for i := range array.Len() {
		switch step := array.Elem(i).Value.(type) {
		case ast.String:
			path = append(path, string(step))
		case ast.Number:
			n, ok := step.Int()
			if !ok {
				return nil, fmt.Errorf("path contains %s; expected keys and whole numbers", step)
			}
			path = append(path, n)
		default:
			return nil, fmt.Errorf("path contains %s; expected keys and whole numbers", short(step))
		}
	}
	return path, nil
}

// place reports the finding at the value its path leads to; at the opening of
// a dict or array, since then something is missing in it.
func (m member) place(pass *checker.Pass, p *policy, severity checker.Severity) error {
	n := pass.Profile.Root.At(m.path...)
	if n == nil {
		return fmt.Errorf("path %v of the finding %q does not exist in the profile", pathTerm(m.path), m.message)
	}
	var f *checker.Finding
	if n.Is(profile.Dict, profile.Array) {
		f = pass.AtStart(n, "%s", checker.Prose(m.message))
	} else {
		f = pass.Value(n, "%s", checker.Prose(m.message))
	}
	f.Rule, f.Help, f.Severity = p.described(), p.described().Help, severity
	for _, s := range pass.Profile.SCEP() {
		if s.Challenge.Node == n && s.ChallengeKind == profile.ChallengeLiteral {
			_, f.Related = pass.ImportFact(sharedChallenge, s.Challenge.Value)
		}
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
