//go:build hooks

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/sceplint/sceplint/checker/checkertest"
)

// The tests of this file and of the other hooks_…_test.go run the programs that
// sceplint is used with; .ci/run installs them.

// checkout is a git repository of its own, with the files of this one as they
// are now, committed or not.
func checkout(t *testing.T) (dir, commit string) {
	t.Helper()
	dir = t.TempDir()
	list := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = "../.."
	for _, name := range strings.Split(strings.Trim(output(t, list), "\x00"), "\x00") {
		if strings.HasPrefix(name, "testdata/") {
			continue // not needed to build the command
		}
		text, err := os.ReadFile("../../" + name)
		if os.IsNotExist(err) {
			continue // deleted, and not committed yet
		}
		if err == nil {
			err = os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), text, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	h := &hookRun{t: t, dir: dir, env: hermetic(t)}
	h.must("git", "init", "-q")
	h.must("git", "add", "-A")
	h.must("git", "commit", "-q", "-m", "all")
	return dir, strings.TrimSpace(h.must("git", "rev-parse", "HEAD"))
}

// output runs a command that must work and gives its standard output.
func output(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", cmd, err, out, stderr.Bytes())
	}
	return string(out)
}

// hermetic is an environment with a home of its own. Only what Go has fetched
// and built before is that of the host, and nothing more is fetched.
func hermetic(t *testing.T) []string {
	t.Helper()
	home := t.TempDir()
	env := []string{
		"HOME=" + home, "PRE_COMMIT_HOME=" + home + "/pre-commit", "TMPDIR=" + t.TempDir(), "PATH=" + os.Getenv("PATH"),
		"LANG=C.UTF-8", "GOPROXY=off", "GOTOOLCHAIN=local",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@corp.example", "GIT_COMMITTER_NAME=c", "GIT_COMMITTER_EMAIL=c@corp.example",
	}
	for _, name := range []string{"GOMODCACHE", "GOCACHE", "GOFLAGS"} {
		env = append(env, name+"="+strings.TrimSpace(output(t, exec.Command("go", "env", name))))
	}
	return env
}

// hookRun is a repository with hooks.
type hookRun struct {
	t   *testing.T
	dir string
	env []string
}

// try runs a command and gives all it prints, and whether it worked.
func (h *hookRun) try(name string, args ...string) (string, bool) {
	h.t.Helper()
	cmd := exec.CommandContext(h.t.Context(), name, args...)
	cmd.Dir, cmd.Env = h.dir, h.env
	out, err := cmd.CombinedOutput()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		h.t.Fatalf("%s: %v; .ci/run installs it", name, err)
	}
	return string(out), err == nil
}

func (h *hookRun) must(name string, args ...string) string {
	h.t.Helper()
	out, ok := h.try(name, args...)
	if !ok {
		h.t.Fatalf("%s %s\n%s", name, strings.Join(args, " "), out)
	}
	return out
}

func (h *hookRun) write(name string, text []byte) {
	h.t.Helper()
	if err := os.WriteFile(filepath.Join(h.dir, name), text, 0o644); err != nil {
		h.t.Fatal(err)
	}
}

// newHookRun makes a repository with the first configuration of the guide, that
// names this checkout and a hook.
func newHookRun(t *testing.T, source, commit, hook string) *hookRun {
	t.Helper()
	h := &hookRun{t: t, dir: t.TempDir(), env: hermetic(t)}
	config := fenced(checkertest.Read(t, "guides/pre-commit.md"), "yaml")[0]
	for old, new := range map[string]string{"https://github.com/sceplint/sceplint": source, "v0.1.0": commit, "id: sceplint": "id: " + hook} {
		if strings.Count(config, old) != 1 {
			t.Fatalf("the guide does not have %q once:\n%s", old, config)
		}
		config = strings.Replace(config, old, new, 1)
	}
	h.write(".pre-commit-config.yaml", []byte(config))
	h.must("git", "init", "-q")
	return h
}

func TestHooksPreCommit(t *testing.T) {
	source, commit := checkout(t)
	h := newHookRun(t, source, commit, "sceplint")
	h.must("pre-commit", "install")
	good := checkertest.Read(t, "../../testdata/demo/clean.mobileconfig")
	bad := checkertest.Read(t, "../../testdata/demo/enroll.mobileconfig")

	// A good profile passes.
	h.write("good.mobileconfig", good)
	h.must("git", "add", "-A")
	if out := h.must("git", "commit", "-m", "good"); !strings.Contains(out, "Passed") {
		t.Errorf("the hook did not run:\n%s", out)
	}
	before := h.must("git", "rev-parse", "HEAD")

	// Other files are none of its concern.
	h.write("list.plist", []byte("<plist version=\"1.0\"><dict/></plist>"))
	h.must("git", "add", "-A")
	if out, ok := h.try("pre-commit", "run"); !ok || !strings.Contains(out, "(no files to check)") {
		t.Errorf("the hook looked at other files:\n%s", out)
	}

	// A bad profile stops the commit, and the findings are shown as in the guide.
	h.must("mkdir", "profiles")
	h.write("profiles/enroll.mobileconfig", bad)
	h.must("git", "add", "-A")
	out, ok := h.try("git", "commit", "-m", "bad")
	shown := console.FindSubmatch(checkertest.Read(t, "guides/pre-commit.md"))
	_, findings, _ := strings.Cut(string(shown[1]), "\n")
	if ok || !strings.Contains(out, findings) {
		t.Errorf("the commit was not stopped with the findings of the guide:\n%s", out)
	}
	if after := h.must("git", "rev-parse", "HEAD"); after != before {
		t.Error("the commit was made")
	}
	h.must("git", "rm", "-rqf", "profiles")

	// Binary and signed profiles are seen, and names in capital letters.
	for _, form := range []string{"plain", "binary", "der", "ber", "pem", "signed-binary"} {
		name := form + ".MobileConfig"
		h.write(name, checkertest.Read(t, "../../testdata/forms/"+form+".mobileconfig"))
		h.must("git", "add", name)
		if out, ok := h.try("pre-commit", "run"); ok || !strings.Contains(out, name) || !strings.Contains(out, "[scep-keysize]") {
			t.Errorf("%s: not checked:\n%s", form, out)
		}
		h.must("git", "rm", "-qf", name)
	}

	// What the configuration excludes is passed over, though it is named.
	h.write("old.mobileconfig", bad)
	h.must("git", "add", "-A")
	if out, ok := h.try("pre-commit", "run"); ok {
		t.Errorf("the hook did not stop the file:\n%s", out)
	}
	h.write(".sceplint.yaml", []byte("exclude: [\"old.*\"]\n"))
	h.must("git", "add", "-A")
	if out, ok := h.try("pre-commit", "run"); !ok || !strings.Contains(out, "Passed") {
		t.Errorf("the hook looked at an excluded file:\n%s", out)
	}
	h.must("git", "rm", "-qf", "old.mobileconfig", ".sceplint.yaml")

	// All files of a run are seen together, many as they are.
	many := 30 * runtime.NumCPU() // pre-commit parts them by processors
	for i := range many {
		h.write(fmt.Sprintf("copy%d.mobileconfig", i), good)
	}
	h.must("git", "add", "-A")
	want := fmt.Sprintf("in %d files", many+1)
	if out := h.must("pre-commit", "run", "--all-files", "--verbose"); strings.Count(out, want) != 1 || !strings.Contains(out, "[fileset-uuid-duplicate]") && !strings.Contains(out, "[fileset-identifier-duplicate]") {
		t.Errorf("the %d files were not checked in one run:\n%.3000s", many, out)
	}
}

func TestHooksPreCommitSystem(t *testing.T) {
	source, commit := checkout(t)
	h := newHookRun(t, source, commit, "sceplint-system")
	h.stopsBad()
}

// TestHooksPreCommitDocker runs the hook with a command that stands in for
// docker: it looks at what it is told, and runs the entry without a container.
func TestHooksPreCommitDocker(t *testing.T) {
	source, commit := checkout(t)
	h := newHookRun(t, source, commit, "sceplint-docker")
	h.command("docker", `case $1 in
build)
	test -f Dockerfile ;;
run)
	while [ "$1" != --entrypoint ]; do shift; done
	[ "$2" = /sceplint ] || exit 9
	shift 3 # the entrypoint and the tag
	exec sceplint "$@" ;;
esac`)
	h.stopsBad()
}

// stopsBad puts sceplint into PATH and holds that the hook lets a good profile
// pass and stops a bad one.
func (h *hookRun) stopsBad() {
	h.t.Helper()
	h.command("sceplint", "exec "+built(h.t, ".")+` "$@"`)
	h.write("good.mobileconfig", checkertest.Read(h.t, "../../testdata/demo/clean.mobileconfig"))
	h.must("git", "add", "-A")
	if out := h.must("pre-commit", "run"); !strings.Contains(out, "Passed") {
		h.t.Errorf("the hook did not run:\n%s", out)
	}
	h.write("bad.mobileconfig", checkertest.Read(h.t, "../../testdata/demo/enroll.mobileconfig"))
	h.must("git", "add", "-A")
	if out, ok := h.try("pre-commit", "run"); ok || !strings.Contains(out, "exit code: 1\n") || !strings.Contains(out, "bad.mobileconfig:16:5: error: ") {
		h.t.Errorf("the profile was not stopped:\n%s", out)
	}
}

// command puts a script into PATH, before all else.
func (h *hookRun) command(name, script string) {
	h.t.Helper()
	dir := h.t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		h.t.Fatal(err)
	}
	for i, v := range h.env {
		if path, ok := strings.CutPrefix(v, "PATH="); ok {
			h.env[i] = "PATH=" + dir + ":" + path
		}
	}
}
