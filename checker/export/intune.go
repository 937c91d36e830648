package export

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/profile"
	"github.com/sceplint/sceplint/checker/secret"
)

// readIntune reads device configurations of Microsoft Graph: one, or those of a
// response that is a list. Custom configurations contain a profile in Base64;
// SCEP profiles of Intune have settings of their own.
// https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-macoscustomconfiguration
func (s *document) readIntune(root *plist.Node) []*profile.Profile {
	entries := []*plist.Node{root}
	if value := root.Get("value"); value.Is(plist.Array) {
		entries = children(value)
	} else if root.Is(plist.Array) {
		entries = children(root)
	}
	list, apple := s.intuneEntries(root, entries)
	if n := root.Get(nextLink); n.Is(plist.String) && n.Text() != "" && ofConfigurations(root.Get("@odata.context").Text()) {
		more := s.unreadable(&profile.Export{}, n.Span(), "%s", morePages)
		more.Err.Help = morePagesHelp
		if value := root.Get("value"); value != nil && n.Span().Start < value.Span().Start {
			return slices.Insert(list, 0, more)
		}
		list = append(list, more)
	}
	if len(list) > 0 {
		return list
	}
	return []*profile.Profile{{Source: s.Source, Root: plist.NewNode(plist.Dict, "", ""), Export: &profile.Export{Lossy: true,
		Nothing: fmt.Sprintf("a Microsoft Graph response with %d configurations (%d for Apple devices), none of them a custom profile with its payload or a SCEP profile", len(entries), apple)}}}
}

// intuneSettings are keys of which every SCEP profile has one.
var intuneSettings = []string{"scepServerUrls", "keySize", "keyUsage", "subjectNameFormat", "subjectNameFormatString", "extendedKeyUsages", "certificateStore"}

// nextLink is the key of an answer that is one page of a list, and not the last one.
const nextLink = "@odata.nextLink"

const (
	morePages     = "incomplete list of configurations: @odata.nextLink refers to the next page"
	morePagesHelp = "fetch all pages, and join their values in one list without @odata.nextLink"
)

// ofConfigurations reports whether a response with this context may contain
// device configurations.
func ofConfigurations(context string) bool {
	return !strings.Contains(context, "#") || strings.Contains(context, "deviceManagement")
}

// intuneEntries returns the profiles of configurations, and how many of these
// are for Apple devices.
func (s *document) intuneEntries(root *plist.Node, entries []*plist.Node) (list []*profile.Profile, apple int) {
	common := &secret.Shared{}
	for _, entry := range entries {
		kind := strings.ToLower(entry.Get("@odata.type").Text())
		ios, macOS := strings.Contains(kind, ".ios"), strings.Contains(kind, ".macos")
		if ios || macOS {
			apple++
		}
		export := &profile.Export{Name: entry.Get("displayName").Text(), Level: intuneLevel(entry)}
		switch payload := entry.Get("payload"); {
		case !entry.Is(plist.Dict), kind != "" && !ios && !macOS:
		case payload.Is(plist.String) && (entry.Get("payloadFileName") != nil || strings.HasSuffix(kind, "customconfiguration")):
			common.Hidden = append(common.Hidden, s.stringSpan(payload))
			list = append(list, s.intunePayload(payload, export))
		case (entry.Get("payload") != nil || !s.truncated) && (strings.HasSuffix(kind, "customconfiguration") || kind == "" && entry.Get("payloadFileName") != nil):
			list = append(list, s.unfilled(export, entry, entry.Get("payload"), "payload"))
		case strings.HasSuffix(kind, "scepcertificateprofile"), entry.Get("scepServerUrls").Is(plist.Array) && (ios || macOS || kind == ""):
			if !slices.ContainsFunc(intuneSettings, func(key string) bool { return entry.Get(key) != nil && !entry.Get(key).Is(plist.Null) }) {
				continue // a list that was asked for without settings
			}
			export.Lossy, export.Entry = true, entry
			list = append(list, &profile.Profile{Source: s.Source, Root: intuneSCEP(entry), Export: export, SharedSecrets: common})
		}
	}
	common.Roots = append(common.Roots, root)
	return list, apple
}

// unfilled returns an entry of an export that should contain a profile under a
// key, and does not.
func (s *document) unfilled(export *profile.Export, entry, value *plist.Node, key string) *profile.Profile {
	at, problem := entry.OpenSpan(), "is missing"
	switch {
	case value.Is(plist.Null):
		at, problem = value.Span(), "is null"
	case value.Is(plist.String):
		at, problem = value.Span(), "is empty"
	case value != nil:
		at, problem = value.Span(), "is not a string"
	}
	return s.unfilledAt(export, at, key, problem)
}

func (s *document) unfilledAt(export *profile.Export, at plist.Span, key, problem string) *profile.Profile {
	if export.Name == "" {
		key += " of an entry without a name"
	}
	p := s.unreadable(export, at, "%s %s; the profile was not checked", key, problem)
	p.Err.Help = "export each profile by its ID, which includes its content"
	return p
}

// stringSpan returns the location of a string, for masking.
func (s *document) stringSpan(n *plist.Node) plist.Span {
	at := n.Span()
	return plist.Span{Start: at.Start + 1, End: max(at.Start+1, at.End-1)}
}

func (s *document) intunePayload(payload *plist.Node, export *profile.Export) *profile.Profile {
	if strings.TrimSpace(payload.Text()) == "" {
		return s.unfilled(export, payload, payload, "payload")
	}
	text, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(payload.Text()), ""))
	if err != nil {
		if text, err = base64.RawStdEncoding.DecodeString(strings.Join(strings.Fields(payload.Text()), "")); err != nil {
			return s.unreadable(export, payload.Span(), "payload of the custom configuration is not Base64")
		}
	}
	return s.encoded(text, export)
}

// intuneLevel returns the channel of a configuration in Apple's words.
func intuneLevel(entry *plist.Node) string {
	switch channel := entry.Get("deploymentChannel").Text() + entry.Get("certificateStore").Text(); {
	case strings.HasPrefix(channel, "device"), strings.HasPrefix(channel, "machine"):
		return "System"
	case strings.HasPrefix(channel, "user"):
		return "User"
	}
	return ""
}

// intuneSCEP gives a SCEP profile of Intune the structure of a profile. Each
// value has the location of its setting in Intune. Intune creates the challenge,
// and does not state some settings, which are not known.
// https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-iosscepcertificateprofile
func intuneSCEP(entry *plist.Node) *plist.Node {
	var keys []*plist.Node
	add := func(n *plist.Node) {
		if n != nil {
			keys = append(keys, n)
		}
	}
	if urls := entry.Get("scepServerUrls"); urls.Is(plist.Array) && urls.Len() > 0 {
		add(urls.At(0).As(plist.String, "URL", urls.At(0).Text())) // further ones are tried if it fails
	}
	add(intuneSubject(entry))
	if n := entry.Get("keySize"); n.Is(plist.String) {
		if digits := strings.TrimPrefix(n.Text(), "size"); digits != n.Text() && strings.Trim(digits, "0123456789") == "" && digits != "" {
			add(n.As(plist.Integer, "Keysize", digits))
		} else {
			add(n.As(n.Kind, "Keysize", n.Text()))
		}
	}
	if n := entry.Get("keyUsage"); n.Is(plist.String) {
		usage := 0
		for word := range strings.SplitSeq(n.Text(), ",") {
			switch strings.TrimSpace(word) {
			case "digitalSignature":
				usage |= 1
			case "keyEncipherment":
				usage |= 4
			}
		}
		add(n.As(plist.Integer, "Key Usage", fmt.Sprint(usage)))
	}
	add(intuneNames(entry))
	for _, key := range []string{"Challenge", "Name", "CAFingerprint", "Retries", "RetryDelay", "KeyIsExtractable", "AllowAllAppsAccess"} {
		add(plist.NewUnknown(key))
	}
	if n := entry.Get("allowAllAppsAccess"); n.Is(plist.Boolean) {
		keys[len(keys)-1] = n.As(plist.Boolean, "AllowAllAppsAccess", n.Text())
	}
	settings, payload, content, root := entry.As(plist.Dict, "PayloadContent", ""), entry.As(plist.Dict, "", ""), entry.As(plist.Array, "PayloadContent", ""), entry.As(plist.Dict, "", "")
	settings.SetChildren(keys...)
	payload.SetChildren(entry.As(plist.String, "PayloadType", profile.TypeSCEP), settings)
	content.SetChildren(payload)
	keys = []*plist.Node{content}
	if n := entry.Get("id"); n.Is(plist.String) {
		add(n.As(plist.String, "PayloadIdentifier", n.Text()))
	}
	if n := entry.Get("displayName"); n.Is(plist.String) {
		add(n.As(plist.String, "PayloadDisplayName", n.Text()))
	}
	root.SetChildren(keys...)
	return root
}

// intuneAttributes are the types of names that a format has as they are.
var intuneAttributes = map[string]string{"E": "1.2.840.113549.1.9.1", "EMAIL": "1.2.840.113549.1.9.1", "EMAILADDRESS": "1.2.840.113549.1.9.1", "S": "ST", "G": "2.5.4.42", "SERIALNUMBER": "2.5.4.5"}

// intuneSubject returns the name of the certificate: one of Intune's formats, or
// subjectNameFormatString, such as "CN={{UserName}},E={{EmailAddress}}".
func intuneSubject(entry *plist.Node) *plist.Node {
	format, n := entry.Get("subjectNameFormat"), entry.Get("subjectNameFormatString")
	switch {
	case format.Is(plist.String) && (format.Text() != "custom" || !n.Is(plist.String)):
		return format.As(plist.Template, "Subject", "")
	case !n.Is(plist.String):
		return nil
	case !strings.Contains(n.Text(), "=") && strings.TrimSpace(n.Text()) != "":
		return n.As(plist.Template, "Subject", "")
	}
	var names []*plist.Node
	for _, part := range splitName(n.Text()) {
		key, value, found := strings.Cut(part, "=")
		if !found {
			continue
		}
		key = strings.TrimSpace(key)
		if oid := intuneAttributes[strings.ToUpper(key)]; oid != "" {
			key = oid
		} else if len(key) <= 3 {
			key = strings.ToUpper(key)
		}
		name, pair := n.As(plist.Array, "", ""), n.As(plist.Array, "", "")
		pair.SetChildren(n.As(plist.String, "", key), n.As(plist.String, "", strings.ReplaceAll(strings.TrimSpace(value), `\`, "")))
		name.SetChildren(pair)
		names = append(names, name)
	}
	subject := n.As(plist.Array, "Subject", "")
	subject.SetChildren(names...)
	return subject
}

// splitName parts a name at the commas that are not escaped.
func splitName(text string) (parts []string) {
	start := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case ',':
			parts = append(parts, text[start:i])
			start = i + 1
		}
	}
	return append(parts, text[start:])
}

// intuneNames returns the alternative names of the certificate, as far as they
// are stated.
func intuneNames(entry *plist.Node) *plist.Node {
	list := entry.Get("customSubjectAlternativeNames")
	if !list.Is(plist.Array) || list.Len() == 0 {
		n := entry.Get("subjectAlternativeNameType")
		if !n.Is(plist.String) || n.Text() == "none" || n.Text() == "" {
			return nil
		}
		return n.As(plist.Template, "SubjectAltName", "")
	}
	keys := map[string]string{"emailAddress": "rfc822Name", "domainNameService": "dNSName",
		"universalResourceIdentifier": "uniformResourceIdentifier", "userPrincipalName": "ntPrincipalName"}
	var names []*plist.Node
	byKey := map[string][]*plist.Node{}
	for entry := range list.Children() {
		name := entry.Get("name")
		key := keys[entry.Get("sanType").Text()]
		if key == "" || !name.Is(plist.String) {
			continue
		}
		if byKey[key] == nil {
			names = append(names, name.As(plist.Array, key, ""))
		}
		byKey[key] = append(byKey[key], name.As(plist.String, "", name.Text()))
	}
	for i, n := range names {
		if list := byKey[n.Key]; len(list) > 1 {
			n.SetChildren(list...)
		} else {
			names[i] = n.As(plist.String, n.Key, list[0].Text())
		}
	}
	dict := list.As(plist.Dict, "SubjectAltName", "")
	dict.SetChildren(names...)
	return dict
}
