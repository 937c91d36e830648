package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// hostile is one input made to crash a reader, to hang it, to exhaust it, or to
// lead it elsewhere, and what becomes of it.
type hostile struct {
	kind, name string
	file       string           // that the text is written to; "" for that of its kind
	text       func() []byte    // nil: no file is written
	lay        func(dir string) // lays more beside it
	stdin      func() io.Reader // nil: nothing
	args       string           // of the command, parted by spaces; "" for those of its kind
	exit       int
	says       string // what its output holds, several parted by " & "
}

// hostileKinds are the kinds of input, in the order of the table: the file that
// one is written to, and how it is handed to the command.
var hostileKinds = []struct {
	name, file, args string
	inputs           func() []hostile
}{
	{"xml", "in.mobileconfig", "check in.mobileconfig", hostileXML},
	{"scep", "in.mobileconfig", "check " + allPacks + " in.mobileconfig", hostileSCEP},
	{"comment", "in.mobileconfig", "check in.mobileconfig", hostileComments},
	{"binary", "in.mobileconfig", "check in.mobileconfig", hostileBinary},
	{"cms", "in.mobileconfig", "check --verify-signatures --trust root.pem in.mobileconfig", hostileCMS},
	{"json", "in.json", "check " + allPacks + " in.json", hostileJSON},
	{"export", "in.json", "check in.json", hostileExports},
	{"archive", "in.tar", "check in.tar", hostileArchives},
	{"stream", "", "check -", hostileStreams},
	{"name", "", "check .", hostileNames},
	{"file", "", "check .", hostileFiles},
	{"policy", "in.rego", "check --no-config --no-default-pack --policy in.rego good.mobileconfig", hostilePolicies},
	{"config", ".sceplint.yaml", "check good.mobileconfig", hostileConfigs},
	{"data", "in.json", "check --data in.json good.mobileconfig", hostileData},
	{"state", "in.json", "check --baseline in.json good.mobileconfig", hostileStates},
}

const allPacks = "--pack acme-preferred --pack fleet --pack iru --pack jamf --pack jamf-blueprints --pack ndes --pack okta --pack step-ca --pack strict"

// hostileAll asks for every hostile input and every spelling of a secret key, as CI
// does; otherwise some of each kind are tried.
var hostileAll = flag.Bool("hostile-all", false, "try every hostile input, spelling, and document, not a sample")

// fixed makes a generator of a text.
func fixed(text string) func() []byte { return func() []byte { return []byte(text) } }

const plistHead = `<plist version="1.0">`

// plistOf is a property list with this value.
func plistOf(value string) string { return plistHead + value + "</plist>" }

// profileOf is a profile with these keys more than it needs.
func profileOf(keys string) string {
	return plistOf("<dict><key>PayloadType</key><string>Configuration</string><key>PayloadVersion</key><integer>1</integer>" +
		"<key>PayloadIdentifier</key><string>com.example.a</string><key>PayloadUUID</key><string>0D1C7C5A-9B1F-4B0E-8C59-6B1D2F3A4E5F</string>" + keys + "</dict>")
}

// scepOf is a profile with a SCEP payload that has these keys.
func scepOf(keys string) string {
	return plistOf("<dict><key>PayloadContent</key><array><dict><key>PayloadType</key><string>com.apple.security.scep</string>" +
		"<key>PayloadContent</key><dict>" + keys + "</dict></dict></array></dict>")
}

// payloadsOf is a profile with these payloads.
func payloadsOf(payloads string) string {
	return profileOf("<key>PayloadContent</key><array>" + payloads + "</array>")
}

func many(text string, n int) string { return strings.Repeat(text, n) }

// measure runs a command and writes what it took to a file: the most memory it
// had, in bytes, and its time on the processor. It is a process of its own, and a
// small one, because the system counts the memory of the process that starts
// another as the other's too.
func measure() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute) // a hang, not a measure of speed
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[2], os.Args[3:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	_ = cmd.Run() // its exit code is passed on
	took := fmt.Sprintln(peakMemory(cmd.ProcessState), int64(cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime()))
	if err := os.WriteFile(os.Args[1], []byte(took), 0o644); err != nil {
		panic(err)
	}
	os.Exit(cmd.ProcessState.ExitCode())
}

// measured reads what measure wrote.
func measured(tb testing.TB, file string) (peak int64, cpu time.Duration) {
	tb.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := fmt.Sscan(string(text), &peak, &cpu); err != nil {
		tb.Fatalf("%q: %v", text, err)
	}
	return peak, cpu
}

func clipped(b *bytes.Buffer) string { return string(b.Bytes()[:min(b.Len(), 2000)]) }

// noise is always the same, and nothing.
func noise(n int) []byte {
	out := make([]byte, n)
	rand.NewChaCha8([32]byte{1}).Read(out)
	return out
}

// numbered repeats a format with the numbers from 0.
func numbered(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
