package rules

import (
	"testing"

	"github.com/sceplint/sceplint/checker/export"
	"github.com/sceplint/sceplint/checker/profile"
	"github.com/sceplint/sceplint/checker/profile/profiletest"
)

// BenchmarkContent takes the values of a profile together, as each profile of a run needs.
func BenchmarkContent(b *testing.B) {
	profiles := benchmarkProfiles(b)
	b.ReportAllocs()
	for b.Loop() {
		for _, p := range profiles {
			content(p)
		}
	}
}

// TestContent compares the values of profiles, not how these are written.
func TestContent(t *testing.T) {
	read := func(text string) string {
		profiles, err := export.Parse("x.mobileconfig", []byte("<plist>"+text+"</plist>"))
		if err != nil {
			t.Fatal(err)
		}
		return content(profiles[0])
	}
	const base = "<dict><key>PayloadContent</key><array/><key>A</key><data>YWJj</data></dict>"
	for text, same := range map[string]bool{
		"<dict> <!-- c --> <key>PayloadContent</key><array></array><key>A</key><data>\n\tYW\n\tJj\n</data></dict>": true,
		"<dict><key>PayloadContent</key><array/><key>A</key><string>YWJj</string></dict>":                          false,
		"<dict><key>PayloadContent</key><array/><key>B</key><data>YWJj</data></dict>":                              false,
		"<dict><key>PayloadContent</key><array><string/></array><key>A</key><data>YWJj</data></dict>":              false,
		"<dict><key>PayloadContent</key><dict><key>A</key><data>YWJj</data></dict></dict>":                         false,
	} {
		if got := read(text) == read(base); got != same {
			t.Errorf("%s: same content is %t; want %t", text, got, same)
		}
	}
}

func benchmarkProfiles(b *testing.B) (list []*profile.Profile) {
	for seed := range uint64(50) {
		profiles, err := export.Parse("x.mobileconfig", profiletest.Generate(seed))
		if err != nil {
			b.Fatal(err)
		}
		list = append(list, profiles...)
	}
	return list
}
