package export

import (
	"strings"

	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/profile"
	"github.com/sceplint/sceplint/checker/secret"
)

// readInstalled reads the installed profiles that macOS lists, as profiles show
// -output stdout-xml writes them, and profiles -C or -P -o stdout-xml did
// before: a dictionary with the key _computerlevel, or the name of a user, for
// arrays of dictionaries that rename the profile's keys, such as to
// ProfileIdentifier. It returns nil for other property lists.
func (s *document) readInstalled(root *plist.Node) []*profile.Profile {
	known := false
	for level := range root.Children() {
		if !level.Is(plist.Array) {
			return nil
		}
		known = known || level.Len() > 0 || level.Key == "_computerlevel"
		for item := range level.Children() {
			if item.Get("ProfileIdentifier") == nil && item.Get("ProfileItems") == nil {
				return nil
			}
		}
	}
	if !known {
		return nil
	}
	list := []*profile.Profile{}
	common := &secret.Shared{}
	for level := range root.Children() {
		for _, item := range children(level) {
			export := &profile.Export{Deployed: true, Lossy: true, Level: "System", Name: item.Get("ProfileDisplayName").Text()}
			if level.Key != "_computerlevel" {
				export.Level, export.User = "User", level.Key
			}
			list = append(list, &profile.Profile{Source: s.Source, Root: restoreInstalled(item, common), Export: export, SharedSecrets: common})
		}
	}
	if len(list) == 0 {
		list = append(list, &profile.Profile{Source: s.Source, Root: root, Export: &profile.Export{Deployed: true, Lossy: true,
			Nothing: "the output of profiles show on a device without profiles"}})
	}
	s.Rewritten = true
	return list
}

// installedKeys are the names that macOS gives the keys of a profile, with their own. Keys
// that are not listed tell of the installation, or have lost their type.
var installedKeys = map[string]string{
	"ProfileIdentifier":   "PayloadIdentifier",
	"ProfileUUID":         "PayloadUUID",
	"ProfileDisplayName":  "PayloadDisplayName",
	"ProfileDescription":  "PayloadDescription",
	"ProfileOrganization": "PayloadOrganization",
	"ProfileType":         "PayloadType",
	"ProfileVersion":      "PayloadVersion",
	"ProfileItems":        "PayloadContent",
}

// restoreInstalled gives the dictionary of an installed profile the structure of
// a profile.
func restoreInstalled(item *plist.Node, x *secret.Shared) *plist.Node {
	var keys []*plist.Node
	for _, c := range children(item) {
		key := installedKeys[c.Key]
		if key == "" {
			c.Detach()
			x.Roots = append(x.Roots, c)
			continue
		}
		c.Key = key
		keys = append(keys, c)
		if key == "PayloadContent" && c.Is(plist.Array) {
			for payload := range c.Children() {
				unwrapPayload(payload)
			}
		}
	}
	item.Key = ""
	item.Detach()
	item.SetChildren(keys...)
	x.Roots = append(x.Roots, item)
	return item
}

// unwrapPayload moves the settings of a payload, which macOS shows in a
// dictionary PayloadContent for every type, to where they are in a profile.
// Those of SCEP are in a dictionary of this name there as well, and may be shown
// with or without it.
func unwrapPayload(payload *plist.Node) {
	content := payload.Get("PayloadContent")
	if !payload.Is(plist.Dict) || !content.Is(plist.Dict) ||
		payload.Get("PayloadType").Text() == profile.TypeSCEP && !content.Get("PayloadContent").Is(plist.Dict) {
		return
	}
	var keys []*plist.Node
	for _, c := range children(payload) {
		if c != content {
			keys = append(keys, c)
		}
	}
	for _, c := range children(content) {
		if c.Key == "PayloadContent" || payload.Get(c.Key) == nil {
			keys = append(keys, c)
		}
	}
	payload.SetChildren(keys...)
}

// readSystemProfiler reads the report SPConfigurationProfileDataType in XML: an
// array of reports, each with the name of its type and _items in _items. It
// returns nil if the property list contains no such report.
func (s *document) readSystemProfiler(root *plist.Node) []*profile.Profile {
	list, found := []*profile.Profile{}, false
	for report := range root.Children() {
		if report.Get("_dataType").Text() == "SPConfigurationProfileDataType" {
			found = true
			list = append(list, s.reported(report, "")...)
		}
	}
	if !found {
		return nil
	}
	return s.reportedOrNone(list)
}

// reportedOrNone returns the profiles of a report, or one that says that there
// are none.
func (s *document) reportedOrNone(list []*profile.Profile) []*profile.Profile {
	if len(list) == 0 {
		src := s.rewritten()
		list = append(list, &profile.Profile{Source: src, Root: plist.NewNode(plist.Dict, "", ""), Export: &profile.Export{Deployed: true, Lossy: true,
			Nothing: "the output of system_profiler on a device without profiles"}})
	}
	return list
}

// rewritten returns a source for profiles whose values are not in the text as
// they are: it shows no lines.
func (s *document) rewritten() *plist.Source {
	src := plist.NewSource(s.Name, s.Text)
	src.Form = plist.FormBinary
	return src
}

// reported collects the profiles of a report. Sections have _items as well;
// their names say whether the profiles are those of the device or of a user.
func (s *document) reported(section *plist.Node, level string) (list []*profile.Profile) {
	const sections = 4 // inside one another
	type open struct {
		node  *plist.Node
		level string
		depth int
	}
	for todo := []open{{section, level, 0}}; len(todo) > 0; todo = todo[1:] {
		for item := range todo[0].node.Get("_items").Children() {
			level := todo[0].level
			switch name := strings.ToLower(item.Get("_name").Text()); {
			case reportsProfile(item):
				list = append(list, s.reportedProfile(item, level))
				continue
			case strings.Contains(name, "section_user"):
				level = "User"
			case strings.Contains(name, "section_device"):
				level = "System"
			}
			if item.Is(plist.Dict) && todo[0].depth < sections {
				todo = append(todo, open{item, level, todo[0].depth + 1})
			}
		}
	}
	return list
}

// reportsProfile reports whether a dictionary of the report is a profile, and
// not a section of it.
func reportsProfile(item *plist.Node) bool {
	for c := range item.Children() {
		if strings.HasPrefix(c.Key, "spconfigprofile_profile_") || reportedKeys[c.Key] != "" && c.Key != "_name" && c.Key != "_items" {
			return true
		}
	}
	for payload := range item.Get("_items").Children() {
		if payload.Get("spconfigprofile_payload_data") != nil {
			return true
		}
	}
	return false
}

// reportedKeys are the names that the report gives the keys of profiles and
// payloads.
var reportedKeys = map[string]string{
	"_name":                                "PayloadDisplayName",
	"spconfigprofile_profile_identifier":   "PayloadIdentifier",
	"spconfigprofile_profile_uuid":         "PayloadUUID",
	"spconfigprofile_identifier":           "PayloadIdentifier",
	"spconfigprofile_uuid":                 "PayloadUUID",
	"spconfigprofile_organization":         "PayloadOrganization",
	"spconfigprofile_description":          "PayloadDescription",
	"spconfigprofile_version":              "PayloadVersion",
	"spconfigprofile_payload_identifier":   "PayloadIdentifier",
	"spconfigprofile_payload_uuid":         "PayloadUUID",
	"spconfigprofile_payload_version":      "PayloadVersion",
	"spconfigprofile_payload_display_name": "PayloadDisplayName",
}

// reportedProfile gives a dictionary of the report the structure of a profile.
// The settings of a payload are an OpenStep property list in a string, whose
// values have lost their types.
func (s *document) reportedProfile(item *plist.Node, level string) *profile.Profile {
	export := &profile.Export{Deployed: true, Lossy: true, Level: level, Name: item.Get("_name").Text()}
	root := plist.NewNode(plist.Dict, "", "")
	content := plist.NewNode(plist.Array, "PayloadContent", "")
	var keys, payloads []*plist.Node
	for c := range item.Children() {
		if key := reportedKeys[c.Key]; key != "" {
			keys = append(keys, plist.NewNode(c.Kind, key, c.Text()))
		}
	}
	for c := range item.Get("_items").Children() {
		payload, err := reportedPayload(c)
		if err != nil {
			return s.unreadable(export, plist.NoSpan, "settings of payload %d, %s, cannot be read: %v", len(payloads)+1, quote(c.Get("_name").Text()), err)
		}
		payloads = append(payloads, payload)
	}
	content.SetChildren(payloads...)
	root.SetChildren(append(keys, content)...)
	return &profile.Profile{Source: s.rewritten(), Root: root, Export: export}
}

func reportedPayload(item *plist.Node) (*plist.Node, error) {
	payload := plist.NewNode(plist.Dict, "", "")
	var keys []*plist.Node
	for c := range item.Children() {
		key := reportedKeys[c.Key]
		if c.Key == "_name" {
			key = "PayloadType"
		}
		if key != "" {
			keys = append(keys, plist.NewNode(c.Kind, key, c.Text()))
		}
	}
	if text := item.Get("spconfigprofile_payload_data").Text(); strings.TrimSpace(text) != "" {
		settings, err := plist.ParseOpenStep(text)
		if err != nil {
			return nil, err
		}
		settings.Key = "PayloadContent"
		keys = append(keys, settings)
	}
	payload.SetChildren(keys...)
	unwrapPayload(payload)
	if payload.Get("PayloadType").Text() == profile.TypeSCEP {
		restoreTypes(payload.Get("PayloadContent"))
	}
	return payload, nil
}
