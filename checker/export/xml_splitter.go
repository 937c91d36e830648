package export

import (
	"io"
	"strings"

	"github.com/sceplint/sceplint/checker/plist"
)

// xmlSplitter cuts the XML of Jamf Pro at the elements inside its root.
type xmlSplitter struct {
	*EntryReader
	path []string // the open elements outside entries, as far as they are known to be well-formed
	open []string // those inside the entry
	gap  origin   // where what is kept begins
	lost bool     // where the next entry begins is not known
}

// next returns the next element inside the root. What is between them is read as
// jamfReader reads it.
func (c *xmlSplitter) next() (*Entry, error) {
	if c.lost {
		return nil, io.EOF
	}
	c.gap, c.keeping, c.kept = c.place(), true, c.kept[:0]
	depth := len(c.path)
	for c.skipTo('<') {
		_, kind := c.peekTag()
		if kind == tagStart && depth == 1 {
			place := c.place()
			if fault := c.between("<!---->"); fault != nil {
				return fault, nil
			}
			part := c.newEntry(place, strings.Join(c.path, "/"), "")
			c.keeping = false
			c.lost = !c.entry()
			part.end(c.at())
			return part, nil
		}
		empty, _ := c.tag(kind)
		switch {
		case kind == tagStart && !empty:
			depth++
		case kind == tagEnd:
			depth = max(depth-1, 0)
		}
	}
	if fault := c.between(""); fault != nil {
		return fault, nil
	}
	if len(c.path) > 0 {
		return c.damaged(c.place(), (&jamfReader{path: c.path}).cutOff()), nil
	}
	return nil, io.EOF
}

// between reads what was kept, and says what is wrong with it. The mark stands
// for what follows.
func (c *xmlSplitter) between(mark string) *Entry {
	if len(c.kept) > maxBetween {
		return c.damaged(c.gap, errBetween)
	}
	src := &document{Source: &plist.Source{Text: append(c.kept, mark...), Origin: &plist.Origin{Base: c.gap.Position, Returns: c.gap.returns}}}
	r := newJamfReader(src, c.path)
	if err := r.read(); err != io.EOF {
		b := c.gap
		b.Position = src.Position(min(r.offset(), len(c.kept)))
		return c.damaged(b, err)
	}
	c.path = r.path[:len(r.path):len(r.path)]
	return nil
}

func (c *xmlSplitter) damaged(at origin, err error) *Entry {
	c.lost = true
	part := c.newEntry(at, "?", "")
	part.fault = &fault{message: strings.Replace(jamfDamaged, "%v", err.Error(), 1), help: "export the profile again"}
	return part
}

type tagKind uint8

const (
	tagNone  tagKind = iota
	tagStart         // with an end tag, or />
	tagEnd
	tagComment
	tagCDATA
	tagInstruction
	tagDirective
)

// longestName is how many bytes of the name of an element are compared.
const longestName = 128

// peekTag tells what begins here, at <.
func (c *xmlSplitter) peekTag() (name string, kind tagKind) {
	head := string(c.peek(len("</") + longestName))
	switch {
	case len(head) < 2:
		return "", tagNone
	case strings.HasPrefix(head, "<!--"):
		return "", tagComment
	case strings.HasPrefix(head, "<![CDATA["):
		return "", tagCDATA
	case head[1] == '?':
		return "", tagInstruction
	case head[1] == '!':
		return "", tagDirective
	case head[1] == '/':
		kind, head = tagEnd, head[2:]
	default:
		kind, head = tagStart, head[1:]
	}
	end := strings.IndexFunc(head, func(r rune) bool { return r == '>' || r == '/' || r < 0x80 && plist.IsSpace(byte(r)) })
	if end < 0 {
		end = len(head)
	}
	if name = head[:end]; name == "" {
		return "", tagNone
	}
	if space, local, ok := strings.Cut(name, ":"); ok && space != "" && local != "" {
		name = local
	}
	return name, kind
}

// tag moves to after it. It reports whether it is a whole element, and whether
// its end was found.
func (c *xmlSplitter) tag(kind tagKind) (empty, ends bool) {
	switch kind {
	case tagNone:
		c.skip(1)
		return false, true
	case tagComment:
		c.skip(len("<!--"))
		return false, c.skipPast("-->")
	case tagCDATA:
		return false, c.skipPast("]]>")
	case tagInstruction:
		return false, c.skipPast("?>")
	case tagDirective:
		return false, c.skipPast(">")
	}
	return c.attributes()
}

// attributes moves to after the > of a tag; those in quotation marks end none.
func (c *xmlSplitter) attributes() (empty, ends bool) {
	quote, last := byte(0), byte(0)
	for c.more() {
		rest := c.rest()
		for i, b := range rest {
			switch {
			case quote != 0:
				if b == quote {
					quote = 0
				}
			case b == '"' || b == '\'':
				quote = b
			case b == '>':
				c.skip(i + 1)
				return last == '/', true
			}
			last = b
		}
		c.skip(len(rest))
	}
	return false, false
}

// entry moves to after the element that begins here, and reports whether its end
// was found. Tags that close nothing are left to ParseEntry.
func (c *xmlSplitter) entry() bool {
	c.open = c.open[:0]
	for {
		name, kind := c.peekTag()
		empty, ends := c.tag(kind)
		switch {
		case !ends:
			return false
		case kind == tagStart && !empty:
			c.open = append(c.open, name)
			if n := len(c.open); name == "payloads" && n > 1 && c.open[n-2] == "general" {
				for c.skipTo('<') && string(c.peek(len("</payloads"))) != "</payloads" {
					c.skip(1)
				}
			}
		case kind == tagEnd:
			for i := len(c.open) - 1; i >= 0; i-- {
				if c.open[i] == name {
					c.open = c.open[:i]
					break
				}
			}
		}
		switch {
		case len(c.open) == 0:
			return true
		case len(c.open) > maxOpen || !c.skipTo('<'):
			return false
		}
	}
}

// maxOpen is how many elements of an entry may be open: more than jamfReader
// reads.
const maxOpen = 2 * maxJamfDepth
