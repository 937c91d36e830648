package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/sceplint/sceplint/checker/suppress"
)

var update = flag.Bool("update", false, "write the generated files anew")

// TestMain lets this test binary stand in for commands.
func TestMain(m *testing.M) {
	testscript.Main(tidily{m}, map[string]func(){"sceplint": main, "measure": measure})
}

// TestScript runs the command as users do: testdata/script/*.txtar.
func TestScript(t *testing.T) {
	testdata, err := filepath.Abs("../../testdata")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "../../testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("TESTDATA", testdata)
			if path, err := exec.LookPath("sceplint"); err == nil { // where PATH is taken away
				env.Setenv("SCEPLINT", path)
			}
			for _, name := range []string{"NO_COLOR", "CLICOLOR_FORCE"} {
				env.Setenv(name, "")
			}
			env.Setenv("GORACE", os.Getenv("GORACE"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code": exitCode,
			"old": func(ts *testscript.TestScript, _ bool, args []string) { // with carriage returns alone
				text := strings.ReplaceAll(ts.ReadFile(args[0]), "\n", "\r")
				ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o644))
			},
			"pack": packFiles,
			"cut": func(ts *testscript.TestScript, _ bool, args []string) { // takes bytes off the end: cut FILE N OUT
				n, err := strconv.Atoi(args[1])
				ts.Check(err)
				text := ts.ReadFile(args[0])
				ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(text[:len(text)-n]), 0o644))
			},
			"limit": func(ts *testscript.TestScript, _ bool, args []string) { // adds more values than are read, after a comment: limit FILE OUT
				text := ts.ReadFile(args[0])
				values := "<!-- sceplint:ignore-file plist-syntax many -->\n<key>Many</key><array>" + strings.Repeat("<true/>", 530_000) + "</array>\n"
				ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(strings.Replace(text, "<dict>\n", "<dict>\n"+values, 1)), 0o644))
			},
			"forge": func(ts *testscript.TestScript, _ bool, args []string) { // makes a baseline of all findings of a report: forge REPORT OUT
				var report struct {
					Findings []struct{ File, Rule, Message, Fingerprint string }
				}
				ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &report))
				var known []suppress.KnownFinding
				for _, f := range report.Findings {
					known = append(known, suppress.KnownFinding{File: f.File, Rule: f.Rule, Message: f.Message, Fingerprint: f.Fingerprint})
				}
				var b bytes.Buffer
				ts.Check(suppress.WriteBaseline(&b, known))
				ts.Check(os.WriteFile(ts.MkAbs(args[1]), b.Bytes(), 0o644))
			},
			"utf16": func(ts *testscript.TestScript, _ bool, args []string) {
				var out []byte
				for _, r := range "\ufeff" + ts.ReadFile(args[0]) {
					out = append(out, byte(r), byte(r>>8)) // the scripts use characters of one unit only
				}
				ts.Check(os.WriteFile(ts.MkAbs(args[1]), out, 0o644))
			},
		},
	})
}

// exitCode runs a command and holds its exit code: code N command [argument…].
func exitCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N command [argument…]")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if err != nil {
		got = exitText(err)
	}
	if got != args[0] {
		ts.Fatalf("exit code %s, not %s", got, args[0])
	}
}

// exitText gives the exit code of a failed command as a script writes it.
func exitText(err error) string {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return strconv.Itoa(exit.ExitCode())
	}
	return err.Error()
}
