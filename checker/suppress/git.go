package suppress

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// git runs Git in a directory, with commands alone that read objects. Nothing
// that a repository is configured to run takes part in those, and what is set
// here holds against its configuration: no hooks, monitors, pagers, replaced
// objects, or fetching, and no repository but one with a .git of its own.
type git struct {
	ctx context.Context
	dir string
}

var gitOptions = []string{
	"--no-pager", "--no-replace-objects", "--literal-pathspecs",
	"-c", "core.fsmonitor=false", "-c", "core.hooksPath=" + os.DevNull, "-c", "core.warnAmbiguousRefs=true",
	"-c", "safe.bareRepository=explicit", "-c", "protocol.allow=never",
}

func (g git) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(g.ctx, "git", append(append([]string(nil), gitOptions...), args...)...)
	cmd.Dir = g.dir
	for _, v := range os.Environ() {
		if !strings.HasPrefix(strings.ToUpper(v), "GIT_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, "GIT_ALLOW_PROTOCOL=none", "GIT_NO_LAZY_FETCH=1", "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0", "LC_ALL=C")
	return cmd
}

// run gives what a command prints to standard output and to standard error.
func (g git) run(args ...string) ([]byte, string, error) {
	var warnings bytes.Buffer
	cmd := g.command(args...)
	cmd.Stderr = &warnings
	out, err := cmd.Output()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return nil, "", fmt.Errorf("git %s failed: %s", args[0], firstLine(warnings.String()))
	case err != nil:
		return nil, "", fmt.Errorf("cannot run git: %w", err)
	}
	return out, warnings.String(), nil
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

// root is the top of the working tree: the nearest directory upward that holds
// .git. Git must agree, or else files would be compared with those of another
// place.
func (g git) root() (string, error) {
	out, _, err := g.run("rev-parse", "--show-toplevel")
	if err != nil {
		return "", err
	}
	told, err := os.Stat(strings.TrimSuffix(string(out), "\n"))
	if err != nil {
		return "", err
	}
	for dir := g.dir; ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			if info, err := os.Stat(dir); err != nil || !os.SameFile(info, told) {
				return "", fmt.Errorf("the working tree of %s is elsewhere (core.worktree); run sceplint there", dir)
			}
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("%s is not inside a Git working tree", g.dir)
		}
	}
}

// objectReader reads objects through one git cat-file process.
type objectReader struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
	err error // of an earlier object, after which no answer can be trusted
}

func (g git) objects() (*objectReader, error) {
	o := &objectReader{cmd: g.command("cat-file", "--batch")}
	var err error
	if o.in, err = o.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := o.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	o.out = bufio.NewReader(out)
	return o, o.cmd.Start()
}

// read gives the bytes of a blob.
func (o *objectReader) read(id string) ([]byte, error) {
	if o.err != nil {
		return nil, o.err
	}
	if _, o.err = fmt.Fprintln(o.in, id); o.err != nil {
		return nil, o.err
	}
	line, err := o.out.ReadString('\n')
	if o.err = err; err != nil {
		return nil, err
	}
	fields := strings.Fields(line) // object, type, size; or object, "missing"
	if len(fields) != 3 {
		return nil, fmt.Errorf("missing Git object %s; in a shallow clone, fetch it first", id)
	}
	size, err := strconv.ParseInt(fields[2], 10, 64)
	if err != nil || fields[0] != id {
		o.err = fmt.Errorf("git cat-file failed: unexpected answer for %s", id)
		return nil, o.err
	}
	if fields[1] != "blob" || size > MaxFile {
		_, o.err = io.CopyN(io.Discard, o.out, size+1)
		return nil, fmt.Errorf("Git object %s is not a file of at most %d bytes", id, MaxFile)
	}
	text := make([]byte, size)
	if _, o.err = io.ReadFull(o.out, text); o.err == nil {
		_, o.err = o.out.Discard(1) // the line feed after it
	}
	return text, o.err
}

func (o *objectReader) close() error {
	o.in.Close()
	return o.cmd.Wait()
}
