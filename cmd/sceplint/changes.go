package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/sceplint/sceplint/checker"
)

// changes are the lines that changed since a revision of the git repository
// that the working directory lies in.
type changes struct {
	prefix string // of the working directory in the repository, with slashes
	here   string
	old    map[string]bool // files of the revision
	files  map[string]*changedFile
}

// changedFile is a file that is not as it was.
type changedFile struct {
	whole bool            // there is no telling what of it changed
	added []checker.Lines // lines that are new, or new in what they say
	cut   []int           // lines after which keys were taken away
}

// changesSince asks git what changed since a revision.
func changesSince(ctx context.Context, revision string) (*changes, error) {
	here, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	if revision == "" || strings.HasPrefix(revision, "-") {
		return nil, fmt.Errorf("--new-from %q: name a revision of git, as in origin/main or HEAD~1", revision)
	}
	commit, err := git(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", revision+"^{commit}")
	if err != nil {
		if _, inside := git(ctx, "rev-parse", "--git-dir"); inside != nil {
			return nil, fmt.Errorf("--new-from: %w", inside)
		}
		return nil, fmt.Errorf("--new-from %q: git knows no such revision; a shallow clone may lack it, then fetch it first", revision)
	}
	id := strings.TrimSpace(string(commit))
	prefix, err := git(ctx, "rev-parse", "--show-prefix")
	if err != nil {
		return nil, fmt.Errorf("--new-from: %w", err)
	}
	c := &changes{prefix: strings.TrimSuffix(string(prefix), "\n"), here: here, old: map[string]bool{}, files: map[string]*changedFile{}}
	names, err := git(ctx, "ls-tree", "-r", "-z", "--name-only", "--full-tree", id)
	if err != nil {
		return nil, fmt.Errorf("--new-from: %w", err)
	}
	for name := range strings.SplitSeq(string(names), "\x00") {
		c.old[name] = true
	}
	diff := []string{"diff", "--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules", "--diff-filter=d", "--find-renames"}
	counts, err := git(ctx, append(diff, "--numstat", "-z", id, "--")...)
	if err != nil {
		return nil, fmt.Errorf("--new-from: %w", err)
	}
	c.readCounts(string(counts))
	hunks, err := git(ctx, append(diff, "--unified=0", "--src-prefix=a/", "--dst-prefix=b/", id, "--")...)
	if err != nil {
		return nil, fmt.Errorf("--new-from: %w", err)
	}
	c.read(hunks)
	return c, nil
}

// readCounts takes the files out of what git diff --numstat -z prints: lines
// added, lines removed and name, parted by tabs; of a file that moved the name
// is empty, and the old and the new one follow.
func (c *changes) readCounts(text string) {
	next := func() (part string) {
		part, text, _ = strings.Cut(text, "\x00")
		return part
	}
	for text != "" {
		parts := strings.SplitN(next(), "\t", 3)
		if len(parts) < 3 {
			continue
		}
		name := parts[2]
		if name == "" {
			next()
			name = next()
		}
		c.files[name] = &changedFile{whole: parts[0] == "-"} // no number: it has no lines
	}
}

// git runs git. What the repository's configuration would run is left out.
func git(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-c", "core.fsmonitor=false", "-c", "core.quotePath=false"}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_OPTIONAL_LOCKS=0", "GIT_NO_LAZY_FETCH=1", "LC_ALL=C")
	out, err := cmd.Output()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return nil, fmt.Errorf("git %s: %s", args[0], strings.TrimSpace(string(exit.Stderr)))
	case err != nil:
		return nil, fmt.Errorf("git cannot be run: %w", err)
	}
	return out, nil
}

var hunkHeader = regexp.MustCompile(`^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@`)

// read takes the lines of a diff without context.
func (c *changes) read(diff []byte) {
	var file *changedFile
	removed, last := 0, 0 // lines of the hunk still to come that were removed; the line before them
	for line := range bytes.Lines(diff) {
		text := strings.TrimSuffix(string(line), "\n")
		if removed > 0 && strings.HasPrefix(text, "-") {
			removed--
			if holdsKey(text) {
				file.cut = append(file.cut, last)
			}
			continue
		}
		if name, ok := strings.CutPrefix(text, "+++ "); ok {
			file = c.files[diffName(name)]
			continue
		}
		m := hunkHeader.FindStringSubmatch(text)
		if m == nil || file == nil {
			continue
		}
		start, _ := strconv.Atoi(m[2])
		count := 1
		if m[3] != "" {
			count, _ = strconv.Atoi(m[3])
		}
		removed = 1
		if m[1] != "" {
			removed, _ = strconv.Atoi(m[1])
		}
		last = start
		if count > 0 {
			file.added = append(file.added, checker.Lines{First: start, Last: start + count - 1})
			last = start - 1
		}
	}
}

// holdsKey reports whether a line of a profile, in XML or JSON, has a key.
func holdsKey(line string) bool {
	return strings.Contains(line, "<key") || strings.Contains(line, `":`) || strings.Contains(line, `" :`)
}

// diffName takes the name out of a +++ line.
func diffName(text string) string {
	text = strings.TrimSuffix(text, "\t")
	if strings.HasPrefix(text, `"`) {
		if name, err := strconv.Unquote(text); err == nil {
			text = name
		}
	}
	return strings.TrimPrefix(text, "b/")
}

// withhold keeps back what stands on lines that did not change. Of files that
// git does not know everything is new.
func (c *changes) withhold(f *checker.Finding) *checker.Suppression {
	name := f.File
	if filepath.IsAbs(name) {
		short, err := filepath.Rel(c.here, name)
		if err != nil {
			return nil
		}
		name = short
	}
	name = path.Join(c.prefix, filepath.ToSlash(name))
	file := c.files[name]
	if file == nil {
		if !c.old[name] {
			return nil
		}
	} else if file.touches(f) {
		return nil
	}
	return &checker.Suppression{By: checker.ByUnchanged}
}

func (x *changedFile) touches(f *checker.Finding) bool {
	if x.whole || !f.Placed || f.Inner {
		return true
	}
	for _, a := range x.added {
		if a.First <= f.End.Line && f.Start.Line <= a.Last {
			return true
		}
	}
	for _, line := range x.cut {
		if f.Lacking.First <= line && line < f.Lacking.Last {
			return true
		}
	}
	return false
}
