package report

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/sceplint/sceplint/checker/printable"
)

// diffLines are lines of which many are equal, as in property lists, with what
// is hard to print, to patch, or to keep.
var diffLines = []string{
	"<dict>\n", "</dict>\n", "\t<key>URL</key>\n", "\t<string>x</string>\n", "\t<key>Key Usage</key>\n", "\t<integer>5</integer>\n", "\n", "--- a/x\n", "+++ b/x\n", "@@ -1 +1 @@\n",
	"crlf\r\n", "trailing \n", "漢字\u200b\n", "\\ No newline at end of file\n", "diff --git a/x b/x\n",
}

// hardLines are those that a patch must not print as they are.
var hardLines = []string{"\x1b[2J\n", "::stop-commands::x\n", "\t::add-mask::x\n", "##[error]x\n", "##vso[x]y\n", "old\rmac\n", "\u009b\n", "nul\x00\n", "bad\xff\n"}

// TestDiff applies the diffs of random changes: what comes of it is what the
// fixes made.
func TestDiff(t *testing.T) {
	for _, program := range []string{"git", "patch"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(program + " is not there")
		}
	}
	t.Chdir(t.TempDir())
	t.Setenv("GIT_CEILING_DIRECTORIES", filepath.Dir(t.TempDir()))
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	random := rand.New(rand.NewPCG(1, 2))
	for n := range 150 {
		lines := diffLines
		hard := n%3 == 0
		if hard {
			lines = slices.Concat(diffLines, hardLines)
		}
		var from, to []string
		for range random.IntN(60) {
			from = append(from, lines[random.IntN(len(lines))])
		}
		to = slices.Clone(from)
		for range 1 + random.IntN(5) {
			i := random.IntN(len(to) + 1)
			j := min(i+random.IntN(3), len(to))
			var with []string
			for range random.IntN(3) {
				with = append(with, lines[random.IntN(len(lines))])
			}
			to = slices.Replace(to, i, j, with...)
		}
		before, after := strings.Join(from, ""), strings.Join(to, "")
		if random.IntN(4) == 0 {
			before = strings.TrimSuffix(before, "\n")
		}
		if random.IntN(4) == 0 {
			after = strings.TrimSuffix(after, "\n")
		}
		if before == after || before == "" || after == "" { // then the file comes or goes
			continue
		}
		name := []string{"x", "dir/a b.mobileconfig", "tab\t\"quote\\.mobileconfig", "漢\u200b字\x1b.mobileconfig", "##[error]x", "a\n--- a/other\n+++ b/other\n@@ -1 +1 @@\n-x\n+y"}[n%6]
		if runtime.GOOS == "windows" {
			name = "x"
		}
		checkPatch(t, name, before, after, !hard)
	}
}

// checkPatch applies the diff of a file with git and, if it is one for all, patch.
func checkPatch(t *testing.T, name, before, after string, plain bool) {
	t.Helper()
	var b bytes.Buffer
	if err := Diff(&b, name, []byte(before), []byte(after), true, true); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	if printable.LogText(text) != text || strings.ContainsAny(text, "\x1b\x00\u009b") {
		t.Errorf("%q would be obeyed", text)
	}
	if plain && !strings.HasPrefix(text, "--- ") {
		t.Errorf("not for patch: %q", text)
	}
	programs := [][]string{{"git", "apply", "--whitespace=nowarn"}}
	if plain {
		programs = append(programs, []string{"patch", "-p1", "--binary", "--fuzz=0", "--no-backup-if-mismatch"})
	}
	for _, program := range programs {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(before), 0o644); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(program[0], program[1:]...)
		cmd.Stdin = strings.NewReader(text)
		out, err := cmd.CombinedOutput()
		got, readErr := os.ReadFile(name)
		if err != nil || readErr != nil || string(got) != after {
			t.Errorf("%q: %v %v: %s\nfrom %q\nto   %q\ngot  %q\n%s", program, err, readErr, out, before, after, got, text)
		}
		if program[0] == "patch" && (bytes.Contains(out, []byte("offset")) || bytes.Contains(out, []byte("fuzz"))) {
			t.Errorf("the lines of the hunks are wrong: %s\n%s", out, text)
		}
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDiffHeaders holds the lines that hunks start at, with two changes that are a
// few lines apart.
func TestDiffHeaders(t *testing.T) {
	var from, to []string
	for i := range 100 {
		line := fmt.Sprintf("line %d\n", i+1)
		from = append(from, line)
		if i != 9 && i != 15 { // within one hunk
			to = append(to, line)
		}
	}
	to[69] = "other\n"
	var b bytes.Buffer
	if err := Diff(&b, "x", []byte(strings.Join(from, "")), []byte(strings.Join(to, "")), true, true); err != nil {
		t.Fatal(err)
	}
	var headers []string
	for line := range strings.Lines(b.String()) {
		if strings.HasPrefix(line, "@@") {
			headers = append(headers, strings.TrimSpace(line))
		}
	}
	if want := []string{"@@ -7,13 +7,11 @@", "@@ -69,7 +67,7 @@"}; !slices.Equal(headers, want) {
		t.Errorf("%q, not %q", headers, want)
	}
}

// TestDiffShown holds that a diff that is only looked at is readable, and that one
// with masks is never in a form that holds the whole file.
func TestDiffShown(t *testing.T) {
	before, after := "<a>\x1b</a>\n::add-mask::x\n##[error]\n", "<b>\x1b</b>\n::add-mask::x\n##[error]\n"
	var b bytes.Buffer
	if err := Diff(&b, "x", []byte(before), []byte(after), true, false); err != nil {
		t.Fatal(err)
	}
	want := "--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n-<a>\\u{1b}</a>\n+<b>\\u{1b}</b>\n :\\u{3a}add-mask::x\n ##\\u{5b}error]\n"
	if b.String() != want {
		t.Errorf("%q, not %q", b.String(), want)
	}
	secret := `<plist version="1.0"><dict>` + "\n<key>Challenge</key><string>Tr0ub4dor3x</string>\n<key>X\x01</key><true/>\n</dict></plist>\n"
	b.Reset()
	if err := Diff(&b, "x", []byte(secret), []byte(strings.Replace(secret, "true", "false", 1)), false, true); err != nil {
		t.Fatal(err)
	}
	if text := b.String(); strings.Contains(text, "GIT binary") || strings.Contains(text, "Tr0ub4dor3x") || !strings.Contains(text, `\u{1}`) {
		t.Error(text)
	}
}

func TestQuotedName(t *testing.T) {
	for name, want := range map[string]string{
		"a/x.mobileconfig": "a/x.mobileconfig",
		"a/b c":            "a/b c",
		"a/漢字é":            "a/漢字é",
		"a/\x1b[2J":        `"a/\033\1332J"`,
		"a/x\n+++ b/y":     `"a/x\012+++ b/y"`,
		"a/\t\"\\":         `"a/\011\042\134"`,
		"a/z\u200bw":       `"a/z\342\200\213w"`,
		"a/bad\xff":        `"a/bad\377"`,
		"a/##[error]x":     `"a/\043\043\133error]x"`,
	} {
		if got := quotedName(name); got != want {
			t.Errorf("%q: %s, not %s", name, got, want)
		}
	}
}
