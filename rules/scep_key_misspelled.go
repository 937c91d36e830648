package rules

import (
	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var scepKeyMisspelled = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-key-misspelled",
		Title:    "misspelt key of a SCEP payload",
		Severity: checker.Error,
		Doc: `The keys of a SCEP payload are compared letter by letter, case and spaces included: "Key Type" and "Key Usage" have a
space, Keysize has none and a small s. Devices pass over a key they do not know without a word, so that the setting is lost:
the profile installs, and the certificate comes out without it.`,
		Help: "write the key as Apple's schema spells it",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>KeyUsage</key>
<integer>5</integer>`,
			Good: `<key>Key Usage</key>
<integer>5</integer>`,
		},
		Refs:      []checker.Ref{refSCEP, refMisspeltKeys},
		Documents: checker.AnyDocument,
	},
	Check: func(p *checker.Pass) error {
		for _, scep := range p.Profile.SCEP() {
			for n := range scep.Content.Children() {
				right := misspelling(n.Key)
				if right == "" || identityKey(&scep, n.Key) != "" {
					continue
				}
				if scep.Content.Get(right) != nil {
					f := p.Key(n, "key %q is misspelt and passed over by devices, which read %q beside it; remove it", n.Key, right)
					f.Severity = checker.Warning
					continue
				}
				f := p.Key(n, "key %q is not known to devices, so the setting is lost; write %q", n.Key, right)
				if p.Editable() {
					f.Fix = &checker.Fix{
						Message: "rename the key to " + right,
						Safe:    true,
						Edits:   []checker.TextEdit{checker.Replace(n.KeySpan(), "<key>"+right+"</key>")},
					}
				}
			}
		}
		return nil
	},
}

// legacyKeys were documented once, or belong to other payloads.
var legacyKeys = map[string]bool{"GetCACaps": true, "CertificateRenewalTimeInterval": true, "ScepProxyOption": true}

// misspelling returns the SCEP key that was meant by another one, or "".
func misspelling(key string) string {
	if legacyKeys[key] {
		return ""
	}
	return profile.MisspelledSCEPKey(key)
}

func scepKey(key string) bool {
	for _, k := range profile.SCEPKeys {
		if k.Name == key {
			return true
		}
	}
	return false
}

// lacks reports whether a SCEP payload is without a key: it is neither written,
// nor misspelt, misplaced or a level too deep, which other rules report, nor may
// template text bring it.
func lacks(p *checker.Pass, scep *profile.SCEP, key string) bool {
	if scep.Content == nil || scep.Content.Templated() || scep.Content.Get(key) != nil || meant(p, scep)[key] {
		return false
	}
	for n := range scep.Content.Children() {
		if n.Key == "PayloadContent" && n.Get(key) != nil || wrapped(scep, n) {
			return false
		}
	}
	for n := range scep.Node.Children() {
		if misplaced(n.Key) == key {
			return false
		}
	}
	return true
}

// meantBy is what the keys that a SCEP payload misspells are shared under.
type meantBy struct{ content *profile.Node }

// meant gives the keys that a SCEP payload has under misspelt names.
func meant(p *checker.Pass, scep *profile.SCEP) map[string]bool {
	return p.Share(meantBy{scep.Content}, func() any {
		keys := map[string]bool{}
		for n := range scep.Content.Children() {
			if right := misspelling(n.Key); right != "" {
				keys[right] = true
			}
		}
		return keys
	}).(map[string]bool)
}
