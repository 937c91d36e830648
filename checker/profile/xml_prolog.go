package profile

import (
	"strings"

	"github.com/sceplint/sceplint/checker/keyname"
)

// prolog reads up to and with the start tag of <plist>.
func (s *scanner) prolog() *SyntaxError {
	if s.has(byteOrderMark) {
		s.pos = len(byteOrderMark)
	}
	start, quotes := s.pos, false
	// curly notes the first typographic quotation mark of the markup since a place.
	curly := func(from int) {
		if i := strings.IndexAny(s.text[from:s.pos], "\u201c\u201d\u201e\u2018\u2019"); i >= 0 && !quotes {
			quotes = true
			s.doubt(Span{from + i, from + i + len("\u201d")}, "typographic quotation mark in the head of the document; expected \"")
		}
	}
	for {
		s.space()
		switch {
		case s.pos == len(s.text):
			end := len(strings.TrimRight(s.text, " \t\r\n"))
			return s.fail(Span{end, end}, "no <plist> element: the file ends before one begins; it is cut off")
		case (s.has("<?=") || s.has("<?php")) && s.template():
		case s.has("<?xml") && s.pos+5 < len(s.text) && isSpace(s.text[s.pos+5]) && s.pos > start && len(s.src.Templates) == 0: // not <?xml-stylesheet
			s.src.Leading = Span{start, s.pos}
			fallthrough
		case s.has("<?"), s.has("<!--"), s.has("<!DOCTYPE"), s.has("<!doctype"):
			from, comment := s.pos, s.has("<!--")
			if err := s.misc(); err != nil {
				return err
			}
			if !comment {
				curly(from)
			}
		case s.has("<plist"):
			at, from := s.here(), s.pos
			tag, closed, err := s.startTag()
			if err != nil {
				return err
			}
			curly(from)
			if tag != "plist" {
				return s.fail(at, "unknown element <%s>; a property list begins with <plist>", clip(tag))
			}
			if closed {
				return s.fail(at, "<plist/> holds no value; write <plist version=\"1.0\"> and </plist> around the dict of the profile")
			}
			return nil
		default:
			if s.template() || s.header() {
				continue
			}
			return s.noPlist()
		}
	}
}

// header takes a line before the document that is meant for a program which
// renders it: a directive of Jinja, or the first line of a script.
func (s *scanner) header() bool {
	if !s.has("#jinja2:") && !s.has("#!") {
		return false
	}
	end := strings.IndexByte(s.text[s.pos:], '\n')
	if end < 0 {
		return false
	}
	s.src.Templates = append(s.src.Templates, Span{s.pos, s.pos + end})
	s.pos += end
	return true
}

// noPlist says what stands in the place of <plist>.
func (s *scanner) noPlist() *SyntaxError {
	at := s.here()
	lower := strings.ToLower(s.text[s.pos:min(len(s.text), s.pos+20)])
	switch {
	case strings.HasPrefix(lower, "<<<<<<<"):
		return s.fail(Span{s.pos, s.pos + 7}, "a merge conflict is left in the file; resolve it")
	case strings.HasPrefix(lower, "<html"), strings.HasPrefix(lower, "<head"), strings.HasPrefix(lower, "<body"):
		return s.fail(at, "this is an HTML page, not a property list; it may be a login or error page saved in place of the profile")
	case s.text[s.pos] == '<':
		for _, value := range []string{"<dict", "<array", "<string", "<key"} {
			if strings.HasPrefix(lower, value) {
				return s.fail(at, "<plist> is missing before %s>; write <plist version=\"1.0\"> around the value", value)
			}
		}
		return s.fail(at, "unknown element %s; a property list begins with <plist>", clip(s.text[at.Start:at.End]))
	}
	return s.fail(at, "stray text before <plist>; remove it")
}

// epilog reads what may follow </plist>.
func (s *scanner) epilog() *SyntaxError {
	for {
		s.space()
		switch {
		case s.pos == len(s.text):
			return nil
		case s.has("<?"), s.has("<!--"):
			if err := s.misc(); err != nil {
				return err
			}
		default:
			if s.template() {
				continue
			}
			if s.text[s.pos] == 0 {
				s.pos += len(s.text[s.pos:]) - len(strings.TrimLeft(s.text[s.pos:], "\x00"))
				continue
			}
			s.doubt(s.here(), "content after </plist> is ignored")
			return nil
		}
	}
}

// misc passes over a comment, a processing instruction or a document type, and
// keeps the comments that are meant for this tool.
func (s *scanner) misc() *SyntaxError {
	at := s.pos
	switch {
	case s.has("<!--"):
		n := strings.Index(s.text[s.pos+4:], "-->")
		if n < 0 {
			return s.fail(Span{at, at + 4}, "comment is not closed; write --> where it ends")
		}
		s.pos += 4 + n + 3
		if IsDirective(s.text[at+4 : at+4+n]) {
			s.src.Comments = append(s.src.Comments, Span{at, s.pos})
		}
	case s.has("<?"):
		n := strings.Index(s.text[s.pos:], "?>")
		if n < 0 {
			return s.fail(Span{at, at + 2}, "<? is not closed; write ?> where it ends")
		}
		s.pos += n + 2
	default:
		return s.doctype()
	}
	return nil
}

// doctype passes over a document type with its internal subset, if it has one.
func (s *scanner) doctype() *SyntaxError {
	at, rest := s.pos, s.text[s.pos:]
	if strings.EqualFold(rest[:min(len(rest), len("<!doctype html"))], "<!doctype html") && !strings.Contains(rest, "<plist") {
		return s.fail(s.here(), "this is an HTML page, not a property list; it may be a login or error page saved in place of the profile")
	}
	if !s.has("<!DOCTYPE") {
		s.doubt(Span{at, at + 9}, "document type in small letters, which Apple's reader refuses; write <!DOCTYPE")
	}
	quote, bracket, angle := byte(0), 0, 0
	for i := at; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case quote != 0:
			if c == '>' && bracket == 0 {
				angle++
			}
			if c == quote {
				quote = 0
			}
		case c == '<' && strings.HasPrefix(s.text[i:], "<!--"):
			n := strings.Index(s.text[i+4:], "-->")
			if n < 0 {
				return s.fail(Span{i, i + 4}, "comment is not closed; write --> where it ends")
			}
			i += 4 + n + 2
		case c == '"' || c == '\'':
			quote = c
		case c == '[':
			if bracket++; bracket == 1 {
				s.doubt(Span{i, i + 1}, "document type with declarations of its own, which Apple's reader refuses; remove them, from [ to ]")
			}
		case c == ']':
			bracket--
		case c == '>' && bracket <= 0:
			s.pos = i + 1
			if angle > 0 {
				s.doubt(Span{at, at + 9}, "> in quotation marks in the document type, which Apple's reader takes for its end; write &gt;")
			}
			return nil
		}
	}
	return s.fail(Span{at, at + 9}, "document type is not closed; write > where it ends")
}

// IsDirective reports whether the text of a comment is a directive of this tool,
// or looks like one: its name, or nearly its name, before a colon or a verb of
// suppression, or such a verb of other linters before its name.
func IsDirective(comment string) bool {
	comment = strings.TrimLeft(comment[:min(len(comment), 256)], " \t\r\n#/@*")
	const tool = "sceplint"
	if strings.HasPrefix(comment, tool+":") {
		return true
	}
	end := strings.IndexFunc(comment, func(c rune) bool { return !('a' <= c|0x20 && c|0x20 <= 'z') && c != '-' && c != '_' })
	if end < 0 {
		end = len(comment)
	}
	word, rest := strings.ToLower(comment[:end]), strings.TrimLeft(comment[end:], " \t\r\n")
	separated := strings.HasPrefix(rest, ":") || strings.HasPrefix(rest, "=") || strings.HasPrefix(rest, "：")
	rest = strings.ToLower(strings.TrimLeft(rest, ":=： \t\r\n"))
	for _, verb := range suppressionVerbs {
		if separated && word == verb && strings.HasPrefix(rest, tool) {
			return true
		}
	}
	if word == "" || word[0] != tool[0] {
		return false
	}
	// The verb may be part of the word, as in sceplint-disable.
	name := directiveWord.Replace(word)
	for _, verb := range suppressionVerbs {
		if head, _, ok := strings.Cut(name, verb); ok && nearly(head, tool) {
			return true
		}
		if after, ok := strings.CutPrefix(rest, verb); ok && nearly(name, tool) && (separated || after == "" || !('a' <= after[0] && after[0] <= 'z')) {
			return true
		}
	}
	return separated && nearly(name, tool)
}

var directiveWord = strings.NewReplacer("-", "", "_", "")

// suppressionVerbs are words that linters use in comments that suppress.
var suppressionVerbs = []string{"ignore", "disable", "suppress", "nolint", "noqa", "skip", "allow", "lint", "off", "ingore", "ignroe"}

func nearly(word, name string) bool {
	return word == name || len(word) >= len(name)-1 && len(word) <= len(name)+1 && word[0] == name[0] && keyname.Distance(word, name) <= 2
}
