package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/sceplint/sceplint/checker"
)

type gitlabFinding struct {
	Description string         `json:"description"`
	CheckName   string         `json:"check_name"`
	Fingerprint string         `json:"fingerprint"`
	Severity    string         `json:"severity"`
	Location    gitlabLocation `json:"location"`
}

// gitlabLocation has lines, and positions where there are any. GitLab reads
// lines first.
type gitlabLocation struct {
	Path      string           `json:"path"`
	Lines     gitlabLines      `json:"lines"`
	Positions *gitlabPositions `json:"positions,omitempty"`
}

type gitlabLines struct {
	Begin int `json:"begin"`
	End   int `json:"end,omitempty"`
}

type gitlabPositions struct {
	Begin gitlabPosition `json:"begin"`
	End   gitlabPosition `json:"end"`
}

type gitlabPosition struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// GitLab writes a Code Quality report. What has no lines stands on line 1, for
// GitLab wants one.
func GitLab(w io.Writer, r *Report) error {
	out := newJSONStream(w)
	out.array()
	taken := map[string]bool{}
	for result := range r.Results {
		if out.err != nil {
			return out.err
		}
		for _, f := range r.findings(result) {
			out.value(newGitLabFinding(f, taken))
		}
		if result.Err != nil {
			out.value(gitlabFinding{
				errorText(result.Err), analysisError, unique(analysisError, result.File, taken), "blocker",
				gitlabLocation{Path: slashed(result.File), Lines: gitlabLines{Begin: 1}},
			})
		}
	}
	out.end()
	return out.close()
}

func newGitLabFinding(f *checker.Finding, taken map[string]bool) gitlabFinding {
	severity := [...]string{checker.Off: "info", checker.Info: "info", checker.Warning: "major", checker.Error: "critical"}
	g := gitlabFinding{withRemedy(f), f.Rule.ID, unique(f.Fingerprint, f.File, taken), severity[reportedSeverity(f)], gitlabLocation{Path: slashed(f.File), Lines: gitlabLines{Begin: 1}}}
	if f.Placed {
		g.Location.Lines = gitlabLines{f.Start.Line, f.End.Line}
		g.Location.Positions = &gitlabPositions{gitlabPosition{f.Start.Line, f.Start.Column}, gitlabPosition{f.End.Line, f.End.Column}}
	}
	return g
}

// unique gives a fingerprint that the report does not have yet: of findings
// with one fingerprint GitLab shows the first. Copies of a profile have the
// same ones, and are told apart by their files.
func unique(fingerprint, file string, taken map[string]bool) string {
	one := fingerprint
	for n := 1; one == analysisError || taken[one]; n++ {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%d", fingerprint, file, n))
		one = hex.EncodeToString(sum[:16])
	}
	taken[one] = true
	return one
}
