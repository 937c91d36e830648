package plist

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPairs reads documents as they are, and with an attribute in each start tag of a key, which pairs does not take: the
// values and what is said of them are the same.
func TestPairs(t *testing.T) {
	docs, _ := documents()
	names, err := filepath.Glob("../../testdata/*/*.mobileconfig")
	if err != nil || len(names) < 100 {
		t.Fatalf("%d profiles in testdata, %v", len(names), err)
	}
	for _, name := range names {
		doc, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(string(doc), "<?xml") {
			docs = append(docs, doc)
		}
	}
	for _, text := range []string{
		"<key>a</key><string></string>", "<key></key><string>é</string>", "<key>é</key><true/>", "<key>a&amp;b</key><string>a&amp;b</string>",
		"<key>a</key><integer>-1</integer>", "<key>a</key><integer> 1</integer>", "<key>a</key><integer></integer>", "<key>a</key><integer>0x10</integer>",
		"<key>a</key><integer>123456789012345678</integer>", "<key>a</key><integer>1234567890123456789</integer>",
		"<key>a</key><integer>99999999999999999999</integer>", "<key>a</key><true />", "<key>a</key><true></true>", "<key>a</key><string/>",
		"<key>a</key><string>$VAR</string>", "<key>$VAR</key><string>a</string>", "<key>a</key>{{ x }}<key>b</key><true/>", "<key>a</key>{% if x %}<true/>{% else %}<false/>{% endif %}<key>b</key><true/>",
		"<key>a</key><key>b</key><true/>", "<key>a</key>", "<key>a</key><string>b", "<key>a", "<key>a</key><string>\x01</string>", "<key>a</key><string>\xff</string>",
		"<key>a</key><true/><key>a</key><false/>", "<key>a</key><!-- b --><true/>", "<key>a</key><real>1</real>", "<key>a</key><date>2030-01-31T00:00:00Z</date>",
		"<key>a</key><string>a<b</string>", "<key>a</key><string>a</integer>", "<key>a</key><integer>1</string>", "<key>a\rb</key><string>a\r\nb</string>",
		"<key>a</key><string><![CDATA[b]]></string>", "<true/>", "<key>a</key><array><true/></array><key>b</key><dict><key>c</key><false/></dict><key>d</key><true/>",
	} {
		docs = append(docs, []byte("<plist version=\"1.0\"><dict>"+text+"</dict></plist>"), []byte("<plist version=\"1.0\"><dict>\n\t"+strings.ReplaceAll(text, "><", ">\n\t<")))
	}
	for _, doc := range docs {
		plain := spelledOut(doc)
		if other := spelledOut([]byte(strings.ReplaceAll(string(doc), "<key>", "<key"+attribute+">"))); plain != other {
			t.Errorf("read as\n%s\nin place of\n%s\n%s", plain, other, doc)
		}
	}
}

// spelledOut writes down what is read of a document, but for its places.
func spelledOut(doc []byte) string {
	var b strings.Builder
	src := NewSource("test", doc)
	root, fault := ParseXML(src)
	if fault != nil {
		fmt.Fprintln(&b, "error", fault.Message, fault.Help)
	}
	for _, fault := range src.Faults {
		fmt.Fprintln(&b, "fault", fault.Message, fault.Help)
	}
	for _, warning := range src.CompatWarnings {
		fmt.Fprintln(&b, "warning", warning.Message, warning.Help)
	}
	fmt.Fprintln(&b, len(src.Templates), len(src.Placeholders), src.Unrendered)
	var write func(n *Node)
	write = func(n *Node) {
		at, key := n.Span(), ""
		if k := n.KeySpan(); k != at {
			key = string(src.Text[k.Start:k.End])
		}
		fmt.Fprintf(&b, "%v %q %q %v %d %d %v %v %v %v %v %v %s %s\n", n.Kind, n.Key, n.text, n.parent != nil, n.size, n.index, n.unrendered, n.broken, n.templated, n.alternate, n.noVariables, n.noDuplicateKeys,
			src.Text[at.Start:at.End][:n.open-n.start], key)
		for c := range n.Children() {
			write(c)
		}
	}
	if root != nil {
		write(root)
	}
	return strings.ReplaceAll(b.String(), attribute, "")
}

// attribute is in the start tags of keys that pairs does not take.
const attribute = ` x=""`
