package export

import (
	"bytes"
	"path"
	"regexp"
	"strings"
	"sync"

	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/profile"
)

// readBlocks returns the profiles inside a document of another language: those
// in heredocs of Terraform and in fenced code blocks of Markdown. It returns nil
// if the name is not that of such a document.
func (s *document) readBlocks() []*profile.Profile {
	switch strings.ToLower(path.Ext(s.Name)) {
	case ".tf", ".tofu":
		return s.readProfiles(&profile.Export{Rendered: true, Nothing: "a Terraform file without a profile in a heredoc"}, heredocs(s.Text))
	case ".md", ".markdown":
		return s.readProfiles(&profile.Export{Nothing: "a Markdown file without a profile in a code block"}, codeBlocks(s.Text))
	}
	return nil
}

func (s *document) readProfiles(export *profile.Export, blocks []block) (list []*profile.Profile) {
	if len(s.Text) > plist.MaxSize {
		return nil
	}
	for _, b := range blocks {
		text := s.Text[b.at.Start:b.at.End]
		if !bytes.Contains(text, []byte("<plist")) || !bytes.Contains(text, []byte("PayloadType")) && !bytes.Contains(text, []byte("PayloadContent")) {
			continue
		}
		export := &profile.Export{Rendered: export.Rendered, Name: b.name}
		if b.open {
			list = append(list, s.unreadable(export, b.at, "%s is not closed", b.what))
		} else {
			list = append(list, s.embedded(b.at, b.decode, export))
		}
	}
	if list == nil {
		list = []*profile.Profile{{Source: s.Source, Root: plist.NewNode(plist.Dict, "", ""), Export: export}}
	}
	return list
}

// block is a document inside another one.
type block struct {
	at     plist.Span // of its lines
	name   string     // of what it is in; may be empty
	what   string     // what it is, if it is open
	open   bool       // its end is missing
	indent int        // of each line, in bytes that are no part of it
	escape string     // characters that are repeated before {
}

// decode decodes the lines of the block.
func (b *block) decode(written string, jump func(inner, outer int)) string {
	if b.indent == 0 && !strings.Contains(written, "{") {
		return written
	}
	var text strings.Builder
	text.Grow(len(written))
	at := 0
	for line := range strings.Lines(written) {
		start := at
		at += len(line)
		if cut := min(b.indent, len(line)-len(strings.TrimLeft(line, " \t"))); cut > 0 {
			line = line[cut:]
			start += cut
			jump(text.Len(), start)
		}
		for {
			i := -1
			for _, c := range b.escape {
				twice := string(c) + string(c) + "{"
				if j := strings.Index(line, twice); j >= 0 && (i < 0 || j < i) {
					i = j
				}
			}
			if i < 0 {
				text.WriteString(line)
				break
			}
			text.WriteString(line[:i+1])
			line, start = line[i+2:], start+i+2
			jump(text.Len(), start)
		}
	}
	return text.String()
}

var (
	heredocOpening = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`<<(-?)([\pL_][\pL\pN_-]*)[ \t]*\r?$`) })
	terraformBlock = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^[ \t]*(?:resource|data|locals|variable|output|module)[ \t]*(?:"[^"]*"[ \t]*)?"?([^"{]*)"?[ \t]*\{`)
	})
	// elision is a line that stands for others: what has one is an excerpt, and no property list. In a comment it keeps
	// nothing from being checked.
	elision = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^[ \t>]*(?:--|\[)?[ \t]*(?:\.\.\.|…|snip)[ \t]*(?:--|\])?[ \t]*\r?$`)
	})
	fenceOpening = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile("^[ \t>]*(?:[-*+] +|[0-9]+[.)] +)?(`{3,}|~{3,})[ \t]*([A-Za-z]*)")
	})
)

// fileLines yields the lines of a text with their offsets.
func fileLines(text []byte) func(yield func(start int, line []byte) bool) {
	return func(yield func(int, []byte) bool) {
		at := 0
		for line := range bytes.Lines(text) {
			if !yield(at, bytes.TrimSuffix(line, []byte("\n"))) {
				return
			}
			at += len(line)
		}
	}
}

// heredocs finds the heredocs of Terraform.
// https://developer.hashicorp.com/terraform/language/expressions/strings
func heredocs(text []byte) (list []block) {
	var b *block
	var end, name string
	for start, line := range fileLines(text) {
		if b == nil {
			if m := terraformBlock().FindSubmatch(line); m != nil {
				name = strings.TrimSpace(string(m[1]))
			}
			trimmed := bytes.TrimLeft(line, " \t")
			if !bytes.Contains(line, []byte("<<")) || bytes.HasPrefix(trimmed, []byte("#")) || bytes.HasPrefix(trimmed, []byte("//")) {
				continue
			}
			if m := heredocOpening().FindSubmatch(line); m != nil {
				end = string(m[2])
				b = &block{at: plist.Span{Start: start + len(line) + 1, End: len(text)}, name: name, what: "heredoc " + end, escape: "$%"}
				if len(m[1]) > 0 {
					b.indent = -1 // not known yet
				}
			}
			continue
		}
		if string(bytes.TrimSpace(line)) != end {
			continue
		}
		b.at.End = start
		if b.indent < 0 {
			b.indent = commonIndent(text[b.at.Start:b.at.End])
		}
		list, b = append(list, *b), nil
	}
	if b != nil {
		b.open, b.at.Start = true, min(b.at.Start, len(text))
		list = append(list, *b)
	}
	return list
}

// commonIndent counts the blanks that all lines begin with but empty ones.
func commonIndent(text []byte) int {
	indent := -1
	for _, line := range fileLines(text) {
		blanks := len(line) - len(bytes.TrimLeft(line, " \t"))
		if blanks < len(bytes.TrimRight(line, "\r")) && (indent < 0 || blanks < indent) {
			indent = blanks
		}
	}
	return max(indent, 0)
}

// codeBlocks finds the fenced code blocks of Markdown that are XML or name no language,
// excerpts excluded.
// https://spec.commonmark.org/0.31.2/#fenced-code-blocks
func codeBlocks(text []byte) (list []block) {
	var b *block
	var fence []byte
	wanted := false
	for start, line := range fileLines(text) {
		if b == nil {
			m := fenceOpening().FindSubmatchIndex(line)
			if m == nil {
				continue
			}
			fence = line[m[2]:m[3]]
			switch strings.ToLower(string(line[m[4]:m[5]])) {
			case "", "xml", "plist", "mobileconfig", "html":
				wanted = true
			default:
				wanted = false
			}
			b = &block{at: plist.Span{Start: start + len(line) + 1, End: len(text)}, what: "code block", indent: m[2]}
			continue
		}
		wanted = wanted && !elision().Match(line)
		if close := bytes.TrimLeft(bytes.TrimRight(line, " \t\r"), " \t>"); len(close) < len(fence) || len(bytes.Trim(close, string(fence[:1]))) > 0 {
			continue
		}
		b.at.End = start
		if wanted {
			list = append(list, *b)
		}
		b = nil
	}
	if b != nil && wanted { // it goes on to the end of the document
		b.at.Start = min(b.at.Start, len(text))
		list = append(list, *b)
	}
	return list
}
