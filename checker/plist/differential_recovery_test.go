//go:build differential

package plist

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"howett.net/plist"
)

// brokenValues are scalars that are errors of syntax after which parsing goes on,
// or that only some readers take.
var brokenValues = []string{
	"<string>a & b</string>", "<string>a&b=c&d=e</string>", "<string>a &nbsp; b</string>", "<string>a < b</string>", "<string>a <b>b</b></string>",
	"<string>a <3 b</string>", "<string>a\x0bb</string>", "<string>a\xffb</string>", "<string>a</integer>", "<integer>a</integer>", "<integer></integer>",
	"<integer>99999999999999999999</integer>", "<integer>5</string>", "<real>a</real>", "<date>tomorrow</date>", "<true>yes</true>", "<data>#*</data>",
	"<data>AAAAA</data>", "<bool>true</bool>", "<int>5</int>", "<True/>", "<String>a</String>", "<data>CA_CERT_PEM</data>",
	"<string><team-slug></string>", "<integer>YOUR_PORT</integer>",
}

// TestDifferentialRecovery breaks one value of documents that howett.net/plist
// reads, and holds that the scanner reports it and reads all other values as
// howett.net/plist reads those of the whole document.
func TestDifferentialRecovery(t *testing.T) {
	broken := map[string]int{}
	for i := range *mutations / 10 {
		r := rand.New(rand.NewPCG(uint64(i), 7))
		text := (&generator{r, &bytes.Buffer{}}).document()
		whole, fault, template := ours(text, false)
		theirs := howetts(text, plist.XMLFormat)
		if fault != nil || template || !theirs.taken || whole.text != theirs.text {
			continue // TestDifferential is about these
		}
		src := &Source{Name: "document", Text: text, Leading: NoSpan, Encoding: Encoding{Name: "UTF-8", Span: NoSpan}}
		root, _ := ParseXML(src)
		list := leaves(root)
		if len(list) == 0 {
			continue
		}
		value := pick(r, brokenValues)
		n := pick(r, list)
		want := showWithout(root, n)
		changed := &Source{Name: "document", Text: splice(text, n.Span().Start, n.Span().End, value), Leading: NoSpan, Encoding: src.Encoding}
		after, err := ParseXML(changed)
		if err != nil || after == nil {
			t.Fatalf("%q: nothing is read: %v\n%s", value, err, changed.Text)
		}
		if len(changed.Faults)+len(changed.Placeholders)+len(changed.CompatWarnings) == 0 {
			t.Fatalf("%q is not reported in\n%s", value, changed.Text)
		}
		same := leaves(after)
		at := slices.Index(list, n)
		if at >= len(same) {
			t.Fatalf("%q: values are missing in\n%s", value, changed.Text)
		}
		if got := showWithout(after, same[at]); got != want {
			t.Fatalf("%q\n%s\nother values: %s\nwant: %s", value, changed.Text, got, want)
		}
		broken[value]++
	}
	for _, value := range brokenValues {
		if broken[value] == 0 && *mutations >= 50_000 {
			t.Errorf("%q was in no document", value)
		}
	}
	total := 0
	for _, n := range broken {
		total += n
	}
	if total < *mutations/40 {
		t.Errorf("only %d documents were compared", total)
	}
	t.Logf("%d documents with %d kinds of faults", total, len(broken))
}

// leaves returns the values of a tree that hold no others, in the order of the text.
func leaves(n *Node) (list []*Node) {
	if !n.Is(Dict, Array) {
		return []*Node{n}
	}
	for c := range n.Children() {
		list = append(list, leaves(c)...)
	}
	return list
}

// showWithout is show with a mark for one value.
func showWithout(n, without *Node) string {
	switch {
	case n == without:
		return "-"
	case n.Kind == Dict:
		last := map[string]string{}
		for c := range n.Children() {
			last[c.Key] = showWithout(c, without)
		}
		return members(last)
	case n.Kind == Array:
		var list []string
		for c := range n.Children() {
			list = append(list, showWithout(c, without))
		}
		return "[" + strings.Join(list, ",") + "]"
	}
	return show(n)
}
