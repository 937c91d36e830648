package report

import "testing"

func TestCell(t *testing.T) {
	for text, want := range map[string]string{
		"":                "",
		"plain":           "plain",
		"=1+1":            "'=1+1",
		"+1":              "'+1",
		"-x.mobileconfig": "'-x.mobileconfig",
		"@SUM(A1)":        "'@SUM(A1)",
		"\t=1":            "'\t'=1",
		"  =1":            "'  =1",
		"\u3000=1":        `'\u{3000}=1`,
		"a;=1":            "a;'=1",
		"a; \t@x;b;-1":    "a; \t'@x;b;'-1",
		"a\t+1":           "a\t'+1",
		";=1":             ";'=1",
		"＋1":              "'＋1",
		"－1":              "'－1",
		"﹣1":              "'﹣1",
		"＠x":              "'＠x",
		"\u22121":         "'\u22121",
		"\u200b=1":        `\u{200b}=1`,
		"\r=1":            `'\u{d}=1`,
		"\n=1":            `'\u{a}=1`,
		"＝1":              "'＝1",
		"a=1":             "a=1",
		"a-b":             "a-b",
		"\x1b[2J":         `\u{1b}[2J`,
		"\xff":            "\ufffd",
	} {
		if got := cell(text); got != want {
			t.Errorf("%q: %q, not %q", text, got, want)
		}
	}
}
