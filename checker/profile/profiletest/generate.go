// Package profiletest writes configuration profiles for tests and benchmarks.
package profiletest

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"

	"github.com/sceplint/sceplint/checker/schema"
)

// Generate writes a profile of 7 to 19 KB as organizations use them: CA
// certificates, a SCEP identity, Wi-Fi, VPN and MDM payloads that refer to it,
// and restrictions. The same seed gives the same bytes. About one profile in
// ten has a defect in its SCEP payload.
func Generate(seed uint64) []byte {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 0x5ce9))}
	return g.profile(seed, 0)
}

// Large writes a profile of the same kind of at least so many bytes, and few
// more: it has as many CA certificates as that takes.
func Large(size int) []byte {
	g := &generator{Rand: rand.New(rand.NewPCG(0, 0x5ce9))}
	return g.profile(0, size)
}

// profile writes all of a profile, of at least so many bytes.
func (g *generator) profile(seed uint64, size int) []byte {
	g.line(0, `<?xml version="1.0" encoding="UTF-8"?>`)
	g.line(0, `<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">`)
	g.line(0, `<plist version="1.0">`)
	g.line(0, "<dict>")
	g.line(1, "<key>PayloadContent</key>")
	g.line(1, "<array>")
	identity := g.uuid()
	first, count := g.IntN(len(certificates)), 1+g.IntN(3)
	for i := 0; i < count || g.out.Len() < size; i++ {
		g.certificate(i, certificates[(first+i)%len(certificates)])
	}
	if first != root && first <= issuing && first+count > issuing {
		g.certificate(count, certificates[root])
	}
	g.scep(identity, certificates[(first+g.IntN(count))%len(certificates)])
	g.consumer("com.apple.wifi.managed", "PayloadCertificateUUID", identity, "SSID_STR", "Corp Wi-Fi")
	g.consumer("com.apple.mdm", "IdentityCertificateUUID", identity, "ServerURL", "https://mdm.corp.example/mdm")
	for i := range 1 + g.IntN(4) {
		g.restrictions(i)
	}
	g.line(1, "</array>")
	g.pair(1, "PayloadDescription", "Enrollment & access for devices of the Århus office")
	g.pair(1, "PayloadDisplayName", fmt.Sprintf("Enrollment %d", seed))
	g.pair(1, "PayloadIdentifier", fmt.Sprintf("example.corp.enrol.%d", seed))
	g.pair(1, "PayloadOrganization", "Corp A/S")
	g.pair(1, "PayloadScope", "System")
	g.pair(1, "PayloadType", "Configuration")
	g.pair(1, "PayloadUUID", g.uuid())
	g.raw(1, "PayloadVersion", "<integer>1</integer>")
	g.line(0, "</dict>")
	g.line(0, "</plist>")
	return g.out.Bytes()
}

type generator struct {
	*rand.Rand
	out    bytes.Buffer
	anchor string // the UUID of the last CA
}

func (g *generator) line(depth int, text string) {
	for range depth {
		g.out.WriteByte('\t')
	}
	g.out.WriteString(text)
	g.out.WriteByte('\n')
}

func (g *generator) raw(depth int, key, element string) {
	g.line(depth, "<key>"+key+"</key>")
	g.line(depth, element)
}

func (g *generator) pair(depth int, key, value string) {
	escaped := bytes.ReplaceAll([]byte(value), []byte("&"), []byte("&amp;"))
	g.raw(depth, key, "<string>"+string(escaped)+"</string>")
}

func (g *generator) uuid() string {
	return fmt.Sprintf("%08X-%04X-4%03X-A%03X-%012X", g.Uint32(), g.Uint32()&0xffff, g.Uint32()&0xfff, g.Uint32()&0xfff, g.Uint64()&0xffffffffffff)
}

func (g *generator) envelope(name, kind, uuid string) {
	g.pair(3, "PayloadDisplayName", name)
	g.pair(3, "PayloadIdentifier", "example.corp."+uuid)
	g.pair(3, "PayloadType", kind)
	g.pair(3, "PayloadUUID", uuid)
	g.raw(3, "PayloadVersion", "<integer>1</integer>")
}

// certificate writes a payload with the certificate, which is in Base64.
func (g *generator) certificate(i int, packed string) {
	g.line(2, "<dict>")
	g.line(3, "<key>PayloadContent</key>")
	g.line(3, "<data>")
	for packed != "" {
		n := min(52, len(packed))
		g.line(3, packed[:n])
		packed = packed[n:]
	}
	g.line(3, "</data>")
	g.anchor = g.uuid()
	g.envelope(fmt.Sprintf("CA %d", i), "com.apple.security.root", g.anchor)
	g.line(2, "</dict>")
}

// scep writes the identity, with the fingerprint of the certificate.
func (g *generator) scep(uuid, certificate string) {
	keysize := 2048
	if g.IntN(10) == 0 {
		keysize = 3072
	}
	der, err := base64.StdEncoding.DecodeString(certificate)
	if err != nil {
		panic(err) // certificates are constants
	}
	digest := sha256.Sum256(der)
	g.line(2, "<dict>")
	g.line(3, "<key>PayloadContent</key>")
	g.line(3, "<dict>")
	g.pair(4, "URL", "https://ca.corp.example/scep/devices")
	g.pair(4, "Name", "CORP-DEVICES")
	g.line(4, "<key>Subject</key>")
	g.line(4, "<array>")
	for _, rdn := range [][2]string{{"C", "DK"}, {"O", "Corp A/S"}, {"OU", "Devices"}, {"CN", fmt.Sprintf("device-%d", g.IntN(1e6))}} {
		g.line(5, "<array>")
		g.line(6, "<array>")
		g.line(7, "<string>"+rdn[0]+"</string>")
		g.line(7, "<string>"+rdn[1]+"</string>")
		g.line(6, "</array>")
		g.line(5, "</array>")
	}
	g.line(4, "</array>")
	g.pair(4, "Challenge", "$FLEET_VAR_NDES_SCEP_CHALLENGE")
	g.raw(4, "Keysize", fmt.Sprintf("<integer>%d</integer>", keysize))
	g.pair(4, "Key Type", "RSA")
	g.raw(4, "Key Usage", "<integer>5</integer>")
	g.line(4, "<key>SubjectAltName</key>")
	g.line(4, "<dict>")
	g.pair(5, "rfc822Name", "it@corp.example")
	g.pair(5, "dNSName", "device.corp.example")
	g.line(4, "</dict>")
	g.raw(4, "CAFingerprint", "<data>"+base64.StdEncoding.EncodeToString(digest[:])+"</data>")
	g.raw(4, "Retries", "<integer>3</integer>")
	g.raw(4, "RetryDelay", "<integer>10</integer>")
	g.raw(4, "AllowAllAppsAccess", "<false/>")
	g.raw(4, "KeyIsExtractable", "<false/>")
	g.line(3, "</dict>")
	g.envelope("Device identity", "com.apple.security.scep", uuid)
	g.line(2, "</dict>")
}

func (g *generator) consumer(kind, reference, identity, key, value string) {
	g.line(2, "<dict>")
	g.pair(3, reference, identity)
	g.pair(3, key, value)
	if kind == "com.apple.mdm" {
		g.pair(3, "Topic", "com.apple.mgmt.External.3d1f6a52-8c04-4e7b-9b1e-2f6d0c5a7e90")
		g.raw(3, "AccessRights", "<integer>8191</integer>")
		g.raw(3, "CheckOutWhenRemoved", "<true/>")
		g.raw(3, "SignMessage", "<true/>")
		g.raw(3, "ServerCapabilities", "<array><string>com.apple.mdm.per-user-connections</string></array>")
		g.envelope("Uses the identity", kind, g.uuid())
		g.line(2, "</dict>")
		return
	}
	g.raw(3, "AutoJoin", "<true/>")
	g.line(3, "<key>EAPClientConfiguration</key>")
	g.line(3, "<dict>")
	g.raw(4, "AcceptEAPTypes", "<array><integer>13</integer></array>")
	g.raw(4, "PayloadCertificateAnchorUUID", "<array><string>"+g.anchor+"</string></array>")
	g.line(4, "<key>TLSTrustedServerNames</key>")
	g.line(4, "<array>")
	for i := range 3 + g.IntN(6) {
		g.line(5, fmt.Sprintf("<string>radius%d.corp.example</string>", i))
	}
	g.line(4, "</array>")
	g.line(3, "</dict>")
	g.envelope("Uses the identity", kind, g.uuid())
	g.line(2, "</dict>")
}

func (g *generator) restrictions(i int) {
	g.line(2, "<dict>")
	names := restrictionNames()
	for j := range 15 + g.IntN(30) {
		g.raw(3, names[(45*i+j)%len(names)], []string{"<true/>", "<false/>"}[g.IntN(2)])
	}
	g.envelope(fmt.Sprintf("Restrictions %d", i), "com.apple.applicationaccess", g.uuid())
	g.line(2, "</dict>")
}

// restrictionNames gives the restrictions that Apple's schema has as booleans, in its order.
var restrictionNames = sync.OnceValue(func() (names []string) {
	for _, key := range schema.Payload("com.apple.applicationaccess").List {
		if key.Kind == schema.Boolean {
			names = append(names, key.Name)
		}
	}
	return names
})

// Jumble puts some of the pieces together, the same for the same seed.
func Jumble(seed uint64, pieces ...string) string {
	r := rand.New(rand.NewPCG(seed, 0))
	var b strings.Builder
	for range r.IntN(24) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}
