package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var ssoExtension = checker.Rule{
	Meta: checker.Meta{
		ID:       "sso-extension",
		Title:    "incomplete SSO settings",
		Severity: checker.Warning,
		Varies:   "info for Platform SSO without URLs",
		Doc: `What it checks: a com.apple.extensiblesso payload has the keys that others of its keys require. Type Redirect requires URLs, and Type Credential requires Hosts. PlatformSSO
requires Type Redirect and TeamIdentifier. RegistrationToken requires an AuthenticationMethod. EnableCreateUserAtLogin and EnableAuthorization require
UseSharedDeviceKeys. URLs start with https:// or http://, and have no query and no fragment.
Why it matters: Apple's documentation states these conditions. The profile installs, but the extension is not asked to sign in, or users cannot register.
Exceptions: template text and placeholders are not reported. PlatformSSO without URLs is an info: some extensions only register the Mac.`,
		Help: "add the required key",
		Example: checker.Example{
			Scope: checker.ScopePayload,
			Bad: `<dict>
<key>PayloadType</key>
<string>com.apple.extensiblesso</string>
<key>Type</key>
<string>Redirect</string>
<key>Hosts</key>
<array>
	<string>idp.corp.example</string>
</array>
</dict>`,
			Good: `<dict>
<key>PayloadType</key>
<string>com.apple.extensiblesso</string>
<key>Type</key>
<string>Redirect</string>
<key>URLs</key>
<array>
	<string>https://idp.corp.example</string>
</array>
</dict>`,
		},
		Refs: []checker.Ref{{
			Title: "Apple documentation: ExtensibleSingleSignOn",
			URL:   "https://developer.apple.com/documentation/devicemanagement/extensiblesinglesignon",
		}, {
			Title: "Apple documentation: ExtensibleSingleSignOn.PlatformSSO",
			URL:   "https://developer.apple.com/documentation/devicemanagement/extensiblesinglesignon/platformsso-data.dictionary",
		}},
		SkipLossyExports: true,
	},
	Check: func(p *checker.Pass) error {
		for _, payload := range p.Profile.Payloads() {
			if payload.Type == "com.apple.extensiblesso" {
				checkSSO(p, payload.Node)
			}
		}
		return nil
	},
}

// ssoLists are the keys that a Type of SSO requires.
var ssoLists = map[string]string{"Redirect": "URLs", "Credential": "Hosts"}

func checkSSO(p *checker.Pass, sso *profile.Node) {
	kind, platform := sso.Get("Type"), sso.Get("PlatformSSO")
	if key := ssoLists[kind.Text()]; key != "" {
		n := sso.Get(key)
		var f *checker.Finding
		switch {
		case n == nil && !sso.Templated():
			f = p.AtStart(sso, "missing required key `%s` for `Type` %s", key, kind.Text()).Missing(key)
		case n.Is(profile.Array) && n.Len() == 0 && !n.Templated():
			f = p.Value(n, "`%s` is empty; `Type` %s requires it", key, kind.Text())
		}
		if f != nil {
			f.WithHelp("add `%s`, or change `Type`", key)
			if platform != nil {
				f.Severity = checker.Info
			}
		}
	}
	text, isString := kind.Str()
	if isString && ssoLists[text] == "" && !kind.Broken() && !kind.Unrendered() && !profile.HasVariable(text) && !isPlaceholder(p, text) && strings.TrimSpace(text) != "" {
		p.Value(kind, "unsupported `Type` %q; expected Redirect or Credential", excerpt(p, text)).WithHelp("set `Type` to Redirect or Credential")
	}
	if text == "Redirect" {
		for n := range sso.Get("URLs").Children() {
			checkSSOURL(p, n)
		}
	}
	if platform.Is(profile.Dict) {
		if kind.Text() == "Credential" {
			p.Value(kind, "`PlatformSSO` is ignored with `Type` Credential; expected Redirect").WithHelp("set `Type` to Redirect, or remove `PlatformSSO`")
		}
		if sso.Get("TeamIdentifier") == nil && !sso.Templated() {
			p.AtStart(sso, "missing required key `TeamIdentifier`; Macs require it").Missing("TeamIdentifier").WithHelp("add `TeamIdentifier` of the app with the extension")
		}
		if shared := platform.Get("UseSharedDeviceKeys"); isAbsentOrFalse(platform, shared) {
			for _, key := range []string{"EnableCreateUserAtLogin", "EnableAuthorization"} {
				if on, ok := platform.Get(key).Bool(); ok && on {
					p.Value(platform.Get(key), "`%s` is ignored without `UseSharedDeviceKeys`", key).WithHelp("set `UseSharedDeviceKeys` to true, or remove the key")
				}
			}
		}
	}
	token := sso.Get("RegistrationToken")
	if token != nil && !sso.Templated() && !platform.Templated() && sso.Get("AuthenticationMethod") == nil && platform.Get("AuthenticationMethod") == nil {
		p.Key(token, "`RegistrationToken` is ignored without `AuthenticationMethod`").WithHelp("add `AuthenticationMethod` to `PlatformSSO`")
	}
}

// isAbsentOrFalse reports whether a boolean of a dictionary is false or not set.
func isAbsentOrFalse(in, n *profile.Node) bool {
	if n == nil {
		return !in.Templated()
	}
	on, ok := n.Bool()
	return ok && !on
}

// checkSSOURL reports a URL for which devices do not ask the extension.
func checkSSOURL(p *checker.Pass, n *profile.Node) {
	text, ok := n.Str()
	text, _ = strayAround(text) // which value-stray-characters reports
	if !ok || n.Broken() || n.Unrendered() || text == "" || schemeIsVariable(text) || isPlaceholder(p, text) || sampleHost(text) {
		return
	}
	scheme := splitURL(text).scheme
	rest := withoutVariables(text)
	switch {
	case !strings.EqualFold(scheme, "https") && !strings.EqualFold(scheme, "http"):
		p.Value(n, "value in `URLs` %q does not start with https://", shownURL(text)).WithHelp("use the form https://host/path")
	case strings.ContainsAny(rest, "?#"):
		p.Value(n, "value in `URLs` %q contains a query or fragment, which Apple does not allow", shownURL(text)).WithHelp("use the URL up to the path")
	}
}
