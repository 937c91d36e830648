package checker

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"sort"

	"github.com/sceplint/sceplint/checker/export"
	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/printable"
)

// FixMode says which fixes are applied.
type FixMode uint8

// The modes of fixing.
const (
	FixNone FixMode = iota
	FixSafe         // those that keep the meaning
	FixAll          // the unsafe ones as well
)

// maxFixPasses bounds how often a document is fixed and checked again: a fix may
// bring to light what another one fixes.
const maxFixPasses = 10

// fix applies the fixes of a result's findings to the document, checks it again,
// and repeats that until no fix is left. The result is then that of the fixed
// document. Bytes outside the edits do not change.
func (c *Checker) fix(result *Result, input Input, text []byte) {
	if why := c.fixSkipReason(input, text); why != "" {
		result.FixSkipReason = why
		return
	}
	before, found := text, result.Findings
	_, broken := export.Parse(input.Name, text)
	for range maxFixPasses {
		edits, n := c.selectEdits(result.Findings)
		if n == 0 {
			break
		}
		after, err := Apply(text, edits)
		if err == nil && broken == nil {
			_, err = export.Parse(input.Name, after)
		}
		if err != nil {
			result.Err = fmt.Errorf("%s: conflicting fixes; nothing was changed: %w", printable.Text(input.Name), err)
			result.Findings = found
			return
		}
		again := c.document(input, after)
		if again.Err != nil {
			result.Err, result.Findings = again.Err, found
			return
		}
		again.Fixed, again.FindingsBeforeFix = result.Fixed+n, found
		*result, text = *again, after
	}
	if !bytes.Equal(before, text) {
		result.Before, result.After = before, text
	}
}

// fixSkipReason says why a document with fixable findings cannot be written to.
// Their fixes are already gone by then, so the document is asked again.
func (c *Checker) fixSkipReason(input Input, text []byte) string {
	profiles, err := input.parse(text)
	if err != nil {
		return ""
	}
	for _, p := range profiles {
		ok, why := p.Source.Editable()
		if ok {
			continue
		}
		pass := c.Pass(p)
		findTogether([]*Pass{pass})
		if pass.suppress(); len(pass.failed) > 0 {
			return ""
		}
		for _, f := range pass.found {
			if f.Suppression != nil {
				continue
			}
			if c.wanted(f.Fix) || p.Source.Form != plist.FormXML && f.Rule.Pack == "" { // there no fix can be told from the bytes
				return why
			}
		}
	}
	return ""
}

func (c *Checker) wanted(f *Fix) bool { return f != nil && (f.Safe || c.Fix == FixAll) }

// selectEdits returns the edits of the wanted fixes that do not touch one
// another, in order; the other fixes are applied in the next round.
func (c *Checker) selectEdits(findings []Finding) (edits []TextEdit, fixes int) {
	for _, f := range findings {
		if !c.wanted(f.Fix) || slices.ContainsFunc(f.Fix.Edits, func(e TextEdit) bool { return overlaps(e, edits) }) {
			continue
		}
		for _, e := range f.Fix.Edits {
			edits = slices.Insert(edits, insertIndex(edits, e.Start), e) // most often at the end
		}
		fixes++
	}
	return edits, fixes
}

// overlaps reports whether an edit touches one of others, which are in order and
// do not touch one another, unless those of one fix do.
func overlaps(e TextEdit, others []TextEdit) bool {
	i := insertIndex(others, e.Start)
	return i > 0 && others[i-1].End >= e.Start || i < len(others) && others[i].Start <= e.End
}

// insertIndex returns the index at which an edit that starts at an offset
// belongs in sorted edits.
func insertIndex(edits []TextEdit, start int) int {
	return sort.Search(len(edits), func(i int) bool { return edits[i].Start > start })
}

// Apply applies the edits to a text. Edits that overlap, or that are outside the
// text, are an error.
func Apply(text []byte, edits []TextEdit) ([]byte, error) {
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b TextEdit) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})
	var out bytes.Buffer
	at := 0
	for _, e := range edits {
		if e.Start < at || e.End < e.Start || e.End > len(text) {
			return nil, fmt.Errorf("edit of bytes %d to %d overlaps another or is outside the file", e.Start, e.End)
		}
		out.Write(text[at:e.Start])
		out.WriteString(e.Text)
		at = e.End
	}
	out.Write(text[at:])
	return out.Bytes(), nil
}
