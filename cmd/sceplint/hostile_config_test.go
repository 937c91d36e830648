package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

// aliasBomb is short, and a million values where aliases are followed.
const aliasBomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\n" +
	"d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\ne: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]\nf: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]\n"

func hostileConfigs() []hostile {
	in := func(name string, text func() []byte, exit int, says string) hostile {
		return hostile{name: name, text: text, exit: exit, says: says}
	}
	fleet := func(name string, text func() []byte, exit int, says string) hostile {
		return hostile{name: name, file: "in.yml", args: "check in.yml", text: text, exit: exit, says: says}
	}
	const clean = "no findings"
	return []hostile{
		in("empty", fixed(""), 0, clean),
		in("noise", func() []byte { return noise(1 << 19) }, 2, "invalid YAML"),
		in("nul", fixed("packs: [\"\x00\"]"), 2, "invalid YAML"),
		in("large", grown("", "# a\n", 1<<19, ""), 2, "larger than 1048576 bytes"),
		in("aliases", fixed(aliasBomb+"packs: *f\n"), 2, "aliases (*) are not supported"),
		in("anchor-cycle", fixed("data: &a [*a]\n"), 2, ".sceplint.yaml"),
		in("alias-unknown", fixed("fail-on: error # not *a\nrules: {<<: *a}\n"), 2, ".sceplint.yaml:2:13: aliases (*) are not supported"),
		in("merge", fixed("data: &a {b: c}\nrules: {<<: *a}\n"), 2, "aliases (*) are not supported"),
		in("deep-flow", grown("data: ", "[", 5e5, ""), 2, "invalid YAML"),
		in("deep-objects", func() []byte { return []byte("data: " + many("{a: ", 9000) + "1" + many("}", 9000)) }, 2, "unknown parameter \"a\""),
		in("deep-block", func() []byte {
			var b bytes.Buffer
			b.WriteString("data:\n")
			for i := range 1000 {
				fmt.Fprintf(&b, "%*sa:\n", i+1, "")
			}
			return b.Bytes()
		}, 2, "unknown parameter \"a\""),
		in("keys-many", func() []byte { return []byte("data:\n" + numbered("  k%d: a\n", 5e4)) }, 2, "a mapping of more than 5000 keys"),
		in("keys-unknown", func() []byte { return []byte(numbered("k%d: a\n", 5e4)) }, 2, "k0"),
		in("key-long", grown("", "k", 1e6, ": a\n"), 2, ".sceplint.yaml:1:"),
		in("key-escape", fixed("\"a\\e[31m\\u202e\": 1\n"), 2, ".sceplint.yaml:1:1"),
		in("keys-twice", grown("", "packs: [recommended]\n", 1e4, ""), 2, "packs"),
		in("value-escape", fixed("packs: [\"a\\e[31m\\u202e\"]\n"), 2, "unknown pack; expected"),
		in("tag", fixed("packs: !!python/object/apply:os.system [\"id\"]\n"), 2, ".sceplint.yaml"),
		in("binary", fixed("packs: !!binary \"////\"\n"), 2, ".sceplint.yaml"),
		in("documents", grown("", "---\npacks: [recommended]\n", 3e4, ""), 2, "several YAML documents"),
		in("glob-braces", grown("exclude: [\"", "{a,", 1e5, "\"]\n"), 2, "invalid file pattern"),
		in("glob-braces-closed", func() []byte { return []byte("exclude: [\"" + many("{a,", 500) + many("}", 500) + "\"]\n") }, 2, "braces expand to more than 1024 patterns"),
		in("glob-braces-row", grown("exclude: [\"", "{g,go,*}", 100, "x\"]\n"), 2, "braces expand to more than 1024 patterns"),
		{name: "glob-braces-match", lay: func(dir string) {
			lay(dir, ".sceplint.yaml", []byte("exclude: [\""+many("{g,gg}", 10)+"*{g,gg}*x\"]\n"))
			lay(dir, many("g", 200)+".mobileconfig", []byte("x"))
		}, args: "check .", exit: 2, says: "more than 1024 patterns"},
		{name: "glob-stars-match", lay: func(dir string) {
			lay(dir, ".sceplint.yaml", []byte("exclude: [\""+many("**/a/", 200)+"*a*a*a*a*a*a*a*b\"]\n"))
			lay(dir, many("a/", 300)+many("a", 200)+".mobileconfig", []byte("x"))
		}, args: "check .", exit: 1, says: "plist-syntax"},
		in("glob-stars", grown("exclude: [\"", "**/", 1e4, "x\"]\n"), 0, clean),
		in("glob-asterisks", grown("exclude: [\"", "*o", 5e4, "x\"]\n"), 0, clean),
		in("glob-class", grown("exclude: [\"[", "a-z", 1e5, "\"]\n"), 2, "invalid file pattern"),
		in("glob-many", func() []byte { return []byte("exclude:\n" + numbered("  - \"**/{a,b}%d/**/*\"\n", 3e4)) }, 0, clean),
		in("glob-out", fixed("exclude: [\"../**\", \"/etc/**\"]\n"), 2, "invalid file pattern"),
		in("rules-pattern", fixed("rules:\n  \""+many("*a", 400)+"\": \"off\"\n"), 2, ".sceplint.yaml"),
		in("ignores-many", func() []byte {
			return []byte("ignore:\n" + numbered("  - {rules: [scep-url], files: [\"f%d\"], reason: a}\n", 1e4))
		}, 0, clean),
		in("numbers", fixed("data: {a: "+many("9", 1e5)+", b: 1e999999, c: .nan, d: 0x"+many("f", 1e5)+"}\n"), 2, ".sceplint.yaml"),
		in("policies-out", fixed("policies: [../../../../../../../../etc/passwd]\n"), 2, "is outside ."),
		in("baseline-out", fixed("baseline: /dev/zero\n"), 2, "is outside ."),
		{name: "checked", text: fixed("\"a\\e[31m\": 1\n"), args: "config check", exit: 2, says: ".sceplint.yaml:1:1"},
		{name: "loop", lay: func(dir string) {
			if err := os.Symlink(".sceplint.yaml", filepath.Join(dir, ".sceplint.yaml")); err != nil {
				panic(err)
			}
		}, exit: 2, says: "too many levels of symbolic links"},
		fleet("fleet-aliases", fixed(aliasBomb+"controls: {macos_settings: {custom_settings: *f}}\n"), 2, "entry of the profiles is missing a path"),
		fleet("fleet-glob", fixed("controls: {macos_settings: {custom_settings: [{paths: \""+many("**/", 1000)+"*.mobileconfig\"}]}}\n"), 2, "in.yml"),
		fleet("fleet-braces", fixed("controls: {macos_settings: {custom_settings: [{paths: \""+many("{i,a}", 40)+"\"}]}}\n"), 2, "braces expand to more than 1024 patterns"),
		fleet("fleet-out", fixed("controls: {macos_settings: {custom_settings: [{path: ../../../../../../../../etc/passwd}, {path: \"/etc/\\e[31m\"}]}}\n"), 2, "is outside the repository"),
		fleet("fleet-many", func() []byte {
			return []byte("controls:\n  macos_settings:\n    custom_settings:\n" + numbered("      - path: f%d\n", 1e5))
		}, 2, "no such file or directory & more than 1000"),
		{name: "fleet-same", file: "in.yml", args: "check in.yml good.mobileconfig", text: func() []byte {
			return []byte("controls:\n  macos_settings:\n    custom_settings:\n" + many("      - path: good.mobileconfig\n", 1e5))
		}, exit: 0, says: "in 1 file"},
		fleet("fleet-dense", func() []byte {
			return []byte("controls: {macos_settings: {custom_settings: [" + many("a,", 2e6) + "a]}}\n")
		}, 2, "more than 524288 values"),
		fleet("fleet-patterns", func() []byte {
			return []byte("controls: {macos_settings: {custom_settings: [" + many("{paths: \"*?*\"},", 2e4) + "]}}\n")
		}, 2, "more than 1000 patterns in one file"),
		fleet("fleet-merges", func() []byte {
			return []byte("controls: {macos_settings: {custom_settings: []}}\nx: &b {" + numbered("k%d: 1,", 3e4) + "z: 1}\ny:\n" + numbered("  m%d: {<<: *b}\n", 3e4))
		}, 2, "aliases and merges expand to too many values"),
		fleet("fleet-paths-long", func() []byte {
			return []byte("controls:\n  macos_settings:\n    custom_settings:\n" + many("      - path: "+many("a/", 500)+"x\n", 3e3))
		}, 2, "no such file or directory"),
	}
}

func hostileData() []hostile {
	in := func(name string, text func() []byte, exit int, says string) hostile {
		return hostile{name: name, text: text, exit: exit, says: says}
	}
	const no = "not a JSON or YAML object"
	return []hostile{
		in("empty", fixed(""), 0, "no findings"),
		in("noise", func() []byte { return noise(1 << 18) }, 2, no),
		in("array", fixed("[1, 2]"), 2, no),
		in("deep", grown("", `{"a":`, 1e5, ""), 2, no),
		in("deep-closed", func() []byte { return []byte(many(`{"a":`, 5000) + "1" + many("}", 5000)) }, 2, "unknown parameter \"a\""),
		in("aliases", fixed(aliasBomb), 2, "in.json"),
		in("keys-many", func() []byte { return []byte("{" + numbered(`"k%d":1,`, 5e4) + `"a":1}`) }, 2, "unknown parameter \"a\""),
		in("key-escape", fixed(`{"config":{"a\u001b[31m\u202e":1},"config2":{}}`), 2, `unknown parameter "a[31m"`),
		in("policies", fixed(`{"config":{},"policies":{"baseline":{}}}`), 2, "data must not define `policies`"),
		in("number", fixed(`{"keysize_minimum": 1e999999999}`), 2, "number too big"),
		in("number-long", fixed(`{"keysize_minimum": `+many("9", 1e5)+`}`), 2, "number has too many digits"),
		in("type", fixed(`{"keysize_minimum": {"a": [1]}}`), 2, "keysize_minimum"),
	}
}
