package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sceplint/sceplint/checker/policy"
	"github.com/sceplint/sceplint/checker/profile/profiletest"
)

// The benchmarks of this file run whole commands on the same profiles. Those
// that compare with OPA and conftest need OPA and CONFTEST in the environment,
// and look first whether both sides find the same. Only ratios within one run
// count: BenchmarkWall… time one command each, BenchmarkGoal in goal_test.go two by turns.

// stage is what the commands work on.
type stage struct {
	sceplint  string   // the command
	dir       string   // of the profiles
	profiles  []string // as generate wrote them
	documents []string // what sceplint input prints of each, once needed
	bytes     int64    // of all profiles
	withFound []string // profiles with findings, once needed
}

// command gives the arguments of a command, ready to be timed.
type command func(testing.TB, *stage) []string

func newStage(tb testing.TB) *stage {
	tb.Helper()
	s := &stage{sceplint: built(tb, "."), dir: filepath.Join(tb.TempDir(), "profiles")}
	s.profiles, s.bytes = generate(tb, s.dir)
	return s
}

// one is the profile that commands on one file get: one with a finding.
func (s *stage) one() string { return s.profiles[0] }

// input gives the documents of all profiles as files of JSON.
func (s *stage) input(tb testing.TB) []string {
	tb.Helper()
	if s.documents != nil {
		return s.documents
	}
	dir := filepath.Join(s.dir, "..", "documents")
	if err := os.Mkdir(dir, 0o755); err != nil {
		tb.Fatal(err)
	}
	for _, file := range s.profiles {
		var stdout, stderr bytes.Buffer
		if code := run(tb.Context(), []string{"input", file}, strings.NewReader(""), &stdout, &stderr); code != exitClean {
			tb.Fatalf("%s: exit code %d\n%s", file, code, &stderr)
		}
		document := filepath.Join(dir, stem(file)+".json")
		if err := os.WriteFile(document, stdout.Bytes(), 0o644); err != nil {
			tb.Fatal(err)
		}
		s.documents = append(s.documents, document)
	}
	return s.documents
}

// findings gives the profiles with findings, in a directory of their own.
func (s *stage) findings(tb testing.TB) (dir string, files []string) {
	dir = filepath.Join(s.dir, "..", "findings")
	if s.withFound == nil {
		s.withFound, _ = generateWithFindings(tb, dir, generatedFiles)
	}
	return dir, s.withFound
}

// checkFindings is a check of the profiles with findings in a format.
func checkFindings(format string, flags ...string) command {
	return func(tb testing.TB, s *stage) []string {
		dir, _ := s.findings(tb)
		return append([]string{s.sceplint, "check", "--fail-on", "never", "--format", format, dir}, flags...)
	}
}

func sha256SumFindings(tb testing.TB, s *stage) []string {
	_, files := s.findings(tb)
	return append([]string{"sha256sum"}, files...)
}

func check(_ testing.TB, s *stage) []string {
	return []string{s.sceplint, "check", "--fail-on", "never", s.dir}
}

func checkAlone(_ testing.TB, s *stage) []string {
	return []string{s.sceplint, "check", "--jobs", "1", "--fail-on", "never", s.dir}
}

func checkRules(_ testing.TB, s *stage) []string {
	return []string{s.sceplint, "check", "--no-default-pack", "--fail-on", "never", s.dir}
}

func checkOne(_ testing.TB, s *stage) []string {
	return []string{s.sceplint, "check", "--fail-on", "never", s.one()}
}

func checkRulesOne(_ testing.TB, s *stage) []string {
	return []string{s.sceplint, "check", "--no-default-pack", "--fail-on", "never", s.one()}
}

func sha256Sum(_ testing.TB, s *stage) []string { return append([]string{"sha256sum"}, s.profiles...) }

func cat(_ testing.TB, s *stage) []string { return append([]string{"cat"}, s.profiles...) }

// plistlib parses the profiles with Python's library, in one process.
func plistlib(tb testing.TB, s *stage) []string {
	const source = `import plistlib, sys
for name in sys.argv[1:]:
    with open(name, "rb") as f:
        plistlib.load(f)
`
	file := filepath.Join(tb.TempDir(), "parse.py")
	if err := os.WriteFile(file, []byte(source), 0o644); err != nil {
		tb.Fatal(err)
	}
	return append([]string{"python3", file}, s.profiles...)
}

// howett parses the profiles with howett.net/plist, in one process.
func howett(tb testing.TB, s *stage) []string {
	return append([]string{built(tb, "testdata/bench/howett.go")}, s.profiles...)
}

// plistutil converts the profiles to binary property lists with the command of
// libplist, which takes one file a process.
func plistutil(_ testing.TB, s *stage) []string {
	return append([]string{"sh", "-c", `for file; do plistutil -i "$file" -o /dev/null || exit; done`, "sh"}, s.profiles...)
}

// weighing is a check of a profile of so many million bytes.
func weighing(megabytes int) command {
	return func(tb testing.TB, s *stage) []string {
		file := filepath.Join(s.dir, "..", fmt.Sprintf("large-%d.mobileconfig", megabytes))
		if err := os.WriteFile(file, profiletest.Large(megabytes*1_000_000), 0o644); err != nil {
			tb.Fatal(err)
		}
		return []string{s.sceplint, "check", "--no-default-pack", "--fail-on", "never", file}
	}
}

// emptyGo is the least that a program in Go can do.
func emptyGo(tb testing.TB, _ *stage) []string {
	source := filepath.Join(tb.TempDir(), "empty.go")
	if err := os.WriteFile(source, []byte("package main\n\nfunc main() {}\n"), 0o644); err != nil {
		tb.Fatal(err)
	}
	return []string{built(tb, source)}
}

// conftest runs ten policies of the pack recommended on ready documents. Of the
// twelve, challenge-shared looks at other profiles, and retry-nondefault gives
// information only, which conftest does not know. The ten are put into one
// package, since conftest takes several times as long with a package for each.
func conftest(tb testing.TB, s *stage) []string {
	tb.Helper()
	without := []string{"challenge-shared", "retry-nondefault"}
	var ids []string
	dir := copyPolicies(tb, policy.DefaultPack, func(id, text string) string {
		if slices.Contains(without, id) {
			return ""
		}
		ids = append(ids, id)
		var lines []string
		for line := range strings.Lines(text) {
			switch {
			case strings.HasPrefix(line, "#"): // METADATA, which a package has once
				continue
			case strings.HasPrefix(line, "package "):
				line = "package main\n"
			}
			lines = append(lines, strings.Replace(line, "info contains", "warn contains", 1))
		}
		return strings.Join(lines, "")
	})
	if len(ids) != 10 {
		tb.Fatalf("%d policies are compared, not ten", len(ids))
	}
	args := append([]string{tool(tb, "CONFTEST"), "test", "--no-fail", "--policy", dir}, s.input(tb)...)

	type member struct {
		Msg      string
		Metadata struct{ Path []any }
	}
	var files []struct {
		Filename           string
		Warnings, Failures []member
	}
	if err := json.Unmarshal(printed(tb, nil, append(args, "--output", "json")...), &files); err != nil {
		tb.Fatal(err)
	}
	// There are no IDs in one package, and no information.
	var theirs []found
	for _, f := range files {
		for severity, members := range map[string][]member{"warning": f.Warnings, "error": f.Failures} {
			for _, m := range members {
				theirs = append(theirs, found{stem(f.Filename), "", severity, m.Msg, pathText(tb, m.Metadata.Path)})
			}
		}
	}
	ours := s.found(tb, s.dir, ids)
	for i := range ours {
		ours[i].rule = ""
		ours[i].severity = strings.Replace(ours[i].severity, "info", "warning", 1)
	}
	same(tb, theirs, ours)
	return args
}

// opaExec runs the pack recommended on ready documents.
func opaExec(tb testing.TB, s *stage) []string {
	tb.Helper()
	args := append([]string{tool(tb, "OPA"), "exec", "--decision", "policies/recommended", "--bundle", stockRecommended(tb)}, s.input(tb)...)
	var answer struct {
		Result []struct {
			Path   string
			Result evaluated
		}
	}
	if err := json.Unmarshal(printed(tb, nil, args...), &answer); err != nil {
		tb.Fatal(err)
	}
	var theirs []found
	for _, r := range answer.Result {
		theirs = append(theirs, r.Result.findings(tb, r.Path)...)
	}
	same(tb, theirs, s.found(tb, s.dir, idsOf(tb, policy.DefaultPack)))
	return args
}

// opaEval runs the pack recommended on one ready document.
func opaEval(tb testing.TB, s *stage) []string {
	tb.Helper()
	args := []string{tool(tb, "OPA"), "eval", "--input", s.input(tb)[0], "--data", stockRecommended(tb), "data.policies.recommended"}
	var answer struct {
		Result []struct {
			Expressions []struct{ Value evaluated }
		}
	}
	if err := json.Unmarshal(printed(tb, nil, args...), &answer); err != nil {
		tb.Fatal(err)
	}
	if len(answer.Result) != 1 || len(answer.Result[0].Expressions) != 1 {
		tb.Fatal("opa eval gave no value")
	}
	theirs := answer.Result[0].Expressions[0].Value.findings(tb, s.one())
	same(tb, theirs, s.found(tb, s.one(), idsOf(tb, policy.DefaultPack)))
	return args
}

// stockRecommended is a directory with the pack recommended as it is shipped.
func stockRecommended(tb testing.TB) string {
	tb.Helper()
	return copyPolicies(tb, policy.DefaultPack, func(_, text string) string { return text })
}

// found is what policies find in sceplint.
func (s *stage) found(tb testing.TB, path string, ids []string) []found {
	tb.Helper()
	return foundByPolicies(tb, printed(tb, nil, s.sceplint, "check", "--quiet", "--format", "json", "--fail-on", "never", path), ids)
}

// same holds that sceplint and another command find the same, and something.
func same(tb testing.TB, theirs, ours []found) {
	tb.Helper()
	if diff := difference(theirs, ours); diff != "" {
		tb.Fatalf("the other command (-) and sceplint (+) differ:\n%s", diff)
	}
	if len(ours) == 0 {
		tb.Fatal("nothing is found, so nothing is compared")
	}
	tb.Logf("both find the same %d", len(ours))
}

func BenchmarkWallCheck(b *testing.B)     { wall(b, check) }
func BenchmarkWallRules(b *testing.B)     { wall(b, checkRules) }
func BenchmarkWallSHA256Sum(b *testing.B) { wall(b, sha256Sum) }
func BenchmarkWallConftest(b *testing.B)  { wall(b, conftest) }
func BenchmarkWallOPAExec(b *testing.B)   { wall(b, opaExec) }
func BenchmarkWallCheckOne(b *testing.B)  { wall(b, checkOne) }
func BenchmarkWallRulesOne(b *testing.B)  { wall(b, checkRulesOne) }
func BenchmarkWallOPAEval(b *testing.B)   { wall(b, opaEval) }
func BenchmarkWallEmptyGo(b *testing.B)   { wall(b, emptyGo) }

func wall(b *testing.B, c command) {
	args := c(b, newStage(b))
	timed(b, args) // the files are in memory from here on
	for b.Loop() {
		timed(b, args)
	}
}

// timed runs a command and gives how long it takes.
func timed(tb testing.TB, args []string) time.Duration {
	start := time.Now()
	if err := exec.Command(args[0], args[1:]...).Run(); err != nil {
		tb.Fatalf("%s: %v", args[0], err)
	}
	return time.Since(start)
}
