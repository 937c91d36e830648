package rules

import (
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var scepSANKey = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-san-key",
		Title:    "unknown SubjectAltName key",
		Severity: checker.Warning,
		Varies:   "info for a key that differs only in case, error for a setting that is beside SubjectAltName in other payloads",
		Doc: `What it checks: the keys of SubjectAltName are rfc822Name, dNSName, uniformResourceIdentifier, and ntPrincipalName.
Why it matters: Apple's code for certificate requests ignores every other key, and the name is missing from the
certificate. A SCEP payload cannot request IP addresses, directory names, and other types of names.
Exceptions: a key that differs only in case is info: devices accept it. A setting such as Keysize that belongs beside SubjectAltName is an error: it is lost.`,
		Help: "use rfc822Name, dNSName, uniformResourceIdentifier, or ntPrincipalName",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>SubjectAltName</key>
<dict>
	<key>UPN</key>
	<string>ada@corp.example</string>
</dict>`,
			Good: `<key>SubjectAltName</key>
<dict>
	<key>ntPrincipalName</key>
	<string>ada@corp.example</string>
</dict>`,
		},
		Refs:      []checker.Ref{refSCEP, refCSRCode},
		Documents: checker.AnyDocument,
	},
	Check: func(p *checker.Pass) error {
		for scep := range requests(p.Profile) {
			last := profile.NoSpan
			for n := range scep.SubjectAltName.Children() {
				right, again := nameKind(n.Key), last.Valid() && n.KeySpan() == last
				last = n.KeySpan()
				switch {
				case again: // the other branch of a template under the same key
				case right == n.Key || profile.HasVariable(n.Key) || !scep.SubjectAltName.Is(profile.Dict):
				case right == "" && n.Key != "URL" && scep.hasKey(n.Key) && scep.Content.Get(n.Key) == nil:
					f := p.Key(n, "misplaced key %q is ignored inside `SubjectAltName`", n.Key).WithHelp("move it one level up, beside `SubjectAltName`")
					f.StandsFor(append(scep.Content.Path(), n.Key)...).Severity = checker.Error
				case right != "":
					sanKeyCase(p, scep.SubjectAltName, n, right)
				default:
					sanKeyDropped(p, n)
				}
			}
		}
		return nil
	},
}

// nameKinds are the keys of SubjectAltName in Apple's spelling.
var nameKinds = []string{"rfc822Name", "dNSName", "uniformResourceIdentifier", "ntPrincipalName"}

// nameKind gives Apple's spelling of a key that devices take for it, or "".
func nameKind(key string) string {
	for _, k := range nameKinds {
		if strings.EqualFold(k, key) {
			return k
		}
	}
	return ""
}

// nameAliases are other names of the kinds, squeezed as keys are.
var nameAliases = map[string]string{
	"email":                           "rfc822Name",
	"emailaddress":                    "rfc822Name",
	"mail":                            "rfc822Name",
	"rfc822":                          "rfc822Name",
	"rfc822mailbox":                   "rfc822Name",
	"dns":                             "dNSName",
	"fqdn":                            "dNSName",
	"host":                            "dNSName",
	"hostname":                        "dNSName",
	"domainname":                      "dNSName",
	"uri":                             "uniformResourceIdentifier",
	"url":                             "uniformResourceIdentifier",
	"uniformresourcelocator":          "uniformResourceIdentifier",
	"upn":                             "ntPrincipalName",
	"msupn":                           "ntPrincipalName",
	"principalname":                   "ntPrincipalName",
	"userprincipalname":               "ntPrincipalName",
	"microsoftprincipalname":          "ntPrincipalName",
	"ntprincipal":                     "ntPrincipalName",
	"universalprincipalname":          "ntPrincipalName",
	"microsoftuniversalprincipalname": "ntPrincipalName",
}

// otherKinds are the kinds of names that X.509 has and SCEP payloads have not.
var otherKinds = map[string]bool{
	"ipaddress": true, "ip": true, "directoryname": true, "dirname": true, "othername": true, "registeredid": true,
	"rid": true, "x400address": true, "edipartyname": true,
}

// sanKeyCase reports a key that devices take in spite of its case; other
// software may not.
func sanKeyCase(p *checker.Pass, san, n *profile.Node, right string) {
	f := p.Key(n, "key %q differs only in case from %q", n.Key, right).WithHelp("rename the key to `%s`", right)
	f.Severity = checker.Info
	same := 0
	for c := range san.Children() {
		if strings.EqualFold(c.Key, right) {
			same++
		}
	}
	if same == 1 { // else the new key might stand there more than once
		f.Fix = renameKey(p, n, right, true)
	}
}

func sanKeyDropped(p *checker.Pass, n *profile.Node) {
	plain := profile.FoldName(n.Key)
	right := nameAliases[plain]
	for _, k := range nameKinds {
		if right == "" && profile.Distance(plain, profile.FoldName(k)) <= 2 {
			right = k
		}
	}
	switch {
	case right != "":
		p.Key(n, "unknown `SubjectAltName` key %q is ignored; expected %q", n.Key, right).WithHelp("rename the key to `%s`", right)
	case otherKinds[plain]:
		p.Key(n, "unsupported `SubjectAltName` key %q is ignored", n.Key).WithHelp("remove the key; configure the CA to add the names")
	default:
		p.Key(n, "unknown `SubjectAltName` key %q is ignored", n.Key)
	}
}
