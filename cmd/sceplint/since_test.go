package main

import (
	"archive/zip"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// sinceGood has no findings; the tests break it.
const sinceGood = `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0">
<dict>
	<key>PayloadContent</key>
	<array>
		<dict>
			<key>PayloadContent</key>
			<dict>
				<key>URL</key>
				<string>https://ca.corp.net/scep</string>
				<key>Keysize</key>
				<integer>2048</integer>
				<key>Key Usage</key>
				<integer>5</integer>
				<key>Challenge</key>
				<string>$FLEET_VAR_NDES_SCEP_CHALLENGE</string>
				<key>Subject</key>
				<array>
					<array><array><string>CN</string><string>device</string></array></array>
				</array>
			</dict>
			<key>PayloadIdentifier</key>
			<string>net.corp.NAME.scep</string>
			<key>PayloadType</key>
			<string>com.apple.security.scep</string>
			<key>PayloadUUID</key>
			<string>0D5F2B31-5C0E-4B8E-9B5C-0C5B8F0B7A11</string>
			<key>PayloadVersion</key>
			<integer>1</integer>
		</dict>
		<dict>
			<key>Name</key>
			<string>device</string>
			<key>PayloadCertificateUUID</key>
			<string>0D5F2B31-5C0E-4B8E-9B5C-0C5B8F0B7A11</string>
			<key>PayloadIdentifier</key>
			<string>net.corp.NAME.identity</string>
			<key>PayloadType</key>
			<string>com.apple.security.certificatepreference</string>
			<key>PayloadUUID</key>
			<string>5E3BB8A0-0C1D-4B39-8E62-6C1E8A3F2B77</string>
			<key>PayloadVersion</key>
			<integer>1</integer>
		</dict>
	</array>
	<key>PayloadIdentifier</key>
	<string>net.corp.NAME</string>
	<key>PayloadType</key>
	<string>Configuration</string>
	<key>PayloadUUID</key>
	<string>6B0B8F5E-66B5-4C56-9C4C-52C6B8E4C7A1</string>
	<key>PayloadVersion</key>
	<integer>1</integer>
</dict>
</plist>
`

// sinceUTF16 encodes ASCII text, with a byte-order mark.
func sinceUTF16(text string) string {
	var b strings.Builder
	for _, c := range "\ufeff" + strings.Replace(text, "UTF-8", "UTF-16", 1) {
		b.Write([]byte{byte(c), byte(c >> 8)})
	}
	return b.String()
}

// repository is the working tree of a case.
type repository struct {
	t   *testing.T
	dir string
	env *[]string // of the commands that run in it
}

func (r repository) path(name string) string { return filepath.Join(r.dir, filepath.FromSlash(name)) }

func (r repository) write(name, text string) {
	r.t.Helper()
	r.check(os.MkdirAll(filepath.Dir(r.path(name)), 0o755))
	r.check(os.WriteFile(r.path(name), []byte(text), 0o644))
}

func (r repository) read(name string) string {
	r.t.Helper()
	text, err := os.ReadFile(r.path(name))
	r.check(err)
	return string(text)
}

// edit replaces text that must be there.
func (r repository) edit(name, old, replacement string) {
	r.t.Helper()
	text := r.read(name)
	if !strings.Contains(text, old) {
		r.t.Fatalf("%s does not hold %q", name, old)
	}
	r.write(name, strings.Replace(text, old, replacement, 1))
}

func (r repository) link(target, name string) {
	r.t.Helper()
	r.check(errors.Join(os.MkdirAll(filepath.Dir(r.path(name)), 0o755), os.Symlink(target, r.path(name))))
}

func (r repository) remove(name string) {
	r.t.Helper()
	r.check(os.Remove(r.path(name)))
}

func (r repository) check(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r repository) git(args ...string) string {
	r.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = r.dir
	cmd.Env = append(slices.Clone(*r.env), "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@corp.net", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@corp.net",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull)
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (r repository) commit() {
	r.t.Helper()
	r.git("add", "-A", "-f")
	r.git("commit", "-q", "-m", "change")
}

// misspelled breaks a profile by an error on one line.
func (r repository) misspelled(name string) {
	r.t.Helper()
	r.edit(name, "<key>Key Usage</key>", "<key>KeyUsage</key>")
}

func sinceProfile(name string) string { return strings.ReplaceAll(sinceGood, "NAME", name) }

const (
	sinceMisspelled = "scep-key-misspelled"
	sinceFilter     = "touch RAN; cat"
)

// TestNewFrom holds what --new-from reports and what it suppresses, in one
// repository a case. It starts with g.mobileconfig, which has no findings, and
// old.mobileconfig, which has an error.
func TestNewFrom(t *testing.T) {
	for _, c := range []struct {
		name   string
		before func(repository) // is committed
		after  func(repository)
		dir    string   // that sceplint runs in
		args   []string // instead of .
		code   int
		want   string // expressions that the output must match, by lines
		never  string
	}{
		// What is old.
		{name: "nothing changed", code: 0, want: `no findings in 2 files .*1 suppressed`},
		{name: "an edit elsewhere in the file", after: func(r repository) {
			r.edit("old.mobileconfig", "<string>device</string>", "<string>laptop</string>")
		}, code: 0, want: `1 suppressed`},
		{name: "lines inserted above", after: func(r repository) {
			r.edit("old.mobileconfig", "<dict>\n", "<dict>\n\t<key>PayloadDisplayName</key>\n\t<string>SCEP</string>\n")
		}, code: 0, want: `1 suppressed`},
		{name: "lines removed elsewhere", before: func(r repository) {
			r.edit("old.mobileconfig", "<dict>\n", "<dict>\n\t<key>PayloadDisplayName</key>\n\t<string>SCEP</string>\n")
		}, after: func(r repository) {
			r.edit("old.mobileconfig", "\t<key>PayloadDisplayName</key>\n\t<string>SCEP</string>\n", "")
		}, code: 0, want: `1 suppressed`},
		{name: "line endings of Windows", after: func(r repository) {
			r.write("old.mobileconfig", strings.ReplaceAll(r.read("old.mobileconfig"), "\n", "\r\n"))
		}, code: 0, want: `1 suppressed`},
		{name: "a moved file", after: func(r repository) {
			r.check(os.Rename(r.path("old.mobileconfig"), r.path("moved.mobileconfig")))
		}, code: 0, want: `1 suppressed`},
		{name: "from a subdirectory", before: func(r repository) { r.write("sub/keep", "") }, dir: "sub", args: []string{".."}, code: 0, want: `1 suppressed`},
		{name: "an absolute path", args: []string{"DIR/old.mobileconfig"}, code: 0, want: `1 suppressed`},
		{name: "a link that was there", before: func(r repository) {
			r.link("old.mobileconfig", "sub/link.mobileconfig")
			r.remove("sub/link.mobileconfig")
			r.link("../old.mobileconfig", "sub/link.mobileconfig")
		},
			args: []string{"sub/link.mobileconfig"}, code: 0, want: `1 suppressed`},
		{name: "a linked directory that was there", before: func(r repository) {
			r.write("real/x.mobileconfig", r.read("old.mobileconfig"))
			r.link("real", "alias")
		},
			args: []string{"alias/x.mobileconfig"}, code: 0, want: `1 suppressed`},
		{name: "the environment of a hook", after: func(r repository) { *r.env = append(*r.env, "GIT_DIR="+r.path("elsewhere"), "GIT_INDEX_FILE=x") }, code: 0, want: `1 suppressed`},

		// What is new.
		{name: "an error on a changed line", after: func(r repository) { r.misspelled("g.mobileconfig") }, code: 1, want: `^g\.mobileconfig:13:5: error: .*` + sinceMisspelled, never: `^old`},
		{name: "a new file", after: func(r repository) { r.write("new.mobileconfig", sinceProfile("new")); r.misspelled("new.mobileconfig") }, code: 1, want: `^new.*` + sinceMisspelled},
		{name: "an ignored file", before: func(r repository) { r.write(".gitignore", "new.mobileconfig\n") },
			after: func(r repository) { r.write("new.mobileconfig", sinceProfile("new")); r.misspelled("new.mobileconfig") }, code: 1, want: `^new.*` + sinceMisspelled},
		{name: "the line of an old error touched", after: func(r repository) { r.edit("old.mobileconfig", "<key>KeyUsage</key>", "<key>KeyUsage</key> ") }, code: 1, want: `^old.*` + sinceMisspelled},
		{name: "a closing tag removed", after: func(r repository) { r.edit("g.mobileconfig", "\t\t\t</dict>\n", "") }, code: 1, want: `plist-syntax`},
		{name: "a value line removed", after: func(r repository) { r.edit("g.mobileconfig", "\t\t\t\t<integer>5</integer>\n", "") }, code: 1, want: `plist-syntax`},
		{name: "a key and its value removed", after: func(r repository) {
			r.edit("g.mobileconfig", "\t\t\t\t<key>URL</key>\n\t\t\t\t<string>https://ca.corp.net/scep</string>\n", "")
		}, code: 1, want: `scep-url`},
		{name: "truncation", after: func(r repository) { r.write("g.mobileconfig", r.read("g.mobileconfig")[:900]) }, code: 1, want: `plist-syntax`},
		{name: "truncation of a file with errors", after: func(r repository) { r.write("old.mobileconfig", r.read("old.mobileconfig")[:900]) }, code: 1, want: `^old.*plist-syntax`},
		{name: "an old syntax error", before: func(r repository) { r.write("broken.mobileconfig", "<plist><dict>") }, code: 1, want: `^broken.*plist-syntax`},
		{name: "the referenced payload removed", after: func(r repository) {
			text := r.read("g.mobileconfig")
			start := strings.Index(text, "\t\t<dict>\n\t\t\t<key>PayloadContent")
			end := strings.Index(text, "\t\t<dict>\n\t\t\t<key>Name</key>\n\t\t\t<string>device</string>\n\t\t\t<key>PayloadCertificateUUID")
			r.write("g.mobileconfig", text[:start]+text[end:])
		}, code: 1, want: `reference-dangling`},
		{name: "the referenced payload changed", before: func(r repository) {
			r.edit("g.mobileconfig", "<string>com.apple.security.scep</string>", "<string>com.apple.dock</string>")
			r.edit("g.mobileconfig", "\t\t\t<key>PayloadContent</key>\n", "\t\t\t<key>Other</key>\n")
		}, after: func(r repository) {
			r.edit("g.mobileconfig", "<string>device</string>", "<string>laptop</string>")
		}, code: 1, want: `reference-target-type|reference-target-type`},
		{name: "the payload in another file removed", before: func(r repository) {
			text := sinceProfile("split")
			start := strings.Index(text, "\t\t<dict>\n\t\t\t<key>PayloadContent")
			end := strings.Index(text, "\t\t<dict>\n\t\t\t<key>Name</key>\n\t\t\t<string>device</string>\n\t\t\t<key>PayloadCertificateUUID")
			r.write("user.mobileconfig", text[:start]+text[end:])
		}, after: func(r repository) { r.remove("g.mobileconfig"); r.remove("old.mobileconfig") }, code: 1, want: `^user.*reference-dangling`},
		{name: "a comment that suppressed removed", before: func(r repository) {
			r.edit("old.mobileconfig", "\t\t\t\t<key>KeyUsage", "\t\t\t\t<!-- sceplint:ignore scep-key-misspelled for a test -->\n\t\t\t\t<key>KeyUsage")
		}, after: func(r repository) {
			r.edit("old.mobileconfig", "\t\t\t\t<!-- sceplint:ignore scep-key-misspelled for a test -->\n", "")
		}, code: 1, want: sinceMisspelled},
		{name: "a second error like the old one above it", after: func(r repository) {
			text := r.read("old.mobileconfig")
			start := strings.Index(text, "\t\t<dict>\n\t\t\t<key>PayloadContent")
			end := strings.Index(text, "\t\t<dict>\n\t\t\t<key>Name</key>\n\t\t\t<string>device</string>\n\t\t\t<key>PayloadCertificateUUID")
			r.write("old.mobileconfig", text[:start]+text[start:end]+text[start:])
		}, code: 1, want: sinceMisspelled},
		{name: "a file in another encoding", after: func(r repository) {
			r.write("old.mobileconfig", sinceUTF16(r.read("old.mobileconfig")))
		}, code: 1, want: sinceMisspelled},
		{name: "an archive", after: func(r repository) {
			var b bytes.Buffer
			z := zip.NewWriter(&b)
			w, err := z.Create("g.mobileconfig")
			r.check(err)
			_, err = w.Write([]byte(r.read("old.mobileconfig")))
			r.check(errors.Join(err, z.Close()))
			r.write("a.zip", b.String())
		}, args: []string{"a.zip"}, code: 1, want: sinceMisspelled},
		{name: "standard input under the name of a good file", args: []string{"--stdin-filename", "g.mobileconfig", "-"}, code: 1, want: `^g\.mobileconfig.*` + sinceMisspelled},

		// Tricks with what Git tells of differences.
		{name: "a line that looks like a header", after: func(r repository) {
			r.edit("g.mobileconfig", "<dict>\n", "<dict>\n<!--\n++ b/x\n-->\n")
			r.misspelled("g.mobileconfig")
		}, code: 1, want: sinceMisspelled},
		{name: "a header and context between hunks", before: func(r repository) { r.git("config", "diff.interHunkContext", "50") }, after: func(r repository) {
			r.edit("g.mobileconfig", "<dict>\n", "<dict>\n<!--\n++ b/x\n-->\n")
			r.misspelled("g.mobileconfig")
		}, code: 1, want: sinceMisspelled},
		{name: "diff.relative in a subdirectory", before: func(r repository) {
			r.git("config", "diff.relative", "true")
			r.write("sub/x.mobileconfig", sinceProfile("x"))
		},
			after: func(r repository) { r.misspelled("sub/x.mobileconfig") }, dir: "sub", code: 1, want: sinceMisspelled},
		{name: "diff.noprefix and mnemonic prefixes", before: func(r repository) {
			r.git("config", "diff.noprefix", "true")
			r.git("config", "diff.mnemonicPrefix", "true")
		},
			after: func(r repository) { r.misspelled("g.mobileconfig") }, code: 1, want: sinceMisspelled},
		{name: "diff.ignoreSubmodules and orderFile", before: func(r repository) { r.git("config", "diff.orderFile", "missing") }, after: func(r repository) { r.misspelled("g.mobileconfig") }, code: 1, want: sinceMisspelled},
		{name: "diff.algorithm with ignored white space", before: func(r repository) {
			r.git("config", "core.whitespace", "cr-at-eol")
			r.git("config", "diff.wsErrorHighlight", "all")
		},
			after: func(r repository) { r.misspelled("g.mobileconfig") }, code: 1, want: sinceMisspelled},
		{name: "a name with bytes that are not UTF-8", before: func(r repository) { r.write("b\"\xff.mobileconfig", sinceProfile("b")) },
			after: func(r repository) { r.misspelled("b\"\xff.mobileconfig") }, code: 1, want: sinceMisspelled},
		{name: "an old error under such a name", before: func(r repository) {
			r.write("b\"\xff.mobileconfig", sinceProfile("b"))
			r.misspelled("b\"\xff.mobileconfig")
		},
			code: 0, want: `2 suppressed`},
		{name: "a name with a line feed", before: func(r repository) { r.write("a\nb.mobileconfig", sinceProfile("b")) },
			after: func(r repository) { r.misspelled("a\nb.mobileconfig") }, code: 1, want: sinceMisspelled},
		{name: "a name of pathspec magic", before: func(r repository) { r.write(":(exclude)x.mobileconfig", sinceProfile("b")) },
			after: func(r repository) { r.misspelled(":(exclude)x.mobileconfig") }, args: []string{"./:(exclude)x.mobileconfig"}, code: 1, want: sinceMisspelled},

		// Tricks with attributes, filters, the index and objects.
		{name: "a clean filter", before: func(r repository) { r.write(".gitattributes", "*.mobileconfig filter=x\n") }, after: func(r repository) {
			r.git("config", "filter.x.clean", "touch RAN; git show HEAD:g.mobileconfig")
			r.misspelled("g.mobileconfig")
		}, code: 1, want: sinceMisspelled},
		{name: "a filter process", before: func(r repository) { r.write(".gitattributes", "*.mobileconfig filter=x\n") }, after: func(r repository) {
			r.git("config", "filter.x.process", sinceFilter)
			r.git("config", "filter.x.required", "true")
			r.misspelled("g.mobileconfig")
		}, code: 1, want: sinceMisspelled},
		{name: "a smudge filter", before: func(r repository) { r.write(".gitattributes", "*.mobileconfig filter=x\n") }, after: func(r repository) {
			r.git("config", "filter.x.smudge", sinceFilter)
			r.misspelled("g.mobileconfig")
		}, code: 1, want: sinceMisspelled},
		{name: "text conversion, external and monitor", before: func(r repository) { r.write(".gitattributes", "*.mobileconfig diff=x -diff\n") }, after: func(r repository) {
			for _, key := range []string{"diff.x.textconv", "diff.external", "diff.x.command", "core.fsmonitor", "core.pager", "pager.ls-tree", "core.sshCommand", "alias.cat-file", "credential.helper"} {
				r.git("config", key, "touch RAN; false")
			}
			r.misspelled("g.mobileconfig")
		}, code: 1, want: sinceMisspelled},
		{name: "a working tree encoding", before: func(r repository) {
			r.write(".gitattributes", "w.mobileconfig working-tree-encoding=UTF-16LE-BOM\n")
			r.write("w.mobileconfig", sinceUTF16(sinceProfile("w")))
		}, after: func(r repository) {
			r.write("w.mobileconfig", sinceUTF16(strings.Replace(sinceProfile("w"), "Key Usage", "KeyUsage", 1)))
		}, code: 1, want: `^w.*` + sinceMisspelled},
		{name: "large file storage", before: func(r repository) {
			r.write("lfs.mobileconfig", "version https://git-lfs.github.com/spec/v1\noid sha256:0000000000000000000000000000000000000000000000000000000000000000\nsize 12\n")
		}, after: func(r repository) { r.write("lfs.mobileconfig", sinceProfile("lfs")); r.misspelled("lfs.mobileconfig") }, code: 1, want: `^lfs.*` + sinceMisspelled},
		{name: "assume-unchanged", after: func(r repository) {
			r.git("update-index", "--assume-unchanged", "g.mobileconfig")
			r.misspelled("g.mobileconfig")
		}, code: 1, want: sinceMisspelled},
		{name: "skip-worktree", after: func(r repository) {
			r.git("update-index", "--skip-worktree", "g.mobileconfig")
			r.misspelled("g.mobileconfig")
		}, code: 1, want: sinceMisspelled},
		{name: "a replaced object", after: func(r repository) {
			old := r.git("rev-parse", "HEAD:g.mobileconfig")
			r.misspelled("g.mobileconfig")
			r.git("replace", old, r.git("hash-object", "-w", "g.mobileconfig"))
		}, code: 1, want: sinceMisspelled},
		{name: "a missing object", after: func(r repository) {
			id := r.git("rev-parse", "HEAD:old.mobileconfig")
			r.remove(".git/objects/" + id[:2] + "/" + id[2:])
		}, code: 1, want: `^old.*` + sinceMisspelled},
		{name: "a promised object that would be fetched", after: func(r repository) {
			id := r.git("rev-parse", "HEAD:old.mobileconfig")
			r.git("config", "core.repositoryFormatVersion", "1")
			r.git("config", "extensions.partialClone", "origin")
			r.git("config", "remote.origin.url", r.dir)
			r.git("config", "remote.origin.promisor", "true")
			r.git("config", "remote.origin.uploadpack", "touch RAN; false")
			r.git("config", "protocol.file.allow", "always")
			r.remove(".git/objects/" + id[:2] + "/" + id[2:])
		}, code: 1, want: `^old.*` + sinceMisspelled},

		// Tricks with links and kinds of files.
		{name: "a link to another file", before: func(r repository) {
			r.write("bad/b.txt", r.read("old.mobileconfig"))
			r.link("g.mobileconfig", "link.mobileconfig")
		},
			after: func(r repository) { r.remove("link.mobileconfig"); r.link("bad/b.txt", "link.mobileconfig") }, code: 1, want: `^link.*` + sinceMisspelled},
		{name: "the target of a link changed", before: func(r repository) {
			r.write("data/t.txt", sinceProfile("t"))
			r.link("data/t.txt", "link.mobileconfig")
		},
			after: func(r repository) { r.misspelled("data/t.txt") }, code: 1, want: `^link.*` + sinceMisspelled},
		{name: "a file replaced by a link", before: func(r repository) { r.write("bad.txt", r.read("old.mobileconfig")) },
			after: func(r repository) { r.remove("g.mobileconfig"); r.link("bad.txt", "g.mobileconfig") }, code: 1, want: `^g\.mobileconfig.*` + sinceMisspelled},
		{name: "a link replaced by a file", before: func(r repository) { r.link("g.mobileconfig", "link.mobileconfig") },
			after: func(r repository) {
				text := r.read("old.mobileconfig")
				r.remove("link.mobileconfig")
				r.write("link.mobileconfig", text)
			}, code: 1, want: `^link.*` + sinceMisspelled},
		{name: "a link that leads out", before: func(r repository) {
			r.check(os.WriteFile(filepath.Join(filepath.Dir(r.dir), "outside.txt"), []byte(r.read("old.mobileconfig")), 0o644))
			r.link("../outside.txt", "link.mobileconfig")
		}, code: 1, want: `^link.*` + sinceMisspelled},
		{name: "a linked directory led elsewhere", before: func(r repository) {
			r.write("one/x.mobileconfig", sinceProfile("x"))
			r.write("two/x.txt", "")
			r.write("two/x.mobileconfig", r.read("old.mobileconfig"))
			r.link("one", "alias")
		},
			after: func(r repository) { r.remove("alias"); r.link("two", "alias") }, args: []string{"alias/x.mobileconfig"}, code: 1, want: sinceMisspelled},
		{name: "a link to the root", before: func(r repository) { r.write("sub/old.mobileconfig", sinceProfile("x")); r.link("sub", "alias") },
			after: func(r repository) { r.remove("alias"); r.link(".", "alias") }, args: []string{"alias/old.mobileconfig"}, code: 1, want: sinceMisspelled},
		{name: "a text file renamed to a profile", before: func(r repository) { r.write("notes.txt", r.read("old.mobileconfig")) },
			after: func(r repository) { r.check(os.Rename(r.path("notes.txt"), r.path("notes.mobileconfig"))) }, code: 1, want: `^notes.*` + sinceMisspelled},
		{name: "a file moved out of hidden directory", before: func(r repository) {
			r.write(".hidden/h.mobileconfig", strings.ReplaceAll(r.read("old.mobileconfig"), "net.corp.old", "net.corp.h"))
		},
			after: func(r repository) { r.check(os.Rename(r.path(".hidden/h.mobileconfig"), r.path("h.mobileconfig"))) }, code: 1, want: `^h.*` + sinceMisspelled},
		{name: "a file moved out of an excluded directory", before: func(r repository) {
			r.write(".sceplint.yaml", "exclude: [vendor/**]\n")
			r.write("vendor/h.mobileconfig", strings.ReplaceAll(r.read("old.mobileconfig"), "net.corp.old", "net.corp.h"))
		}, after: func(r repository) { r.check(os.Rename(r.path("vendor/h.mobileconfig"), r.path("h.mobileconfig"))) }, code: 1, want: `^h.*` + sinceMisspelled},
		{name: "a file moved and edited", after: func(r repository) {
			r.write("moved.mobileconfig", r.read("old.mobileconfig")+"\n")
			r.remove("old.mobileconfig")
		}, code: 1, want: `^moved.*` + sinceMisspelled},
		{name: "case of a name", after: func(r repository) {
			text := r.read("old.mobileconfig")
			r.remove("old.mobileconfig")
			r.write("OLD.mobileconfig", text+"\n")
		}, code: 1, want: `^OLD.*` + sinceMisspelled},

		// What cannot be compared is an error.
		{name: "a bare repository inside", after: func(r repository) {
			r.git("clone", "-q", "--bare", ".", "planted")
			r.write("planted/x.mobileconfig", sinceProfile("x"))
			r.misspelled("planted/x.mobileconfig")
			r.git("--git-dir=planted", "config", "core.bare", "false")
			r.git("--git-dir=planted", "config", "core.worktree", "..")
			r.git("--git-dir=planted", "config", "filter.x.clean", sinceFilter)
			r.write("planted/.gitattributes", "* filter=x\n")
		}, dir: "planted", code: 2, want: `--new-from: git rev-parse failed`},
		{name: "a working tree elsewhere", after: func(r repository) {
			r.git("clone", "-q", ".", "../other")
			r.misspelled("g.mobileconfig")
			r.git("config", "core.worktree", "../../other")
		}, code: 2, want: `--new-from`},
		{name: "an ambiguous name", before: func(r repository) {}, after: func(r repository) {
			r.misspelled("g.mobileconfig")
			r.commit()
			r.git("update-ref", "refs/remotes/origin/main", "HEAD~1")
			r.git("tag", "origin/main", "HEAD")
			r.git("config", "core.warnAmbiguousRefs", "false")
		}, args: []string{"--new-from", "origin/main", "."}, code: 2, want: `ambiguous Git revision "origin/main"`},
		{name: "the full name of an ambiguous one", after: func(r repository) {
			r.misspelled("g.mobileconfig")
			r.commit()
			r.git("update-ref", "refs/remotes/origin/main", "HEAD~1")
			r.git("tag", "origin/main", "HEAD")
		}, args: []string{"--new-from", "refs/remotes/origin/main", "."}, code: 1, want: sinceMisspelled},
		{name: "no such revision", args: []string{"--new-from", "nowhere", "."}, code: 2, want: `unknown Git revision "nowhere"`},
		{name: "a tree instead of a commit", args: []string{"--new-from", "HEAD^{tree}", "."}, code: 2, want: `unknown Git revision`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "repository")
			env := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "GIT_") || strings.HasPrefix(v, "HOME=") })
			env = append(env, "HOME="+t.TempDir())
			r := repository{t, dir, &env}
			r.check(os.Mkdir(dir, 0o755))
			r.git("init", "-q", "-b", "main", ".")
			r.write("g.mobileconfig", sinceProfile("g"))
			r.write("old.mobileconfig", strings.NewReplacer("0D5F2B31", "1D5F2B31", "5E3BB8A0", "6E3BB8A0", "6B0B8F5E", "7B0B8F5E").Replace(sinceProfile("old")))
			r.misspelled("old.mobileconfig")
			if c.before != nil {
				c.before(r)
			}
			r.commit()
			if c.after != nil {
				c.after(r)
			}
			args := []string{"check", "--no-default-pack", "--disable", "fileset-*", "--severity", "scep-keyusage-missing=off", "--new-from", "HEAD"}
			for _, a := range c.args {
				args = append(args, strings.ReplaceAll(a, "DIR", dir))
			}
			if c.args == nil {
				args = append(args, ".")
			}
			cmd := exec.Command("sceplint", args...)
			cmd.Dir, cmd.Env = r.path(c.dir), env
			if c.args != nil && c.args[len(c.args)-1] == "-" {
				cmd.Stdin = strings.NewReader(r.read("old.mobileconfig"))
			}
			var out bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &out
			if err := cmd.Run(); cmd.ProcessState == nil {
				t.Fatal(err)
			}
			text := regexp.MustCompile(`(?m)^[ \t]+.*$`).ReplaceAllString(out.String(), "")
			if code := cmd.ProcessState.ExitCode(); code != c.code {
				t.Errorf("exit code %d, not %d", code, c.code)
			}
			if c.want != "" && !regexp.MustCompile("(?m)"+c.want).MatchString(text) {
				t.Errorf("the output does not match %s", c.want)
			}
			if c.never != "" && regexp.MustCompile("(?m)"+c.never).MatchString(text) {
				t.Errorf("the output matches %s", c.never)
			}
			ran := 0
			_ = filepath.WalkDir(filepath.Dir(dir), func(path string, d os.DirEntry, err error) error {
				if err == nil && d.Name() == "RAN" {
					ran++
				}
				return nil
			})
			if ran > 0 {
				t.Error("a command of the repository's configuration has run")
			}
			if t.Failed() {
				t.Log(out.String())
			}
		})
	}
}
