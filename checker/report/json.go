package report

import (
	"bufio"
	"encoding/json"
	"io"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/printable"
)

// jsonVersion changes when a consumer of the JSON would have to change.
const jsonVersion = 1

type jsonTool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// jsonSkipped is a path that was not checked.
type jsonSkipped struct {
	File   string `json:"file"`
	Reason string `json:"reason"`
}

type jsonError struct {
	File    string `json:"file"`
	Message string `json:"message"`
}

type jsonFinding struct {
	Rule        string           `json:"rule"`
	Severity    string           `json:"severity"`
	Message     string           `json:"message"`
	File        string           `json:"file"`
	Profile     jsonProfile      `json:"profile"`
	Payload     *jsonPayload     `json:"payload,omitempty"`
	Path        []any            `json:"path"`
	Start       *jsonPosition    `json:"start,omitempty"`
	End         *jsonPosition    `json:"end,omitempty"`
	Help        string           `json:"help"`
	Fix         *jsonFix         `json:"fix,omitempty"`
	Related     []jsonRelated    `json:"related,omitempty"`
	Fingerprint string           `json:"fingerprint"`
	Suppression *jsonSuppression `json:"suppression,omitempty"`
}

// jsonSuppression is why a finding is suppressed.
type jsonSuppression struct {
	By     string `json:"by"`
	Reason string `json:"reason"`
}

// jsonRelated is a place in another profile.
type jsonRelated struct {
	File    string        `json:"file"`
	Message string        `json:"message"`
	Start   *jsonPosition `json:"start,omitempty"`
}

type jsonProfile struct {
	Identifier string `json:"identifier"`
	UUID       string `json:"uuid"`
}

type jsonPayload struct {
	Index      int    `json:"index"`
	Type       string `json:"type"`
	Identifier string `json:"identifier"`
	UUID       string `json:"uuid"`
}

type jsonPosition struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Offset int `json:"offset"`
}

type jsonFix struct {
	Message string     `json:"message"`
	Safe    bool       `json:"safe"`
	Edits   []jsonEdit `json:"edits"`
}

// jsonEdit puts text instead of the bytes from start up to end.
type jsonEdit struct {
	Start int    `json:"start"`
	End   int    `json:"end"`
	Text  string `json:"text"`
}

// JSON writes one document with all findings, as they come, and a summary.
func JSON(w io.Writer, r *Report) error {
	out := newJSONStream(w)
	out.object()
	out.key("version")
	out.value(jsonVersion)
	out.key("tool")
	out.value(jsonTool{"sceplint", r.Version})
	out.key("findings")
	out.array()
	var summary Summary
	skipped, failed := []jsonSkipped{}, []jsonError{}
	for result := range r.Results {
		if out.err != nil {
			return out.err
		}
		summary.Add(result)
		for _, f := range r.findings(result) {
			out.value(newJSONFinding(f))
		}
		if result.Skipped.Reason != "" && !result.Part {
			skipped = append(skipped, jsonSkipped{result.File, printable.Text(result.Skipped.Reason)})
		}
		if result.Err != nil {
			failed = append(failed, jsonError{result.File, errorText(result.Err)})
		}
	}
	out.end()
	out.key("skipped")
	out.value(skipped)
	out.key("errors")
	out.value(failed)
	out.key("summary")
	out.value(summary)
	if r.Servers != nil {
		out.key("servers")
		out.value(r.Servers)
	}
	out.end()
	return out.close()
}

// JSONLines writes one finding a line, as soon as it is there.
func JSONLines(w io.Writer, r *Report) error {
	buffered := bufio.NewWriter(w)
	lines := newJSONLines(buffered)
	for result := range r.Results {
		for _, f := range r.findings(result) {
			if err := lines.write(newJSONFinding(f)); err != nil {
				return err
			}
		}
		if err := buffered.Flush(); err != nil {
			return err
		}
	}
	return buffered.Flush()
}

func newEncoder(w io.Writer) *json.Encoder {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	return out
}

func newJSONFinding(f *checker.Finding) jsonFinding {
	j := jsonFinding{
		Rule: f.Rule.ID, Severity: f.Severity.String(), Message: f.Message, File: f.File,
		Profile: jsonProfile(f.Profile), Path: f.Path, Help: f.Help, Fingerprint: f.Fingerprint,
	}
	if s := f.Suppression; s != nil {
		j.Suppression = &jsonSuppression{string(s.Kind), s.Justification}
	}
	if j.Path == nil {
		j.Path = []any{}
	}
	if f.Payload != nil {
		payload := jsonPayload(*f.Payload)
		j.Payload = &payload
	}
	if f.Placed {
		j.Start, j.End = newJSONPosition(f.Start), newJSONPosition(f.End)
	}
	for _, r := range f.Related {
		related := jsonRelated{File: r.File, Message: r.Message}
		if r.Placed {
			related.Start = &jsonPosition{r.Start.Line, r.Start.Column, r.Start.Offset}
		}
		j.Related = append(j.Related, related)
	}
	if f.Fix != nil && !f.Fix.Secret {
		j.Fix = &jsonFix{f.Fix.Message, f.Fix.Safe, []jsonEdit{}}
		for _, e := range f.Fix.Edits {
			j.Fix.Edits = append(j.Fix.Edits, jsonEdit(e))
		}
	}
	return j
}

func newJSONPosition(p plist.Position) *jsonPosition {
	return &jsonPosition{p.Line, p.Column, p.Offset}
}
