package secret

import (
	"html"
	"strings"

	"github.com/sceplint/sceplint/checker/keyname"
	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/template"
)

// searchText records the secrets of a document whose structure is not known.
// When in doubt, a text is a secret.
func (s *Secrets) searchText(text string) {
	s.searchMarkup(text, 0, true)
	s.searchAssignments(text, 0)
	for at := range urlSecrets(text, false) {
		s.add(text[at.Start:at.End], at)
	}
	s.searchKeys(text)
	s.searchComments(text)
}

// searchComments records the secrets in comments and processing instructions,
// each of which may contain what was replaced.
func (s *Secrets) searchComments(text string) {
	for _, mark := range []byte("!?") { // which are rarer than "<"
		for at := 0; ; {
			n := strings.IndexByte(text[at:], mark)
			if n < 0 {
				break
			}
			if at += n + 1; at > 1 && text[at-2] == '<' {
				at = s.searchSection(text, at)
			}
		}
	}
}

// plainDoctype is what the usual document type begins with.
const plainDoctype = `DOCTYPE plist PUBLIC "-//Apple`

// searchSection searches the comment, declaration, or processing instruction whose mark ends at an offset, and returns
// where it ends.
func (s *Secrets) searchSection(text string, at int) int {
	end, comment := "?>", strings.HasPrefix(text[at:], "--")
	switch {
	case comment:
		at, end = at+len("--"), "-->"
	case text[at-1] == '!':
		end = "]>"
		if n := strings.IndexByte(text[at:], '>'); n >= 0 && strings.IndexByte(text[at:at+n], '[') < 0 {
			end = ">"
		}
	}
	n := strings.Index(text[at:], end)
	if n < 0 {
		n = len(text) - at
	}
	body := text[at : at+n]
	if strings.HasPrefix(body, "xml version=") && len(body) < 64 || strings.HasPrefix(body, plainDoctype) && len(body) < 128 {
		return at + n // as in nearly all documents
	}
	if comment {
		s.searchMarkup(body, at, true)
	} else if bracket := strings.IndexByte(body, '['); bracket >= 0 {
		s.searchQuoted(body[bracket:], at+bracket)
	}
	if !strings.HasPrefix(strings.TrimSpace(body), "sceplint:") {
		s.searchAssignments(body, at)
	}
	for found := range urlSecrets(body, false) {
		s.add(body[found.Start:found.End], plist.Span{Start: at + found.Start, End: at + found.End})
	}
	return at + n
}

// searchQuoted records what is in quotation marks in the declarations of a
// document type: it may be anything.
func (s *Secrets) searchQuoted(text string, offset int) {
	for at := 0; ; {
		start := strings.IndexAny(text[at:], `"'`)
		if start < 0 {
			return
		}
		start += at
		end := strings.IndexByte(text[start+1:], text[start])
		if end < 0 {
			end = len(text) - start - 1
		}
		at = start + 1 + end
		s.add(text[start+1:at], plist.Span{Start: offset + start + 1, End: offset + at})
		at = min(at+1, len(text))
	}
}

// searchKeys records private keys in PEM, up to the next tag, and words of
// Base64 that begin like one.
func (s *Secrets) searchKeys(text string) {
	const mark = "PRIVATE KEY"
	for at := 0; ; {
		n := strings.Index(text[at:], mark)
		if n < 0 {
			break
		}
		at += n
		start := strings.LastIndexAny(text[:at], "<>\"\n") + 1
		if n := strings.IndexAny(text[at:], "<\""); n >= 0 {
			at += n
		} else {
			at = len(text)
		}
		s.add(text[start:at], plist.Span{Start: start, End: at})
	}
	const shortest = 40 // characters of Base64
	start := -1
	for i := 0; i <= len(text); i++ {
		if i < len(text) && (plist.IsBase64Digit(text[i]) || plist.IsSpace(text[i]) || text[i] == '=') {
			if start < 0 {
				start = i
			}
			continue
		}
		for line := start; line >= 0 && i-line >= shortest; {
			if plist.IsSpace(text[line]) { // once for all lines that are blank
				line++
				continue
			}
			if holdsPrivateKey(text[line:i]) {
				s.add(text[line:i], plist.Span{Start: line, End: i})
				break
			}
			n := strings.IndexByte(text[line:i], '\n')
			if n < 0 {
				break
			}
			line += n + 1
		}
		start = -1
	}
}

// plistTags are the names of elements whose tags are no text.
var plistTags = map[string]bool{
	"plist": true, "dict": true, "array": true, "key": true, "string": true, "integer": true, "real": true, "data": true, "date": true, "true": true, "false": true,
}

// searchMarkup records the texts that follow a secret key, up to the next key,
// in any elements. In a malformed document, it also records the texts between
// the key before it and itself.
func (s *Secrets) searchMarkup(text string, offset int, broken bool) {
	m := markupSearch{secrets: s, text: text, offset: offset, broken: broken}
	for at := 0; at < len(text); {
		n := strings.IndexByte(text[at:], '<')
		if n < 0 {
			m.piece(at, len(text))
			return
		}
		m.piece(at, at+n)
		at = m.tag(at + n)
	}
}

type markupSearch struct {
	secrets *Secrets
	text    string
	offset  int
	broken  bool

	armed   bool       // a secret key came last, or before a key without a value
	found   bool       // its value, in an element for values
	value   bool       // such an element is open
	element string     // its name, if it was an element and no <key>
	depth   int        // of the dictionaries and arrays that are open since
	before  plist.Span // from the first to the last text since the last key, of a broken document

	unclosed map[string]bool // what opens comments and sections, and is closed nowhere from here on
}

// closing finds what closes a comment or section that is open at an offset; -1 if nothing does.
func (m *markupSearch) closing(mark string, at int) int {
	if m.unclosed[mark] {
		return -1
	}
	n := strings.Index(m.text[at:], mark)
	if n < 0 {
		if m.unclosed == nil {
			m.unclosed = map[string]bool{}
		}
		m.unclosed[mark] = true
		return -1
	}
	return at + n
}

// piece processes text between tags.
func (m *markupSearch) piece(start, end int) {
	text := strings.TrimSpace(m.text[start:end])
	if text == "" {
		return
	}
	switch {
	case m.armed:
		m.add(plist.Span{Start: start, End: end})
		m.found = m.found || m.value
	case m.broken:
		const maxKey = 64                                  // bytes
		if len(text) <= maxKey && keyname.IsSecret(text) { // a key that is not marked as one
			m.secretKey("")
			return
		}
		if m.before.End == 0 {
			m.before.Start = start
		}
		m.before.End = end
	}
}

// secretKey records a secret key, or an element with the name of one.
func (m *markupSearch) secretKey(element string) {
	if m.before.End > 0 {
		m.add(m.before)
	}
	m.before = plist.Span{}
	m.armed, m.found, m.value, m.element = true, false, element != "", element
}

func (m *markupSearch) add(at plist.Span) {
	if text := m.text[at.Start:at.End]; !template.IsCertain(text) {
		m.secrets.add(text, plist.Span{Start: m.offset + at.Start, End: m.offset + at.End})
	}
}

// tag processes the tag, comment, or section that starts at an offset, and
// returns where the text continues.
func (m *markupSearch) tag(at int) int {
	rest := m.text[at:]
	switch {
	case strings.HasPrefix(rest, "<!--"):
		if end := m.closing("-->", at); end >= 0 && !m.broken { // it is searched by itself
			return end + len("-->")
		}
		return at + len("<!--")
	case strings.HasPrefix(rest, "<![CDATA["):
		return at + len("<![CDATA[") // its text is text
	}
	i := at + 1
	if i < len(m.text) && m.text[i] == '/' {
		i++
	}
	start := i
	for i < len(m.text) && nameByte(m.text[i]) {
		i++
	}
	name, closes := strings.ToLower(m.text[start:i]), start > at+1
	end := i
	for end < len(m.text) && m.text[end] != '>' && m.text[end] != '<' {
		end++
	}
	if end < len(m.text) && m.text[end] == '>' {
		end++
	} else if plistTags[name] { // the tag is not closed: what is in it is text
		end = i
	}
	switch {
	case name == "":
		m.piece(at, i)
		return max(i, at+1)
	case name == "key" && !closes:
		return m.key(end)
	case closes && name == m.element:
		m.armed, m.element = false, ""
	case name == "dict" || name == "array":
		if m.armed && !closes && !strings.HasSuffix(m.text[at:end], "/>") {
			m.depth++
		} else if closes {
			m.depth = max(m.depth-1, 0)
		}
	case plistTags[name]:
		m.value = !closes && name != "plist" && name != "key" && !strings.HasSuffix(m.text[at:end], "/>")
	case !m.armed && !closes && keyname.IsSecret(m.text[start:i]):
		m.secretKey(name)
	default:
		m.piece(at, end) // no tag of property lists
	}
	return end
}

func nameByte(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.' || c == ':' || c >= 0x80
}

// key processes the text of a key that starts at an offset, and returns where
// the text continues.
func (m *markupSearch) key(at int) int {
	var name strings.Builder
	end := at
	for end < len(m.text) {
		n := strings.IndexByte(m.text[end:], '<')
		if n < 0 {
			n = len(m.text) - end
		}
		name.WriteString(m.text[end : end+n])
		end += n
		const section = "<![CDATA["
		if strings.HasPrefix(m.text[end:], section) {
			closing := m.closing("]]>", end)
			if closing < 0 || m.broken && strings.IndexByte(m.text[end+1:closing], '<') >= 0 {
				break
			}
			name.WriteString(m.text[end+len(section) : closing])
			end = closing + len("]]>")
			continue
		}
		closing := -1
		if strings.HasPrefix(m.text[end:], "<!--") {
			closing = m.closing("-->", end)
		}
		if closing < 0 || m.broken && strings.IndexByte(m.text[end+1:closing], '<') >= 0 {
			break
		}
		end = closing + len("-->")
	}
	if m.depth > 0 {
		m.piece(at, end)
		return end
	}
	if keyname.IsSecret(html.UnescapeString(name.String())) {
		m.secretKey("")
		return end
	}
	if !strings.EqualFold(m.text[end:min(len(m.text), end+len("</key"))], "</key") || strings.TrimSpace(name.String()) == "" {
		m.piece(at, end) // it is broken, and may be none
		return end
	}
	switch {
	case m.broken && m.armed && (!m.found || m.value): // it may be the value, or in it
		if strings.TrimSpace(m.text[at:end]) != "" {
			m.add(plist.Span{Start: at, End: end})
		}
	default:
		m.armed, m.element = false, ""
	}
	m.before = plist.Span{}
	return end
}

// searchAssignments records what is assigned to a secret name, as in OpenStep
// property lists, JSON, and notes: Challenge = "…"; "Challenge": "…"; password:
// ….
func (s *Secrets) searchAssignments(text string, offset int) {
	for at := 0; at < len(text); {
		if !assignedByte(text[at]) {
			at++
			continue
		}
		start := at
		for at < len(text) && assignedByte(text[at]) {
			at++
		}
		if name := text[start:at]; len(name) > 1 && keyname.IsSecret(name) {
			if value := assigned(text, at); value.End > value.Start {
				if found := text[value.Start:value.End]; !template.IsCertain(strings.Trim(found, "\"' \t")) {
					s.add(strings.Trim(found, "\"' \t"), plist.Span{Start: offset + value.Start, End: offset + value.End})
				}
				at = value.End
			}
		}
	}
}

func assignedByte(c byte) bool { return nameByte(c) && c != ':' }

// assigned returns the location of the value that is assigned to a name that
// ends at an offset: up to the end of its quotation marks or brackets, or of the
// line, or to the separator before the next one.
func assigned(text string, at int) plist.Span {
	skip := func(set string) (skipped bool) {
		for at < len(text) && strings.IndexByte(set, text[at]) >= 0 {
			at, skipped = at+1, true
		}
		return skipped
	}
	skip("\"'`\\")
	skip(" \t\r\n")
	if !skip(":=") {
		return plist.Span{}
	}
	skip("> \t\r\n")
	if at == len(text) {
		return plist.Span{}
	}
	start := at
	switch open := text[at]; open {
	case '"', '\'', '`':
		for at++; at < len(text) && text[at] != open; at++ {
			if text[at] == '\\' && open == '"' {
				at++
			}
		}
		return plist.Span{Start: start, End: min(at+1, len(text))}
	case '{', '[', '(':
		if strings.HasPrefix(text[at:], "{{") {
			break // a variable
		}
		depth := 0
		for ; at < len(text); at++ {
			switch text[at] {
			case '{', '[', '(':
				depth++
			case '}', ']', ')':
				if depth--; depth == 0 {
					return plist.Span{Start: start, End: at + 1}
				}
			}
		}
		return plist.Span{Start: start, End: at}
	}
	for at < len(text) && strings.IndexByte(",;}\r\n<>", text[at]) < 0 {
		at++
	}
	return plist.Span{Start: start, End: at}
}
