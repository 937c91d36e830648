package main

import (
	"fmt"

	"github.com/sceplint/sceplint/checker/source/sourcetest"
)

// regoOf is a policy with this body.
func regoOf(body string) string {
	return "# METADATA\n# title: a\n# description: b\npackage policies.acme.hostile\n\n" + body
}

func hostilePolicies() []hostile {
	rego := func(name string, text func() []byte, exit int, says string) hostile {
		return hostile{name: name, text: text, exit: exit, says: says}
	}
	bundle := func(name string, text func() []byte, says string) hostile {
		return hostile{name: name, file: "in.tar.gz", args: "check --no-config --no-default-pack --policy in.tar.gz good.mobileconfig", text: text, exit: 2, says: says}
	}
	const titled = "# METADATA\n# title: \"a\\e[31m\\u202e\"\n# description: \"\\e[2J\"\npackage policies.acme.hostile\n\ndeny contains \"no\" if input.file\n"
	deny := regoOf("deny contains \"no\" if input.file\n")
	const slow = "evaluation timed out"
	tests := func(dir, prints string) {
		lay(dir, "p/a.rego", []byte(deny))
		lay(dir, "p/a_test.rego", []byte("package policies.acme.hostile_test\n\ntest_a if {\n\tprint(\""+prints+"\")\n\tfalse\n}\n"))
	}
	return []hostile{
		rego("empty", fixed(""), 2, "in.rego"),
		rego("noise", func() []byte { return noise(1 << 20) }, 2, "in.rego"),
		rego("nul", grown(regoOf(""), "\x00", 1e6, ""), 2, "in.rego"),
		rego("large", grown(regoOf(""), "# a\n", 5<<20, ""), 2, "larger than 16 MiB"),
		rego("deep-arrays", grown(regoOf("a := "), "[", 1e5, ""), 2, "in.rego:6: more than 500 nested brackets"),
		rego("deep-parens", grown(regoOf("a := "), "(", 1e5, ""), 2, "more than 500 nested brackets"),
		rego("deep-sets", grown(regoOf("a := "), "{", 5e4, ""), 2, "more than 500 nested brackets"),
		rego("deep-500", func() []byte { return []byte(deny + "a := " + many("[", 499) + many("]", 499) + "\n") }, 1, "no [hostile]"),
		rego("operators", func() []byte { return []byte(deny + "a := 1" + many("+1", 1500) + "\n") }, 1, "no [hostile]"),
		rego("nots", func() []byte { return []byte(deny + "a := " + many("-", 3000) + "1\n") }, 2, "in.rego"),
		rego("comments", grown(deny, "# comment\n", 5e4, ""), 1, "no [hostile]"),
		rego("string-long", grown(regoOf("deny contains \""), "a", 1e6, "\" if input.file\n"), 1, "[hostile]"),
		rego("rules-many", func() []byte { return []byte(regoOf(numbered("deny contains \"m%d\" if input.file == \"x\"\n", 1500))) }, 0, "no findings"),
		rego("errors-many", func() []byte { return []byte(regoOf(numbered("deny contains \"m\" if input.nothing%d\n", 500))) }, 2, "nothing0"),
		rego("messages-many", fixed(regoOf("deny contains sprintf(\"m%d\", [n]) if some n in numbers.range(1, 10000)\n")), 1, "[hostile]"),
		rego("message-escape", fixed(regoOf("deny contains \"a\\u001b[31m\\u202e\\u009b\\nb\" if input.file\n")), 1, `a\u{1b}[31m\u{202e}\u{9b}`),
		rego("message-long", fixed(regoOf("deny contains concat(\"\", [\"a\" | some _ in numbers.range(1, 20000)]) if input.file\n")), 1, "[hostile]"),
		rego("print-escape", fixed(regoOf("deny contains \"a\" if print(\"\\u001b[2J\\u202e\")\n")), 1, "in.rego:6: "),
		rego("title-escape", fixed(titled), 1, "no [hostile]"),
		rego("id-escape", fixed("# METADATA\n# title: a\n# description: b\npackage policies.acme[\"a\\u001b[31m\"]\n\ndeny contains \"no\" if input.file\n"), 2, "in.rego"),
		rego("product", fixed(regoOf("deny contains \"a\" if {\n\tsome x in numbers.range(1, 4000)\n\tsome y in numbers.range(1, 4000)\n\tx * y < 0\n}\n")), 2, slow),
		rego("range", fixed(regoOf("deny contains \"a\" if count(numbers.range(1, 1000000000)) < 0\n")), 2, "hostile"),
		rego("error-long", func() []byte {
			return []byte(regoOf("l := \"" + many("9", 1e5) + "\"\n\ndeny contains \"x\" if to_number(concat(\"\", [l, l, l, l, l, l, l, l, \"x\"])) > 1\n"))
		}, 2, "9…"),
		rego("sprintf-index", func() []byte {
			return []byte(regoOf("deny contains x if {\n\tb := concat(\"\", [\"aaaaaaaa\" | some _ in numbers.range(1, 100000)])\n\tx := sprintf(\"" + many("%[1]v", 1e5) + "\", [b])\n}\n"))
		}, 2, "value is too large"),
		rego("sprintf-index-built", fixed(regoOf("deny contains x if {\n\tf := concat(\"\", [\"%[1]s\" | some _ in numbers.range(1, 100000)])\n\tx := sprintf(f, [concat(\"\", [\"aaaaaaaa\" | some _ in numbers.range(1, 100000)])])\n}\n")), 2, "value is too large"),
		rego("sprintf-shared", fixed(regoOf("deny contains x if {\n\tb := concat(\"\", [\"aaaaaaaa\" | some _ in numbers.range(1, 100000)])\n\tx := sprintf(\"%v\", [[[b, i] | some i in numbers.range(1, 20)]])\n}\n")), 2, "value is too large"),
		rego("marshal-shared", fixed(regoOf("deny contains x if {\n\tb := concat(\"\", [\"aaaaaaaa\" | some _ in numbers.range(1, 100000)])\n\tx := json.marshal([[b, i] | some i in numbers.range(1, 20)])\n}\n")), 2, "value is too large"),
		rego("template-shared", fixed(regoOf("deny contains x if {\n\tb := [concat(\"\", [\"aaaaaaaa\" | some _ in numbers.range(1, 100000)]), 1]\n\tx := $\"{[[b, i] | some i in numbers.range(1, 20)]}\"\n}\n")), 2, "value is too large"),
		rego("regex", fixed(regoOf("deny contains \"a\" if regex.match(`(a*)*b`, concat(\"\", [\"a\" | some _ in numbers.range(1, 20000)]))\n")), 0, "no findings"),
		rego("regex-large", fixed(regoOf("deny contains \"a\" if regex.match(`((a{1,100}){1,100}){1,100}`, \"a\")\n")), 2, "hostile"),
		rego("glob", fixed(regoOf("deny contains \"a\" if not glob.match(\"{a,b,c}**{a,b}**{a,b}**{a,b}**\", [], \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac\")\n")), 0, "no findings"),
		rego("recursion", fixed(regoOf("deny contains x if some x in deny\n")), 2, "recursi"),
		rego("http", fixed(regoOf("deny contains \"a\" if http.send({\"url\": \"http://127.0.0.1:1\", \"method\": \"get\"})\n")), 2, "http.send"),
		rego("runtime", fixed(regoOf("deny contains \"a\" if opa.runtime().env.PATH\n")), 2, "opa.runtime"),
		rego("path", fixed(regoOf("deny contains {\"msg\": \"a\", \"path\": [\"\\u001b[31m\", 1e300]} if input.file\n")), 2, "hostile"),
		bundle("bundle-bomb", func() []byte {
			return sourcetest.Archive("x.tgz", sourcetest.Entry{Name: "a.txt", Text: make([]byte, 300<<20)})
		}, "larger than 256 MiB when decompressed"),
		bundle("bundle-escape", func() []byte {
			return sourcetest.Archive("x.tgz", sourcetest.Entry{Name: "../../a.rego", Text: []byte("package \x1b[31m")})
		}, "in.tar.gz:a.rego"),
		bundle("bundle-link", func() []byte {
			return sourcetest.Archive("x.tgz", sourcetest.Entry{Name: "a.rego", Link: "/etc/passwd"})
		}, "no policies in the bundle"),
		bundle("bundle-twice", func() []byte {
			return sourcetest.Archive("x.tgz", sourcetest.Entry{Name: "a.rego", Text: []byte(deny)}, sourcetest.Entry{Name: "/a.rego", Text: []byte(deny)})
		}, "in the bundle"),
		bundle("bundle-cut", func() []byte {
			text := sourcetest.Archive("x.tgz", sourcetest.Entry{Name: "a.rego", Text: noise(9999)})
			return text[:5000]
		}, "in.tar.gz"),
		bundle("bundle-name", func() []byte {
			return sourcetest.Archive("x.tgz", sourcetest.Entry{Name: "a\x1b[31m\u202e.rego", Text: []byte("package")})
		}, `a\u{1b}[31m\u{202e}.rego`),
		bundle("bundle-many", func() []byte {
			list := make([]sourcetest.Entry, 10_002)
			for i := range list {
				list[i].Name = fmt.Sprint(i)
			}
			return sourcetest.Archive("x.tgz", list...)
		}, "more than 10000 entries"),
		bundle("bundle-noise", func() []byte { return sourcetest.Gzip(noise(1 << 20)) }, "corrupt bundle"),
		bundle("bundle-data", func() []byte {
			return sourcetest.Archive("x.tgz", sourcetest.Entry{Name: "a.rego", Text: []byte(deny)}, sourcetest.Entry{Name: "data.json", Text: []byte(many("[", 1e5))})
		}, "data.json"),
		{name: "directory-data", lay: func(dir string) {
			lay(dir, "p/a.rego", []byte(deny))
			lay(dir, "p/big/data.json", []byte("{"+numbered(`"k%d":1,`, 7e5)+`"a":1}`))
		}, args: "check --no-config --policy p good.mobileconfig", exit: 2, says: "more than 250000 values in data"},
		{name: "directory-data-sum", lay: func(dir string) {
			lay(dir, "p/a.rego", []byte(deny))
			for i := range 60 {
				lay(dir, fmt.Sprintf("p/d%d/data.json", i), []byte("{\"a\":["+many("1,", 1e5)+"1]}"))
			}
		}, args: "check --no-config --policy p good.mobileconfig", exit: 2, says: "p/d1 & more than 250000 values in data"},
		{name: "directory-data-aliases", lay: func(dir string) {
			lay(dir, "p/a.rego", []byte(deny))
			for i := range 100 {
				lay(dir, fmt.Sprintf("p/d%d/data.yaml", i), []byte("a: &a ["+many("x, ", 199)+"x]\nb: ["+many("*a, ", 14)+"*a]\n"))
			}
		}, args: "check --no-config --policy p good.mobileconfig", exit: 2, says: "more than 250000 values in data"},
		{name: "directory-data-yaml", lay: func(dir string) {
			lay(dir, "p/a.rego", []byte(deny))
			lay(dir, "p/big/data.yaml", []byte(numbered("k%d: 1\n", 5e4)))
		}, args: "check --no-config --policy p good.mobileconfig", exit: 2, says: "more than 5000 keys"},
		{name: "directory-many", lay: func(dir string) {
			for i := range 10_001 {
				lay(dir, fmt.Sprintf("p/%d.rego", i), nil)
			}
		}, args: "check --no-config --policy p good.mobileconfig", exit: 2, says: "more than 10000 files"},
		{name: "directory-total", lay: func(dir string) {
			for i := range 5 {
				lay(dir, fmt.Sprintf("p/%d.rego", i), make([]byte, 15<<20))
			}
		}, args: "check --no-config --policy p good.mobileconfig", exit: 2, says: "more than 64 MiB of policies"},
		{name: "test-escape", lay: func(dir string) { tests(dir, `\u001b[2J\u202e`) }, args: "policy test p", exit: 1, says: "FAIL p/a_test.rego"},
		{name: "test-json", lay: func(dir string) { tests(dir, `\u009b\u202e`) }, args: "policy test --format json p", exit: 1, says: "test_a"},
		{name: "rules", text: fixed(titled), args: "rules --policy in.rego", exit: 0, says: "hostile"},
		{name: "rules-json", text: fixed(titled), args: "rules --format json --policy in.rego", exit: 0, says: "hostile"},
		{name: "explain", text: fixed(titled), args: "explain --policy in.rego hostile", exit: 0, says: "hostile"},
	}
}
