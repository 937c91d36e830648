package profile

import "github.com/sceplint/sceplint/checker/plist"

// ExportKind is the format of a document of another system.
type ExportKind string

// The formats that package export detects by their content, and ExportLines,
// which readers of streams set.
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

// Export is what the system that wrote a document states about a profile in it.
type Export struct {
	Kind   ExportKind
	Name   string // the name of the profile in the system; may be empty
	Device string // the device it is installed on, if stated
	Level  string // "System" or "User", if stated
	User   string // the user it is installed for, if stated

	// Deployed says that the profile was taken from, or sent to, a device: the same
	// profile may be on many.
	Deployed bool

	// Lossy says that keys of the profile, or their types, may have been removed or
	// renamed, so that a missing key means nothing.
	Lossy bool

	Entry *plist.Node // of Microsoft Graph, as it is written

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
