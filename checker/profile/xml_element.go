package profile

import (
	"strings"

	"github.com/sceplint/sceplint/checker/keyname"
)

// element reads one element at the position.
func (s *scanner) element() *SyntaxError {
	at := s.pos
	// The tags that nearly all of any profile is made of.
	switch rest := s.text[at:]; {
	case strings.HasPrefix(rest, "<key>"):
		s.pos += len("<key>")
		return s.keyElement(Span{at, s.pos}, false)
	case strings.HasPrefix(rest, "<string>"):
		s.pos += len("<string>")
		return s.scalar(String, "string", Span{at, s.pos}, false)
	case strings.HasPrefix(rest, "<true/>"):
		s.pos += len("<true/>")
		return s.scalar(Boolean, "true", Span{at, s.pos}, true)
	case strings.HasPrefix(rest, "<false/>"):
		s.pos += len("<false/>")
		return s.scalar(Boolean, "false", Span{at, s.pos}, true)
	case strings.HasPrefix(rest, "<dict>"):
		s.pos += len("<dict>")
		return s.open(Dict, Span{at, s.pos}, false)
	case strings.HasPrefix(rest, "<array>"):
		s.pos += len("<array>")
		return s.open(Array, Span{at, s.pos}, false)
	case strings.HasPrefix(rest, "<integer>"):
		s.pos += len("<integer>")
		return s.scalar(Integer, "integer", Span{at, s.pos}, false)
	case strings.HasPrefix(rest, "<data>"):
		s.pos += len("<data>")
		return s.scalar(Data, "data", Span{at, s.pos}, false)
	}
	name, empty, err := s.startTag()
	if err != nil {
		return err
	}
	tag := Span{at, s.pos}
	switch name {
	case "key":
		return s.keyElement(tag, empty)
	case "dict":
		return s.open(Dict, tag, empty)
	case "array":
		return s.open(Array, tag, empty)
	case "string":
		return s.scalar(String, name, tag, empty)
	case "integer":
		return s.scalar(Integer, name, tag, empty)
	case "real":
		return s.scalar(Real, name, tag, empty)
	case "date":
		return s.scalar(Date, name, tag, empty)
	case "data":
		return s.scalar(Data, name, tag, empty)
	case "true", "false":
		return s.scalar(Boolean, name, tag, empty)
	case "plist":
		return s.fail(tag, "<plist> inside <plist>; remove it")
	}
	return s.skipUnknown(name, tag, empty)
}

// skipUnknown reads over an element that property lists do not have, if it ends on
// the same line, as a value that is not known.
func (s *scanner) skipUnknown(name string, tag Span, empty bool) *SyntaxError {
	err := s.unknown(name, tag)
	end := tag.End
	if !empty {
		line, _, _ := strings.Cut(s.text[tag.End:min(len(s.text), tag.End+4096)], "\n")
		i := strings.Index(line, "</"+name+">")
		if i < 0 || name == "" || strings.IndexByte(line, '<') != i {
			return err
		}
		end = tag.End + i + len(name) + len("</>")
	}
	if err := s.resume(err); err != nil {
		return err
	}
	s.pos = end
	text := s.text[tag.End:max(tag.End, end-len(name)-len("</>"))]
	if s.cur != nil && s.cur.Kind == Dict && !s.hasKey {
		if strings.EqualFold(name, "key") {
			s.key, s.hasKey, s.keyAt, s.templateBefore = text, true, Span{tag.Start, end}, false
		}
		return nil
	}
	n, err := s.node(String, tag.Start)
	if err != nil {
		return err
	}
	n.open, n.end, n.text = int32(tag.End), int32(end), text
	n.unrendered, n.broken = true, true
	return s.place(n)
}

// unknown refuses an element that property lists do not have.
func (s *scanner) unknown(name string, tag Span) *SyntaxError {
	err := s.fail(tag, "unknown element <%s>; property lists have dict, array, string, integer, real, true, false, date and data", clip(name))
	switch strings.ToLower(name) {
	case "dict", "array", "string", "integer", "real", "true", "false", "date", "data", "key":
		err.Hint = "element names are written in lower case: <" + strings.ToLower(name) + ">"
	case "bool", "boolean":
		err.Hint = "write <true/> or <false/>"
	case "int", "number":
		err.Hint = "write <integer>…</integer>"
	case "float", "double":
		err.Hint = "write <real>…</real>"
	}
	return err
}

func (s *scanner) keyElement(tag Span, empty bool) *SyntaxError {
	if s.cur == nil || s.cur.Kind != Dict {
		if s.cur != nil {
			line := s.src.Position(int(s.cur.start)).Line
			return s.structural(tag, "<key> in the <array> opened on line %d; write </array> or <dict> before it", line)
		}
		return s.structural(tag, "<key> outside of a <dict>; write <dict> before it")
	}
	if s.hasKey {
		if !s.templateBefore {
			err := s.structural(s.keyAt, "key %q has no value: another <key> follows it; write its value between the two", clip(s.key))
			if keyname.IsSecret(s.key) {
				return err // what follows may be the secret
			}
			if err := s.resume(err); err != nil {
				return err
			}
			s.hasKey = false
		} else if err := s.templateValue(); err != nil {
			return err
		}
	}
	s.key = ""
	if !empty {
		text, err := s.chars("key", tag)
		if err != nil {
			return err
		}
		s.key = text
	}
	s.hasKey, s.keyAt, s.templateBefore = true, Span{tag.Start, s.pos}, false
	return nil
}

func (s *scanner) open(kind Kind, tag Span, empty bool) *SyntaxError {
	n, err := s.node(kind, tag.Start)
	if err != nil {
		return err
	}
	n.open, n.end, n.plain, n.single = int32(tag.End), int32(tag.End), true, true
	if err := s.place(n); err != nil {
		return err
	}
	if empty {
		return nil
	}
	if s.depth++; s.depth > maxDepth {
		return s.fail(tag, "dicts and arrays are nested more than %d deep; no device reads such a profile", maxDepth)
	}
	s.seen = append(s.seen, keySet{})
	s.cur = n
	return nil
}
