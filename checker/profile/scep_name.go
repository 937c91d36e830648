package profile

import (
	"github.com/sceplint/sceplint/checker/keyname"
	"github.com/sceplint/sceplint/checker/template"
)

// keyAliases are wrong names of SCEP keys that are not close to the right one, folded, as they are seen in profiles and
// on the forms of servers.
var keyAliases = map[string]string{
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

// MisspelledSCEPKey returns the SCEP key that a name was meant to be, or "" if it is one, or resembles none. SecretKey
// asks it too, so that whatever is reported as a misspelling of Challenge is masked.
func MisspelledSCEPKey(name string) string {
	const maxBytes = 400 // no misspelled key comes near, and keys may be of any length
	if len(name) > maxBytes || template.HasVariable(name) {
		return ""
	}
	for _, k := range SCEPKeys {
		if k.Name == name {
			return ""
		}
	}
	var buffer [64]byte
	return meantSCEPKey(keyname.AppendFold(buffer[:0], name))
}

// meantSCEPKey returns the SCEP key that a folded name is an alias of, or closest to.
func meantSCEPKey(folded []byte) string {
	if right := keyAliases[string(folded)]; right != "" {
		return right
	}
	return keyname.Closest(folded, scepNames)
}

var scepNames = func() (names []keyname.Name) {
	for _, k := range SCEPKeys {
		names = append(names, keyname.New(k.Name))
	}
	return names
}()
