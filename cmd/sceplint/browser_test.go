//go:build browser

package main

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	browserlog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/probe"
	"github.com/sceplint/sceplint/checker/profile"
	"github.com/sceplint/sceplint/checker/report"
)

// The tests of this file open the page of --format html in Chromium, and in
// nothing less. They need the command that the environment variable CHROMIUM
// names, and axe-core, the file that AXE names; CONTRIBUTING.md says how they
// are had. With SCREENSHOTS, pictures of the pages are kept in that folder.

// browserPatience is when a browser that does nothing has failed. Nothing is measured
// by it.
const browserPatience = time.Minute

// tab is a page in the browser.
type tab struct {
	*testing.T
	ctx context.Context

	mu       sync.Mutex
	requests []string
	said     []string // errors and warnings of the console, the security policy among them
}

// browser starts Chromium once for a test.
func browser(t *testing.T) context.Context {
	t.Helper()
	command := os.Getenv("CHROMIUM")
	if command == "" {
		t.Fatal("CHROMIUM does not name the command of Chromium")
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(command))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium refuses to run as root with it
	}
	ctx, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	return ctx
}

// open opens a page that is a file. What it asks of the network, and what the
// console says, fails the test when it ends.
func open(t *testing.T, browser context.Context, file string, before ...chromedp.Action[chromedp.Void]) *tab {
	t.Helper()
	ctx, stop := chromedp.NewContext(browser)
	b := &tab{T: t, ctx: ctx}
	address := (&url.URL{Scheme: "file", Path: filepath.ToSlash(file)}).String()
	err := chromedp.Listen(ctx, func(event any) {
		b.mu.Lock()
		defer b.mu.Unlock()
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			if e.Request.URL != address {
				b.requests = append(b.requests, e.Request.URL)
			}
		case *runtime.EventExceptionThrown:
			b.said = append(b.said, fmt.Sprint(e.ExceptionDetails.Text, " ", e.ExceptionDetails.LineNumber))
		case *runtime.EventConsoleAPICalled:
			b.said = append(b.said, fmt.Sprint("console.", e.Type))
		case *browserlog.EventEntryAdded:
			b.said = append(b.said, fmt.Sprint(e.Entry.Source, ": ", e.Entry.Text))
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, u := range b.requests {
			t.Errorf("the page asks for %s", u)
		}
		for _, s := range b.said {
			t.Errorf("the console says %s", s)
		}
	})
	b.size(1280, 900)
	call(b, network.Enable, network.EnableParams{})
	call(b, browserlog.Enable, cdp.Empty{})
	b.run(before...)
	b.run(chromedp.Navigate(address))
	return b
}

func (b *tab) run(actions ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	ctx, stop := context.WithTimeout(b.ctx, browserPatience) // an action waits for its element
	defer stop()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.Fatal(err)
	}
}

// call sends a command of the protocol.
func call[P, R any](b *tab, command cdp.Command[P, R], params P) R {
	b.Helper()
	r, err := chromedp.Call(b.ctx, command, params)
	if err != nil {
		b.Fatal(err)
	}
	return r
}

// protocol is a command of the protocol as an action.
func protocol[P any](command cdp.Command[P, cdp.Empty], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, command, params)
		return err
	})
}

func (b *tab) size(width, height int64) {
	b.Helper()
	b.run(chromedp.EmulateViewport(width, height))
}

func (b *tab) scheme(name string) {
	b.Helper()
	b.media("", name)
}

func (b *tab) media(media, scheme string) {
	b.Helper()
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: media, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
}

// eval gives what a JavaScript expression is.
func eval[T any](b *tab, expression string) T {
	b.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.Fatalf("%.200s: %v", expression, err)
	}
	return v
}

// hold waits until a JavaScript expression is as wanted.
func hold[T comparable](b *tab, expression string, want T) {
	b.Helper()
	var got T
	for end := time.Now().Add(browserPatience); ; time.Sleep(20 * time.Millisecond) {
		if got = eval[T](b, expression); got == want {
			return
		}
		if time.Now().After(end) {
			b.Fatalf("%s is\n%v, not\n%v", expression, got, want)
		}
	}
}

const (
	status  = `document.getElementById("status").textContent`
	rowsNow = `document.querySelectorAll("#rows tr").length`
	focused = `(e => e.id || e.dataset.go || e.textContent)(document.activeElement)`
)

func severities(b *tab) string {
	b.Helper()
	return eval[string](b, `[...document.querySelectorAll("#rows .severity")].map(e => e.textContent[0]).join("")`)
}

// picture keeps a screenshot of the whole page, or of so much of its top.
func (b *tab) picture(name string, top float64) {
	b.Helper()
	folder := os.Getenv("SCREENSHOTS")
	if folder == "" {
		return
	}
	size := call(b, page.GetLayoutMetrics, cdp.Empty{}).CSSContentSize
	height, yes := size.Height, true
	if top > 0 {
		height = min(height, top)
	}
	png := call(b, page.CaptureScreenshot, page.CaptureScreenshotParams{CaptureBeyondViewport: &yes, Clip: &page.Viewport{Width: size.Width, Height: height, Scale: 1}}).Data
	if err := os.WriteFile(filepath.Join(folder, name+".png"), png, 0o644); err != nil {
		b.Fatal(err)
	}
}

// pageOf writes the page of some results.
func pageOf(t *testing.T, r report.Report, results ...*checker.Result) string {
	t.Helper()
	r.Version, r.Results = "1.2.3", slices.Values(results)
	r.Now = time.Date(2026, 5, 4, 9, 30, 0, 0, time.UTC)
	var b bytes.Buffer
	if err := report.HTML(&b, &r); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: %d bytes", t.Name(), b.Len())
	return file
}

var browserRules = []checker.Meta{
	{ID: "scep-keysize", Title: "unsupported Keysize", Severity: checker.Error, Doc: "Keysize is the length of the RSA key in bits.", Help: "write 2048",
		Refs: []checker.Ref{{Title: "Apple's schema", URL: "https://example.com/schema"}}},
	{ID: "url-https", Title: "SCEP URL is not https", Severity: checker.Warning, Doc: "Without https the answer can be changed on its way.", Pack: "recommended"},
	{ID: "retry-nondefault", Title: "retries are left to their defaults", Severity: checker.Info, Doc: "Three tries are few."},
}

// findingAt makes a finding of the rule of that number.
func findingAt(n int, file string, line int) checker.Finding {
	m := &browserRules[n%len(browserRules)]
	mark := fmt.Sprintf("<integer>%d</integer>", 1000+n%97)
	return checker.Finding{
		Rule: m, Severity: m.Severity, Message: fmt.Sprintf("unsupported `Keysize` %d; expected 1024, 2048, or 4096", 1000+n%97), Help: m.Help,
		File: file, Profile: checker.Identity{Identifier: "net.corp.wifi"}, Placed: true,
		Start: plist.Position{Line: line, Column: 4}, End: plist.Position{Line: line, Column: 26},
		Line: checker.Line{Text: "\t\t\t" + mark + " <!-- é -->", Start: 3, End: 3 + len(mark)},
		Fix:  &checker.Fix{Message: "replace the value with 2048", Safe: true},
	}
}

// five gives a run with five findings, and one that is kept back.
func five() []*checker.Result {
	hostile := findingAt(1, "profiles/"+`</script><script>window.pwned=1</script><img src=x onerror="window.pwned=1">.mobileconfig`, 3)
	hostile.Message = "URL \"http://ca.corp.net/\u2028</script><script>window.pwned=1</script>\" is not https\x1b[31m"
	hostile.Line = checker.Line{Text: "<string>漢字<img src=x onerror=window.pwned=1></string>", Start: 14, End: 46}
	related := findingAt(2, "profiles/office.mobileconfig", 44)
	related.Related = []checker.RelatedLocation{{File: "profiles/home.mobileconfig", Message: "it is here too", Placed: true, Start: plist.Position{Line: 7, Column: 2}}}
	binary := findingAt(0, "profiles/binary.mobileconfig", 0)
	binary.Placed, binary.Line, binary.Path = false, checker.Line{}, []any{"PayloadContent", 0, "Key Usage"}
	held := findingAt(0, "profiles/office.mobileconfig", 50)
	held.Suppression = &checker.Suppression{Kind: checker.ByComment, Justification: "the token wants it"}
	now := time.Date(2026, 5, 4, 9, 30, 0, 0, time.UTC)
	return []*checker.Result{
		{File: "profiles/office.mobileconfig", Profiles: 1, SCEP: 40, Findings: []checker.Finding{findingAt(0, "profiles/office.mobileconfig", 12), findingAt(1, "profiles/office.mobileconfig", 31), related},
			Suppressed: []checker.Finding{held}, Visited: []any{report.Inventory(fleetProfile(now))}},
		{File: hostile.File, Profiles: 1, Findings: []checker.Finding{hostile}},
		{File: "profiles/binary.mobileconfig", Profiles: 1, Findings: []checker.Finding{binary}},
		{File: "profiles/locked.mobileconfig", Err: fmt.Errorf("cannot read profiles/locked.mobileconfig: permission denied")},
	}
}

// payloadText writes a payload.
func payloadText(kind, content string) string {
	return fmt.Sprintf("<dict><key>PayloadType</key><string>%s</string><key>PayloadContent</key>%s</dict>", kind, content)
}

// scepText writes a SCEP payload with a variable in place of the challenge, and more keys.
func scepText(host, keysize, more string) string {
	return payloadText("com.apple.security.scep", fmt.Sprintf("<dict><key>URL</key><string>https://%s/scep</string><key>Keysize</key>%s<key>Challenge</key><string>$FLEET_VAR_NDES_SCEP_CHALLENGE_CORP</string>%s</dict>",
		host, keysize, more))
}

// readProfile reads a profile with payloads.
func readProfile(payloads string) *profile.Profile {
	return profile.Read(plist.NewSource("profiles/office.mobileconfig", []byte(payloadsOf(payloads))))
}

// fleetProfile is a profile with many SCEP payloads, and with certificates that end at
// different times.
func fleetProfile(now time.Time) *profile.Profile {
	digest := func(size int) string {
		return "<key>CAFingerprint</key><data>" + base64.StdEncoding.EncodeToString(make([]byte, size)) + "</data>"
	}
	var payloads strings.Builder
	for i := range 40 {
		switch host := fmt.Sprintf("ca%d.corp.net", i*i%17); {
		case i%11 == 0:
			payloads.WriteString(scepText("$SCEP_HOST", "<string>large</string>", ""))
		case i%3 == 0:
			payloads.WriteString(scepText(host, "<integer>4096</integer>", digest(sha256.Size)))
		case i%7 == 0:
			payloads.WriteString(scepText(host, "<integer>1024</integer>", digest(md5.Size)))
		default:
			payloads.WriteString(scepText(host, "<integer>2048</integer>", ""))
		}
	}
	for i, days := range []int{-400, 12, 60, 200, 900, 3000} {
		end := now.AddDate(0, 0, days)
		c := &x509.Certificate{SerialNumber: big.NewInt(int64(i + 1)), Subject: pkix.Name{CommonName: fmt.Sprintf("Corp Root CA %d", i+1), Organization: []string{"Corp"}}, NotBefore: end.AddDate(-5, 0, 0), NotAfter: end}
		der, err := x509.CreateCertificate(nil, c, c, hostileKey.Public(), hostileKey)
		if err != nil {
			panic(err)
		}
		payloads.WriteString(payloadText("com.apple.security.root", "<data>"+base64.StdEncoding.EncodeToString(der)+"</data>"))
	}
	return readProfile(payloads.String())
}

// TestBrowserPage works with a page of five findings.
func TestBrowserPage(t *testing.T) {
	chromium := browser(t)
	file := pageOf(t, report.Report{Rules: browserRules, ShowSuppressed: true}, five()...)

	plain := open(t, chromium, file, protocol(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	plain.picture("no-script", 0)
	server := eval[string](plain, `document.getElementById("rows").innerHTML.replaceAll("\n", "")`)
	if eval[bool](plain, `document.getElementById("filter").checkVisibility()`) {
		t.Error("without JavaScript there is a filter that does nothing")
	}

	b := open(t, chromium, file)
	hold(b, `document.getElementById("filter").checkVisibility()`, true)
	hold(b, status, "5 findings")
	if script := eval[string](b, `document.getElementById("rows").innerHTML`); script != server {
		t.Errorf("page.js makes rows\n%s\nand page.tmpl\n%s", script, server)
	}
	if eval[bool](b, `"pwned" in window || document.images.length > 0 || document.scripts.length !== 2`) {
		t.Error("what a profile holds became part of the page")
	}
	b.scheme("light")
	b.picture("light", 0)
	b.scheme("dark")
	b.picture("dark", 0)
	b.size(360, 800)
	b.picture("narrow-dark", 0)
	b.scheme("light")
	b.picture("narrow", 0)
	if wide := eval[int](b, `document.documentElement.scrollWidth`); wide > 360 {
		t.Errorf("a window of 360 pixels must be scrolled sideways: the page has %d", wide)
	}
	b.size(1280, 900)

	for _, x := range []struct{ what, text, status, severities string }{
		{"two words", "office 1024", "3 findings, filtered from 5", "iew"},
		{"across the mark", "> <!--", "3 findings, filtered from 5", "iew"},
		{"a rule", "URL-HTTPS", "2 findings, filtered from 5", "ww"},
		{"a related place", "home.mobileconfig", "1 finding, filtered from 5", "i"},
		{"nothing", "no such thing", "0 findings, filtered from 5", ""},
	} {
		eval[string](b, `document.getElementById("words").value = ""`)
		b.run(chromedp.SendKeys(chromedp.CSS("#words"), x.text))
		hold(b, status, x.status)
		if got := severities(b); got != x.severities {
			t.Errorf("%s: %s, not %s", x.what, got, x.severities)
		}
	}
	b.run(chromedp.Click(chromedp.CSS("#clear")))
	hold(b, status, "5 findings")
	b.run(chromedp.Click(chromedp.CSS(`[name="severity"][value="3"]`)))
	hold(b, status, "3 findings, filtered from 5")
	b.run(chromedp.Click(chromedp.CSS("#held")))
	hold(b, status, "3 findings, filtered from 6")
	b.run(chromedp.Click(chromedp.CSS(`[name="severity"][value="3"]`)))
	hold(b, status, "6 findings")
	hold(b, `document.getElementById("rows").textContent.includes("suppressed by comment: the token wants it")`, true)
	b.run(chromedp.Click(chromedp.CSS("#clear")))
	hold(b, status, "5 findings")
	b.run(chromedp.Click(chromedp.CSS(`#rule-url-https .show`)))
	hold(b, status, "2 findings, filtered from 5")
	hold(b, focused, "findings-title")
	hold(b, `document.getElementById("rule").value`, "url-https")
}

// TestBrowserKeys works with nothing but the keyboard.
func TestBrowserKeys(t *testing.T) {
	b := open(t, browser(t), pageOf(t, report.Report{Rules: browserRules}, five()...))
	press := func(key string, times int) {
		t.Helper()
		for range times {
			b.run(chromedp.KeyEvent(key))
		}
	}
	to := func(what string) { // by Tab alone
		t.Helper()
		for range 100 {
			press(kb.Tab, 1)
			if eval[string](b, focused) == what {
				if style := eval[string](b, `getComputedStyle(document.activeElement).outlineStyle`); style == "none" {
					t.Errorf("the focus on %s cannot be seen", what)
				}
				return
			}
		}
		t.Fatalf("Tab does not lead to %s", what)
	}
	press(kb.Tab, 1)
	hold(b, focused, "Skip to the findings")
	hold(b, `document.activeElement.getBoundingClientRect().top >= 0`, true)
	press(kb.Enter, 1)
	hold(b, `location.hash`, "#findings")
	to("words")
	b.run(chromedp.KeyEvent("office"))
	hold(b, status, "3 findings, filtered from 5")
	to("rule")
	to("clear")
	press(kb.Enter, 1)
	hold(b, status, "5 findings")
	hold(b, `document.getElementById("status").getAttribute("role")`, "status")

	const sorted = `[...document.querySelectorAll("th[data-sort]")].map(e => e.ariaSort || "-").join(" ")`
	hold(b, sorted, "- - - -")
	to("Severity")
	press(kb.Enter, 1)
	hold(b, sorted, "descending - - -")
	if got := severities(b); got != "eewwi" {
		t.Errorf("by severity: %s", got)
	}
	press(" ", 1)
	hold(b, sorted, "ascending - - -")
	if got := severities(b); got != "iwwee" {
		t.Errorf("by severity, lightest first: %s", got)
	}
	to("Rule")
	press(kb.Enter, 1)
	hold(b, sorted, "- ascending - -")
	to("Location")
	press(kb.Enter, 1)
	hold(b, sorted, "- - ascending -")
	const places = `[...document.querySelectorAll("#rows .c-place > .place")].map(e => e.textContent.slice(-9)).join(" ")`
	hold(b, places, "onfig:3:4 ileconfig nfig:12:4 nfig:31:4 nfig:44:4")
	to("Finding")
	press(kb.Enter, 1)
	hold(b, sorted, "- - - ascending")
	hold(b, `document.querySelector("#rows .message").textContent.slice(0, 11)`, "unsupported")
	press(kb.Enter, 1)
	hold(b, `document.querySelector("#rows .message").textContent.slice(0, 10)`, `URL "http:`)
	to("scep-keysize")
	press(kb.Enter, 1)
	hold(b, `location.hash`, "#rule-scep-keysize")
}

// TestBrowserMany works with 50,000 findings.
func TestBrowserMany(t *testing.T) {
	var results []*checker.Result
	for i := range 2500 {
		name := fmt.Sprintf("profiles/site-%d/enroll.mobileconfig", i)
		r := &checker.Result{File: name, Profiles: 1, SCEP: 1}
		for j := range 20 {
			r.Findings = append(r.Findings, findingAt(i*20+j, name, 10+j))
		}
		r.Visited = []any{report.Inventory(readProfile(scepText(fmt.Sprintf("ca%d.corp.net", i%300), "<integer>2048</integer>", "")))}
		results = append(results, r)
	}
	start := time.Now()
	file := pageOf(t, report.Report{Rules: browserRules}, results...)
	t.Logf("written in %v", time.Since(start))
	start = time.Now()
	b := open(t, browser(t), file)
	hold(b, status, "1 to 100 of 50,000 findings")
	t.Logf("opened in %v, the browser's start counted; %s", time.Since(start),
		eval[string](b, `(n => "DOM complete after " + Math.round(n.domComplete) + " ms")(performance.getEntriesByType("navigation")[0])`))
	timed := func(what, do string) {
		t.Helper()
		took := eval[float64](b, `(() => { const from = performance.now(); `+do+`; document.body.offsetHeight; return performance.now() - from })()`)
		t.Logf("%s: %.0f ms", what, took)
	}
	find := func(text string) string {
		return fmt.Sprintf(`words.value = %q; words.form.dispatchEvent(new Event("submit", {cancelable: true}))`, text)
	}
	b.picture("many", 2200)
	timed("next page", `document.querySelector('[data-go="next"]').click()`)
	hold(b, status, "101 to 200 of 50,000 findings")
	hold(b, rowsNow, 100)
	timed("last page", `document.querySelector('[data-go="last"]').click()`)
	hold(b, status, "49,901 to 50,000 of 50,000 findings")
	hold(b, `[...document.querySelectorAll("[data-below] button")].map(e => e.ariaDisabled).join(" ")`, "false false true true")
	timed("filter by a file", find("site-2499/"))
	hold(b, status, "20 findings, filtered from 50,000")
	hold(b, `[...document.querySelectorAll(".pager")].every(e => e.hidden)`, true)
	timed("filter by two words", find("value 1042"))
	hold(b, status, "1 to 100 of 536 findings, filtered from 50,000") // 516 of that value, and 20 in the file of that number
	timed("filter by what is not there", find("zzzz"))
	hold(b, status, "0 findings, filtered from 50,000")
	timed("no filter", find(""))
	for _, column := range []string{"severity", "rule", "place", "message"} {
		button := fmt.Sprintf(`document.querySelector('[data-sort="%s"] button').click()`, column)
		timed("sort by "+column, button)
		timed("sort by "+column+" the other way", button)
		hold(b, status, "1 to 100 of 50,000 findings")
	}
	timed("sort by place", `document.querySelector('[data-sort="place"] button').click()`)
	hold(b, `document.querySelector("#rows .place").textContent`, "profiles/site-0/enroll.mobileconfig:10:4")
	hold(b, `document.querySelectorAll("#rows .place")[40].textContent`, "profiles/site-2/enroll.mobileconfig:10:4")
	b.run(chromedp.Click(chromedp.CSS(`[data-below] [data-go="next"]`)))
	hold(b, status, "101 to 200 of 50,000 findings")
	hold(b, focused, "findings-title")
	hold(b, `document.querySelector("#rows .place").textContent`, "profiles/site-5/enroll.mobileconfig:10:4")
	timed("ready for paper", `dispatchEvent(new Event("beforeprint"))`)
	hold(b, rowsNow, 2000)
	hold(b, `document.getElementById("print-note").textContent`, "The first 2,000 of 50,000 findings; filter them to print others.")
	timed("back from paper", `dispatchEvent(new Event("afterprint"))`)
	hold(b, rowsNow, 100)
}

var pdfPage = regexp.MustCompile(`/Type\s*/Page\b[^s]`)

// TestBrowserPrint prints what the filter lets through.
func TestBrowserPrint(t *testing.T) {
	results := five()
	for i := range 250 {
		results[0].Findings = append(results[0].Findings, findingAt(3*i+1, fmt.Sprintf("profiles/site-%d.mobileconfig", i), i))
	}
	b := open(t, browser(t), pageOf(t, report.Report{Rules: browserRules}, results...))
	hold(b, status, "1 to 100 of 255 findings")
	paper := func(name string) int {
		t.Helper()
		pdf, err := chromedp.Run(b.ctx, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4), chromedp.PDFPreferCSSPageSize()))
		if err != nil {
			t.Fatal(err)
		}
		if folder := os.Getenv("SCREENSHOTS"); folder != "" {
			if err := os.WriteFile(filepath.Join(folder, name+".pdf"), pdf, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.HasPrefix(pdf, []byte("%PDF-")) {
			t.Fatalf("no PDF: %.20q", pdf)
		}
		return len(pdfPage.FindAll(pdf, -1))
	}
	all := paper("print-all")
	hold(b, rowsNow, 100)
	b.run(chromedp.SendKeys(chromedp.CSS("#words"), "binary"))
	hold(b, status, "1 finding, filtered from 255")
	few := paper("print-few")
	hold(b, `document.getElementById("print-note").textContent`, `1 finding. Filter: text "binary".`)
	t.Logf("%d pages of paper, and %d with a filter", all, few)
	if few == 0 || all < 255/20 || all < few+3 {
		t.Errorf("%d pages of paper for 255 findings, %d for one", all, few)
	}
	b.media("print", "dark")
	hold(b, `getComputedStyle(document.body).backgroundColor`, "rgb(255, 255, 255)")
	hold(b, `["filter", "status"].some(id => document.getElementById(id).checkVisibility())`, false)
}

// TestBrowserAccess has axe-core look at the pages, light and dark, wide and
// narrow, with findings and without.
func TestBrowserAccess(t *testing.T) {
	axe, err := os.ReadFile(os.Getenv("AXE"))
	if err != nil {
		t.Fatalf("AXE does not name axe.min.js: %v", err)
	}
	chromium := browser(t)
	many := &checker.Result{File: "a", Profiles: 1}
	for i := range 250 {
		many.Findings = append(many.Findings, findingAt(i, "a", i+1))
	}
	audit := filepath.Join(t.TempDir(), "audit.html")
	code, _, stderr := sceplint(t, "audit", "--fail-on", "never", "--quiet", "--by", "device", "--against", "../../testdata/ok", "--format", "html="+audit, "../../testdata/demo", "../../testdata/ok")
	if code > exitFindings {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	checked := filepath.Join(t.TempDir(), "check.html")
	code, _, stderr = sceplint(t, "check", "--fail-on", "never", "--now", "2026-05-04T09:30:00Z", "--format", "html="+checked, "../../testdata/demo", "../../testdata/exports")
	if code > exitFailed {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	for name, file := range map[string]string{
		"check":   checked,
		"probe":   pageOf(t, report.Report{Rules: browserRules, Servers: probed()}, five()...),
		"audit":   audit,
		"five":    pageOf(t, report.Report{Rules: browserRules, ShowSuppressed: true}, five()...),
		"pages":   pageOf(t, report.Report{Rules: browserRules}, many),
		"nothing": pageOf(t, report.Report{Rules: browserRules}, &checker.Result{File: "a", Profiles: 1}),
	} {
		b := open(t, chromium, file, protocol(page.SetBypassCSP, page.SetBypassCSPParams{Enabled: true}))
		b.run(chromedp.Evaluate[chromedp.Void](string(axe)))
		for _, scheme := range []string{"light", "dark"} {
			for _, width := range []int64{1400, 375} {
				b.scheme(scheme)
				b.size(width, 900)
				b.picture(fmt.Sprintf("%s-%s-%d", name, scheme, width), 12000)
				if n := eval[int64](b, `document.documentElement.scrollWidth`); n > width {
					t.Errorf("%s, %d: the page is %d pixels wide", name, width, n)
				}
				if n := eval[int](b, clippedTables); n > 0 {
					t.Errorf("%s, %s, %d: %d tables are wider than their part of the page", name, scheme, width, n)
				}
				var found struct {
					Passes     []json.RawMessage
					Violations []struct {
						ID, Help string
						Nodes    []struct{ HTML string }
					}
				}
				result := eval[string](b, `axe.run(document, {resultTypes: ["violations"]}).then(JSON.stringify)`)
				if err := json.Unmarshal([]byte(result), &found); err != nil {
					t.Fatal(err)
				}
				if len(found.Passes) < 20 {
					t.Errorf("%s, %s, %d: axe looked at %d things only", name, scheme, width, len(found.Passes))
				}
				for _, v := range found.Violations {
					t.Errorf("%s, %s, %d: %s: %s: %s", name, scheme, width, v.ID, v.Help, v.Nodes[0].HTML)
				}
			}
		}
	}
}

// clippedTables counts the tables of which a part is out of sight.
const clippedTables = `[...document.querySelectorAll(".wide-table")].filter(e => e.scrollWidth > e.clientWidth).length`

// probed are servers as sceplint probe finds them.
func probed() []probe.Server {
	day := time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC)
	digests := map[string]string{}
	for _, name := range probe.DigestNames {
		digests[name] = strings.Repeat("0123456789abcdef", 4)
	}
	root := probe.Certificate{
		Role: probe.RoleRoot, Subject: "CN=Corp Root CA,O=Corp", Issuer: "CN=Corp Root CA,O=Corp", Serial: "0123456789abcdef", Key: "RSA 4096", Signature: "SHA256-RSA",
		Usages: []string{"certificate signing", "CRL signing"}, NotBefore: day.AddDate(-5, 0, 0), NotAfter: day.AddDate(5, 0, 0), Digests: digests,
	}
	ra := root
	ra.Role, ra.Subject = probe.RoleRA, "CN=Corp RA,O=Corp"
	return []probe.Server{
		{
			Protocol: "scep", URL: "https://ca.corp.example/scep", Name: "corp", Address: "192.0.2.1:443", Asked: true, Status: 200, ContentType: "application/x-x509-ca-ra-cert",
			TLS:          &probe.ServerTLS{Version: "TLS 1.3", Subject: "CN=ca.corp.example", Issuer: "CN=Public CA", Until: "2026-09-01"},
			Certificates: []probe.Certificate{root, ra}, Pin: strings.Repeat("A", 43) + "=", Capabilities: []string{"AES", "POSTPKIOperation", "SHA-256"},
			Picks: &probe.Picks{Digest: "SHA-256", Cipher: "AES-128", Method: "POST"}, Profiles: []string{"profiles/office.mobileconfig", "profiles/home.mobileconfig"},
		},
		{Protocol: "acme", URL: "https://acme.corp.example/directory", Failure: "no answer within 10s", Profiles: []string{"profiles/acme.mobileconfig"}},
	}
}

// TestBrowserAudit filters the tables of an audit, and follows the link of a rule.
func TestBrowserAudit(t *testing.T) {
	file := filepath.Join(t.TempDir(), "audit.html")
	code, _, stderr := sceplint(t, "audit", "--fail-on", "never", "--quiet", "--against", "../../testdata/ok", "--format", "html="+file, "../../testdata/demo", "../../testdata/ok")
	if code > exitFindings {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	b := open(t, browser(t), file)
	const rows = `[...document.querySelectorAll("#configurations tbody tr")].filter(e => e.checkVisibility())`
	click := func(selector string) { // without a pointer, which the page may scroll away from
		t.Helper()
		eval[bool](b, fmt.Sprintf(`(e => { e.click(); return true })(document.querySelector(%q))`, selector))
	}
	all := eval[int](b, rows+`.length`)
	hold(b, `document.getElementById("configurations-status").textContent`, fmt.Sprintf("%d rows", all))
	if links := eval[int](b, `document.querySelectorAll('#configurations td a[href^="#rule-"]').length`); links == 0 {
		t.Error("the configurations link to no rule")
	}
	hold(b, `[...document.querySelectorAll('a[href^="#"]')].every(a => document.querySelector(decodeURIComponent(a.hash)))`, true)
	b.run(chromedp.SendKeys(chromedp.CSS("#configurations-words"), "no such thing"))
	hold(b, rows+`.length`, 0)
	click(`#configurations [type="reset"]`)
	hold(b, rows+`.length`, all)
	click(`#configurations [name="severity"][value="none"]`)
	hold(b, rows+`.every(e => e.dataset.rules !== "")`, true)
	click("#rules .show")
	hold(b, rows+`.length > 0`, true)
	hold(b, rows+`.every(e => e.dataset.rules.split(" ").includes(document.querySelector("#configurations-rule").value))`, true)
	hold(b, `document.querySelector("#configurations-rule").value`, eval[string](b, `document.querySelector("#rules .show:not([hidden])").dataset.rule`))
	hold(b, `getComputedStyle(document.querySelector("#rules .doc")).display`, "block")
	if n := eval[int](b, `document.querySelector("#rules .rule").querySelectorAll(".doc").length`); n < 2 {
		t.Errorf("the documentation of a rule has %d paragraphs", n)
	}
}

// TestBrowserCommand opens what the command writes of real profiles.
func TestBrowserCommand(t *testing.T) {
	file := filepath.Join(t.TempDir(), "page.html")
	code, _, stderr := sceplint(t, "check", "--fail-on", "never", "--now", "2026-05-04T09:30:00Z", "--show-suppressed", "--format", "html="+file, "../../testdata")
	if code > exitFindings {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	b := open(t, browser(t), file)
	hold(b, rowsNow, 100)
	b.picture("command", 0)
	total := regexp.MustCompile(`(?m)^(\d+) errors?, `).FindStringSubmatch(stderr)
	if total == nil {
		t.Fatalf("no summary: %s", stderr)
	}
	hold(b, `document.querySelector(".tile.error dd").textContent.replaceAll(",", "")`, total[1])
	hold(b, `document.querySelectorAll("figure.figure").length >= 6`, true)
	hold(b, `document.querySelector("time").dateTime`, "2026-05-04T09:30:00Z")
	hold(b, `[...document.querySelectorAll("#rows a")].every(a => document.querySelector(decodeURIComponent(a.hash)))`, true)
}
