//go:build !race

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"text/tabwriter"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/sceplint/sceplint/checker/printable"
	"github.com/sceplint/sceplint/checker/profile/profiletest"
)

// hostileSample is the number of inputs of which one is run.
const hostileSample = 36

// What any input may cost. Time is that on the processor, several times what it
// takes, since others may be busy on the machine; measure ends what does not end
// by itself.
const (
	hostileTime   = 20 * time.Second
	hostileMemory = 256 << 20
	hostileLeast  = 200 // inputs; there may be more
)

// TestHostile runs the command as it is built for users on each hostile input,
// and prints what becomes of it, with -v, as a table. The race detector would see
// little of that, and take minutes.
func TestHostile(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		return // has neither such names nor such files, and does not tell what memory it took
	}
	command, good := built(t, "."), profiletest.Generate(1)
	var rows [][]string
	count := map[string]int{}
	names := map[string]bool{}
	t.Run("inputs", func(t *testing.T) {
		for _, kind := range hostileKinds {
			for i, x := range kind.inputs() {
				x.kind = kind.name
				if x.file == "" {
					x.file = kind.file
				}
				if x.args == "" {
					x.args = kind.args
				}
				count[x.kind]++
				if names[x.kind+"/"+x.name] {
					t.Errorf("two inputs are called %s/%s", x.kind, x.name)
				}
				names[x.kind+"/"+x.name] = true
				if !*hostileAll && i%hostileSample != 0 {
					continue
				}
				row := make([]string, 7)
				rows = append(rows, row)
				t.Run(x.kind+"/"+x.name, func(t *testing.T) {
					t.Parallel()
					x.run(t, command, good, row)
				})
			}
		}
	})
	if len(names) < hostileLeast {
		t.Errorf("there are %d hostile inputs, and should be %d", len(names), hostileLeast)
	}
	var table bytes.Buffer
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "KIND\tINPUT\tBYTES\tEXIT\tCPU ms\tPEAK MiB\tOUTCOME")
	for _, row := range rows {
		if row[0] == "" {
			continue // -run chose others
		}
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	for _, kind := range hostileKinds {
		fmt.Fprintf(w, "%s\t%d inputs\n", kind.name, count[kind.name])
	}
	w.Flush()
	t.Logf("the hostile table, %d inputs:\n%s", len(rows), &table)
}

// run lays out an input, hands it to the command, and fills a row of the table.
func (x *hostile) run(t *testing.T, command string, good []byte, row []string) {
	dir := t.TempDir()
	size := 0
	if x.text != nil {
		text := x.text()
		size = len(text)
		must(t, os.WriteFile(filepath.Join(dir, x.file), text, 0o600))
	}
	if strings.Contains(x.args, "good.mobileconfig") {
		must(t, os.WriteFile(filepath.Join(dir, "good.mobileconfig"), good, 0o600))
	}
	if x.lay != nil {
		x.lay(dir)
	}
	took := filepath.Join(t.TempDir(), "took")
	cmd := exec.Command("measure", append([]string{took, command}, strings.Fields(x.args)...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TMPDIR="+filepath.Dir(took))
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if x.stdin != nil {
		cmd.Stdin = x.stdin()
	}
	_ = cmd.Run() // its exit code is what it says
	exit := cmd.ProcessState.ExitCode()
	peak, cpu := measured(t, took)
	if exit != x.exit {
		t.Errorf("the exit code is %d, and should be %d", exit, x.exit)
	}
	all := stderr.String() + stdout.String()
	for says := range strings.SplitSeq(x.says, " & ") {
		if !strings.Contains(all, says) {
			t.Errorf("it does not say %q", says)
		}
	}
	for _, bad := range []string{"panic:", "goroutine ", "please report this bug"} {
		if strings.Contains(all, bad) {
			t.Errorf("it says %q", bad)
		}
	}
	for name, text := range map[string]string{"output": stdout.String(), "error": stderr.String()} {
		if strings.Contains(x.args, "--color always") {
			text = regexp.MustCompile("\x1b\\[[0-9;]*m|\x1b\\]8;;[!-~]*\x1b\\\\").ReplaceAllString(text, "") // links, too
		}
		if at := raw(strings.ReplaceAll(text, "\r\n", "\n")); at >= 0 {
			t.Errorf("standard %s holds %q", name, text[max(0, at-40):min(len(text), at+40)])
		}
	}
	if cpu > hostileTime {
		t.Errorf("it took %v, and may take %v", cpu, hostileTime)
	}
	if peak > hostileMemory {
		t.Errorf("it took %d MiB, and may take %d", peak>>20, hostileMemory>>20)
	}
	if t.Failed() {
		t.Logf("%s\n%s\n%s", x.args, clipped(&stdout), clipped(&stderr))
	}
	copy(row, []string{x.kind, x.name, fmt.Sprint(size), fmt.Sprint(exit), fmt.Sprint(cpu.Milliseconds()), fmt.Sprint(peak >> 20), lineWith(all, x.says)})
}

// lineWith is the line that says what is expected.
func lineWith(text, says string) string {
	says, _, _ = strings.Cut(says, " & ")
	at := max(strings.Index(text, says), 0)
	start := strings.LastIndexByte(text[:at], '\n') + 1
	line, _, _ := strings.Cut(text[start:], "\n")
	if r := []rune(line); len(r) > 150 {
		line = string(r[:149]) + "…"
	}
	return printable.Text(strings.ReplaceAll(line, "\t", " "))
}

// raw finds the first character that a terminal would obey, or that hides what
// is there; -1 if there is none.
func raw(text string) int {
	for i, r := range text {
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(text[i:]); n == 1 {
				return i
			}
		}
		if unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			return i
		}
	}
	return -1
}
