package profile

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// kindOfJSON tells which system wrote a JSON document, by words that are in it;
// "" if it is none that is known.
func kindOfJSON(text []byte) ExportKind {
	holds := func(word string) bool { return bytes.Contains(text, []byte(word)) }
	switch {
	case holds(`"SPConfigurationProfileDataType"`):
		return ExportSystemProfiler
	case holds(`configuration_profile`) && holds(`"general"`), holds(`"os_x_configuration_profiles"`), holds(`"configuration_profiles"`) && holds(`"id"`):
		return ExportJamf
	case holds(`CustomConfiguration"`), holds(`ScepCertificateProfile"`), holds(`"payloadFileName"`), holds(`"scepServerUrls"`),
		(holds("#microsoft.graph.") || holds("//graph.microsoft.com/")) && holds(`"value"`):
		return ExportIntune
	}
	return ""
}

// exportedJSON gives the profiles of a JSON document that another system wrote,
// nil if it is none that is known.
func (s *document) exportedJSON() []*Profile {
	var read func(*document, *Node) []*Profile
	switch kindOfJSON(s.Text) {
	case ExportSystemProfiler:
		read = (*document).systemProfilerJSON
	case ExportJamf:
		read = (*document).jamfJSON
	case ExportIntune:
		read = (*document).intune
	default:
		return nil
	}
	src, root, err := s.readExportJSON()
	if err != nil && root == nil {
		return nil
	}
	list := read(src, root) // what was read of a damaged one is judged
	if err == nil || list == nil {
		return list
	}
	kind := list[0].Export.Kind
	if list[0].Export.Nothing != "" {
		list = nil
	}
	return append(list, &Profile{Source: src.Source, Err: err, Export: &Export{Kind: kind}})
}

// readExportJSON reads the values of a JSON document. Of a damaged one it gives
// what stands before the damage.
func (s *document) readExportJSON() (*document, *Node, *SyntaxError) {
	src := newSource(s.Name, s.Text)
	src.Origin, src.Rewritten = s.Origin, true
	root, err := ParseJSON(src)
	return &document{Source: src, truncated: err != nil}, root, err
}

// unescapeJSON decodes what stands between the quotation marks of a string.
func unescapeJSON(written string, jump func(inner, outer int)) string {
	var b strings.Builder
	for i := 0; i < len(written); {
		n := strings.IndexByte(written[i:], '\\')
		if n < 0 {
			n = len(written) - i
		}
		b.WriteString(written[i : i+n])
		if i += n; i+1 >= len(written) {
			break
		}
		switch c := written[i+1]; c {
		case 'u':
			r, size := escapedUnit(written[i:])
			if utf16.IsSurrogate(r) {
				second, more := escapedUnit(written[i+size:])
				if r = utf16.DecodeRune(r, second); r != utf8.RuneError {
					size += more
				}
			}
			b.WriteRune(r)
			i += size
		default:
			if k := strings.IndexByte("bfnrt", c); k >= 0 {
				c = "\b\f\n\r\t"[k]
			}
			b.WriteByte(c)
			i += 2
		}
		jump(b.Len(), i)
	}
	return b.String()
}

// escapedUnit decodes a \u escape at the start of the text.
func escapedUnit(text string) (r rune, size int) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return utf8.RuneError, min(2, len(text))
	}
	v, err := strconv.ParseUint(text[2:6], 16, 32)
	if err != nil {
		return utf8.RuneError, 2
	}
	return rune(v), 6
}

// systemProfilerJSON is systemProfiler for JSON, which has the report under the
// name of its type.
func (s *document) systemProfilerJSON(root *Node) []*Profile {
	report := root.Get("SPConfigurationProfileDataType")
	if !report.Is(Array) {
		return nil
	}
	report.Key = "_items"
	section := NewNode(Dict, "", "")
	section.SetChildren(report)
	return s.reportedOrNone(s.reported(section, ""))
}
