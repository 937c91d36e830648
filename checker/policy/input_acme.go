package policy

import (
	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/sceplint/sceplint/checker/profile"
)

// acme returns the typed view of one ACME payload. It has the fields of a SCEP
// payload if the settings are the same.
func (d *document) acme(a *profile.ACME) *ast.Term {
	s := &profile.SCEP{Payload: a.Payload, Content: a.Content, URL: a.DirectoryURL, Subject: a.Subject, SubjectAltName: a.SubjectAltName}
	f := make(fields, 0, 20)
	f.number("index", a.Index)
	f.add("identifier", d.text(a.Identifier))
	f.add("uuid", d.text(a.UUID))
	if a.Declarative() {
		f.add("path", ast.ArrayTerm())
	} else {
		f.add("path", payloadPath(s))
	}
	f.add("paths", acmePaths(a))
	f.add("keys", d.keys(s))
	f.add("types", types(s))
	f.add("url", d.url(s))
	f.add("client_identifier", d.textSetting(a.ClientIdentifier))
	f.add("subject", d.subject(s))
	f.flag("subject_set", a.Subject.Node != nil)
	f.flag("subject_variable", a.Subject.Variable)
	f.add("san", d.san(s))
	f.add("key_type", d.textSetting(a.KeyType))
	f.add("key_size", integerSetting(a.KeySize))
	f.add("usage_flags", integerSetting(a.UsageFlags))
	f.add("hardware_bound", booleanSetting(a.HardwareBound))
	f.add("attest", booleanSetting(a.Attest))
	f.add("allow_all_apps_access", booleanSetting(a.AllowAllAppsAccess))
	f.add("key_is_extractable", booleanSetting(a.KeyIsExtractable))
	return f.term()
}

// acmePaths returns the paths of the keys of an ACME payload; for a key that is
// not set, that of the payload.
func acmePaths(a *profile.ACME) *ast.Term {
	f := make(fields, 0, len(profile.ACMEKeys))
	for _, key := range profile.ACMEKeys {
		n := a.Node.Get(key)
		if n == nil {
			n = a.Nested.Get(key)
		}
		if n == nil {
			n = a.Node
		}
		f.add(key, pathOf(n))
	}
	return f.term()
}
