package profile

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sceplint/sceplint/checker/template"
)

// next reads one thing inside <plist>: a tag, a comment, template text. It
// reports true behind </plist>.
func (s *scanner) next() (done bool, err *SyntaxError) {
	if s.pos >= len(s.text) {
		return false, s.endOfFile()
	}
	if s.text[s.pos] != '<' {
		return false, s.stray()
	}
	if s.pos+1 < len(s.text) {
		switch s.text[s.pos+1] {
		case '/':
			if s.closesPlainly() {
				return false, nil
			}
			return s.endTag()
		case '?':
			if s.has("<?=") || s.has("<?php") {
				if s.template() {
					return false, nil
				}
			}
			return false, s.misc()
		case '!':
			if s.has("<!--") {
				return false, s.misc()
			}
			if s.has("<![CDATA[") {
				return false, s.fail(s.here(), "CDATA section between values; put it inside <string>, or remove it")
			}
			return false, s.fail(s.here(), "%s is not allowed between values; remove it", clip(s.text[s.pos:s.here().End]))
		case '%', '$', '{', '<':
			if done, err := s.oddTag(); done || err != nil {
				return false, err
			}
		}
	}
	return false, s.element()
}

// oddTag takes "<" with template text behind it: an ERB block, or a tag whose
// name is a variable, as in <{{ .Flag }}/>.
func (s *scanner) oddTag() (bool, *SyntaxError) {
	if strings.HasPrefix(s.text[s.pos:], "<<<<<<<") {
		return true, s.fail(Span{s.pos, s.pos + 7}, "a merge conflict is left in the file; resolve it")
	}
	at := s.pos
	if s.text[s.pos+1] == '%' {
		if s.template() {
			return true, nil
		}
		return true, s.fail(s.here(), "<%% is not closed; write %%> where it ends, or &lt; if no template is meant")
	}
	end := s.templatedTag()
	if end == 0 {
		return false, nil
	}
	n, err := s.node(Template, at)
	if err != nil {
		return true, err
	}
	s.pos = end
	n.open, n.end, n.unrendered, n.text = int32(end), int32(end), true, s.text[at:end]
	s.src.Unrendered = true
	return true, s.place(n)
}

// templatedTag gives the end of an empty element whose name is made of variables
// and letters, as <{{ .Flag }}/> and <{% if x %}true{% else %}false{% endif %}/>; 0
// if there is none.
func (s *scanner) templatedTag() int {
	variables := 0
	for i := s.pos + 1; i < len(s.text); {
		c := s.text[i]
		if v, ok := template.At(s.text, i); template.CanStart(c) && ok {
			i = v.End
			variables++
			continue
		}
		switch {
		case strings.HasPrefix(s.text[i:], "/>") && variables > 0:
			return i + len("/>")
		case c|0x20 >= 'a' && c|0x20 <= 'z', c == ' ':
			i++
		default:
			return 0
		}
	}
	return 0
}

// stray takes text between elements: template text, or an error.
func (s *scanner) stray() *SyntaxError {
	if s.template() {
		return nil
	}
	at := s.here()
	switch {
	case s.has("======="), s.has(">>>>>>>"):
		return s.fail(at, "a merge conflict is left in the file; resolve it")
	case s.text[s.pos] == 0:
		return s.fail(Span{s.pos, s.pos + 1}, "NUL byte; the file is damaged")
	}
	if r, n := utf8.DecodeRuneInString(s.text[s.pos:]); !unicode.IsPrint(r) && r != utf8.RuneError {
		return s.fail(Span{s.pos, s.pos + n}, "invisible character U+%04X between elements; remove it", r)
	}
	err := s.structural(at, "stray text between elements; put it inside <string>, or remove it")
	next := strings.IndexByte(s.text[s.pos:], '<')
	if next < 0 {
		return err
	}
	if err := s.resume(err); err != nil {
		return err
	}
	start := s.pos
	s.pos += next
	if !s.hasKey || !s.has("<key") && !s.has("</") {
		return nil
	}
	n, err := s.node(String, start) // the value, without its tags
	if err != nil {
		return err
	}
	n.text = strings.TrimRight(s.text[start:s.pos], " \t\r\n")
	n.open, n.end, n.unrendered, n.broken = int32(start), int32(start+len(n.text)), true, true
	return s.place(n)
}

// endOfFile says what is still open at the end of the text.
func (s *scanner) endOfFile() *SyntaxError {
	end := len(strings.TrimRight(s.text, " \t\r\n"))
	at := Span{end, end}
	if s.cur != nil {
		line := s.src.Position(int(s.cur.start)).Line
		return s.structural(at, "the file ends inside the <%s> opened on line %d; it is cut off, or </%s> is missing", s.cur.Kind, line, s.cur.Kind)
	}
	return s.structural(at, "the file ends before </plist>; it is cut off, or </plist> is missing")
}

// closesPlainly takes the end tag of the open dict or array, if that is what
// stands there, and nothing is to be said of it.
func (s *scanner) closesPlainly() bool {
	if s.cur == nil || s.hasKey {
		return false
	}
	tag := "</dict>"
	if s.cur.Kind == Array {
		tag = "</array>"
	}
	if !s.has(tag) {
		return false
	}
	s.pos += len(tag)
	s.templateBefore = false
	s.close(s.pos)
	return true
}

// endTag closes the open dict or array, or the document.
func (s *scanner) endTag() (bool, *SyntaxError) {
	at := s.pos
	n := strings.IndexByte(s.text[at:], '>')
	if n < 0 {
		return false, s.fail(Span{at, len(s.text)}, "the file ends inside the tag %s; it is cut off", clip(s.text[at:]))
	}
	tag := Span{at, at + n + 1}
	name := strings.TrimRight(s.text[at+2:at+n], " \t\r\n")
	if s.hasKey {
		if !s.templateBefore {
			if err := s.resume(s.structural(s.keyAt, "key %q has no value; write one after it, or remove the key", clip(s.key))); err != nil {
				return false, err
			}
			s.hasKey = false
		} else if err := s.templateValue(); err != nil {
			return false, err
		}
	}
	switch {
	case s.cur == nil && name == "plist":
		if s.root == nil {
			if n := len(s.src.Faults); n > 0 && !s.templateBefore { // what stands in the place of the value is why
				err := s.src.Faults[n-1]
				s.src.Faults = s.src.Faults[:n-1]
				return false, err
			}
			if !s.templateBefore {
				return false, s.fail(tag, "<plist> holds no value; write the dict of the profile into it")
			}
			if err := s.templateValue(); err != nil {
				return false, err
			}
		}
		s.pos = tag.End
		return true, nil
	case s.cur == nil:
		return false, s.structural(tag, "</%s> closes nothing; remove it, or open it where it belongs", clip(name))
	case name != s.cur.Kind.String():
		line := s.src.Position(int(s.cur.start)).Line
		return false, s.structural(tag, "</%s> does not close the <%s> opened on line %d; write </%s> before it, or remove it", clip(name), s.cur.Kind, line, s.cur.Kind)
	}
	s.close(tag.End)
	s.pos = tag.End
	s.templateBefore = false
	return false, nil
}

// close ends the open dict or array, whose parent answers for what is in it.
func (s *scanner) close(end int) {
	n := s.cur
	n.end = int32(end)
	s.seen = s.seen[:s.depth-1]
	s.depth--
	if s.cur = n.parent; s.cur != nil {
		s.cur.plain = s.cur.plain && n.plain
		s.cur.single = s.cur.single && n.single
	}
}

// node cuts a node from the arena.
func (s *scanner) node(kind Kind, at int) (*Node, *SyntaxError) {
	if s.count++; s.count > maxNodes {
		return nil, s.fail(s.here(), "more than %d values; no device reads such a profile", maxNodes)
	}
	if len(s.chunk) == cap(s.chunk) {
		s.src.chunks = append(s.src.chunks, s.chunk)
		s.chunk = newChunk(min(2*cap(s.chunk), 4096))
	}
	s.chunk = s.chunk[:len(s.chunk)+1]
	n := &s.chunk[len(s.chunk)-1]
	n.Kind, n.start, n.keyStart = kind, int32(at), -1
	return n, nil
}

// place hangs a finished start of a value into the tree.
func (s *scanner) place(n *Node) *SyntaxError {
	switch {
	case s.cur == nil:
		at := Span{int(n.start), int(n.open)}
		if s.root != nil {
			if s.templateBefore { // the other branch of a template: the first one stands
				s.templateBefore = false
				return nil
			}
			return s.structural(at, "a second value in <plist>; a property list holds one")
		}
		s.root = n
		s.templateBefore = false
		return nil
	case s.cur.Kind == Dict && s.hasKey:
		n.Key, n.keyStart, n.keyEnd = s.key, int32(s.keyAt.Start), int32(s.keyAt.End)
		s.hasKey = false
	case s.cur.Kind == Dict:
		if !s.templateBefore {
			at, line := Span{int(n.start), int(n.open)}, s.src.Position(int(s.cur.start)).Line
			err := s.structural(at, "value without a key; write <key>…</key> before it, or close the <dict> opened on line %d if the value is not part of it", line)
			if n.Kind == Dict || n.Kind == Array {
				return err // it may well be meant for another place
			}
			return s.resume(err)
		}
		if last := s.cur.last; last != nil { // the other branch of a template
			n.Key, n.keyStart, n.keyEnd, n.alternate = last.Key, last.keyStart, last.keyEnd, true
		}
	}
	s.hang(n)
	return nil
}

func (s *scanner) hang(n *Node) {
	if s.cur.Kind == Dict && len(s.seen) > 0 {
		s.meet(n.Key)
	}
	if !n.plain {
		s.cur.plain = false
	}
	n.parent, n.index = s.cur, s.cur.size
	if s.cur.last == nil {
		s.cur.first = n
	} else {
		s.cur.last.next = n
	}
	s.cur.last = n
	s.cur.size++
	s.templateBefore = false
}

// templateValue gives template text in the place of a value a node of its own.
func (s *scanner) templateValue() *SyntaxError {
	i := len(s.src.Templates) - 1
	at := s.src.Templates[i]
	for ; s.hasKey && i >= 0 && s.src.Templates[i].Start >= s.keyAt.End; i-- {
		at.Start = s.src.Templates[i].Start // several blocks may make up one value
	}
	n, err := s.node(Template, at.Start)
	if err != nil {
		return err
	}
	n.open, n.end, n.unrendered, n.text = int32(at.End), int32(at.End), true, s.text[at.Start:at.End]
	s.src.Unrendered = true
	if s.cur == nil {
		s.root = n
		return nil
	}
	n.Key, n.keyStart, n.keyEnd = s.key, int32(s.keyAt.Start), int32(s.keyAt.End)
	s.hasKey = false
	s.hang(n)
	return nil
}
