// Package template finds the variables that MDM products and build tools replace
// in a text, and placeholders that were not replaced.
package template

import (
	"slices"
	"strings"
)

// Syntax is a way of writing a variable that some product replaces before, or
// while, a profile is installed.
type Syntax string

// The syntaxes that are recognized. Several products share most of them.
const (
	SyntaxFleet       Syntax = "fleet"        // $FLEET_VAR_NAME, ${FLEET_SECRET_NAME}
	SyntaxDollar      Syntax = "dollar"       // $NAME, ${name}, $(command): Jamf Pro, Kandji, Ivanti, shells
	SyntaxPercent     Syntax = "percent"      // %Name%: macOS itself, Jamf School, Mosyle, FileWave
	SyntaxDoubleBrace Syntax = "double-brace" // {{Name}}: Intune, SimpleMDM, Addigy, Go and Jinja templates
	SyntaxBrace       Syntax = "brace"        // {Name}: Workspace ONE
	SyntaxFormat      Syntax = "format"       // {name}, {}, {0}: formats of Python, Rust, and C#
	SyntaxBlock       Syntax = "block"        // {% … %}, {# … #}, <% … %>, [% … %], %{ if … }: Jinja, ERB, Template Toolkit, and Terraform
	SyntaxToken       Syntax = "token"        // __NAME__, @NAME@, #@Name#@, ::NAME::, #{NAME}, [[NAME]]: build scripts
	SyntaxPrintf      Syntax = "printf"       // %s, %d, %2$s, %[2]s: formats of printf
	SyntaxCode        Syntax = "code"         // <?= $name ?>, <?php … ?>, " + name + ", \(name): PHP, and strings put together by programs
)

// Variable is one variable or template block in a text.
type Variable struct {
	Syntax     Syntax
	Name       string // the text between the marks
	Start, End int    // bytes of the text
}

// IsExpression reports whether the variable belongs to a template language, which can
// take away whitespace around it.
func (v Variable) IsExpression() bool {
	return v.Syntax == SyntaxBlock || v.Syntax == SyntaxDoubleBrace
}

// Variables finds the template variables of a text, in order. What a known
// product would replace counts, even if the product does not have the name.
func Variables(text string) []Variable {
	var found []Variable
	f := finder{text: text, max: maxVariable}
	for i := 0; ; {
		v, ok := f.next(i)
		if !ok {
			return found
		}
		found = append(found, v)
		i = v.End
	}
}

// HasVariable reports whether a text holds a template variable.
func HasVariable(text string) bool {
	_, ok := (&finder{text: text, max: maxVariable}).next(0)
	return ok
}

// IsVariable reports whether a text is one template variable and nothing else
// but whitespace around it.
func IsVariable(text string) bool {
	text = strings.TrimSpace(text)
	if text == "" {
		return false
	}
	v, ok := At(text, 0)
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

// IsCertain reports whether a text is certainly one variable that holds only a
// name. "$ecret" and "%pass%" may be variables or passwords, and
// {{ env "X" | default "pass" }} contains a password.
func IsCertain(text string) bool {
	text = strings.TrimSpace(text)
	if !IsVariable(text) || strings.ContainsAny(text, "\"'`:=") {
		return false
	}
	v, _ := At(text, 0)
	switch v.Syntax {
	case SyntaxFleet, SyntaxDoubleBrace, SyntaxBlock:
		return true
	case SyntaxDollar:
		return strings.HasPrefix(text, "${") || isUpperName(v.Name) && len(v.Name) > 3
	}
	return false
}

// maxVariable is the maximum length of a variable inside a text, in bytes.
const maxVariable = 4096

// finder recognizes variables in a text. It caches the offsets of closing
// marks, so that a text full of opening marks is not searched to its end for
// each of them.
type finder struct {
	text string
	max  int
	ends []end
}

// end is where a closing mark was found, searching from some offset on.
type end struct {
	mark     string
	from, at int
}

// Closing returns the offset of the first closing mark at or after an offset, or -1.
func (f *finder) Closing(mark string, from int) int {
	i := slices.IndexFunc(f.ends, func(e end) bool { return e.mark == mark })
	if i >= 0 && f.ends[i].from <= from && (f.ends[i].at >= from || f.ends[i].at < 0) {
		return f.ends[i].at
	}
	at := strings.Index(f.text[from:], mark)
	if at >= 0 {
		at += from
	}
	if i < 0 {
		f.ends = append(f.ends, end{mark, from, at})
	} else {
		f.ends[i] = end{mark, from, at}
	}
	return at
}

// At returns the variable of any length that starts at i.
func At(text string, i int) (Variable, bool) {
	f := finder{text: text, max: len(text)}
	return f.At(i)
}

// between recognizes a variable by its opening and closing marks.
func (f *finder) between(i int, s Syntax, open, shut string) (Variable, bool) {
	if !strings.HasPrefix(f.text[i:], open) {
		return Variable{}, false
	}
	start := i + len(open)
	at := f.Closing(shut, start)
	if at < 0 || at-start > f.max {
		return Variable{}, false
	}
	name := strings.TrimSpace(f.text[start:at])
	return Variable{s, name, i, at + len(shut)}, name != ""
}

// At recognizes the variable that starts at i.
func (f *finder) At(i int) (Variable, bool) {
	rest := f.text[i:]
	switch rest[0] {
	case '$':
		return f.dollar(i)
	case '%':
		if v, ok := f.between(i, SyntaxToken, "%%", "%%"); ok && isUpperName(v.Name) {
			return v, true
		}
		if v, ok := f.between(i, SyntaxBlock, "%{", "}"); ok && isDirective(v.Name) {
			return v, true
		}
		if v, ok := f.between(i, SyntaxPercent, "%", "%"); ok && isPercentName(v.Name) {
			return v, true
		}
		return f.printf(i)
	case '{':
		switch {
		case strings.HasPrefix(rest, "{{"):
			v, ok := f.between(i, SyntaxDoubleBrace, "{{", "}}")
			for ok && v.End < len(f.text) && f.text[v.End] == '}' {
				v.End++ // {{{name}}} and {{ {…} }}
			}
			return v, ok
		case strings.HasPrefix(rest, "{%"):
			return f.between(i, SyntaxBlock, "{%", "%}")
		case strings.HasPrefix(rest, "{#"):
			return f.between(i, SyntaxBlock, "{#", "#}")
		case strings.HasPrefix(rest, "{$"): // PHP
			v, ok := f.between(i, SyntaxCode, "{$", "}")
			return v, ok && nameLength(v.Name) > 0 && !strings.ContainsAny(v.Name, "\n<")
		}
		if v, ok := f.between(i, SyntaxBrace, "{", "}"); ok && v.Name[0] >= 'A' && v.Name[0] <= 'Z' && isPlainName(v.Name) {
			return v, true
		}
		return f.format(i)
	case '<':
		for _, open := range []string{"<?=", "<?php"} {
			if v, ok := f.between(i, SyntaxCode, open, "?>"); ok {
				return v, true
			}
		}
		return f.between(i, SyntaxBlock, "<%", "%>")
	case '#':
		if v, ok := f.between(i, SyntaxToken, "#@", "#@"); ok && isPlainName(v.Name) {
			return v, true
		}
		return f.between(i, SyntaxToken, "#{", "}")
	case ':':
		v, ok := f.between(i, SyntaxToken, "::", "::")
		return v, ok && isUpperName(v.Name)
	case '"', '\'', '`':
		return f.concatenation(i)
	case '\\':
		v, ok := f.between(i, SyntaxCode, "\\(", ")")
		return v, ok && isPlainName(v.Name)
	case '[':
		if v, ok := f.between(i, SyntaxBlock, "[%", "%]"); ok {
			return v, true
		}
		v, ok := f.between(i, SyntaxToken, "[[", "]]")
		return v, ok && isPlainName(v.Name)
	case '_':
		v, ok := f.between(i, SyntaxToken, "__", "__")
		return v, ok && isUpperName(v.Name)
	case '@':
		if v, ok := f.between(i, SyntaxToken, "@@", "@@"); ok && isUpperName(v.Name) {
			return v, true
		}
		v, ok := f.between(i, SyntaxToken, "@", "@")
		return v, ok && isUpperName(v.Name)
	}
	return Variable{}, false
}

// dollar recognizes $NAME, ${name} and $(command). A bare name counts if it is
// written in capitals, as every product does, or stands alone: "pa$word" is a
// password, "$word" is not.
func (f *finder) dollar(i int) (Variable, bool) {
	rest := f.text[i+1:]
	v := Variable{Syntax: SyntaxDollar, Start: i}
	ok := false
	switch {
	case strings.HasPrefix(rest, "{"):
		v, ok = f.between(i, SyntaxDollar, "${", "}")
	case strings.HasPrefix(rest, "("):
		v, ok = f.between(i, SyntaxDollar, "$(", ")")
	default:
		n := nameLength(rest)
		if n == 0 || n > maxName || rest[0] >= '0' && rest[0] <= '9' {
			return v, false
		}
		v.Name, v.End = rest[:n], i+1+n
		if v.End < len(f.text) && f.text[v.End] == '$' && (v.End+1 == len(f.text) || nameLength(f.text[v.End+1:]) == 0) {
			v.End++ // $NAME$
		}
		ok = i == 0 && v.End == len(f.text) || n >= 2 && isUpperName(v.Name)
	}
	if strings.HasPrefix(v.Name, "FLEET_VAR_") || strings.HasPrefix(v.Name, "FLEET_SECRET_") {
		v.Syntax = SyntaxFleet
	}
	return v, ok
}

// printf recognizes %s, %d, %v, %@, %2$s, and %[2]s, where no letter or digit follows: it
// would be part of a word, or of a percent-encoded byte.
func (f *finder) printf(i int) (Variable, bool) {
	rest := f.text[i+1:]
	n, first := 0, 0
	if rest != "" && rest[0] == '[' {
		n, first = 1, 1
	}
	for n < len(rest) && n < first+3 && rest[n] >= '0' && rest[n] <= '9' {
		n++
	}
	if n > 0 && (n == first || n == len(rest) || rest[n] != "$]"[first] || rest[first] == '0') {
		return Variable{}, false
	}
	if n > 0 {
		n++ // the dollar sign or the bracket
	}
	if n == len(rest) || strings.IndexByte("sdv@", rest[n]) < 0 {
		return Variable{}, false
	}
	n++
	if n < len(rest) && (nameLength(rest[n:n+1]) > 0 || rest[n] == '%') {
		return Variable{}, false
	}
	return Variable{SyntaxPrintf, rest[:n], i, i + 1 + n}, true
}

// format recognizes {name}, {0}, and {}, where no letter or digit is beside it: it would be
// part of a password, or of a regular expression.
func (f *finder) format(i int) (Variable, bool) {
	n := i + 1
	for n < len(f.text) && n-i <= maxName && (nameLength(f.text[n:n+1]) > 0 || f.text[n] == '.' && n > i+1) {
		n++
	}
	if n < len(f.text) && n > i+1 && (f.text[n] == '(' || f.text[n] == '[') { // {user.name()}, {row['url']}
		at := f.Closing("}", n)
		if at < 0 || at-i > f.max || strings.ContainsAny(f.text[n:at], "{<>\n") || strings.IndexByte(")]", f.text[at-1]) < 0 {
			return Variable{}, false
		}
		n = at
	}
	v := Variable{SyntaxFormat, f.text[i+1 : n], i, n + 1}
	switch {
	case n == len(f.text) || f.text[n] != '}', n > i+2 && v.Name[0] >= '0' && v.Name[0] <= '9':
		return v, false
	case i > 0 && (isLetter(f.text[i-1]) || strings.IndexByte("{$%\\)]", f.text[i-1]) >= 0):
		return v, false
	}
	return v, v.End == len(f.text) || f.text[v.End] != '}' && !isLetter(f.text[v.End])
}

// isLetter reports whether a byte is a letter or a digit.
func isLetter(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// concatenation recognizes where the string of a program ends and begins again,
// as in " + name + ", " + name + @", and '+name+', on one line. The quotes are double, single, or
// those of Go and JavaScript.
func (f *finder) concatenation(i int) (Variable, bool) {
	quote, rest := f.text[i:i+1], f.text[i+1:]
	for _, dot := range []string{".$", " . $"} { // PHP
		if strings.HasPrefix(rest, dot) {
			return f.phpConcatenation(i, i+len(dot), quote)
		}
	}
	if tight, ok := strings.CutPrefix(rest, "+"); ok {
		name, tail, _ := strings.Cut(tight[:min(len(tight), maxName+2)], "+")
		end := i + len("\"+") + len(name) + len("+\"")
		name = strings.TrimSpace(name)
		return Variable{SyntaxCode, name, i, end}, strings.HasPrefix(tail, quote) && isPlainName(name) && name[0] > '9'
	}
	start := i + len("\" + ")
	if !strings.HasPrefix(rest, " + ") {
		return Variable{}, false
	}
	for _, shut := range []string{" + @" + quote, " + " + quote} {
		at := f.Closing(shut, start)
		if at < 0 || at-start > f.max || strings.ContainsAny(f.text[start:at], "\n<>") {
			continue
		}
		name := strings.TrimSpace(f.text[start:at])
		return Variable{SyntaxCode, name, i, at + len(shut)}, name != ""
	}
	return Variable{}, false
}

// phpConcatenation is concatenation for PHP, as in ".$name." and ' . $name . '.
func (f *finder) phpConcatenation(i, start int, quote string) (Variable, bool) {
	at := f.Closing("."+quote, start)
	if spaced := f.Closing(". "+quote, start); at < 0 || spaced >= 0 && spaced < at {
		at = spaced
	}
	if at < 0 || at-start > f.max || strings.ContainsAny(f.text[start:at], "\n<") {
		return Variable{}, false
	}
	end := strings.Index(f.text[at:], quote) + at + 1
	name := strings.TrimSpace(f.text[start:at])
	return Variable{SyntaxCode, name, i, end}, len(name) > 1
}

// maxName is the maximum length of the plain name of a variable, in bytes.
const maxName = 256

// nameLength counts the leading bytes that may stand in a variable's name.
func nameLength(s string) int {
	n := 0
	for n < len(s) && n <= maxName && (s[n] == '_' || s[n] >= '0' && s[n] <= '9' || s[n]|0x20 >= 'a' && s[n]|0x20 <= 'z') {
		n++
	}
	return n
}

func isUpperName(s string) bool {
	return s != "" && nameLength(s) == len(s) && len(s) <= maxName && strings.ToUpper(s) == s && s[0] >= 'A' && s[0] <= 'Z'
}

// isPlainName reports whether a text is letters, digits, "_" and ".".
func isPlainName(s string) bool {
	return s != "" && len(s) <= maxName && nameLength(strings.ReplaceAll(s, ".", "_")) == len(s)
}

// isDirective reports whether a text is a directive of Terraform's templates, with the
// marks that trim whitespace.
func isDirective(s string) bool {
	word, _, _ := strings.Cut(strings.TrimSpace(strings.Trim(s, "~")), " ")
	switch word {
	case "if", "else", "endif", "for", "endfor":
		return true
	}
	return false
}

// isPercentName reports whether a text is a name between percent signs, Jamf School's function
// form "FullName,prefix:x" included, and no percent-encoded byte of a URL.
func isPercentName(s string) bool {
	name, _, _ := strings.Cut(s, ",")
	if !isPlainName(name) || len(name) < 3 || name[0] >= '0' && name[0] <= '9' {
		return false
	}
	return !strings.ContainsAny(s, " \t\r\n/")
}

// next returns the first variable at or after an offset.
func (f *finder) next(i int) (Variable, bool) {
	for text := f.text; i < len(text); i++ {
		if canStart[text[i]] {
			if v, ok := f.At(i); ok {
				return v, true
			}
		}
	}
	return Variable{}, false
}

// canStart marks the bytes that a variable may begin with.
var canStart = func() (t [256]bool) {
	for _, c := range "$%{<#_@[:\"'`\\" {
		t[c] = true
	}
	return t
}()

// CanStart reports whether a variable may begin with the byte.
func CanStart(c byte) bool { return canStart[c] }
