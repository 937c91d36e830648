package profile

import (
	"strings"
)

// Syntax is a way of writing a variable that some product replaces before, or
// while, a profile is installed.
type Syntax string

// The syntaxes that are recognised. Several products share most of them.
const (
	SyntaxFleet       Syntax = "fleet"        // $FLEET_VAR_NAME, ${FLEET_SECRET_NAME}
	SyntaxDollar      Syntax = "dollar"       // $NAME, ${name}, $(command): Jamf Pro, Kandji, Ivanti, shells
	SyntaxPercent     Syntax = "percent"      // %Name%: macOS itself, Jamf School, Mosyle, FileWave
	SyntaxDoubleBrace Syntax = "double-brace" // {{Name}}: Intune, SimpleMDM, Addigy, Go and Jinja templates
	SyntaxBrace       Syntax = "brace"        // {Name}: Workspace ONE
	SyntaxBlock       Syntax = "block"        // {% … %}, {# … #}, <% … %>, %{ if … }: Jinja, ERB and Terraform
	SyntaxToken       Syntax = "token"        // __NAME__, @NAME@, #@Name#@, ::NAME::, #{NAME}, [[NAME]]: build scripts
	SyntaxPrintf      Syntax = "printf"       // %s, %d, %2$s: formats of printf
	SyntaxCode        Syntax = "code"         // <?= $name ?>, <?php … ?>, " + name + ": PHP, and strings put together by programs
)

// Variable is one variable or template block in a text.
type Variable struct {
	Syntax     Syntax
	Name       string // what stands between the marks
	Start, End int    // bytes of the text
}

// Variables finds the template variables of a text, in order. Whatever one of
// the known products would replace counts; whether it knows the name does not.
func Variables(text string) []Variable {
	var found []Variable
	f := finder{text: text, longest: longest}
	for i := 0; ; {
		v, ok := f.next(i)
		if !ok {
			return found
		}
		found = append(found, v)
		i = v.End
	}
}

// Variables finds the template variables of a value's text.
func (n *Node) Variables() []Variable {
	if n == nil || n.plain {
		return nil
	}
	found := Variables(n.text)
	n.settlePlain(len(found) > 0)
	return found
}

// HasVariable reports whether a value's text holds a template variable.
func (n *Node) HasVariable() bool {
	if n == nil || n.plain {
		return false
	}
	has := HasVariable(n.text)
	n.settlePlain(has)
	return has
}

// settlePlain remembers what was found in the text of a value, for many ask. Of a
// dict or array it would speak of what is in it too, and template text stays what
// it is, however long.
func (n *Node) settlePlain(variable bool) {
	if !n.Is(Dict, Array, Template) && !n.unrendered {
		n.plain = !variable
	}
}

// HasVariable reports whether a text holds a template variable.
func HasVariable(text string) bool {
	_, ok := (&finder{text: text, longest: longest}).next(0)
	return ok
}

// IsVariable reports whether a text is one template variable and nothing else
// but white space around it.
func IsVariable(text string) bool {
	text = strings.TrimSpace(text)
	if text == "" {
		return false
	}
	v, ok := variableAt(text, 0)
	return ok && v.End == len(text)
}

// Literal returns a text with each of its variables replaced by a stand-in, so
// that the rest of it can still be checked.
func Literal(text, standIn string) string {
	found := Variables(text)
	if len(found) == 0 {
		return text
	}
	var b strings.Builder
	at := 0
	for _, v := range found {
		b.WriteString(text[at:v.Start])
		b.WriteString(standIn)
		at = v.End
	}
	b.WriteString(text[at:])
	return b.String()
}
