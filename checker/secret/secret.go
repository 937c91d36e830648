// Package secret finds and masks the secrets of a document.
package secret

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sceplint/sceplint/checker/keyname"
	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/template"
)

// derSequence is the first byte of what is built like a certificate or a key in DER.
const derSequence = 0x30

// Secrets are the locations of a profile that no output may show (challenges,
// passwords, private keys), and the texts there that no output may repeat. The
// structure determines what is secret: the text of the element is, wherever it
// is shown. The same text elsewhere is masked if it is hard to guess, but not if
// it is common, such as a Challenge "scep".
type Secrets struct {
	src    *plist.Source
	roots  []*plist.Node
	spans  []plist.Span // in order, none nested or overlapping
	texts  []string     // of secrets that are hard to guess, until finish
	copies *textSet     // finds these
	shown  bool         // nothing is masked
}

// Find searches the tree, and what the tree does not contain as text: comments,
// template text, and all of a document that is not a property list, so that its
// errors can be shown with their line.
func Find(src *plist.Source, root *plist.Node) *Secrets {
	s := &Secrets{src: src}
	if len(src.Text) > plist.MaxSize { // it was not read, and nothing of it is shown
		return s
	}
	if root != nil {
		s.walk(root)
	}
	s.searchSource(root == nil || len(src.Faults) > 0)
	s.finish()
	return s
}

// Shared are the secrets of profiles that have locations in the same text: one
// of its lines may show the secrets of another profile.
type Shared struct {
	Roots   []*plist.Node // all trees in the text
	Hidden  []plist.Span  // what may contain secrets, encoded so that they cannot be found
	secrets *Secrets
}

// Find returns the secrets, which are searched for on the first call.
func (x *Shared) Find(src *plist.Source) *Secrets {
	if x.secrets == nil {
		x.secrets = &Secrets{src: src, spans: x.Hidden}
		for _, root := range x.Roots {
			x.secrets.walk(root)
		}
		x.secrets.searchSource(false)
		x.secrets.finish()
	}
	return x.secrets
}

// searchSource searches the text of the source, all of it if its structure is
// not known.
func (s *Secrets) searchSource(unparsed bool) {
	text := s.src.String()
	switch {
	case s.src.Form == plist.FormBinary:
	case unparsed:
		s.searchText(text)
	case s.src.Form == plist.FormXML:
		if len(s.src.Templates) > 0 {
			s.searchMarkup(text, 0, false) // a branch of a template may not be in the tree
		}
		s.searchComments(text)
	}
}

// finish searches for copies of the secrets, and sorts the locations.
func (s *Secrets) finish() {
	if len(s.texts) > 0 {
		s.copies, s.texts = newTextSet(s.texts), nil
		if s.src.Form != plist.FormBinary {
			s.copies.find(s.src.String(), func(at plist.Span) bool { s.spans = append(s.spans, at); return true })
		}
		for _, root := range s.roots {
			s.findRewritten(root)
		}
	}
	slices.SortFunc(s.spans, func(a, b plist.Span) int { return cmp.Or(a.Start-b.Start, b.End-a.End) })
	kept := s.spans[:0]
	for _, span := range s.spans {
		if n := len(kept); n > 0 && span.Start < kept[n-1].End {
			kept[n-1].End = max(kept[n-1].End, span.End)
			continue
		}
		kept = append(kept, span)
	}
	s.spans = kept
}

// findRewritten notes the values of a tree that hold copies of the secrets, written otherwise in the source.
func (s *Secrets) findRewritten(n *plist.Node) {
	if n.Is(plist.Dict, plist.Array) {
		for c := range n.Children() {
			s.findRewritten(c)
		}
	} else if n.Span().Valid() {
		if raw := s.written(n); raw != n.Text() && s.copies.count(n.Text()) > s.copies.count(raw) {
			s.spans = append(s.spans, s.inside(n))
		}
	}
}

// visit calls a function for a value and all that it holds, in file order: whether the value lies under a secret key, and
// whether its own is one. It ends when the function returns false.
func visit(n *plist.Node, within bool, call func(n *plist.Node, within, secretKey bool) bool) bool {
	secretKey := keyname.IsSecret(n.Key)
	if !call(n, within, secretKey) {
		return false
	}
	for c := range n.Children() {
		if !visit(c, within || secretKey, call) {
			return false
		}
	}
	return true
}

// walk collects the secrets of a tree.
func (s *Secrets) walk(root *plist.Node) {
	s.roots = append(s.roots, root)
	visit(root, false, func(n *plist.Node, within, secretKey bool) bool {
		if isSecret(n, within || secretKey) {
			s.add(n.Text(), s.inside(n))
			if raw := s.written(n); raw != n.Text() {
				s.addText(raw)
			}
		} else if n.Kind == plist.String {
			s.addURL(n)
		}
		if secretKey {
			s.gap(n)
		}
		return true
	})
}

// inside returns the location of a value's text: between its tags, or between
// the quotation marks in JSON.
func (s *Secrets) inside(n *plist.Node) plist.Span {
	if !n.Span().Valid() {
		return plist.NoSpan
	}
	at := plist.Span{Start: n.OpenSpan().End, End: n.Span().End}
	switch {
	case s.src.Form == plist.FormJSON && n.Is(plist.String, plist.Data):
		at.End--
	case s.src.Form == plist.FormXML && n.Kind != plist.Template:
		if i := bytes.LastIndex(s.src.Text[at.Start:at.End], []byte("</")); i >= 0 {
			at.End = at.Start + i
		}
	case n.Kind == plist.Template:
		at.Start = n.Span().Start
	}
	return at
}

// written returns the text of a value as it is written, which may differ by
// entities or escapes.
func (s *Secrets) written(n *plist.Node) string {
	at := s.inside(n)
	if !at.Valid() || s.src.Form == plist.FormBinary {
		return n.Text()
	}
	return s.src.String()[at.Start:at.End]
}

// addURL records the secrets inside a URL.
func (s *Secrets) addURL(n *plist.Node) {
	if !strings.ContainsAny(n.Text(), inURLMarks) {
		return
	}
	whole := namesURL(n.Key) || urlStart().MatchString(strings.TrimSpace(n.Text()))
	found := false
	for at := range urlSecrets(n.Text(), whole) {
		found = true
		s.addText(n.Text()[at.Start:at.End])
	}
	if !found || !n.Span().Valid() {
		return
	}
	at, raw := s.inside(n), s.written(n)
	if strings.ReplaceAll(raw, "&amp;", "&") != n.Text() || s.src.Form == plist.FormJSON && raw != n.Text() {
		s.spans = append(s.spans, at) // what is written otherwise there cannot be located
		return
	}
	for part := range urlSecrets(raw, whole) {
		s.spans = append(s.spans, plist.Span{Start: at.Start + part.Start, End: at.Start + part.End})
	}
}

// gap records template text between a secret key and its value: it may choose
// among secrets.
func (s *Secrets) gap(n *plist.Node) {
	at := plist.Span{Start: n.KeySpan().End, End: n.Span().Start} // n.KeySpan is n.Span if there is no key
	if at.Start >= at.End {
		return
	}
	if text := string(s.src.Text[at.Start:at.End]); template.HasVariable(text) {
		s.add(text, at)
	}
}

// add records a secret and its location.
func (s *Secrets) add(text string, at plist.Span) {
	if at.Start >= 0 && at.End > at.Start {
		if n := len(s.spans); n > 0 && s.spans[n-1].End == at.Start {
			s.spans[n-1].End = at.End
		} else {
			s.spans = append(s.spans, at)
		}
	}
	s.addText(text)
}

// addText records the text of a secret, to be found elsewhere if it is hard to
// guess. For a text of several lines, such as a key, each line is recorded that
// may be a line of a key.
func (s *Secrets) addText(text string) {
	text = strings.TrimSpace(text)
	if len(text) < minFoundBytes || template.IsCertain(text) {
		return
	}
	if strings.IndexByte(text, '\n') >= 0 {
		const ofKey = 16 // bytes
		s.texts = slices.Grow(s.texts, min(strings.Count(text, "\n"), len(text)/ofKey)+2)
		last := ""
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); len(line) >= ofKey && !strings.ContainsAny(line, " \t") && line != last {
				s.texts = append(s.texts, line)
				last = line
			}
		}
	} else if !highEntropy(text[:min(len(text), maxFoundBytes)]) {
		return
	}
	s.texts = append(s.texts, text)
	text = strings.ToValidUTF8(text[:min(len(text), maxFoundBytes)], "") // more is not compared
	if strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf || !plist.IsBase64Digit(byte(r)) || r == '+' || r == '/' }) < 0 {
		return // it is the same however it is written
	}
	for _, other := range []string{strings.Trim(strconv.Quote(text), `"`), url.QueryEscape(text), url.PathEscape(text)} {
		if other != text {
			s.texts = append(s.texts, other)
		}
	}
}

// IsSecret reports whether the value must not be printed; within says whether it
// is anywhere under a secret key.
func IsSecret(n *plist.Node, within bool) bool {
	return n != nil && isSecret(n, within || keyname.IsSecret(n.Key))
}

// isSecret is IsSecret after the key of the value itself was checked.
func isSecret(n *plist.Node, within bool) bool {
	if !n.Is(plist.String, plist.Data, plist.Integer, plist.Real, plist.Template) || n.Text() == "" {
		return false
	}
	if within {
		return !template.IsCertain(n.Text())
	}
	switch n.Kind {
	case plist.Data, plist.String:
		if n.Key == "PayloadContent" && strings.EqualFold(strings.TrimSpace(n.Parent().Get("PayloadType").Text()), "com.apple.security.pkcs12") {
			return !template.IsCertain(n.Text())
		}
		return holdsPrivateKey(n.Text()) || strings.Contains(n.Text(), "PRIVATE KEY") || n.Kind == plist.Data && holdsKeyText(n)
	}
	return false
}

// holdsKeyText reports whether data is text with a private key in PEM anywhere
// in it, as openssl writes it after a certificate or lines of attributes.
func holdsKeyText(n *plist.Node) bool {
	var head [12]byte
	if m, _ := base64.StdEncoding.Decode(head[:], []byte(n.Text()[:min(len(n.Text()), 16)])); m == 0 || head[0] == derSequence && head[1] >= 0x80 {
		return false // a certificate, most likely
	}
	b, _ := n.Bytes()
	return bytes.Contains(b, []byte("PRIVATE KEY"))
}

// holdsPrivateKey reports whether a text is Base64 that begins like a private key: in PEM, or in DER as PKCS #1, PKCS #8,
// SEC 1, and PKCS #12 have it, a sequence whose first element is a small integer, or, encrypted, the algorithm of a
// password. It may be in Base64 once more.
func holdsPrivateKey(text string) bool {
	i := 0
	for i < len(text) && plist.IsSpace(text[i]) {
		i++
	}
	if i == len(text) || strings.IndexByte("MLT", text[i]) < 0 { // "MI", "LS0t", and both in Base64 again
		return false
	}
	var head [128]byte
	n := 0
	for ; i < len(text) && n < len(head); i++ {
		if c := text[i]; plist.IsBase64Digit(c) {
			head[n] = c
			n++
		} else if c == '-' || c == '_' { // as in URLs
			head[n] = map[byte]byte{'-': '+', '_': '/'}[c]
			n++
		}
	}
	var decoded [96]byte
	m, _ := base64.RawStdEncoding.Decode(decoded[:], head[:n])
	b := decoded[:m]
	if bytes.HasPrefix(b, []byte("M")) || bytes.HasPrefix(b, []byte("LS0t")) {
		m, _ = base64.RawStdEncoding.Decode(decoded[:], bytes.Clone(b))
		b = decoded[:m]
	}
	if bytes.HasPrefix(b, []byte("-----BEGIN")) {
		return bytes.Contains(b, []byte("PRIVATE KEY"))
	}
	if len(b) < 8 || b[0] != derSequence {
		return false
	}
	header := 2
	if b[1] >= 0x80 {
		header += int(b[1] & 0x7f)
	}
	if header+3 > len(b) {
		return false
	}
	if b[header] == derSequence {
		return bytes.Contains(b, []byte("\x2a\x86\x48\x86\xf7\x0d\x01\x05")) || bytes.Contains(b, []byte("\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01"))
	}
	return b[header] == 0x02 && b[header+1] == 0x01 && (b[header+2] <= 1 || b[header+2] == 3)
}
