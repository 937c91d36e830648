package report

import (
	"testing"

	"github.com/sceplint/sceplint/checker"
)

func TestSARIFNames(t *testing.T) {
	for want, m := range map[string]*checker.Meta{
		"ScepKeysize":       {ID: "scep-keysize"},
		"PlaceholderRule":   {ID: "placeholder"},
		"PlaceholderPolicy": {ID: "placeholder", Pack: "recommended"},
		"A1B":               {ID: "a1-b"},
	} {
		if got := sarifName(m); got != want {
			t.Errorf("%s: %s, not %s", m.ID, got, want)
		}
	}
	for version, want := range map[string]string{"v1.2.3": "1.2.3", "1.2.3-rc1": "1.2.3-rc1", "devel": "0.0.0-devel", "": "0.0.0-"} {
		if got := sarifVersion(version); got != want {
			t.Errorf("%q: %s, not %s", version, got, want)
		}
	}
}

// TestSARIFContext holds that the line around a place is more than the place.
func TestSARIFContext(t *testing.T) {
	f := finding()
	f.Line = checker.Line{Text: "<dict>", End: 6}
	if x := newSARIFLocation(&f).Physical; x.Context != nil || x.Region.Snippet.Text != "<dict>" {
		t.Errorf("a whole line: %+v", x)
	}
	f.Line = checker.Line{Text: "\t<dict>", Start: 1, End: 7}
	if x := newSARIFLocation(&f).Physical; x.Context == nil || x.Context.Snippet.Text != "\t<dict>" || x.Region.Snippet.Text != "<dict>" {
		t.Errorf("a part of a line: %+v", x)
	}
}
