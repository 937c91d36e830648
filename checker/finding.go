package checker

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/profile"
	"github.com/sceplint/sceplint/checker/secret"
)

// Finding is one problem that a rule found at a location.
type Finding struct {
	Rule     *Meta
	Severity Severity
	Message  string // the problem, with the value
	Help     string // what to do about it, in one imperative; "" if the message or the fix says it
	Span     profile.Span
	Path     []any // keys (string) and indices (int) from the root of the profile
	Fix      *Fix
	Related  []RelatedLocation // locations in other profiles that it is also about
	Argument string            // what the fingerprint hashes in addition to the arguments of the message, to distinguish findings of a rule at one path

	Suppression *Suppression // why it is suppressed; nil: it is not

	whole      profile.Span    // the dictionary or array with something missing, if the finding is about that; its Span is only the opening
	args       []string        // of the message, without secrets and wording, for the fingerprint
	own        []string        // secrets that the finding is about, and that its help must mask; nil if they may be shown
	json       bool            // the document is JSON
	graph      *profile.Export // the document is a SCEP profile of Microsoft Graph; nil: it is not
	onEnvelope bool            // about what is around the text; no comment in the text suppresses it
	unsure     bool            // a profile that changed may have contributed to it before

	group    factKey // of findings of several profiles that have one cause; 0: none
	opening  bool    // at the opening of a dictionary, about something in it
	key      string  // the path of the key that it is about; "" for none
	absent   bool    // the key is missing
	torn     bool    // from a dictionary with a syntax error
	unparsed bool    // about a value that is a syntax error

	causes   []string // keys that explain the finding if something is wrong with them
	replaced string   // the path of the key that it is in place of; "" for none

	// File and the fields after it are set when all rules have run, so that a
	// finding does not retain its document. They contain no secrets unless
	// ShowSecrets is set.
	File           string
	Profile        Identity
	Ordinal        int              // which of the profiles of the file it is about, from 0
	Payload        *PayloadIdentity // nil outside payloads
	Start, End     plist.Position   // only if Placed
	Placed         bool             // false for input without lines, such as binary property lists
	UnmappedLines  bool             // the lines are not those of the file as other programs count them
	Line           Line
	ContainerLines Lines  // of the dictionary or array with something missing, if the finding is about that
	Fingerprint    string // does not change when the profile is moved or edited elsewhere
}

// RelatedLocation is another location that a finding is about.
type RelatedLocation struct {
	File    string
	Message string
	Start   plist.Position // only if Placed
	Placed  bool
	Signed  bool // the document there is signed

	profile   int32
	qualifier uint32
}

// Suppression is why a finding is suppressed.
type Suppression struct {
	Kind          SuppressionKind
	Justification string // the reason that was given; may be empty
}

// SuppressionKind is the kind of a suppression.
type SuppressionKind string

// The kinds of suppressions.
const (
	ByComment   SuppressionKind = "comment"   // a comment in the profile
	ByConfig    SuppressionKind = "config"    // the configuration file
	ByBaseline  SuppressionKind = "baseline"  // a baseline contains it
	ByUnchanged SuppressionKind = "unchanged" // it is on lines that did not change
)

// Identity identifies a profile.
type Identity struct{ Identifier, UUID string }

// PayloadIdentity identifies a payload of a profile.
type PayloadIdentity struct {
	Index                  int
	Type, Identifier, UUID string
}

// Line is the source line that a finding starts on, with the range in bytes that
// the finding is about.
type Line struct {
	Text       string
	Start, End int
}

// Lines is a range of lines of a source, counted from 1; Last is included.
type Lines struct{ First, Last int }

// Fix is a change that corrects what a finding reports.
type Fix struct {
	Message string // what it does
	Safe    bool   // keeps the meaning that the author of the profile intended
	Edits   []TextEdit
	Secret  bool // the edits hold a secret and must not be printed

	Places []Region // those of the edits, in their order; set when all rules have run
}

// Region is where a range of text starts and ends.
type Region struct{ Start, End plist.Position }

// TextEdit replaces some bytes of the source with a text.
type TextEdit struct {
	Start, End int
	Text       string
}

// Replace returns the edit that replaces a span with a text.
func Replace(at profile.Span, text string) TextEdit { return TextEdit{at.Start, at.End, text} }

// compareFindings is the order in which findings are reported: by location, then
// by rule.
func compareFindings(a, b *Finding) int {
	return cmp.Or(
		cmp.Compare(a.Span.Start, b.Span.Start),
		comparePaths(a, b),
		strings.Compare(a.Rule.ID, b.Rule.ID),
		cmp.Compare(a.Span.End, b.Span.End),
		strings.Compare(a.Message, b.Message),
	)
}

// comparePaths orders findings without a location as their values are ordered.
func comparePaths(a, b *Finding) int {
	if a.Span.Valid() {
		return 0
	}
	return slices.CompareFunc(a.Path, b.Path, func(x, y any) int {
		i, ok := x.(int)
		j, also := y.(int)
		if ok && also {
			return cmp.Compare(i, j)
		}
		return strings.Compare(plainText(x), plainText(y))
	})
}

// finalizeFindings sets the fields that reports need: first where each finding is,
// then, with secrets masked, what it says, and its fingerprint. It separates the
// suppressed findings from the others.
func (c *Checker) finalizeFindings(p *profile.Profile, found []*Finding) (list, suppressed []Finding) {
	locate(p, found)
	hidden := p.Secrets()
	secrets := hidden
	if c.ShowSecrets {
		secrets = p.NoSecrets()
	}
	keep := func(text string) string { return strings.Clone(secrets.Excerpt(text)) } // the text is a piece of the document, and may be all of it
	id := Identity{keep(p.Root.Get("PayloadIdentifier").Text()), keep(p.Root.Get("PayloadUUID").Text())}
	if p.Declaration != "" {
		id = Identity{Identifier: keep(p.Root.Get("Identifier").Text())}
	}
	quoted := p.Root != nil || p.Source.ResemblesPlist()
	prints := fingerprints{hide: hidden.Text, seen: make(map[[sha256.Size]byte]int, len(found))}
	list = make([]Finding, 0, len(found))
	var raw, payload *PayloadIdentity // of the last finding in a payload
	var rawPath, path []any           // of the last finding
	for _, f := range found {
		f.Profile = id
		if f.Payload != nil {
			if f.Payload != raw {
				raw = f.Payload
				payload = &PayloadIdentity{raw.Index, keep(raw.Type), keep(raw.Identifier), keep(raw.UUID)}
			}
			f.Payload = payload
		}
		f.Message, f.Help, f.own = secrets.Text(f.Message), secrets.Text(f.Help), nil
		for i, r := range f.Related {
			if masked := secrets.Text(r.Message); masked != r.Message {
				f.Related = slices.Clone(f.Related)
				f.Related[i].Message = masked
			}
		}
		for i, step := range f.Path {
			if i < len(rawPath) && rawPath[i] == step { // as most steps are
				f.Path[i] = path[i]
				continue
			}
			rawPath = append(rawPath[:min(i, len(rawPath))], step)
			if key, ok := step.(string); ok {
				f.Path[i] = keep(key)
			}
		}
		rawPath, path = rawPath[:len(f.Path)], f.Path
		if f.Fix != nil {
			f.Fix.Message = secrets.Text(f.Fix.Message)
			var own []string // of the secrets that the fix changes
			for _, e := range f.Fix.Edits {
				own = append(own, secrets.Own(profile.Span{Start: e.Start, End: e.End}, nil)...)
			}
			for i := range f.Fix.Edits {
				e := &f.Fix.Edits[i]
				e.Text = strings.Clone(e.Text) // it may be a piece of the document
				f.Fix.Secret = f.Fix.Secret || secret.MaskOwn(secrets.Text(e.Text), own) != e.Text
			}
		}
		if f.Placed && !f.onEnvelope && quoted {
			f.Line.Text, f.Line.Start, f.Line.End = secrets.Line(f.Span)
		}
		if !c.OmitFingerprints {
			f.Fingerprint = prints.of(f)
		}
		if f.graph != nil {
			f.Path, f.Help = graphPath(f.graph, f.Path), inGraph(f.Help)
		}
		f.args, f.Argument, f.graph = nil, "", nil // they may be pieces of the document
		if f.Suppression == nil && c.Suppress != nil && !f.Rule.Unsuppressible {
			f.Suppression = c.Suppress(f)
		}
		if f.Suppression == nil {
			list = append(list, *f)
			continue
		}
		f.Suppression.Justification = keep(f.Suppression.Justification)
		suppressed = append(suppressed, *f)
	}
	return list, suppressed
}

// locate sets what tells where findings are.
func locate(p *profile.Profile, found []*Finding) {
	var payload *PayloadIdentity // of the last finding in one
	for _, f := range found {
		if len(f.Path) >= 2 && f.Path[0] == "PayloadContent" {
			if index, _ := f.Path[1].(int); payload == nil || payload.Index != index {
				payload = payloadOf(p, index)
			}
			f.Payload = payload
		}
		f.settleKey()
	}
	src := p.Source
	editable, _ := src.Editable()
	unmapped := len(found) > 0 && src.Textual() && !src.LinesOfFile()
	region := func(start, end int) Region { return Region{src.Position(start), src.Position(end)} }
	for _, f := range found {
		f.File = src.Name
		if !editable {
			f.Fix = nil
		}
		if !f.Span.Valid() || !src.Textual() {
			continue
		}
		at := region(f.Span.Start, f.Span.End)
		f.Placed, f.UnmappedLines, f.Start, f.End = true, unmapped, at.Start, at.End
		if f.whole.Valid() {
			f.ContainerLines = Lines{src.LineOfFile(f.whole.Start), src.LineOfFile(f.whole.End)}
		}
		if f.Fix != nil {
			f.Fix.Places = make([]Region, len(f.Fix.Edits))
			for i, e := range f.Fix.Edits {
				f.Fix.Places[i] = region(e.Start, e.End)
			}
		}
	}
}

// payloadOf identifies a payload of a profile, without masking it; nil if there is none.
func payloadOf(p *profile.Profile, index int) *PayloadIdentity {
	payloads := p.Payloads()
	i, ok := slices.BinarySearchFunc(payloads, index, func(x profile.Payload, index int) int { return cmp.Compare(x.Index, index) })
	if !ok {
		return nil
	}
	return &PayloadIdentity{index, payloads[i].Type, payloads[i].Identifier, payloads[i].UUID}
}

// RelatedTo says that the finding is about other locations as well, all with the same
// message.
func (f *Finding) RelatedTo(places []RelatedLocation, message string) *Finding {
	f.Related = places
	for i := range f.Related {
		f.Related[i].Message = message
	}
	return f
}

// WithHelp sets the help of the finding. Markup in it is written as JSON in
// documents of JSON, and secrets among the arguments are masked.
func (f *Finding) WithHelp(format string, args ...any) *Finding {
	if f.json {
		format = inJSON.Replace(format)
	}
	f.Help = fmt.Sprintf(format, maskArgs(f.own, nil, inDialect(f.json, args))...)
	return f
}

// fingerprints makes the fingerprints of the findings of a profile.
type fingerprints struct {
	hide   func(string) string
	seen   map[[sha256.Size]byte]int
	buffer []byte
}

// of identifies a finding by rule, profile, payload, the path inside it, and the
// arguments of its message, not by its location or its wording. Equal fingerprints
// are numbered in order.
func (x *fingerprints) of(f *Finding) string {
	b := append(x.buffer[:0], x.hide(f.Rule.ID)...)
	add := func(text string) { b = append(append(b, 0), x.hide(text)...) }
	add(f.Profile.Identifier)
	path := f.Path
	if f.Payload != nil {
		path = path[2:]
		add(f.Payload.Type)
		add(cmp.Or(f.Payload.Identifier, f.Payload.UUID))
	}
	for _, step := range path {
		add(plainText(step))
	}
	add("\x01") // no path ends where arguments begin
	for _, arg := range f.args {
		add(arg)
	}
	if f.Argument != "" {
		add("\x02")
		add(f.Argument)
	}
	x.buffer = b
	sum := sha256.Sum256(b)
	x.seen[sum]++
	if n := x.seen[sum]; n > 1 {
		sum = sha256.Sum256(fmt.Appendf(b, "\x00%d", n))
	}
	return hex.EncodeToString(sum[:16])
}
