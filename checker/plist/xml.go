package plist

import (
	"bytes"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/sceplint/sceplint/checker/keyname"
	"github.com/sceplint/sceplint/checker/template"
)

// ParseXML parses an XML property list in any encoding.
func ParseXML(s *Source) (*Node, *SyntaxError) {
	text := s.Text
	if s.Origin == nil || s.Origin.Outer == nil || !s.Origin.At.Valid() { // else it was text before, whatever it says
		var err error
		if text, s.Encoding, err = toUTF8(s.Text); err != nil {
			return nil, s.Errorf("%v", err).WithHelp(helpUTF8)
		}
	}
	s.Text = text
	trimmed := bytes.TrimLeft(bytes.TrimPrefix(text[:min(len(text), 512)], []byte(ByteOrderMark)), " \t\r\n")
	if len(trimmed) == 0 || trimmed[0] != '<' {
		if problem, help := describeForeign(text, trimmed); problem != "" {
			err := s.Errorf("%s", problem).WithHelp("%s", help)
			err.Span = Span{0, 0}
			return nil, err
		}
	}
	sc := scanners.Get().(*scanner)
	sc.src, sc.text, sc.chunk = s, unsafeString(text), newChunk(min(max(len(text)/48, 32), 4096))
	root, fault := sc.scan()
	s.chunks = append(s.chunks, sc.chunk)
	sc.release()
	return root, fault
}

// scanners are for reuse: BenchmarkParse/released takes 0.11 MB and 848 allocations, and 0.28 MB and 1,248 if each
// document has a scanner of its own.
var scanners = sync.Pool{New: func() any { return &scanner{seen: make([]keySet, 0, 12)} }}

// release gives the memory of the scanner back.
func (s *scanner) release() {
	seen, buf := s.seen[:0], s.buf
	if buf.Reset(); buf.Cap() > 1<<16 { // what a large document took is left to the collector
		buf = bytes.Buffer{}
	}
	if cap(seen) > 1<<8 {
		seen = make([]keySet, 0, 12)
	}
	*s = scanner{seen: seen, buf: buf}
	scanners.Put(s)
}

// describeForeign returns what a document is that is commonly found instead of a
// profile, and what to do; "" if the XML scanner may report something better.
func describeForeign(text, head []byte) (problem, help string) {
	has := func(prefix string) bool { return bytes.HasPrefix(head, []byte(prefix)) }
	switch {
	case len(bytes.TrimSpace(text)) == 0:
		return "file is empty", helpExport
	case len(bytes.Trim(text[:min(len(text), 512)], "\x00")) == 0:
		return "corrupt file: found NUL bytes instead of a profile", helpExport
	case has("{{"), has("{%"), has("{#"):
		return "", ""
	case has("{\\rtf"):
		return "found a rich text document; expected a property list", "save the file as plain text, in TextEdit with Format > Make Plain Text"
	case has("{"), has("["):
		return "found JSON or an OpenStep property list; expected an XML or binary property list", "convert the file on a Mac with plutil -convert xml1 FILE"
	case has("("):
		return "found an OpenStep property list; expected an XML or binary property list", "convert the file on a Mac with plutil -convert xml1 FILE"
	case has("PK\x03\x04"):
		return "found a ZIP archive; expected a property list", "extract the profile from the archive"
	case has("\x1f\x8b"):
		return "found a gzip file; expected a property list", "decompress the file"
	case has("\x00\x05\x16\x07"), has("\x00\x05\x16\x00"):
		return "found an AppleDouble file, which macOS adds to copied files; expected a property list", "remove the file"
	case has("version https://git-lfs"):
		return "found a Git LFS pointer; expected a property list", "run git lfs pull to fetch the profile"
	case has("MIME-Version:"), has("Content-Type:"):
		return "found an S/MIME message; expected a CMS signature in DER", "sign the profile with openssl cms -sign -nodetach -outform DER"
	case has("<<<<<<<"):
		return "unresolved merge conflict", helpConflict
	case bytes.IndexByte(text[:min(len(text), 512)], 0) >= 0:
		return "found a binary file of an unknown kind; expected a property list", helpReplace
	case bytes.Contains(text, []byte("<plist")):
		return "", ""
	}
	return "not a property list; expected <?xml, <plist, bplist00, or a CMS signature", helpReplace
}

// Help of several errors.
const (
	helpExport   = "export or download the profile again"
	helpReplace  = "replace the file with the profile"
	helpConflict = "keep one side, and remove the conflict markers"
	helpUTF8     = "save the file as UTF-8"
)

// scanner reads an XML property list in one pass, without recursion. It is as
// strict as devices are: what it accepts is a property list, and every value
// knows its bytes. Template text between elements, or instead of a value,
// is recorded and skipped.
type scanner struct {
	src   *Source
	text  string
	pos   int
	chunk []Node // nodes are cut from here; a full chunk is kept, so that pointers stay good
	count int
	depth int
	seen  []keySet     // of each open dictionary or array, what its keys look like
	buf   bytes.Buffer // of text that cannot be taken as it is written

	root, cur      *Node // cur is the open dictionary or array, nil outside any
	hasKey         bool  // a <key> waits for its value
	plain          bool  // no byte of the text read last begins a template variable
	key            string
	keyAt          Span
	templateBefore bool // template text since the last value
	sampled        bool // placeholder text breaks the syntax of the text read last
	bare           bool // the document is a dictionary without <plist> around it
}

// scan reads the document and returns its root value.
func (s *scanner) scan() (*Node, *SyntaxError) {
	if err := s.prolog(); err != nil {
		return nil, s.blame(err)
	}
	for {
		s.space()
		if s.pairs() {
			continue
		}
		done, err := s.next()
		if err != nil {
			return nil, s.blame(err)
		}
		if done || s.bare && s.root != nil && s.cur == nil {
			break
		}
	}
	if err := s.epilog(); err != nil {
		return nil, s.blame(err)
	}
	return s.root, nil
}

// blame marks a structural error that template text may explain.
func (s *scanner) blame(err *SyntaxError) *SyntaxError {
	err.Template = err.Template && len(s.src.Templates) > 0
	return err
}

func (s *scanner) fail(at Span, format string, args ...any) *SyntaxError {
	err := &SyntaxError{Source: s.src, Span: at, Message: fmt.Sprintf(format, args...)}
	if slices.ContainsFunc(args, func(arg any) bool { _, quotes := arg.(quotation); return quotes }) {
		unquoted := slices.Clone(args)
		for i, arg := range unquoted {
			if _, quotes := arg.(quotation); quotes {
				unquoted[i] = Mask
			}
		}
		err.Unquoted = fmt.Sprintf(format, unquoted...)
	}
	return err
}

// quotation is text of the document in a message.
type quotation string

// CompatWarning is a construct that is read here, but rejected by Apple's own
// reader in its published version.
type CompatWarning struct {
	Span    Span
	Message string
	Help    string
}

// compatWarning records what is read here, as by most readers, but rejected by
// Apple's own in its published version:
// https://github.com/swiftlang/swift-corelibs-foundation, CFPropertyList.c.
// Devices may run another version of it.
func (s *scanner) compatWarning(at Span, help, format string, args ...any) {
	if len(s.src.CompatWarnings) < maxCompatWarnings {
		s.src.CompatWarnings = append(s.src.CompatWarnings, CompatWarning{at, fmt.Sprintf(format, args...), help})
	}
}

// resume records an error after which parsing can continue, and returns nil; or
// it returns the error, if there are too many, or template text may explain it.
func (s *scanner) resume(err *SyntaxError) *SyntaxError {
	if len(s.src.Faults) >= maxFaults || err.Template && len(s.src.Templates) > 0 {
		return err
	}
	err.Template = false
	s.src.Faults = append(s.src.Faults, err)
	return nil
}

// structural is fail for errors that template text may have caused.
func (s *scanner) structural(at Span, format string, args ...any) *SyntaxError {
	err := s.fail(at, format, args...)
	err.Template = true
	return err
}

func (s *scanner) space() {
	text, i := s.text, s.pos
	for i < len(text) && spaces[text[i]] {
		i++
	}
	s.pos = i
}

// spaces marks what isSpace takes: long runs of it are faster looked up.
var spaces = [256]bool{' ': true, '\n': true, '\t': true, '\r': true}

func IsSpace(c byte) bool { return c <= ' ' && 1<<c&(1<<' '|1<<'\n'|1<<'\t'|1<<'\r') != 0 }

func (s *scanner) has(prefix string) bool { return strings.HasPrefix(s.text[s.pos:], prefix) }

// here is the span of what starts at the position, as far as a reader would
// take it for one thing.
func (s *scanner) here() Span {
	end := s.pos
	for end < len(s.text) && end < s.pos+40 && !IsSpace(s.text[end]) {
		end++
		if s.text[end-1] == '>' || end < len(s.text) && s.text[end] == '<' {
			break
		}
	}
	return Span{s.pos, end}
}

// template skips template text at the position and records it.
func (s *scanner) template() bool {
	if s.pos == len(s.text) || !template.CanStart(s.text[s.pos]) {
		return false
	}
	v, ok := template.AtElement(s.text, s.pos)
	if !ok {
		return false
	}
	s.src.Templates = append(s.src.Templates, Span{v.Start, v.End})
	s.pos = v.End
	s.templateBefore = true
	if s.cur != nil {
		s.cur.templated, s.cur.noVariables = true, false
	}
	return true
}

// startTag reads a start tag and reports whether it is an empty element.
func (s *scanner) startTag() (name string, empty bool, err *SyntaxError) {
	at := s.pos
	i := at + 1
	for i < len(s.text) && s.text[i] != '>' && s.text[i] != '/' && s.text[i] != '<' && !IsSpace(s.text[i]) {
		i++
	}
	name = s.text[at+1 : i]
	quote, angle := byte(0), false
	ends := func(next int) {
		s.pos = next
		if angle {
			s.compatWarning(Span{at, next}, "replace > with &gt;", "unescaped > in an attribute of <%s; Apple's reader takes it for the end of the tag", abbreviate(name))
		}
	}
	for ; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case quote != 0:
			angle = angle || c == '>'
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			ends(i + 1)
			return name, false, nil
		case c == '/':
			if !strings.HasPrefix(s.text[i:], "/>") {
				return name, false, s.fail(Span{at, i + 1}, "stray / in the tag <%s; expected />", abbreviate(name)).WithHelp("use /> at the end of an empty element, or remove the /")
			}
			ends(i + 2)
			return name, true, nil
		case c == '<':
			return name, false, s.fail(Span{at, i}, "tag <%s is not closed; expected >", abbreviate(name)).WithHelp("add > at the end of the tag, or replace < with &lt; if no tag is meant")
		}
	}
	if quote != 0 {
		return name, false, s.fail(Span{at, at + 1 + len(name)}, "quotation mark is not closed in the tag <%s; expected %c", abbreviate(name), quote).WithHelp("add the closing quotation mark")
	}
	return name, false, s.fail(Span{at, len(s.text)}, "truncated file: ends inside the tag <%s", abbreviate(name)).WithHelp(helpExport)
}

// abbreviate shortens foreign text for a message.
func abbreviate(s string) quotation {
	const most = 32
	if len(s) <= most {
		return quotation(s)
	}
	return quotation(strings.ToValidUTF8(s[:most], "") + "…")
}

// prolog reads up to and including the start tag of <plist>.
func (s *scanner) prolog() *SyntaxError {
	if s.has(ByteOrderMark) {
		s.pos = len(ByteOrderMark)
	}
	start, quotes := s.pos, false
	// curly notes the first typographic quotation mark of the markup since a place.
	curly := func(from int) {
		if strings.IndexByte(s.text[from:s.pos], "\u2018"[0]) < 0 {
			return
		}
		if i := strings.IndexAny(s.text[from:s.pos], "\u201c\u201d\u201e\u2018\u2019"); i >= 0 && !quotes {
			quotes = true
			s.compatWarning(Span{from + i, from + i + len("\u201d")}, "replace typographic quotation marks with straight ones", "typographic quotation mark in the head of the document; expected \"")
		}
	}
	for {
		s.space()
		switch {
		case s.pos == len(s.text):
			end := len(strings.TrimRight(s.text, " \t\r\n"))
			return s.fail(Span{end, end}, "truncated file: ends before <plist>").WithHelp(helpExport)
		case (s.has("<?=") || s.has("<?php")) && s.template():
		case s.has("<?xml") && s.pos+5 < len(s.text) && IsSpace(s.text[s.pos+5]) && s.pos > start && len(s.src.Templates) == 0: // not <?xml-stylesheet
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
				return s.fail(at, "unknown element <%s>; expected <plist>", abbreviate(tag)).WithHelp("replace the file with the profile, or put its value into <plist>")
			}
			if closed {
				return s.fail(at, "<plist/> is empty; expected the dictionary of the profile").WithHelp("put the dictionary of the profile between <plist version=\"1.0\"> and </plist>")
			}
			return nil
		default:
			if s.template() || s.header() {
				continue
			}
			if s.has("<"+Dict.String()+">") || s.has("<"+Dict.String()+" ") { // which Apple's reader takes
				s.bare = true
				s.compatWarning(s.here(), "put the dictionary between <plist version=\"1.0\"> and </plist>", "missing <plist> before <dict>; readers other than Apple's reject it")
				return nil
			}
			return s.noPlist()
		}
	}
}

// header skips a line before the document for a program that renders it: a
// directive of Jinja, or the first line of a script.
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

// noPlist reports what is there instead of <plist>.
func (s *scanner) noPlist() *SyntaxError {
	at := s.here()
	lower := strings.ToLower(s.text[s.pos:min(len(s.text), s.pos+20)])
	switch {
	case strings.HasPrefix(lower, "<<<<<<<"):
		return s.fail(Span{s.pos, s.pos + 7}, "unresolved merge conflict").WithHelp(helpConflict)
	case strings.HasPrefix(lower, "<html"), strings.HasPrefix(lower, "<head"), strings.HasPrefix(lower, "<body"):
		return s.fail(at, "found an HTML page, such as a login or error page; expected a property list").WithHelp("download the profile again while signed in, or use another URL")
	case s.text[s.pos] == '<':
		for _, value := range []string{"<array", "<string", "<key"} {
			if strings.HasPrefix(lower, value) {
				return s.fail(at, "missing <plist> before %s>", value).WithHelp("put the value between <plist version=\"1.0\"> and </plist>")
			}
		}
		return s.fail(at, "unknown element %s; expected <plist>", abbreviate(s.text[at.Start:at.End])).WithHelp("replace the file with the profile, or put its value into <plist>")
	}
	return s.fail(at, "unexpected text before <plist>").WithHelp("remove the text")
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
			if s.inProgram() {
				return nil
			}
			end := "</plist>"
			if s.bare {
				end = "</dict>"
			}
			s.compatWarning(s.here(), "remove what follows "+end, "content after %s is ignored", end)
			return nil
		}
	}
}

// inProgram reports whether the document is a string of a PHP program, which goes on after it.
func (s *scanner) inProgram() bool {
	if len(s.src.Templates) == 0 {
		return false
	}
	first := s.src.Templates[0]
	text := s.text[first.Start:first.End]
	return strings.HasPrefix(text, "<?php") && strings.Contains(text, "<?xml") // whose ?> is the first
}

// misc skips a comment, a processing instruction, or a document type, and
// records the comments that are directives of this tool.
func (s *scanner) misc() *SyntaxError {
	at := s.pos
	switch {
	case s.has("<!--"):
		n := strings.Index(s.text[s.pos+4:], "-->")
		if n < 0 {
			return s.fail(Span{at, at + 4}, "comment is not closed; expected -->").WithHelp("add --> at the end of the comment")
		}
		s.pos += 4 + n + 3
		if isDirective(s.text[at+4 : at+4+n]) {
			s.src.Comments = append(s.src.Comments, Span{at, s.pos})
		}
	case s.has("<?"):
		n := strings.Index(s.text[s.pos:], "?>")
		if n < 0 {
			return s.fail(Span{at, at + 2}, "processing instruction <? is not closed; expected ?>").WithHelp("add ?> at the end of the processing instruction")
		}
		s.pos += n + 2
	default:
		return s.doctype()
	}
	return nil
}

// doctype skips a document type with its internal subset, if it has one.
func (s *scanner) doctype() *SyntaxError {
	at, rest := s.pos, s.text[s.pos:]
	if strings.EqualFold(rest[:min(len(rest), len("<!doctype html"))], "<!doctype html") && !strings.Contains(rest, "<plist") {
		return s.fail(s.here(), "found an HTML page, such as a login or error page; expected a property list").WithHelp("download the profile again while signed in, or use another URL")
	}
	if !s.has("<!DOCTYPE") {
		s.compatWarning(Span{at, at + 9}, "use <!DOCTYPE in uppercase", "lowercase <!doctype; Apple's reader rejects it")
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
				return s.fail(Span{i, i + 4}, "comment is not closed; expected -->").WithHelp("add --> at the end of the comment")
			}
			i += 4 + n + 2
		case c == '"' || c == '\'':
			quote = c
		case c == '[':
			if bracket++; bracket == 1 {
				s.compatWarning(Span{i, i + 1}, "remove the declarations, from [ to ]", "declarations inside <!DOCTYPE; Apple's reader rejects them")
			}
		case c == ']':
			bracket--
		case c == '>' && bracket <= 0:
			s.pos = i + 1
			if angle > 0 {
				s.compatWarning(Span{at, at + 9}, "replace > with &gt;", "unescaped > in <!DOCTYPE; Apple's reader takes it for the end of the tag")
			}
			return nil
		}
	}
	return s.fail(Span{at, at + 9}, "<!DOCTYPE is not closed; expected >").WithHelp("add > at the end of <!DOCTYPE")
}

// pairs reads keys with values of which nothing is to be said, which nearly all of any profile is made of, and reports
// whether there was something to read. It stops before what the other functions must read: BenchmarkParse/released takes
// 5.1 ms, and 6.7 ms if they read everything.
func (s *scanner) pairs() bool {
	if s.cur == nil || s.cur.Kind != Dict || s.hasKey {
		return false
	}
	text, at := s.text, s.pos
	for strings.HasPrefix(text[at:], "<key>") {
		length, met := plainText(text[at+len("<key>"):])
		keyEnd := at + len("<key>") + length
		if met&notPlain != 0 || !strings.HasPrefix(text[keyEnd:], "</key>") {
			break
		}
		key := text[at+len("<key>") : keyEnd]
		keyEnd += len("</key>")
		start := keyEnd
		for start < len(text) && spaces[text[start]] {
			start++
		}
		var kind Kind
		var open, end int
		var value string
		switch rest := text[start:]; {
		case strings.HasPrefix(rest, "<string>"):
			open = start + len("<string>")
			length, met = plainText(text[open:])
			end = open + length
			if met&notPlain == 0 && strings.HasPrefix(text[end:], "</string>") {
				kind, value = String, text[open:end]
				end += len("</string>")
			}
		case strings.HasPrefix(rest, "<true/>"):
			open, kind, value = start+len("<true/>"), Boolean, "true"
			end, met = open, 0
		case strings.HasPrefix(rest, "<false/>"):
			open, kind, value = start+len("<false/>"), Boolean, "false"
			end, met = open, 0
		case strings.HasPrefix(rest, "<integer>"):
			open, met = start+len("<integer>"), 0
			for end = open; end < len(text) && text[end] >= '0' && text[end] <= '9'; {
				end++
			}
			if end <= open+18 && strings.HasPrefix(text[end:], "</integer>") {
				kind, value = Integer, text[open:end]
				end += len("</integer>")
			}
		}
		if value == "" && kind != String || s.count >= maxNodes {
			s.key, s.hasKey, s.keyAt, s.templateBefore, s.pos = key, true, Span{at, keyEnd}, false, start
			return true
		}
		n, _ := s.node(kind, start)
		n.text, n.noVariables = value, met&8 == 0 || !template.HasVariable(value)
		n.open, n.end, n.asWritten = int32(open), int32(end), kind != Boolean
		n.Key, n.keyStart, n.keyEnd = key, int32(at), int32(keyEnd)
		s.appendChild(n)
		for at = end; at < len(text) && spaces[text[at]]; {
			at++
		}
	}
	if at == s.pos {
		return false
	}
	s.pos = at
	return true
}

// next reads one thing inside <plist>: a tag, a comment, or template text. It
// reports true after </plist>.
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
				return false, s.fail(s.here(), "CDATA section between elements").WithHelp("move the CDATA section into <string>, or remove it")
			}
			return false, s.fail(s.here(), "%s is not allowed between elements", abbreviate(s.text[s.pos:s.here().End])).WithHelp("remove it, or put the text into <string>")
		case '%', '$', '{', '<', '"', '\'':
			if done, err := s.oddTag(); done || err != nil {
				return false, err
			}
		}
	}
	return false, s.element()
}

// oddTag reads "<" with template text after it: an ERB block, or a tag whose
// name is a variable, as in <{{ .Flag }}/>.
func (s *scanner) oddTag() (bool, *SyntaxError) {
	if strings.HasPrefix(s.text[s.pos:], "<<<<<<<") {
		return true, s.fail(Span{s.pos, s.pos + 7}, "unresolved merge conflict").WithHelp(helpConflict)
	}
	at := s.pos
	if s.text[s.pos+1] == '%' {
		if s.template() {
			return true, nil
		}
		return true, s.fail(s.here(), "template tag <%% is not closed; expected %%>").WithHelp("add %%> at its end, or replace < with &lt; if no template is meant")
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

// templatedTag returns the end of an empty element whose name consists of
// variables and letters, such as <{{ .Flag }}/> and <{% if x %}true{% else
// %}false{% endif %}/>; 0 if there is none.
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
		case c == '{': // an expression of a program, as in <{"true" if x else "false"}/>
			n := strings.IndexAny(s.text[i:], "}<>\n")
			if n < 0 || s.text[i+n] != '}' {
				return 0
			}
			i += n + 1
			variables++
		case c|0x20 >= 'a' && c|0x20 <= 'z', IsSpace(c):
			i++
		default:
			return 0
		}
	}
	return 0
}

// stray reads text between elements: template text, or an error.
func (s *scanner) stray() *SyntaxError {
	if s.template() {
		return nil
	}
	at := s.here()
	switch {
	case s.has("======="), s.has(">>>>>>>"):
		return s.fail(at, "unresolved merge conflict").WithHelp(helpConflict)
	case s.text[s.pos] == 0:
		return s.fail(Span{s.pos, s.pos + 1}, "corrupt file: found a NUL byte").WithHelp(helpExport)
	}
	if r, n := utf8.DecodeRuneInString(s.text[s.pos:]); !unicode.IsPrint(r) && r != utf8.RuneError {
		return s.fail(Span{s.pos, s.pos + n}, "invisible character U+%04X between elements", r).WithHelp("remove the character")
	}
	err := s.structural(at, "unexpected text between elements").WithHelp("move the text into <string>, or remove it")
	next := strings.IndexByte(s.text[s.pos:], '<')
	if next < 0 {
		return err
	}
	start, stop := s.pos, s.pos+next
	tag, closes := s.scalarEnd(stop)
	if closes {
		err = s.structural(at, "missing <%s> before the text", tag).WithHelp("add <%s> before the text", tag)
		if s.cur != nil && s.cur.Kind == Dict && !s.hasKey {
			err = s.structural(at, "missing <key>…</key><%s> before the text", tag).WithHelp("add the key and <%s> before the text", tag)
		}
	}
	if err := s.resume(err); err != nil {
		return err
	}
	s.pos = stop
	if closes {
		s.pos += len("</>") + len(tag)
	}
	if !s.hasKey || !closes && !s.has("<key") && !s.has("</") {
		return nil
	}
	n, err := s.node(String, start) // the value, without its tags
	if err != nil {
		return err
	}
	n.text = strings.TrimRight(s.text[start:stop], " \t\r\n")
	n.open, n.end, n.unrendered, n.broken = int32(start), int32(start+len(n.text)), true, true
	return s.place(n)
}

// scalarEnd gives the name of the end tag at an offset, if it is that of a value
// that holds text.
func (s *scanner) scalarEnd(at int) (string, bool) {
	for _, name := range []string{"string", "data", "integer", "real", "date"} {
		if strings.HasPrefix(s.text[at:], "</"+name+">") {
			return name, true
		}
	}
	return "", false
}

// endOfFile reports what is still open at the end of the text.
func (s *scanner) endOfFile() *SyntaxError {
	end := len(strings.TrimRight(s.text, " \t\r\n"))
	at := Span{end, end}
	if s.cur != nil {
		line := s.src.Position(int(s.cur.start)).Line
		return s.structural(at, "truncated file: missing </%s>; <%s> was opened on line %d", s.cur.Kind, s.cur.Kind, line).WithHelp("add </%s>, or export the profile again", s.cur.Kind)
	}
	return s.structural(at, "truncated file: missing </plist>").WithHelp("add </plist>, or export the profile again")
}

// closesPlainly takes the end tag of the open dictionary or array, if that is what
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

// endTag closes the open dictionary or array, or the document.
func (s *scanner) endTag() (bool, *SyntaxError) {
	at := s.pos
	n := strings.IndexByte(s.text[at:], '>')
	if n < 0 {
		return false, s.fail(Span{at, len(s.text)}, "truncated file: ends inside the tag %s", abbreviate(s.text[at:])).WithHelp(helpExport)
	}
	tag := Span{at, at + n + 1}
	name := strings.TrimRight(s.text[at+2:at+n], " \t\r\n")
	if s.hasKey {
		if !s.templateBefore {
			if err := s.resume(s.structural(s.keyAt, "key %q has no value", abbreviate(s.key)).WithHelp("add a value after the key, or remove the key")); err != nil {
				return false, err
			}
			if err := s.missingValue(); err != nil {
				return false, err
			}
		} else if err := s.templateValue(); err != nil {
			return false, err
		}
	}
	switch {
	case s.cur == nil && name == "plist":
		if s.root == nil {
			if n := len(s.src.Faults); n > 0 && !s.templateBefore { // what is there instead of the value is why
				err := s.src.Faults[n-1]
				s.src.Faults = s.src.Faults[:n-1]
				return false, err
			}
			if !s.templateBefore {
				return false, s.fail(tag, "<plist> is empty; expected the dictionary of the profile").WithHelp("put the dictionary of the profile into <plist>")
			}
			if err := s.templateValue(); err != nil {
				return false, err
			}
		}
		s.pos = tag.End
		return true, nil
	case s.cur == nil:
		return false, s.structural(tag, "unexpected </%s>; no element of this name is open", abbreviate(name)).WithHelp("remove the end tag, or add its start tag")
	case name != s.cur.Kind.String():
		line := s.src.Position(int(s.cur.start)).Line
		return false, s.structural(tag, "</%s> does not match the <%s> opened on line %d", abbreviate(name), s.cur.Kind, line).WithHelp("add </%s> before it, or remove it", s.cur.Kind)
	}
	s.close(tag.End)
	s.pos = tag.End
	s.templateBefore = false
	return false, nil
}

// close ends the open dictionary or array, and passes its flags on to its parent.
func (s *scanner) close(end int) {
	n := s.cur
	n.end = int32(end)
	s.seen = s.seen[:s.depth-1]
	s.depth--
	if s.cur = n.parent; s.cur != nil {
		s.cur.noVariables = s.cur.noVariables && n.noVariables
		s.cur.noDuplicateKeys = s.cur.noDuplicateKeys && n.noDuplicateKeys
	}
}

// node cuts a node from the arena.
func (s *scanner) node(kind Kind, at int) (*Node, *SyntaxError) {
	if s.count++; s.count > maxNodes {
		return nil, s.fail(s.here(), "profile has more than %d values; no device reads it", maxNodes).WithHelp("split the profile")
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

// place adds the start of a value to the tree.
func (s *scanner) place(n *Node) *SyntaxError {
	switch {
	case s.cur == nil:
		at := Span{int(n.start), int(n.open)}
		if s.root != nil {
			if s.templateBefore { // the other branch of a template: the first one stands
				s.templateBefore = false
				return nil
			}
			return s.structural(at, "second value in <plist>; expected one").WithHelp("remove the value, or put both values into one dictionary")
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
			err := s.structural(at, "value without a key in the <dict> opened on line %d", line).WithHelp("add <key>…</key> before the value, or </dict> if it is not part of the dictionary")
			if n.Kind == Dict || n.Kind == Array {
				return err // it may well be meant for another place
			}
			return s.resume(err)
		}
		if last := s.cur.last; last != nil { // the other branch of a template
			n.Key, n.keyStart, n.keyEnd, n.alternate = last.Key, last.keyStart, last.keyEnd, true
		}
	}
	s.appendChild(n)
	return nil
}

func (s *scanner) appendChild(n *Node) {
	if s.cur.Kind == Dict && len(s.seen) > 0 {
		s.recordKey(n.Key)
	}
	if !n.noVariables {
		s.cur.noVariables = false
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

// templateValue creates a node for template text instead of a value.
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
	s.appendChild(n)
	return nil
}

// missingValue puts a broken value in place of the one that the last key does not have:
// the syntax error says so, and nothing else is known of it.
func (s *scanner) missingValue() *SyntaxError {
	n, err := s.node(String, s.keyAt.Start) // for no range is empty
	if err != nil {
		return err
	}
	n.open, n.end, n.unrendered, n.broken = int32(s.keyAt.End), int32(s.keyAt.End), true, true
	return s.place(n)
}

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
		return s.fail(tag, "<plist> inside <plist>").WithHelp("remove the inner <plist> and its end tag")
	}
	return s.skipUnknown(name, tag, empty)
}

// skipUnknown skips an element that property lists do not have, if it ends on
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

// unknown rejects an element that property lists do not have.
func (s *scanner) unknown(name string, tag Span) *SyntaxError {
	err := s.fail(tag, "unknown element <%s>", abbreviate(name)).WithHelp("use dict, array, string, integer, real, true, false, date, or data")
	switch strings.ToLower(name) {
	case "dict", "array", "string", "integer", "real", "true", "false", "date", "data", "key":
		err.Help = "use <" + strings.ToLower(name) + ">; element names are lowercase"
	case "bool", "boolean":
		err.Help = "use <true/> or <false/>"
	case "int", "number":
		err.Help = "use <integer>…</integer>"
	case "float", "double":
		err.Help = "use <real>…</real>"
	}
	return err
}

func (s *scanner) keyElement(tag Span, empty bool) *SyntaxError {
	if s.cur == nil || s.cur.Kind != Dict {
		if s.cur != nil {
			line := s.src.Position(int(s.cur.start)).Line
			return s.structural(tag, "<key> in the <array> opened on line %d; expected a value", line).WithHelp("add </array> or <dict> before it")
		}
		return s.structural(tag, "<key> outside a <dict>").WithHelp("add <dict> before it")
	}
	if s.hasKey {
		if !s.templateBefore {
			err := s.structural(s.keyAt, "key %q has no value: another <key> follows", abbreviate(s.key)).WithHelp("add a value between the two keys, or remove one of them")
			if keyname.IsSecret(s.key) {
				return err // what follows may be the secret
			}
			if err := s.resume(err); err != nil {
				return err
			}
			if err := s.missingValue(); err != nil {
				return err
			}
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
	n.open, n.end, n.noVariables, n.noDuplicateKeys = int32(tag.End), int32(tag.End), true, true
	if err := s.place(n); err != nil {
		return err
	}
	if empty {
		return nil
	}
	if s.depth++; s.depth > MaxDepth {
		return s.fail(tag, "<dict> and <array> are nested more than %d deep; no device reads such a profile", MaxDepth).WithHelp("flatten the structure")
	}
	s.seen = append(s.seen, keySet{})
	s.cur = n
	return nil
}

// recordKey records the key of a value that is about to be appended to the open
// dictionary. Whether the dictionary has the key already is looked up only if a
// key with the same digest came before, and not in large dictionaries.
// BenchmarkParse/released takes 3.1 ms, and 3.7 ms if every key is looked up.
func (s *scanner) recordKey(key string) {
	if !s.cur.noDuplicateKeys {
		return
	}
	h := keyDigest(key)
	if s.seen[s.depth-1].add(h%512, h>>9%512) {
		s.cur.noDuplicateKeys = s.cur.size <= maxUnindexed && !s.cur.holds(key)
	}
}

// keySet tells of keys, by two bits each, whether they may have come before.
type keySet [8]uint64

// add reports whether both bits were set.
func (k *keySet) add(a, b uint32) bool {
	x, y := &k[a/64], &k[b/64]
	seen := *x >> (a % 64) & 1 & (*y >> (b % 64))
	*x |= 1 << (a % 64)
	*y |= 1 << (b % 64)
	return seen != 0
}

// keyDigest is a digest of the start, the middle and the end of a key.
func keyDigest(key string) uint32 {
	var a, b uint64
	if n := len(key); n >= 8 {
		a, b = loadUint64(key)+uint64(n), loadUint64(key[n-8:])^bits.RotateLeft64(loadUint64(key[n/2-4:]), 32)
	} else {
		for i := range n {
			a = a<<8 | uint64(key[i])
		}
	}
	high, low := bits.Mul64(a^0x9e3779b97f4a7c15, b^0xd1b54a32d192ed03) // all bits of both count
	return uint32(high ^ low)
}

func (n *Node) holds(key string) bool {
	for c := n.first; c != nil; c = c.next {
		if c.Key == key {
			return true
		}
	}
	return false
}

// loadUint64 is the first eight bytes of a text, as a little-endian number.
func loadUint64(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}
