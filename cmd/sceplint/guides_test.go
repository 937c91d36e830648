package main

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/sceplint/sceplint/checker/audit"
	"github.com/sceplint/sceplint/checker/checkertest"
	"github.com/sceplint/sceplint/checker/config"
	"github.com/sceplint/sceplint/checker/policy"
	"github.com/sceplint/sceplint/checker/probe"
	"github.com/sceplint/sceplint/rules"
)

func guideFiles(t *testing.T) []string { return checkertest.Files(t, "guides/*.md") }

// TestGuideExamples runs the commands of the guides, each guide in a directory
// with the profiles of the demo.
func TestGuideExamples(t *testing.T) {
	binary := built(t, ".")
	ran := 0
	for _, guide := range guideFiles(t) {
		t.Run(filepath.Base(guide), func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(filepath.Join(dir, "profiles"), os.DirFS("../../testdata/demo")); err != nil {
				t.Fatal(err)
			}
			text := checkertest.Read(t, guide)
			keep(t, dir, text)
			runExamples(t, guide, dir, binary)
			ran += len(console.FindAll(text, -1))
		})
	}
	if ran == 0 {
		t.Error("no guide has an example")
	}
}

// keep writes kept.mobileconfig as the guide to suppressing has it: the demo with
// each comment of the guide in the line before a key.
func keep(t *testing.T, dir string, guide []byte) {
	t.Helper()
	demo := string(checkertest.Read(t, "../../testdata/demo/enroll.mobileconfig"))
	for _, comment := range fenced(guide, "xml") {
		key := "<key>KeyUsage</key>"
		if strings.Contains(comment, "ignore-file") {
			key = "<key>Subject</key>" // anywhere will do
		}
		changed := strings.Replace(demo, key, comment+key, 1)
		if changed == demo {
			t.Fatalf("the demo has no %s", key)
		}
		demo = changed
	}
	if err := os.WriteFile(filepath.Join(dir, "kept.mobileconfig"), []byte(demo), 0o644); err != nil {
		t.Fatal(err)
	}
}

// fenced gives the blocks of a page that are in a language.
func fenced(page []byte, language string) (blocks []string) {
	for _, m := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllSubmatch(page, -1) {
		blocks = append(blocks, string(m[1]))
	}
	return blocks
}

var (
	link    = regexp.MustCompile(`\[([^]]*)\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	word    = regexp.MustCompile("`([a-z]+(?:-[a-z]+)+)`")
)

// anchors are what links to the headings of a page end in.
func anchors(page []byte) (all []string) {
	for _, m := range heading.FindAllSubmatch(page, -1) {
		name := strings.ToLower(string(m[1]))
		name = regexp.MustCompile(`[^\pL\pN _-]`).ReplaceAllString(name, "")
		all = append(all, strings.ReplaceAll(name, " ", "-"))
	}
	return all
}

// TestGuideLinks holds that links of the README and the guides lead somewhere,
// and those to a rule to the rule they name.
func TestGuideLinks(t *testing.T) {
	t.Parallel()
	known := slices.Concat(config.RuleIDs(rules.All()), policy.ShippedIDs(), probe.IDs())
	named := 0
	for _, page := range append(guideFiles(t), "../../README.md") {
		text := checkertest.Read(t, page)
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(m[2], "://") {
				continue
			}
			file, anchor, _ := strings.Cut(m[2], "#")
			target := page
			if file != "" {
				target = filepath.Join(filepath.Dir(page), file)
			}
			there, err := os.ReadFile(target)
			if err != nil {
				t.Errorf("%s: %s leads nowhere: %v", page, m[0], err)
				continue
			}
			if anchor != "" && !slices.Contains(anchors(there), anchor) {
				t.Errorf("%s: %s has no such heading", page, m[0])
			}
			if (strings.HasSuffix(file, "rules/README.md") || strings.HasSuffix(file, "policies/README.md")) && slices.Contains(known, anchor) {
				named++
				if m[1] != anchor {
					t.Errorf("%s: %s names another rule than it leads to", page, m[0])
				}
			}
		}
	}
	if named == 0 {
		t.Error("no guide leads to a rule")
	}
}

// TestGuideWords holds that what looks like a rule is one, in words and in the
// flags and comments of examples.
func TestGuideWords(t *testing.T) {
	others := []string{"sceplint-system", "sceplint-docker", "sarif-file", "working-directory", "exit-code", "security-events"}
	known := slices.Concat(config.RuleIDs(rules.All()), policy.ShippedIDs(), audit.DriftIDs(), probe.IDs())
	used := regexp.MustCompile(`(?:sceplint:ignore(?:-file)?|--disable|--enable|explain|--trace) ([a-z-]+[a-z])(?:[^*a-z-]|$)`)
	seen := 0
	for _, guide := range guideFiles(t) {
		text := string(checkertest.Read(t, guide))
		for _, m := range append(word.FindAllStringSubmatch(text, -1), used.FindAllStringSubmatch(text, -1)...) {
			seen++
			if !slices.Contains(known, m[1]) && !slices.Contains(others, m[1]) && m[1] != "ca-host" {
				t.Errorf("%s: there is no rule %s", guide, m[1])
			}
		}
	}
	if seen == 0 {
		t.Error("no guide names a rule")
	}
}

// TestGuideCodes holds that the error codes which rules are about are in the
// table of the FAQ, with the rule.
func TestGuideCodes(t *testing.T) {
	faq := string(checkertest.Read(t, "guides/faq.md"))
	codes := regexp.MustCompile(`MC[A-Za-z]+ErrorDomain ([0-9]+)`)
	seen := 0
	for _, r := range rules.All() {
		for _, m := range codes.FindAllStringSubmatch(r.Doc, -1) {
			seen++
			row := regexp.MustCompile(`(?m)^\| [0-9, ]*\b` + m[1] + `\b.*$`).FindString(faq)
			if !strings.Contains(row, "["+r.ID+"](") {
				t.Errorf("the FAQ does not name %s for the code %s: %q", r.ID, m[1], row)
			}
		}
	}
	if seen == 0 {
		t.Error("no rule tells the code of an error")
	}
}

// TestGuideYAML holds that every block of YAML can be read, that those for
// pre-commit name hooks that exist, and that those for sceplint are right.
func TestGuideYAML(t *testing.T) {
	var hooks []struct{ ID string }
	if err := yaml.Unmarshal(checkertest.Read(t, "../../.pre-commit-hooks.yaml"), &hooks); err != nil {
		t.Fatal(err)
	}
	blocks, used, configs := 0, 0, 0
	for _, guide := range guideFiles(t) {
		for _, block := range fenced(checkertest.Read(t, guide), "yaml") {
			blocks++
			var any map[string]any
			if err := yaml.Unmarshal([]byte(block), &any); err != nil {
				t.Errorf("%s: %v\n%s", guide, err, block)
			}
			if any["ignore"] != nil {
				configs++
				dir := t.TempDir()
				file := filepath.Join(dir, ".sceplint.yaml")
				policy := fenced(checkertest.Read(t, "guides/policies.md"), "rego")[0]
				err := errors.Join(os.WriteFile(file, []byte(block), 0o644), os.Mkdir(filepath.Join(dir, "policies"), 0o755),
					os.WriteFile(filepath.Join(dir, "policies", "ca_host.rego"), []byte(policy), 0o644))
				if err != nil {
					t.Fatal(err)
				}
				sceplint(t, "check", "--no-config", "--write-baseline", filepath.Join(dir, "known.json"), "../../testdata/demo")
				if code, out, says := sceplint(t, "config", "check", file); code != exitClean {
					t.Errorf("%s: %s%s", guide, out, says)
				}
			}
			var config struct {
				Repos []struct{ Hooks []struct{ ID string } }
			}
			_ = yaml.Unmarshal([]byte(block), &config) // others have no repos
			for _, repo := range config.Repos {
				for _, hook := range repo.Hooks {
					used++
					if !slices.ContainsFunc(hooks, func(h struct{ ID string }) bool { return h.ID == hook.ID }) {
						t.Errorf("%s: there is no hook %q", guide, hook.ID)
					}
				}
			}
		}
	}
	if blocks == 0 || used == 0 || configs == 0 {
		t.Errorf("%d blocks of YAML, %d hooks, %d configurations", blocks, used, configs)
	}
}
