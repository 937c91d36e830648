package checker

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/sceplint/sceplint/checker/profile"
)

// graphNames are the names that Microsoft Graph has for the keys of a SCEP payload.
// https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-macosscepcertificateprofile
var graphNames = map[string]string{
	"AllowAllAppsAccess": "allowAllAppsAccess",
	"Key Usage":          "keyUsage",
	"Keysize":            "keySize",
	"Subject":            "subjectNameFormatString",
	"SubjectAltName":     "customSubjectAlternativeNames",
	"URL":                "scepServerUrls",
}

var graphKey = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(AllowAllAppsAccess|Key Usage|Keysize|SubjectAltName|Subject|URL)\b`)
})

// graphValues writes the values of a message as Graph has them.
var graphValues = strings.NewReplacer(
	"1 (signing), 4 (encryption) or 5 (both)", "digitalSignature, keyEncipherment, or both",
	"1 for signing, 4 for encryption or 5 for both", "digitalSignature, keyEncipherment, or both",
	`"Keysize": 2048, or 4096`, `"keySize": "size2048", or "size4096"`,
	`"Keysize": 2048`, `"keySize": "size2048"`,
	"SCEP credential", "SCEP profile", "SCEP payload", "SCEP profile",
)

// inGraph returns a text of sceplint with the names of Microsoft Graph.
func inGraph(text string) string {
	return graphKey().ReplaceAllStringFunc(graphValues.Replace(text), func(key string) string { return graphNames[key] })
}

// inGraphUnquoted leaves alone what is in quotation marks, which may be a value of the
// document.
func inGraphUnquoted(text string) string {
	parts := strings.Split(text, `"`)
	for i := 0; i < len(parts); i += 2 {
		parts[i] = inGraph(parts[i])
	}
	return strings.Join(parts, `"`)
}

// graphArgs returns the arguments of a message with the names of Graph.
func graphArgs(args []any) []any {
	named := make([]any, len(args))
	for i, arg := range args {
		named[i] = arg
		switch arg := arg.(type) {
		case Prose:
			named[i] = Prose(inGraphUnquoted(string(arg)))
		case Phrase:
			named[i] = Phrase(inGraphUnquoted(string(arg)))
		case Markup:
			named[i] = Markup(inGraph(string(arg)))
		case string:
			if name := graphNames[arg]; name != "" {
				named[i] = name
			}
		}
	}
	return named
}

// graphPath returns the path of a value in the configuration of Graph, or in the
// whole response, from its path in the profile made of it.
func graphPath(x *profile.Export, path []any) []any {
	if entry := x.Entry.Path(); len(entry) > 0 && len(path) > len(entry) && slices.Equal(path[:len(entry)], entry) {
		return path[len(entry):]
	}
	if len(path) < 4 || path[0] != "PayloadContent" {
		return path
	}
	key, _ := path[3].(string)
	return []any{cmp.Or(graphNames[key], key)}
}
