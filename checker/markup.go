package checker

import "strings"

// Markup is a piece of an XML property list in a message or in help. In JSON
// documents it is written as JSON, both as an argument and in the format; values
// of the document are other arguments, which are not changed.
type Markup string

// inJSON replaces XML with JSON. Of the pairs that match at a position the first
// one counts.
var inJSON = strings.NewReplacer(
	" inside <data>", "",
	"digits inside <integer>", "a number without quotation marks",
	"inside <string>", "in quotation marks",
	"use one <string>", "use one string",
	"missing <array> level", "missing level of […]",
	"missing <array> levels", "missing levels of […]",
	"extra <array> level", "extra level of […]",
	"this <array>", "this […]",
	"a dictionary", "an object",
	"dictionary", "object",

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

	"SCEP payload", "SCEP credential",
)
