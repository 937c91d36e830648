package template

import "testing"

func TestAtElement(t *testing.T) {
	for text, want := range map[string]string{
		"$rules":                     "$rules",
		"$rules</dict>":              "$rules",
		"$a$b":                       "$a",
		"$this->rules[0].of(1);\n":   "$this->rules[0].of(1);",
		"{{ x }}":                    "{{ x }}",
		"{if $retries}<key>":         "{if $retries}",
		"{/foreach}":                 "{/foreach}",
		"{!! $x !!}":                 "{!! $x !!}",
		"@if (Model.On) {\n<key>":    "@if (Model.On) {",
		"@foreach ($a as $b) <dict>": "@foreach ($a as $b)",
		"@endif":                     "@endif",
		"#if($x)":                    "#if($x)",
		"#end\n":                     "#end",
		"%(rules)s":                  "%(rules)s",
		// Text that no template language has.
		"$":               "",
		"$5 a month":      "",
		"$a[":             "",
		"$name, and":      "",
		"{":               "",
		"{if":             "",
		"{!! x":           "",
		"@":               "",
		"@@ -1,5 +1,6 @@": "",
		"@iffy":           "",
		"@someone":        "",
		"# a comment":     "",
		"#endless":        "",
		"%(a b)s":         "",
		"%(a)":            "",
		"text":            "",
	} {
		v, ok := AtElement(text, 0)
		if got := text[v.Start:v.End]; ok != (want != "") || ok && got != want {
			t.Errorf("AtElement(%q) is %q, %t; want %q", text, got, ok, want)
		}
	}
}

func TestFillsElement(t *testing.T) {
	for text, want := range map[string]bool{
		"$this->retries": true, "%(retries)s": true, "{!! $retries !!}": true, "a {{ x }}": true,
		"": false, "3": false, "$a->b and more": false, "MIIB": false, "$5": false,
	} {
		if got := FillsElement(text); got != want {
			t.Errorf("FillsElement(%q) is %t", text, got)
		}
	}
}
