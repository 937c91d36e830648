package template

import (
	"slices"
	"strings"

	"github.com/sceplint/sceplint/checker/keyname"
)

// Product is what replaces variables of a kind: a management product, or macOS
// itself. A name that ends in a mark, as "EXTENSIONATTRIBUTE_", stands for all
// that begin with it.
type Product struct {
	Name   string
	Syntax Syntax
	// Documented are the names that the product's own documentation or source has.
	Documented []string
	// Unofficial are names that work according to users. The list is not complete.
	Unofficial []string
	// Exclusive are names that neither another product nor a script has: a variable of
	// such a name is of this product beyond doubt. Most products have none, since
	// they share $NAME, %Name% and {{name}} with others, shells and templates.
	Exclusive []string
	// Prefixes begin names that are intended for this product, even if it does not
	// document them. Names are compared case-insensitively if FoldCase is set.
	Prefixes []string
	FoldCase bool
	// Extensible reports that the product is expected to get names of this kind that
	// are not documented here: only what is nearly a documented one is a mistake.
	Extensible bool
}

// AllowsBeside reports whether what looks like a variable of another product may come
// from the environment that this one reads: that of Fleet.
func (p *Product) AllowsBeside(other *Product) bool {
	return p == Fleet && other.Syntax == SyntaxDollar
}

// IsMacOS reports whether Macs themselves replace the variable.
func (v Variable) IsMacOS() bool {
	return v.Syntax == MacOS.Syntax && slices.Contains(MacOS.Documented, v.Name)
}

// Fleet and MacOS are products that rules treat in a way of their own: what
// looks like a variable of a shell may stand beside those of Fleet, which reads
// $NAME from its environment, and macOS replaces its own in profiles of any product.
var (
	Fleet = &Product{
		Name: "Fleet", Syntax: SyntaxFleet,
		Documented: fields(`FLEET_VAR_NDES_SCEP_CHALLENGE FLEET_VAR_NDES_SCEP_PROXY_URL
			FLEET_VAR_CUSTOM_SCEP_CHALLENGE_ FLEET_VAR_CUSTOM_SCEP_PROXY_URL_
			FLEET_VAR_SMALLSTEP_SCEP_CHALLENGE_ FLEET_VAR_SMALLSTEP_SCEP_PROXY_URL_
			FLEET_VAR_CERTIFICATE_RENEWAL_ID FLEET_VAR_SCEP_RENEWAL_ID FLEET_VAR_SCEP_WINDOWS_CERTIFICATE_ID
			FLEET_VAR_DIGICERT_DATA_ FLEET_VAR_DIGICERT_PASSWORD_
			FLEET_VAR_HOST_UUID FLEET_VAR_HOST_HARDWARE_SERIAL FLEET_VAR_HOST_PLATFORM FLEET_VAR_HOST_END_USER_EMAIL_IDP
			FLEET_VAR_HOST_END_USER_IDP_USERNAME FLEET_VAR_HOST_END_USER_IDP_USERNAME_LOCAL_PART FLEET_VAR_HOST_END_USER_IDP_GROUPS
			FLEET_VAR_HOST_END_USER_IDP_DEPARTMENT FLEET_VAR_HOST_END_USER_IDP_FULL_NAME FLEET_VAR_PSSO_DEVICE_REGISTRATION_TOKEN FLEET_VAR_HYDRANT_DATA_`),
		Unofficial: fields(`FLEET_SECRET_`), // the administrator's own names
		Exclusive:  fields(`FLEET_VAR_ FLEET_SECRET_`),
		Prefixes:   fields(`FLEET_VAR_`),
	}
	MacOS = &Product{
		Name: "macOS", Syntax: SyntaxPercent, FoldCase: true, Extensible: true,
		Documented: fields(`AD_ComputerID AD_Domain AD_DomainForestName AD_DomainGuid AD_DomainNameDNS AD_KerberosID
			ComputerName HardwareUUID HostName LocalHostName MACAddress SerialNumber`),
		Unofficial: fields(`AD_ComputerName`),
		Prefixes:   fields(`AD_`),
	}
)

// Products are those whose variables are known.
var Products = []*Product{
	Fleet, MacOS,
	{
		Name: "Jamf Pro", Syntax: SyntaxDollar,
		Documented: fields(`COMPUTERNAME SITENAME DEPARTMENTNAME DEPARTMENTID JSSID PROFILE_IDENTIFIER EMAIL`),
		Unofficial: fields(`SERIALNUMBER UDID SITEID USERNAME FULLNAME REALNAME PHONE POSITION BUILDINGNAME BUILDINGID ROOM MACADDRESS
			PROFILEJSSID MANAGEMENTID DEVICENAME EXTENSIONATTRIBUTE_`),
		Exclusive: fields(`COMPUTERNAME JSSID PROFILEJSSID EXTENSIONATTRIBUTE_`),
	},
	{
		Name: "Kandji", Syntax: SyntaxDollar, // now Iru
		Documented: fields(`PROFILE_UUID`),
		Unofficial: fields(`SERIAL_NUMBER DEVICE_NAME EMAIL FULL_NAME ASSET_TAG UDID BLUEPRINT_NAME`),
		Exclusive:  fields(`BLUEPRINT_NAME`),
	},
	{
		Name: "Ivanti", Syntax: SyntaxDollar,
		Documented: fields(`userEmailAddress userUPN deviceGUID deviceSN`),
	},
	{
		Name: "Intune", Syntax: SyntaxDoubleBrace, FoldCase: true, Extensible: true,
		Documented: fields(`AAD_Device_ID AzureADDeviceId DeviceId SerialNumber Device_Serial DeviceName WiFiMacAddress IMEI IMEINumber MEID
			UserName UserPrincipalName EmailAddress OnPrem_Distinguished_Name OnPremisesSamAccountName FullyQualifiedDomainName`),
		Unofficial: fields(`OnPremisesSecurityIdentifier`),
		Exclusive: fields(`AAD_Device_ID AzureADDeviceId DeviceId SerialNumber Device_Serial WiFiMacAddress IMEINumber
			UserPrincipalName OnPrem_Distinguished_Name OnPremisesSamAccountName OnPremisesSecurityIdentifier`),
		Prefixes: fields(`AAD_ AzureAD OnPrem`),
	},
	{
		Name: "SimpleMDM", Syntax: SyntaxDoubleBrace,
		Unofficial: fields(`serial_number device_name udid email`),
	},
	{
		Name: "Addigy", Syntax: SyntaxDoubleBrace,
		Documented: fields(`.User`),
	},
	{
		Name: "Workspace ONE", Syntax: SyntaxBrace,
		Unofficial: fields(`DeviceSerialNumber DeviceUid EnrollmentUser EmailAddress UserPrincipalName`),
		Exclusive:  fields(`DeviceSerialNumber DeviceUid EnrollmentUser`),
	},
	{
		Name: "Jamf School", Syntax: SyntaxPercent,
		Documented: fields(`Email Username ShortName FullName CompanyName FullName,prefix:`),
		Exclusive:  fields(`FullName,prefix:`),
	},
	{
		Name: "Mosyle", Syntax: SyntaxPercent,
		Documented: fields(`DeviceName`),
		Unofficial: fields(`SerialNumber Email UDID FullName`),
	},
	{
		Name: "FileWave", Syntax: SyntaxPercent,
		Documented: fields(`custom_field.`),
		Exclusive:  fields(`custom_field.`),
	},
	{
		Name: "BlackBerry UEM", Syntax: SyntaxPercent,
		Documented: fields(`UserDistinguishedName`),
		Exclusive:  fields(`UserDistinguishedName`),
	},
}

func fields(names string) []string { return strings.Fields(names) }

// Product is the product that a variable certainly belongs to, or nil.
func (v Variable) Product() *Product {
	if v.Syntax == SyntaxDoubleBrace && v.End-v.Start != len(v.Name)+len("{{}}") {
		return nil // {{ name }} is how templates are written
	}
	for _, p := range Products {
		if p.Syntax == v.Syntax && containsName(p.Exclusive, v.Name, false) {
			return p
		}
	}
	return nil
}

// Misnamed returns the product that a variable is intended for by the prefix of
// its name, if the product does not document that name, and nil otherwise.
// nearest is the most similar documented name, "" if there is none; near reports
// whether it is within a small edit distance.
func (v Variable) Misnamed() (p *Product, nearest string, near bool) {
	if nameLength(v.Name) != len(v.Name) {
		return nil, "", false
	}
	for _, p := range Products {
		if p.Syntax != v.Syntax || containsName(p.Documented, v.Name, p.FoldCase) || containsName(p.Unofficial, v.Name, p.FoldCase) {
			continue
		}
		for _, stem := range p.Prefixes {
			if !hasPrefix(v.Name, stem, p.FoldCase) {
				continue
			}
			if nearest, near := p.nearest(stem, v.Name); near || !p.Extensible {
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
	const maxTypos, worst = 2, 1000
	best := worst
	name = name[len(stem):]
	for _, known := range p.Documented {
		if !hasPrefix(known, stem, p.FoldCase) {
			continue
		}
		bare, rest, ca := known[len(stem):], name, ""
		if isPrefix(known) { // so far only the names of CAs are appended
			bare = bare[:len(bare)-1]
			rest, ca = cutWords(name, strings.Count(bare, "_")+1)
		}
		far := keyname.Distance(strings.ToLower(rest), strings.ToLower(bare))
		common := sharedWords(rest, bare)
		rank := far
		switch {
		case far <= maxTypos:
		case common > 0:
			rank = worst - 100*min(common, 9) + far
		default:
			continue
		}
		if isPrefix(known) && (far > maxTypos || ca == "") {
			ca = "<CA>"
		}
		if rank < best {
			best, nearest = rank, known+ca
		}
	}
	return nearest, best <= maxTypos
}

// isPrefix reports whether a name stands for all that begin with it.
func isPrefix(name string) bool {
	return nameLength(name[len(name)-1:]) == 0 || name[len(name)-1] == '_'
}

func containsName(names []string, name string, fold bool) bool {
	return slices.ContainsFunc(names, func(known string) bool {
		return hasPrefix(name, known, fold) && (len(name) == len(known)) != isPrefix(known)
	})
}

func hasPrefix(name, start string, fold bool) bool {
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

// Documented reports whether a product documents a variable of this name and syntax.
func (v Variable) Documented() bool {
	for _, p := range Products {
		if p.Syntax == v.Syntax && (containsName(p.Documented, v.Name, p.FoldCase) || containsName(p.Unofficial, v.Name, p.FoldCase)) {
			return true
		}
	}
	return false
}

// typo gives the product with a documented variable that differs from a variable in a
// letter or two, and the name of that; nil if there is none. Names that begin with one
// another, or differ in digits or in how their words are separated, are those of build
// tools as well.
func (v Variable) typo() (product *Product, nearest string) {
	const shortest, longest = 5, 40
	marks := 0 // around the name
	switch v.Syntax {
	case SyntaxDollar:
		marks = 1
	case SyntaxPercent, SyntaxBrace:
		marks = 2
	case SyntaxDoubleBrace:
		marks = 4
	}
	if marks == 0 || v.End-v.Start != len(v.Name)+marks || len(v.Name) < shortest || len(v.Name) > longest || strings.ContainsAny(v.Name, ".,:") || v.Documented() {
		return nil, ""
	}
	name := keyname.Fold(v.Name)
	best := 3
	for _, p := range Products {
		if p.Syntax != v.Syntax {
			continue
		}
		for _, names := range [][]string{p.Documented, p.Unofficial} {
			for _, known := range names {
				folded := keyname.Fold(known)
				most := 1
				if len(folded) >= 9 {
					most = 2
				}
				if difference := len(folded) - len(name); difference > most || difference < -most || isPrefix(known) || len(folded) < shortest || strings.HasPrefix(name, folded) || strings.HasPrefix(folded, name) || lettersOf(name) == lettersOf(folded) {
					continue
				}
				far := keyname.Distance(name, folded)
				if !p.FoldCase {
					far = keyname.Distance(squeezed.Replace(v.Name), squeezed.Replace(known))
				}
				if far <= most && far < best {
					product, nearest, best = p, known, far
				}
			}
		}
	}
	return product, nearest
}

// squeezed drops what separates the words of a name.
var squeezed = strings.NewReplacer("_", "", "-", "")

// lettersOf drops the digits of a name.
func lettersOf(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, name)
}
