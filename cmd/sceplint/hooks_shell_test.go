//go:build hooks

package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sceplint/sceplint/checker/checkertest"
)

// typed are lines as they are typed, with the key Tab in them, and the
// arguments that sceplint must get of them.
var typed = [][2]string{
	{"sceplint explain scep-url-adm\t", "explain scep-url-admin"},
	{"sceplint explain strict-keys\t", "explain strict-keysize"},
	{"sceplint che\t --enable scep-key-missp\t", "check --enable scep-key-misspelled"},
	{"sceplint check --disable=scep-key-missp\t", "check --disable=scep-key-misspelled"},
	{"sceplint check --severity scep-url-adm\twar\t", "check --severity scep-url-admin=warning"},
	{"sceplint check --severity=scep-url-adm\twar\t", "check --severity=scep-url-admin=warning"},
	{"sceplint check --format jsonl=rep\tfin\t", "check --format jsonl=reports/findings.json"},
	{"sceplint check --format=jsonl=rep\tfin\t", "check --format=jsonl=reports/findings.json"},
	{"sceplint check --target ios=17,maco\t14", "check --target ios=17,macos=14"},
	{"sceplint check --pack step\t --fail-on nev\t wi\t", "check --pack step-ca --fail-on never wifi.mobileconfig"},
	{"sceplint completion pow\t", "completion powershell"},
}

// newShell makes a directory with files to complete, and a sceplint in PATH that
// answers completions and writes down what else it is asked.
func newShell(t *testing.T) *hookRun {
	t.Helper()
	h := &hookRun{t: t, dir: t.TempDir(), env: append(hermetic(t), "TERM=xterm")}
	h.command("sceplint", `case $*/$COMPLETE in
__complete*|completion*/script) exec `+built(t, ".")+` "$@" ;;
esac
printf '%s\n' "$*" >>`+h.dir+`/asked`)
	h.must("mkdir", "reports")
	h.write("reports/findings.json", nil)
	h.write("wifi.mobileconfig", nil)
	h.write("asked", nil)
	return h
}

func TestHooksBash(t *testing.T) {
	h := newShell(t)
	h.write("rc", []byte("PS1='READY> '\n. /usr/share/bash-completion/bash_completion\n. <(COMPLETE=script sceplint completion bash)\n"))
	h.types("bash --noprofile --rcfile rc -i")
}

func TestHooksZsh(t *testing.T) {
	h := newShell(t)
	h.write(".zshrc", []byte("PS1='READY> '\nautoload -Uz compinit && compinit -u -D\n. <(COMPLETE=script sceplint completion zsh)\n"))
	h.env = append(h.env, "ZDOTDIR="+h.dir)
	h.types("zsh -d -i")
}

// types runs a shell in a terminal, types the lines, and compares what sceplint
// was asked.
func (h *hookRun) types(shell string) {
	h.t.Helper()
	cmd := exec.CommandContext(h.t.Context(), "script", "-qec", shell, "/dev/null")
	cmd.Dir, cmd.Env = h.dir, h.env
	in, err := cmd.StdinPipe()
	if err != nil {
		h.t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		h.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		h.t.Fatalf("%v; .ci/run installs it", err)
	}
	var seen bytes.Buffer
	prompt := func() {
		h.t.Helper()
		const ready = "READY> "
		start := seen.Len()
		for b := make([]byte, 1); !strings.Contains(seen.String()[start:], ready); {
			if _, err := out.Read(b); err != nil {
				h.t.Fatalf("%s ended: %v\n%s", shell, err, seen.Bytes())
			}
			seen.Write(b)
		}
	}
	var want strings.Builder
	for _, line := range typed {
		prompt()
		if _, err := io.WriteString(in, line[0]+"\n"); err != nil {
			h.t.Fatal(err)
		}
		want.WriteString(line[1] + "\n")
	}
	prompt()
	if _, err := io.WriteString(in, "exit\n"); err != nil {
		h.t.Fatal(err)
	}
	rest, _ := io.ReadAll(out) // an error is the end of the terminal
	if err := cmd.Wait(); err != nil {
		h.t.Errorf("%s: %v\n%s%s", shell, err, seen.Bytes(), rest)
	}
	if asked := string(checkertest.Read(h.t, filepath.Join(h.dir, "asked"))); asked != want.String() {
		h.t.Errorf("sceplint was asked\n%s\nand not\n%s\n%s", asked, want.String(), seen.Bytes())
	}
}

// TestHooksFish asks fish what it would complete a line to, and goes on from
// there as far as the next key Tab.
func TestHooksFish(t *testing.T) {
	h := newShell(t)
	for _, line := range typed {
		written := ""
		parts := strings.Split(line[0], "\t")
		for i, part := range parts {
			written = strings.TrimSuffix(written, " ") + part
			if i == 0 {
				written = part
			}
			if i == len(parts)-1 {
				break
			}
			cmd := exec.CommandContext(t.Context(), "fish", "--no-config", "-c", "COMPLETE=script sceplint completion fish | source; complete -C $argv[1]", "--", written)
			cmd.Dir, cmd.Env = h.dir, h.env
			word := written[strings.LastIndexByte(written, ' ')+1:]
			best := ""
			for _, candidate := range strings.Split(strings.TrimSpace(output(t, cmd)), "\n") {
				candidate, _, _ = strings.Cut(candidate, "\t")
				if strings.HasPrefix(candidate, word) && (best == "" || len(candidate) < len(best)) {
					best = candidate
				}
			}
			if best == "" {
				t.Fatalf("%q: nothing to complete it to", written)
			}
			written = strings.TrimSuffix(written, word) + best
		}
		if got := strings.TrimPrefix(written, "sceplint "); got != line[1] {
			t.Errorf("%q is completed to %q and not to %q", line[0], got, line[1])
		}
	}
}

// TestHooksManPage holds that those who print manual pages have nothing to say.
func TestHooksManPage(t *testing.T) {
	code, page, says := sceplint(t, "man")
	if code != exitClean {
		t.Fatal(says)
	}
	file := filepath.Join(t.TempDir(), "sceplint.1")
	if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
	h := &hookRun{t: t, dir: t.TempDir(), env: append(hermetic(t), "MANROFFSEQ=", "MANWIDTH=80")}
	out, _ := h.try("mandoc", "-Tlint", file)
	for _, line := range strings.Split(strings.TrimSpace(out), "\n") {
		if line != "" && !strings.Contains(line, "missing date") { // there is none without SOURCE_DATE_EPOCH
			t.Error(line)
		}
	}
	cmd := exec.Command("man", "--warnings", "-l", file)
	var stderr bytes.Buffer
	cmd.Env, cmd.Stderr = h.env, &stderr
	shown, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Errorf("man: %v\n%s", err, stderr.Bytes())
	}
	for _, want := range []string{"sceplint - lint Apple", "--fail-on", "<!-- sceplint:ignore ID[,ID] reason -->", "EXIT STATUS"} {
		if !strings.Contains(string(shown), want) {
			t.Errorf("the page does not show %q", want)
		}
	}
}
