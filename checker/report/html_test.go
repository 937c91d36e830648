package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/printable"
	"github.com/sceplint/sceplint/checker/profile"
)

var htmlNow = time.Date(2026, 5, 4, 9, 30, 0, 0, time.UTC)

func writeHTML(t *testing.T, r Report, results ...*checker.Result) (string, *element) {
	t.Helper()
	r.Version, r.Now, r.Results = "1.2.3", htmlNow, slices.Values(results)
	var b bytes.Buffer
	if err := HTML(&b, &r); err != nil {
		t.Fatal(err)
	}
	root, err := html.Parse(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), (*element)(root)
}

// element is a node of a page as a browser reads it.
type element html.Node

func (e *element) attr(name string) string {
	for _, a := range e.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func (e *element) parent() *element { return (*element)(e.Parent) }

// all gives the elements inside that have a name, or .class, or #id, in order.
func (e *element) all(what string) (list []*element) {
	for n := range (*html.Node)(e).Descendants() {
		x := (*element)(n)
		if n.Type != html.ElementNode {
			continue
		}
		switch what[0] {
		case '.':
			if slices.Contains(strings.Fields(x.attr("class")), what[1:]) {
				list = append(list, x)
			}
		case '#':
			if x.attr("id") == what[1:] {
				list = append(list, x)
			}
		default:
			if n.Data == what {
				list = append(list, x)
			}
		}
	}
	return list
}

func (e *element) one(t *testing.T, what string) *element {
	t.Helper()
	list := e.all(what)
	if len(list) != 1 {
		t.Fatalf("%d elements are %s, not one", len(list), what)
	}
	return list[0]
}

func (e *element) text() string {
	var b strings.Builder
	for n := range (*html.Node)(e).Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
	}
	return b.String()
}

// rows gives the cells of a figure's table.
func (e *element) rows() (rows []string) {
	for _, tr := range e.all("tr") {
		var cells []string
		for n := range (*html.Node)(tr).ChildNodes() {
			cells = append(cells, (*element)(n).text())
		}
		rows = append(rows, strings.Join(cells, " | "))
	}
	return rows
}

// figures gives the tables of all figures by their title.
func (e *element) figures(t *testing.T) map[string][]string {
	t.Helper()
	figures := map[string][]string{}
	for _, f := range e.all("figure") {
		figures[f.one(t, "h3").text()] = f.rows()
	}
	return figures
}

// htmlData is what the script of the page reads.
type htmlData struct {
	PageSize                   int
	Severities, Rules, Strings []string
	Findings                   [][]any

	parts []htmlData
}

func (e *element) data(t *testing.T) (d htmlData) {
	t.Helper()
	if err := json.Unmarshal([]byte(e.one(t, "#data").text()), &d); err != nil {
		t.Fatal(err)
	}
	for _, script := range e.all(".part") {
		var part htmlData
		if err := json.Unmarshal([]byte(script.text()), &part); err != nil {
			t.Fatal(err)
		}
		d.parts = append(d.parts, part)
		d.Findings = append(d.Findings, part.Findings...)
	}
	return d
}

// field gives a text of a finding in the data.
func (d *htmlData) field(finding, column int) string {
	for _, part := range d.parts {
		if finding < len(part.Findings) {
			if row := part.Findings[finding]; column < len(row) {
				return part.Strings[int(row[column].(float64))]
			}
			return ""
		}
		finding -= len(part.Findings)
	}
	return ""
}

func TestHTML(t *testing.T) {
	meta := checker.Meta{ID: "some-rule", Title: "a title", Severity: checker.Error, Pack: "strict", Doc: "Why it is so.\nAnd more.", Help: "fix it",
		Refs: []checker.Ref{{Title: "a text", URL: "https://example.com/?a=b&c"}, {Title: "a book"}}}
	unplaced := finding()
	unplaced.Placed, unplaced.File, unplaced.Severity = false, "b", checker.Error
	unplaced.Fix = &checker.Fix{Message: "hide it", Secret: true}
	unplaced.Related = []checker.RelatedLocation{{File: "c", Message: "here too", Placed: true, Start: plist.Position{Line: 3, Column: 4}}}
	held := finding()
	held.Suppression = &checker.Suppression{Kind: checker.ByConfig, Justification: "so be it"}
	results := []*checker.Result{
		{File: "a", Profiles: 2, SCEP: 3, Findings: []checker.Finding{finding(), unplaced}, Suppressed: []checker.Finding{held}},
		{File: "d", Err: errors.Join(errors.New("d: first"), errors.New("second"))},
	}
	page, root := writeHTML(t, Report{Rules: []checker.Meta{{ID: "silent-rule"}, meta}}, results...)
	if got, want := root.one(t, "title").text(), "sceplint: 1 error, 1 warning, 0 infos"; got != want {
		t.Errorf("title: %s, not %s", got, want)
	}
	if got, want := root.one(t, ".lead").text(), "1 error, 1 warning, 0 infos in 1 file with 3 SCEP payloads"; got != want {
		t.Errorf("%s, not %s", got, want)
	}
	if got := root.one(t, "time").attr("datetime"); got != "2026-05-04T09:30:00Z" {
		t.Errorf("the time of the run is %s", got)
	}
	var tiles []string
	for _, tile := range root.all(".tile") {
		tiles = append(tiles, tile.one(t, "dt").text()+" "+tile.one(t, "dd").text())
	}
	if diff := cmp.Diff([]string{"Errors 1", "Warnings 1", "Infos 0", "Suppressed 1", "Files 1", "Profiles 2", "SCEP payloads 3", "Certificates 0"}, tiles); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"Rule | Errors | Warnings | Infos", "some-rule | 1 | 1 | 0"}, root.figures(t)["Findings by rule"]); diff != "" {
		t.Error(diff)
	}
	var rows []string
	for _, tr := range root.one(t, "#rows").all("tr") {
		rows = append(rows, strings.Join((*element)(tr).rowTexts(), "|"))
	}
	want := []string{
		`warning|some-rule|dir/a \u{1b} b.mobileconfig:7:4id|value "漢字" is wrong|é<string>漢字</string> <!-- -->|fix write it (--fix)`,
		`error|some-rule|bid|value "漢字" is wrong|at PayloadContent[1].Name|see c:3:4 here too|help fix it`,
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Error(diff)
	}
	if got := root.one(t, "mark").text(); got != "<string>漢字</string>" {
		t.Errorf("marked is %s", got)
	}
	rule := root.one(t, "#rules").one(t, "#rule-some-rule")
	for _, part := range []string{"a title", "error strict, 2 findings", "Why it is so.\nAnd more.", "How to fix Fix it.", "a text", "a book"} {
		if !strings.Contains(rule.text(), part) {
			t.Errorf("the section of the rule lacks %q: %s", part, rule.text())
		}
	}
	if links := rule.all("a"); len(links) != 1 || links[0].attr("href") != "https://example.com/?a=b&c" {
		t.Errorf("the links of the rule are %v", links)
	}
	if strings.Contains(page, "silent-rule") || strings.Contains(page, "hide it") || strings.Contains(page, "so be it") {
		t.Error("the page tells of a rule that found nothing, a secret fix, or a finding that is kept back")
	}
	if got := root.one(t, "#failures").one(t, "li").text(); got != "dd: firstsecond" {
		t.Errorf("not judged: %s", got)
	}
	d := root.data(t)
	if len(d.Findings) != 2 || d.field(0, 5) != `value "漢字" is wrong` || d.Rules[0] != "some-rule" || d.field(1, 12) != "" {
		t.Errorf("data: %v", d)
	}
	units := utf16.Encode([]rune(d.field(0, 6)))
	if got := string(utf16.Decode(units[int(d.Findings[0][7].(float64)):int(d.Findings[0][8].(float64))])); got != "<string>漢字</string>" {
		t.Errorf("marked in the data is %s", got)
	}

	_, root = writeHTML(t, Report{ShowSuppressed: true}, results...)
	d = root.data(t)
	if len(d.Findings) != 3 || d.field(0, 13) != "" || d.field(1, 13) != "" || d.field(2, 13) != "config: so be it" {
		t.Errorf("suppressed findings are not shown: %v", d)
	}
	if n := len(root.one(t, "#rows").all("tr")); n != 2 {
		t.Errorf("%d rows, but what is kept back is hidden at first", n)
	}
	if len(root.all("#held")) != 1 {
		t.Error("nothing shows what is kept back")
	}
}

// rowTexts gives the parts of a row in the table of findings.
func (e *element) rowTexts() (parts []string) {
	for _, td := range e.all("td") {
		if td.attr("class") != "c-what" {
			parts = append(parts, td.text())
			continue
		}
		for n := range (*html.Node)(td).ChildNodes() {
			parts = append(parts, (*element)(n).text())
		}
	}
	return parts
}

// TestHTMLHostile puts what would break a page into every field.
func TestHTMLHostile(t *testing.T) {
	const evil = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'`{{.}}&lt;<!-- \u2028\u202e\x1b\x00\xff ${x} ]]>"
	const shown = `</script><script>alert(1)</script><img src=x onerror=alert(1)>"'` + "`" + `{{.}}&lt;<!-- \u{2028}\u{202e}\u{1b}\u{0}` + "\ufffd ${x} ]]>"
	meta := checker.Meta{ID: evil, Title: evil, Pack: evil, Doc: evil + "\n" + evil, Help: evil, Severity: checker.Error,
		Refs: []checker.Ref{{Title: evil, URL: "javascript:alert(1)"}, {Title: "x", URL: "https://example.com/" + evil}}}
	f := checker.Finding{
		Rule: &meta, Severity: checker.Error, Message: evil, Help: evil, File: evil, Path: []any{evil}, Placed: true, Profile: checker.Identity{Identifier: evil, UUID: evil},
		Start: plist.Position{Line: 1, Column: 1}, Line: checker.Line{Text: evil + evil + evil, Start: len(evil), End: 2 * len(evil)},
		Fix: &checker.Fix{Message: evil}, Related: []checker.RelatedLocation{{File: evil, Message: evil}}, Suppression: &checker.Suppression{Kind: checker.ByComment, Justification: evil},
	}
	open := f
	open.Suppression = nil
	f.Help, f.Fix = evil+" do it", nil
	page, root := writeHTML(t, Report{Rules: []checker.Meta{meta}, ShowSuppressed: true}, &checker.Result{
		File: evil, Profiles: 1, Findings: []checker.Finding{open}, Suppressed: []checker.Finding{f}, Err: errors.New(evil),
		Visited: []any{&contents{
			scep: []scepSettings{{host: evil, hostKind: stateKnown, fingerprint: evil, pinKind: stateKnown, challenge: evil}}, certificates: []certificateExpiry{{subject: evil}},
		}},
	})
	if n := len(root.all("script")); n != 3 {
		t.Errorf("%d scripts, not 3", n)
	}
	if n := len(root.all("img")); n != 0 {
		t.Errorf("%d images", n)
	}
	for n := range (*html.Node)(root).Descendants() {
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "src" || a.Key == "href" && strings.Contains(a.Val, "javascript") {
				t.Errorf("<%s> has %s=%q", n.Data, a.Key, a.Val)
			}
		}
		if n.Type == html.CommentNode {
			t.Errorf("a comment: %s", n.Data)
		}
	}
	if i := strings.IndexFunc(page, func(r rune) bool { return r != '\n' && printable.IsEscaped(r) }); i >= 0 {
		t.Errorf("a character that hides others: %q", page[i:i+10])
	}
	if strings.Contains(page, "ZgotmplZ") {
		t.Error("a text stands where no text is safe")
	}
	d := root.data(t)
	for i, want := range map[int]string{2: shown, 5: shown, 6: shown + shown + shown, 10: shown, 12: shown + " (--fix --unsafe-fixes)"} {
		if got := d.field(0, i); got != want {
			t.Errorf("column %d is %s", i, got)
		}
	}
	if got := d.field(1, 11); got != shown+" do it" {
		t.Errorf("the help is %s", got)
	}
	for _, text := range root.one(t, "#rows").all("bdi") {
		if !strings.Contains(text.text(), shown) {
			t.Errorf("shown is %s", text.text())
		}
	}
}

// TestHTMLPolicy holds the hashes of the policy against what is in the page.
func TestHTMLPolicy(t *testing.T) {
	page, root := writeHTML(t, Report{}, &checker.Result{Profiles: 1, Findings: []checker.Finding{finding()}})
	policy := ""
	for _, m := range root.all("meta") {
		if m.attr("http-equiv") == "Content-Security-Policy" {
			policy = m.attr("content")
		}
	}
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	script := root.all("script")[2].text()
	for _, part := range []string{"default-src 'none'", "style-src " + hash(root.one(t, "style").text()), "script-src " + hash(script), "base-uri 'none'", "form-action 'none'"} {
		if !slices.Contains(strings.Split(policy, "; "), part) {
			t.Errorf("the policy lacks %s: %s", part, policy)
		}
	}
	if strings.Contains(policy, "unsafe") {
		t.Errorf("the policy lets things pass: %s", policy)
	}
	if script != strings.ReplaceAll(pageScript, "\r\n", "\n") {
		t.Error("the script is not the one of the file")
	}
	if strings.Index(page, "Content-Security-Policy") > strings.Index(page, "<style>") {
		t.Error("the policy comes too late")
	}
}

func TestHTMLInventory(t *testing.T) {
	var s contents
	add := func(n int, e scepSettings) {
		for range n {
			s.scep = append(s.scep, e)
		}
	}
	for i := range 30 {
		add(40-i, scepSettings{host: fmt.Sprintf("ca%02d", i), hostKind: stateKnown, keysize: 2048, keysizeKind: stateKnown,
			fingerprint: "SHA-256", pinKind: stateKnown, challenge: profile.ChallengeVariable})
	}
	add(3, scepSettings{hostKind: stateVariable, keysizeKind: stateVariable, pinKind: stateNotSet, challenge: profile.ChallengeLiteral})
	add(2, scepSettings{hostKind: stateInvalid, keysizeKind: stateInvalid, pinKind: stateInvalid, challenge: profile.ChallengeAbsent})
	add(1, scepSettings{hostKind: stateNotSet, keysize: 512, keysizeKind: stateKnown, fingerprint: "MD5", pinKind: stateKnown, challenge: profile.ChallengeEmpty})
	day := 24 * time.Hour
	for i, end := range []time.Time{htmlNow.Add(-1), htmlNow, htmlNow.Add(30*day - 1), htmlNow.Add(30 * day), htmlNow.Add(90 * day), htmlNow.AddDate(1, 0, 0)} {
		s.certificates = append(s.certificates, certificateExpiry{subject: fmt.Sprintf("CN=%d", i), notAfter: end})
	}
	_, root := writeHTML(t, Report{}, &checker.Result{File: "a", Profiles: 1, Visited: []any{&s}},
		&checker.Result{File: "b", Profiles: 1, Visited: []any{&contents{certificates: []certificateExpiry{s.certificates[0], s.certificates[0]}}}})
	want := map[string][]string{
		"Key sizes": {"Key size | SCEP payloads", "512 bits | 1", "2048 bits | 765", "variable | 3", "invalid | 2"},
		"CA hosts": {"CA host | SCEP payloads", "ca00 | 40", "ca01 | 39", "ca02 | 38", "ca03 | 37", "ca04 | 36", "ca05 | 35", "ca06 | 34", "ca07 | 33", "ca08 | 32",
			"21 other hosts | 441", "not set | 1", "variable | 3", "invalid | 2"},
		"CA fingerprint algorithms": {"Algorithm | SCEP payloads", "SHA-256 | 765", "MD5 | 1", "not set | 3", "invalid | 2"},
		"Challenges":                {"Challenge | SCEP payloads", "hard-coded | 3", "variable | 765", "empty | 1", "not set | 2"},
		"Expiry of bundled certificates": {"Expiry | certificates", "expired | 3", "in less than 30 days | 2", "in 30 to 89 days | 1",
			"in 90 days to 1 year | 1", "later | 1"},
		"First to expire": {"Certificate | Expires | Files", "CN=0 | 2026-05-04 | 2", "CN=1 | 2026-05-04 | 1", "CN=2 | 2026-06-03 | 1", "CN=3 | 2026-06-03 | 1", "CN=4 | 2026-08-02 | 1"},
	}
	if diff := cmp.Diff(want, root.figures(t)); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(root.one(t, "#findings").text(), "No findings.") || len(root.all("#data")) != 0 {
		t.Error("a page without findings has a table of them")
	}
	var widths []string
	for _, rect := range root.one(t, "#expiry-title").parent().all("rect") {
		widths = append(widths, rect.attr("class")+" "+rect.attr("width"))
	}
	if diff := cmp.Diff([]string{"error 100.00%", "warning 66.67%", " 33.33%", " 33.33%", " 33.33%"}, widths); diff != "" {
		t.Error(diff)
	}
}

// TestHTMLMany writes more findings than are shown at a time, of more rules
// than have a bar of their own.
func TestHTMLMany(t *testing.T) {
	results := func() (list []*checker.Result) {
		for i := range 30 {
			r := &checker.Result{File: fmt.Sprint(i), Profiles: 1}
			for j := range 1 + i {
				f := finding()
				f.Rule = &checker.Meta{ID: fmt.Sprintf("rule-%02d", i)}
				f.Severity, f.File = checker.Severity(1+i%3), fmt.Sprintf("file-%d-%d", i, j)
				r.Findings = append(r.Findings, f)
				r.Visited = append(r.Visited, &contents{scep: []scepSettings{{host: fmt.Sprint(j), hostKind: stateKnown}}, certificates: []certificateExpiry{{subject: fmt.Sprint(j), notAfter: htmlNow}}})
			}
			list = append(list, r)
		}
		return list
	}
	page, root := writeHTML(t, Report{}, results()...)
	if again, _ := writeHTML(t, Report{}, results()...); again != page {
		t.Error("the same findings make two pages")
	}
	if n := len(root.one(t, "#rows").all("tr")); n != pageSize {
		t.Errorf("%d rows, not %d", n, pageSize)
	}
	if got, want := root.one(t, "#status").text(), "First 100 of 465 findings. Enable JavaScript to show all."; got != want {
		t.Errorf("%s, not %s", got, want)
	}
	d := root.data(t)
	if len(d.Findings) != 465 || d.field(464, 2) != "file-29-29" || len(d.Rules) != 30 {
		t.Errorf("%d findings of %d rules", len(d.Findings), len(d.Rules))
	}
	if n := strings.Count(page, "漢字\\u003c/string\\u003e"); n != 1 {
		t.Errorf("a text that all findings share is there %d times", n)
	}
	rows := root.figures(t)["Findings by rule"]
	if len(rows) != 21 || rows[1] != "rule-29 | 30 | 0 | 0" || rows[20] != "11 other rules | 0 | 2 | 145" {
		t.Errorf("by rule: %q", rows)
	}
	if n := len(root.one(t, "#by-rule-title").parent().all("svg")); n != 19 {
		t.Errorf("%d bars; the other rules together have none", n)
	}
	if n := len(root.all(".rule")); n != 30 {
		t.Errorf("%d sections of rules", n)
	}
	for _, a := range root.all("a") {
		if id, ok := strings.CutPrefix(a.attr("href"), "#"); ok && len(root.all("#"+id)) != 1 {
			t.Errorf("a link leads to %s, which is not there", id)
		}
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 50000: "50,000", 1234567: "1,234,567"} {
		if got := thousands(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
}

// TestHTMLParts writes more findings than a part has: they are in several, and all
// are there.
func TestHTMLParts(t *testing.T) {
	result := &checker.Result{File: "a", Profiles: 1}
	for i := range maxPartFindings + 1 {
		f := finding()
		f.Message = fmt.Sprint("message ", i)
		result.Findings = append(result.Findings, f)
	}
	_, root := writeHTML(t, Report{}, result)
	d := root.data(t)
	if len(d.parts) != 2 || len(d.Findings) != maxPartFindings+1 || d.field(maxPartFindings, 5) != fmt.Sprint("message ", maxPartFindings) {
		t.Errorf("%d parts with %d findings", len(d.parts), len(d.Findings))
	}
}

// TestSpool writes more than is kept in memory and reads all of it back.
func TestSpool(t *testing.T) {
	s := new(spool)
	defer s.close()
	var want bytes.Buffer
	for i := range 9 {
		text := bytes.Repeat([]byte{'a' + byte(i)}, 1<<20)
		want.Write(text)
		if _, err := s.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	if s.file == nil || s.memory.Len() > maxSpoolMemory {
		t.Errorf("%d bytes are in memory", s.memory.Len())
	}
	var got bytes.Buffer
	if n, err := s.WriteTo(&got); err != nil || n != int64(want.Len()) || !bytes.Equal(got.Bytes(), want.Bytes()) {
		t.Errorf("%d of %d bytes: %v", n, want.Len(), err)
	}
}
