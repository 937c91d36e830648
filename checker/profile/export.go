package profile

import "github.com/sceplint/sceplint/checker/plist"

// ExportKind is a shape in which other systems write profiles down.
type ExportKind string

// The shapes that Parse recognises by their content, and one that whoever reads
// streams of profiles may set.
const (
	ExportProfiles       ExportKind = "profiles"        // macOS: profiles show -output stdout-xml, and profiles -C or -P -o stdout-xml
	ExportSystemProfiler ExportKind = "system_profiler" // macOS: system_profiler -xml or -json SPConfigurationProfileDataType
	ExportProfileList    ExportKind = "profile-list"    // the response to the MDM command ProfileList
	ExportInstallProfile ExportKind = "install-profile" // the MDM command InstallProfile
	ExportJamf           ExportKind = "jamf"            // Jamf Pro Classic API, XML or JSON
	ExportIntune         ExportKind = "intune"          // Microsoft Graph: custom configurations, with the profile inside
	ExportIntuneSCEP     ExportKind = "intune-scep"     // Microsoft Graph: SCEP certificate profiles, in terms of Intune
	ExportEscaped        ExportKind = "escaped"         // an XML profile whose markup is written with entities
	ExportTerraform      ExportKind = "terraform"       // a heredoc in a file of Terraform
	ExportMarkdown       ExportKind = "markdown"        // a code block in a file of Markdown
	ExportLines          ExportKind = "json-lines"      // a line of a stream of profiles
)

// Export is what the system that wrote a document tells of a profile in it.
type Export struct {
	Kind   ExportKind
	Name   string // what the system calls the profile; may be empty
	Device string // the device it is installed on, if that is told
	Level  string // "System" or "User", if that is told
	User   string // the user it is installed for, if that is told

	// Deployed says that the profile is one that a device has, or was sent: the
	// same may well be found on many.
	Deployed bool

	// Lossy says that keys of the profile, or their types, are lost or renamed, so
	// that nothing is known of what is not there.
	Lossy bool

	Entry *plist.Node // of Microsoft Graph, as it is written

	// Nothing says why there is nothing to check, where the system tells of the
	// profile without its settings. It goes on from "it is".
	Nothing string
}

// Lossy reports whether keys of the profile may be lost, because another system
// has written down what it made of it.
func (p *Profile) Lossy() bool { return p.Export != nil && p.Export.Lossy }

// Deployed reports whether the profile is known to be one that a device has.
func (p *Profile) Deployed() bool {
	return p.Export != nil && (p.Export.Deployed || p.Export.Device != "")
}
