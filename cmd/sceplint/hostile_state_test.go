package main

func hostileStates() []hostile {
	in := func(name string, text func() []byte, exit int, says string) hostile {
		return hostile{name: name, text: text, exit: exit, says: says}
	}
	since := func(name string, text func() []byte, says string) hostile {
		return hostile{name: name, args: "audit --since in.json good.mobileconfig", text: text, exit: 2, says: says}
	}
	merge := func(name string, text func() []byte, exit int, says string) hostile {
		return hostile{name: name, args: "audit merge in.json", text: text, exit: exit, says: says}
	}
	state := func(progress, rest string) string {
		return `{"state":{"version":2,"progress":` + progress + `,"configurations":[],"devices":[],` + rest + `"lost":0}}`
	}
	const entry, known = `{"file":"good.mobileconfig","rule":"scep-url","message":"a","fingerprint":"f"}`, `{"version":1,"findings":[`
	const no, part, whole = "not a baseline", "not a part of an audit", `{"part":1,"of":1}`
	return []hostile{
		in("baseline-empty", fixed(""), 2, no),
		in("baseline-noise", func() []byte { return noise(1 << 18) }, 2, no),
		in("baseline-deep", grown(`{"version":1,"findings":`, "[", 1e6, ""), 2, no),
		in("baseline-version", fixed(`{"version":99999999999999999999,"findings":[]}`), 2, no),
		in("baseline-null", fixed(known+`null]}`), 2, no),
		in("baseline-many", grown(known, entry+",", 1e5, entry+"]}"), 0, "stale"),
		in("baseline-names", fixed(known+`{"file":"../../../a\u001b[31m\u202e\n","rule":"scep-url","message":"a","fingerprint":"f"}]}`), 0, "stale"),
		in("baseline-same", func() []byte {
			return []byte(known + numbered(`{"file":"g%d","rule":"scep-url","message":"a","fingerprint":"f"},`, 3e4) + entry + "]}")
		}, 0, "stale"),
		in("baseline-distinct", func() []byte {
			return []byte(known + numbered(`{"file":"g%[1]d","rule":"scep-url","message":"a","fingerprint":"%[1]d"},`, 5e4) + entry + "]}")
		}, 0, "stale"),
		in("baseline-too-many", grown(known, entry+",", 3e5, entry+"]}"), 2, "more than 120000 findings"),
		in("baseline-related", grown(known+`{"file":"a","fingerprint":"f","related":[`, `"",`, 5e6, `""]}]}`), 2, "finding 1 is malformed"),
		in("baseline-large", grown(known, " ", 65<<20, "]}"), 2, "larger than 64 MiB"),
		since("since-noise", func() []byte { return noise(1 << 18) }, "not an audit state"),
		since("since-deep", grown("", `{"a":`, 1e6, ""), "not an audit state"),
		since("since-empty", fixed("{}"), "unsupported version 0"),
		since("since-null", fixed(`{"version":2,"configurations":[null],"devices":[null]}`), "device without a name"),
		since("since-other", fixed(`{"version":2,"progress":{"inputs":-5,"run":"\u001b[31m"},"configurations":[],"devices":[]}`), "negative count"),
		merge("merge-noise", func() []byte { return noise(1 << 18) }, 2, part),
		merge("merge-deep", grown("", "[", 1e6, ""), 2, part),
		merge("merge-null", fixed(`{"state":null}`), 2, "unsupported version 0"),
		merge("merge-parts", fixed(state(`{"part":1,"of":9007199254740993}`, "")), 2, "missing part 2/9007199254740993; add its file"),
		merge("merge-part-0", fixed(state(`{"part":-1,"of":-1}`, "")), 2, "invalid part -1/-1"),
		merge("merge-negative", fixed(state(whole, `"files":-5,`)), 2, "negative count"),
		merge("merge-numbers", fixed(state(whole, `"files":1e400,`)), 2, "not an audit state"),
		merge("merge-escape", fixed(state(whole, `"failures":[{"file":"a\u001b[31m","message":"\u001b[2J\u202e\nb"}],`)), 2, `\u{1b}[2J\u{202e}`),
		merge("merge-rule", fixed(state(whole, `"rules":[{"id":"a","severity":"\u001b[31m"}],`)), 2, "not an audit state"),
		merge("merge-devices", func() []byte {
			return []byte(state(whole, `"files":1,"challenges":[{"mark":"m","devices":[`+numbered("%d,", 2e5)+`1]}],`))
		}, 0, "devices"),
		merge("merge-devices-backwards", func() []byte {
			list := ""
			for i := range 2000 {
				list += numbered("%d,", 100)
				_ = i
			}
			return []byte(state(whole, `"files":1,"challenges":[{"mark":"m","devices":[`+list+`1]}],`))
		}, 0, "devices"),
		{name: "new-from", args: "check --new-from --output=x good.mobileconfig", exit: 2, says: "new-from"},
	}
}
