//go:build hooks

package main

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/sceplint/sceplint/checker/checkertest"
)

// TestHooksWorkflows gives actionlint the workflows, with the action they use,
// and those of the guides.
func TestHooksWorkflows(t *testing.T) {
	actionlint := tool(t, "ACTIONLINT")
	dir := t.TempDir()
	h := &hookRun{t: t, dir: dir, env: hermetic(t)}
	h.must("git", "init", "-q")
	h.must("mkdir", "-p", ".github/workflows")
	h.write("action.yml", checkertest.Read(t, "../../action.yml"))
	n := 0
	for name, text := range githubTexts(t) {
		if !strings.HasSuffix(name, "action.yml") {
			// The action of the guide is the one of this repository: so its inputs are known.
			text = regexp.MustCompile(`sceplint/sceplint@v[0-9.]+`).ReplaceAllString(text, "./")
			n++
			h.write(".github/workflows/"+string(rune('a'+n))+".yml", []byte(text))
		}
	}
	if out, ok := h.try(actionlint); !ok || n < 4 {
		t.Errorf("%d workflows\n%s", n, out)
	}
	h.write(".github/workflows/bad.yml", []byte("on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: ./\n        with:\n          path: .\n      - run: echo $unquoted\n"))
	if out, ok := h.try(actionlint); ok || !strings.Contains(out, `input "path" is not defined`) || !strings.Contains(out, "SC2086") {
		t.Errorf("actionlint does not look at the inputs of the action, or not at scripts:\n%s", out)
	}
}

// runner stands in for GitHub's: it runs the scripts of the action's steps.
type runner struct {
	*hookRun
	temp, source string
}

// step runs a step with inputs and gives what it prints, its exit code and its
// outputs.
func (r *runner) step(name string, inputs map[string]string) (out string, code int, outputs map[string]string) {
	t := r.t
	t.Helper()
	a := readAction(t)
	i := slices.IndexFunc(a.Runs.Steps, func(s step) bool { return s.Name == name })
	if i < 0 {
		t.Fatalf("the action has no step %q", name)
	}
	expand := func(text string) string {
		return regexp.MustCompile(`\$\{\{ (\S+) \}\}`).ReplaceAllStringFunc(text, func(expression string) string {
			path := strings.TrimSuffix(strings.TrimPrefix(expression, "${{ "), " }}")
			if path == "github.action_path" {
				return r.source
			}
			input, known := a.Inputs[strings.TrimPrefix(path, "inputs.")]
			if !known {
				t.Fatalf("this runner does not know %s", path)
			}
			if given, ok := inputs[strings.TrimPrefix(path, "inputs.")]; ok {
				return given
			}
			return input.Default
		})
	}
	s := a.Runs.Steps[i]
	script, written := filepath.Join(r.temp, "script.sh"), filepath.Join(t.TempDir(), "output")
	if err := os.WriteFile(script, []byte(s.Run), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "bash", "--noprofile", "--norc", "-eo", "pipefail", script)
	cmd.Dir = filepath.Join(r.dir, expand(s.WorkingDirectory))
	cmd.Env = append(slices.Clone(r.env), "RUNNER_TEMP="+r.temp, "GITHUB_PATH="+r.temp+"/path", "GITHUB_OUTPUT="+written)
	for name, value := range s.Env {
		cmd.Env = append(cmd.Env, name+"="+expand(value))
	}
	printed, err := cmd.CombinedOutput()
	if exit, ok := err.(*exec.ExitError); ok {
		code = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	outputs = map[string]string{}
	text, _ := os.ReadFile(written)
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		outputs[name] = value
	}
	return string(printed), code, outputs
}

func newRunner(t *testing.T, source string) *runner {
	t.Helper()
	r := &runner{&hookRun{t: t, dir: t.TempDir(), env: hermetic(t)}, t.TempDir(), source}
	if err := os.CopyFS(filepath.Join(r.dir, "some profiles"), os.DirFS("../../testdata/demo")); err != nil {
		t.Fatal(err)
	}
	r.must("cp", "some profiles/clean.mobileconfig", "./--fix")
	return r
}

func TestHooksActionInstall(t *testing.T) {
	const install = "Install sceplint"
	source, _ := checkout(t)
	r := newRunner(t, source)
	if out, code, _ := r.step(install, nil); code != 0 || !strings.Contains(out, "sceplint ") {
		t.Fatalf("exit code %d\n%s", code, out)
	}
	if path := strings.TrimSpace(string(checkertest.Read(t, r.temp+"/path"))); path != r.temp+"/sceplint-bin" {
		t.Errorf("PATH gets %q", path)
	}
	if out, code, outputs := r.step("Check profiles", map[string]string{"format": "text"}); code != exitFindings || outputs["exit-code"] != "1" {
		t.Errorf("exit code %d, outputs %v\n%s", code, outputs, out)
	}

	// A version is fetched, outside of the repository; what is none is refused.
	r = newRunner(t, source)
	r.command("go", `[ ! -e go.mod ] && echo "asked: $*" && echo "echo sceplint v1.2.3" >"$GOBIN/sceplint" && chmod +x "$GOBIN/sceplint"`)
	r.must("mkdir", r.temp+"/sceplint-bin")
	for _, version := range []string{"v1.2.3", "v1.2.3-rc.1", "latest", strings.Repeat("0a", 20)} {
		if out, code, _ := r.step(install, map[string]string{"version": version}); code != 0 || !strings.Contains(out, "asked: install github.com/sceplint/sceplint/cmd/sceplint@"+version+"\n") {
			t.Errorf("%s: exit code %d\n%s", version, code, out)
		}
	}
	for _, version := range []string{"1.2", "v1.2.3; touch pwned", "$(touch pwned)", "main", "v1.2.3\n-x"} {
		if out, code, _ := r.step(install, map[string]string{"version": version}); code != exitFailed || strings.Contains(out, "asked") || !strings.Contains(out, "::error ") {
			t.Errorf("%q: exit code %d\n%s", version, code, out)
		}
	}
	r.unharmed()
}

// unharmed holds that no input was run as a script.
func (r *runner) unharmed() {
	r.t.Helper()
	if out := r.must("find", r.dir, r.temp, "-name", "pwned*"); out != "" {
		r.t.Errorf("an input was run: %s", out)
	}
}

func TestHooksActionCheck(t *testing.T) {
	r := newRunner(t, "")
	r.must("mkdir", r.temp+"/sceplint-bin")
	r.must("cp", built(t, "."), r.temp+"/sceplint-bin/sceplint")
	for _, c := range []struct {
		name   string
		inputs map[string]string
		code   int
		out    string
	}{
		{"all", nil, 1, "2 errors, 1 warning"},
		{"a file", map[string]string{"paths": "some profiles/clean.mobileconfig"}, 0, "no findings in 1 file "},
		{"lines", map[string]string{"paths": "\n  some profiles/clean.mobileconfig \r\n\nsome profiles/enroll.mobileconfig\n"}, 1, "in 2 files "},
		{"arguments", map[string]string{"args": "--fail-on=never\n--disable\nscep-*\n"}, 0, "0 errors, 1 warning"},
		{"a name like a flag", map[string]string{"paths": "--fix"}, 0, "no findings in 1 file "},
		{"elsewhere", map[string]string{"working-directory": "some profiles", "paths": "clean.mobileconfig"}, 0, "no findings in 1 file "},
		{"nothing", map[string]string{"paths": "nowhere"}, 2, "nowhere: no such file or directory"},
		{"scripts", map[string]string{"paths": "$(touch pwned1)\n`touch pwned2`\n;touch pwned3\n\"; touch pwned4; \"", "args": "--quiet\n--color=never", "sarif-file": ""}, 2, "$(touch pwned1): no such file or directory"},
		{"bad argument", map[string]string{"args": "--no-such-flag"}, 2, "unknown flag --no-such-flag"},
	} {
		inputs := map[string]string{"format": "text"}
		maps.Copy(inputs, c.inputs)
		out, code, outputs := r.step("Check profiles", inputs)
		if code != c.code || outputs["exit-code"] != string(rune('0'+c.code)) || !strings.Contains(out, c.out) {
			t.Errorf("%s: exit code %d, outputs %v\n%s", c.name, code, outputs, out)
		}
	}
	r.unharmed()
}

func TestHooksActionFormats(t *testing.T) {
	r := newRunner(t, "")
	r.must("mkdir", r.temp+"/sceplint-bin")
	r.must("cp", built(t, "."), r.temp+"/sceplint-bin/sceplint")
	out, code, outputs := r.step("Check profiles", map[string]string{"sarif-file": "found.sarif"})
	if code != 1 || outputs["sarif-file"] != "found.sarif" || !strings.Contains(out, "::error file=some profiles/enroll.mobileconfig,") {
		t.Errorf("exit code %d, outputs %v\n%s", code, outputs, out)
	}
	var report struct{ Runs []struct{ Results []any } }
	if err := json.Unmarshal(checkertest.Read(t, r.dir+"/found.sarif"), &report); err != nil || len(report.Runs) != 1 || len(report.Runs[0].Results) != 3 {
		t.Errorf("%v, %+v", err, report)
	}
}

// TestHooksGuideScripts runs the scripts of the guide to CI, with a command that
// stands in for go and installs the sceplint that is being tested.
func TestHooksGuideScripts(t *testing.T) {
	guide := checkertest.Read(t, "guides/ci.md")
	var scripts []string
	for _, block := range fenced(guide, "yaml") {
		var gitlab map[string]struct{ Script []string }
		if err := yaml.Unmarshal([]byte(block), &gitlab); err == nil && gitlab["sceplint"].Script != nil {
			scripts = append(scripts, strings.Join(gitlab["sceplint"].Script, "\n"))
		}
		var w workflow
		if err := yaml.Unmarshal([]byte(block), &w); err == nil {
			var lines []string
			for _, s := range w.Jobs["sceplint"].Steps {
				lines = append(lines, s.Run)
			}
			if text := strings.TrimSpace(strings.Join(lines, "\n")); text != "" {
				scripts = append(scripts, text)
			}
		}
	}
	for _, block := range fenced(guide, "groovy") {
		var lines []string
		for _, m := range regexp.MustCompile(`(?m)^ *sh '(.*)'$`).FindAllStringSubmatch(block, -1) {
			lines = append(lines, m[1])
		}
		scripts = append(scripts, strings.Join(lines, "\n"))
	}
	if len(scripts) != 3 {
		t.Fatalf("%d scripts: %q", len(scripts), scripts)
	}
	binary := built(t, ".")
	for _, script := range scripts {
		t.Run("", func(t *testing.T) {
			h := &hookRun{t: t, dir: t.TempDir(), env: hermetic(t)}
			bin := t.TempDir()
			h.env = append(h.env, "GOPATH="+bin, "GOBIN="+bin+"/bin")
			h.command("go", `[ "$1" = install ] && mkdir -p "$GOBIN" && cp `+binary+` "$GOBIN/sceplint"`)
			for i, v := range h.env {
				if path, ok := strings.CutPrefix(v, "PATH="); ok {
					h.env[i] = "PATH=" + path + ":" + bin + "/bin"
				}
			}
			if err := os.CopyFS(filepath.Join(h.dir, "profiles"), os.DirFS("../../testdata/demo")); err != nil {
				t.Fatal(err)
			}
			out, ok := h.try("bash", "-e", "-c", script)
			if ok || !strings.Contains(out, "2 errors, 1 warning") {
				t.Errorf("%s\n%s", script, out)
			}
			for _, m := range regexp.MustCompile(`--format [a-z]+=(\S+)`).FindAllStringSubmatch(script, -1) {
				if info, err := os.Stat(filepath.Join(h.dir, m[1])); err != nil || info.Size() == 0 {
					t.Errorf("%s was not written", m[1])
				}
				if n := strings.Count(string(guide), m[1]); n < 2 {
					t.Errorf("nothing reads %s", m[1])
				}
			}
		})
	}
}
