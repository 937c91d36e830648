package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

// typeMDM is the PayloadType of payloads that enroll a device.
const typeMDM = "com.apple.mdm"

var (
	refMDMTopic = checker.Ref{
		Title: "micromdm issue 366: iOS rejects another prefix of the topic",
		URL:   "https://github.com/micromdm/micromdm/issues/366",
	}
)

var mdmTopic = checker.Rule{
	Meta: checker.Meta{
		ID:       "mdm-topic",
		Title:    "Topic that is not a push topic for device management",
		Severity: checker.Error,
		Doc: `What it checks: the Topic of the MDM payload is not empty and begins with com.apple.mgmt. in these letters.
Why it matters: the device listens for push notifications on that topic. It must equal the UID in the subject of the server's push certificate,
and Apple issues such certificates for com.apple.mgmt. only. iOS rejects an enrollment profile with another prefix.
Exceptions: template variables and placeholders are not reported. With macOS as the only target, the finding is a warning.`,
		Help: "set Topic to the UID in the subject of the push certificate",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.mdm</string>
<key>Topic</key>
<string>net.corp.mdm.push</string>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.mdm</string>
<key>Topic</key>
<string>com.apple.mgmt.External.2b9f4f0e-6a7c-4a53-8e7d-1f0c9b8a7d65</string>
</dict>`,
		},
		Refs: []checker.Ref{refMDM, refMDMTopic},
	},
	Check: func(p *checker.Pass) error {
		const prefix = "com.apple.mgmt."
		for _, payload := range p.Profile.Payloads() {
			if payload.Type != typeMDM {
				continue
			}
			n := payload.Node.Get("Topic")
			text, ok := n.Str()
			if !ok || n.Broken() {
				continue
			}
			if _, sample := profile.Placeholder(text); sample {
				continue // placeholder reports it
			}
			head, whole := text, true
			if found := profile.Variables(text); len(found) > 0 {
				head, whole = text[:found[0].Start], false
			}
			var f *checker.Finding
			switch {
			case whole && strings.TrimSpace(text) == "":
				f = p.Value(n, "`Topic` is empty; expected the UID of the push certificate")
			case whole && text == prefix:
				f = p.Value(n, "`Topic` %q has nothing after its prefix; expected the UID of the push certificate", text)
			case whole && strings.HasPrefix(text, prefix) && strings.ContainsAny(text, " \t\r\n"):
				f = p.Value(n, "`Topic` %q contains whitespace; expected the UID of the push certificate", excerpt(p, text))
			case strings.HasPrefix(head, prefix), !whole && strings.HasPrefix(prefix, head):
				continue
			default:
				f = p.Value(n, "`Topic` %q does not begin with %q; expected the UID of the push certificate", excerpt(p, text), prefix)
			}
			if len(p.Targets) == 1 && p.Targets.Has("macos") {
				f.Severity = checker.Warning
			}
		}
		return nil
	},
}
