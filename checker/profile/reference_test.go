package profile

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sceplint/sceplint/checker/schema"
)

// TestReferenceKeys follows each row of the table in a profile of its own.
func TestReferenceKeys(t *testing.T) {
	const target = "0E9C7E2D-6C0E-4B5E-9D1B-7A1C2F3D4E5F"
	kinds := map[ReferenceKind]bool{ReferenceIdentity: true, ReferenceAnchor: true, ReferenceEscrow: true}
	seen := map[string]bool{}
	for _, row := range ReferenceKeys {
		if len(row.Types) == 0 || !kinds[row.Kind] {
			t.Errorf("row %+v", row)
		}
		for _, payloadType := range row.Types {
			if id := payloadType + " " + row.Path; seen[id] {
				t.Errorf("%s stands twice", id)
			} else {
				seen[id] = true
			}
			value := "<string>" + target + "</string>"
			steps := strings.Split(row.Path, ".")
			for i, step := range slices.Backward(steps) {
				key, array := strings.CutSuffix(step, "[]")
				if array {
					value = "<array>" + value + value + "</array>"
				}
				value = "<key>" + key + "</key>" + value
				if i > 0 {
					value = "<dict>" + value + "</dict>"
				}
			}
			p := parsed(t, `<dict><key>PayloadType</key><string>`+payloadType+`</string>`+value+`</dict>
				<dict><key>PayloadUUID</key><string>`+target+`</string></dict>`)
			want := 1
			if strings.Contains(row.Path, "[]") {
				want = 2
			}
			found := p.References()
			if len(found) != want {
				t.Errorf("%s %s: %d references, want %d", payloadType, row.Path, len(found), want)
			}
			for _, r := range found {
				if r.From != &p.Payloads()[0] || r.Target != &p.Payloads()[1] || r.Kind != row.Kind || r.UUID != target || r.Variable ||
					r.Key != strings.ReplaceAll(row.Path, "[]", "") || r.Node.Text() != target {
					t.Errorf("%s %s: %+v", payloadType, row.Path, r)
				}
			}
		}
	}
	if len(seen) < 50 {
		t.Errorf("%d references are known", len(seen))
	}
}

func parsed(t testing.TB, payloads string) *Profile {
	t.Helper()
	p, err := readProfile("test", []byte(`<plist><dict><key>PayloadContent</key><array>`+payloads+`</array></dict></plist>`))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestReferences(t *testing.T) {
	p := parsed(t, `
		<dict><key>PayloadType</key><string>com.apple.wifi.managed</string>
			<key>PayloadCertificateUUID</key><string>b</string>
			<key>EAPClientConfiguration</key><dict><key>PayloadCertificateAnchorUUID</key>
				<array><string>$CA_UUID</string><integer>1</integer><string></string><string>B</string><dict/></array></dict></dict>
		<string>no payload</string>
		<dict><key>PayloadUUID</key><string>b</string></dict>
		<dict><key>PayloadUUID</key><string>b</string></dict>
		<dict><key>PayloadUUID</key><string>$CA_UUID</string></dict>
		<dict><key>PayloadType</key><string>com.apple.mdm</string><key>IdentityCertificateUUID</key>{{ .Identity }}</dict>
		<dict><key>PayloadType</key><string>com.apple.mdm</string><key>IdentityCertificateUUID</key><data>Yg==</data></dict>
		<dict><key>PayloadType</key><string>com.apple.relay.managed</string><key>Relays</key><array>
			<dict><key>PayloadCertificateUUID</key><string>none</string></dict><string>b</string>
			<dict><key>PayloadCertificateUUID</key><array><string>b</string></array></dict></array></dict>
		<dict><key>PayloadType</key><string>com.apple.lom</string><key>DeviceCACertificateUUIDs</key><string>b</string></dict>
		<dict><key>PayloadType</key><string>com.apple.vpn.managed</string><key>VPN</key><array/></dict>
		<dict><key>PayloadType</key><string>com.apple.extensiblesso</string><key>ExtensionIdentifier</key><string>com.example.sso</string>
			<key>ExtensionData</key><dict><key>certificateUUID</key><string>b</string></dict></dict>
		<dict><key>PayloadType</key><string>com.apple.extensiblesso</string>
			<key>ExtensionIdentifier</key><string>com.apple.AppSSOKerberos.KerberosExtension</string>
			<key>ExtensionData</key><dict><key>certificateUUID</key><string>b</string></dict></dict>
		<dict><key>PayloadType</key><string>com.example.other</string><key>PayloadCertificateUUID</key><string>b</string></dict>`)
	var got []string
	for _, r := range p.References() {
		target := "none"
		if r.Target != nil {
			target = fmt.Sprint(r.Target.Index)
		}
		if r.Near != nil {
			target = "near " + fmt.Sprint(r.Near.Index)
		}
		got = append(got, fmt.Sprintf("%d %s %s %q %v -> %s", r.From.Index, r.Key, r.Kind, r.UUID, r.Variable, target))
	}
	want := []string{
		`0 PayloadCertificateUUID identity "b" false -> 2`,
		`0 EAPClientConfiguration.PayloadCertificateAnchorUUID anchor "$CA_UUID" true -> 4`,
		`0 EAPClientConfiguration.PayloadCertificateAnchorUUID anchor "" false -> none`,
		`0 EAPClientConfiguration.PayloadCertificateAnchorUUID anchor "B" false -> near 2`,
		`5 IdentityCertificateUUID identity "{{ .Identity }}" true -> none`,
		`7 Relays.PayloadCertificateUUID identity "none" false -> none`,
		`11 ExtensionData.certificateUUID identity "b" false -> 2`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	var none *Profile
	if none.References() != nil || (&Profile{}).References() != nil {
		t.Error("no profile has references")
	}
	p.Release()
	if p.references != nil {
		t.Error("a released profile has references")
	}
}

// TestReferencesMany holds that many payloads that name one another cost no
// more than they are many, and that the index of UUIDs gives the same.
func TestReferencesMany(t *testing.T) {
	const many = 10_000
	var b strings.Builder
	for i := range many {
		fmt.Fprintf(&b, `<dict><key>PayloadType</key><string>com.apple.lom</string><key>PayloadUUID</key><string>%d</string>
			<key>DeviceCACertificateUUIDs</key><array>`, i)
		for j := range 10 {
			fmt.Fprintf(&b, "<string>%d</string>", (i*7919+j)%(many+10))
		}
		b.WriteString("</array></dict>")
	}
	b.WriteString("<dict><key>PayloadUUID</key><string>5</string></dict>")
	p := parsed(t, b.String())
	p.Payloads()
	found := p.References()
	if len(found) != 10*many {
		t.Fatalf("%d references", len(found))
	}
	for _, r := range found {
		if r.Target == nil != (len(r.UUID) == 5) || r.Target != nil && (r.Target.UUID != r.UUID || fmt.Sprint(r.Target.Index) != r.UUID) {
			t.Fatalf("%s names %+v", r.UUID, r.Target)
		}
	}
}

func BenchmarkReferences(b *testing.B) {
	for name, payloadType := range map[string]string{"none": "com.apple.applicationaccess", "wifi": "com.apple.wifi.managed"} {
		p := parsed(b, strings.Repeat(`<dict><key>PayloadType</key><string>`+payloadType+`</string><key>PayloadUUID</key><string>b</string>
			<key>PayloadCertificateUUID</key><string>b</string></dict>`, 8))
		p.Payloads()
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p.foundReferences, p.references = false, nil
				p.References()
			}
		})
	}
}

// TestAvailable holds that the availability of every type with certificates or references to
// them is known.
func TestAvailable(t *testing.T) {
	var types []string
	for _, row := range schema.Availabilities {
		types = append(types, row.Types...)
	}
	for _, key := range ReferenceKeys {
		for _, payloadType := range key.Types {
			if !slices.Contains(types, payloadType) {
				t.Errorf("%s refers to certificates, but its availability is not known", payloadType)
			}
		}
	}
	for _, payloadType := range slices.Concat(identityTypes, bareTypes) {
		if !slices.Contains(types, payloadType) {
			t.Errorf("the availability of %s is not known", payloadType)
		}
	}
}

// TestCheckedDeclarations checks that Apple's schema has the types of declarations that
// are checked in any case.
func TestCheckedDeclarations(t *testing.T) {
	for _, name := range checkedTypes {
		if schema.Declaration(name) == nil {
			t.Errorf("the schema has no declaration type %s", name)
		}
	}
}
