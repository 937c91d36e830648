package profile

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"iter"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sceplint/sceplint/checker/keyname"
	"github.com/sceplint/sceplint/checker/template"
)

// Mask stands for a secret in everything that is printed. It tells nothing of
// the secret's length.
const Mask = "********"

// Secrets are the places of a profile that no output may show (challenges, passwords, private keys), and the texts there
// that no output may repeat. What is secret is decided by structure: the text of the element is, wherever it is shown. A
// text that occurs elsewhere too is masked there if it is hard to guess; one that anybody may write, such as a Challenge
// "scep", is not.
type Secrets struct {
	src    *Source
	roots  []*Node
	spans  []Span   // in order, none inside or across another
	texts  []string // of secrets that are hard to guess, until finish
	copies *textSet // finds these
	shown  bool     // nothing is masked
}

// findSecrets searches the tree, and what the tree does not have as text: comments, template text, and all of a document
// that is not a property list, so that its errors can be shown with their line.
func (p *Profile) findSecrets() *Secrets {
	s := &Secrets{src: p.Source}
	if len(p.Source.Text) > MaxSize { // it was not read, and nothing of it is shown
		return s
	}
	if p.Root != nil {
		s.walk(p.Root)
	}
	s.searchSource(p.Root == nil || len(p.Source.Faults) > 0)
	s.finish()
	return s
}

// searchSource searches the text of the source, all of it if it is not known what it holds.
func (s *Secrets) searchSource(unparsed bool) {
	text := alias(s.src.Text)
	switch {
	case s.src.Form == FormBinary:
	case unparsed:
		s.searchText(text)
	case s.src.Form == FormXML:
		if len(s.src.Templates) > 0 {
			s.searchMarkup(text, 0, false) // a branch of a template may not be in the tree
		}
		s.searchComments(text)
	}
}

// finish searches for copies of the secrets, and orders the places.
func (s *Secrets) finish() {
	if len(s.texts) > 0 {
		s.copies, s.texts = newTextSet(s.texts), nil
		if s.src.Form != FormBinary {
			s.copies.find(alias(s.src.Text), func(at Span) bool { s.spans = append(s.spans, at); return true })
		}
		for _, root := range s.roots {
			for n := range root.all() {
				if n.start < 0 || n.Is(Dict, Array) {
					continue
				}
				if raw := s.written(n); raw != n.text && s.copies.count(n.text) > s.copies.count(raw) {
					s.spans = append(s.spans, s.inside(n)) // it is written otherwise there
				}
			}
		}
	}
	slices.SortFunc(s.spans, func(a, b Span) int { return cmp.Or(a.Start-b.Start, b.End-a.End) })
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

// all yields a value and all that it holds, in file order and without recursion, each with the outermost dict or array
// under a secret key that it lies in.
func (n *Node) all() iter.Seq2[*Node, *Node] {
	return func(yield func(*Node, *Node) bool) {
		var within *Node
		for c := n; c != nil; {
			if !yield(c, within) {
				return
			}
			if c.first != nil {
				if within == nil && keyname.IsSecret(c.Key) {
					within = c
				}
				c = c.first
				continue
			}
			for c != n && c.next == nil {
				if c = c.parent; c == within {
					within = nil
				}
			}
			if c == n {
				return
			}
			c = c.next
		}
	}
}

// walk collects the secrets of a tree.
func (s *Secrets) walk(root *Node) {
	s.roots = append(s.roots, root)
	for n, within := range root.all() {
		secretKey := keyname.IsSecret(n.Key)
		if n.secret(within != nil || secretKey) {
			s.add(n.text, s.inside(n))
			if raw := s.written(n); raw != n.text {
				s.addText(raw)
			}
		} else if n.Kind == String {
			s.addURL(n)
		}
		if secretKey {
			s.gap(n)
		}
	}
}

// inside is the place of a value's text: between its tags, or between the
// quotation marks, in JSON.
func (s *Secrets) inside(n *Node) Span {
	if n.start < 0 {
		return NoSpan
	}
	at := Span{int(n.open), int(n.end)}
	switch {
	case s.src.Form == FormJSON && n.Is(String, Data):
		at.End--
	case s.src.Form == FormXML && n.Kind != Template:
		if i := bytes.LastIndex(s.src.Text[at.Start:at.End], []byte("</")); i >= 0 {
			at.End = at.Start + i
		}
	case n.Kind == Template:
		at.Start = int(n.start)
	}
	return at
}

// written is the text of a value as it is written, which may differ by entities or escapes.
func (s *Secrets) written(n *Node) string {
	at := s.inside(n)
	if !at.Valid() || s.src.Form == FormBinary {
		return n.text
	}
	return alias(s.src.Text)[at.Start:at.End]
}

// addURL notes the secrets inside a URL.
func (s *Secrets) addURL(n *Node) {
	if !strings.ContainsAny(n.text, inURLMarks) {
		return
	}
	whole := namesURL(n.Key) || startsURL(n.text)
	found := false
	for at := range urlSecrets(n.text, whole) {
		found = true
		s.addText(n.text[at.Start:at.End])
	}
	if !found || n.start < 0 {
		return
	}
	at, raw := s.inside(n), s.written(n)
	if strings.ReplaceAll(raw, "&amp;", "&") != n.text || s.src.Form == FormJSON && raw != n.text {
		s.spans = append(s.spans, at) // what is written otherwise there cannot be told apart
		return
	}
	for part := range urlSecrets(raw, whole) {
		s.spans = append(s.spans, Span{at.Start + part.Start, at.Start + part.End})
	}
}

// gap notes template text between a secret key and its value: it may choose
// among secrets.
func (s *Secrets) gap(n *Node) {
	if n.keyStart < 0 || n.keyEnd == 0 || n.start <= n.keyEnd {
		return
	}
	if text := string(s.src.Text[n.keyEnd:n.start]); template.HasVariable(text) {
		s.add(text, Span{int(n.keyEnd), int(n.start)})
	}
}

// add notes a secret and its place.
func (s *Secrets) add(text string, at Span) {
	if at.Start >= 0 && at.End > at.Start {
		if n := len(s.spans); n > 0 && s.spans[n-1].End == at.Start {
			s.spans[n-1].End = at.End
		} else {
			s.spans = append(s.spans, at)
		}
	}
	s.addText(text)
}

// addText notes the text of a secret, to be found elsewhere if it is hard to guess. Of a text of several lines, as keys
// are written, each line is found that may be one of a key.
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
	if strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf || base64Class[byte(r)] != 0 || r == '+' || r == '/' }) < 0 {
		return // it is the same however it is written
	}
	for _, other := range []string{strings.Trim(strconv.Quote(text), `"`), url.QueryEscape(text), url.PathEscape(text)} {
		if other != text {
			s.texts = append(s.texts, other)
		}
	}
}

// Secret reports whether the value is one that must not be printed; within
// tells whether it lies somewhere under a secret key.
func (n *Node) Secret(within bool) bool {
	return n != nil && n.secret(within || keyname.IsSecret(n.Key))
}

// secret is the same, with the key of the value itself looked at already.
func (n *Node) secret(within bool) bool {
	if !n.Is(String, Data, Integer, Real, Template) || n.text == "" {
		return false
	}
	if within {
		return !template.IsCertain(n.text)
	}
	switch n.Kind {
	case Data, String:
		if n.Key == "PayloadContent" && strings.EqualFold(strings.TrimSpace(n.parent.Get("PayloadType").Text()), "com.apple.security.pkcs12") {
			return !template.IsCertain(n.text)
		}
		return holdsPrivateKey(n.text) || strings.Contains(n.text, "PRIVATE KEY") || n.Kind == Data && n.holdsKeyText()
	}
	return false
}

// holdsKeyText reports whether data is text with a private key in PEM anywhere
// in it, as openssl writes it behind a certificate or lines of attributes.
func (n *Node) holdsKeyText() bool {
	var head [12]byte
	if m, _ := base64.StdEncoding.Decode(head[:], []byte(n.text[:min(len(n.text), 16)])); m == 0 || head[0] == tagSequence && head[1] >= 0x80 {
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
	for i < len(text) && isSpace(text[i]) {
		i++
	}
	if i == len(text) || strings.IndexByte("MLT", text[i]) < 0 { // "MI", "LS0t", and both in Base64 again
		return false
	}
	var head [128]byte
	n := 0
	for ; i < len(text) && n < len(head); i++ {
		if c := text[i]; base64Class[c] == 0 {
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
	if len(b) < 8 || b[0] != tagSequence {
		return false
	}
	header := 2
	if b[1] >= 0x80 {
		header += int(b[1] & 0x7f)
	}
	if header+3 > len(b) {
		return false
	}
	if b[header] == tagSequence {
		return bytes.Contains(b, []byte("\x2a\x86\x48\x86\xf7\x0d\x01\x05")) || bytes.Contains(b, []byte("\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01"))
	}
	return b[header] == 0x02 && b[header+1] == 0x01 && (b[header+2] <= 1 || b[header+2] == 3)
}
