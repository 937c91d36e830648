package plist

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"howett.net/plist"
)

// value turns a tree into what howett.net/plist makes of the same document.
func value(n *Node) any {
	switch n.Kind {
	case Dict:
		m := map[string]any{}
		for c := range n.Children() {
			m[c.Key] = value(c)
		}
		return m
	case Array:
		list := []any{}
		for c := range n.Children() {
			list = append(list, value(c))
		}
		return list
	case String:
		return n.Text()
	case Integer:
		magnitude, negative, _ := parseInteger(n.Text())
		if negative {
			return -int64(magnitude-1) - 1
		}
		return magnitude
	case Real:
		f, _ := n.Float()
		return f
	case Boolean:
		b, _ := n.Bool()
		return b
	case Date:
		t, _ := n.Time()
		return t
	case Data:
		b, _ := n.Bytes()
		return b
	}
	return nil
}

// parsedXML is a document and its root.
type parsedXML struct {
	*Source
	root *Node
}

func parseXML(name string, text []byte) (p parsedXML, err error) {
	p.Source = NewSource(name, text)
	root, fault := ParseXML(p.Source)
	if fault != nil {
		return p, fault
	}
	p.root = root
	return p, nil
}

// agree parses a document with the scanner and with howett.net/plist and
// compares what they make of it.
func agree(t *testing.T, name string, text []byte) {
	t.Helper()
	var want any
	_, err := plist.Unmarshal(text, &want)
	if err != nil {
		t.Fatalf("%s: howett.net/plist refuses it: %v\n%s", name, err, text)
	}
	p, err := parseXML(name, text)
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, text)
	}
	got := value(p.root)
	if reflect.DeepEqual(want, got) {
		return // the usual case; what finds differences is slow on deep trees
	}
	options := cmp.Options{cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })}
	if diff := cmp.Diff(want, got, options); diff != "" {
		t.Fatalf("%s: howett.net/plist (-) and the scanner (+) differ:\n%s\n%s", name, diff, text)
	}
}

// TestAgreesOnCorpus compares both parsers on the public profiles that may lie
// beside the checkout, and on this project's own.
func TestAgreesOnCorpus(t *testing.T) {
	n := 0
	for _, pattern := range []string{"../../../shared/corpus/*/*", "../../testdata/ok/*.mobileconfig", "../../testdata/*/good*.mobileconfig"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var v any
			if _, err := plist.Unmarshal(text, &v); err != nil || !bytes.HasPrefix(text, []byte("<?xml")) {
				continue // template text, or a form that howett.net/plist does not read
			}
			if p, _ := parseXML(file, text); len(p.Templates) > 0 || unrendered(p.root) {
				continue
			}
			agree(t, file, text)
			n++
		}
	}
	if n < 10 {
		t.Errorf("only %d files were compared", n)
	}
	t.Logf("%d files", n)
}

func unrendered(n *Node) bool {
	if n == nil || n.Unrendered() {
		return true
	}
	for c := range n.Children() {
		if unrendered(c) {
			return true
		}
	}
	return false
}

// TestAgreesOnGenerated compares both parsers on thousands of documents that
// write the same things in all the ways XML allows.
func TestAgreesOnGenerated(t *testing.T) {
	for seed := range uint64(5000) {
		g := &generator{rand.New(rand.NewPCG(seed, 1)), &bytes.Buffer{}}
		agree(t, fmt.Sprintf("seed %d", seed), g.document())
	}
}

// TestMutated changes single bytes of well-formed documents. Whatever the
// scanner still accepts, howett.net/plist must accept and understand alike.
func TestMutated(t *testing.T) {
	accepted, refused := 0, 0
	for seed := range uint64(20000) {
		r := rand.New(rand.NewPCG(seed, 2))
		g := &generator{r, &bytes.Buffer{}}
		text := bytes.Clone(g.document())
		body := bytes.Index(text, []byte("<plist version=\"1.0\">")) + len("<plist version=\"1.0\">") // in front of it howett.net/plist falls back to OpenStep
		at := body + r.IntN(len(text)-body)
		const bytesOfInterest = "<>/&;\"'=-! \nakds0]\x00\xff"
		switch r.IntN(3) {
		case 0:
			text[at] = bytesOfInterest[r.IntN(len(bytesOfInterest))]
		case 1:
			text = append(text[:at], text[at+1:]...)
		case 2:
			text = append(text[:at], append([]byte{bytesOfInterest[r.IntN(len(bytesOfInterest))]}, text[at:]...)...)
		}
		p, err := parseXML("mutated", bytes.Clone(text))
		if err != nil || faulty(p) || len(p.Templates) > 0 || unrendered(p.root) {
			refused++
			continue
		}
		var v any
		if _, err := plist.Unmarshal(text, &v); err != nil {
			if lenient(err) {
				continue
			}
			t.Fatalf("seed %d: the scanner accepts what howett.net/plist refuses: %v\n%s", seed, err, text)
		}
		accepted++
		agree(t, fmt.Sprintf("mutated %d", seed), text)
	}
	if accepted < 100 || refused < 100 {
		t.Errorf("%d accepted, %d refused: the mutations do not mutate", accepted, refused)
	}
}

// faulty reports whether a document was read in spite of what other readers
// reject.
func faulty(p parsedXML) bool {
	return len(p.Faults) > 0 || slices.ContainsFunc(p.CompatWarnings, func(d CompatWarning) bool {
		return strings.HasPrefix(d.Message, "<data> is not valid Base64") || strings.HasPrefix(d.Message, "control character") || strings.HasPrefix(d.Message, "content after")
	})
}

// lenient knows where devices are more lenient than howett.net/plist: its XML
// decoder minds details outside of values, and white space around numbers.
func lenient(err error) bool {
	for _, harmless := range []string{
		"attribute", "processing instruction", "unsupported version", "encoding", "comment", "quoted", "parsing \"", "parsing time \" ", "parsing time \"\\x0a", "xmlns",
		"DOCTYPE", "<!", "--", "element name", "invalid character entity", "illegal character code", "invalid UTF-8", "invalid XML name", "unescaped ]]>", "expected target name", "extra text: \"\\x0a\"", "extra text: \" ",
	} {
		if strings.Contains(err.Error(), harmless) {
			return true
		}
	}
	return false
}

// TestRefuses holds what howett.net/plist accepts and devices do not.
func TestRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"empty":             "",
		"white space":       " \n\t",
		"no plist":          "<dict/>",
		"plist not closed":  `<plist version="1.0"><dict/>`,
		"trailing garbage":  `<plist version="1.0"><dict/></plist>garbage`,
		"second value":      `<plist version="1.0"><dict/><dict/></plist>`,
		"two keys in a row": `<plist version="1.0"><dict><key>a</key><key>b</key><true/></dict></plist>`,
		"element in string": `<plist version="1.0"><string>a<b>c</b></string></plist>`,
		"stray text":        `<plist version="1.0"><dict>stray<key>a</key><true/></dict></plist>`,
		"value in boolean":  `<plist version="1.0"><true>x</true></plist>`,
	} {
		p, err := parseXML(name, []byte(text))
		if err == nil && !faulty(p) {
			t.Errorf("%s: accepted", name)
		}
	}
	p, err := parseXML("dup", []byte(`<plist version="1.0"><dict><key>a</key><true/><key>a</key><false/></dict></plist>`))
	if err != nil || p.root.Len() != 2 {
		t.Errorf("a doubled key is not kept: %v", err)
	}
	p, err = parseXML("uid", []byte(`<plist version="1.0"><dict><key>CF$UID</key><integer>1</integer></dict></plist>`))
	if err != nil || !p.root.Is(Dict) {
		t.Errorf("CF$UID is not an ordinary key: %v", err)
	}
}

// generator writes random property lists.
type generator struct {
	*rand.Rand
	out *bytes.Buffer
}

func (g *generator) document() []byte {
	if g.IntN(4) > 0 {
		g.out.WriteString(`<?xml version="1.0" encoding="UTF-8"?>`)
	}
	g.space()
	switch g.IntN(3) {
	case 0:
		g.out.WriteString(`<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">`)
	case 1:
		g.out.WriteString(`<!DOCTYPE plist SYSTEM 'file://localhost/PropertyList.dtd'>`)
	}
	g.space()
	g.out.WriteString(`<plist version="1.0">`)
	g.space()
	g.value(0)
	g.space()
	g.out.WriteString("</plist>")
	g.space()
	return g.out.Bytes()
}

func (g *generator) space() {
	for range g.IntN(3) {
		g.out.WriteString([]string{" ", "\t", "\n", "\r\n", "<!-- c < & > -->", "<?pi x?>", "\n\t\t"}[g.IntN(7)])
	}
}

func (g *generator) value(depth int) {
	kind := g.IntN(9)
	if depth > 4 && kind < 2 {
		kind = 2
	}
	switch kind {
	case 0:
		g.element("dict", g.IntN(6), func(i int) {
			g.space()
			g.text("key", g.words()+strconv.Itoa(i%4)) // some keys are doubled
			g.space()
			g.value(depth + 1)
			g.space()
		})
	case 1:
		g.element("array", g.IntN(6), func(int) {
			g.space()
			g.value(depth + 1)
			g.space()
		})
	case 2, 3:
		g.text("string", g.words())
	case 4:
		fmt.Fprintf(g.out, "<integer>%s</integer>", []string{
			strconv.Itoa(g.IntN(5000)), strconv.FormatInt(-g.Int64(), 10), strconv.FormatUint(g.Uint64(), 10), fmt.Sprintf("0x%x", g.Uint32()), "-9223372036854775808", "007",
		}[g.IntN(6)])
	case 5:
		fmt.Fprintf(g.out, "<real>%s</real>", []string{strconv.FormatFloat(g.NormFloat64(), 'g', -1, 64), "1", "-0.5", "1e9", "inf", "+infinity"}[g.IntN(6)])
	case 6:
		fmt.Fprint(g.out, []string{"<true/>", "<false/>", "<true></true>", "<false />", "<true ></true >"}[g.IntN(5)])
	case 7:
		fmt.Fprintf(g.out, "<date>%s</date>", time.Unix(g.Int64N(4e9), 0).UTC().Format(time.RFC3339))
	case 8:
		b := make([]byte, g.IntN(90))
		for i := range b {
			b[i] = byte(g.Uint32())
		}
		packed := base64.StdEncoding.EncodeToString(b)
		g.out.WriteString("<data>")
		for len(packed) > 0 {
			n := min(len(packed), 1+g.IntN(40))
			g.out.WriteString([]string{"", "\n\t", "\r\n", " "}[g.IntN(4)] + packed[:n])
			packed = packed[n:]
		}
		g.out.WriteString("</data>")
	}
}

func (g *generator) element(name string, n int, child func(int)) {
	if n == 0 {
		g.out.WriteString([]string{"<" + name + "/>", "<" + name + "></" + name + ">", "<" + name + " />"}[g.IntN(3)])
		return
	}
	fmt.Fprintf(g.out, "<%s>", name)
	for i := range n {
		child(i)
	}
	fmt.Fprintf(g.out, "</%s>", name)
}

// text writes character data in one of the ways that mean the same.
func (g *generator) text(name, s string) {
	fmt.Fprintf(g.out, "<%s>", name)
	if g.IntN(8) == 0 && !strings.Contains(s, "]]>") {
		g.out.WriteString("<![CDATA[" + s + "]]>")
		s = ""
	}
	for _, r := range s {
		switch {
		case r == '&' || r == '<':
			g.out.WriteString(map[rune][]string{'&': {"&amp;", "&#38;", "&#x26;"}, '<': {"&lt;", "&#60;", "&#x3C;"}}[r][g.IntN(3)])
		case g.IntN(12) == 0:
			fmt.Fprintf(g.out, "&#x%X;", r)
		default:
			g.out.WriteRune(r)
		}
	}
	fmt.Fprintf(g.out, "</%s>", name)
}

func (g *generator) words() string {
	var b strings.Builder
	for range g.IntN(5) {
		b.WriteString([]string{"PayloadType", "a & b", "<tag>", "é", "漢字", "🔑", " ", "\n", "\t", "'\"", "scep", ">", "]] >", "x=1;"}[g.IntN(14)])
	}
	return b.String()
}
