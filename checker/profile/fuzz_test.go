package profile

import (
	"os"
	"path/filepath"
	"testing"
)

// FuzzDeclaration reads arbitrary JSON as a document of declarative device
// management: no panic, and locations inside the text.
func FuzzDeclaration(f *testing.F) {
	files, err := filepath.Glob("../../testdata/*/*.json")
	if err != nil || len(files) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	for _, text := range []string{
		`{"URL": "\ud800", "Keysize": 1e999, "Name": null}`, "\ufeff{\"URL\":\"\"}", `{"URL": [[[[]]],{}]} x`, `{"URL": "a\/b\u0041", "URL": -0.0e+1}`,
		"{\"URL\": \"\xff\"}", `{"URL": {{ .URL }}, "Keysize": 1}`, `{"URL": "a",}`, `{"Challenge": "ab\u0063d1234", "URL": "http:\/\/a:b@c\/"`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := readProfile("fuzz", text)
		if (err == nil) != (p.Root != nil) {
			t.Fatalf("error %v, root %v, declaration %q", err, p.Root, p.Declaration)
		}
		p.SCEP()
		secrets := p.Secrets()
		for line := 1; line < 20; line++ {
			at := p.Source.Line(line)
			if text, start, end := secrets.Line(at); start < 0 || start > end || end > len(text) {
				t.Fatalf("line %d: %d to %d of %q", line, start, end, text)
			}
		}
	})
}
