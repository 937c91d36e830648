package report

import (
	"bufio"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"strings"
	"sync"
	"time"
)

//go:embed html/page.tmpl
var pageTemplate string

//go:embed html/page.css
var pageStyle string

//go:embed html/page.js
var pageScript string

// pageParts are the templates of a page. They are read when a page is written,
// for few runs write one.
var pageParts = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Funcs(template.FuncMap{"number": thousands}).Parse(pageTemplate))
})

// htmlPage is the frame of a page: what stands around its sections.
type htmlPage struct {
	Title, Heading, Lead, Version string
	Time, TimeText                string
	Skip, SkipText                string // where the first link leads
	Parts                         []htmlPart
	Policy                        string
	Style                         template.CSS
	Script                        template.JS
}

// htmlPart is a section that the page leads to.
type htmlPart struct{ ID, Name string }

// htmlTile is a number of the overview.
type htmlTile struct {
	Name, Class string
	Value       int
}

func (r *Report) newPage(heading string) *htmlPage {
	// A browser counts a line break as one character, however it is written.
	style, script := strings.ReplaceAll(pageStyle, "\r\n", "\n"), strings.ReplaceAll(pageScript, "\r\n", "\n")
	p := &htmlPage{
		Heading: heading, Version: r.Version, Style: template.CSS(style), Script: template.JS(script),
		Policy: "default-src 'none'; style-src " + sourceHash(style) + "; script-src " + sourceHash(script) +
			"; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
	}
	if !r.Now.IsZero() {
		now := r.Now.UTC()
		p.Time, p.TimeText = now.Format(time.RFC3339), now.Format("2 January 2006, 15:04 UTC")
	}
	return p
}

// sourceHash names a text in a content security policy.
func sourceHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// write writes the frame and, inside it, the templates that body asks for.
func (p *htmlPage) write(out *bufio.Writer, body func(do func(name string, data any))) error {
	var failed error
	do := func(name string, data any) {
		if failed == nil {
			failed = pageParts().ExecuteTemplate(out, name, data)
		}
	}
	do("head", p)
	body(do)
	do("foot", p)
	if failed != nil {
		return failed
	}
	return out.Flush()
}
