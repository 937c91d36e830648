package report

import (
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sceplint/sceplint/checker"
)

const (
	home  = "https://github.com/sceplint/sceplint"
	pages = home + "/blob/main/"
)

// page is where a rule is documented; "" if nobody knows.
func (r *Report) page(m *checker.Meta) string {
	switch {
	case m.Pack == "":
		return pages + "rules/README.md#" + m.ID
	case slices.Contains(r.Shipped, m.ID):
		return pages + "policies/README.md#" + m.ID
	}
	for _, ref := range m.Refs {
		if u, err := url.Parse(ref.URL); err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http") {
			return u.String()
		}
	}
	return ""
}

// slashed is a file's name as programs on all systems write it.
func slashed(name string) string { return filepath.ToSlash(name) }

// fileURI is the name of a file as a URI reference: a relative one for a
// relative name.
func fileURI(name string) string { return uriOf(name, filepath.Separator) }

// uriOf is fileURI for a system with the given separator. A backslash is a
// letter like others where it parts no folders.
func uriOf(name string, separator rune) string {
	name = strings.ReplaceAll(name, string(separator), "/")
	path := encoded(name)
	if separator == '\\' {
		switch {
		case strings.HasPrefix(name, "//"): // a share: the first name is the host
			return "file:" + path
		case len(name) > 2 && name[1] == ':' && name[2] == '/': // the letter of a drive
			return "file:///" + name[:2] + encoded(name[2:])
		}
	}
	if strings.HasPrefix(name, "/") {
		return "file://" + path
	}
	return path
}

// encoded writes all bytes but the plainest ones as %XX. That a colon is one of
// them keeps a name such as a:b from having a scheme.
func encoded(name string) string {
	const digits = "0123456789ABCDEF"
	var b []byte
	kept := 0 // the bytes before are in b
	for i := range len(name) {
		c := name[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~/", c) >= 0 {
			continue
		}
		b = append(append(b, name[kept:i]...), '%', digits[c>>4], digits[c&15])
		kept = i + 1
	}
	if kept == 0 {
		return name
	}
	return string(append(b, name[kept:]...))
}
