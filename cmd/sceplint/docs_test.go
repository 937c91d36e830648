package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/policy"
	"github.com/sceplint/sceplint/checker/probe"
	"github.com/sceplint/sceplint/checker/report"
	"github.com/sceplint/sceplint/rules"
)

// TestRulesPage holds rules/README.md against the descriptions it is generated
// from.
func TestRulesPage(t *testing.T) {
	generated(t, "../../rules/README.md", append(rules.All(), probe.Rules(nil)...))
}

// TestPoliciesPage holds policies/README.md against the METADATA it is
// generated from.
func TestPoliciesPage(t *testing.T) {
	loaded := policy.Loader{Packs: policy.PackNames()}
	set, err := loaded.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	generated(t, "../../policies/README.md", set.Rules())
}

// generated holds a page against the rules it documents.
func generated(t *testing.T, page string, rules []checker.Rule) {
	t.Helper()
	var want bytes.Buffer
	if err := report.RulesMarkdown(&want, rules); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(page, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Errorf("%s is stale; run go test ./cmd/sceplint -update", page)
	}
}

// console finds the examples of a page: a line "$ command" and the output under
// it, up to the next command or the end of the block.
var console = regexp.MustCompile("(?s)```console\n(.*?)```")

// TestReadme runs the commands of the README and compares what they print, to
// standard output and then to standard error, with what it shows.
func TestReadme(t *testing.T) {
	runExamples(t, "../../README.md", "../..", built(t, "."))
}

// runExamples runs the commands of a page in a directory. The test command
// itself and installing are skipped. With -update, the outputs are written.
func runExamples(t *testing.T, page, dir, binary string) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, block := range console.FindAllStringSubmatch(string(text), -1) {
		for _, example := range strings.Split("\n"+block[1], "\n$ ")[1:] {
			command, want, _ := strings.Cut(example, "\n")
			words := strings.Fields(strings.ReplaceAll(command, "'", ""))
			switch {
			case words[0] == "sceplint":
				words = words[1:]
			case strings.HasPrefix(command, "go run ./cmd/sceplint "):
				words = words[3:]
			case words[0] == "go":
				continue
			default:
				t.Errorf("%s: $ %s cannot be run here; write it in a block of sh", page, command)
				continue
			}
			var stdout, stderr bytes.Buffer
			cmd := exec.CommandContext(context.Background(), binary, words...)
			cmd.Dir = dir
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			_ = cmd.Run() // findings make the exit code 1
			ran++
			got := strings.TrimSpace(stdout.String() + stderr.String())
			if want = strings.TrimSpace(want); want != "" && got != want && *update {
				text = bytes.Replace(text, []byte("$ "+command+"\n"+want), []byte("$ "+command+"\n"+got), 1)
				if err := os.WriteFile(page, text, 0o644); err != nil {
					t.Fatal(err)
				}
			} else if want != "" && got != want {
				t.Errorf("%s: $ %s\nprints\n%s\nand not\n%s", page, command, got, want)
			}
		}
	}
	if ran == 0 && console.Match(text) {
		t.Errorf("%s: no example was run", page)
	}
}

// TestGuideCustomKeys holds that the guide lists the keys under custom that the
// loader knows.
func TestGuideCustomKeys(t *testing.T) {
	guide, err := os.ReadFile("guides/policies.md")
	if err != nil {
		t.Fatal(err)
	}
	table := "| key | |\n|---|---|\n"
	for _, key := range policy.CustomKeys {
		table += fmt.Sprintf("| `%s` | %s |\n", key.Name, key.Doc)
	}
	if !strings.Contains(string(guide), table+"\n") {
		t.Errorf("the guide lacks\n%s", table)
	}
}

// TestGuidePolicy loads the policy of the guide, as a reader would write it.
func TestGuidePolicy(t *testing.T) {
	guide, err := os.ReadFile("guides/policies.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```rego\n(.*?)```").FindSubmatch(guide)
	if block == nil {
		t.Fatal("the guide has no policy")
	}
	dir := t.TempDir() + "/policies/acme/ca_host"
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir+"/ca_host.rego", block[1], 0o644); err != nil {
		t.Fatal(err)
	}
	code, out, says := sceplint(t, "check", "--no-default-pack", "--disable", "scep-*", "--policy", dir+"/../..", "../../testdata/demo/enroll.mobileconfig")
	const want = ":11:5: error: SCEP host ca.corp.example is not one of ca.acme.net [ca-host]"
	if code != exitFindings || !strings.Contains(out, want) {
		t.Errorf("exit code %d\n%s%s", code, out, says)
	}
	parameters := t.TempDir() + "/parameters.yaml"
	if err := os.WriteFile(parameters, []byte("ca_hosts: [ca.corp.example]\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	code, out, says = sceplint(t, "check", "--no-default-pack", "--disable", "scep-*", "--policy", dir, "--data", parameters, "../../testdata/demo/enroll.mobileconfig")
	if code != exitClean {
		t.Errorf("exit code %d\n%s%s", code, out, says)
	}
}
