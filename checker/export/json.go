package export

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/profile"
)

// system is a system that writes documents in JSON.
type system string

// The systems.
const (
	systemProfiler system = "system_profiler" // of macOS
	jamf           system = "Jamf Pro"
	intune         system = "Microsoft Intune"
)

// systemOfJSON returns which system wrote a JSON document, by words in it; "" if
// it is not known.
func systemOfJSON(text []byte) system {
	holds := func(word string) bool { return bytes.Contains(text, []byte(word)) }
	switch {
	case holds(`"SPConfigurationProfileDataType"`):
		return systemProfiler
	case holds(`configuration_profile`) && holds(`"general"`), holds(`"os_x_configuration_profiles"`), holds(`"configuration_profiles"`) && holds(`"id"`):
		return jamf
	case holds(`CustomConfiguration"`), holds(`ScepCertificateProfile"`), holds(`"payloadFileName"`), holds(`"scepServerUrls"`),
		(holds("#microsoft.graph.") || holds("//graph.microsoft.com/")) && holds(`"value"`):
		return intune
	}
	return ""
}

// readJSON returns the profiles of a JSON document that another system wrote,
// nil if it is not a known one.
func (s *document) readJSON() []*profile.Profile {
	var read func(*document, *plist.Node) []*profile.Profile
	switch systemOfJSON(s.Text) {
	case systemProfiler:
		read = (*document).readSystemProfilerJSON
	case jamf:
		read = (*document).readJamfJSON
	case intune:
		read = (*document).readIntune
	default:
		return nil
	}
	src, root, err := s.parseJSON()
	if err != nil && root == nil {
		return nil
	}
	list := read(src, root) // what was read of a malformed one is checked
	if err == nil || list == nil {
		return list
	}
	if list[0].Export.Nothing != "" {
		list = nil
	}
	return append(list, &profile.Profile{Source: src.Source, Err: err, Export: &profile.Export{}})
}

// parseJSON reads the values of a JSON document. For a malformed one it returns
// what is before the error.
func (s *document) parseJSON() (*document, *plist.Node, *plist.SyntaxError) {
	src := plist.NewSource(s.Name, s.Text)
	src.Origin, src.Rewritten = s.Origin, true
	root, err := plist.ParseJSON(src)
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

// readSystemProfilerJSON is systemProfiler for JSON, which has the report under the
// name of its type.
func (s *document) readSystemProfilerJSON(root *plist.Node) []*profile.Profile {
	report := root.Get("SPConfigurationProfileDataType")
	if !report.Is(plist.Array) {
		return nil
	}
	report.Key = "_items"
	section := plist.NewNode(plist.Dict, "", "")
	section.SetChildren(report)
	return s.reportedOrNone(s.reported(section, ""))
}
