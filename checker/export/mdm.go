package export

import (
	"fmt"

	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/profile"
	"github.com/sceplint/sceplint/checker/secret"
)

// readInstallProfile reads the MDM command InstallProfile, as NanoMDM and
// MicroMDM store it: {Command: {RequestType: InstallProfile, Payload: data},
// CommandUUID}.
// https://github.com/apple/device-management/blob/release/mdm/commands/profile.install.yaml
func (s *document) readInstallProfile(root *plist.Node) []*profile.Profile {
	command := root.Get("Command")
	if command.Get("RequestType").Text() != "InstallProfile" {
		return nil
	}
	export := &profile.Export{Deployed: true, Device: root.Get("UDID").Text()}
	payload := command.Get("Payload")
	text, ok := payload.Bytes()
	switch {
	case payload == nil:
		return []*profile.Profile{s.unreadable(export, command.OpenSpan(), "command InstallProfile is missing `Payload`; it contains no profile")}
	case !ok || len(text) == 0:
		p := s.unreadable(export, payload.Span(), "`Payload` of the command InstallProfile is not a profile as <data>")
		p.SharedSecrets = &secret.Shared{Roots: []*plist.Node{root}, Hidden: []plist.Span{payload.Span()}}
		return []*profile.Profile{p}
	}
	return []*profile.Profile{s.encoded(text, export)}
}

// readProfileList reads the response to the MDM command ProfileList. It lists
// the profiles and payloads of a device without their settings.
// https://github.com/apple/device-management/blob/release/mdm/commands/profile.list.yaml
func (s *document) readProfileList(root *plist.Node) []*profile.Profile {
	items := children(root.Get("ProfileList"))
	scep := 0
	for _, item := range items {
		for payload := range item.Get("PayloadContent").Children() {
			if payload.Get("PayloadType").Text() == profile.TypeSCEP {
				scep++
				break
			}
		}
	}
	nothing := fmt.Sprintf("an MDM ProfileList response, which lists profiles (%d, %d of them with SCEP) without their settings; "+
		"check the profiles that were sent, or the output of profiles show -output stdout-xml on the device", len(items), scep)
	if len(items) == 0 {
		nothing = "an MDM ProfileList response without profiles"
	}
	list := []*profile.Profile{}
	for _, item := range items {
		if item.Is(plist.Dict) {
			item.Detach()
			item.Key = ""
			list = append(list, &profile.Profile{Source: s.Source, Root: item, Export: &profile.Export{Deployed: true, Lossy: true,
				Device: root.Get("UDID").Text(), Name: item.Get("PayloadDisplayName").Text(), Nothing: nothing}})
		}
	}
	if len(list) == 0 {
		list = append(list, &profile.Profile{Source: s.Source, Root: root, Export: &profile.Export{Deployed: true, Lossy: true, Nothing: nothing}})
	}
	return list
}
