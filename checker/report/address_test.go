package report

import (
	"net/url"
	"testing"

	"github.com/sceplint/sceplint/checker"
)

func TestFileURI(t *testing.T) {
	for _, c := range []struct {
		name      string
		separator rune
		want      string
	}{
		{"a.mobileconfig", '/', "a.mobileconfig"},
		{"dir/a b.mobileconfig", '/', "dir/a%20b.mobileconfig"},
		{"../up/x", '/', "../up/x"},
		{"é漢.x", '/', "%C3%A9%E6%BC%A2.x"},
		{"a:b", '/', "a%3Ab"},
		{"dir/a:b", '/', "dir/a%3Ab"},
		{"100%25", '/', "100%2525"},
		{"a?b#c&d=e+f@g", '/', "a%3Fb%23c%26d%3De%2Bf%40g"},
		{"esc\x1b\n\xff", '/', "esc%1B%0A%FF"},
		{"back\\slash", '/', "back%5Cslash"},
		{"/tmp/a b", '/', "file:///tmp/a%20b"},
		{"<stdin>", '/', "%3Cstdin%3E"},
		{`dir\a b.x`, '\\', "dir/a%20b.x"},
		{`..\up\x`, '\\', "../up/x"},
		{`C:\dir\a b`, '\\', "file:///C:/dir/a%20b"},
		{`c:/dir/a`, '\\', "file:///c:/dir/a"},
		{`\\host\share\a b`, '\\', "file://host/share/a%20b"},
		{`\dir\a`, '\\', "file:///dir/a"},
	} {
		got := uriOf(c.name, c.separator)
		if got != c.want {
			t.Errorf("%q: %s, not %s", c.name, got, c.want)
		}
		u, err := url.Parse(got)
		if err != nil || u.Scheme != "" && u.Scheme != "file" {
			t.Errorf("%q: %s: %v", c.name, got, err)
		} else if u.Scheme == "" && c.separator == '/' && u.Path != c.name {
			t.Errorf("%q is read as %q", c.name, u.Path)
		}
	}
}

func TestPage(t *testing.T) {
	r := &Report{Shipped: []string{"shipped"}}
	for want, m := range map[string]*checker.Meta{
		"https://github.com/sceplint/sceplint/blob/main/rules/README.md#x":          {ID: "x"},
		"https://github.com/sceplint/sceplint/blob/main/policies/README.md#shipped": {ID: "shipped", Pack: "recommended"},
		"https://example.com/own": {ID: "own", Pack: "acme", Refs: []checker.Ref{{URL: "not a URL"}, {URL: "file:///x"}, {URL: "https://example.com/own"}}},
		"":                        {ID: "none", Pack: "acme"},
	} {
		if got := r.page(m); got != want {
			t.Errorf("%s: %s, not %s", m.ID, got, want)
		}
	}
}
