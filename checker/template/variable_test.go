package template

import (
	"testing"
)

// TestVariables holds what is taken for template text, and what is not.
func TestVariables(t *testing.T) {
	type found struct {
		syntax Syntax
		name   string
	}
	for text, want := range map[string]found{
		"$NAME":                  {SyntaxDollar, "NAME"},
		"${NAME}":                {SyntaxDollar, "NAME"},
		"$FLEET_VAR_NAME":        {SyntaxFleet, "FLEET_VAR_NAME"},
		"a %NAME% b":             {SyntaxPercent, "NAME"},
		"%%NAME%%":               {SyntaxToken, "NAME"},
		"%{if x}":                {SyntaxBlock, "if x"},
		"{{name}}":               {SyntaxDoubleBrace, "name"},
		"{{{name}}}":             {SyntaxDoubleBrace, "{name"},
		"{% if x %}":             {SyntaxBlock, "if x"},
		"{# note #}":             {SyntaxBlock, "note"},
		"{Name}":                 {SyntaxBrace, "Name"},
		"<%= name %>":            {SyntaxBlock, "= name"},
		"#{NAME}":                {SyntaxToken, "NAME"},
		"[[name]]":               {SyntaxToken, "name"},
		"__NAME__":               {SyntaxToken, "NAME"},
		"@@NAME@@":               {SyntaxToken, "NAME"},
		"@NAME@":                 {SyntaxToken, "NAME"},
		"%s":                     {SyntaxPrintf, "s"},
		"$pkcs12UUID$":           {SyntaxDollar, "pkcs12UUID"},
		"pa$word$s":              {},
		"https://%s/scep":        {SyntaxPrintf, "s"},
		"CN-%2$s":                {SyntaxPrintf, "2$s"},
		"%d":                     {SyntaxPrintf, "d"},
		"https://%[3]s/x":        {SyntaxPrintf, "[3]s"},
		"%[1]":                   {},
		"%[]s":                   {},
		"%[0]s":                  {},
		"%[s":                    {},
		"%@":                     {SyntaxPrintf, "@"},
		"<?= $url ?>":            {SyntaxCode, "$url"},
		"<?php echo $url; ?>":    {SyntaxCode, "echo $url;"},
		"\" + url + @\"":         {SyntaxCode, "url"},
		"a\" + url + \"b":        {SyntaxCode, "url"},
		"'+ base64 +'":           {SyntaxCode, "base64"},
		"'+font.data+'":          {SyntaxCode, "font.data"},
		"#@Name#@":               {SyntaxToken, "Name"},
		"::NAME::":               {SyntaxToken, "NAME"},
		"%HardwareUUID%":         {SyntaxPercent, "HardwareUUID"},
		"100%sure":               {},
		"a%20b%de":               {},
		"%d2":                    {},
		"%0$s":                   {},
		"http://[::1]:80/":       {},
		"12:30:45":               {},
		"a::b::c":                {},
		"say \"a\" and \"b\"":    {},
		"":                       {},
		"100 %":                  {},
		"50% or 60%":             {},
		"%%name%%":               {SyntaxPercent, "name"}, // behind the first %
		"a@b.example, c@d.e":     {},
		"__name__":               {},
		"[[ -f x ]]":             {},
		"{name}":                 {SyntaxFormat, "name"},
		"{self.url}":             {SyntaxFormat, "self.url"},
		"io.x.{serial_number}":   {SyntaxFormat, "serial_number"},
		"{row['url']}/scep":      {SyntaxFormat, "row['url']"},
		"{ssid.lower()}":         {SyntaxFormat, "ssid.lower()"},
		"{ssid.lower(}":          {},
		"{ssid(":                 {},
		"{a[<b>]}":               {},
		"https://{}/scep":        {SyntaxFormat, ""},
		"{0}":                    {SyntaxFormat, "0"},
		"\\(url)":                {SyntaxCode, "url"},
		"a` + d.url + `b":        {SyntaxCode, "d.url"},
		"' + url + '":            {SyntaxCode, "url"},
		"' + url + \"":           {},
		"pa{ss}word":             {},
		"{name}s":                {},
		"[a-z]{3}":               {},
		"\\d{3}":                 {},
		"{10}":                   {},
		"{.name}":                {},
		"{name":                  {},
		"{a-b}":                  {},
		"dns-query{?dns}":        {},
		"\\(a|b)":                {},
		"\\()":                   {},
		"it's ` a":               {},
		"{$url}":                 {SyntaxCode, "url"},
		"a.{$this->id}":          {SyntaxCode, "this->id"},
		"{$}":                    {},
		"\".$this->base.\"/scep": {SyntaxCode, "$this->base"},
		"' . $base . '/mdm":      {SyntaxCode, "$base"},
		"\".$\"":                 {},
		"\".$base":               {},
		"\".$base<b>.\"":         {},
		"{{name":                 {},
		"a $ b":                  {},
		"<key>":                  {},
		"#1":                     {},
		"[CN]":                   {},
		"[% ca.url | xml %]":     {SyntaxBlock, "ca.url | xml"},
		"{\"a\": 1}":             {},
		"%{HTTP_HOST":            {},
		"{{}}":                   {},
		"$":                      {},
		"https://a.example/%20b": {},
	} {
		var got found
		if all := Variables(text); len(all) > 0 {
			got = found{all[0].Syntax, all[0].Name}
			if at := all[0]; at.End <= at.Start || at.End > len(text) {
				t.Errorf("%q: %d to %d", text, at.Start, at.End)
			}
		}
		if got != want {
			t.Errorf("%q: %q %q, want %q %q", text, got.syntax, got.name, want.syntax, want.name)
		}
		if HasVariable(text) != (want != found{}) {
			t.Errorf("%q: HasVariable says %v", text, HasVariable(text))
		}
	}
}
