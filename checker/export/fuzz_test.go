package export

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/sceplint/sceplint/checker/plist"
)

// FuzzParse reads arbitrary documents. Whatever they are: no panic, and every
// place lies inside of the text, values inside of what holds them.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"../../testdata/*/*.mobileconfig", "../../testdata/*/*.plist", "../../testdata/*/*.json", "../../testdata/exports/*.xml"} {
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
		for _, p := range profiles {
			if (p.Err == nil) != (p.Root != nil) || (err == nil) != (p.Err == nil) && p.Export == nil {
				t.Fatalf("error %v, root %v, Err %v", err, p.Root, p.Err)
			}
			if p.Err != nil {
				if s := p.Err.Span; s.Valid() && (s.Start > s.End || s.End > len(p.Err.Source.Text)) {
					t.Fatalf("the error is at %v of %d bytes", s, len(p.Err.Source.Text))
				}
				_ = p.Err.Error()
			}
			if p.Export == nil || p.Source.Origin != nil && p.Source.Origin.Outer != nil {
				walkTree(t, p.Source, p.Root)
			}
			p.SCEP()
			p.References()
		}
		p := profiles[0]
		for _, s := range p.SCEP() {
			s.MaxWait()
		}
		secrets := p.Secrets()
		for line := 1; line < 20; line++ {
			at := p.Source.Line(line)
			if text, start, end := secrets.Line(at); start < 0 || start > end || end > len(text) {
				t.Fatalf("line %d: %d to %d of %q", line, start, end, text)
			}
		}
		secrets.Document()
	})
}

// walkTree holds the places of a tree.
func walkTree(t *testing.T, src *plist.Source, n *plist.Node) {
	if n == nil {
		return
	}
	if src.Form == plist.FormXML {
		s, o, k := n.Span(), n.OpenSpan(), n.KeySpan()
		if s.Start < 0 || s.End > len(src.Text) || s.Start >= s.End || o.Start != s.Start || o.End > s.End || k.Start >= k.End {
			t.Fatalf("value %v, start tag %v, key %v of %d bytes", s, o, k, len(src.Text))
		}
		if src.Text[s.Start] != '<' && n.Kind != plist.Template && !n.Broken() {
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

// FuzzExports reads arbitrary exports, with several profiles in them: places lie
// inside of the text they are of, and in the export. One that is read in parts
// is read as it is as a whole.
func FuzzExports(f *testing.F) {
	smallWindow(f)
	for _, text := range listed(f) {
		f.Add(text)
	}
	files, err := filepath.Glob("../../testdata/exports/*")
	if err != nil || len(files) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, file := range files {
		switch filepath.Ext(file) {
		case ".xml", ".json", ".plist":
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	for _, text := range []string{
		`<configuration_profile><general><payloads/></general></configuration_profile>`,
		`<configuration_profiles><configuration_profile><general><payloads>&#60;<![CDATA[plist]]>&gt;</payloads>`,
		`{"SPConfigurationProfileDataType":[{"_items":[{"spconfigprofile_uuid":"a","_items":[{"_name":"com.apple.security.scep","spconfigprofile_payload_data":"URL = \"\\U00e9\\\"\"; a; b = (1, <0a>, {length = 2, bytes = 0x00}); "}]}]}]}`,
		`{"value":[{"@odata.type":"#microsoft.graph.iosScepCertificateProfile","keySize":"size","subjectNameFormatString":"CN=\\,,=","customSubjectAlternativeNames":[{"sanType":"emailAddress","name":"a"},{"sanType":"emailAddress","name":"b"}]},{"payloadFileName":"a","payload":"PHBsaXN0"}]}`,
		`{"configuration_profile":{"general":{"payloads":"\ud83d\ude00\ud83d\u003cplist"}}`,
	} {
		f.Add([]byte(text))
	}
	for _, text := range []string{
		"resource \"x\" \"y\" {\n  payloads = <<-EOT\n    <plist>\n      <dict><key>PayloadType</key><string>$${a}%%{b}${c}</string></dict>\n    </plist>\n  EOT\n}",
		"a = <<A\n<plist><key>PayloadType", "> - ~~~xml\n> <plist><dict><key>PayloadContent</key></dict>\n>  ~~~~", "```\n<plist>PayloadType\n``\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if bytes.Contains(text, []byte("<plist")) {
			blockSpans(t, "fuzz.tf", text)
			blockSpans(t, "fuzz.md", text)
		}
		profiles, err := Parse("fuzz", text)
		if len(profiles) == 0 {
			t.Fatal("no profile")
		}
		for _, p := range profiles {
			if p.Export == nil {
				return
			}
			if err != nil || (p.Root == nil) != (p.Err != nil) {
				t.Fatalf("error %v, root %v, Err %v", err, p.Root, p.Err)
			}
			p.SCEP()
			p.References()
			p.Certificates()
			secrets := p.Secrets()
			last := 0
			inOrder := p.Source.Origin != nil && p.Source.Origin.Outer != nil
			var walk func(n *plist.Node)
			walk = func(n *plist.Node) {
				for c := range n.Children() {
					if c.Parent() != n {
						t.Fatalf("%v: its parent is another", c.Path())
					}
					walk(c)
				}
				s := n.Span()
				if !s.Valid() || !p.Source.Textual() {
					return
				}
				if s.Start > s.End || s.End > len(p.Source.Text) {
					t.Fatalf("%v is at %v of %d bytes", n.Path(), s, len(p.Source.Text))
				}
				if at := p.Source.Position(s.End); at.Line < 1 || at.Column < 1 || at.Offset > len(text) || inOrder && at.Offset < last {
					t.Fatalf("%v ends at %v, after %d", n.Path(), at, last)
				} else {
					last = at.Offset
				}
				if line, start, end := secrets.Line(s); start < 0 || start > end || end > len(line) {
					t.Fatalf("%v: %d to %d of %q", n.Path(), start, end, line)
				}
			}
			walk(p.Root)
			if p.Err != nil {
				_ = p.Err.Error()
			}
		}
		if whole, parts, damaged, fault, ok := readBoth(t, text); ok {
			alike(t, "fuzz", whole, parts, damaged, fault)
		}
	})
}

// blockSpans holds that values of profiles inside a document are where their locations
// say.
func blockSpans(t *testing.T, name string, text []byte) {
	t.Helper()
	profiles, _ := Parse(name, text)
	for _, p := range profiles {
		if p.Export == nil || p.Root == nil && p.Err == nil {
			t.Fatalf("%s: a profile that is not part of the document", name)
		}
		for n := range p.Root.Children() {
			if at := n.Span(); at.Valid() {
				start, end := p.Source.Position(at.Start).Offset, p.Source.Position(at.End).Offset
				if end < start || end > len(text) || start < end && text[start] != p.Source.Text[at.Start] {
					t.Fatalf("%s: %v is not at its location", name, n.Path())
				}
			}
		}
		p.Release()
	}
}
