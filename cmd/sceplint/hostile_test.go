package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// hostile are files made to crash, hang or exhaust a reader.
func hostile() map[string][]byte {
	const head = `<plist version="1.0">`
	files := map[string][]byte{
		"empty":                nil,
		"nul":                  make([]byte, 4096),
		"one-nul":              {0},
		"nested-arrays":        []byte(head + strings.Repeat("<array>", 1e6)),
		"nested-dicts":         []byte(head + strings.Repeat("<dict><key>a</key>", 3e5)),
		"nested-openstep":      bytes.Repeat([]byte("("), 12e6),
		"wide":                 []byte(head + "<array>" + strings.Repeat("<true/>", 2e6) + "</array></plist>"),
		"doubled-keys":         []byte(head + "<dict>" + strings.Repeat("<key>a</key><true/>", 2e5) + "</dict></plist>"),
		"angles":               bytes.Repeat([]byte("<"), 4e6),
		"ampersands":           []byte(head + "<string>" + strings.Repeat("&amp;", 1e6)),
		"open-comment":         []byte(head + strings.Repeat("<!--", 1e6)),
		"open-pi":              []byte(head + strings.Repeat("<?", 1e6)),
		"open-cdata":           []byte(head + "<string>" + strings.Repeat("<![CDATA[", 3e5)),
		"open-doctype":         []byte("<!DOCTYPE plist [" + strings.Repeat("[", 1e6)),
		"open-templates":       []byte(head + "<string>" + strings.Repeat("{{ <", 5e5) + "</string></plist>"),
		"open-dollars":         []byte(head + "<dict>" + strings.Repeat("${", 1e6)),
		"percent-variables":    []byte(head + "<dict><key>" + strings.Repeat("%", 1e6) + "</key><true/></dict></plist>"),
		"entity-bomb":          []byte(`<!DOCTYPE p [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>` + head + "<string>&b;</string></plist>"),
		"utf16-odd":            []byte("\xff\xfe<\x00p"),
		"utf16-surrogates":     bytes.Repeat([]byte{0x00, 0xd8}, 1e6),
		"ber-indefinite":       bytes.Repeat([]byte{0x30, 0x80}, 2e6),
		"ber-octets":           append([]byte{0x30, 0x80, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02, 0xa0, 0x80, 0x30, 0x80, 0x02, 0x01, 0x01, 0x31, 0x00, 0x30, 0x80, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01, 0xa0, 0x80}, bytes.Repeat([]byte{0x24, 0x80}, 2e6)...),
		"der-huge-length":      {0x30, 0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
		"pem-open":             []byte("-----BEGIN PKCS7-----\n" + strings.Repeat("A", 1e6)),
		"binary-wrap":          binaryList(nil, []byte{0x5f, 0x13, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}),
		"binary-cycle":         binaryList(nil, []byte{0xa1, 0x00}),
		"binary-short":         []byte("bplist00"),
		"binary-other-version": append([]byte("bplist17"), make([]byte, 64)...),
	}
	scep := func(keys string) []byte {
		return []byte(head + "<dict><key>PayloadContent</key><array><dict><key>PayloadType</key><string>com.apple.security.scep</string>" +
			"<key>PayloadContent</key><dict>" + keys + "</dict></dict></array></dict></plist>")
	}
	long := strings.Repeat
	files["scep-braces"] = scep("<key>URL</key><string>" + long("{{", 1e6) + "</string><key>Name</key><string>" + long("${", 1e6) + "</string><key>Challenge</key><string>" + long("$(", 1e6) + "</string>")
	files["scep-marks"] = scep("<key>URL</key><string>http://" + long("%a", 1e6) + "</string><key>Name</key><string>" + long("__A", 1e6) + "</string><key>Challenge</key><string>" + long("[[", 1e6) + "@" + long("@A", 1e6) + "</string>")
	files["scep-placeholders"] = scep("<key>URL</key><string>" + long("YOUR_", 5e5) + "</string><key>Name</key><string>" + long("x", 4e6) + "</string>")
	files["scep-subject"] = scep("<key>Subject</key><array>" + long("<array><array><string>E</string></array></array>", 1e5) + "</array>")
	files["scep-names"] = scep("<key>Subject</key><array>" + long("<array><array><string>CN</string><string>a</string></array></array>", 1e5) + "</array>")
	files["scep-keys"] = scep(long("<key>KeyUsag</key><true/>", 2e5))
	files["scep-challenges"] = scep(long("<key>Challenge</key><string>abcdefgh</string><key>Challange</key><string>"+long("z", 60)+"</string>", 5e4))
	files["scep-fingerprint"] = scep("<key>CAFingerprint</key><data>" + long("QUFB", 3e6) + "</data>")
	files["payloads"] = []byte(head + "<dict><key>PayloadContent</key><array>" + long("<dict><key>PayloadType</key><string>com.apple.security.scep</string><key>PayloadUUID</key><string>a</string><key>PayloadIdentifier</key><string>b</string></dict>", 3e4) + "</array></dict></plist>")
	files["ignores"] = append(bytes.Repeat([]byte("<!-- sceplint:ignore a,b,c d -->\n"), 5e4), scep("")...)
	ignore := func(ids string) []byte { return []byte("<!-- sceplint:ignore " + ids + " reason -->\n") }
	files["ignores-unknown"] = append(bytes.Repeat(ignore("scep-subject-missinx,scep-keyusage-missinq"), 4e4), scep("")...)
	files["ignores-unused"] = append(ignore(long("scep-keytype,", 2e5)+"scep-keytype"), scep("")...)
	files["long-names"] = []byte(head + "<dict><key>PayloadIdentifier</key><string>" + long("$", 3e6) + "</string><key>PayloadUUID</key><string>" +
		long("{", 3e6) + "</string><key>PayloadContent</key><array/></dict></plist>")
	files["secrets"] = []byte(head + "<dict>" + long("<key>Password</key><string>0123456789</string>", 1e5) + "</dict></plist>")
	credential := func(rest string) []byte { return []byte(`{"URL": "", "Keysize": "x", ` + rest) }
	files["json-arrays"] = bytes.Repeat([]byte("["), 1e6)
	files["json-nested"] = credential(`"Subject": ` + long("[", 1e6))
	files["json-objects"] = credential(`"Subject": ` + long(`{"a":`, 3e5))
	files["json-wide"] = credential(`"Subject": [` + long("[],", 2e6) + "[]]}")
	files["json-doubled-keys"] = credential(long(`"Challenge": "abcdefgh", "KeyUsag": 1, `, 1e5) + `"a": 1}`)
	files["json-numbers"] = credential(`"Key Usage": ` + long("9", 4e6) + `, "Retries": 1e` + long("9", 4e6) + `, "RetryDelay": -0.` + long("0", 4e6) + "}")
	files["json-surrogates"] = credential(`"Name": "` + long(`\ud800`, 1e6) + `"}`)
	files["json-escapes"] = credential(`"Challenge": "` + long(`\u0041`, 1e6) + `"}`)
	files["json-mark"] = append([]byte("\ufeff\ufeff"), credential(`"a": 1}`)...)
	files["json-utf16"] = append([]byte{0xff, 0xfe}, bytes.Join(bytes.Split(credential(`"a": 1}`), nil), []byte{0})...)
	files["json-utf8"] = append(credential(`"Name": "`), bytes.Repeat([]byte{0xff}, 4e6)...)
	files["json-long"] = credential(`"Name": "` + long("a", 20e6) + `"}`)
	files["json-big"] = credential(`"Subject": [` + long(`[["CN", "`+long("a", 900)+`"]], `, 22e3) + `[]]}`)
	files["json-templates"] = credential(`"Name": ` + long("{{ ", 1e6))
	files["json-names"] = credential(`"SubjectAltName": {"dNSName": [` + long(`"a b", `, 1e5) + `""]}, "Challenge": ["` + long("12345678", 1e5) + `"]}`)
	files["json-other"] = []byte(`{"Challenge": ` + long(`{"a": 1, "b": [`, 1e6))
	var dag [][]byte
	for i := range 40 {
		dag = append(dag, []byte{0xa2, byte(i + 1), byte(i + 1)})
	}
	files["binary-dag"] = binaryList(nil, append(dag, []byte{0x09})...)
	var chain [][]byte
	for i := range 60000 {
		chain = append(chain, binary.BigEndian.AppendUint32([]byte{0xa1}, uint32(i+1)))
	}
	files["binary-deep"] = binaryList([]byte{4}, append(chain, []byte{0x09})...)
	return files
}

// binaryList writes a binary property list of the given objects, the first one
// on top, with references of one byte or as many as width says.
func binaryList(width []byte, objects ...[]byte) []byte {
	out := []byte("bplist00")
	var offsets []byte
	for _, object := range objects {
		offsets = binary.BigEndian.AppendUint32(offsets, uint32(len(out)))
		out = append(out, object...)
	}
	table := uint64(len(out))
	out = append(out, offsets...)
	size := byte(1)
	if len(width) > 0 {
		size = width[0]
	}
	out = append(out, 0, 0, 0, 0, 0, 0, 4, size)
	out = binary.BigEndian.AppendUint64(out, uint64(len(objects)))
	out = binary.BigEndian.AppendUint64(out, 0)
	return binary.BigEndian.AppendUint64(out, table)
}

// measure runs a command and writes the most memory it had, in bytes, to a
// file. It is a process of its own, and a small one, because the system counts
// the memory of the process that starts another as the other's too.
func measure() {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second) // a hang, not a measure of speed
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[2], os.Args[3:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	_ = cmd.Run() // its exit code is passed on
	if err := os.WriteFile(os.Args[1], []byte(strconv.FormatInt(peakMemory(cmd.ProcessState), 10)), 0o644); err != nil {
		panic(err)
	}
	os.Exit(cmd.ProcessState.ExitCode())
}

func clipped(b *bytes.Buffer) string { return string(b.Bytes()[:min(b.Len(), 2000)]) }
