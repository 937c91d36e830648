package profile

import "github.com/sceplint/sceplint/checker/plist"

// Export is what the system that wrote a document states about a profile in it.
type Export struct {
	Name   string // the name of the profile in the system; may be empty
	Device string // the device it is installed on, if stated
	Level  string // "System" or "User", if stated
	User   string // the user it is installed for, if stated

	// Rendered says that the document replaces ${…} and %{…} in the profile, as
	// Terraform does in heredocs.
	Rendered bool

	// Deployed says that the profile was taken from, or sent to, a device: the same
	// profile may be on many.
	Deployed bool

	// Lossy says that keys of the profile, or their types, may have been removed or
	// renamed, so that a missing key means nothing.
	Lossy bool

	// Entry is the SCEP profile of Microsoft Graph, as it is written, that the profile
	// was made from; nil for others.
	Entry *plist.Node

	// Nothing says why there is nothing to check, if the system lists the profile
	// without its settings. It continues "it is".
	Nothing string
}

// Lossy reports whether keys of the profile may be missing, because another
// system has exported its own form of it.
func (p *Profile) Lossy() bool { return p.Export != nil && p.Export.Lossy }

// Deployed reports whether the profile is known to be on a device.
func (p *Profile) Deployed() bool {
	return p.Export != nil && (p.Export.Deployed || p.Export.Device != "")
}
