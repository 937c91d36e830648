package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/sceplint/sceplint/checker/checkertest"
)

// step is a step of a workflow or an action, as GitHub reads it.
type step struct {
	Name, ID, Uses, Run, Shell string

	Env, With        map[string]string
	WorkingDirectory string `yaml:"working-directory"`
}

// action is action.yml.
type action struct {
	Inputs map[string]struct {
		Description, Default string
		Required             bool
	}
	Outputs map[string]struct{ Description, Value string }
	Runs    struct {
		Using string
		Steps []step
	}
}

func readAction(t *testing.T) (a action) {
	t.Helper()
	if err := yaml.Unmarshal(checkertest.Read(t, "../../action.yml"), &a); err != nil {
		t.Fatal(err)
	}
	return a
}

type workflow struct {
	Permissions map[string]string
	Jobs        map[string]struct {
		Permissions map[string]string
		Timeout     int `yaml:"timeout-minutes"`
		Steps       []step
	}
}

// githubTexts are the texts that GitHub is given: the action, our workflows,
// and those of the guides.
func githubTexts(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, file := range append(checkertest.Files(t, "../../.github/workflows/*.yml"), "../../action.yml") {
		texts[file] = string(checkertest.Read(t, file))
	}
	for _, block := range fenced(checkertest.Read(t, "guides/ci.md"), "yaml") {
		if strings.Contains(block, "runs-on:") {
			texts["guides/ci.md: "+block] = block
		}
	}
	if len(texts) < 5 {
		t.Fatalf("only %d texts", len(texts))
	}
	return texts
}

// TestPinned holds that other people's actions are named by a full commit, with
// their version beside it.
func TestPinned(t *testing.T) {
	uses := regexp.MustCompile(`(?m)^\s*(?:- )?uses: *(.*)$`)
	pinned := regexp.MustCompile(`^[\w.-]+(?:/[\w.-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)
	seen := map[string]string{}
	for name, text := range githubTexts(t) {
		for _, m := range uses.FindAllStringSubmatch(text, -1) {
			if m[1] == "./" || strings.HasPrefix(m[1], "sceplint/sceplint@") {
				continue
			}
			if !pinned.MatchString(m[1]) {
				t.Errorf("%s: %s is not pinned as owner/name@commit # v1.2.3", name, m[1])
			}
			action, rest, _ := strings.Cut(m[1], "@")
			if other := seen[action]; other != "" && other != rest {
				t.Errorf("%s is used at %s and at %s", action, other, rest)
			}
			seen[action] = rest
		}
	}
	if len(seen) == 0 {
		t.Error("no action is used")
	}
}

// TestWorkflows holds that workflows ask for no more rights than they need, end
// in time, and keep expressions out of scripts, where they would be run.
func TestWorkflows(t *testing.T) {
	check := func(name string, steps []step) {
		for _, s := range steps {
			if strings.Contains(s.Run, "${{") {
				t.Errorf("%s: an expression is part of a script; pass it through env:\n%s", name, s.Run)
			}
			if strings.HasPrefix(s.Uses, "actions/checkout@") && s.With["persist-credentials"] != "false" {
				t.Errorf("%s: checkout leaves its token behind", name)
			}
		}
	}
	for name, text := range githubTexts(t) {
		if strings.HasSuffix(name, "action.yml") {
			continue
		}
		var w workflow
		if err := yaml.Unmarshal([]byte(text), &w); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if w.Permissions == nil || len(w.Jobs) == 0 {
			t.Errorf("%s: no permissions, or no jobs", name)
		}
		for permission, right := range w.Permissions {
			if right == "write" && permission != "security-events" {
				t.Errorf("%s: all jobs may write %s", name, permission)
			}
		}
		for id, job := range w.Jobs {
			if job.Permissions == nil && len(w.Permissions) == 0 || job.Timeout == 0 || len(job.Steps) == 0 {
				t.Errorf("%s: job %s has no permissions, no time limit or no steps", name, id)
			}
			check(name+": "+id, job.Steps)
		}
	}
	check("action.yml", readAction(t).Runs.Steps)
}

// TestAction holds that the inputs of the action are described, documented in
// the guide, and reach a step.
func TestAction(t *testing.T) {
	a := readAction(t)
	text := string(checkertest.Read(t, "../../action.yml"))
	guide := string(checkertest.Read(t, "guides/ci.md"))
	for name, input := range a.Inputs {
		if input.Description == "" || !strings.Contains(text, "${{ inputs."+name+" }}") {
			t.Errorf("the input %s is not described, or not used", name)
		}
		row := regexp.MustCompile("(?m)^\\| `" + name + "` \\|.*$").FindString(guide)
		if shown := regexp.MustCompile("\\| `?([^`| ]*)`? ?\\|$").FindStringSubmatch(row); shown == nil || shown[1] != input.Default {
			t.Errorf("the guide does not have the input %s with its default %q: %s", name, input.Default, row)
		}
	}
	for name, output := range a.Outputs {
		if output.Description == "" || !strings.Contains(text, `echo "`+name+`=`) {
			t.Errorf("the output %s is not described, or not set", name)
		}
	}
	if a.Runs.Using != "composite" || len(a.Inputs) == 0 || len(a.Runs.Steps) != 3 {
		t.Errorf("runs %s with %d inputs and %d steps", a.Runs.Using, len(a.Inputs), len(a.Runs.Steps))
	}
}

// TestPreCommitHooks holds what the hooks have in common.
func TestPreCommitHooks(t *testing.T) {
	var hooks []struct {
		ID, Name, Description, Language, Entry, Files string

		Types         []string
		RequireSerial bool `yaml:"require_serial"`
	}
	if err := yaml.Unmarshal(checkertest.Read(t, "../../.pre-commit-hooks.yaml"), &hooks); err != nil {
		t.Fatal(err)
	}
	guide := string(checkertest.Read(t, "guides/pre-commit.md"))
	for _, h := range hooks {
		switch {
		case h.Name == "" || h.Description == "":
			t.Errorf("%s: no name or description", h.ID)
		case !h.RequireSerial:
			t.Errorf("%s: profiles of a run would be parted", h.ID)
		case h.Files != hooks[0].Files || !slices.Equal(h.Types, []string{"file"}):
			t.Errorf("%s: takes other files than the rest", h.ID)
		case strings.TrimPrefix(h.Entry, "/") != strings.TrimPrefix(hooks[0].Entry, "/"):
			t.Errorf("%s: runs %s", h.ID, h.Entry)
		case !strings.Contains(guide, "\n| `"+h.ID+"` |"):
			t.Errorf("%s: is not in the guide", h.ID)
		}
	}
	if len(hooks) != 3 {
		t.Errorf("%d hooks", len(hooks))
	}
}

// TestReleaseFlags holds that releases and images are built alike, so that the
// step of .ci/run which builds twice speaks for both.
func TestReleaseFlags(t *testing.T) {
	for file, wants := range map[string][]string{
		"../../.goreleaser.yaml": {"CGO_ENABLED=0", "[-trimpath, -buildvcs=false]", "-s -w -X main.version={{ .Version }}", `mod_timestamp: "{{ .CommitTimestamp }}"`},
		"../../Dockerfile":       {"CGO_ENABLED=0", "-trimpath -buildvcs=false", "-s -w -X main.version=$VERSION"},
		"../../.ci/run":          {"CGO_ENABLED=0", "-trimpath -buildvcs=false", "-s -w -X main.version="},
	} {
		text := string(checkertest.Read(t, file))
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("%s has no %s", file, want)
			}
		}
	}
}

// TestToolchain holds that images are built with the Go release that releases are
// built with, and that is looked through for known vulnerabilities.
func TestToolchain(t *testing.T) {
	release := strings.TrimSpace(string(checkertest.Read(t, "../../.ci/go-toolchain")))
	if !regexp.MustCompile(`^go1\.\d+\.\d+$`).MatchString(release) {
		t.Errorf("%q is no release of Go", release)
	}
	for file, want := range map[string]string{
		"../../Dockerfile":                    "ENV GOTOOLCHAIN=" + release + "\n",
		"../../.ci/run":                       `GOTOOLCHAIN=$(cat .ci/go-toolchain) "$tools/govulncheck"`,
		"../../.github/workflows/release.yml": `GOTOOLCHAIN=$(cat .ci/go-toolchain)`,
	} {
		if !strings.Contains(string(checkertest.Read(t, file)), want) {
			t.Errorf("%s has no %s", file, want)
		}
	}
}

// TestDockerfile holds that the image has nothing but the command: no shell, no
// root, and a base that cannot change.
func TestDockerfile(t *testing.T) {
	text := string(checkertest.Read(t, "../../Dockerfile"))
	_, last, _ := strings.Cut(text, "\nFROM scratch\n")
	for _, want := range []string{"USER 65532:65532\n", "WORKDIR /src\n", `ENTRYPOINT ["/sceplint"]` + "\n"} {
		if !strings.Contains(last, want) {
			t.Errorf("the last stage has no %q", want)
		}
	}
	if strings.Contains(last, "RUN ") || !regexp.MustCompile(`(?m)^ARG GO_IMAGE=\S+@sha256:[0-9a-f]{64}$`).MatchString(text) {
		t.Error("the last stage runs something, or the first is not pinned by its digest")
	}
}
