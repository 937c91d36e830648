package checker

import "strings"

// Markup is a piece of an XML property list that a message tells its reader to
// write. Messages about JSON say it in JSON, where it is an argument of
// Pass.At and its like, or stands in their format; values of the document are
// other arguments, which are left alone.
type Markup string

// inJSON says in JSON what rules say in XML. Of the pairs that fit at a place
// the first one counts.
var inJSON = strings.NewReplacer(
	" inside <data>", "",
	"inside <integer>", "without quotation marks",
	"inside <string>", "in quotation marks",
	"one <string>", "one string",
	"of <array>", "of […]",
	"this <array>", "this […]",

	"</key><integer>", `": `,
	"</key><string>", `": "`,
	"</string><string>", `", "`,
	"</array><array>", "], [",
	"<key>", `"`, "</key>", `"`,
	"<string>", `"`, "</string>", `"`,
	"<data>", `"`, "</data>", `"`,
	"<integer>", "", "</integer>", "",
	"<array>", "[", "</array>", "]",
	"<true/>", "true", "<false/>", "false",

	"with the element that", "in the type that",
	"SCEP payload", "SCEP credential",
)
