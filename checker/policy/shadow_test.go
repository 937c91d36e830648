package policy

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// loadError returns the error of loading a policy with a body, and more rules.
func loadError(body, more string) string {
	text := "package policies.test.some_policy\n\n" + more + "\n\ndeny contains msg if {\n" + body + "\n}\n"
	_, err := Load(context.Background(), Config{Files: []File{{Name: "a.rego", Path: "a.rego", Text: []byte(text)}}})
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestUndefinedFields holds that a field that the schema of the input lacks is
// refused in whatever way a payload is reached.
func TestUndefinedFields(t *testing.T) {
	const msg = "\nmsg := \"x\""
	for name, test := range map[string]struct{ body, more string }{
		"some":                                {"some p in input.certificates; p.nope == 1", ""},
		"some with a key":                     {"some i, p in input.certificates; p.nope == i", ""},
		"wildcard":                            {"input.scep[_].nope == 1", ""},
		"some declared":                       {"some i; input.scep[i].nope == 1", ""},
		"index":                               {"input.scep[0].nope == 1", ""},
		"assignment":                          {"x := input.scep[0]; x.nope == 1", ""},
		"assignment of an array":              {"list := input.scep; list[_].nope == 1", ""},
		"assignment inside":                   {"some s in input.scep; url := s.url; url.nope == 1", ""},
		"every":                               {"every p in input.certificates { p.nope == 1 }", ""},
		"every with a key":                    {"every i, p in input.certificates { p.nope == i }", ""},
		"every, and no value":                 {"every i, _ in input.certificates { input.certificates[i].nope == 1 }", ""},
		"every in every":                      {"every s in input.scep { every a in s.subject { a.nope == 1 } }", ""},
		"every in a comprehension":            {"x := [1 | every p in input.certificates { p.nope == 1 }]; x == []", ""},
		"some in every":                       {"every s in input.scep { some a in s.subject; a.nope == 1 }", ""},
		"comparison in every":                 {`every s in input.scep { s.keysize.value < "2048" }`, ""},
		"not in every":                        {"every s in input.scep { not s.nope }", ""},
		"array comprehension":                 {"x := [p.nope | some p in input.certificates]; x == []", ""},
		"set comprehension":                   {"x := {p | some p in input.certificates; p.nope}; x == set()", ""},
		"object comprehension":                {"x := {i: p.nope | some i, p in input.certificates}; x == {}", ""},
		"domain of every":                     {"every p in input.nope { p == 1 }", ""},
		"function":                            {"some s in input.scep; weak(s)", "weak(p) if p.nope == 1"},
		"function of a function":              {"some s in input.scep; weak(s)", "weak(p) if short(p)\n\nshort(p) if p.nope == 1"},
		"function of a part":                  {"some s in input.scep; weak(s.keysize)", "weak(p) if p.nope == 1"},
		"function of an indexed payload":      {"weak(input.scep[0])", "weak(p) if p.nope == 1"},
		"function with a value":               {"some s in input.scep; x := size(s, 1); x == 1", "size(p, _) := p.nope"},
		"function of every payload":           {"every s in input.scep { weak(s) }", "weak(p) if p.nope == 1"},
		"function in a comprehension":         {"x := [s | some s in input.scep; weak(s)]; x == []", "weak(p) if p.nope == 1"},
		"function with else":                  {"some s in input.scep; weak(s)", "weak(p) if p.keysize.value < 1\nelse if p.nope == 1"},
		"function that iterates":              {"some s in input.scep; weak(s)", "weak(p) if { some a in p.subject; a.nope == 1 }"},
		"function of two definitions":         {"some s in input.scep; weak(s)", "weak(p) if p.keysize.value < 1\n\nweak(p) if p.nope == 1"},
		"function of settings":                {"some s in input.scep; x := shown(s.keysize); x == shown(s.key_usage)", "shown(x) := x.nope if x.set"},
		"function of several payloads":        {"some s in input.scep; f(s); some c in input.certificates; f(c)", "f(x) if x.nope == 1"},
		"result of a function":                {"p := payload(0); p.nope == 1", "payload(i) := input.scep[i]"},
		"object.get":                          {"some s in input.scep; object.get(s, \"nope\", 1) == 1", ""},
		"object.get of a path":                {"some s in input.scep; x := object.get(s, [\"keysize\", \"nope\"], 1); x == 1", ""},
		"object.get in a function":            {"every s in input.scep { f(s) }", "f(x) if object.get(x, \"nope\", 1) == 1"},
		"object.get in object.get":            {"some s in input.scep; x := object.get(s, \"keysize\", object.get(s, \"nope\", 1)); x == 1", ""},
		"object.get of a reference":           {"object.get(input.scep[0], \"nope\", 1) == 1", ""},
		"rule with payloads":                  {"some s in small; s.nope == 1", "small contains s if some s in input.scep"},
		"rule with all payloads":              {"some s in payloads; s.nope == 1", "payloads := input.scep"},
		"rule, in every":                      {"every s in small { s.nope == 1 }", "small contains s if some s in input.scep"},
		"head of a rule":                      {"count(names) == 1", "names contains s.nope if some s in input.scep"},
		"template":                            {"some s in input.scep; x := $\"{s.nope}\"; x == \"\"", ""},
		"argument of a function that OPA has": {"some s in input.scep; count(s.nope) == 1", ""},
	} {
		if got := loadError(test.body+msg, test.more); name != "comparison in every" && !strings.Contains(got, `"nope"`) {
			t.Errorf("%s: %s", name, got)
		} else if name == "comparison in every" && !strings.Contains(got, "comparison of number with string is never true") {
			t.Errorf("%s: %s", name, got)
		}
	}
	for name, test := range map[string]struct{ body, more string }{
		"known fields":                     {"every s in input.scep { s.keysize.value < 2048; every a in s.subject { a.type == \"CN\" } }", ""},
		"any keys":                         {"every s in input.scep { s.keys.Nope == 1 }", ""},
		"the profile":                      {"every p in input.profile.PayloadContent { p.Nope == 1 }", ""},
		"every over a set":                 {"every x in {1, 2} { x < 3 }; every x in data.config.list { x != 1 }", ""},
		"every of the same name":           {"some s in input.scep; every s in s.subject { s.type == \"CN\"; every s in s.path { s != 1 } }", ""},
		"every of a name before":           {"s := 1; every i, s in input.scep { s.index == i }; s == 1", ""},
		"every of what it finds":           {"every s in [x | some x in input.scep] { s.keysize.set }", ""},
		"every with with":                  {"every s in input.scep { s.keysize.set } with input.scep as []", ""},
		"every of a call":                  {"every s in split(input.file, \"/\") { s != \"\" }; every x in numbers.range(1, 3) { x < 4 }", ""},
		"every of what has no value":       {"not nothing", "nothing if every s in data.config.list { s.a == 1; s.b == \"c\" }"},
		"every with nothing used":          {"every _ in input.scep { true }", ""},
		"function of several kinds":        {"some s in input.scep; f(s); some c in input.certificates; f(c)", "f(x) if x.issuer == \"a\"\n\nf(x) if x.subject != []\n\nf(x) if x.keysize.value == 1"},
		"function of settings":             {"some s in input.scep; x := shown(s.keysize); x == shown(s.key_usage)", "shown(x) := x.value if x.set"},
		"function of a literal, too":       {"some s in input.scep; f(s); f({\"nope\": 1})", "f(x) if x.nope == 1"},
		"variable of two meanings":         {"x := [s | some s in input.scep]; y := [s | some s in data.config.list; f(s)]; x == y", "f(x) if x.nope == 1"},
		"parameter that is a literal":      {"some s in input.scep; f(s, [])", "f(x, []) if x.keysize.value < 1\n\nf(_, x) if x == [1]"},
		"function of a function, and back": {"some s in input.scep; f(s.subject)", "f(list) if g(list[0])\n\ng(a) if a.type == \"CN\""},
		"object.get":                       {"some s in input.scep; object.get(s, [\"keysize\", \"value\"], 1) == 1; some k in [\"nope\"]; object.get(s, k, 1) == 1; object.get(s, [k], 1) == 1; object.get(s, [], 1) == s; x := {\"a\": 1}; object.get(x, \"nope\", 2) == 2", ""},
		"object.get of the profile":        {"object.get(input.profile, \"PayloadScope\", \"User\") == \"User\"; object.get(input, \"time\", \"\") == \"\"", ""},
		"object.get of keys":               {"some s in input.scep; object.get(s.keys, [\"URL\", 0], \"\") == \"\"; object.get(s.subject[0], \"type\", \"CN\") == \"CN\"", ""},
		"the whole input":                  {"f(input)", "f(doc) if doc.nope"},
		"function for any type":            {"some s in input.scep; blank(s.uuid)", "blank(x) if x == \"\"\n\nblank(x) if x == null\n\nblank(x) if x == []\n\nblank(x) if count(x) == 0"},
		"function of a type or a setting":  {"some s in input.scep; val(s.uuid) == \"a\"", "val(x) := object.get(x, \"value\", \"\") if is_object(x)\n\nval(x) := x.value if is_object(x)\n\nval(x) := x if is_string(x)"},
		"function of settings of any type": {"some s in input.scep; unset(s.keysize)", "unset(x) if x.value == 0\n\nunset(x) if x.value == \"\"\n\nunset(x) if x.value == false"},
		"function that tells types":        {"some s in input.scep; text(s.uuid) == \"a\"", "text(x) := sprintf(\"%d\", [x]) if is_number(x)\n\ntext(x) := concat(\"\", x) if is_array(x)\n\ntext(x) := join(x) if is_array(x)\n\ntext(x) := \"\" if x == null\nelse := upper(x)\n\njoin(x) := concat(\"\", x)"},
		"function of one type":             {"some s in input.scep; not text(s.uuid)", "text(x) := concat(\"\", x) if type_name(x) == \"array\""},
		"function for other kinds":         {"some s in input.scep; label(s) == \"a\"", "label(x) := x.common_name\n\nlabel(x) := x.client_identifier.value\n\nlabel(x) := x.uuid"},
		"object.get of other kinds":        {"some s in input.scep; label(s) == \"a\"", "label(x) := object.get(x, \"common_name\", object.get(x, \"uuid\", \"\"))"},
		"not null":                         {"some s in input.scep; s.url.host != null; null != s.index; not s.url.host == null; not null == s.url", ""},
		"optional keys":                    {"some s in input.scep; s.url == {\"set\": false, \"variable\": false}; s.keysize != {\"set\": false, \"variable\": false}; [s.keysize] == [{\"set\": true, \"variable\": true}]", ""},
		"variable of a result":             {"x := [s | some s in input.scep; f(s)]; y := [s | walk(input.profile, s); f(s)]; count(x) == count(y)", "f(s) if s[1] == \"a\""},
		"variable of a key":                {"x := [s | some s in input.scep; f(s)]; y := [s | data.config.list[s]; f(s)]; x == y", "f(s) if s.any == \"a\""},
		"variable of an equation":          {"x := [s | some s in input.scep; f(s)]; y := [s | data.config.list[_] = s; f(s)]; x == y", "f(s) if s.any == \"a\""},
	} {
		if got := loadError(test.body+msg, test.more); got != "" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestTolerance holds that functions for several types are checked all the same.
func TestTolerance(t *testing.T) {
	for name, test := range map[string]struct{ body, more, want string }{
		"one definition, field of another kind": {"some s in input.scep; f(s)", "f(x) if x.common_name", `no field "common_name" in x`},
		"one definition, another type":          {"some s in input.scep; f(s.uuid)", "f(x) if x == []", "comparison of string with array is never true"},
		"field of a field":                      {"some s in input.scep; f(s)", "f(x) if x.keysize.value == \"\"\n\nf(x) if x.uuid == \"\"", "comparison of number with string is never true"},
		"always true":                           {"some s in input.scep; s.keysize.value != \"2048\"", "", "a.rego:6:23: comparison of number with string is always true"},
		"null":                                  {"some s in input.scep; s.url.host == null", "", "comparison of string with null is never true"},
		"many tolerated":                        {"some s in input.scep; f(s.uuid); s.nope", strings.Repeat("f(x) if x == []\n\n", 20), `no field "nope" in s`},
	} {
		if got := loadError(test.body+"\nmsg := \"x\"", test.more); !strings.Contains(got, test.want) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestSprintf holds that the arguments of sprintf fit their format.
func TestSprintf(t *testing.T) {
	const row = "some s in input.scep\nsome c in input.certificates\ns.index == c.days_left\n"
	for call, want := range map[string]string{
		`sprintf("%s", [])`:                                       `9:22: invalid arguments of sprintf: found 0; expected 1 for the format "%s"`,
		`sprintf("%s", [s.uuid, 2])`:                              `invalid arguments of sprintf: found 2; expected 1 for the format "%s"`,
		`sprintf("%s and %d", [s.uuid])`:                          `invalid arguments of sprintf: found 1; expected 2 for the format "%s and %d"`,
		`sprintf("100%%", [s.uuid])`:                              `invalid arguments of sprintf: found 1; expected 0 for the format "100%%"`,
		`sprintf("%*d", [3])`:                                     `found 1; expected 2`,
		`sprintf("%[3]d", [3])`:                                   `found 1; expected 3`,
		`sprintf("100%", [])`:                                     `no verb after % in "100%"; use %% for a percent sign`,
		`sprintf("%y", [s.uuid])`:                                 `unknown verb %y of sprintf; use %v, or %% for a percent sign`,
		`sprintf("%t", [true])`:                                   `unsupported verb %t of sprintf: booleans are formatted as text; use %v`,
		`sprintf("%d", ["a"])`:                                    `9:23: argument 1 of sprintf must be a number for %d, found a string; use %v`,
		`sprintf("%d", [true])`:                                   `must be a number for %d, found a boolean`,
		`sprintf("%d", [$"{s.index}"])`:                           `argument 1 of sprintf must be a number for %d, found a string`,
		`sprintf("%s", [1])`:                                      `argument 1 of sprintf must be a string for %s, found a number; use %v`,
		`sprintf("%f", [1])`:                                      `argument 1 of sprintf does not fit %f: found 1; use %v`,
		`sprintf("%d", [1.5])`:                                    `argument 1 of sprintf does not fit %d: found 1.5`,
		`sprintf("%s is %d", [1.5, s.uuid])`:                      `argument 1 of sprintf must be a string for %s`,
		`sprintf("%d", [s.uuid])`:                                 `9:23: argument 1 of sprintf must be a number for %d, found a string; use %v`,
		`sprintf("%d", [c.subject])`:                              `must be a number for %d, found a string`,
		`sprintf("%d", [s.keysize.set])`:                          `must be a number for %d, found a boolean`,
		`sprintf("%d", [s.subject])`:                              `must be a number for %d, found an array`,
		`sprintf("%s", [s.index])`:                                `9:23: argument 1 of sprintf must be a string for %s, found a number; use %v`,
		`sprintf("%s", [count(s.subject)])`:                       `argument 1 of sprintf must be a string for %s`,
		`sprintf("%d", [upper(s.uuid)])`:                          `must be a number for %d, found a string`,
		`sprintf("%v %d", [s, sprintf("%d", [s.uuid])])`:          `must be a number for %d, found a string`,
		`[x | x := sprintf("%s", [s.index])][0]`:                  `argument 1 of sprintf must be a string for %s`,
		`concat("", [sprintf("%s", [x]) | some x in [s.index]])`:  `argument 1 of sprintf must be a string for %s`,
		`sprintf("%s %v", [s.uuid, s.index])`:                     "",
		`sprintf("%d%%", [s.index])`:                              "",
		`sprintf("%5.1f", [s.index])`:                             "",
		`sprintf("%-8s|%q", [s.uuid, s.uuid])`:                    "",
		`sprintf("%s %s %s", [s.path, s.keysize.set, s.keysize])`: "",
		`sprintf("%s", [s.keys.URL])`:                             "",
		`sprintf("%d", [s.keys.Keysize])`:                         "",
		`sprintf("%d", [input.profile.x])`:                        "",
		`sprintf("%[2]s %[1]s", [s.uuid, c.subject])`:             "",
		`sprintf("%*d", [3, s.index])`:                            "",
		`sprintf("%s", [{x | some x in s.path}])`:                 "",
		`sprintf("%s %d", s.path)`:                                "",
		`sprintf(s.uuid, [1])`:                                    "",
		`sprintf("%x %X", [s.uuid, s.index])`:                     "",
		`[m | y := 1; x := sprintf("%s", [s.path]); m := sprintf("%s%v", [x, y])][0]`: "",
		`[m | some y in [1]; m := sprintf("%s %s %v", [s.subject, {s.uuid}, y])][0]`:  "",
		`sprintf("%s", [[1, 2]])`: "",
	} {
		got := loadError(row+"msg := "+call, "")
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: %s", call, got)
		}
	}
	if got := loadError("some s in input.scep; msg := text(s)", `text(s) := sprintf("%d", [s.uuid])`); !strings.Contains(got, "must be a number for %d, found a string") {
		t.Error(got)
	}
	if got := loadError("count(texts) == 1; msg := \"x\"", `texts contains sprintf("%s", [s.index]) if some s in input.scep`); !strings.Contains(got, "must be a string for %s") {
		t.Error(got)
	}
}

// TestUnused holds that what a policy names and does not use is refused.
func TestUnused(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"import":                   {"import data.lib.hosts\n\ndeny contains \"x\" if input.scep", "a.rego:3:1: unused import data.lib.hosts; remove it"},
		"import with a name":       {"import data.lib.hosts as known\n\ndeny contains \"x\" if input.scep", "a.rego:3:1: unused import data.lib.hosts as known; remove it"},
		"import of the input":      {"import input.scep\n\ndeny contains \"x\" if input.scep", "unused import input.scep; remove it"},
		"import twice":             {"import data.lib.hosts\nimport data.lib.hosts\n\ndeny contains \"x\" if hosts.a", "import must not shadow import data.lib.hosts"},
		"variable":                 {"deny contains \"x\" if {\n\ty := input.scep\n}", "a.rego:4:2: unused variable y; remove it"},
		"variable of some":         {"deny contains \"x\" if {\n\tsome y\n\tinput.scep\n}", "a.rego:4:2: unused variable y; remove it"},
		"variable of some in":      {"deny contains \"x\" if {\n\tsome y in input.scep\n}", ""},
		"variable inside":          {"deny contains \"x\" if {\n\ty := [1 | z := input.scep]\n\ty == []\n}", "a.rego:4:12: unused variable z; remove it"},
		"variable in every":        {"deny contains \"x\" if {\n\tevery s in input.scep { y := s.uuid }\n}", "unused variable y; remove it"},
		"argument":                 {"deny contains \"x\" if f(1, 2)\n\nf(a, b) if a == 1", "a.rego:5:1: unused argument b; use _ for it"},
		"use in a comprehension":   {"deny contains msg if {\n\ty := input.scep\n\tmsg := concat(\"\", [s.uuid | some s in y])\n}", ""},
		"use in a template":        {"deny contains msg if {\n\ty := count(input.scep)\n\tmsg := $\"{y}\"\n}", ""},
		"use in print":             {"deny contains \"x\" if {\n\ty := input.scep\n\tprint(y)\n}", ""},
		"use in the head":          {"deny contains msg if msg := \"x\"", ""},
		"import of rego.v1":        {"import rego.v1\n\ndeny contains \"x\" if input.scep", ""},
		"import of a keyword":      {"import future.keywords.in\n\ndeny contains \"x\" if input.scep", ""},
		"argument of another rule": {"deny contains \"x\" if f(1, 2)\n\nf(a, _) if a == 1\n\nf(_, b) if b == 1", ""},
	} {
		files := []File{
			{Name: "a.rego", Path: "a.rego", Text: []byte("package policies.test.some_policy\n\n" + test.text)},
			{Name: "b.rego", Path: "b.rego", Text: []byte("package lib.hosts\n\na := 1")},
		}
		_, err := Load(context.Background(), Config{Files: files})
		if got := fmt.Sprint(err); test.want == "" && err != nil || !strings.Contains(got, test.want) {
			t.Errorf("%s: %v", name, got)
		}
	}
}
