package checker

import (
	"bytes"
	"cmp"
	"fmt"
	"iter"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/sceplint/sceplint/checker/export"
	"github.com/sceplint/sceplint/checker/profile"
)

// Revision is the files of a run as they were before a change. Its methods are
// called by several workers at once.
type Revision interface {
	// Before returns the bytes that a file had; ok is false if the file did not
	// exist or its bytes are not known.
	Before(file string, now []byte) (before []byte, ok bool)
	// Now returns the bytes that a file has.
	Now(file string) (text []byte, ok bool)
	// Differing yields the path and the earlier bytes of each file that has other
	// bytes now or was removed; the bytes are nil if they are not known.
	Differing() iter.Seq2[string, []byte]
}

// A finding is old only if the same rules report it for the bytes that the file
// had, and nothing it is about has changed since: its own lines, those of the
// dictionary with something missing, and those of the payload that a reference
// leads to. Whatever cannot be compared counts as changed.

// suppressUnchanged suppresses the findings that a file had before.
func (c *Checker) suppressUnchanged(result *Result, input Input, text []byte) {
	unchanged := c.unchanged(input, text, func(p *profile.Profile) []Finding {
		done := c.check(p, c.planFor(input.Name))
		if done.err != nil {
			return nil
		}
		return done.findings
	})
	if unchanged != nil {
		result.suppress(unchanged)
	}
}

// suppressUnchangedSet suppresses the findings of file-set rules that a profile
// had before, as far as the other profiles show as they are now. Related
// locations in other files must be on unchanged lines.
func (c *Checker) suppressUnchangedSet(result *Result, input Input, profileNumber int32, text []byte) {
	if len(result.Findings) == 0 {
		return
	}
	unchanged := c.unchanged(input, text, func(p *profile.Profile) []Finding {
		then, kept := c.Pass(p), &Result{}
		then.profileNumber = profileNumber
		c.collectFacts(then)
		c.runFileSetRules(kept, then)
		return kept.Findings
	})
	if unchanged != nil {
		result.suppress(func(f *Finding) bool {
			return !f.unsure && unchanged(f) && !slices.ContainsFunc(f.Related, c.relatedChanged)
		})
	}
}

// unchanged returns what reports whether a file had a finding before, given what
// finds those of a profile; nil if that is not known.
func (c *Checker) unchanged(input Input, text []byte, find func(*profile.Profile) []Finding) func(*Finding) bool {
	if input.Part != nil || input.Inside {
		return nil
	}
	before, ok := c.Earlier.Before(input.Name, text)
	if !ok {
		return nil
	}
	if bytes.Equal(before, text) {
		return func(*Finding) bool { return true }
	}
	profiles, _ := input.parse(text) // again, since few files have changed
	defer export.Release(profiles)
	p, ok := verbatim(profiles, text)
	if !ok {
		return nil
	}
	old, ok := c.findingsBefore(input, before, find)
	if !ok {
		return nil
	}
	changed, targets := compare(before, text), targetsOf(p)
	return func(f *Finding) bool {
		return old[f.identity()] && changed.keep(f) && !slices.ContainsFunc(targets[f.Span], changed.touches)
	}
}

// relatedChanged reports whether a location in another profile may have changed.
func (c *Checker) relatedChanged(r RelatedLocation) bool {
	text, ok := c.Earlier.Now(r.File)
	if !ok {
		return true
	}
	before, ok := c.Earlier.Before(r.File, text)
	switch {
	case !ok:
		return true
	case bytes.Equal(before, text):
		return false
	case !r.Placed, r.Signed, r.Start.Offset >= len(text):
		return true
	}
	return compare(before, text).touches(profile.Span{Start: r.Start.Offset, End: r.Start.Offset + 1})
}

// suppress moves the findings that are old to the suppressed ones.
func (r *Result) suppress(old func(*Finding) bool) {
	var rest []Finding
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Rule.Unsuppressible || !old(f) {
			rest = append(rest, *f)
			continue
		}
		f.Suppression = &Suppression{Kind: ByUnchanged}
		r.Suppressed = append(r.Suppressed, *f)
	}
	r.Findings = rest
}

// verbatim returns the profile of a document whose text is that of the file, so
// that its locations are those of the file.
func verbatim(profiles []*profile.Profile, text []byte) (*profile.Profile, bool) {
	if len(profiles) != 1 || len(text) == 0 {
		return nil, false
	}
	p := profiles[0]
	same := len(p.Source.Text) == len(text) && &p.Source.Text[0] == &text[0]
	return p, same && p.Root != nil && p.Export == nil && p.Source.Textual()
}

// identity identifies a finding of a file across changes of the file.
func (f *Finding) identity() identity { return identity{f.Fingerprint, f.Severity} }

type identity struct {
	fingerprint string
	severity    Severity
}

// findingsBefore returns the findings in the bytes that a file had.
func (c *Checker) findingsBefore(input Input, before []byte, find func(*profile.Profile) []Finding) (map[identity]bool, bool) {
	profiles, err := input.parse(before)
	defer export.Release(profiles)
	if err != nil || len(profiles) != 1 || profiles[0].Root == nil {
		return nil, false
	}
	old := map[identity]bool{}
	for _, f := range find(profiles[0]) {
		old[f.identity()] = true
	}
	return old, true
}

// targetsOf returns the payloads that references lead to, by the span of the
// reference.
func targetsOf(p *profile.Profile) map[profile.Span][]profile.Span {
	targets := map[profile.Span][]profile.Span{}
	references := p.References()
	for i := range references {
		r := &references[i]
		if target := cmp.Or(r.Target, r.Near); target != nil {
			targets[r.Node.Span()] = append(targets[r.Node.Span()], target.Node.Span())
		}
	}
	return targets
}

// changedText is what is new in a text, in order: ranges of bytes that begin and
// end with lines. An empty one is where lines were removed.
type changedText struct {
	text []byte
	list []profile.Span
}

// compare finds the lines that are new. Where Git has turned all line feeds of a
// file into those of Windows, that is not a change.
func compare(before, now []byte) *changedText {
	c := &changedText{text: now}
	if bytes.Count(now, []byte("\r\n")) == bytes.Count(now, []byte("\n")) && !bytes.Contains(before, []byte("\r")) {
		before = bytes.ReplaceAll(before, []byte("\n"), []byte("\r\n"))
	}
	// What each line of a hunk is, its first byte tells. Lines follow one another in
	// both texts.
	at, line := 0, 1 // the offset of a line of the text
	next := func() int {
		end := len(now)
		if i := bytes.IndexByte(now[at:], '\n'); i >= 0 {
			end = at + i + 1
		}
		return end
	}
	for _, text := range hunkLines(diff.Diff("before", before, "now", now)) {
		switch text[0] {
		case '@':
			for start := hunkStart(text); line < start && at < len(now); line++ {
				at = next()
			}
		case ' ':
			at, line = next(), line+1
		case '-':
			c.list = append(c.list, profile.Span{Start: at, End: at})
		case '+':
			end := next()
			c.list = append(c.list, profile.Span{Start: at, End: end})
			at, line = end, line+1
		}
	}
	return c
}

// hunkLines returns the lines of a unified diff without its header.
func hunkLines(text []byte) [][]byte {
	lines := bytes.Split(text, []byte("\n"))
	if len(lines) < 3 {
		return nil
	}
	return slices.DeleteFunc(lines[3:], func(line []byte) bool { return len(line) == 0 })
}

// hunkStart is the line of the newer text that a hunk begins with, from its header
// @@ -A,B +C,D @@. Where nothing of it is left, that is the line before.
func hunkStart(header []byte) int {
	var a, b, start, count int
	if _, err := fmt.Sscanf(string(header), "@@ -%d,%d +%d,%d @@", &a, &b, &start, &count); err != nil || count == 0 {
		return start + 1
	}
	return start
}

// keep reports whether the lines that a finding is about are unchanged.
func (c *changedText) keep(f *Finding) bool {
	return f.Span.Valid() && !c.touches(f.Span) && !(f.whole.Valid() && c.touches(f.whole))
}

// touches reports whether any line of a range changed, or a line between two of
// them was removed.
func (c *changedText) touches(s profile.Span) bool {
	start := bytes.LastIndexByte(c.text[:s.Start], '\n') + 1
	end := len(c.text)
	if i := bytes.IndexByte(c.text[max(s.Start, s.End-1):], '\n'); i >= 0 {
		end = max(s.Start, s.End-1) + i + 1
	}
	return slices.ContainsFunc(c.list, func(x profile.Span) bool {
		return x.Start < end && x.End > start
	})
}

// earlierFacts are the facts of profiles that have changed or are gone, as they were before.
type earlierFacts struct {
	once    sync.Once
	keys    map[factKey]bool
	unknown bool // some of them could not be read
}

// contains reports whether one of the profiles as they were may have exported a
// fact that rules imported.
func (x *earlierFacts) contains(c *Checker, asked []factKey) bool {
	x.once.Do(func() {
		x.keys = map[factKey]bool{}
		for name, text := range c.Earlier.Differing() {
			x.add(c, name, text)
		}
	})
	return x.unknown || slices.ContainsFunc(asked, func(n factKey) bool { return x.keys[n] })
}

func (x *earlierFacts) add(c *Checker, name string, text []byte) {
	if text == nil || holdsFiles(name, text) {
		x.unknown = true
		return
	}
	input := Input{Name: name}
	profiles, _ := input.parse(text)
	defer export.Release(profiles)
	for _, p := range profiles {
		if p.Root == nil {
			continue // it exports nothing
		}
		pass := c.Pass(p)
		pass.recording = true
		c.collectFacts(pass)
		for _, n := range pass.recorded {
			x.keys[n] = true
		}
	}
}

// holdsFiles reports whether a file is an archive or a stream, whose profiles
// are read elsewhere.
func holdsFiles(name string, text []byte) bool {
	const tarMagic = 257
	return bytes.HasPrefix(text, []byte("PK")) || bytes.HasPrefix(text, []byte{0x1f, 0x8b}) ||
		len(text) > tarMagic && bytes.HasPrefix(text[tarMagic:], []byte("ustar")) || strings.EqualFold(path.Ext(name), ".jsonl")
}
