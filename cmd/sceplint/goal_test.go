package main

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sceplint/sceplint/checker/profile/profiletest"
	"github.com/sceplint/sceplint/checker/report"
)

var tableTo = flag.String("table", "", "write what BenchmarkGoal and BenchmarkPeak measure to this file, as a table in Markdown")

// none stands for a goal that there is none of.
var none = math.NaN()

// comparison is of two commands: what both do, what only one does, and how many
// times as long as theirs ours may take, for a start and in the end.
type comparison struct {
	name          string
	ours, theirs  command
	first, second float64
	divide        float64 // the ratio by this, if not 0
	same, differs string
}

// goals are the comparisons, those of profiles with findings last.
var goals = append([]comparison{
	{name: "rules / sha256sum", ours: checkRules, theirs: sha256Sum, first: 0.8, second: 0.5,
		same: "read the 1,000 files", differs: "sceplint parses them and runs its rules, on two processors; sha256sum hashes them, on one"},
	{name: "check / sha256sum", ours: check, theirs: sha256Sum, first: 2, second: 1,
		same: "read the 1,000 files", differs: "as above, and the policies of the pack recommended"},
	{name: "rules / cat", ours: checkRules, theirs: cat, first: none, second: none,
		same: "read the 1,000 files", differs: "cat does nothing else"},
	{name: "rules / python3 plistlib", ours: checkRules, theirs: plistlib, first: none, second: none,
		same: "read and parse the 1,000 files", differs: "plistlib knows no positions and judges nothing; the start of Python counts; one processor"},
	{name: "rules / howett.net/plist", ours: checkRules, theirs: howett, first: none, second: none,
		same: "read and parse the 1,000 files", differs: "howett.net/plist knows no positions and judges nothing; one processor"},
	{name: "rules / plistutil", ours: checkRules, theirs: plistutil, first: none, second: none,
		same: "read and parse the 1,000 files", differs: "plistutil writes a binary list, judges nothing, and is started 1,000 times"},
	{name: "check / conftest", ours: check, theirs: conftest, first: 0.1, second: 0.1,
		same: "ten policies on 1,000 profiles, with equal findings", differs: "conftest is given ready JSON; sceplint reads property lists, and has 2 policies and all rules besides"},
	{name: "check / opa exec", ours: check, theirs: opaExec, first: none, second: none,
		same: "the twelve policies on 1,000 profiles, with equal findings", differs: "OPA is given ready JSON; sceplint reads property lists and runs all rules besides"},
	{name: "check of one / opa eval", ours: checkOne, theirs: opaEval, first: 0.5, second: 0.5,
		same: "the twelve policies on one profile, with equal findings", differs: "as above"},
	{name: "rules on one / empty Go program", ours: checkRulesOne, theirs: emptyGo, first: 8, second: 8,
		same: "the start of a Go program", differs: "the other does nothing, and is 1.5 MB long"},
	{name: "one worker / two", ours: checkAlone, theirs: check, first: 1.7, second: 1.7,
		same: "all", differs: "how many workers; more is better here"},
	{name: "10 MB / 1 MB, a byte", ours: weighing(10), theirs: weighing(1), divide: 10, first: 1.1, second: 1.1,
		same: "rules on one profile", differs: "its size; the start weighs more in the small one"},
	{name: "100 MB / 10 MB, a byte", ours: weighing(100), theirs: weighing(10), divide: 10, first: 1.1, second: 1.1,
		same: "rules on one profile", differs: "its size"},
}, goalsWithFindings()...)

// goalsWithFindings compares checks of profiles with findings in each format.
func goalsWithFindings() (list []comparison) {
	for _, format := range report.FormatNames() {
		rules, all := 1.5, 3.0
		if slices.Contains([]string{"json", "sarif", "html", "gitlab", "junit", "checkstyle"}, format) {
			rules, all = 2.5, 4
		}
		list = append(list,
			comparison{name: "findings of rules in " + format + " / sha256sum", ours: checkFindings(format, "--no-default-pack"), theirs: sha256SumFindings, first: rules, second: rules,
				same: "read 1,000 files with findings", differs: "as for clean profiles, and a report of " + format},
			comparison{name: "findings in " + format + " / sha256sum", ours: checkFindings(format), theirs: sha256SumFindings, first: all, second: all,
				same: "read 1,000 files with findings", differs: "as above, and the policies of the pack recommended"})
	}
	return list
}

// BenchmarkGoal times two commands by turns and gives the ratio of the first
// to the second: the median of all turns, the least, the most, and the goal.
func BenchmarkGoal(b *testing.B) {
	s := newStage(b)
	rows := map[string]string{}
	for _, goal := range goals {
		b.Run(strings.NewReplacer(" / ", "_to_", " ", "_").Replace(goal.name), func(b *testing.B) {
			ours, theirs := goal.ours(b, s), goal.theirs(b, s)
			timed(b, ours)
			timed(b, theirs)
			var ratios []float64
			for b.Loop() {
				first, second := timed(b, ours), timed(b, theirs)
				ratio := float64(first) / float64(second)
				if goal.divide != 0 {
					ratio /= goal.divide
				}
				ratios = append(ratios, ratio)
			}
			slices.Sort(ratios)
			least, median, most := ratios[0], ratios[len(ratios)/2], ratios[len(ratios)-1]
			b.ReportMetric(least, "least")
			b.ReportMetric(median, "median")
			b.ReportMetric(most, "most")
			if !math.IsNaN(goal.first) {
				b.ReportMetric(goal.first, "goal")
			}
			b.ReportMetric(0, "ns/op") // the sum of both says nothing
			rows[goal.name] = fmt.Sprintf("| %s | %s – **%s** – %s | %s | %s | %s |", goal.name, short(least), short(median), short(most),
				goalText(goal.first, goal.second), goal.same, goal.differs)
		})
	}
	if *tableTo == "" || len(rows) == 0 {
		return
	}
	lines := []string{"| first / second | least – **median** – most | goal | both | only one |", "|---|---|---|---|---|"}
	for _, goal := range goals {
		if row, ok := rows[goal.name]; ok {
			lines = append(lines, row)
		}
	}
	writeTable(b, lines)
}

// BenchmarkPeak gives the most memory that a check with rules and policies takes,
// in MiB: it must not grow with the number of files.
func BenchmarkPeak(b *testing.B) {
	if runtime.GOOS == "windows" {
		b.Fatal("Windows does not tell")
	}
	command := built(b, ".")
	lines := []string{"", "| profiles | peak of memory, MiB | goal |", "|---|---|---|"}
	for _, thousands := range []int{10, 100} {
		b.Run(strconv.Itoa(thousands)+"000", func(b *testing.B) {
			dir := b.TempDir()
			for i := range thousands { // each profile once, for those of a fleet differ
				part := filepath.Join(dir, strconv.Itoa(i))
				err := os.Mkdir(part, 0o755)
				for n := range 1000 {
					text := profiletest.Generate(uint64(i*1000 + n))
					err = errors.Join(err, os.WriteFile(filepath.Join(part, strconv.Itoa(n)+".mobileconfig"), text, 0o644))
				}
				if err != nil {
					b.Fatal(err)
				}
			}
			lines = append(lines, fmt.Sprintf("| %d,000 | %.1f | ≤ 64 |", thousands, peakOf(b, command, dir, "text")))
		})
	}
	dir := filepath.Join(b.TempDir(), "profiles")
	generateWithFindings(b, dir, 10_000)
	for _, format := range report.FormatNames() {
		b.Run("findings_"+format, func(b *testing.B) {
			lines = append(lines, fmt.Sprintf("| 10,000 with findings, %s | %.1f | ≤ 64 |", format, peakOf(b, command, dir, format)))
		})
	}
	if *tableTo != "" {
		writeTable(b, lines)
	}
}

// peakOf measures the most memory that a check of a directory takes, in MiB.
func peakOf(b *testing.B, command, dir, format string) (peak float64) {
	for b.Loop() {
		if err := exec.Command("measure", dir+".peak", command, "check", "--jobs", "2", "--fail-on", "never", "--format", format, dir).Run(); err != nil {
			b.Fatal(err)
		}
		n, _ := measured(b, dir+".peak")
		peak = max(peak, float64(n)/(1<<20))
	}
	b.ReportMetric(peak, "MiB")
	b.ReportMetric(0, "ns/op")
	return peak
}

func short(ratio float64) string { return strconv.FormatFloat(ratio, 'g', 3, 64) }

func goalText(first, second float64) string {
	switch {
	case math.IsNaN(first):
		return "none"
	case first == second:
		return short(first)
	}
	return short(first) + ", then " + short(second)
}

func writeTable(tb testing.TB, lines []string) {
	f, err := os.OpenFile(*tableTo, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err == nil {
		_, err = f.WriteString(strings.Join(lines, "\n") + "\n")
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		tb.Fatal(err)
	}
}
