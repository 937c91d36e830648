//go:build !race

package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/sceplint/sceplint/checker/profile/profiletest"
)

// These tests run the command as it is built for users, or hand it hundreds of
// megabytes. The race detector would see little of that, and take minutes.

// TestHostileContainers checks archives and streams that are made to exhaust a
// reader, or to lead it elsewhere.
func TestHostileContainers(t *testing.T) {
	good := profiletest.Generate(1)
	zeros := make([]byte, 300<<20)
	deep := func(open string, n int) string { return strings.Repeat(open, n) }
	report := func(data string) []byte {
		return []byte(`{"SPConfigurationProfileDataType":[{"_items":[{"spconfigprofile_profile_identifier":"a","_items":[{"_name":"com.apple.security.scep","spconfigprofile_payload_data":"` + data + `"}]}]}]}`)
	}
	dir := t.TempDir()
	for _, x := range []struct {
		name string
		text []byte
		says string
	}{
		{"ratio.tar.gz", archiveOf("x.tgz", packed{name: "a.bin", text: zeros}, packed{name: "b.mobileconfig", text: good}), "more than 200 times its size"},
		{"ratio.zip", archiveOf("x.zip", packed{name: "a.plist", text: zeros[:200<<20]}, packed{name: "b.plist", text: zeros[:200<<20]}), "more than 200 times its size"},
		{"large.zip", archiveOf("x.zip", packed{name: "a.mobileconfig", text: zeros}), "the entry has 314572800 bytes"},
		{"escape.tar", archiveOf("x.tar", packed{name: "../../etc/a.mobileconfig", text: good}, packed{name: "/b.mobileconfig", text: good}), "leads out of the archive"},
		{"escape.zip", archiveOf("x.zip", packed{name: `..\a.mobileconfig`, text: good}), "leads out of the archive"},
		{"nested.zip", archiveOf("x.zip", packed{name: "a.zip", text: archiveOf("x.zip", packed{name: "b.mobileconfig", text: good})}, packed{name: "c.mobileconfig", text: good}), "not opened; unpack it first"},
		{"zeros.gz", gzipped(zeros[:20<<20]), "neither a tar archive nor JSON Lines"},
		{"line.jsonl", append([]byte(`{"name":"a","profile":"`), bytes.Repeat([]byte("A"), 70<<20)...), "line 1 has more than 64 MiB"},
		{"deep.jsonl", []byte(`{"profile":` + deep("[", 1e6) + "\n" + `{"name":"b","profile":"<plist"}`), "line 1 is no JSON object"},
		{"directory.zip", append(bytes.Repeat([]byte("PK\x03\x04"), 8), archiveOf("x.zip")...), "nothing to check"},
		{"names.json", report(strings.ReplaceAll(deep("(", 1e6), "(", "(")), "nests dicts and arrays too deep"},
		{"braces.json", report(deep("{a=", 1e6)), "nests dicts and arrays too deep"},
		{"escapes.json", report(`\"` + deep(`\\\\n`, 1e6)), "is cut off"},
		{"comments.json", report(deep("/*", 1e6)), "is cut off"},
		{"long.json", report(deep("a;", 9e6)), "too large"},
		{"elements.xml", []byte("<configuration_profile>" + deep("<general>", 1e6)), "nested too deep"},
		{"cdata.xml", []byte("<configuration_profile><general><payloads>" + deep("<![CDATA[", 1e6) + "</payloads></general></configuration_profile>"), "cannot be read on"},
		{"open.xml", []byte("<configuration_profile><general><payloads>" + deep("&lt;", 1e6)), "it ends inside of <payloads>"},
		{"many.xml", []byte("<configuration_profiles>" + deep("<configuration_profile><general><payloads>&lt;plist&gt;</payloads></general></configuration_profile>", 2e3)), "cut off"},
		{"graph.json", []byte(`{"value":[` + deep(`{"@odata.type":"#microsoft.graph.iosScepCertificateProfile","scepServerUrls":["http://a"]},`, 2e3) + `{}]}`), "2"},
		{"entities.json", []byte(`{"os_x_configuration_profile":{"general":{"payloads":"` + deep(`\u003c`, 1e6) + `"}}}`), "plist-syntax"},
	} {
		file := filepath.Join(dir, x.name)
		if err := os.WriteFile(file, x.text, 0o600); err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		code, out, errOut := sceplint(t, "check", file)
		runtime.ReadMemStats(&after)
		if code == exitClean && x.name != "nested.zip" || !strings.Contains(out+errOut, x.says) {
			t.Errorf("%s: exit code %d, %q is not said:\n%.2000s", x.name, code, x.says, out+errOut)
		}
		if strings.Contains(out+errOut, "mistake in sceplint") {
			t.Errorf("%s: %.2000s", x.name, out+errOut)
		}
		if total := (after.TotalAlloc - before.TotalAlloc) >> 20; total > 3<<10 {
			t.Errorf("%s: %d MiB were allocated", x.name, total)
		}
		os.Remove(file)
	}
}

func gzipped(text []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(text)
	w.Close()
	return out.Bytes()
}

// TestContainerMemory holds how much memory a run over an archive, compressed or
// not, a stream of many profiles, and lists of them that are one document may take.
func TestContainerMemory(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // does not tell
	}
	const most, profiles = 64 << 20, 5_000
	command := built(t, ".")
	dir := t.TempDir()
	var entries []packed
	var texts [][]byte
	var lines bytes.Buffer
	for i := range profiles {
		name, text := fmt.Sprintf("fleet/%05d.mobileconfig", i), profiletest.Generate(uint64(i%500))
		entries, texts = append(entries, packed{name: name, text: text}), append(texts, text)
		line, err := json.Marshal(map[string]string{"name": name, "profile": string(text)})
		if err != nil {
			t.Fatal(err)
		}
		lines.Write(append(line, '\n'))
	}
	const listed = 2_000
	forms := exportsOf(texts[:listed]...)
	forms["x.tar"], forms["x.tar.gz"], forms["x.jsonl"] = archiveOf("x.tar", entries...), archiveOf("x.tgz", entries...), lines.Bytes()
	for name, text := range forms {
		file, peak := filepath.Join(dir, name), filepath.Join(dir, "peak")
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		text, err := exec.Command("measure", peak, command, "check", "--jobs", "2", "--fail-on", "never", file).CombinedOutput()
		out := string(text)
		want := fmt.Sprintf("in %d files", profiles)
		if !strings.HasPrefix(name, "x.") {
			want = fmt.Sprintf("in 1 file (%d SCEP payloads)", listed)
		}
		if err != nil || !strings.Contains(out, want) {
			t.Fatalf("%s: %v; %q is not in:\n%s", name, err, want, out[max(0, len(out)-2000):])
		}
		said, err := os.ReadFile(peak)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := strconv.Atoi(string(said)); err != nil || n == 0 || n > most {
			t.Errorf("%s: it took %d MiB (%v), and may take %d", name, n>>20, err, most>>20)
		} else {
			t.Logf("%s: %.1f MiB", name, float64(n)/(1<<20))
		}
	}
}
