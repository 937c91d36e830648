package profile

import (
	"slices"
	"strings"
)

// Product is what replaces variables of a kind: a management product, or macOS
// itself. A name that ends in a mark, as "EXTENSIONATTRIBUTE_", stands for all
// that begin with it.
type Product struct {
	Name   string
	Syntax Syntax
	// Documented are the names that the product's own documentation or source has.
	Documented []string
	// Others are names that are said to work. A list of them is never complete.
	Others []string
	// Own are names that neither another product nor a script has: a variable of
	// such a name is of this product beyond doubt. Most products have none, since
	// they share $NAME, %Name% and {{name}} with others, shells and templates.
	Own []string
	// Stems begin names that are meant for this product, even if it has none such.
	// Names are compared without regard to case where Fold is set.
	Stems []string
	Fold  bool
	// Open reports that the product is expected to get names of this kind that
	// are not documented here: only what is nearly a documented one is a mistake.
	Open bool
}

// Fleet and MacOS are products that rules treat in a way of their own: what
// looks like a variable of a shell may stand beside those of Fleet, which reads
// $NAME from its environment, and macOS replaces its own in profiles of any product.
var (
	Fleet = &Product{
		Name: "Fleet", Syntax: SyntaxFleet,
		Documented: list(`FLEET_VAR_NDES_SCEP_CHALLENGE FLEET_VAR_NDES_SCEP_PROXY_URL
			FLEET_VAR_CUSTOM_SCEP_CHALLENGE_ FLEET_VAR_CUSTOM_SCEP_PROXY_URL_
			FLEET_VAR_SMALLSTEP_SCEP_CHALLENGE_ FLEET_VAR_SMALLSTEP_SCEP_PROXY_URL_
			FLEET_VAR_CERTIFICATE_RENEWAL_ID FLEET_VAR_SCEP_RENEWAL_ID FLEET_VAR_SCEP_WINDOWS_CERTIFICATE_ID
			FLEET_VAR_DIGICERT_DATA_ FLEET_VAR_DIGICERT_PASSWORD_
			FLEET_VAR_HOST_UUID FLEET_VAR_HOST_HARDWARE_SERIAL FLEET_VAR_HOST_PLATFORM FLEET_VAR_HOST_END_USER_EMAIL_IDP
			FLEET_VAR_HOST_END_USER_IDP_USERNAME FLEET_VAR_HOST_END_USER_IDP_USERNAME_LOCAL_PART FLEET_VAR_HOST_END_USER_IDP_GROUPS
			FLEET_VAR_HOST_END_USER_IDP_DEPARTMENT FLEET_VAR_HOST_END_USER_IDP_FULL_NAME`),
		Others: list(`FLEET_SECRET_`), // the administrator's own names
		Own:    list(`FLEET_VAR_ FLEET_SECRET_`),
		Stems:  list(`FLEET_VAR_`),
	}
	MacOS = &Product{
		Name: "macOS", Syntax: SyntaxPercent, Fold: true, Open: true,
		Documented: list(`AD_ComputerID AD_Domain AD_DomainForestName AD_DomainGuid AD_DomainNameDNS AD_KerberosID
			ComputerName HardwareUUID HostName LocalHostName MACAddress SerialNumber`),
		Others: list(`AD_ComputerName`),
		Stems:  list(`AD_`),
	}
)

// Products are those whose variables are known.
var Products = []*Product{
	Fleet, MacOS,
	{
		Name: "Jamf Pro", Syntax: SyntaxDollar,
		Documented: list(`COMPUTERNAME SITENAME DEPARTMENTNAME DEPARTMENTID JSSID PROFILE_IDENTIFIER EMAIL`),
		Others: list(`SERIALNUMBER UDID SITEID USERNAME FULLNAME REALNAME PHONE POSITION BUILDINGNAME BUILDINGID ROOM MACADDRESS
			PROFILEJSSID MANAGEMENTID DEVICENAME EXTENSIONATTRIBUTE_`),
		Own: list(`COMPUTERNAME JSSID PROFILEJSSID EXTENSIONATTRIBUTE_`),
	},
	{
		Name: "Kandji", Syntax: SyntaxDollar, // now Iru
		Documented: list(`PROFILE_UUID`),
		Others:     list(`SERIAL_NUMBER DEVICE_NAME EMAIL FULL_NAME ASSET_TAG UDID BLUEPRINT_NAME`),
		Own:        list(`BLUEPRINT_NAME`),
	},
	{
		Name: "Ivanti", Syntax: SyntaxDollar,
		Documented: list(`userEmailAddress userUPN deviceGUID deviceSN`),
	},
	{
		Name: "Intune", Syntax: SyntaxDoubleBrace, Fold: true, Open: true,
		Documented: list(`AAD_Device_ID AzureADDeviceId DeviceId SerialNumber Device_Serial DeviceName WiFiMacAddress IMEI IMEINumber MEID
			UserName UserPrincipalName EmailAddress OnPrem_Distinguished_Name OnPremisesSamAccountName FullyQualifiedDomainName`),
		Others: list(`OnPremisesSecurityIdentifier`),
		Own: list(`AAD_Device_ID AzureADDeviceId DeviceId SerialNumber Device_Serial WiFiMacAddress IMEINumber
			UserPrincipalName OnPrem_Distinguished_Name OnPremisesSamAccountName OnPremisesSecurityIdentifier`),
		Stems: list(`AAD_ AzureAD OnPrem`),
	},
	{
		Name: "SimpleMDM", Syntax: SyntaxDoubleBrace,
		Others: list(`serial_number device_name udid email`),
	},
	{
		Name: "Addigy", Syntax: SyntaxDoubleBrace,
		Documented: list(`.User`),
	},
	{
		Name: "Workspace ONE", Syntax: SyntaxBrace,
		Others: list(`DeviceSerialNumber DeviceUid EnrollmentUser EmailAddress UserPrincipalName`),
		Own:    list(`DeviceSerialNumber DeviceUid EnrollmentUser`),
	},
	{
		Name: "Jamf School", Syntax: SyntaxPercent,
		Documented: list(`Email Username ShortName FullName CompanyName FullName,prefix:`),
		Own:        list(`FullName,prefix:`),
	},
	{
		Name: "Mosyle", Syntax: SyntaxPercent,
		Documented: list(`DeviceName`),
		Others:     list(`SerialNumber Email UDID FullName`),
	},
	{
		Name: "FileWave", Syntax: SyntaxPercent,
		Documented: list(`custom_field.`),
		Own:        list(`custom_field.`),
	},
	{
		Name: "BlackBerry UEM", Syntax: SyntaxPercent,
		Documented: list(`UserDistinguishedName`),
		Own:        list(`UserDistinguishedName`),
	},
}

func list(names string) []string { return strings.Fields(names) }

// Product is the product that a variable is of beyond doubt, or nil.
func (v Variable) Product() *Product {
	if v.Syntax == SyntaxDoubleBrace && v.End-v.Start != len(v.Name)+len("{{}}") {
		return nil // {{ name }} is how templates are written
	}
	for _, p := range Products {
		if p.Syntax == v.Syntax && lists(p.Own, v.Name, false) {
			return p
		}
	}
	return nil
}

// Misnamed gives the product that a variable is meant for by the way its name
// begins, if the product documents none of that name, and nil otherwise. Nearest
// is the documented name that resembles it most, "" if none does; near tells
// whether it is a few letters away.
func (v Variable) Misnamed() (p *Product, nearest string, near bool) {
	if nameLength(v.Name) != len(v.Name) {
		return nil, "", false
	}
	for _, p := range Products {
		if p.Syntax != v.Syntax || lists(p.Documented, v.Name, p.Fold) || lists(p.Others, v.Name, p.Fold) {
			continue
		}
		for _, stem := range p.Stems {
			if !hasStem(v.Name, stem, p.Fold) {
				continue
			}
			if nearest, near := p.nearest(stem, v.Name); near || !p.Open {
				return p, nearest, near
			}
		}
	}
	if p, nearest := v.typo(); p != nil {
		return p, nearest, true
	}
	return nil, "", false
}

// nearest finds the documented name with the same stem that a name resembles
// most: one a few letters away, or else the one that has most words in common.
func (p *Product) nearest(stem, name string) (nearest string, near bool) {
	const few, most = 2, 1000
	best := most
	name = name[len(stem):]
	for _, known := range p.Documented {
		if !hasStem(known, stem, p.Fold) {
			continue
		}
		bare, rest, ca := known[len(stem):], name, ""
		if opened(known) { // so far only the names of CAs are appended
			bare = bare[:len(bare)-1]
			rest, ca = cutWords(name, strings.Count(bare, "_")+1)
		}
		far := Distance(strings.ToLower(rest), strings.ToLower(bare))
		common := sharedWords(rest, bare)
		rank := far
		switch {
		case far <= few:
		case common > 0:
			rank = most - 100*min(common, 9) + far
		default:
			continue
		}
		if opened(known) && (far > few || ca == "") {
			ca = "<CA>"
		}
		if rank < best {
			best, nearest = rank, known+ca
		}
	}
	return nearest, best <= few
}

// opened reports whether a name stands for all that begin with it.
func opened(name string) bool { return nameLength(name[len(name)-1:]) == 0 || name[len(name)-1] == '_' }

func lists(names []string, name string, fold bool) bool {
	return slices.ContainsFunc(names, func(known string) bool {
		return hasStem(name, known, fold) && (len(name) == len(known)) != opened(known)
	})
}

func hasStem(name, start string, fold bool) bool {
	if len(name) < len(start) {
		return false
	}
	return name[:len(start)] == start || fold && strings.EqualFold(name[:len(start)], start)
}

// cutWords parts the first words of a name from the rest of it.
func cutWords(name string, n int) (head, tail string) {
	for i := range len(name) {
		if name[i] != '_' {
			continue
		}
		if n--; n == 0 {
			return name[:i], name[i+1:]
		}
	}
	return name, ""
}

func sharedWords(a, b string) (n int) {
	words := strings.Split(strings.ToLower(b), "_")
	for word := range strings.SplitSeq(strings.ToLower(a), "_") {
		if word != "" && slices.Contains(words, word) {
			n++
		}
	}
	return n
}
