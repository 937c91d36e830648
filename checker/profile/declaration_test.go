package profile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sceplint/sceplint/checker/plist"
)

// TestJSONPlaces holds the place, kind and value of every node.
func TestJSONPlaces(t *testing.T) {
	const text = "{ \"URL\" : \"https:\\/\\/a\\u002eb\",\r\n" +
		"\t\"Subject\":[ [[\"CN\",\"Ærø 🦊\"]] ,[]],\n" +
		"  \"K\\u0065ysize\": 2048, \"Keysize\": 2048.0,\n" +
		"  \"Name\": null, \"Key Usage\": 99999999999999999999, \"Retries\": -1e2,\n" +
		"  \"CAFingerprint\": \"xCqD/5oCbH1Bir5pEabssY0jflA=\", \"x\": {\"CAFingerprint\": \"AB:CD\", \"y\": [true, false]}\n}"
	p, err := readProfile("cred.json", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if p.Declaration != declarationCredential || p.Source.Form != plist.FormJSON || !p.Source.Textual() {
		t.Errorf("declaration %q, form %d", p.Declaration, p.Source.Form)
	}
	var got []string
	place := func(s plist.Span) string {
		a, b := p.Source.Position(s.Start), p.Source.Position(s.End)
		return fmt.Sprintf("%d:%d-%d:%d", a.Line, a.Column, b.Line, b.Column)
	}
	var walk func(*plist.Node)
	walk = func(n *plist.Node) {
		line := fmt.Sprintf("%v %s %s %q", n.Path(), n.Kind, place(n.Span()), n.Text())
		if n.Parent().Is(plist.Dict) {
			line += " key " + place(n.KeySpan())
		}
		got = append(got, line)
		for c := range n.Children() {
			walk(c)
		}
	}
	walk(p.Root)
	want := []string{
		`[] dict 1:1-6:2 ""`,
		`[URL] string 1:11-1:31 "https://a.b" key 1:3-1:8`,
		`[Subject] array 2:12-2:35 "" key 2:2-2:11`,
		`[Subject 0] array 2:14-2:30 ""`,
		`[Subject 0 0] array 2:15-2:29 ""`,
		`[Subject 0 0 0] string 2:16-2:20 "CN"`,
		`[Subject 0 0 1] string 2:21-2:28 "Ærø 🦊"`,
		`[Subject 1] array 2:32-2:34 ""`,
		`[Keysize] integer 3:19-3:23 "2048" key 3:3-3:17`,
		`[Keysize] real 3:36-3:42 "2048.0" key 3:25-3:34`,
		`[Name] null 4:11-4:15 "" key 4:3-4:9`,
		`[Key Usage] real 4:30-4:50 "99999999999999999999" key 4:17-4:28`,
		`[Retries] real 4:63-4:67 "-1e2" key 4:52-4:61`,
		`[CAFingerprint] data 5:20-5:50 "xCqD/5oCbH1Bir5pEabssY0jflA=" key 5:3-5:18`,
		`[x] dict 5:57-5:103 "" key 5:52-5:55`,
		`[x CAFingerprint] string 5:75-5:82 "AB:CD" key 5:58-5:73`,
		`[x y] array 5:89-5:102 "" key 5:84-5:87`,
	}
	got = got[:min(len(got), len(want))]
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	s := p.SCEP()
	if len(s) != 1 || !s[0].Declarative() || s[0].Content != p.Root || len(p.Payloads()) != 0 || s[0].CAFingerprint.Algorithm != "SHA-1" {
		t.Errorf("the view is %+v", s)
	}
	if ok, why := p.Source.Editable(); ok || !strings.Contains(why, "JSON") {
		t.Errorf("editable: %v %s", ok, why)
	}
}

// TestDeclarations holds which JSON is taken for a declarative document.
func TestDeclarations(t *testing.T) {
	for text, want := range map[string]string{
		`{"URL": "https://a.b/c"}`:            declarationCredential,
		" \n\t{\n \"URL\": 1}\n":              declarationCredential,
		"\ufeff{\"URL\": \"\"}":               declarationCredential,
		`{"Challenge": "x", "Keysize": 2048}`: declarationCredential,
		`{"PayloadContent": {"URL": "x"}, "PayloadType": "com.apple.security.scep"}`:         declarationCredential,
		`{"PayloadContent": {"PayloadContent": {"URL": "x"}}}`:                               declarationCredential,
		`{"Type": "com.apple.credential.scep", "Payload": {}}`:                               declarationCredential,
		`{"Payload": {"Keysize": 1, "Key Usage": 5}}`:                                        declarationCredential,
		`{"Type": "com.apple.asset.credential.scep"}`:                                        declarationAsset,
		`{"Type": "com.apple.asset.credential.scep", "URL": "x"}`:                            declarationAsset,
		`{"Type": "com.apple.asset.credential.acme", "URL": "x"}`:                            "",
		`{"Type": "com.apple.configuration.security.identity", "URL": "x"}`:                  "",
		`{"Type": "com.apple.asset.credential.acme", "Payload": {}}`:                         "com.apple.asset.credential.acme",
		`{"Type": "com.apple.configuration.passcode.settings", "Payload": {}}`:               "com.apple.configuration.passcode.settings",
		`{"Type": "com.apple.configuration.unknown", "Payload": {"URL": "x"}}`:               "com.apple.configuration.unknown",
		`{"Type": "com.apple.configuration.unknown", "Payload": "com.apple.configuration."}`: "",
		`{"Type": "org.corp.configuration.x", "Payload": {"com.apple.asset.data": 1}}`:       "",
		`{"Type": "com.apple.asset.data", "Payload": {,}}`:                                   "com.apple.asset.data", // a broken one
		`{"a": "com.apple.asset.data", "Payload": {,}}`:                                      "",
		`{"DirectoryURL": "x", "Subject": [], "SubjectAltName": {}}`:                         "",
		`{"Challenge": "x"}`:                                                 "",
		`{"Name": "x", "version": 1}`:                                        "",
		`{"a": {"URL": "x", "Keysize": 1}}`:                                  "",
		`{"PayloadType": "Configuration", "PayloadContent": [{"URL": "x"}]}`: "",
		`[{"URL": "x", "Keysize": 1}]`:                                       "",
		`{}`:                                                                 "",
		`{"URL" = "x"; "Keysize" = 1; "Key Type" = "RSA"; }`:                 declarationCredential, // a broken one
		`{"URL": "x"`:                                                        declarationCredential,
		`{"a": "x", "URL"`:                                                   "",
		`{ URL = "x"; Keysize = 1; }`:                                        "",
		`{"version": 1`:                                                      "",
		`{"a": 1, "Challenge": "x", "Keysize": }`:                            declarationCredential,
		"\xff\xfe{\x00\"\x00U\x00R\x00L\x00\"\x00:\x001\x00}\x00":            "",
		`{"Payload": {"Reference": {"DataURL": "https://a.b/c"}}}`:           "",
		`{"Type": ["com.apple.asset.credential.scep"]}`:                      "",
		`{"Subject": "Weekly report", "From": "ada@corp.example", "Name": "Ada"}`:       declarationCredential, // two of SCEP's keys
		`{"Subject": "Weekly report", "From": "ada@corp.example", "To": "x@y.example"}`: "",
	} {
		p, err := readProfile("x", []byte(text))
		if got := p.Declaration; got != want {
			t.Errorf("%s: declaration %q, not %q (%v)", text, got, want, err)
		}
		if want == "" && err == nil {
			t.Errorf("%s: it was taken for a property list", text)
		}
	}
}

// TestJSONErrors holds where broken JSON is broken, and that no message quotes
// what may be secret.
func TestJSONErrors(t *testing.T) {
	deep := strings.Repeat("[", plist.MaxDepth)
	for _, test := range []struct{ text, place, message string }{
		{"{\"URL\": \"x\",\n}", "2:1", "trailing comma before }"},
		{"{\"URL\": [1,2,]}", "1:14", "trailing comma before ]"},
		{"{\"URL\": \"x\"\n \"Keysize\": 1}", "2:2", "missing comma or closing bracket"},
		{"{\"URL\": \"x\", 'Keysize': 1}", "1:14", "single quotation mark;"},
		{"{\"URL\": \"x\", Keysize: 1}", "1:14", "missing key;"},
		{"{\"URL\" \"x\", \"Keysize\": 1}", "1:8", "key has no value"},
		{"{\"URL\": x, \"Keysize\": 1}", "1:9", "invalid JSON value"},
		{"{\"URL\": 01, \"Keysize\": 1}", "1:10", "missing comma or closing bracket"},
		{"{\"URL\": \"x\", // the server\n \"Keysize\": 1}", "1:14", "comment, which JSON"},
		{"{\"URL\": \"x\ny\", \"Keysize\": 1}", "1:11", "control character"},
		{"{\"URL\": \"x\\y\", \"Keysize\": 1}", "1:12", "invalid escape"},
		{"{\"URL\": \"x\\u12g4\", \"Keysize\": 1}", "1:15", "invalid escape"},
		{"{\"URL\": \"x\"} {\"URL\": 1}", "1:14", "second JSON value"},
		{"{\"URL\": \"x\"} ]", "1:14", "unexpected text after"},
		{"{\n \"URL\": {\"a\": [1", "2:17", "the array was opened on line 2"},
		{"{\n \"Keysize\": 1, \"URL\": \"x\n", "2:25", "control character"},
		{"{\"Keysize\": 1, \"URL\": \"x", "1:25", "truncated JSON: missing }; the object was opened on line 1; add }"},
		{"{\"URL\": \"\xff\", \"Keysize\": 1}", "1:10", "byte 0xff is not UTF-8"},
		{"{\"URL\": {{ .URL }}, \"Keysize\": 1}", "1:9", "template text in place of"},
		{"{\"URL\": $FLEET_VAR_X, \"Keysize\": 1}", "1:9", "template text in place of"},
		{"{\"URL\":" + deep + strings.Repeat("]", plist.MaxDepth) + "}", "1:519", "nested more than 512 deep"},
		{"{\"URL\":[" + strings.Repeat("1,", 1<<19) + "1]}", "1:1048582", "more than 524288 values"},
	} {
		_, err := readProfile("x", []byte(test.text))
		if err == nil || !strings.HasPrefix(err.Error(), "x:"+test.place+": ") || !strings.Contains(err.Error(), test.message) {
			t.Errorf("%.40q: %v; not at %s, %s", test.text, err, test.place, test.message)
		}
	}
}

// TestJSONSecrets holds that no line of JSON shows a secret, however it is
// written.
func TestJSONSecrets(t *testing.T) {
	for _, text := range []string{
		`{"URL": "x", "Challenge": "Hidden12-word"}`,
		`{"URL": "x", "Challenge": "Hidden12</word-Hidden"}`,
		`{"URL": "x", "Challenge": "a\"Hidden12", "Retries": 1}`,
		`{"URL": "x", "Challenge": "a\\", "Name": "shown", "Challenge" : "Hidden1"}`,
		`{"URL": "x", "\u0043hallenge": "\u0048idden12\/\ud83e\udd8aHidden"}`,
		`{"URL": "x", "Challenge": ["Hidden1", {"a": "Hidden2"}]}`,
		`{"URL": "x", "Challange": "Hidden12"}`,
		`{"URL": "https://u:Hidden12@a.b/c", "Keysize": 1}`,
		`{"URL": "https:\/\/u:Hidden12@a.b\/c", "Keysize": 1}`,
		`{"URL": "https:\u002f/u\u003aHidden12\u0040a.b/c?token=Hidden2", "Keysize": 1}`,
		`{"URL": "https://a.b/c?token=Hidden", "Keysize": 1}`,
		`{"URL": "x", "Challenge": "Hidden12-word", "Name": "my Hidden12-word"}`,
		`{"URL": "x", "PayloadContent": {"Password": "Hidden"}, "Key": "-----BEGIN PRIVATE KEY-----Hidden"}`,
	} {
		p, err := readProfile("x", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []plist.Span{{Start: 0, End: 1}, {Start: 9, End: 12}, p.Root.Span(), {Start: len(text) - 1, End: len(text)}} {
			line, start, end := p.Secrets().Line(at)
			if strings.Contains(line, "idden") || !strings.Contains(line, plist.Mask) || start > end || !strings.HasSuffix(line, "}") {
				t.Errorf("%s\nis shown as\n%s", text, line)
			}
		}
		if masked := p.Secrets().Document(); strings.Contains(masked, "idden") {
			t.Errorf("%s\nis shown as\n%s", text, masked)
		}
	}
	p, _ := readProfile("x", []byte(`{"Challenge": 12345678, "Keysize": 2048}`))
	if line, _, _ := p.Secrets().Line(plist.Span{Start: 0, End: 1}); line != `{"Challenge": ********, "Keysize": 2048}` {
		t.Error(line)
	}
}
