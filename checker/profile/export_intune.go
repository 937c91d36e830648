package profile

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

// intune reads device configurations of Microsoft Graph: one, or those of an
// answer that is a list. Custom configurations hold a profile in base64; SCEP
// profiles of Intune are its own account of one.
// https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-macoscustomconfiguration
func (s *Source) intune(root *Node) []*Profile {
	entries := []*Node{root}
	if value := root.Get("value"); value.Is(Array) {
		entries = value.list()
	} else if root.Is(Array) {
		entries = root.list()
	}
	list, apple := s.intuneEntries(root, entries)
	if n := root.Get(nextLink); n.Is(String) && n.text != "" && ofConfigurations(root.Get("@odata.context").Text()) {
		more := s.broken(&Export{Kind: ExportIntune}, n.Span(), "%s", morePages)
		more.Err.Hint = morePagesHint
		if value := root.Get("value"); value != nil && n.start < value.start {
			return slices.Insert(list, 0, more)
		}
		list = append(list, more)
	}
	if len(list) > 0 {
		return list
	}
	return []*Profile{{Source: s, Root: newNode(Dict, "", ""), Export: &Export{Kind: ExportIntune, Lossy: true,
		Nothing: fmt.Sprintf("an answer of Microsoft Graph with %d configurations, %d of them for Apple devices, none of which is a custom profile with its payload or a SCEP profile", len(entries), apple)}}}
}

// intuneSettings are keys of which every SCEP profile has one.
var intuneSettings = []string{"scepServerUrls", "keySize", "keyUsage", "subjectNameFormat", "subjectNameFormatString", "extendedKeyUsages", "certificateStore"}

// nextLink is the key of an answer that is one page of a list, and not the last one.
const nextLink = "@odata.nextLink"

const (
	morePages     = "the list of configurations is incomplete; @odata.nextLink names the next page of it"
	morePagesHint = "fetch all pages, and join their values in one list without @odata.nextLink"
)

// ofConfigurations reports whether the context of an answer allows for configurations of
// devices in it.
func ofConfigurations(context string) bool {
	return !strings.Contains(context, "#") || strings.Contains(context, "deviceManagement")
}

// intuneEntries gives the profiles of configurations, and how many of these are
// for Apple devices.
func (s *Source) intuneEntries(root *Node, entries []*Node) (list []*Profile, apple int) {
	common := &commonSecrets{}
	for _, entry := range entries {
		kind := strings.ToLower(entry.Get("@odata.type").Text())
		ios, macOS := strings.Contains(kind, ".ios"), strings.Contains(kind, ".macos")
		if ios || macOS {
			apple++
		}
		export := &Export{Kind: ExportIntune, Name: entry.Get("displayName").Text(), Level: intuneLevel(entry)}
		switch payload := entry.Get("payload"); {
		case !entry.Is(Dict), kind != "" && !ios && !macOS:
		case payload.Is(String) && (entry.Get("payloadFileName") != nil || strings.HasSuffix(kind, "customconfiguration")):
			common.hidden = append(common.hidden, s.stringSpan(payload))
			list = append(list, s.intunePayload(payload, export))
		case (entry.Get("payload") != nil || !s.partial) && (strings.HasSuffix(kind, "customconfiguration") || kind == "" && entry.Get("payloadFileName") != nil):
			list = append(list, s.unfilled(export, entry, entry.Get("payload"), "payload"))
		case strings.HasSuffix(kind, "scepcertificateprofile"), entry.Get("scepServerUrls").Is(Array) && (ios || macOS || kind == ""):
			if !slices.ContainsFunc(intuneSettings, func(key string) bool { return entry.Get(key) != nil && !entry.Get(key).Is(Null) }) {
				continue // a list that was asked for without settings
			}
			export.Kind, export.Lossy, export.Entry = ExportIntuneSCEP, true, entry
			list = append(list, &Profile{Source: s, Root: intuneSCEP(entry), Export: export, common: common})
		}
	}
	common.roots = append(common.roots, root)
	return list, apple
}

// unfilled is an entry of an export that should hold a profile under a key, and does not.
func (s *Source) unfilled(export *Export, entry, value *Node, key string) *Profile {
	at, problem := entry.OpenSpan(), "is missing"
	switch {
	case value.Is(Null):
		at, problem = value.Span(), "is null"
	case value.Is(String):
		at, problem = value.Span(), "is empty"
	case value != nil:
		at, problem = value.Span(), "is not a string"
	}
	return s.unfilledAt(export, at, key, problem)
}

func (s *Source) unfilledAt(export *Export, at Span, key, problem string) *Profile {
	if export.Name == "" {
		key += " of an entry without a name"
	}
	p := s.broken(export, at, "%s %s, so that the profile cannot be checked", key, problem)
	p.Err.Hint = "export each profile by its ID, which gives its content"
	return p
}

// stringSpan is the place of a string, for masking.
func (s *Source) stringSpan(n *Node) Span {
	at := n.Span()
	return Span{at.Start + 1, max(at.Start+1, at.End-1)}
}

func (s *Source) intunePayload(payload *Node, export *Export) *Profile {
	if strings.TrimSpace(payload.text) == "" {
		return s.unfilled(export, payload, payload, "payload")
	}
	text, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(payload.text), ""))
	if err != nil {
		if text, err = base64.RawStdEncoding.DecodeString(strings.Join(strings.Fields(payload.text), "")); err != nil {
			return s.broken(export, payload.Span(), "payload of the custom configuration is no base64")
		}
	}
	return s.packed(text, export)
}

// intuneLevel is the channel of a configuration in the words of Apple.
func intuneLevel(entry *Node) string {
	switch channel := entry.Get("deploymentChannel").Text() + entry.Get("certificateStore").Text(); {
	case strings.HasPrefix(channel, "device"), strings.HasPrefix(channel, "machine"):
		return "System"
	case strings.HasPrefix(channel, "user"):
		return "User"
	}
	return ""
}

// intuneSCEP gives a SCEP profile of Intune the shape of a profile. Each value
// has the place of what stands for it. Intune makes the challenge, and does not
// tell of some settings; nothing is known of those.
// https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-iosscepcertificateprofile
func intuneSCEP(entry *Node) *Node {
	at := func(n *Node, kind Kind, key, text string) *Node {
		c := n.renamed(key)
		c.Kind, c.text, c.unrendered, c.plain = kind, text, false, false
		return c
	}
	var keys []*Node
	add := func(n *Node) {
		if n != nil {
			keys = append(keys, n)
		}
	}
	if urls := entry.Get("scepServerUrls"); urls.Is(Array) && urls.Len() > 0 {
		add(at(urls.first, String, "URL", urls.first.Text())) // further ones are tried if it fails
	}
	add(intuneSubject(entry, at))
	if n := entry.Get("keySize"); n.Is(String) {
		if digits := strings.TrimPrefix(n.text, "size"); digits != n.text && strings.Trim(digits, "0123456789") == "" && digits != "" {
			add(at(n, Integer, "Keysize", digits))
		} else {
			add(at(n, n.Kind, "Keysize", n.text))
		}
	}
	if n := entry.Get("keyUsage"); n.Is(String) {
		usage := 0
		for word := range strings.SplitSeq(n.text, ",") {
			switch strings.TrimSpace(word) {
			case "digitalSignature":
				usage |= 1
			case "keyEncipherment":
				usage |= 4
			}
		}
		add(at(n, Integer, "Key Usage", fmt.Sprint(usage)))
	}
	add(intuneNames(entry, at))
	for _, key := range []string{"Challenge", "Name", "CAFingerprint", "Retries", "RetryDelay", "KeyIsExtractable", "AllowAllAppsAccess"} {
		unknown := at(entry, Template, key, "")
		unknown.unrendered, unknown.keyStart, unknown.keyEnd = true, -1, 0
		unknown.start, unknown.end = -1, 0
		add(unknown)
	}
	if n := entry.Get("allowAllAppsAccess"); n.Is(Boolean) {
		keys[len(keys)-1] = at(n, Boolean, "AllowAllAppsAccess", n.text)
	}
	settings, payload, content, root := at(entry, Dict, "PayloadContent", ""), at(entry, Dict, "", ""), at(entry, Array, "PayloadContent", ""), at(entry, Dict, "", "")
	settings.hang(keys...)
	payload.hang(at(entry, String, "PayloadType", TypeSCEP), settings)
	content.hang(payload)
	keys = []*Node{content}
	if n := entry.Get("id"); n.Is(String) {
		add(at(n, String, "PayloadIdentifier", n.text))
	}
	if n := entry.Get("displayName"); n.Is(String) {
		add(at(n, String, "PayloadDisplayName", n.text))
	}
	root.hang(keys...)
	return root
}

// intuneAttributes are the types of names that a format has as they are.
var intuneAttributes = map[string]string{"E": "1.2.840.113549.1.9.1", "EMAIL": "1.2.840.113549.1.9.1", "EMAILADDRESS": "1.2.840.113549.1.9.1", "S": "ST", "G": "2.5.4.42", "SERIALNUMBER": "2.5.4.5"}

// intuneSubject is the name of the certificate: subjectNameFormatString, as
// "CN={{UserName}},E={{EmailAddress}}", or one of Intune's formats.
func intuneSubject(entry *Node, at func(*Node, Kind, string, string) *Node) *Node {
	n := entry.Get("subjectNameFormatString")
	if text := strings.TrimSpace(n.Text()); !n.Is(String) || text == "" {
		if n = entry.Get("subjectNameFormat"); !n.Is(String) {
			return nil
		}
		unknown := at(n, Template, "Subject", "")
		unknown.unrendered = true
		return unknown
	}
	var names []*Node
	for _, part := range splitName(n.text) {
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
		name, pair := at(n, Array, "", ""), at(n, Array, "", "")
		pair.hang(at(n, String, "", key), at(n, String, "", strings.ReplaceAll(strings.TrimSpace(value), `\`, "")))
		name.hang(pair)
		names = append(names, name)
	}
	subject := at(n, Array, "Subject", "")
	subject.hang(names...)
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

// intuneNames are the alternative names of the certificate, as far as they are
// written out.
func intuneNames(entry *Node, at func(*Node, Kind, string, string) *Node) *Node {
	list := entry.Get("customSubjectAlternativeNames")
	if !list.Is(Array) || list.Len() == 0 {
		n := entry.Get("subjectAlternativeNameType")
		if !n.Is(String) || n.text == "none" || n.text == "" {
			return nil
		}
		unknown := at(n, Template, "SubjectAltName", "")
		unknown.unrendered = true
		return unknown
	}
	keys := map[string]string{"emailAddress": "rfc822Name", "domainNameService": "dNSName",
		"universalResourceIdentifier": "uniformResourceIdentifier", "userPrincipalName": "ntPrincipalName"}
	var names []*Node
	byKey := map[string][]*Node{}
	for entry := range list.Children() {
		name := entry.Get("name")
		key := keys[entry.Get("sanType").Text()]
		if key == "" || !name.Is(String) {
			continue
		}
		if byKey[key] == nil {
			names = append(names, at(name, Array, key, ""))
		}
		byKey[key] = append(byKey[key], at(name, String, "", name.text))
	}
	for _, n := range names {
		if list := byKey[n.Key]; len(list) > 1 {
			n.hang(list...)
		} else {
			n.Kind, n.text = String, list[0].text
		}
	}
	dict := at(list, Dict, "SubjectAltName", "")
	dict.hang(names...)
	return dict
}
