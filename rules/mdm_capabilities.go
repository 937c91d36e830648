package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var refMDMCapabilities = checker.Ref{
	Title: "micromdm issue 221: ServerCapabilities and the user channel",
	URL:   "https://github.com/micromdm/micromdm/issues/221",
}

var mdmCapabilities = checker.Rule{
	Meta: checker.Meta{
		ID:       "mdm-capabilities",
		Title:    "missing ServerCapabilities entry",
		Severity: checker.Warning,
		Varies:   "error with a target of macOS 11 or later, info for the bootstrap token",
		Doc: `What it checks: ServerCapabilities of the MDM payload lists com.apple.mdm.per-user-connections and com.apple.mdm.bootstraptoken.
Why it matters: Apple's schema says that per-user connections must be present to manage Macs and Shared iPads. Current macOS rejects the profile without
them; earlier versions had no user channel. Without the other entry a Mac escrows no bootstrap token.
Exceptions: the finding is an error with a macOS target of version 11 or later, or of any version. It is not reported for targets without macOS. The bootstrap
token is an info, and is reported with a macOS target only.`,
		Help: "add com.apple.mdm.per-user-connections to ServerCapabilities",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.mdm</string>
<key>ServerURL</key>
<string>https://mdm.corp.net/mdm</string>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.mdm</string>
<key>ServerURL</key>
<string>https://mdm.corp.net/mdm</string>
<key>ServerCapabilities</key>
<array>
	<string>com.apple.mdm.per-user-connections</string>
	<string>com.apple.mdm.bootstraptoken</string>
</array>
</dict>`,
		},
		Refs:             []checker.Ref{refMDM, refMDMCapabilities},
		SkipLossyExports: true,
	},
	Check: func(p *checker.Pass) error {
		targets := targetsOf(p)
		if len(p.Targets) > 0 && !targets.Has("macos") {
			return nil
		}
		for _, payload := range p.Profile.Payloads() {
			if payload.Type != typeMDM || payload.Node.Templated() || isNested(&payload) {
				continue
			}
			n := payload.Node.Get("ServerCapabilities")
			if n != nil && (!n.Is(profile.Array) || n.Templated() || mayHold(n)) {
				continue
			}
			report := func(format string, args ...any) *checker.Finding {
				if n == nil {
					return p.AtStart(payload.Node, format, args...).Missing("ServerCapabilities")
				}
				return p.AtStart(n, format, args...).StandsFor(n.Path()...)
			}
			switch {
			case !listsText(n, perUserConnections):
				f := misspelledCapability(p, n, perUserConnections)
				if f == nil {
					f = report("`ServerCapabilities` without %q; macOS requires it", perUserConnections)
				}
				for _, t := range targets {
					if t.System == "macos" && (t.Version == "" || !older(t, "11")) {
						f.Severity = checker.Error
					}
				}
			case targets.Has("macos") && !listsText(n, bootstrapToken):
				f := report("`ServerCapabilities` without %q; a Mac escrows no bootstrap token", bootstrapToken)
				f.Severity, f.Help = checker.Info, "add com.apple.mdm.bootstraptoken if the server stores bootstrap tokens"
			}
		}
		return nil
	},
}

// The capabilities of an MDM server.
const (
	perUserConnections = "com.apple.mdm.per-user-connections"
	bootstrapToken     = "com.apple.mdm.bootstraptoken"
)

// misspelledCapability reports the capability that is a misspelling of one; it returns nil
// if there is none.
func misspelledCapability(p *checker.Pass, n *profile.Node, right string) *checker.Finding {
	for c := range n.Children() {
		if text, ok := c.Str(); ok && profile.Distance(strings.ToLower(text), right) <= 4 {
			return p.Value(c, "misspelled capability %q; expected %q, which macOS requires", excerpt(p, text), right).StandsFor(n.Path()...).WithHelp("use %s", right)
		}
	}
	return nil
}

// listsText reports whether a text is among the strings of an array.
func listsText(n *profile.Node, text string) bool {
	for c := range n.Children() {
		if v, ok := c.Str(); ok && v == text {
			return true
		}
	}
	return false
}

// mayHold reports whether template text in an array may become further members.
func mayHold(n *profile.Node) bool {
	for c := range n.Children() {
		if c.Is(profile.Template) || c.Unrendered() || c.HasVariable() {
			return true
		}
	}
	return false
}
