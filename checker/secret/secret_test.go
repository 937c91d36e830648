package secret

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/profile/profiletest"
)

func parse(text []byte) (*plist.Source, *plist.Node, *plist.SyntaxError) {
	src := plist.NewSource("test", text)
	root, err := plist.ParseXML(src)
	return src, root, err
}

func TestHighEntropy(t *testing.T) {
	for _, text := range []string{
		"k8Zr5vX1", "hunter2x9", "correct-horse-battery-staple", "CorrectHorseBatteryStaple", "qzjxkvbwpfmx", "48203817", "B8A1F0C2D3E4", "x9K2m4", "S3cr3t!Zk",
		"5b1f3c52-2e27-4f63-9c0e-1d4c7a0b8e61",
	} {
		if !highEntropy(text) {
			t.Errorf("%q is not masked elsewhere", text)
		}
	}
	for _, text := range []string{
		"", "a", "scep", "micromdm", "Payload", "PayloadContent", "Configuration", "com.apple.security.scep", "com.github.micromdm.enroll", "engineering", "Engineering-Team",
		"enrollment", "password123", "123456", "482038", "KeyUsage", "https://", "example.corp", "aaaaaaaaaaaaaaaaaaaa", "Default Wi-Fi",
	} {
		if highEntropy(text) {
			t.Errorf("%q is masked wherever it occurs", text)
		}
	}
}

// TestTextSet holds that texts are found as a plain search finds them.
func TestTextSet(t *testing.T) {
	for seed := range uint64(5000) {
		var texts []string
		for i := range uint64(4) {
			if text := profiletest.Jumble(seed*10+i, "abc", "ab", "c", "abcabc", "d\n", "é"); len(text) >= minFoundBytes {
				texts = append(texts, text)
			}
		}
		text := profiletest.Jumble(seed, "abc", "ab", "c", "abcabcabcabc", "d\n", "é", "x")
		var got, want []plist.Span
		newTextSet(slices.Clone(texts)).find(text, func(at plist.Span) bool { got = append(got, at); return true })
		for i := 0; i < len(text); i++ {
			longest := 0
			for _, x := range texts {
				if strings.HasPrefix(text[i:], x) {
					longest = max(longest, len(x))
				}
			}
			if longest > 0 {
				want = append(want, plist.Span{Start: i, End: i + longest})
				i += longest - 1
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%q in %q: %v, want %v", texts, text, got, want)
		}
	}
}

// TestSecretsMemory holds that masking takes memory in proportion to the document, whatever its secrets look like.
func TestSecretsMemory(t *testing.T) {
	const size = 1 << 20
	limits := map[string]uint64{"many secrets": 8, "many URLs": 20} // all that is allocated, one after the other; 6 for others
	fill := func(format string) string {
		var b strings.Builder
		for i := 0; b.Len() < size; i++ {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	for name, value := range map[string]string{
		"short lines":       fill("k%05x\n"),
		"lines of a key":    fill("MIIEvgIBADANBgkqhkiG9w%08x\n"),
		"one line":          fill("%08x"),
		"lines alike":       strings.Repeat("MIIEvgIBADANBgkqhkiG9w\n", size/23),
		"periodic":          strings.Repeat("abcdefghXYZ1", size/12),
		"many secrets":      fill("</string><key>Password</key><string>k8Zr5vX%06x"),
		"many keys":         fill("</string><key>Password%d</key><string>"),
		"many URLs":         fill("https://u:%d@h/?token=1 "),
		"slashes":           strings.Repeat("//", size/2) + "@",
		"parameters":        strings.Repeat("&token=", size/7),
		"quotation marks":   strings.Repeat(`Password="`, size/10),
		"opening brackets":  strings.Repeat(`Password={`, size/10),
		"tags":              strings.Repeat(`<a `, size/3),
		"comments":          strings.Repeat(`<!--`, size/4),
		"comments in a key": "</string><key>" + strings.Repeat(`<!-->`, size/5),
	} {
		for _, form := range []string{"<dict><key>Challenge</key><string>%s</string></dict>", "<dict><key>Challenge</key><string>%s & </string>"} {
			text := []byte(fmt.Sprintf(`<plist version="1.0">`+form+`</plist>`, value))
			src, root, _ := parse(text)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			s := Find(src, root)
			s.Line(plist.Span{Start: 0, End: 1})
			s.Text(value[:1000])
			runtime.ReadMemStats(&after)
			if took := after.TotalAlloc - before.TotalAlloc; took > max(limits[name], 6)*uint64(len(text)) {
				t.Errorf("%s: %d KiB are taken for %d KiB", name, took>>10, len(text)>>10)
			}
		}
	}
}

// TestPlanted breaks profiles in all ways, but for the name of a secret key and its value: no masked document holds the
// value.
func TestPlanted(t *testing.T) {
	const secret = "hT7qLm2vXk9ZpB4w"
	documents := []string{
		`<plist version="1.0"><dict><key>a</key><string>b</string><key>Challenge</key><string>` + secret + `</string><key>Keysize</key><integer>1</integer></dict></plist>`,
		"<?xml version=\"1.0\"?>\n<plist version=\"1.0\">\n<dict>\n<key>a</key>\n<true/>\n<key>Challenge</key>\n<string>" + secret + "</string>\n<key>Name</key>\n<string>c</string>\n</dict>\n</plist>",
		`<plist version="1.0"><dict><key>Password</key><array><string>` + secret + `</string></array><key>b</key><data>AAAA</data></dict></plist>`,
		`<plist version="1.0"><dict><string>` + secret + `</string><key>Password</key></dict></plist>`,
		`<plist version="1.0"><dict><key>URL</key><string>https://u:` + secret + `@h.example/a?Challenge=` + secret + `&amp;b=c</string></dict></plist>`,
	}
	junk := []string{
		"<", ">", "&", "</dict>", "<dict>", "<dict", "<key>", "</key>", "<key>a</key>", "<key", "<string>", "</string>", "<string", "<array>", "</array>", "<true/>", "<!--", "-->", "<!-- x -->",
		"<![CDATA[", "]]>", "{{", "}}", "{{ if }}", "{% a %}", "\"", "'", "\n", "\x01", "\xff", "<%", "%>", "${A}", "<?a ?>", "<?", "{", "}", "=", ";", "<<<<<<<", "\u200b", "<!DOCTYPE a [", "</plist>", "<a>", "</a>",
		"<data>", "</data>", "<integer>", "&amp;", "&#65;", " ", "x", "/", "//", "?", "#", "@h",
	}
	kept := []string{"Challenge", "Password", secret, "u:" + secret + "@h.example", "https://u", "?Challenge=" + secret}
	for seed := range uint64(15_000) {
		r := rand.New(rand.NewPCG(seed, 1))
		text := documents[r.IntN(len(documents))]
		url := strings.Contains(text, "u:"+secret)
		breaks := r.IntN(4)
		if strings.Index(text, secret) < strings.Index(text, "Password") {
			breaks = min(breaks, 1) // with more it may be the value of another key
		}
		for range breaks {
			at := r.IntN(len(text) + 1)
			for _, word := range kept {
				for from := 0; ; {
					n := strings.Index(text[from:], word)
					if n < 0 {
						break
					}
					if start := from + n; at > start && at < start+len(word) {
						at = start
					}
					from += n + 1
				}
			}
			if url && at > strings.Index(text, "https:") && at < strings.LastIndex(text, secret) {
				continue // a broken URL is none
			}
			piece := junk[r.IntN(len(junk))]
			if piece == "<key>a</key>" && strings.Index(text, secret) < strings.Index(text, "Password") {
				continue // then the value is that of this key
			}
			text = text[:at] + piece + text[at:]
		}
		if r.IntN(3) == 0 {
			text = text[:max(len(text)-r.IntN(len(text)), strings.LastIndex(text, secret)+len(secret), strings.LastIndex(text, "Password")+len("Password"))]
		}
		src, root, err := parse([]byte(text))
		if masked := Find(src, root).Document(); strings.Contains(masked, secret[2:12]) {
			t.Fatalf("seed %d: %q shows it:\n%q\n%v", seed, text, masked, err)
		}
		if err != nil && strings.Contains(err.Error(), secret[2:8]) {
			t.Fatalf("seed %d: %q: %v", seed, text, err)
		}
	}
}

// TestSecretsOfNoise searches bytes of all kinds.
func TestSecretsOfNoise(t *testing.T) {
	for seed := range byte(8) {
		text := make([]byte, 1<<18)
		rand.NewChaCha8([32]byte{seed}).Read(text)
		src, root, _ := parse(text)
		Find(src, root).Document()
	}
}
