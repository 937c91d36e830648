package report

import (
	"io"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/printable"
)

const sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

// sarifLevels are what SARIF calls the severities.
var sarifLevels = [...]string{checker.Off: "none", checker.Info: "note", checker.Warning: "warning", checker.Error: "error"}

// SARIF writes a log with one run: what the rules found, as it comes, and what is
// suppressed, with the reason; then the rules.
func SARIF(w io.Writer, r *Report) error {
	rules := newSARIFRules(r)
	invocation := sarifInvocation{Successful: true, Notifications: []sarifNotification{}}
	out := newJSONStream(w)
	out.object()
	out.key("$schema")
	out.value(sarifSchema)
	out.key("version")
	out.value("2.1.0")
	out.key("runs")
	out.array()
	out.object()
	out.key("columnKind")
	out.value("unicodeCodePoints")
	out.key("redactionTokens")
	out.value([]string{plist.Mask})
	out.key("results")
	out.array()
	for result := range r.Results {
		if out.err != nil {
			return out.err
		}
		for _, f := range allFindings(result) {
			out.value(newSARIFResult(f, rules))
		}
		if result.Err != nil {
			invocation.Successful = false
			invocation.Notifications = append(invocation.Notifications, sarifNotification{
				Level: "error", Message: sarifMessage{Text: errorText(result.Err)},
				Locations: []sarifLocation{{Physical: sarifPhysical{Artifact: newSARIFArtifact(result.File)}}},
			})
		}
	}
	out.end()
	if r.Notes != nil {
		for _, text := range r.Notes() {
			invocation.Notifications = append(invocation.Notifications, sarifNotification{Level: "note", Message: sarifMessage{Text: text}})
		}
	}
	out.key("invocations")
	out.value([]sarifInvocation{invocation})
	out.key("tool")
	out.value(sarifTool{sarifDriver{
		Name: "sceplint", FullName: "sceplint " + r.Version, Version: sarifVersion(r.Version), InformationURI: home, Rules: rules.list,
	}})
	out.end()
	out.end()
	out.end()
	return out.close()
}

func newSARIFResult(f *checker.Finding, rules *sarifRules) sarifResult {
	x := sarifResult{
		RuleID: f.Rule.ID, RuleIndex: rules.index(f.Rule), Level: sarifLevels[f.Severity], Message: sarifMessage{Text: f.Message},
		Locations:    []sarifLocation{newSARIFLocation(f)},
		Fingerprints: sarifFingerprints{f.Fingerprint},
		Suppressions: []sarifSuppression{},
		Properties:   sarifOrigin{Help: f.Help, Profile: jsonProfile(f.Profile)},
	}
	if f.Payload != nil {
		payload := jsonPayload(*f.Payload)
		x.Properties.Payload = &payload
	}
	for i, related := range f.Related {
		place := sarifLocation{ID: i + 1, Physical: sarifPhysical{Artifact: newSARIFArtifact(related.File)}, Message: &sarifMessage{Text: related.Message}}
		if related.Placed {
			place.Physical.Region = &sarifRegion{StartLine: related.Start.Line, StartColumn: related.Start.Column}
		}
		x.Related = append(x.Related, place)
	}
	if edits := fixEdits(f); len(edits) > 0 {
		x.Fixes = []sarifFix{newSARIFFix(f, edits)}
	}
	if s := f.Suppression; s != nil {
		kind := "external"
		if s.Kind == checker.ByComment {
			kind = "inSource"
		}
		x.Suppressions = append(x.Suppressions, sarifSuppression{kind, "accepted", s.Justification})
	}
	return x
}

func newSARIFArtifact(file string) sarifArtifact { return sarifArtifact{fileURI(file)} }

func newSARIFLocation(f *checker.Finding) sarifLocation {
	x := sarifLocation{Physical: sarifPhysical{Artifact: newSARIFArtifact(f.File)}}
	if f.Placed {
		x.Physical.Region = newSARIFRegion(f.Start, f.End)
		snippets(f, &x.Physical)
	} else { // the path tells the place; of the bytes, just the start is known
		x.Physical.Region = &sarifRegion{ByteOffset: new(int), ByteLength: new(int)}
	}
	if len(f.Path) > 0 {
		name, kind := f.Path[len(f.Path)-1], "property"
		if _, ok := name.(int); ok {
			kind = "value"
		}
		x.Logical = []sarifLogical{{printable.Text(strings.TrimPrefix(PathText([]any{name}), ".")), printable.Text(PathText(f.Path)), kind}}
	}
	return x
}

func newSARIFRegion(start, end plist.Position) *sarifRegion {
	return &sarifRegion{StartLine: start.Line, StartColumn: start.Column, EndLine: end.Line, EndColumn: end.Column}
}

// snippets adds the text of the place, and the line around it where the place is
// a part of that line.
func snippets(f *checker.Finding, x *sarifPhysical) {
	line := f.Line
	if line.Text == "" {
		return
	}
	marked := line.Text[line.Start:line.End]
	switch {
	case f.End.Line != f.Start.Line:
		marked += "\n…"
	case len(marked) < len(line.Text):
		x.Context = &sarifRegion{StartLine: f.Start.Line, EndLine: f.End.Line, Snippet: &sarifMessage{Text: line.Text}}
	}
	x.Region.Snippet = &sarifMessage{Text: marked}
}

func newSARIFFix(f *checker.Finding, edits []checker.TextEdit) sarifFix {
	text := f.Fix.Message
	if !f.Fix.Safe {
		text += " (unsafe: it may change what the author had in mind)"
	}
	change := sarifChange{Artifact: newSARIFArtifact(f.File)}
	for i, e := range edits {
		place := f.Fix.Places[i]
		change.Replacements = append(change.Replacements, sarifReplacement{*newSARIFRegion(place.Start, place.End), sarifMessage{Text: e.Text}})
	}
	return sarifFix{sarifMessage{Text: text}, []sarifChange{change}}
}
