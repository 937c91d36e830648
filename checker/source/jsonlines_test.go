package source

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestFieldsOf holds that a line is understood as encoding/json does, whatever
// is changed in it.
func TestFieldsOf(t *testing.T) {
	type fields struct {
		Name, Device string
		Profile      *string
	}
	lines := []string{
		`{"name":"a.mobileconfig","profile":"<plist>\n\t\"x\" \u003ca\u003E \u00e9 \ud83d\ude00 \ud83d \\ \/ \b\f\r</plist>"}`,
		`  { "device" : "D\"1" , "x":[1,{"profile":"no","name":"no"},"y"], "profile" : "PHBsaXN0Lz4=", "name":"n" }  `,
		`{"profile":"<a>","profile":"<b>","profile\u0065":"<c>"}`,
		`{"profile":"","name":1,"device":null}`,
		"\ufeff{\"profile\":\"\ufeff<é>\xff\"}",
		`{"name":"x"}`, `{"profile":{"profile":"x"}}`, `[{"profile":"x"}]`, `{"profile":"x"}}`, `{"profile":"x"} 1`,
		`{"profile":"x" "y"}`, `{"profile":"x","y"}`, `{"profile" "x"}`, `{,"profile":"x"}`, `{"profile":"\q"}`, `{"profile":"\u12g4"}`, "{\"profile\":\"\t\"}", `{"profile":"`, `{"profile":"\`, `{"profile":"\u00`,
		"\v{\"profile\":\"x\"}", "", "{}", `"{"`,
	}
	random := rand.New(rand.NewPCG(3, 4))
	accepted, refused := 0, 0
	check := func(line []byte) {
		var raw map[string]json.RawMessage
		var want fields
		plain := bytes.TrimPrefix(line, []byte("\ufeff"))
		valid := json.Unmarshal(plain, &raw) == nil && json.Valid(plain) && raw != nil
		for key, value := range raw { // the names are taken as they are, and of another type they are nothing
			switch key {
			case "name":
				_ = json.Unmarshal(value, &want.Name)
			case "device":
				_ = json.Unmarshal(value, &want.Device)
			case "profile":
				if value[0] == '"' {
					want.Profile = new(string)
					_ = json.Unmarshal(value, want.Profile)
				}
			}
		}
		got, err := parseLine(line)
		switch {
		case !valid:
			refused++
			if err == nil {
				t.Fatalf("%q is taken", line)
			}
			return
		case err == errLine:
			t.Fatalf("%q is refused", line)
		case bytes.Count(line, []byte(`"profile"`)) > 1 || bytes.Count(line, []byte(`"name"`)) > 1 || bytes.Count(line, []byte(`"device"`)) > 1 || bytes.Contains(line, []byte(`\u0065":`)):
			return // of doubled keys encoding/json tells the last alone, whatever its type
		case (err == errNoProfile) != (want.Profile == nil):
			t.Fatalf("%q: %v", line, err)
		case err != nil:
			return
		}
		accepted++
		if got.name != want.Name || got.device != want.Device {
			t.Fatalf("%q: %q %q", line, got.name, got.device)
		}
		var text string
		if err := json.Unmarshal(line[got.start:got.end], &text); err != nil || text != *want.Profile {
			t.Fatalf("%q: the profile is %q", line, line[got.start:got.end])
		}
		if decoded, ok := unquote(line[got.start:got.end]); ok && string(decoded) != text {
			t.Fatalf("%q: decoded %q", line, decoded)
		}
	}
	for _, line := range lines {
		check([]byte(line))
		for range 4000 {
			mutant := []byte(line)
			for range 1 + random.IntN(2) {
				if len(mutant) == 0 {
					break
				}
				i := random.IntN(len(mutant))
				switch random.IntN(3) {
				case 0:
					mutant[i] = byte(random.Uint32())
				case 1:
					mutant = append(mutant[:i], mutant[i+1:]...)
				case 2:
					mutant[i] = "\"\\{}[]:,u0 n"[random.IntN(12)]
				}
			}
			check(mutant)
		}
	}
	if accepted < 1000 || refused < 1000 {
		t.Errorf("%d lines taken, %d refused", accepted, refused)
	}
	if text, ok := unquote([]byte(`"` + strings.Repeat(`\u003c\n`, 3) + `"`)); !ok || string(text) != "<\n<\n<\n" {
		t.Errorf("%q", text)
	}
}
