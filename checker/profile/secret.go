package profile

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
)

// Mask stands for a secret in everything that is printed. It tells nothing of
// the secret's length.
const Mask = "********"

// Secrets are the places and the texts of a profile that no output may show:
// challenges, passwords and private keys.
type Secrets struct {
	src      *Source
	spans    []Span // in order, none inside or across another
	texts    []string
	replacer *strings.Replacer
	strong   *strings.Replacer // of the texts that cannot stand anywhere by chance
	shown    bool              // nothing is masked
}

// findSecrets searches the tree, and a document that is no property list as
// text, so that its errors can be shown with their line.
func (p *Profile) findSecrets() *Secrets {
	s := &Secrets{src: p.Source}
	if p.Root != nil {
		s.walk(p.Root)
	}
	if p.Source.Form == FormXML && (p.Root == nil || bytes.Contains(p.Source.Text, []byte("!--"))) {
		s.search(alias(p.Source.Text))
	}
	s.tidy()
	return s
}

// tidy orders the places and makes one replacer of the texts, the longer ones
// first.
func (s *Secrets) tidy() {
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
	if len(s.texts) == 0 {
		return
	}
	slices.SortFunc(s.texts, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	pairs, strong := make([]string, 0, 2*len(s.texts)), []string{}
	for _, text := range slices.Compact(s.texts) {
		pairs = append(pairs, text, Mask)
		if len(text) >= strongSecret && !Guessable(text) {
			strong = append(strong, text, Mask)
		}
	}
	s.replacer = strings.NewReplacer(pairs...)
	if len(strong) > 0 {
		s.strong = strings.NewReplacer(strong...)
	}
}

// strongSecret is how many bytes a secret has that is not found in other texts
// by chance.
const strongSecret = 8

// walk collects secrets from a tree without recursion.
func (s *Secrets) walk(root *Node) {
	var within *Node // the dict or array under a secret key that the walk is in
	for n := root; n != nil; {
		secretKey := SecretKey(n.Key)
		if n.secret(within != nil || secretKey) {
			at := s.inside(n)
			s.add(n.text, at)
			if n.start >= 0 && n.Kind == String { // as it is written, which may differ by entities or escapes
				if s.src.Form == FormXML {
					at.End = max(at.Start, at.End-len("</string>"))
				}
				if raw := string(s.src.Text[at.Start:at.End]); raw != n.text {
					s.add(raw, NoSpan)
				}
			}
		}
		if secretKey {
			s.gap(n)
		}
		if n.Kind == String && n.start >= 0 && strings.Contains(n.text, "://") {
			switch raw := s.src.Text[n.open:n.end]; {
			case s.src.Form == FormJSON && bytes.IndexByte(raw, '\\') >= 0:
				if strings.ContainsAny(n.text, inURLMarks) {
					s.spans = append(s.spans, s.inside(n)) // what is escaped there cannot be told apart
				}
			case bytes.ContainsAny(raw, inURLMarks):
				s.searchURLs(alias(raw), int(n.open))
			}
		}
		if n.first != nil {
			if within == nil && secretKey {
				within = n
			}
			n = n.first
			continue
		}
		for n != nil && n.next == nil {
			if n = n.parent; n == within {
				within = nil
			}
			if n == root {
				return
			}
		}
		if n != nil {
			n = n.next
		}
	}
}

// inside is the place of a value's text: behind its start tag, with the end
// tag, which is left to be seen when a line is masked; between the quotation
// marks, in JSON.
func (s *Secrets) inside(n *Node) Span {
	at := Span{int(n.open), int(n.end)}
	if s.src.Form == FormJSON && n.Is(String, Data) {
		at.End--
	}
	return at
}

// gap notes template text between a secret key and its value: it may choose
// among secrets.
func (s *Secrets) gap(n *Node) {
	if n.keyStart < 0 || n.keyEnd == 0 || n.start <= n.keyEnd {
		return
	}
	if text := string(s.src.Text[n.keyEnd:n.start]); HasVariable(text) {
		s.add(text, Span{int(n.keyEnd), int(n.start)})
	}
}

// add notes a secret. Short ones are masked by place only: masking every "ab"
// of a message would make it unreadable.
func (s *Secrets) add(text string, at Span) {
	if at.Start >= 0 && at.End > at.Start {
		s.spans = append(s.spans, at)
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if len(line) < 4 || harmless(line) {
			continue
		}
		// A key or certificate is searched for in pieces: the search prepares
		// itself for each text, at a cost that grows with its square.
		const piece, pieces = 128, 16
		for i := 0; i < pieces && line != ""; i++ {
			n := min(len(line), piece)
			if n >= 4 {
				s.texts = append(s.texts, line[:n])
				if quoted := strings.Trim(strconv.Quote(line[:n]), `"`); quoted != line[:n] { // as messages have it
					s.texts = append(s.texts, quoted)
				}
			}
			line = line[n:]
		}
	}
}

// Secret reports whether the value is one that must not be printed; within
// tells whether it lies somewhere under a secret key.
func (n *Node) Secret(within bool) bool {
	return n != nil && n.secret(within || SecretKey(n.Key))
}

// secret is the same, with the key of the value itself looked at already.
func (n *Node) secret(within bool) bool {
	if !n.Is(String, Data, Integer, Real, Template) || n.text == "" {
		return false
	}
	if within {
		return !harmless(n.text)
	}
	switch n.Kind {
	case Data:
		if n.Key == "PayloadContent" {
			if t := n.parent.Get("PayloadType").Text(); strings.EqualFold(t, "com.apple.security.pkcs12") {
				return true
			}
		}
		return holdsPrivateKey(n.text) || n.holdsKeyText()
	case String:
		return len(n.text) >= len("PRIVATE KEY") && strings.Contains(n.text, "PRIVATE KEY")
	}
	return false
}

// harmless reports whether a text in the place of a secret is a variable beyond
// doubt, and nothing but a name. "$ecret" and "%pass%" may be variables, but
// passwords as well, and {{ env "X" | default "pass" }} holds one.
func harmless(text string) bool {
	text = strings.TrimSpace(text)
	if !IsVariable(text) || strings.ContainsAny(text, "\"'`:=") {
		return false
	}
	v, _ := variableAt(text, 0)
	switch v.Syntax {
	case SyntaxFleet, SyntaxDoubleBrace, SyntaxBlock:
		return true
	case SyntaxDollar:
		return strings.HasPrefix(text, "${") || upperName(v.Name) && len(v.Name) > 3
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

// holdsPrivateKey reports whether data in base64 begins like a private key: in
// PEM, or in DER as PKCS#1, PKCS#8, SEC 1 and PKCS#12 have it, a sequence whose
// first element is a small integer. It may be in base64 once more.
func holdsPrivateKey(text string) bool {
	var head [128]byte
	n := 0
	for i := 0; i < len(text) && n < len(head); i++ {
		if base64Class[text[i]] == 0 {
			head[n] = text[i]
			n++
		}
	}
	var decoded [96]byte
	m, _ := base64.RawStdEncoding.Decode(decoded[:], head[:n])
	b := decoded[:m]
	if bytes.HasPrefix(b, []byte("MI")) || bytes.HasPrefix(b, []byte("LS0t")) {
		m, _ = base64.RawStdEncoding.Decode(decoded[:], bytes.Clone(b))
		b = decoded[:m]
	}
	if bytes.HasPrefix(b, []byte("-----BEGIN")) {
		return bytes.Contains(b, []byte("PRIVATE KEY"))
	}
	if len(b) < 8 || b[0] != 0x30 {
		return false
	}
	header := 2
	if b[1] >= 0x80 {
		header += int(b[1] & 0x7f)
	}
	return header+3 <= len(b) && b[header] == 0x02 && b[header+1] == 0x01 && (b[header+2] <= 1 || b[header+2] == 3)
}
