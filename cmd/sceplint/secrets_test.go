package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/checkertest"
	"github.com/sceplint/sceplint/checker/export"
	"github.com/sceplint/sceplint/checker/keyname"
	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/policy"
	"github.com/sceplint/sceplint/checker/profile"
	"github.com/sceplint/sceplint/checker/report"
	"github.com/sceplint/sceplint/rules"
)

// shownOf gives all that is printed of a document, by what prints it: every format of a report, what fixes change, and
// the input of policies.
func shownOf(t *testing.T, name string, text []byte, formats ...string) map[string]string {
	t.Helper()
	shown := map[string]string{}
	c := &checker.Checker{Rules: rules.All(), Now: checkertest.Now, Jobs: 1, Visit: []checker.Visitor{report.Inventory}, Fix: checker.FixAll}
	input := checker.Input{Name: name, Read: func() ([]byte, error) { return slices.Clone(text), nil }}
	results := slices.Collect(c.Run(context.Background(), slices.Values([]checker.Input{input})))
	c.Fix = checker.FixNone
	results = append(results, slices.Collect(c.Run(context.Background(), slices.Values([]checker.Input{input})))...)
	for _, format := range report.Formats {
		if len(formats) > 0 && !slices.Contains(formats, format.Name) {
			continue
		}
		var out bytes.Buffer
		r := &report.Report{Version: "0", Rules: report.EnabledRules(c), Now: c.Now, Results: slices.Values(results)}
		if err := format.Format(&out, r); err != nil {
			t.Fatalf("%s: %v", format.Name, err)
		}
		shown[format.Name] = out.String()
	}
	for _, r := range results {
		if r.After != nil {
			var out bytes.Buffer
			if err := report.Diff(&out, name, r.Before, r.After, false, true); err != nil {
				t.Fatal(err)
			}
			shown["diff"] += out.String()
		}
		if r.Err != nil {
			shown["error"] += r.Err.Error()
		}
	}
	profiles, err := export.Parse(name, slices.Clone(text))
	if err != nil {
		shown["input"] += err.Error()
	}
	for _, p := range profiles {
		if p.Root == nil {
			shown["input"] += p.Err.Error()
			continue
		}
		document, err := policy.InputJSON(c.Pass(p))
		shown["input"] += fmt.Sprint(string(document), err)
	}
	return shown
}

// secretTitle is a secret of its own for each number, whose every part is hard to guess.
func secretTitle(n int) string { return fmt.Sprintf("zQ%04dvKxW8%04d", n, n) }

// spellings gives names that people may write for Challenge: edited, in other cases, with characters that cannot be seen,
// and with letters that only look right.
func spellings() []string {
	alike := map[rune][]rune{'C': []rune("СϹⅭＣ"), 'h': []rune("һｈհ"), 'a': []rune("аɑ"), 'l': []rune("ⅼ1Iｌ"), 'e': []rune("еｅéҽ"), 'n': []rune("ｎñ"), 'g': []rune("ɡｇ")}
	unseen := []string{" ", "\t", "\n", "_", "-", "\u00a0", "\u200b", "\u200d", "\ufeff", "\u2060", "\u00ad", "\u3164", "\u2003", "\u034f", "\u0301", "\u202e"}
	r := rand.New(rand.NewPCG(13, 0))
	edit := func(name []rune) []rune {
		i := r.IntN(len(name))
		switch r.IntN(7) {
		case 0:
			return slices.Delete(slices.Clone(name), i, i+1)
		case 1:
			return slices.Insert(slices.Clone(name), i, rune('a'+r.IntN(26)))
		case 2:
			name = slices.Clone(name)
			name[i] = rune('a' + r.IntN(26))
		case 3:
			name = slices.Clone(name)
			if i > 0 {
				name[i], name[i-1] = name[i-1], name[i]
			}
		case 4:
			name = slices.Clone(name)
			if list := alike[name[i]]; list != nil {
				name[i] = list[r.IntN(len(list))]
			}
		case 5:
			return slices.Insert(slices.Clone(name), i, []rune(unseen[r.IntN(len(unseen))])...)
		case 6:
			return []rune(strings.ToUpper(string(name[:i])) + string(name[i:]))
		}
		return name
	}
	seen := map[string]bool{}
	var list []string
	for len(list) < 3500 {
		name := []rune([]string{"Challenge", "Challenge", "Challenge", "challenge", "ChallengePassword", "CHALLENGE"}[r.IntN(6)])
		for range 1 + r.IntN(5) {
			name = edit(name)
		}
		if text := string(name); !seen[text] && !profile.HasVariable(text) {
			seen[text] = true
			list = append(list, text)
		}
	}
	return list
}

// TestSecretSpellings holds that the value of every key that scep-key-misspelled takes for Challenge is masked, and that
// every key that Challenge is one of in other rules' eyes is.
func TestSecretSpellings(t *testing.T) {
	t.Parallel()
	meant, number := 0, 0
	for batch := range slices.Chunk(spellings(), 80) {
		if number++; !*hostileAll && number%12 != 1 {
			continue
		}
		var payloads strings.Builder
		var names []string
		for i, name := range batch {
			key := strings.NewReplacer("&", "&amp;", "<", "&lt;").Replace(name)
			inner := fmt.Sprintf("\n<key>%s</key>\n<string>%s</string>\n", key, secretTitle(i))
			fmt.Fprintf(&payloads, "<dict><key>PayloadType</key><string>com.apple.security.scep</string><key>PayloadContent</key><dict><key>KeyUsage</key><integer>5</integer>%s</dict></dict>\n", inner)
			if profile.MisspelledSCEPKey(name) == "Challenge" {
				names = append(names, secretTitle(i)+" "+name)
				if !keyname.IsSecret(name) {
					t.Errorf("%q means Challenge, and is not secret", name)
				}
			}
		}
		meant += len(names)
		for by, shown := range shownOf(t, "a.mobileconfig", []byte(payloadsOf(payloads.String())), "text", "json", "sarif", "html", "junit") {
			if !strings.Contains(shown, "vKxW8") { // all secrets have it
				continue
			}
			for _, name := range names {
				secret, key, _ := strings.Cut(name, " ")
				if strings.Contains(shown, secret) {
					t.Errorf("%s shows the value of %q", by, key)
				}
			}
		}
	}
	if least := 1800; meant < least/14 || *hostileAll && meant < least {
		t.Errorf("%d spellings mean Challenge; the test is to try more", meant)
	}
}

// hides holds that nothing that is printed of a document holds a secret, or six characters of it.
func hides(t *testing.T, file, text string, secrets ...string) {
	t.Helper()
	for by, shown := range shownOf(t, file, []byte(text)) {
		for _, secret := range secrets {
			for i := 0; i+6 <= len(secret); i++ {
				if at := strings.Index(shown, secret[i:i+6]); at >= 0 {
					t.Errorf("%s shows %q of\n%s\n%s", by, secret[i:i+6], clipText(text), shown[max(0, at-200):min(len(shown), at+100)])
					break
				}
			}
		}
	}
}

func clipText(text string) string { return text[:min(len(text), 1500)] }

// TestSecretsHidden holds that no secret is printed, wherever it is and whatever is broken around it.
func TestSecretsHidden(t *testing.T) {
	const secret = "hT7qLm2vXk9ZpB4w"
	der := "MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQ" + secret
	scep := func(keys string) string { return scepOf("<key>KeyUsage</key><integer>5</integer>" + keys) }
	payload := func(kind, content string) string {
		return payloadsOf("<dict><key>PayloadType</key><string>" + kind + "</string><key>PayloadVersion</key><string>1</string>" +
			"<key>PayloadIdentifier</key><string>a.b</string><key>PayloadUUID</key><string>x</string><key>PayloadContent</key>" + content + "</dict>")
	}
	url := func(text string) string { return scep("<key>URL</key><string>" + text + "</string>") }
	documents := map[string]string{
		"pkcs12 as string":           payload("com.apple.security.pkcs12", "<string>"+der+"</string>"),
		"pkcs12 as string, odd":      payload("com.apple.security.pkcs12", "<string>"+secret+"</string>"),
		"pkcs12 of another case":     payload("com.apple.security.PKCS12", "<string>"+secret+"</string>"),
		"root as string, a key":      payload("com.apple.security.root", "<string>"+der+"</string>"),
		"key in PEM":                 payload("com.apple.security.pem", "<string>-----BEGIN EC PRIVATE KEY-----\n"+secret+"\n-----END EC PRIVATE KEY-----</string>"),
		"key anywhere":               profileOf("<key>PayloadDescription</key><string>" + der + "</string><key>PayloadExpirationDate</key><string>x</string>"),
		"encrypted key":              payload("com.apple.security.root", "<string>MIIFLTBXBgkqhkiG9w0BBQ0wSjApBgkqhkiG9w0BBQwwHAQI"+secret+secret+"</string>"),
		"host without a scheme":      payload("com.apple.vpn.managed", "<string>x</string><key>IKEv2</key><dict><key>RemoteAddress</key><string>ada:"+secret+"@vpn.corp.net/x</string></dict>"),
		"challenge in a Subject":     scep("<key>Subject</key><array><array><array><string>1.2.840.113549.1.9.7</string><string>" + secret + " </string></array></array></array>"),
		"in quotation marks":         scep("<key>Challenge</key><string>“" + secret + "”</string>"),
		"element":                    scep("<key>Challenge</key><string>" + secret + "</string>"),
		"integer":                    scep("<key>Challenge</key><integer>4821790365512</integer>"),
		"repeated in a URL":          scep("<key>Challenge</key><string>" + secret + "</string><key>URL</key><string>https://h/" + secret + "</string>"),
		"repeated with entities":     scep("<key>Challenge</key><string>" + secret + "</string><key>Name</key><string>x &#104;" + secret[1:] + "</string>"),
		"repeated in a comment":      scep("<key>Challenge</key><string>" + secret + "</string><!-- " + secret + " -->"),
		"repeated, cut in a message": profileOf("<key>PayloadContent</key><array><dict><key>PayloadType</key><string>com.apple.x.thirty.letters.long." + secret + "</string><key>Password</key><string>" + secret + "</string></dict></array>"),
		"repeated in an identifier":  payloadsOf("<dict><key>PayloadType</key><string>com.apple.security.scep</string><key>PayloadIdentifier</key><string>a." + secret + "</string><key>PayloadContent</key><dict><key>Challenge</key><string>" + secret + "</string></dict></dict>"),
		"assigned in a comment":      scep("<key>Name</key><string>x</string><!-- old challenge: " + secret + " -->"),
		"template branch":            scep("{{ if .A }}<key>Challenge</key><string>" + secret + "</string>{{ else }}<string>" + secret + "</string>{{ end }}"),
		"second root":                plistHead + "{{ if .A }}<dict><key>a</key><string>b</string></dict>{{ else }}<dict><key>Challenge</key><string>" + secret + "</string></dict>{{ end }}</plist>",

		"value before its key":    scep("<string>" + secret + "</string><key>Challenge</key>"),
		"two values":              scep("<key>Challenge</key><string>a</string><string>" + secret + "</string>"),
		"tag in a value":          scep("<key>Challenge</key><string>ab<dict" + secret + "</string>"),
		"tag with a space":        scep("<key>Challenge</key><string>ab<dict " + secret + "</string>"),
		"value as a tag":          scep("<key>Challenge</key><" + secret + "><key>a</key>"),
		"value as a long tag":     scep("<key>Challenge</key><" + secret + strings.Repeat("x", 60) + ">"),
		"line break in the key":   scep("<key\n>Challenge</key\n><string>" + secret + "</string> & <key>b</key>"),
		"key in capitals":         scep("<KEY>Challenge</KEY><string>" + secret + "</string>"),
		"key with an entity":      scep("<key>Ch&#97;llenge</key><string>" + secret + "</string> & "),
		"key with a comment":      scep("<key>Chal<!-- x -->lenge</key><string>" + secret + "</string> & "),
		"key in CDATA":            scep("<key><![CDATA[Challenge]]></key><string>" + secret + "</string> & "),
		"key in a string":         scep("<string>Challenge</string><string>" + secret + "</string>"),
		"unclosed key":            scep("<key>Challenge<string>" + secret + "</string>"),
		"key after key":           scep("<key>Challenge</key><key>Name</key><string>" + secret + "</string>"),
		"unescaped":               scep("<key>Challenge</key><string>a&" + secret + "</string>"),
		"in a dict":               scep("<key>Password</key><dict><key>a</key><string>" + secret + "</string></dict> &"),
		"Jamf":                    "<x><plist><challenge>" + secret + "</challenge>&</plist></x>",
		"OpenStep":                plistHead + "{ Challenge = \"" + secret + "\"; }</plist>",
		"OpenStep, bare":          "{ Challenge = " + secret + "; } <plist>",
		"OpenStep, data":          plistHead + "{ Challenge = <" + secret + ">; }</plist>",
		"JSON in a property list": plistHead + `{"a": [1], "Challenge": "` + secret + `"}</plist>`,
		"attribute":               scep(`<key Challenge="` + secret + `">a</key>&`),
		"truncated":               strings.Split(scep("<key>Challenge</key><string>"+secret), "</dict>")[0],
		"truncated in CDATA":      strings.Split(scep("<key>Challenge</key><string><![CDATA["+secret), "</dict>")[0],
		"key in PEM, broken":      payload("com.apple.security.pem", "<data>-----BEGIN PRIVATE KEY-----"+secret+"</data>"),
		"key in Base64, broken":   payload("com.apple.security.pem", "<data>"+der+"*</data>"),
		"URL, broken":             url("https://u:" + secret + "@h/?a=1&b=2"),
		"parameter, broken":       url("https://h.example/?client_secret=" + secret + "&b=2"),
		"processing instruction":  "<?a password=" + secret + "?>" + scep(""),
		"declaration":             "<!DOCTYPE plist [<!ENTITY password \"" + secret + "\">]>" + scep(""),
		"no property list":        "Challenge: " + secret + " <plist",
	}
	for _, text := range []string{
		"https://u:x/" + secret + "@h/a", "https://" + secret + "@h", "//u:" + secret + "@h/a", "https://u:" + secret + "@h:99999/a", "https://u:a@" + secret + "@h",
		"ftp://" + secret + ":x-oauth-basic@h.example/scep", "https://u:12/" + secret + "@h", "https://u:x?" + secret + "@h", "https://u:x#" + secret + "@h",
		"u:" + secret + "@h.example/scep", "https://u:x//" + secret + "@h", "https:///u:" + secret + "@h", "https://h/?u=http://u:" + secret + "@h", "ftp://a b:" + secret + "@h",
	} {
		documents["URL "+text] = url(text)
	}
	parameters := []string{
		"client_secret", "clientSecret", "CLIENT_SECRET", "scepPassword", "challenge_password", "challengePassword", "access_token", "accessToken", "api_key", "apikey", "apiKey",
		"x-api-key", "sig", "Signature", "X-Amz-Signature", "code", "auth_code", "token", "key", "pwd", "auth", "credential", "X-Amz-Credential", "pass", "passphrase", "id_token",
		"session", "otp", "pin", "secret%5B%5D", "user[password]", "p%61ssword", "scep.challenge", "jwt", "hmac", "Challange",
	}
	for _, mark := range []string{"?", "?a=b&amp;", "?a=b;", "#", "#a=b&amp;", "#/a?"} {
		var payloads strings.Builder
		for i, name := range parameters {
			fmt.Fprintf(&payloads, "<dict><key>PayloadType</key><string>com.apple.security.scep</string><key>PayloadContent</key><dict><key>URL</key>"+
				"<string>ftp://h.example/scep%s%s=%s&amp;c=d</string></dict></dict>\n", mark, name, secret+secretTitle(i))
		}
		documents["parameters after "+mark] = payloadsOf(payloads.String())
	}
	for name, text := range documents {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hides(t, "a.mobileconfig", text, secret, "4821790365512")
		})
	}
	for name, text := range map[string]string{
		"whole":     `{"URL": "ftp://h.example/?token=` + secret + `", "Challenge": "` + secret + `", "Key Size": 1}`,
		"escaped":   `{"URL": "ftp://h.example/?\u0074oken=` + secret + `", "Challenge": "\u0068` + secret[1:] + `", "Name": "` + secret + `"}`,
		"broken":    `{"URL": "https://h.example", "Keysize": 1, "Challenge": "` + secret + `",}`,
		"truncated": `{"URL": "https://h.example", "Keysize": 1, "Challenge": "` + secret,
		"no quotes": `{"URL": "https://h.example", "Keysize": 1, "Challenge": ` + secret + `}`,
	} {
		t.Run("JSON "+name, func(t *testing.T) { hides(t, "a.json", text, secret) })
	}
}

// TestHarmlessShown holds that what is not secret is not masked: parameters with other names, and words that a
// Challenge shares with the rest of the profile.
func TestHarmlessShown(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"operation", "message", "profile", "keysize", "keyUsage", "template", "ca", "device", "serial", "country_code", "author", "redirect", "monkey", "passive"} {
		text := scepOf("<key>URL</key><string>ftp://h.example/scep?" + name + "=ShownValue7</string>")
		if shown := shownOf(t, "a.mobileconfig", []byte(text)); !strings.Contains(shown["text"], "ShownValue7") {
			t.Errorf("the parameter %s is masked:\n%s", name, shown["text"])
		}
	}
	for _, text := range []string{"https://h.example/scep/user@corp.example", "https://h.example:8443/a@b", "https://ca/scep?mail=a@b.example", "https://[2001:db8::1]/a@b"} {
		if got := (&profile.Profile{Source: &plist.Source{}}).Secrets().Text(text); got != text {
			t.Errorf("%s is masked: %s", text, got)
		}
	}
	for _, challenge := range []string{"micromdm", "scep", "Payload", "enroll", "Configuration", "com.apple.security.scep", "KeyUsage", "PayloadContent", "string", "example.corp", "4711", "a"} {
		text := plistOf(`<dict>
<key>PayloadIdentifier</key>
<string>com.github.micromdm.enroll</string>
<key>PayloadType</key>
<string>Configuration</string>
<key>PayloadContent</key>
<array>
<dict>
<key>PayloadType</key>
<string>com.apple.security.scep</string>
<key>PayloadIdentifier</key>
<string>com.github.micromdm.enroll.scep</string>
<key>PayloadContent</key>
<dict>
<key>URL</key>
<string>ftp://example.corp/4711</string>
<key>KeyUsage</key>
<integer>5</integer>
<key>Challenge</key>
<string>` + challenge + `</string>
</dict>
</dict>
</array>
</dict>`)
		shown := shownOf(t, "a.mobileconfig", []byte(text))
		for _, want := range []string{`"com.github.micromdm.enroll"`, `"com.apple.security.scep"`, `"com.github.micromdm.enroll.scep"`, `"PayloadContent"`, `"KeyUsage"`} {
			if !strings.Contains(shown["json"], want) {
				t.Errorf("Challenge %s: %s is masked in JSON:\n%s", challenge, want, shown["json"])
			}
		}
		if !strings.Contains(shown["diff"], "Key Usage") || !strings.Contains(shown["diff"], "<string>"+plist.Mask+"</string>") || strings.Contains(shown["diff"], "<string>"+challenge+"</string>") {
			t.Errorf("Challenge %s: the changes do not show what they should:\n%s", challenge, shown["diff"])
		}
		if challenge != "string" && strings.Contains(shown["input"], `"Challenge": "`+challenge) {
			t.Errorf("Challenge %s: the input shows it:\n%s", challenge, shown["input"])
		}
	}
}

// TestOwnTextMasked holds that findings about a secret do not quote it, though it is easy to guess.
func TestOwnTextMasked(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ keys, secret string }{
		{"<key>Challenge</key><integer>471147</integer>", "471147"},
		{"<key>Challenge</key><data>c2NlcHNjZXA=</data>", "c2NlcHNjZXA="},
		{"<key>Challenge</key><array><string>sceptic</string></array>", "sceptic"},
		{"<key>Challenge</key><string>$FLEET_VAR_NDES_SCEP_CHALENGE_ca opensesame</string>", "opensesame"},
		{"<key>Challenge</key><string>YOUR-CHALLENGE-HERE</string>", "YOUR-CHALLENGE-HERE"},
		{"<key>Challenge</key><real>1.5e3</real>", "1.5e3"},
		{"<key>Challenge</key><string>abc</string><key>Challenge</key><string>%pass%word</string>", "%pass%"},
	} {
		for by, shown := range shownOf(t, "a.mobileconfig", []byte(scepOf(c.keys))) {
			if strings.Contains(shown, c.secret) {
				at := strings.Index(shown, c.secret)
				t.Errorf("%s shows %s of %s:\n%s", by, c.secret, c.keys, shown[max(0, at-300):min(len(shown), at+100)])
			}
		}
	}
}

// FuzzPlanted puts anything anywhere into a profile, and cuts it anywhere, but for the name of the key and its value: the
// value is not printed.
func FuzzPlanted(f *testing.F) {
	const secret = "hT7qLm2vXk9ZpB4w"
	for i, junk := range []string{"", "<", ">", "&", "</dict>", "<dict>", "<key>", "</key>", "<key>a</key>", "<string>", "</string>", "<!--", "-->", "<![CDATA[", "{{", "}}", "\"", "\n", "\x00", "\xff", "<dict", "<%", "${", "sceplint:", "<?", "{", "=", "bplist00", "0\x82", "<<<<<<<", "\u200b"} {
		seeds := []func(){
			func() { f.Add(uint16(500), junk, uint16(0), uint8(0)) },
			func() { f.Add(uint16(0), junk, uint16(30), uint8(1)) },
			func() { f.Add(uint16(700), junk, uint16(200), uint8(2)) },
		}
		for j, add := range seeds {
			if *hostileAll || i%len(seeds) == j {
				add()
			}
		}
	}
	documents := []string{
		payloadsOf("<dict><key>PayloadType</key><string>com.apple.security.scep</string><key>PayloadContent</key><dict><key>KeyUsage</key><integer>5</integer><key>Challenge</key><string>" + secret + "</string><key>Keysize</key><integer>1</integer></dict></dict>"),
		scepOf("\n<key>Keysize</key>\n<integer>3</integer>\n<key>Challenge</key>\n<string>" + secret + "</string>\n<key>Name</key>\n<string>" + secret + "</string>\n"),
		plistOf("<dict><key>Password</key><array><string>" + secret + "</string></array></dict>"),
	}
	f.Fuzz(func(t *testing.T, at uint16, junk string, cut uint16, which uint8) {
		text := documents[int(which)%len(documents)]
		where := int(at) % (len(text) + 1)
		for _, kept := range []string{"Challenge", "Password", secret} { // what is not touched
			for from := 0; ; {
				n := strings.Index(text[from:], kept)
				if n < 0 {
					break
				}
				if start := from + n; where > start && where < start+len(kept) {
					where = start
				}
				from += n + len(kept)
			}
		}
		if strings.Contains(junk, secret[:6]) || len(junk) > 200 {
			return
		}
		text = text[:where] + junk + text[where:]
		if end := len(text) - int(cut)%len(text); end > strings.LastIndex(text, secret)+len(secret) {
			text = text[:end]
		}
		hides(t, "a.mobileconfig", text, secret)
	})
}
