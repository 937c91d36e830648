package report

import (
	"io"
	"path/filepath"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"github.com/sceplint/sceplint/checker/profile"
)

// Diff writes what fixes change in a file as a unified diff, secrets masked
// unless they are to be shown.
func Diff(w io.Writer, file string, before, after []byte, showSecrets bool) error {
	name := strings.TrimPrefix(filepath.ToSlash(file), "/")
	text := udiff.Unified("a/"+name, "b/"+name, shown(file, before, showSecrets), shown(file, after, showSecrets))
	_, err := io.WriteString(w, text)
	return err
}

func shown(file string, text []byte, showSecrets bool) string {
	if showSecrets {
		return string(text)
	}
	profiles, _ := profile.Parse(file, text)
	return profiles[0].Secrets().Document()
}
