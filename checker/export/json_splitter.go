package export

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"

	"github.com/sceplint/sceplint/checker/plist"
)

// jsonSplitter cuts JSON at the objects of its list. What is around them is
// checked here, and what is in them by ParseEntry.
type jsonSplitter struct {
	*EntryReader
	open    []bracket
	state   jsonState
	key     string // the last one
	context string // of an answer of Microsoft Graph, as it is written
	last    origin // after the last token
	lost    bool   // where the next entry begins is not known
}

// bracket is an object or array that is open.
type bracket struct {
	mark byte
	line int
	list bool // its objects are entries
	key  string
}

// jsonState is what JSON may go on with.
type jsonState uint8

const (
	wantValue jsonState = iota
	wantValueOrEnd
	wantKey
	wantKeyOrEnd
	wantColon
	wantCommaOrEnd
	wantNothing
)

// next gives the next entry.
func (c *jsonSplitter) next() (*Entry, error) {
	for {
		if c.lost {
			return nil, io.EOF
		}
		for c.more() && plist.IsSpace(c.buf[c.pos]) {
			c.skip(1)
		}
		if !c.more() {
			if c.state == wantNothing {
				return nil, io.EOF
			}
			return c.cutOff(), nil
		}
		mark := c.buf[c.pos]
		closes := (mark == '}' || mark == ']') && len(c.open) > 0 && c.open[len(c.open)-1].mark == mark-2
		switch {
		case c.state == wantNothing:
			return c.damaged(plist.JSONExtraText), nil
		case closes && c.state != wantValue && c.state != wantKey && c.state != wantColon:
			c.skip(1)
			c.open = c.open[:len(c.open)-1]
			c.done()
		case c.state == wantCommaOrEnd:
			if mark != ',' {
				return c.damaged(plist.JSONMissingComma), nil
			}
			c.skip(1)
			c.state = wantValue
			if c.open[len(c.open)-1].mark == '{' {
				c.state = wantKey
			}
		case c.state == wantColon:
			if mark != ':' {
				return c.damaged(plist.JSONMissingColon), nil
			}
			c.skip(1)
			c.state = wantValue
		case c.state == wantKey || c.state == wantKeyOrEnd:
			if mark != '"' {
				return c.damaged(plist.JSONMissingKey), nil
			}
			if part := c.name(); part != nil {
				return part, nil
			}
			c.state = wantColon
		default:
			if part := c.value(mark); part != nil {
				return part, nil
			}
		}
		c.last = c.place()
	}
}

// done ends a value.
func (c *jsonSplitter) done() {
	c.state = wantCommaOrEnd
	if len(c.open) == 0 {
		c.state = wantNothing
	}
}

// value reads a value, or gives it as a part if it is an entry.
func (c *jsonSplitter) value(mark byte) *Entry {
	depth, graph := len(c.open), c.system == intune // there the list is the root, or what its key value holds; else any array
	inList := depth > 0 && c.open[depth-1].list
	inArray := depth > 0 && c.open[depth-1].mark == '['
	general := !graph && !inArray && depth > 0 && c.key == "general"
	switch {
	case mark == '{' && (inList || general):
		parent := ""
		if general && !inList {
			parent = cmp.Or(c.open[depth-1].key, "?")
		}
		part := c.newEntry(c.place(), "", parent)
		c.lost = !c.entry()
		part.end(c.at())
		c.done()
		c.last = c.place()
		return part
	case mark == '{' || mark == '[':
		if depth >= plist.MaxDepth {
			return c.damaged(plist.JSONDepth)
		}
		list := mark == '[' && (!graph || depth == 0 || depth == 1 && !inArray && c.key == "value")
		b := bracket{mark: mark, line: c.place().Line, list: list}
		if depth > 0 && !inArray {
			b.key = c.key
		}
		c.open = append(c.open, b)
		c.skip(1)
		c.state = wantValueOrEnd
		if mark == '{' {
			c.state = wantKeyOrEnd
		}
		return nil
	case mark == '"':
		at, top := c.place(), graph && depth == 1 && !inArray
		c.done()
		part := c.text()
		if top && c.key == "@odata.context" {
			c.context = string(c.kept)
		}
		if part != nil || !top || c.key != nextLink || string(c.kept) == `""` || !ofConfigurations(c.context) {
			return part
		}
		c.last = c.place()
		part = c.newEntry(at, "", "")
		part.fault = &fault{message: morePages, help: morePagesHelp}
		return part
	}
	const longest = 512 // a number
	word := c.peek(longest)
	if n := bytes.IndexAny(word, ",]} \t\r\n"); n >= 0 {
		word = word[:n]
	}
	if len(word) < longest && c.pos+len(word) == c.end {
		if !json.Valid(word) {
			c.skip(len(word) - 1)
			return c.damaged(plist.JSONInvalidValue)
		}
		c.skip(len(word))
		c.last = c.place()
		return c.cutOff()
	}
	if !json.Valid(word) {
		return c.damaged(plist.JSONInvalidValue)
	}
	c.skip(len(word))
	c.done()
	return nil
}

// name reads a key.
func (c *jsonSplitter) name() *Entry {
	const longest = 32 // of those that matter
	c.key = ""
	head := c.peek(longest)
	if end := bytes.IndexByte(head[1:], '"'); end >= 0 {
		c.key = string(head[1 : 1+end])
	}
	return c.text()
}

// text reads a string that is not part of an entry.
func (c *jsonSplitter) text() *Entry {
	start := c.place()
	c.keeping, c.kept = true, c.kept[:0]
	ok := c.quoted()
	c.keeping = false
	switch {
	case !ok && c.more():
		return c.damaged(plist.JSONControl)
	case !ok:
		c.last = c.place()
		spaces := len(c.kept) - len(bytes.TrimRight(c.kept, " \t\r\n"))
		c.last.Offset, c.last.Column, c.last.ByteColumn = c.last.Offset-spaces, c.last.Column-spaces, c.last.ByteColumn-spaces
		return c.cutOff()
	case len(c.kept) <= maxBetween && !json.Valid(c.kept):
		return c.damagedAt(start, plist.JSONFault{Message: "control character or invalid escape in a string", Help: "use an escape such as \\n, and \\\\ for a backslash"})
	}
	return nil
}

// quoted moves to after the string that begins here; to the line feed, if one is
// in it, and to the end, if it does not end.
func (c *jsonSplitter) quoted() bool {
	c.skip(1)
	escaped := false // by an odd number of backslashes before
	for c.more() {
		rest := c.buf[c.pos:c.end]
		n := bytes.IndexByte(rest, '"')
		if n < 0 {
			n = len(rest)
		}
		if feed := bytes.IndexByte(rest[:n], '\n'); feed >= 0 {
			c.skip(feed)
			return false
		}
		if n > 0 {
			slashes := n - len(bytes.TrimRight(rest[:n], `\`))
			escaped = slashes%2 == 1 != (slashes == n && escaped)
		}
		if n == len(rest) {
			c.skip(n)
			continue
		}
		c.skip(n + 1)
		if !escaped {
			return true
		}
		escaped = false
	}
	return false
}

// entry moves to after the object that begins here. It reports whether its end
// was found: if not, what was read is not JSON.
func (c *jsonSplitter) entry() bool {
	var open []byte
	for c.more() {
		rest := c.buf[c.pos:c.end]
		n := bytes.IndexAny(rest, `"{}[]`)
		if n < 0 {
			c.skip(len(rest))
			continue
		}
		c.skip(n)
		switch mark := rest[n]; mark {
		case '"':
			if !c.quoted() {
				if c.more() {
					c.skip(1)
				}
				return false
			}
			continue
		case '{', '[':
			if open = append(open, mark); len(open) > plist.MaxDepth+1 {
				return false
			}
		default:
			if open[len(open)-1] != mark-2 {
				c.skip(1)
				return false
			}
			open = open[:len(open)-1]
		}
		if c.skip(1); len(open) == 0 {
			return true
		}
	}
	return false
}

func (c *jsonSplitter) damaged(f plist.JSONFault) *Entry { return c.damagedAt(c.place(), f) }

func (c *jsonSplitter) damagedAt(at origin, f plist.JSONFault) *Entry {
	c.lost = true
	part := c.newEntry(at, "", "")
	part.fault = &fault{message: f.Message, help: f.Help}
	return part
}

// cutOff returns the error of a document that ends before its value does.
func (c *jsonSplitter) cutOff() *Entry {
	if len(c.open) == 0 {
		return c.damagedAt(c.last, plist.JSONTruncated)
	}
	return c.damagedAt(c.last, plist.UnclosedJSON(c.open[len(c.open)-1].mark, c.open[len(c.open)-1].line))
}
