package rules

import (
	"math/bits"
	"strings"

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
						Edits:   []checker.Edit{checker.Replace(n.KeySpan(), "<key>"+right+"</key>")},
					}
				}
			}
		}
		return nil
	},
}

// aliases are wrong names that are not close to the right one, as they are
// seen in profiles and on the forms of servers.
var aliases = map[string]string{
	"fingerprint":            "CAFingerprint",
	"thumbprint":             "CAFingerprint",
	"cathumbprint":           "CAFingerprint",
	"cacertfingerprint":      "CAFingerprint",
	"subjectalternativename": "SubjectAltName",
	"subjectalternatename":   "SubjectAltName",
	"san":                    "SubjectAltName",
	"subjectname":            "Subject",
	"serverurl":              "URL",
	"iskeyextractable":       "KeyIsExtractable",
	"keyisexportable":        "KeyIsExtractable",
	"allappsaccess":          "AllowAllAppsAccess",
	"allowallapps":           "AllowAllAppsAccess",
	"challengepassword":      "Challenge",
	"keylength":              "Keysize",
	"retrycount":             "Retries",
	"maxretries":             "Retries",
	"retryinterval":          "RetryDelay",
}

// legacyKeys were documented once, or belong to other payloads.
var legacyKeys = map[string]bool{"GetCACaps": true, "CertificateRenewalTimeInterval": true, "ScepProxyOption": true}

// misspelling gives the SCEP key that was meant by another one, or "".
func misspelling(key string) string {
	const longest = 200 // no misspelt key comes near, and keys may be of any length
	if len(key) > longest || legacyKeys[key] || scepKey(key) || profile.HasVariable(key) {
		return ""
	}
	plain := squeeze(key)
	if right := aliases[plain]; right != "" {
		return right
	}
	best, far, has := "", 3, letters(plain)
	for i, name := range squeezed {
		allowed := 2
		if len(name) <= 4 {
			allowed = 1
		}
		if max(len(plain)-len(name), len(name)-len(plain)) > allowed || bits.OnesCount64(has&^lettered[i]) > allowed || bits.OnesCount64(lettered[i]&^has) > allowed {
			continue // each edit brings one letter at most, and takes one
		}
		if d := profile.Distance(plain, name); d <= allowed && d < far {
			best, far = profile.SCEPKeys[i].Name, d
		}
	}
	return best
}

// squeezed are the names of profile.SCEPKeys as they are compared.
var squeezed = func() (names []string) {
	for _, k := range profile.SCEPKeys {
		names = append(names, squeeze(k.Name))
	}
	return names
}()

// lettered are the letters of squeezed.
var lettered = func() (list []uint64) {
	for _, name := range squeezed {
		list = append(list, letters(name))
	}
	return list
}()

// letters tells which bytes stand in a name, several of them as one.
func letters[T string | []byte](name T) (set uint64) {
	for i := range len(name) {
		set |= 1 << (name[i] & 63)
	}
	return set
}

func scepKey(key string) bool {
	for _, k := range profile.SCEPKeys {
		if k.Name == key {
			return true
		}
	}
	return false
}

// squeeze takes out of a key what people get wrong first: case, white space
// and the marks that stand for it.
func squeeze(key string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\n', '\r', '_', '-', '\u00a0':
			return -1
		}
		return r
	}, key))
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
