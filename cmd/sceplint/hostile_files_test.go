package main

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/sceplint/sceplint/checker/profile/profiletest"
)

// lay writes a file below a directory.
func lay(dir, name string, text []byte) {
	file := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		panic(err)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		panic(err)
	}
}

// hostileName has what a terminal obeys, what turns the direction of writing,
// and what would begin a line of another tool.
var hostileName = func() string {
	name := "a\x1b[31m\x07\u009b\u202eb\n::error::c\r"
	if runtime.GOOS != "darwin" { // where names are UTF-8
		name += "\xff"
	}
	return name + ".mobileconfig"
}()

// shownName is how it is shown.
const shownName = `a\u{1b}[31m\u{7}\u{9b}\u{202e}b\u{a}::error::c\u{d}`

func hostileNames() []hostile {
	bad, good := []byte("x"), profiletest.Generate(1)
	file := func(dir string) { lay(dir, hostileName, bad) }
	in := func(name, args string, exit int, says string) hostile {
		return hostile{name: name, lay: file, args: args, exit: exit, says: says}
	}
	profile := func(name, text, says string) hostile {
		return hostile{name: name, file: "in.mobileconfig", args: "check " + allPacks + " in.mobileconfig", text: fixed(text), exit: 1, says: says}
	}
	// Characters that XML allows, and terminals obey.
	const odd = "\u009b31m\u202e\u2066\u2028\u007f"
	const shown = `\u{9b}31m\u{202e}\u{2066}\u{2028}\u{7f}`
	str := func(key, value string) string { return "<key>" + key + "</key><string>" + value + "</string>" }
	return []hostile{
		in("text", "check .", 1, shownName),
		in("color", "check --color always --quiet .", 1, shownName),
		in("json", "check --format json .", 1, `a\u001b[31m\u0007\u009b\u202eb\n`),
		in("jsonl", "check --format jsonl .", 1, `\u009b\u202e`),
		in("sarif", "check --format sarif .", 1, "%1B%5B31m"),
		in("github", "check --format github .", 1, `file=a\u{1b}[31m`),
		in("gitlab", "check --format gitlab .", 1, `\u009b\u202e`),
		in("junit", "check --format junit .", 1, "plist-syntax"),
		in("checkstyle", "check --format checkstyle .", 1, "plist-syntax"),
		in("rdjsonl", "check --format rdjsonl .", 1, `\u009b\u202e`),
		in("csv", "check --format csv .", 1, shownName),
		in("html", "check --format html .", 1, "plist-syntax"),
		in("audit", "audit .", 1, "errors: 1"),
		in("audit-csv", "audit --format csv --by device .", 1, ""),
		in("audit-json", "audit --format json .", 1, ""),
		in("audit-html", "audit --format html .", 1, ""),
		in("baseline", "check --write-baseline b.json .", 1, "wrote 0 findings to baseline"),
		in("diff", "check --diff .", 1, ""),
		in("verify", "check --verify-signatures --show-suppressed --statistics .", 1, shownName),
		{name: "input", lay: func(dir string) { lay(dir, "a\x1b[31m", bad) }, args: "input a\x1b[31m", exit: 2, says: `a\u{1b}[31m:1:1: not a property list`},
		{name: "directory", lay: func(dir string) { lay(dir, "d\x1b[2J\n\u202e/x.mobileconfig", bad) }, exit: 1, says: `d\u{1b}[2J\u{a}\u{202e}/x.mobileconfig:1:1`},
		{name: "missing", args: "check a\x1b[31m\u202e.mobileconfig", exit: 2, says: `a\u{1b}[31m\u{202e}.mobileconfig: no such file or directory, and not a valid glob pattern`},
		{name: "missing-json", args: "check --format json a\x1b[31m\u202e.mobileconfig", exit: 2, says: `"errors"`},
		{name: "glob", args: "check a\x1b*", exit: 2, says: `a\u{1b}*: no file matches the glob pattern`},
		{name: "glob-braces", args: "check " + many("{a,", 80), exit: 2, says: "not a valid glob pattern"},
		{name: "glob-alternatives", args: "check " + many("{a,b}", 50), exit: 2, says: "braces expand to more than 1024 patterns"},
		{name: "glob-stars", args: "check " + many("**/", 1000) + "*.none", exit: 2, says: "no file matches"},
		{name: "glob-classes", args: "check " + many("[a-z", 60), exit: 2, says: "not a valid glob pattern"},
		{name: "command", args: "a\x1b[31m\u202e", exit: 2, says: `unknown command`},
		{name: "flag", args: "check --a\x1b[31m\u202e", exit: 2, says: `unknown flag --a\u{1b}[31m\u{202e}`},
		{name: "format", args: "check --format \u009b\u202e good.mobileconfig", exit: 2, says: "invalid --format"},
		{name: "rule", args: "check --disable \u009b\u202e good.mobileconfig", exit: 2, says: "\\u009b"},
		{name: "explain", args: "explain \u009b\u202e", exit: 2, says: "\\u009b"},
		{name: "target", args: "check --target \u009b\u202e=1 good.mobileconfig", exit: 2, says: "\\u009b"},
		{name: "config", args: "check --config \u009b\u202e good.mobileconfig", exit: 2, says: `\u{9b}\u{202e}: no such file`},
		{name: "policy", args: "check --policy \u009b\u202e good.mobileconfig", exit: 2, says: `\u{9b}\u{202e}: no such file`},
		{name: "fix", lay: func(dir string) {
			lay(dir, "a\u009b.mobileconfig", []byte(scepOf("<key>KeyUsag</key><integer>5</integer>")))
		}, args: "check --fix .", exit: 1, says: "fixed 1 finding"},

		// Names inside of profiles.
		profile("identifier", payloadsOf("<dict>"+str("PayloadIdentifier", odd)+str("PayloadType", odd)+str("PayloadUUID", odd)+str("PayloadDisplayName", odd)+"</dict><dict/>"), shown),
		profile("key", scepOf("<key>"+odd+"</key><true/>"), shown),
		profile("url", scepOf(str("URL", "http://"+odd+"/"+odd)), shown),
		profile("subject", scepOf("<key>Subject</key><array><array><array><string>"+odd+"</string><string>"+odd+"</string></array></array></array>"), shown),
		profile("variable", scepOf(str("URL", "https://a/{{"+odd+"}}$"+odd+"{Device"+odd+"}")), shown),
		profile("key-type", scepOf("<key>Keysize</key><string>"+odd+"</string>"), shown),
		profile("comment", "<!-- sceplint:ignore "+odd+" "+odd+" -->"+scepOf(""), shown),
		{name: "profile-json", file: "in.mobileconfig", args: "check --format json in.mobileconfig", text: fixed(scepOf("<key>" + odd + "</key><true/>")), exit: 1, says: `\u009b31m\u202e\u2066\u2028\u007f`},
		{name: "profile-html", file: "in.mobileconfig", args: "check --format html in.mobileconfig", text: fixed(scepOf("<key>" + odd + "&lt;script&gt;</key><true/>")), exit: 1, says: shown},
		{name: "profile-junit", file: "in.mobileconfig", args: "check --format junit in.mobileconfig", text: fixed(scepOf("<key>" + odd + "</key><true/>")), exit: 1, says: "scep-key-unknown"},
		{name: "profile-input", file: "in.mobileconfig", args: "input in.mobileconfig", text: fixed(scepOf("<key>" + odd + "</key><true/>")), exit: 0, says: `\u009b31m\u202e`},
		{name: "profile-diff", file: "in.mobileconfig", args: "check --diff --show-secrets in.mobileconfig", text: fixed(scepOf("<key>KeyUsag</key><integer>5</integer>")), exit: 1, says: "+++ b/in.mobileconfig"},
		{name: "profile-audit", file: "in.mobileconfig", args: "audit --format text in.mobileconfig", text: func() []byte { return bytes.ReplaceAll(good, []byte("https://"), []byte("https://"+odd)) }, exit: 1, says: "WORST RULE"},
		{name: "profile-audit-json", file: "in.mobileconfig", args: "audit --format json in.mobileconfig", text: func() []byte { return bytes.ReplaceAll(good, []byte("https://"), []byte("https://"+odd)) }, exit: 1, says: `\u009b`},
		{name: "profile-trace", file: "in.mobileconfig", args: "check --trace url-https in.mobileconfig", text: fixed(scepOf(str("URL", "http://"+odd))), exit: 1, says: "url-https"},
	}
}

func hostileFiles() []hostile {
	good := profiletest.Generate(1)
	in := func(name string, lay func(string), args string, exit int, says string) hostile {
		return hostile{name: name, lay: lay, args: args, exit: exit, says: says}
	}
	given := func(name, args, says string) hostile { // /dev/zero, where a file of its own kind is due
		return hostile{name: name, args: args, exit: 2, says: says}
	}
	list := []hostile{
		in("deep", func(dir string) { lay(dir, many("d/", 300)+"a.mobileconfig", good) }, "", 0, "1 file (1 SCEP payload)"),
		in("wide", func(dir string) {
			for i := range 3000 {
				lay(dir, strings.Repeat("d", i%50)+"/x"+strings.Repeat("x", i/50)+".plist", nil)
			}
		}, "", 2, "no profiles found"),
		in("heavy", func(dir string) {
			for _, name := range []string{"a", "b", "c", "d"} {
				lay(dir, name+".mobileconfig", []byte(plistOf("<string>"+many("a", 30<<20)+"</string>")))
			}
		}, "check --jobs 4 .", 1, "4 files"),
		in("none", func(string) {}, "", 2, "no profiles found"),
	}
	return append(append(list, unixFiles()...),
		hostile{name: "zero", args: "check /dev/zero", exit: 1, says: "is too large; at most"},
		given("zero-config", "check --config /dev/zero good.mobileconfig", "larger than 16 MiB"),
		given("zero-data", "check --data /dev/zero good.mobileconfig", "larger than 16 MiB"),
		given("zero-policy", "check --policy /dev/zero good.mobileconfig", "larger than 16 MiB"),
		given("zero-trust", "check --verify-signatures --trust /dev/zero good.mobileconfig", "larger than 16 MiB"),
		given("zero-baseline", "check --baseline /dev/zero good.mobileconfig", "larger than 64 MiB"),
	)
}
