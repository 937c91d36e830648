package profile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sceplint/sceplint/checker/plist"
)

func TestURLParts(t *testing.T) {
	// What is known, as scheme host port path; "-" for what is not, then the flags.
	for text, want := range map[string]string{
		"https://ca.corp.example/scep":                         "https ca.corp.example - /scep",
		"HTTPS://CA.Corp.Example:8443/Scep":                    "https ca.corp.example 8443 /Scep",
		"http://ca.corp.example":                               "http ca.corp.example - ",
		"http://ca.corp.example?x=y":                           "http ca.corp.example -  query",
		"http://ca.corp.example/a/b?x=/y#z":                    "http ca.corp.example - /a/b query",
		"http://ca.corp.example/a#b?c":                         "http ca.corp.example - /a",
		"https://ca/a%20b%20c":                                 "https ca - /a%20b%20c",
		"https://[2001:DB8::1]:8080/scep":                      "https 2001:db8::1 8080 /scep",
		"https://[2001:db8::1]/scep":                           "https 2001:db8::1 - /scep",
		"https://[2001:db8::1/scep":                            "https - - /scep",
		"https://2001:db8::1/scep":                             "https - - /scep",
		"ftp://ca/x":                                           "ftp ca - /x",
		"https://user:pass@ca/scep":                            "https ca - /scep user",
		"https://user@ca:80/scep":                              "https ca 80 /scep user",
		"https://user:p@ss@ca/scep":                            "https ca - /scep user",
		"https://user:pa/ss@ca/scep":                           "https - - - user",
		"https://user:pa?ss@ca/scep":                           "https - - - query user",
		"https://user:pa#ss@ca/scep":                           "https - - - user",
		"https://user:12/ss@ca/scep":                           "https - - -",
		"https://ca/scep/@me":                                  "https ca - /scep/@me",
		"https://[::1]:80/@me":                                 "https ::1 80 /@me",
		"https://$USER:secret@ca/scep":                         "https - - /scep user",
		"https://user:$PASSWORD@ca/scep":                       "https - - /scep user",
		"https://$HOST/scep":                                   "https - - /scep",
		"https://$HOST:8443/scep":                              "https - 8443 /scep",
		"https://ca:$PORT/scep":                                "https - - /scep",
		"https://ca.$DOMAIN/scep":                              "https - - /scep",
		"https://ca.$DOMAIN":                                   "https - - -",
		"https://@HOST@/scep":                                  "https - - /scep",
		"https://ca/scep/$PROFILE_UUID":                        "https ca - -",
		"https://ca/scep/%SerialNumber%?x":                     "https ca - - query",
		"https://ca/scep?id={{serial}}":                        "https ca - /scep query",
		"https://ca/scep#{ID}":                                 "https ca - -",
		"https://ca{{ .Path }}":                                "https - - -",
		"https://{{ if .A }}a/b{{ else }}c/d{{ end }}":         "https - - -",
		"{{ .Scheme }}://ca/scep":                              "- ca - /scep",
		"${SCHEME}://ca:80/scep":                               "- ca 80 /scep",
		"http${S}://ca/scep":                                   "- - - -",
		"{% if a %}https://a/b{% else %}http://c/d{% endif %}": "- - - -",
		"{{if a}}https://a/b{{else}}http://c/d{{end}}":         "- - - -",
		"$FLEET_VAR_NDES_SCEP_PROXY_URL":                       "- - - -",
		"$PROXY_URL/scep?x":                                    "- - - - query",
		"ca.corp.example/scep":                                 "- - - -",
		"//ca.corp.example/scep":                               "- - - -",
		"://ca/scep":                                           "- - - -",
		" https://ca/scep":                                     "- - - -",
		"1http://ca/scep":                                      "- - - -",
		"a b://ca/scep":                                        "- - - -",
		"mailto:x?y=http://ca":                                 "- - - - query",
		"https://":                                             "https - - ",
		"https:///scep":                                        "https - - /scep",
		"https://:80/scep":                                     "https - - /scep",
		"https://ca:/scep":                                     "https ca - /scep",
		"https://ca:x/scep":                                    "https ca - /scep",
		"https://ca:65536/scep":                                "https ca - /scep",
		"https://ca:99999999999999999999/scep":                 "https ca - /scep",
		"https://ca:0080/scep":                                 "https ca 80 /scep",
		"https://ca:-1/scep":                                   "https ca - /scep",
		"https://@/":                                           "https - - / user",
		"":                                                     "- - - -",
		"\x00\xff://\xff":                                      "- - - -",
	} {
		p := parsed(t, "<dict><key>PayloadType</key><string>com.apple.security.scep</string></dict>")
		s := p.SCEP()[0]
		s.URL = setting(plist.NewNode(plist.String, "", text), (*plist.Node).Str)
		if got := shown(s.URLParts()); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	var none *SCEP
	if (none.URLParts() != URLParts{}) || ((&SCEP{}).URLParts() != URLParts{}) {
		t.Error("no URL has parts")
	}
	wrong := SCEP{URL: setting(plist.NewNode(plist.Integer, "", "https://ca"), (*plist.Node).Str)}
	if (wrong.URLParts() != URLParts{}) {
		t.Error("an integer has parts of a URL")
	}
	urlParts(strings.Repeat("https://a@[:", 1<<16) + strings.Repeat("${", 1<<16))
}

func shown(u URLParts) string {
	part := func(value any, known bool) string {
		if !known {
			if value != "" && value != 0 {
				return fmt.Sprintf("unknown, but %v", value)
			}
			return "-"
		}
		return fmt.Sprint(value)
	}
	text := part(u.Scheme, u.SchemeKnown) + " " + part(u.Host, u.HostKnown) + " " + part(u.Port, u.PortKnown) + " " + part(u.Path, u.PathKnown)
	if u.Query {
		text += " query"
	}
	if u.User {
		text += " user"
	}
	return text
}

func FuzzURLParts(f *testing.F) {
	for _, text := range []string{"https://user:pa/ss@ca:80/scep?x#y", "https://$HOST:1/{{ x }}", "${A}://[::1]:2/@", ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		u := urlParts(text)
		if strings.Contains(u.Host, "@") || u.Port < 0 || u.Port > 65535 || u.PathKnown && u.Path != "" && u.Path[0] != '/' {
			t.Fatalf("%q: %+v", text, u)
		}
		if strings.Contains(shown(u), "unknown") {
			t.Fatalf("%q: what is not known has a value: %+v", text, u)
		}
	})
}
