package plist

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzJSON reads arbitrary JSON: what encoding/json takes is taken, with the same
// values, and every place lies where the value stands.
func FuzzJSON(f *testing.F) {
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
		root, fault := ParseJSON(NewSource("fuzz", text))
		valid := json.Valid(bytes.TrimPrefix(text, []byte(ByteOrderMark))) && utf8.Valid(text)
		switch {
		case fault == nil && !valid:
			t.Fatal("it is no JSON, and was taken")
		case fault != nil && valid && !strings.HasPrefix(fault.Message, "more than "):
			t.Fatalf("it is JSON, and was refused: %v", fault)
		case fault != nil:
			if s := fault.Span; s.Start < 0 || s.Start > s.End || s.End > len(text) {
				t.Fatalf("the error is at %v of %d bytes", s, len(text))
			}
		default:
			walkJSON(t, text, root)
		}
	})
}

// walkJSON holds the places and values of a tree against the text.
func walkJSON(t *testing.T, text []byte, n *Node) {
	s, o, k := n.Span(), n.OpenSpan(), n.KeySpan()
	if s.Start < 0 || s.End > len(text) || s.Start >= s.End || o.Start != s.Start || o.End > s.End {
		t.Fatalf("value %v, opening %v of %d bytes", s, o, len(text))
	}
	if n.Parent().Is(Dict) {
		var key string
		if err := json.Unmarshal(text[k.Start:k.End], &key); err != nil || key != n.Key {
			t.Fatalf("key %q: %v", text[k.Start:k.End], err)
		}
	}
	if n.Is(String, Data) {
		var value string
		if err := json.Unmarshal(text[s.Start:s.End], &value); err != nil || value != n.Text() {
			t.Fatalf("%q is %q: %v", text[s.Start:s.End], n.Text(), err)
		}
	} else if !json.Valid(text[s.Start:s.End]) {
		t.Fatalf("%s at %q", n.Kind, text[s.Start:s.End])
	}
	size := 0
	for c := range n.Children() {
		size++
		if c.Parent() != n || c.Span().Start <= s.Start || c.Span().End >= s.End {
			t.Fatal("a child lies outside of its parent")
		}
		walkJSON(t, text, c)
	}
	if size != n.Len() {
		t.Fatalf("%d children, Len %d", size, n.Len())
	}
}

// FuzzOpenStep reads arbitrary OpenStep property lists: no panic, and a sound tree.
func FuzzOpenStep(f *testing.F) {
	for _, text := range []string{
		`{ URL = "https://a/b"; Keysize = 2048; Subject = ( ( ( CN, "a b" ) ) ); CAFingerprint = <00ff 10>; }`,
		`a = b; "c d" = ("e\"f", 'g'); h; // i`, `/* a */ { "\U00e9\n\101" = ( ); }`, `{ a = { length = 4, bytes = 0x01020304 }; }`, "{", "(", `"`, "",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4096 || !utf8.ValidString(text) {
			return
		}
		n, err := ParseOpenStep(text)
		if err != nil {
			return
		}
		for c := range n.Children() {
			if c.Parent() != n || n.Kind == Dict && n.Get(c.Key) == nil {
				t.Fatalf("%v is not in its dict", c.Path())
			}
		}
	})
}
