package report

import (
	"bytes"
	"context"
	"errors"
	"html"
	"strings"
	"testing"
	"time"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/audit"
	"github.com/sceplint/sceplint/checker/profile"
)

// auditReport sums up a profile whose texts are hostile.
func auditReport(t *testing.T) *audit.Report {
	t.Helper()
	const text = `<plist version="1.0"><dict><key>PayloadContent</key><array><dict>
<key>PayloadType</key><string>com.apple.security.scep</string>
<key>PayloadContent</key><dict>
<key>URL</key><string>https://ca.corp.net/&lt;/script&gt;&lt;script&gt;alert(1)</string>
<key>Subject</key><array><array><array><string>Tr0ub4dor3</string><string>CN</string></array></array></array>
<key>SubjectAltName</key><dict><key>Tr0ub4dor3</key><string>x</string></dict>
<key>Name</key><string>&lt;img src=x onerror=alert(1)&gt;</string>
<key>Challenge</key><string>Tr0ub4dor3</string>
</dict></dict></array>
<key>PayloadIdentifier</key><string>&lt;b&gt;bold</string>
<key>PayloadUUID</key><string>x</string></dict></plist>`
	auditor := &audit.Auditor{
		Mark:    func(string) string { return "mark" },
		Device:  func(*profile.Profile) string { return "<i>device\x1b\u202e" },
		Compare: true,
	}
	rule := checker.Rule{Meta: checker.Meta{ID: "a-rule", Severity: checker.Error}, Check: func(p *checker.Pass) error {
		p.Value(p.Profile.SCEP()[0].Node, "found")
		return nil
	}}
	c := &checker.Checker{Rules: []checker.Rule{rule}, Now: time.Unix(0, 0), Visit: []checker.Visitor{auditor.Visit}}
	fleet, repository := audit.NewFleet(), audit.NewRepository()
	for r := range c.Run(context.Background(), func(yield func(checker.Input) bool) {
		yield(checker.Input{Name: "a<script>.mobileconfig", Read: func() ([]byte, error) { return []byte(text), nil }})
	}) {
		fleet.Add(r)
		repository.Add(r)
	}
	fleet.Add(&checker.Result{File: "gone<script>", Err: context.Canceled})
	return &audit.Report{Fleet: fleet, By: "device", Version: "1", Against: true, Drift: repository.Drift()}
}

func TestAudit(t *testing.T) {
	var b, again bytes.Buffer
	a := auditReport(t)
	r := &Report{
		Version: "1", Now: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC),
		Rules: []checker.Meta{{ID: "a-rule", Title: "a title", Severity: checker.Error, Doc: "What it checks: one thing.\nWhy it matters: another thing.\n"}},
	}
	if err := Audit(&b, a, r); err != nil {
		t.Fatal(err)
	}
	if err := Audit(&again, a, r); err != nil || b.String() != again.String() {
		t.Error("the same audit gives another page", err)
	}
	page := b.String()
	for _, wanted := range []string{
		"a-rule", "ca.corp.net", "Drift from the repository", "&lt;b&gt;bold", "&lt;i&gt;device", "gone&lt;script&gt;", `datetime="2026-06-01T00:00:00Z"`, "hard-coded",
		`<a href="#rule-a-rule">a-rule</a>`, `id="rule-a-rule"`, `<p class="doc"><b>What it checks</b> One thing.</p>`, `<p class="doc"><b>Why it matters</b> Another thing.</p>`,
		`data-rules="a-rule" data-severities="error"`, `<option value="a-rule">a-rule (1)</option>`,
		`id="configurations"`, `id="devices"`, `id="keysizes-title"`, `id="cas-title"`, `id="fingerprints-title"`, `id="challenges-title"`, `id="usages-title"`, "extra",
	} {
		if !strings.Contains(page, wanted) {
			t.Errorf("the page lacks %q", wanted)
		}
	}
	var table bytes.Buffer
	for _, by := range audit.Views {
		a.By = by
		if err := errors.Join(a.CSV(&table), a.JSON(&table), a.Text(&table)); err != nil {
			t.Fatal(err)
		}
	}
	if text := table.String(); strings.Contains(text, "Tr0ub4dor3") || strings.ContainsAny(text, "\x1b") {
		t.Errorf("a secret or a raw control character is written: %q", text)
	}
	for _, unwanted := range []string{"<script>alert", "<img", "<b>bold", "<i>device", "Tr0ub4dor3", "\u202e"} {
		if strings.Contains(page, unwanted) {
			t.Errorf("the page holds %q", unwanted)
		}
	}
	if policy := html.UnescapeString(page); !strings.Contains(policy, sourceHash(pageStyle)) || !strings.Contains(policy, sourceHash(pageScript)) {
		t.Error("the policy of the page does not name its style and script")
	}
}
