package probe

import (
	"github.com/sceplint/sceplint/checker"
)

// The references of the rules.
var (
	refSCEP = checker.Ref{Title: "RFC 8894: Simple Certificate Enrolment Protocol", URL: "https://www.rfc-editor.org/rfc/rfc8894"}
	refACME = checker.Ref{Title: "RFC 8555: Automatic Certificate Management Environment", URL: "https://www.rfc-editor.org/rfc/rfc8555#section-7.1.1"}
	refKeys = checker.Ref{Title: "Apple: com.apple.security.scep", URL: "https://developer.apple.com/documentation/devicemanagement/scep"}
	refTLS  = checker.Ref{Title: "Apple: requirements for trusted certificates", URL: "https://support.apple.com/103769"}
	refRA   = checker.Ref{Title: "ultimate-ca-manager pull request 102: no candidate RA certificates, -67731", URL: "https://github.com/NeySlim/ultimate-ca-manager/pull/102"}
	refUse  = checker.Ref{Title: "ultimate-ca-manager issue 228: usages and order of the certificates, 22008", URL: "https://github.com/NeySlim/ultimate-ca-manager/issues/228"}
	refCaps = checker.Ref{Title: "smallstep/certificates issue 2406: capabilities that Apple devices require", URL: "https://github.com/smallstep/certificates/issues/2406"}
	refHTML = checker.Ref{Title: "micromdm/scep issue 65: a page instead of the certificate", URL: "https://github.com/micromdm/scep/issues/65"}
	refPin  = checker.Ref{Title: "fleet issue 46214: a CA that is reissued with the same key", URL: "https://github.com/fleetdm/fleet/issues/46214"}
	refName = checker.Ref{Title: "sscep issue 160: EJBCA and the name of the CA", URL: "https://github.com/certnanny/sscep/issues/160"}
	refPath = checker.Ref{Title: "smallstep/certificates issue 746: chains on macOS", URL: "https://github.com/smallstep/certificates/issues/746"}
)

// Command is the command that runs the rules.
const Command = "probe"

// Rules returns the rules that compare the answers of servers with profiles.
// With nil they can only be described, and find nothing.
func Rules(j *Judge) []checker.Rule {
	if j == nil {
		j = NewJudge(nil, nil)
	}
	list := []checker.Rule{
		{Meta: metaUnreachable, Check: j.unreachable},
		{Meta: metaTLS, Check: j.tls},
		{Meta: metaRedirect, Check: j.redirect},
		{Meta: metaContentType, Check: j.contentType},
		{Meta: metaCapabilities, Check: j.capabilities},
		{Meta: metaFingerprint, Check: j.fingerprint},
		{Meta: metaCertificate, Check: j.certificate},
		{Meta: metaName, Check: j.name},
		{Meta: metaChain, Check: j.chain},
		{Meta: metaACME, Check: j.acme},
	}
	for i := range list {
		list[i].Documents, list[i].Command = checker.AnyDocument, Command
	}
	return list
}

// IDs are the IDs of the rules.
func IDs() (ids []string) {
	for _, r := range Rules(nil) {
		ids = append(ids, r.ID)
	}
	return ids
}

var metaUnreachable = checker.Meta{
	ID: "probe-unreachable", Title: "server does not answer", Severity: checker.Error,
	Doc: `What it checks: the server answers GetCACert and GetCACaps, or a request for the ACME directory, with HTTP status 200.
Why it matters: a device that gets no certificate of the CA stops before it requests its own.
Exceptions: a server that does not answer GetCACaps alone is a warning: the device assumes SHA-1 and 3DES. A server inside a network may not be reachable from
where the command runs. HTTP status 404 for a payload with Name is reported by probe-name.`,
	Help: "correct the URL, or start the server",
	Refs: []checker.Ref{refSCEP},
}

var metaTLS = checker.Meta{
	ID: "probe-tls", Title: "untrusted TLS certificate of the SCEP server", Severity: checker.Error,
	Doc: `What it checks: the TLS certificate is for the host of the URL, is currently valid, and leads to a root that this machine or the profile trusts. Plain HTTP
is reported where the profile has no CAFingerprint.
Why it matters: devices do not connect to a server whose certificate they do not trust. Over plain HTTP without CAFingerprint, anyone on the path can present another CA
and read the challenge.
Exceptions: an unknown issuer, an old version of TLS, and plain HTTP are warnings: another profile may install the root.`,
	Help: "install a certificate on the server that devices trust",
	Refs: []checker.Ref{refTLS, refSCEP},
}

var metaRedirect = checker.Meta{
	ID: "probe-redirect", Title: "server redirects requests", Severity: checker.Error,
	Doc: `What it checks: the server answers at the URL itself and does not redirect.
Why it matters: devices were reported to fail with error 22002 when they get a redirect instead of the certificate. Redirects to another server, to plain HTTP, or in
a loop are not followed.
Exceptions: a redirect on the same server that leads to an answer is a warning.`,
	Help: "set the URL to the address that the server redirects to",
	Refs: []checker.Ref{refHTML, refSCEP},
}

var metaContentType = checker.Meta{
	ID: "probe-content-type", Title: "wrong content type of the response to GetCACert", Severity: checker.Error,
	Doc: `What it checks: GetCACert is answered with one certificate in DER as application/x-x509-ca-cert, or with a PKCS #7 message that contains an RA certificate as
application/x-x509-ca-ra-cert.
Why it matters: Apple devices compare the content type exactly (observed). A web page instead of the certificate fails with error 22002. A message of the second type
without an RA certificate fails with error -67731 before any request.
Exceptions: a message of the second type without an RA certificate is a warning if a CA certificate in it allows digitalSignature and keyEncipherment.`,
	Help: "correct the URL, or configure the server to send the certificate with its content type",
	Refs: []checker.Ref{refRA, refHTML, refSCEP},
}

var metaCapabilities = checker.Meta{
	ID: "probe-capabilities", Title: "server is missing a required capability", Severity: checker.Error,
	Doc: `What it checks: the response to GetCACaps lists a digest (SHA-256 or SHA-512), AES, and POSTPKIOperation.
Why it matters: Apple devices select SHA-512, SHA-256, or SHA-1 from the list, and fail with error 22006 without any of them. They ignore SCEPStandard alone. Without
AES they use 3DES. Without POSTPKIOperation they send requests in the URL, which many servers and proxies truncate.
Exceptions: only a missing digest is an error; the others are warnings. An empty response means SHA-1 and 3DES.`,
	Help: "configure the server to list SHA-256, AES, and POSTPKIOperation",
	Refs: []checker.Ref{refCaps, refSCEP},
}

var metaFingerprint = checker.Meta{
	ID: "probe-fingerprint", Title: "CAFingerprint matches no certificate of the server", Severity: checker.Error,
	Doc: `What it checks: CAFingerprint is the digest of a certificate that the server presents.
Why it matters: devices compare the digest of the whole certificate and stop when it differs. A CA that is reissued, even with the same key, has another digest.
Exceptions: a digest that matches an RA certificate alone is a warning: older devices compare it with the top CA, and RA certificates are replaced more often.`,
	Help: "set CAFingerprint to the SHA-256 digest of the CA certificate",
	Refs: []checker.Ref{refKeys, refPin, refSCEP},
}

var metaCertificate = checker.Meta{
	ID: "probe-certificate", Title: "unusable CA or RA certificate", Severity: checker.Error,
	Doc: `What it checks: the certificates of the CA and RA are currently valid, allow keyEncipherment and digitalSignature, are not for TLS servers alone, have strong
keys and signatures, are in order, and belong together.
Why it matters: devices encrypt their request for one of these certificates, and verify the answer with one. Certificates without these usages, with serverAuth alone, or
in the wrong order were reported to fail with error 22008.
Exceptions: a certificate that expires within 30 days, weak keys and signatures, and the wrong order are warnings. So is a single CA certificate without
keyEncipherment, which works (observed).`,
	Help: "reissue the certificate at the CA",
	Refs: []checker.Ref{refUse, refSCEP},
}

var metaName = checker.Meta{
	ID: "probe-name", Title: "server does not know the CA that Name selects", Severity: checker.Error,
	Doc: `What it checks: the server has a CA for Name.
Why it matters: some servers host several CAs. EJBCA answers with HTTP status 404 to a name that is not one of them, and the device stops.
Exceptions: a server that answers alike for several names of the checked profiles ignores Name; this is reported as info.`,
	Help: "set `Name` to a CA that the server has, or correct the URL",
	Refs: []checker.Ref{refName, refSCEP},
}

var metaChain = checker.Meta{
	ID: "probe-chain", Title: "issuer of the CA certificate is missing", Severity: checker.Info,
	Doc: `What it checks: the issuer of each CA certificate that the server presents is in the answer or in the profile.
Why it matters: macOS builds the chain of a client certificate from what is installed. Without the root, the identity may not be usable.
Exceptions: the root may be installed by another profile, or be one that the system trusts.`,
	Help: "add a payload with the root certificate to the profile",
	Refs: []checker.Ref{refPath, refSCEP},
}

var metaACME = checker.Meta{
	ID: "probe-acme", Title: "unusable ACME directory", Severity: checker.Error,
	Doc: `What it checks: DirectoryURL is HTTPS with a trusted certificate, and answers with a directory with HTTPS URLs of newNonce, newAccount, and newOrder.
Why it matters: the device requests each of these in turn, and stops when one is missing.
Exceptions: an unknown issuer of the TLS certificate is a warning: another profile may install the root.`,
	Help: "correct `DirectoryURL`, or configure the server",
	Refs: []checker.Ref{refACME},
}
