package manpage

import "testing"

// TestText holds that no line of text is a request by accident.
func TestText(t *testing.T) {
	var m roff
	m.text(".PP is no paragraph\n'br is no break\nC:\\path is a path\n\n  .fi stays")
	const want = "\\&.PP is no paragraph\n\\(aqbr is no break\nC:\\epath is a path\n.sp\n.RS 4\n.nf\n\\&.fi stays\n.fi\n.RE\n"
	if m.String() != want {
		t.Errorf("%q\nand not\n%q", m.String(), want)
	}
}
