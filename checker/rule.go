// Package checker defines rules and findings, and runs rules over profiles: it
// locates, suppresses, and fixes what they find.
package checker

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sceplint/sceplint/checker/keyname"
	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/profile"
	"github.com/sceplint/sceplint/checker/secret"
)

// Severity is how serious a finding is.
type Severity uint8

// The severities, least serious first. An error is what a device or server
// rejects, or a setting that is ignored; a warning works but weakens security or
// breaks on some platform; info is worth knowing.
const (
	Off Severity = iota
	Info
	Warning
	Error
)

var severityNames = [...]string{"off", "info", "warning", "error"}

// String returns the word that flags and reports use.
func (s Severity) String() string { return severityNames[s] }

// ParseSeverity parses "error", "warning", "info", or "off".
func ParseSeverity(text string) (Severity, error) {
	for i, name := range severityNames {
		if text == name {
			return Severity(i), nil
		}
	}
	return 0, fmt.Errorf("invalid severity %q; expected error, warning, info, or off", text)
}

// Ref is a source that a rule is based on.
type Ref struct{ Title, URL string }

// Example is a piece of a profile that illustrates a rule.
type Example struct {
	Scope Scope
	Bad   string // has the finding
	Good  string // is the same without it
}

// Scope says what an example is a piece of, so that it can be run.
type Scope uint8

// The scopes of examples.
const (
	ScopeSCEP     Scope = iota // the keys of a SCEP payload's PayloadContent
	ScopePayload               // one or more payload dictionaries of the profile's PayloadContent
	ScopeProfile               // the keys of the profile's top level
	ScopeDocument              // a whole file
)

// Meta describes a rule. Its documentation is generated from it.
type Meta struct {
	ID       string
	Title    string // the defect, as a noun phrase
	Severity Severity
	Varies   string // when findings have another severity, such as "error if iOS is a target"
	Doc      string // in parts that start with "What it checks: ", "Why it matters: ", and "Exceptions: "
	Help     string // what to do about a finding, in one imperative
	Example  Example
	Refs     []Ref
	Pack     string // the pack of a policy; "" for a built-in rule

	Command string // the command that alone runs it; "" for check

	// Unsuppressible says that nothing suppresses the findings, switches the rule
	// off, or changes its severities: they report what could not be checked.
	Unsuppressible bool

	// DisabledByDefault says that the rule runs only if it is enabled, or a severity
	// is set for it.
	DisabledByDefault bool

	// Defers says that the rule reports nothing at a key where another one has an error.
	Defers bool
	// Explains are the IDs of policies that report nothing at a key where this one has a
	// finding.
	Explains []string

	Documents        Documents // which documents it checks
	SkipLossyExports bool      // it checks for missing keys, or how values are written: skip exports that do not keep everything

	Parameters []Parameter // the parameters of a policy, from data.config
	Relaxes    []string    // IDs of rules that a policy replaces: they run only if a severity is set for them
}

// Documents says which documents a rule checks.
type Documents uint8

// The kinds of documents; most rules check profiles.
const (
	Profiles    Documents = iota // only configuration profiles
	Declarative                  // only documents of declarative device management
	AnyDocument                  // both
)

// Parameter is a value that a policy reads from data.config.
type Parameter struct {
	Name    string
	Default any // as in JSON
	Doc     string
}

// Rule is a rule: its description and its functions. It has no state, since it
// runs on many profiles at once. An error is a failure of the rule itself.
type Rule struct {
	Meta
	KeepsText bool // it may refer to the text of a document after it was checked
	// Check checks one profile whose document is a property list.
	Check func(*Pass) error
	// CheckDocument checks every document, property list or not.
	CheckDocument func(*Pass) error
	// CheckSuppressions checks the suppression comments of a file after all other
	// rules have run.
	CheckSuppressions func(*Pass, []*SuppressionComment) error
	// CollectFacts exports facts about a profile for the CheckFileSet of other
	// profiles, with Pass.ExportFact. It reports no findings.
	CollectFacts func(*Pass) error
	// CheckFileSet checks a profile again when all profiles of the run have been
	// read, if it has a fact that another one has too, or requested one with
	// Pass.RequestFact; Pass.ImportFact returns what is known of the others.
	CheckFileSet func(*Pass) error
}

// class is what decides which rules check a document.
type class uint8

const (
	isLossy class = 1 << iota
	isDeclaration
	isAboutIdentity
	isParsed // there is a property list
	classes  = 1 << iota
)

func classOf(p *profile.Profile) (c class) {
	if p.Lossy() {
		c |= isLossy
	}
	if p.Declaration != "" {
		c |= isDeclaration
	}
	if p.IsAboutIdentity() {
		c |= isAboutIdentity
	}
	if p.Root != nil {
		c |= isParsed
	}
	return c
}

// looksAt reports whether the rule checks documents of a class.
func (r *Rule) looksAt(c class) bool {
	if r.SkipLossyExports && c&isLossy != 0 {
		return false
	}
	if r.Pack != "" && c&isDeclaration != 0 && c&isAboutIdentity == 0 {
		return false // policies are about profiles, and the settings of identities
	}
	return r.Documents == AnyDocument || (r.Documents == Declarative) == (c&isDeclaration != 0)
}

// name is what errors call the rule.
func (r *Rule) name() string {
	if r.Pack != "" {
		return "policy " + r.ID
	}
	return "rule " + r.ID
}

// Pass provides one rule with a profile, and records its findings.
type Pass struct {
	Rule          *Rule
	Profile       *profile.Profile
	Now           time.Time
	Targets       Targets
	Verify        *Verify // nil: signatures are not verified
	checker       *Checker
	plan          *plan
	class         class // of the profile
	found         []*Finding
	memory        []Finding // of those that are found next
	prints        []string
	facts         *profileFacts // of the first pass
	exported      []factKey     // and what is, when it is read again
	locating      bool          // ExportFact records locations
	locations     []factLocation
	shared        map[any]any
	profileNumber int32    // of the profile in the run, known when it is read again
	count         int      // of findings of the rule that runs
	capped        bool     // a rule had more findings than are kept
	failed        failures // rules

	recording bool      // exported facts are only recorded
	recorded  []factKey // what was
	imported  []factKey // what the rule that runs imported about the other profiles
}

// RuleExists reports whether the run has a rule of this ID, enabled or not.
func (p *Pass) RuleExists(id string) bool { return p.checker.known[id] }

// Unsuppressible reports whether nothing suppresses the findings of a rule.
func (p *Pass) Unsuppressible(id string) bool {
	return p.checker.required[id]
}

// RuleEnabled reports whether the rule of this ID runs.
func (p *Pass) RuleEnabled(id string) bool { return p.plan.on[id] }

// ShowSecrets reports whether secrets may be printed.
func (p *Pass) ShowSecrets() bool { return p.checker.ShowSecrets }

// Share returns a value that rules share, computed once per profile: the first
// caller's make is called for the key.
func (p *Pass) Share(key any, make func() any) any {
	v, ok := p.shared[key]
	if !ok {
		v = make()
		if p.shared == nil {
			p.shared = map[any]any{}
		}
		p.shared[key] = v
	}
	return v
}

// Print records a line that a rule's author wants to see; it is not a finding.
func (p *Pass) Print(line string) {
	const enough = 10_000
	if len(p.prints) < enough {
		p.prints = append(p.prints, p.Mask(line))
	}
}

// NearestRule returns the rule that an unknown ID may stand for; "" if there is none.
func (p *Pass) NearestRule(id string) string {
	ids := slices.Sorted(maps.Keys(p.checker.known))
	return keyname.Nearest(strings.ToLower(strings.ReplaceAll(id, "_", "-")), ids)
}

// Value reports a finding at a value.
func (p *Pass) Value(n *profile.Node, format string, args ...any) *Finding {
	f := p.at(n, n.Span(), n.Path(), format, args)
	f.unparsed = n.Broken() && p.isFault(n)
	return f
}

// isFault reports whether the value of a key is a syntax error, such as none at all.
func (p *Pass) isFault(n *profile.Node) bool {
	for _, fault := range p.Profile.Source.Faults {
		at := fault.Span.Start
		for _, span := range [...]profile.Span{n.Span(), n.KeySpan()} {
			if !fault.Template && at >= span.Start && at < span.End {
				return true
			}
		}
	}
	return false
}

// Key reports a finding at the key of a value.
func (p *Pass) Key(n *profile.Node, format string, args ...any) *Finding {
	return p.at(n, n.KeySpan(), n.Path(), format, args)
}

// AtStart reports a finding at the opening of a dictionary or array, about
// something missing from it.
func (p *Pass) AtStart(n *profile.Node, format string, args ...any) *Finding {
	f := p.at(n, n.OpenSpan(), n.Path(), format, args)
	f.whole, f.opening = n.Span(), n.Is(profile.Dict)
	f.torn = f.opening && p.hasFault(n)
	return f
}

// hasFault reports whether a dictionary has a syntax error between its values, so that
// what is missing from it may be there.
func (p *Pass) hasFault(n *profile.Node) bool {
	for _, fault := range p.Profile.Source.Faults {
		at := fault.Span.Start
		if whole := n.Span(); at < whole.Start || at >= whole.End {
			continue
		}
		inside := false
		for c := range n.Children() {
			inside = inside || at >= c.Span().Start && at < c.Span().End
		}
		if !inside {
			return true
		}
	}
	return false
}

// At reports a finding at a location and a path of the profile. The caller may
// then set its severity, help, and fix.
func (p *Pass) At(at profile.Span, path []any, format string, args ...any) *Finding {
	var n *profile.Node
	if len(path) > 0 {
		n = p.Profile.Root.At(path...)
	}
	return p.at(n, at, path, format, args)
}

// Prose is an argument of a message that quotes nothing of the finding's
// location.
type Prose string

// Phrase is an argument of a message that is wording, such as the name of a
// payload or a line number. Like Prose and Markup it is not part of the
// fingerprint, but secrets in it are masked.
type Phrase string

// isWording reports whether an argument of a message may be reworded.
func isWording(arg any) bool {
	switch arg.(type) {
	case Prose, Phrase, Markup, error:
		return true
	}
	return false
}

// inDialect returns the arguments with markup in the syntax of the document.
func inDialect(json bool, args []any) []any {
	if json {
		for i, arg := range args {
			if xml, ok := arg.(Markup); ok {
				args[i] = Markup(inJSON.Replace(string(xml)))
			}
		}
	}
	return args
}

func (p *Pass) at(n *profile.Node, at profile.Span, path []any, format string, args []any) *Finding {
	if p.count++; p.count > maxFindingsPerRule {
		return &Finding{Rule: &p.Rule.Meta} // only counted
	}
	if len(p.memory) == cap(p.memory) {
		p.memory = make([]Finding, 0, max(4, 2*cap(p.memory)))
	}
	p.memory = append(p.memory, Finding{Rule: &p.Rule.Meta, Severity: p.Rule.Severity, Help: p.Rule.Help, Span: at, Path: path})
	f := &p.memory[len(p.memory)-1]
	if f.json = p.Profile.Source.Form == plist.FormJSON; f.json {
		format, f.Help = inJSON.Replace(format), inJSON.Replace(f.Help)
	}
	args = inDialect(f.json, args)
	if x := p.Profile.Export; x != nil && x.Entry != nil {
		f.graph, format, args = x, inGraph(format), graphArgs(args)
	}
	secrets := p.Profile.Secrets()
	own := secrets.Own(at, n)
	masked := maskArgs(own, n, args)
	for i, arg := range masked {
		if !isWording(args[i]) {
			f.args = append(f.args, secrets.Text(plainText(arg)))
		}
	}
	if len(f.args) == 0 && n != nil && !n.Is(profile.Dict, profile.Array) { // then the value tells findings apart
		f.args = []string{maskValue(secrets, n, own)}
	}
	if p.ShowSecrets() {
		secrets, masked = p.Profile.NoSecrets(), args
	} else {
		f.own = own
	}
	f.Message = secrets.Excerpt(fmt.Sprintf(format, masked...))
	p.found = append(p.found, f)
	return f
}

// plainText is what fmt.Sprint makes of a value, which most often is a text.
func plainText(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case int:
		return strconv.Itoa(value)
	}
	return fmt.Sprint(value)
}

// maxValueArg is the size, in bytes, of a value that identifies a finding by its
// text. Of a longer one, the size does: masking it takes several times its memory.
const maxValueArg = 1 << 16

// maskValue is the text of a value without secrets, for a fingerprint.
func maskValue(secrets *secret.Secrets, n *profile.Node, own []string) string {
	text := n.Text()
	if len(text) > maxValueArg {
		return fmt.Sprintf("%d bytes", len(text))
	}
	return secrets.Text(secret.MaskOwn(text, own))
}

// SyntaxMessage returns the message of a syntax error of the document, without secrets
// unless they are to be shown.
func (p *Pass) SyntaxMessage(err *plist.SyntaxError) Prose {
	if p.ShowSecrets() {
		return Prose(err.Message)
	}
	return Prose(secret.MaskError(err))
}

// Mask masks secrets in a text of the document that is about to be cut, unless they are to be shown.
func (p *Pass) Mask(text string) string {
	if p.ShowSecrets() {
		return text
	}
	return p.Profile.Secrets().Text(text)
}

// maskArgs masks, in the arguments of a message, the secrets that the finding is
// about. The key is not masked, even if its text is the same.
func maskArgs(own []string, n *profile.Node, args []any) []any {
	if len(own) == 0 {
		return args
	}
	masked := make([]any, len(args))
	for i, arg := range args {
		switch text, isText := arg.(string); {
		case isText && n != nil && text == n.Key:
			masked[i] = arg
		case isText:
			masked[i] = secret.MaskOwn(text, own)
		default:
			masked[i] = maskedArg{arg, own}
			if _, ok := arg.(Prose); ok {
				masked[i] = arg
			}
		}
	}
	return masked
}

// maskedArg formats as the argument does, with secrets masked.
type maskedArg struct {
	arg any
	own []string
}

// Format implements fmt.Formatter.
func (m maskedArg) Format(f fmt.State, verb rune) {
	_, _ = io.WriteString(f, secret.MaskOwn(fmt.Sprintf(fmt.FormatString(f, verb), m.arg), m.own))
}

// AtEnvelope reports a finding about what is around the text of the profile,
// such as its signature. Its location is the start of the text, and no comment
// in the text suppresses it, since anyone who changes a signed profile could
// write one.
func (p *Pass) AtEnvelope(format string, args ...any) *Finding {
	at := profile.NoSpan
	if p.Profile.Root != nil && p.Profile.Source.Form == plist.FormXML {
		at = profile.Span{}
	}
	f := p.At(at, nil, format, args...)
	f.onEnvelope = true
	return f
}

// maxFindingsPerRule is how many findings of one rule a file may have before the rest is
// only counted: after a thousand of a kind, the next is not read.
const maxFindingsPerRule = 1000

// LimitReached reports whether further findings of the rule would only be
// counted, so that expensive work for them can be skipped.
func (p *Pass) LimitReached() bool { return p.count >= maxFindingsPerRule }

// Editable reports whether the document is text, so that a fix can be written
// as edits of it. Whether the edits may be applied is not the rule's concern.
func (p *Pass) Editable() bool { return p.Profile.Source.Form == plist.FormXML }

// DropFixes removes the fixes of all findings so far.
func (p *Pass) DropFixes() {
	for _, f := range p.found {
		f.Fix = nil
	}
}
