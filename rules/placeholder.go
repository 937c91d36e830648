package rules

import (
	"slices"
	"strings"
	"sync"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var refExampleDomains = checker.Ref{
	Title: "RFC 2606, section 3: reserved example domain names",
	URL:   "https://www.rfc-editor.org/rfc/rfc2606#section-3",
}

var placeholder = checker.Rule{
	Meta: checker.Meta{
		ID:       "placeholder",
		Title:    "placeholder value",
		Severity: checker.Warning,
		Varies:   "info for a PayloadIdentifier that starts with com.example.",
		Doc: `What it checks: values contain no placeholder text, such as YOUR-DOMAIN, CHANGEME, SCEP-CHALLENGE-HERE, or
example.com.
Why it matters: profiles are made from examples. With a placeholder left over, the profile installs until the device
contacts a server that does not exist, or enrolls with a challenge or a name that anyone can read in the example.
Exceptions: template variables are not placeholders. Text that is only shown to people, such as descriptions and
messages, is not checked. A PayloadIdentifier that starts with com.example. is info.`,
		Help: "replace the placeholder with the real value or a variable",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>URL</key>
<string>https://YOUR_DOMAIN_HERE/scep</string>`,
			Good: `<key>URL</key>
<string>https://ca.corp.example/scep</string>`,
		},
		Refs:      []checker.Ref{refSCEP, refExampleDomains},
		Documents: checker.AnyDocument,
	},
	Check: func(p *checker.Pass) error {
		for _, n := range p.Profile.Source.Placeholders {
			if isWeakChallenge(p, n) {
				continue
			}
			sample, ok := profile.Placeholder(n.Text())
			if !ok {
				sample = strings.TrimSpace(n.Text())
			}
			f := p.Value(n, "placeholder %q in <%s>: the file is not a property list until it is replaced", excerpt(p, sample), n.Kind)
			f.Help = "replace the placeholder with the real value"
		}
		sampleText(p, p.Profile.Root.Get("PayloadUUID"))
		sampleIdentifier(p, p.Profile.Root.Get("PayloadIdentifier"))
		for _, payload := range p.Profile.Payloads() {
			sampleText(p, payload.Keys.UUID)
			if sampleOnly(payload.Keys.Identifier.Text()) {
				sampleText(p, payload.Keys.Identifier)
			}
			if payload.Type == typeMDM {
				sampleText(p, payload.Node.Get("Topic"))
				sampleURL(p, payload.Node.Get("ServerURL"), "MDM server")
				sampleURL(p, payload.Node.Get("CheckInURL"), "MDM server")
			}
		}
		for _, r := range p.Profile.References() {
			if isCertificateReference(r.Node.Key) {
				sampleText(p, r.Node)
			}
		}
		for _, scep := range p.Profile.SCEP() {
			sampleURL(p, scep.URL.Node, "SCEP server")
			sampleText(p, scep.Name.Node)
			if text, ok := scep.Challenge.Node.Str(); ok && !scep.Challenge.Node.Broken() && !p.RuleEnabled("challenge-weak") { // which reports it
				if _, found := profile.Placeholder(text); found {
					p.Value(scep.Challenge.Node, "`Challenge` contains placeholder text")
				}
			}
			for _, a := range scep.Subject.Attributes {
				sampleText(p, a.Value)
			}
		}
		for _, acme := range p.Profile.ACME() {
			sampleURL(p, acme.DirectoryURL.Node, "ACME server")
			sampleText(p, acme.ClientIdentifier.Node)
			for _, a := range acme.Subject.Attributes {
				sampleText(p, a.Value)
			}
		}
		for _, fault := range schemaFaultsOf(p, faultPlaceholder) {
			if n := fault.node; profile.IsSecretKey(keyAround(n)) {
				p.Value(n, "%s contains placeholder text", keyLabel(p, n))
			} else {
				p.Value(n, "%s contains placeholder text %q", keyLabel(p, n), fault.sample)
			}
		}
		return nil
	},
}

// isWeakChallenge reports whether a value is a challenge whose placeholder text the
// policy challenge-weak reports.
func isWeakChallenge(p *checker.Pass, n *profile.Node) bool {
	return n.Key == "Challenge" && p.RuleEnabled("challenge-weak") &&
		slices.ContainsFunc(p.Profile.SCEP(), func(s profile.SCEP) bool { return s.Challenge.Node == n })
}

// textForPeople are the ends of keys whose values are shown to people or are patterns,
// and may hold any words.
var textForPeople = []string{
	"description", "text", "message", "footnote", "comment", "displayname", "visiblename", "userdefinedname", "operatorname",
	"fullname", "accountname", "label", "title", "prompt", "organization", "organizationname", "filename", "certificatename",
	"regex", "predicate", "requirement",
}

// isForPeople reports whether the value of a key is one of these.
func isForPeople(key string) bool {
	key = strings.ToLower(key)
	return slices.ContainsFunc(textForPeople, func(end string) bool { return strings.HasSuffix(key, end) })
}

// isSetting reports whether a string with placeholder text is a setting that the
// placeholder keeps from working. Preferences of applications may hold text of any kind.
func isSetting(n *profile.Node, sample string, strict bool) bool {
	text := strings.TrimSpace(n.Text())
	switch {
	case isForPeople(keyAround(n)):
		return false
	case referenceNames()[keyAround(n)]: // reported for all payloads, or as a reference to none
		return false
	case profile.IsSecretKey(keyAround(n)) && len(text) <= len("challenge") && !strings.ContainsAny(text, "-_ []<>*") && !strings.EqualFold(text, "redacted"):
		return false // a weak password, which may be the real one
	case strings.EqualFold(sample, "ignored"): // what people write where a value is required and not used
		return false
	case strings.HasPrefix(sample, "[") && strings.Contains(sample, ":"): // an IPv6 address
		return false
	case !strict && (sample == text && !strings.ContainsAny(sample, "-_ []<>*") || strings.ContainsAny(text, " \t\r\n") || strings.Contains(text, "</")):
		return false
	}
	if _, rest, ok := strings.Cut(text, "://"); ok { // a page may well be /change-your-password
		host, _, _ := strings.Cut(rest, "/")
		return strings.Contains(host, sample) || sample != strings.ToLower(sample) || strings.Contains(sample, "_")
	}
	return true
}

// isCertificateReference reports whether a key refers to the identity of a payload.
func isCertificateReference(key string) bool {
	return key == "IdentityCertificateUUID" || key == "PayloadCertificateUUID"
}

// referenceNames are the names of all keys that refer to payloads.
var referenceNames = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{}
	for _, key := range profile.ReferenceKeys {
		names[strings.TrimSuffix(key.Path[strings.LastIndexByte(key.Path, '.')+1:], "[]")] = true
	}
	return names
})

// keyAround returns the key of a value, or that of the array around it.
func keyAround(n *profile.Node) string {
	for ; n != nil; n = n.Parent() {
		if n.Key != "" {
			return n.Key
		}
	}
	return ""
}

// sampleIdentifier reports an identifier of a profile that is placeholder text, or in
// the domain for examples, which works but is that of other profiles too.
func sampleIdentifier(p *checker.Pass, n *profile.Node) {
	text, ok := n.Str()
	switch {
	case sampleOnly(text):
		sampleText(p, n)
	case ok && strings.HasPrefix(text, "com.example.") && !n.HasVariable():
		f := p.Value(n, "`PayloadIdentifier` %q has an example domain", excerpt(p, text))
		f.Severity, f.Help = checker.Info, "use the reverse-DNS name of your organization"
	}
}

// sampleText reports the placeholder text in a string.
func sampleText(p *checker.Pass, n *profile.Node) {
	text, ok := n.Str()
	if !ok || n.Broken() {
		return
	}
	if sample, found := profile.Placeholder(text); found {
		p.Value(n, "`%s` contains placeholder text %q", placeOf(n), sample)
	}
}

// sampleURL leaves out of a URL what may hold a secret, user info and query.
func sampleURL(p *checker.Pass, n *profile.Node, server string) {
	text, ok := n.Str()
	if !ok || n.Broken() {
		return
	}
	text = profile.Literal(strings.TrimSpace(text), ".")
	if i := strings.IndexAny(text, "?#"); i >= 0 {
		text = text[:i]
	}
	if _, rest, ok := strings.Cut(text, "://"); ok {
		text = rest
	}
	host, path, _ := strings.Cut(text, "/")
	host = host[strings.LastIndexByte(host, '@')+1:]
	for _, part := range []string{host, path} {
		if sample, found := profile.Placeholder(part); found {
			p.Value(n, "`%s` contains placeholder text %q", n.Key, sample).WithHelp("use the URL of your %s, or a variable", server)
			return
		}
	}
	host, _, _ = strings.Cut(strings.ToLower(host), ":")
	for _, domain := range []string{"example.com", "example.org", "example.net"} {
		if host == domain || strings.HasSuffix(host, "."+domain) {
			p.Value(n, "`%s` has the example domain %s", n.Key, domain).WithHelp("use the URL of your %s, or a variable", server)
		}
	}
}

// placeOf names what a value is to its reader: its key, or the attribute of
// the Subject.
func placeOf(n *profile.Node) string {
	if n.Key != "" {
		return n.Key
	}
	if kind, ok := n.Parent().At(0).Str(); ok && !profile.HasVariable(kind) {
		return "Subject." + kind
	}
	return "Subject"
}
