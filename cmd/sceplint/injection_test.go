package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/sceplint/sceplint/checker/printable"
	"github.com/sceplint/sceplint/checker/report"
)

// logCommand is what a CI system takes for a command in its log. What .NET knows
// as white space may stand before one, and a carriage return ends a line.
var logCommand = regexp.MustCompile(`(^|[\n\r])[\s\p{Z}\x85]*::|##[A-Za-z0-9._-]*\[`)

// formula is one at the start of a cell, whichever character separates cells.
var formula = regexp.MustCompile(`(^|[,;\t])"?\s*[=＝]`)

// injections are texts that a log, a terminal, or a spreadsheet would obey, or
// that are invisible.
var injections = []string{
	"::stop-commands::token", " ::add-mask::x", "a ##[error]x", "##vso[task.setvariable variable=x]y", "##teamcity[buildStop]", "\x1b]0;title\a\x1b[2J",
	"zero\u200bwidth", "\ufeffbom", "\u3164filler", "\u2800blank", "soft\u00adhyphen", "\u202eright to left", "tag\U000e0041", "\u2028::error::line", "a\r::error::x",
	"nbsp\u00a0", "joined\u200d", "❤\ufe0f", "=1+1", "a;=1+1", "a\t=1+1", "＝1+1", " =1+1",
}

// checkOutput fails if an output has any of them as it is.
func checkOutput(t *testing.T, what, text string, mayBeCommand bool) {
	t.Helper()
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasSuffix(what, "csv") {
			line = strings.TrimSuffix(line, "\r")
		}
		if i := strings.IndexFunc(line, printable.IsEscaped); i >= 0 {
			t.Errorf("%s: %q is passed on: %q", what, []rune(line[i:])[0], line)
		}
		if mayBeCommand {
			line = strings.TrimPrefix(line, "::")
		}
		if found := formula.FindString(line); found != "" && strings.HasSuffix(what, "csv") {
			t.Errorf("%s: the formula %q is passed on: %q", what, found, line)
		}
		if found := logCommand.FindString(line); found != "" {
			t.Errorf("%s: the command %q is passed on: %q", what, found, line)
		}
	}
}

// TestInjection checks profiles whose names and contents hold such texts, with a
// policy that prints and reports them, in all formats.
func TestInjection(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("its file names cannot hold most of them")
	}
	t.Chdir(t.TempDir())
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;")
	quoted := func(text string) string { // as Rego writes it
		var b strings.Builder
		for _, r := range text {
			if r > 0xffff {
				b.WriteRune(r)
			} else {
				fmt.Fprintf(&b, `\u%04x`, r)
			}
		}
		return `"` + b.String() + `"`
	}
	var texts []string
	for i, text := range injections {
		texts = append(texts, quoted(text))
		content := strings.ReplaceAll(text, "\x1b", "")
		content = strings.ReplaceAll(content, "\a", "")
		profile := strings.NewReplacer("IDENTIFIER", escape.Replace(content), "NUMBER", fmt.Sprintf("%012d", i)).Replace(injected)
		if err := os.WriteFile(text+".mobileconfig", []byte(profile), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir("::policies", 0o755); err != nil {
		t.Fatal(err)
	}
	policy := "# METADATA\n# title: \"::error::title ##[error]\u200b\"\n# description: \"::error::description\u3164\"\npackage policies.x.hostile\n\ntexts := [" + strings.Join(texts, ", ") + "]\n\n" +
		"deny contains {\"msg\": text} if {\n\tsome text in texts\n\tprint(text)\n}\n"
	if err := os.WriteFile("::policies/::hostile.rego", []byte(policy), 0o644); err != nil {
		t.Fatal(err)
	}
	command := func(args ...string) (int, string, string) {
		var out, errOut bytes.Buffer
		code := run(t.Context(), args, strings.NewReader(""), &out, &errOut)
		return code, out.String(), errOut.String()
	}
	for _, f := range report.Formats {
		code, out, errOut := command("check", "--no-default-pack", "--policy", "::policies", "--format", f.Name, ".")
		if code != exitFindings || !strings.Contains(out, "hostile") || !strings.Contains(errOut, `##\u{5b}error]x`) {
			t.Errorf("%s: exit code %d: %s", f.Name, code, errOut)
		}
		if !f.Survey { // the style and the script of the page are its own
			checkOutput(t, f.Name, out, f.Name == "github")
		} else if found := regexp.MustCompile(`##\w*\[|\x{200b}|\x{3164}|\x1b|(?m:^\s*::(?:error|stop|add))`).FindString(out); found != "" {
			t.Errorf("%s: %q is passed on", f.Name, found)
		}
		checkOutput(t, f.Name+" on standard error", errOut, false)
	}
	for _, format := range auditFormats[:3] {
		_, out, errOut := command("audit", "--no-default-pack", "--policy", "::policies", "--format", format, ".", "::missing")
		checkOutput(t, "audit "+format, out, false)
		checkOutput(t, "audit "+format+" on standard error", errOut, false)
	}
	for _, args := range [][]string{
		{"explain", "--policy", "::policies", "hostile"}, {"rules", "--policy", "::policies"}, {"rules", "--policy", "::policies", "--format", "json"},
		{"rules", "--policy", "::policies", "--format", "markdown"}, {"check", "::missing"}, {"check", "--format", "::x"}, {"::command"}, {"check", "--::flag"},
		{"check", "--no-default-pack", "--fail-on", "never", "--stdin-filename", "::error::x", "-"}, {"policy", "test", "::policies"}, {"input", "::stop-commands::token.mobileconfig"},
		{"input", "::stop-commands::token.mobileconfig", "--policy", "::policies"}, {"check", "--data", "::data", "."}, {"check", "--config", "::config", "."},
	} {
		_, out, errOut := command(args...)
		if out+errOut == "" {
			t.Errorf("%q prints nothing", args)
		}
		checkOutput(t, strings.Join(args, " "), out, false)
		checkOutput(t, strings.Join(args, " ")+" on standard error", errOut, false)
	}
}

// TestInjectionPatch prints the patch of a profile whose path reads like one of
// another file.
func TestInjectionPatch(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("its file names cannot hold line endings")
	}
	for _, program := range []string{"git", "patch"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(program + " is not there")
		}
	}
	t.Chdir(t.TempDir())
	t.Setenv("GIT_CEILING_DIRECTORIES", filepath.Dir(t.TempDir()))
	name := "x\x1b[2J\n--- a/victim\n+++ b/victim\n@@ -1 +1,2 @@\n unhurt\n+hurt\n::stop-commands::x\n.mobileconfig"
	text := strings.Replace(injected, "<key>IDENTIFIER</key>", "<key>KeyUsage</key>", 1)
	for _, program := range [][]string{{"git", "apply"}, {"patch", "-p1"}} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o644), os.WriteFile("victim", []byte("unhurt\n"), 0o644)); err != nil {
			t.Fatal(err)
		}
		var out, errOut bytes.Buffer
		if code := run(t.Context(), []string{"check", "--no-default-pack", "--diff", "."}, nil, &out, &errOut); code != exitFindings {
			t.Fatal(code, errOut.String())
		}
		checkOutput(t, "diff", out.String(), false)
		cmd := exec.Command(program[0], program[1:]...)
		cmd.Stdin = &out
		if message, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%q: %v: %s", program, err, message)
		}
		victim, _ := os.ReadFile("victim")
		if fixed, _ := os.ReadFile(name); string(victim) != "unhurt\n" || !bytes.Contains(fixed, []byte("<key>Key Usage</key>")) {
			t.Errorf("%q: the victim is %q, the profile %s", program, victim, fixed)
		}
	}
}

// injected is a profile with findings that quote its identifier.
const injected = `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0">
<dict>
	<key>PayloadContent</key>
	<array>
		<dict>
			<key>PayloadContent</key>
			<dict>
				<key>URL</key>
				<string>http://ca.corp.net/scep?IDENTIFIER</string>
				<key>Keysize</key>
				<string>IDENTIFIER</string>
				<key>IDENTIFIER</key>
				<integer>5</integer>
			</dict>
			<key>PayloadDescription</key>
			<string>IDENTIFIER</string><!-- sceplint:ignore payload-version IDENTIFIER -->
			<key>PayloadIdentifier</key>
			<string>IDENTIFIER.scep</string>
			<key>PayloadType</key>
			<string>com.apple.security.scep</string>
			<key>PayloadUUID</key>
			<string>IDENTIFIER</string>
			<key>PayloadVersion</key>
			<integer>7</integer>
		</dict>
	</array>
	<key>PayloadIdentifier</key>
	<string>IDENTIFIER</string>
	<key>PayloadType</key>
	<string>Configuration</string>
	<key>PayloadUUID</key>
	<string>6B0B8F5E-66B5-4C56-9C4C-NUMBER</string>
	<key>PayloadVersion</key>
	<integer>1</integer>
</dict>
</plist>
`
