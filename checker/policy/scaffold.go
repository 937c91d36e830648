package policy

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// scaffold is what a first policy comes with. Its pack is called acme there.
//
//go:embed all:starter
var scaffold embed.FS

// ScaffoldPack is the default pack of a starter.
const ScaffoldPack = "acme"

// ScaffoldFile is one file of a starter: its path, with slashes, and its text.
type ScaffoldFile struct {
	Path string
	Text []byte
}

// Starter returns the files of a first policy of a pack: the policy, its test
// with two profiles, and what runs them.
func Starter(pack string) ([]ScaffoldFile, error) {
	if !packName(pack) {
		return nil, fmt.Errorf("invalid pack name %q: expected lower-case letters, digits, and _, such as %s", clean(pack), ScaffoldPack)
	}
	var files []ScaffoldFile
	err := fs.WalkDir(scaffold, "starter", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := scaffold.ReadFile(path)
		files = append(files, ScaffoldFile{
			Path: renamed(strings.TrimPrefix(path, "starter/"), pack),
			Text: []byte(renamed(string(text), pack)),
		})
		return err
	})
	return files, err
}

func renamed(text, pack string) string { return strings.ReplaceAll(text, ScaffoldPack, pack) }

// packName reports whether a name can be that of a pack in a package.
func packName(name string) bool {
	const most = 64 // characters: it is the name of a directory too
	return len(name) <= most && snakeCase().MatchString(name) && !ast.IsKeyword(name)
}

// PackName makes the name of a pack from another name, such as that of a
// directory; StarterPack if no character of it can be used.
func PackName(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	if made := strings.Join(words, "_"); packName(made) {
		return made
	}
	return ScaffoldPack
}
