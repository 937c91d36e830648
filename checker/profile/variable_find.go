package profile

import (
	"slices"
	"strings"
)

// longest is how many bytes a variable inside of a text may have.
const longest = 4096

// finder recognises variables in a text. It remembers where the marks that end
// a variable stand, so that a text full of opening marks is not searched to its
// end for each of them.
type finder struct {
	text    string
	longest int
	ends    []end
}

// end is where a closing mark was found, searching from some offset on.
type end struct {
	mark     string
	from, at int
}

// index finds a closing mark at or behind an offset; -1 if there is none.
func (f *finder) index(mark string, from int) int {
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

// variableAt recognises the variable that starts at i, of whatever length.
func variableAt(text string, i int) (Variable, bool) {
	f := finder{text: text, longest: len(text)}
	return f.at(i)
}

// between recognises a variable by its opening and closing marks.
func (f *finder) between(i int, s Syntax, open, shut string) (Variable, bool) {
	if !strings.HasPrefix(f.text[i:], open) {
		return Variable{}, false
	}
	start := i + len(open)
	at := f.index(shut, start)
	if at < 0 || at-start > f.longest {
		return Variable{}, false
	}
	name := strings.TrimSpace(f.text[start:at])
	return Variable{s, name, i, at + len(shut)}, name != ""
}

// at recognises the variable that starts at i.
func (f *finder) at(i int) (Variable, bool) {
	rest := f.text[i:]
	switch rest[0] {
	case '$':
		return f.dollar(i)
	case '%':
		if v, ok := f.between(i, SyntaxToken, "%%", "%%"); ok && upperName(v.Name) {
			return v, true
		}
		if v, ok := f.between(i, SyntaxBlock, "%{", "}"); ok && directive(v.Name) {
			return v, true
		}
		if v, ok := f.between(i, SyntaxPercent, "%", "%"); ok && percentName(v.Name) {
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
		}
		v, ok := f.between(i, SyntaxBrace, "{", "}")
		return v, ok && v.Name[0] >= 'A' && v.Name[0] <= 'Z' && plainName(v.Name)
	case '<':
		for _, open := range []string{"<?=", "<?php"} {
			if v, ok := f.between(i, SyntaxCode, open, "?>"); ok {
				return v, true
			}
		}
		return f.between(i, SyntaxBlock, "<%", "%>")
	case '#':
		if v, ok := f.between(i, SyntaxToken, "#@", "#@"); ok && plainName(v.Name) {
			return v, true
		}
		return f.between(i, SyntaxToken, "#{", "}")
	case ':':
		v, ok := f.between(i, SyntaxToken, "::", "::")
		return v, ok && upperName(v.Name)
	case '"':
		return f.concatenation(i)
	case '[':
		v, ok := f.between(i, SyntaxToken, "[[", "]]")
		return v, ok && plainName(v.Name)
	case '_':
		v, ok := f.between(i, SyntaxToken, "__", "__")
		return v, ok && upperName(v.Name)
	case '@':
		if v, ok := f.between(i, SyntaxToken, "@@", "@@"); ok && upperName(v.Name) {
			return v, true
		}
		v, ok := f.between(i, SyntaxToken, "@", "@")
		return v, ok && upperName(v.Name)
	}
	return Variable{}, false
}

// dollar recognises $NAME, ${name} and $(command). A bare name counts if it is
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
		ok = i == 0 && v.End == len(f.text) || n >= 2 && upperName(v.Name)
	}
	if strings.HasPrefix(v.Name, "FLEET_VAR_") || strings.HasPrefix(v.Name, "FLEET_SECRET_") {
		v.Syntax = SyntaxFleet
	}
	return v, ok
}

// printf recognises %s, %d, %v, %@ and %2$s, where no letter or digit follows: it
// would be part of a word, or of a percent-encoded byte.
func (f *finder) printf(i int) (Variable, bool) {
	rest := f.text[i+1:]
	n := 0
	for n < len(rest) && n < 3 && rest[n] >= '0' && rest[n] <= '9' {
		n++
	}
	if n > 0 && (n == len(rest) || rest[n] != '$' || rest[0] == '0') {
		return Variable{}, false
	}
	if n > 0 {
		n++ // the dollar sign
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

// concatenation recognises where the string of a program ends and begins again,
// as in " + name + " and " + name + @", on one line.
func (f *finder) concatenation(i int) (Variable, bool) {
	const open = "\" + "
	if !strings.HasPrefix(f.text[i:], open) {
		return Variable{}, false
	}
	start := i + len(open)
	for _, shut := range []string{" + @\"", " + \""} {
		at := f.index(shut, start)
		if at < 0 || at-start > f.longest || strings.ContainsAny(f.text[start:at], "\n<>") {
			continue
		}
		name := strings.TrimSpace(f.text[start:at])
		return Variable{SyntaxCode, name, i, at + len(shut)}, name != ""
	}
	return Variable{}, false
}

// maxName is how many bytes the plain name of a variable may have.
const maxName = 256

// nameLength counts the leading bytes that may stand in a variable's name.
func nameLength(s string) int {
	n := 0
	for n < len(s) && n <= maxName && (s[n] == '_' || s[n] >= '0' && s[n] <= '9' || s[n]|0x20 >= 'a' && s[n]|0x20 <= 'z') {
		n++
	}
	return n
}

func upperName(s string) bool {
	return s != "" && nameLength(s) == len(s) && len(s) <= maxName && strings.ToUpper(s) == s && s[0] >= 'A' && s[0] <= 'Z'
}

// plainName accepts letters, digits, "_" and ".".
func plainName(s string) bool {
	return s != "" && len(s) <= maxName && nameLength(strings.ReplaceAll(s, ".", "_")) == len(s)
}

// directive accepts what stands in a directive of Terraform's templates, with the
// marks that take white space away.
func directive(s string) bool {
	word, _, _ := strings.Cut(strings.TrimSpace(strings.Trim(s, "~")), " ")
	switch word {
	case "if", "else", "endif", "for", "endfor":
		return true
	}
	return false
}

// percentName accepts the names between percent signs, Jamf School's function
// form "FullName,prefix:x" included, and no percent-encoded byte of a URL.
func percentName(s string) bool {
	name, _, _ := strings.Cut(s, ",")
	if !plainName(name) || len(name) < 3 || name[0] >= '0' && name[0] <= '9' {
		return false
	}
	return !strings.ContainsAny(s, " \t\r\n/")
}

// next finds the first variable at or behind an offset.
func (f *finder) next(i int) (Variable, bool) {
	for ; i < len(f.text); i++ {
		if opens[f.text[i]] {
			if v, ok := f.at(i); ok {
				return v, true
			}
		}
	}
	return Variable{}, false
}

// openers are the bytes that a variable may begin with.
const openers = "$%{<#_@[:\""

// opens marks the bytes that a variable may begin with.
var opens = func() (t [256]bool) {
	for _, c := range openers {
		t[c] = true
	}
	return t
}()
