package profile

import (
	"os"
	"path/filepath"
	"testing"
)

// FuzzParse reads arbitrary documents. Whatever they are: no panic, and every
// place lies inside of the text, values inside of what holds them.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"../../testdata/*/*.mobileconfig", "../../testdata/*/*.plist"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			if len(text) < 16<<10 {
				f.Add(text)
			}
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		profiles, err := Parse("fuzz", text)
		if len(profiles) == 0 {
			t.Fatal("no profile")
		}
		p := profiles[0]
		if (err == nil) != (p.Root != nil) || (err == nil) != (p.Err == nil) {
			t.Fatalf("error %v, root %v, Err %v", err, p.Root, p.Err)
		}
		if err != nil {
			if s := p.Err.Span; s.Valid() && (s.Start > s.End || s.End > len(p.Source.Text)) {
				t.Fatalf("the error is at %v of %d bytes", s, len(p.Source.Text))
			}
			_ = err.Error()
		}
		walkTree(t, p.Source, p.Root)
		for _, s := range p.SCEP() {
			s.WorstWait()
		}
		secrets := p.Secrets()
		for line := 1; line < 20; line++ {
			at := p.Source.Line(line)
			if text, start, end := secrets.Line(line, at); start < 0 || start > end || end > len(text) {
				t.Fatalf("line %d: %d to %d of %q", line, start, end, text)
			}
		}
		secrets.Document()
	})
}

// walkTree holds the places of a tree.
func walkTree(t *testing.T, src *Source, n *Node) {
	if n == nil {
		return
	}
	if src.Form == FormXML {
		s, o, k := n.Span(), n.OpenSpan(), n.KeySpan()
		if s.Start < 0 || s.End > len(src.Text) || s.Start >= s.End || o.Start != s.Start || o.End > s.End || k.Start >= k.End {
			t.Fatalf("value %v, start tag %v, key %v of %d bytes", s, o, k, len(src.Text))
		}
		if src.Text[s.Start] != '<' && n.Kind != Template {
			t.Fatalf("value begins with %q", src.Text[s.Start:s.End])
		}
	}
	size := 0
	for c := range n.Children() {
		size++
		if c.Parent() != n {
			t.Fatal("a child does not know its parent")
		}
		walkTree(t, src, c)
	}
	if size != n.Len() {
		t.Fatalf("%d children, Len %d", size, n.Len())
	}
}
