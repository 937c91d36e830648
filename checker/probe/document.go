package probe

import (
	"howett.net/plist"
)

// Document gives a profile, as a binary property list, that claims what a user
// typed: the URL of a SCEP server, the name of its CA, and the digest of the CA
// certificate. The latter two may be empty.
func Document(url, name, fingerprint string) ([]byte, error) {
	content := map[string]any{"URL": url}
	if name != "" {
		content["Name"] = name
	}
	if fingerprint != "" {
		pin, err := decodePin(fingerprint)
		if err != nil {
			return nil, err
		}
		content["CAFingerprint"] = pin
	}
	return plist.Marshal(map[string]any{
		"PayloadType": "Configuration", "PayloadVersion": 1,
		"PayloadIdentifier": "sceplint.probe", "PayloadUUID": "5CE91140-0000-4000-8000-000000000001",
		"PayloadContent": []any{map[string]any{
			"PayloadType": "com.apple.security.scep", "PayloadVersion": 1,
			"PayloadIdentifier": "sceplint.probe.scep", "PayloadUUID": "5CE91140-0000-4000-8000-000000000002",
			"PayloadContent": content,
		}},
	}, plist.BinaryFormat)
}
