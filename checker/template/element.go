package template

import "strings"

// AtElement returns the template text that starts at i between the elements of a document,
// where nothing but template text may be. Forms count that would be too common inside a text:
// $name with its members, and directives of Smarty, Blade, Razor, and Velocity.
func AtElement(text string, i int) (Variable, bool) {
	if v, ok := At(text, i); ok {
		return v, true
	}
	line := text[i:min(len(text), i+maxDirective)]
	if end := strings.IndexAny(line, "\r\n"); end >= 0 {
		line = line[:end]
	}
	n := 0
	switch line[0] {
	case '$':
		n = memberLength(line)
	case '{':
		n = bracedLength(line)
	case '@', '#':
		n = directiveLength(line)
	case '%':
		if end := strings.IndexByte(line, ')'); strings.HasPrefix(line, "%(") && end > 2 && isPlainName(line[2:end]) && strings.HasPrefix(line[end+1:], "s") {
			n = end + len(")s")
		}
	}
	return Variable{SyntaxCode, strings.TrimSpace(line[min(1, n):n]), i, i + n}, n > 0
}

// FillsElement reports whether the text of an element that holds no text in other documents,
// such as a number, has a variable, or is one of the forms between elements.
func FillsElement(text string) bool {
	if text == "" || HasVariable(text) {
		return text != ""
	}
	v, ok := AtElement(text, 0)
	return ok && v.End == len(text)
}

// maxDirective is the maximum length of template text that ends with its line, in bytes.
const maxDirective = 512

// memberLength measures $name, $name->member, $name.member, $name[index], and $name(), with
// a semicolon after it; 0 if other text is beside it.
func memberLength(line string) int {
	n := 1 + nameLength(line[1:])
	if n == 1 || n > maxName || line[1] >= '0' && line[1] <= '9' {
		return 0
	}
	for n < len(line) {
		rest := line[n:]
		member := 0
		for _, mark := range []string{"->", "."} {
			if strings.HasPrefix(rest, mark) {
				member = nameLength(rest[len(mark):])
				if member > 0 {
					member += len(mark)
				}
			}
		}
		for _, pair := range []string{"[]", "()"} {
			if rest[0] == pair[0] {
				member = strings.IndexByte(rest, pair[1]) + 1
			}
		}
		if member == 0 {
			break
		}
		n += member
	}
	if n < len(line) && line[n] == ';' {
		n++
	}
	if n < len(line) && strings.IndexByte(" \t<$", line[n]) < 0 {
		return 0
	}
	return n
}

// bracedLength measures {if …}, {/if}, and the like of Smarty, and {!! … !!} of Blade.
func bracedLength(line string) int {
	if strings.HasPrefix(line, "{!!") {
		if end := strings.Index(line, "!!}"); end > 0 {
			return end + len("!!}")
		}
		return 0
	}
	end := strings.IndexByte(line, '}')
	if end < 0 {
		return 0
	}
	word := strings.TrimPrefix(line[1:end], "/")
	switch word[:nameLength(word)] {
	case "if", "elseif", "else", "foreach", "foreachelse", "section", "include", "literal", "assign", "strip":
		return end + 1
	}
	return 0
}

// directiveLength measures a directive that ends with its line, or before the next element:
// @if (…) of Blade and Razor, #if (…) of Velocity.
func directiveLength(line string) int {
	word := line[1:]
	word = word[:nameLength(word)]
	known := false
	switch word {
	case "if", "elseif", "else", "end", "foreach", "set", "include", "parse":
		known = line[0] == '#' || word != "end" && word != "set" && word != "parse"
	case "endif", "endforeach", "for", "endfor", "unless", "endunless", "isset", "endisset", "php", "endphp", "Model", "Html", "ViewBag":
		known = line[0] == '@'
	}
	rest := line[1+len(word):]
	if !known || rest != "" && strings.IndexByte(" \t(<.{", rest[0]) < 0 {
		return 0
	}
	if end := strings.IndexByte(line, '<'); end >= 0 {
		line = line[:end]
	}
	return len(strings.TrimRight(line, " \t"))
}
