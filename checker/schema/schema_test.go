package schema

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestTables reads all types, and holds that no line of the tables is lost.
func TestTables(t *testing.T) {
	for _, c := range []struct {
		name          string
		text          string
		of            func(string) *Type
		names         []string
		types, shared int
	}{
		{"payloads", payloadTable, func(name string) *Type { return payloads().get(name) }, PayloadTypes(), 122, 2},
		{"declarations", declarationTable, Declaration, DeclarationTypes(), 59, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			if n := len(c.names) + c.shared; n != c.types {
				t.Errorf("%d types, expected %d", n, c.types)
			}
			read := 0
			var count func(keys *Keys, items *Key)
			count = func(keys *Keys, items *Key) {
				for _, k := range append(slices.Clone(keys.List), items, keys.Further) {
					if k == nil {
						continue
					}
					read++
					if k.Kind > Dictionary {
						t.Errorf("key %q has no kind", k.Name)
					}
					if _, err := regexp.Compile(k.Format); err != nil {
						t.Errorf("key %q: %v", k.Name, err)
					}
					count(&k.Keys, k.Items)
				}
			}
			for _, name := range append(slices.Clone(c.names), commonKeys, topLevel, "any") {
				if typ := c.of(name); typ != nil {
					read++
					if typ.Name != name {
						t.Errorf("type %q is read as %q", name, typ.Name)
					}
					count(&typ.Keys, nil)
				}
			}
			if lines := strings.Count(c.text, "\n"); read != lines {
				t.Errorf("%d of %d lines are read", read, lines)
			}
		})
	}
}

// TestPayload holds that facts come out of the table as they went in.
func TestPayload(t *testing.T) {
	wifi := Payload("com.apple.wifi.managed")
	eap := wifi.Get("EAPClientConfiguration")
	types := eap.Get("AcceptEAPTypes")
	switch {
	case !types.Required, types.Kind != Array, types.Items.Kind != Integer, types.Items.Allowed[0] != "13":
		t.Errorf("AcceptEAPTypes is %+v", types)
	case len(eap.Needed) != 1 || eap.Kind != Dictionary:
		t.Errorf("EAPClientConfiguration is %+v", eap)
	}
	if k := wifi.Get("EncryptionType"); !slices.Contains(k.Allowed, "None") || k.Default != "Any" {
		t.Errorf("EncryptionType is %+v", k)
	}
	if k := wifi.Get("ProxyServerPort"); *k.Min != 0 || *k.Max != 65535 {
		t.Errorf("ProxyServerPort is %+v", k)
	}
	if k := eap.Get("TLSMinimumVersion"); k.Allowed[0] != "1.0" {
		t.Errorf("TLSMinimumVersion is %+v", k)
	}
	old := wifi.Get("QoSMarkingPolicy").Get("QoSMarkingWhitelistedAppIdentifiers").Platforms().On("ios")
	if old.Deprecated != "14.5" || old.Introduced != "10" || !old.Available() {
		t.Errorf("QoSMarkingWhitelistedAppIdentifiers is %+v", old)
	}
	if mac := wifi.Platforms.On("macos"); !mac.Multiple || !mac.DeviceChannel || !mac.UserChannel {
		t.Errorf("macOS is %+v", mac)
	}
	if Payload("com.apple.eas.account").Platforms.On("macOS").Available() {
		t.Error("Exchange accounts of iOS are available on macOS")
	}
	if !Payload("com.apple.extensiblesso").Open {
		t.Error("com.apple.extensiblesso takes no further keys")
	}
	if k := Payload("com.apple.relay.managed").Get("Relays").Items.Get("AdditionalHTTPHeaderFields"); k.Get("X-Any").Kind != String || k.Lists("X-Any") {
		t.Errorf("AdditionalHTTPHeaderFields is %+v", k)
	}
	if Payload("com.example.none") != nil || Payload("") != nil {
		t.Error("an unknown type is found")
	}
}

// TestIsCommon holds that the common keys are those of the table.
func TestIsCommon(t *testing.T) {
	common := CommonPayloadKeys()
	for _, k := range common.List {
		if !IsCommon(k.Name) {
			t.Errorf("%s is not common", k.Name)
		}
	}
	if len(common.List) != 7 || IsCommon("PayloadContent") || IsCommon("PayloadCertificateUUID") {
		t.Errorf("%d common keys", len(common.List))
	}
}

func BenchmarkPayload(b *testing.B) {
	for b.Loop() {
		newTable(payloadTable).get("com.apple.vpn.managed")
	}
}
