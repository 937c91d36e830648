package policy

import (
	"strings"
	"testing"
)

// TestPayloadTypes holds that a comparison of a payload type with a misspelling
// of one of Apple's is refused, and no other.
func TestPayloadTypes(t *testing.T) {
	const payload = "some p in input.profile.PayloadContent; "
	for name, test := range map[string]struct{ body, more string }{
		"==":                    {payload + `p.PayloadType == "com.apple.wifi.manged"`, ""},
		"other side":            {payload + `"com.apple.wifi.manged" == p.PayloadType`, ""},
		"=":                     {payload + `p.PayloadType = "com.apple.wifi.manged"`, ""},
		"!=":                    {payload + `p.PayloadType != "com.apple.wifi.manged"`, ""},
		"case":                  {payload + `p.PayloadType == "com.apple.WiFi.managed"`, ""},
		"not apple":             {payload + `p.PayloadType == "com.aple.wifi.managed"`, ""},
		"in a set":              {payload + `p.PayloadType in {"com.apple.wifi.manged", "com.acme.x"}`, ""},
		"in an array":           {payload + `p.PayloadType in ["com.apple.wifi.manged"]`, ""},
		"not in":                {payload + `not p.PayloadType in ["com.apple.wifi.manged"]`, ""},
		"in a rule":             {payload + `p.PayloadType in types`, `types := {"com.apple.wifi.manged"}`},
		"in a set rule":         {payload + `p.PayloadType in types`, `types contains "com.apple.wifi.manged"`},
		"a rule":                {payload + `p.PayloadType == wifi`, `wifi := "com.apple.wifi.manged"`},
		"a default":             {payload + `p.PayloadType == wifi`, "default wifi := \"com.apple.wifi.manged\"\n\nwifi := data.config.wifi"},
		"a variable":            {payload + `w := "com.apple.wifi.manged"; p.PayloadType == w`, ""},
		"some of a set":         {payload + `some w in {"com.apple.wifi.manged"}; p.PayloadType == w`, ""},
		"type in a variable":    {payload + `kind := p.PayloadType; kind == "com.apple.wifi.manged"`, ""},
		"index":                 {`input.profile.PayloadContent[_].PayloadType == "com.apple.wifi.manged"`, ""},
		"comprehension":         {`x := [1 | some p in input.profile.PayloadContent; p.PayloadType == "com.apple.wifi.manged"]; x == []`, ""},
		"every":                 {`every p in input.profile.PayloadContent { p.PayloadType != "com.apple.wifi.manged" }`, ""},
		"function":              {payload + "wifi(p)", `wifi(x) if x.PayloadType == "com.apple.wifi.manged"`},
		"function of a type":    {payload + "wifi(p.PayloadType)", `wifi(x) if x == "com.apple.wifi.manged"`},
		"else":                  {payload + "wifi(p)", "wifi(x) if x.a == 1\nelse if x.PayloadType == \"com.apple.wifi.manged\""},
		"reference":             {`some r in input.references; r.type == "com.apple.wifi.manged"`, ""},
		"target of a reference": {`some r in input.references; r.target.type == "com.apple.security.scepp"`, ""},
		"certificate":           {`some c in input.certificates; c.type == "com.apple.security.pkcs13"`, ""},
		"walk":                  {`walk(input.profile, [_, p]); p.PayloadType == "com.apple.wifi.manged"`, ""},
	} {
		if got := loadError(test.body+"\nmsg := \"x\"", test.more); !strings.Contains(got, "unknown payload type \"") || !strings.Contains(got, "; did you mean \"com.apple.") {
			t.Errorf("%s: %s", name, got)
		}
	}
	for name, body := range map[string]string{
		"known":                  payload + `p.PayloadType in {"com.apple.wifi.managed", "com.apple.security.scep", "Configuration"}`,
		"of Apple, another case": payload + `p.PayloadType in {"com.apple.AppStore", "com.apple.appstore"}`,
		"of a vendor":            payload + `p.PayloadType == "com.acme.foo"`,
		"of Apple, in no schema": payload + `p.PayloadType == "com.apple.acme-tool.settings"`,
		"of Apple, short":        payload + `p.PayloadType == "com.apple.dockx"`,
		"start of a type":        payload + `startswith(p.PayloadType, "com.apple.wifi.manage")`,
		"lower case on purpose":  payload + `lower(p.PayloadType) == "com.apple.tcc.configuration-profile-policy"`,
		"another key":            payload + `p.PayloadIdentifier == "com.apple.wifi.manged"`,
		"another field":          `some s in input.scep; s.identifier == "com.apple.wifi.manged"`,
		"attribute type":         `some s in input.scep; some a in s.subject; a.type == "com.apple.wifi.manged"`,
		"message":                payload + `print("com.apple.wifi.manged", p.PayloadType)`,
		"a variable":             payload + `some w in data.config.types; p.PayloadType == w`,
	} {
		if got := loadError(body+"\nmsg := \"x\"", ""); got != "" {
			t.Errorf("%s: %s", name, got)
		}
	}
}
