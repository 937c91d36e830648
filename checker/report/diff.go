package report

import (
	"bytes"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/sceplint/sceplint/checker/export"
	"github.com/sceplint/sceplint/checker/printable"
)

// Diff writes what fixes change in a file as a unified diff that patch and git
// apply, secrets masked unless they are to be shown. Where its lines hold control
// characters, or what a CI system would take for a command, it is a binary patch,
// which only git applies. Without apply, they are escaped instead.
func Diff(w io.Writer, file string, before, after []byte, showSecrets, apply bool) error {
	from, to := contentShown(file, before, showSecrets), contentShown(file, after, showSecrets)
	hunks := hunksOf(from, to)
	if hunks == "" {
		return nil
	}
	name := strings.TrimPrefix(path.Clean(filepath.ToSlash(file)), "/")
	text := fmt.Sprintf("--- %s\n+++ %s\n%s", headerName("a/"+name), headerName("b/"+name), hunks)
	if !isPlain(text) {
		if apply && from == string(before) && to == string(after) {
			text = binaryPatch(name, before, after)
		} else { // with masks it does not apply in any form
			text = printable.LogText(printable.Lines(text))
		}
	}
	_, err := io.WriteString(w, text)
	return err
}

// hunksOf gives the hunks of a unified diff; "" if the texts are equal.
func hunksOf(from, to string) string {
	text := diff.Diff("a", []byte(from), "b", []byte(to))
	for range 3 { // the header
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
	return string(text)
}

// isPlain reports whether a diff may be printed as it is, to where it may be read
// by a CI system. Invisible characters may: a patch has to hold them.
func isPlain(text string) bool {
	control := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r' }
	return utf8.ValidString(text) && !strings.ContainsFunc(text, control) &&
		strings.Count(text, "\r") == strings.Count(text, "\r\n") && printable.LogText(text) == text
}

// headerName writes a name for the header of a diff: where it has a space, with
// the tab after it that patch needs.
func headerName(name string) string {
	quoted := quotedName(name)
	if quoted == name && strings.Contains(name, " ") {
		return name + "\t"
	}
	return quoted
}

// quotedName quotes a name as git does if anything in it could be misread.
func quotedName(name string) string {
	unsafe := func(r rune) bool { return printable.IsEscaped(r) || strings.ContainsRune("\t\"\\", r) }
	if !strings.ContainsFunc(name, unsafe) && utf8.ValidString(name) && isPlain("--- "+name) {
		return name
	}
	var b strings.Builder
	b.WriteByte('"')
	for i, r := range name {
		if size := utf8.RuneLen(r); r != utf8.RuneError && !unsafe(r) && !strings.ContainsRune("#[:", r) {
			b.WriteString(name[i : i+size])
			continue
		}
		_, size := utf8.DecodeRuneInString(name[i:])
		for _, c := range []byte(name[i : i+size]) {
			fmt.Fprintf(&b, `\%03o`, c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func contentShown(file string, text []byte, showSecrets bool) string {
	if showSecrets {
		return string(text)
	}
	profiles, _ := export.Parse(file, text)
	return profiles[0].Secrets().Document()
}
