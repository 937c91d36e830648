package rules

import (
	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var scepKeyMisspelled = checker.Rule{
	Meta: checker.Meta{
		ID:       "scep-key-misspelled",
		Title:    "misspelled SCEP key",
		Severity: checker.Error,
		Varies:   "warning if the payload has the correct key, too",
		Doc: `What it checks: keys that Apple's schema of SCEP payloads does not have, and that differ from one it has in case, in
spaces, or by a small edit.
Why it matters: keys are case-sensitive: "Key Type" and "Key Usage" have a space, and Keysize has none and a
lower-case s. Devices ignore an unknown key. The profile installs, and the setting is lost.
Exceptions: a warning if the payload has the correct key too.`,
		Help: "rename the key as Apple's schema spells it",
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
					f := p.Key(n, "misspelled key %q is ignored; the payload also has %q", n.Key, right).WithHelp("remove the misspelled key")
					f.Severity = checker.Warning
					continue
				}
				p.Key(n, "misspelled key %q is ignored; expected %q", n.Key, right).StandsFor(scep.SettingPath(right)...).WithHelp("rename the key to %q", right).
					Fix = renameKey(p, n, right, true)
			}
		}
		return nil
	},
}

// isLegacyKey reports whether a key was documented once, or belongs to other payloads.
func isLegacyKey(key string) bool {
	switch key {
	case "GetCACaps", "CertificateRenewalTimeInterval", "ScepProxyOption":
		return true
	}
	return false
}

// misspelling returns the SCEP key that was meant by another one, or "".
func misspelling(key string) string {
	if isLegacyKey(key) {
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

// isMissing reports whether a SCEP payload is missing a key: it has none of that name, none
// of another spelling, which scep-key-misspelled reports or a comment accepts, none
// inside another dictionary, and, as far as is known, none in template text.
func isMissing(p *checker.Pass, scep *profile.SCEP, key string) bool {
	if scep.Content == nil || scep.Content.Templated() || scep.Content.Get(key) != nil {
		return false
	}
	misspelled := p.RuleEnabled("scep-key-misspelled")
	for n := range scep.Content.Children() {
		if n.Key == "PayloadContent" && n.Get(key) != nil || wrapped(scep, n) || misspelled && misspelling(n.Key) == key {
			return false
		}
	}
	return true
}
