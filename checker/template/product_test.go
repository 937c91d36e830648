package template

import (
	"slices"
	"testing"
)

func TestProduct(t *testing.T) {
	for text, want := range map[string]string{
		"$FLEET_VAR_HOST_UUID":         "Fleet",
		"${FLEET_SECRET_X}":            "Fleet",
		"$FLEET_VAR_":                  "",
		"$FLEET_SERVER_URL":            "",
		"$JSSID":                       "Jamf Pro",
		"$EXTENSIONATTRIBUTE_12":       "Jamf Pro",
		"$EXTENSIONATTRIBUTE":          "",
		"$EMAIL":                       "",
		"$BLUEPRINT_NAME":              "Kandji",
		"{{AAD_Device_ID}}":            "Intune",
		"{{ SerialNumber }}":           "",
		"{{serial_number}}":            "",
		"{{.SerialNumber}}":            "",
		"{DeviceUid}":                  "Workspace ONE",
		"%FullName,prefix:corp-%":      "Jamf School",
		"%FullName%":                   "",
		"%custom_field.room%":          "FileWave",
		"%SerialNumber%":               "",
		"%UserDistinguishedName%":      "BlackBerry UEM",
		"<% if UserPrincipalName %>":   "",
		"__JSSID__":                    "",
		"${userUPN}":                   "",
		"{{.User \"scep_challenge\"}}": "",
	} {
		found := Variables(text)
		if len(found) != 1 {
			t.Fatalf("%q: %v", text, found)
		}
		name := ""
		if p := found[0].Product(); p != nil {
			name = p.Name
		}
		if name != want {
			t.Errorf("%q is of %q; want %q", text, name, want)
		}
	}
}

func TestMisnamed(t *testing.T) {
	for text, want := range map[string]struct {
		product, nearest string
		near             bool
	}{
		"$FLEET_VAR_HOST_UUID":                      {},
		"$FLEET_VAR_DIGICERT_DATA_MY_CA":            {},
		"$FLEET_VAR_HYDRANT_DATA_MY_CA":             {},
		"$FLEET_VAR_PSSO_DEVICE_REGISTRATION_TOKEN": {},
		"$FLEET_SECRET_HOST_UID":                    {},
		"$FLEET_VARS_HOST_UUID":                     {},
		"${FLEET_VAR_HOST_UID:-none}":               {},
		"$FLEET_VAR_HOST_UID":                       {"Fleet", "FLEET_VAR_HOST_UUID", true},
		"$FLEET_VAR_SERIAL":                         {"Fleet", "FLEET_VAR_HOST_HARDWARE_SERIAL", false},
		"$FLEET_VAR_CUSTOM_SCEP_CHALLENGE_":         {"Fleet", "FLEET_VAR_CUSTOM_SCEP_CHALLENGE_<CA>", true},
		"$FLEET_VAR_CUSTOM_SCEP_PROXYURL_MY_CA":     {"Fleet", "FLEET_VAR_CUSTOM_SCEP_PROXY_URL_<CA>", false},
		"$FLEET_VAR_SMALLSTEP_SCEP_CHALENGE_MY_CA":  {"Fleet", "FLEET_VAR_SMALLSTEP_SCEP_CHALLENGE_MY_CA", true},
		"$FLEET_VAR_ODD":                            {"Fleet", "", false},
		"%AD_ComputerId%":                           {},
		"%AD_ComputerName%":                         {},
		"%AD_Forest%":                               {},
		"%AD_ComputerIDs%":                          {"macOS", "AD_ComputerID", true},
		"%SerialNumer%":                             {"macOS", "SerialNumber", true},
		"$SERIALNUMER":                              {"Jamf Pro", "SERIALNUMBER", true},
		"$EMIAL":                                    {"Jamf Pro", "EMAIL", true},
		"{{serialnumbr}}":                           {"Intune", "SerialNumber", true},
		"{DeviceSerialNumbr}":                       {"Workspace ONE", "DeviceSerialNumber", true},
		"{{ serialnumbr }}":                         {},
		"{{.SerialNumbr}}":                          {},
		"${SERIALNUMER}":                            {},
		"$DEVICE_UUID":                              {},
		"$USER_NAME":                                {},
		"$DEPARTMENT":                               {},
		"$SERIALNUMBERS":                            {},
		"$SERIALNUMBER2":                            {},
		"$UUID":                                     {},
		"$HOSTNAME":                                 {},
		"{{azureaddeviceid}}":                       {},
		"{{OnPremisesSecurityIdentifier}}":          {},
		"{{OnPremisesDomainName}}":                  {},
		"{{aaddeviceid}}":                           {},
		"{{AAD_DeviceID}}":                          {"Intune", "AAD_Device_ID", true},
		"$COMPUTERNAMES":                            {},
		"%custom_fields.room%":                      {},
	} {
		found := Variables(text)
		if len(found) != 1 {
			t.Fatalf("%q: %v", text, found)
		}
		name := ""
		p, nearest, near := found[0].Misnamed()
		if p != nil {
			name = p.Name
		}
		if name != want.product || nearest != want.nearest || near != want.near {
			t.Errorf("%q: %q, %q, %v; want %v", text, name, nearest, near, want)
		}
	}
}

// TestProducts holds that what is called a product's own is known to be no
// other's, and that only documented names are suggested.
func TestProducts(t *testing.T) {
	for _, p := range Products {
		if p.Name == "" || p.Syntax == "" || len(p.Documented)+len(p.Unofficial) == 0 {
			t.Errorf("%+v is not complete", p)
		}
		for _, own := range p.Exclusive {
			if !slices.Contains(p.Documented, own) && !slices.Contains(p.Unofficial, own) && p != Fleet {
				t.Errorf("%s: %s is its own, but none of its names", p.Name, own)
			}
			for _, other := range Products {
				if other != p && other.Syntax == p.Syntax && (slices.Contains(other.Documented, own) || slices.Contains(other.Unofficial, own)) {
					t.Errorf("%s is of %s as well as of %s", own, p.Name, other.Name)
				}
			}
		}
		if len(p.Prefixes) > 0 && len(p.Documented) == 0 {
			t.Errorf("%s has nothing to suggest", p.Name)
		}
	}
}
