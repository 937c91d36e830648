// Package schema holds Apple's schema of payloads and declarations as data: which
// keys a type has, of which kinds and values, and where they are supported. It
// holds facts only, from Apple's device management schema on GitHub and Apple's
// documentation, which wins where they differ. Command generate makes the tables.
package schema

import (
	_ "embed" // the tables
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Date is the date of the documentation that the tables are made from.
const Date = "2026-08-18"

// Kind is the kind of a value, as Apple's schema names it.
type Kind uint8

// The kinds of values.
const (
	Any Kind = iota
	String
	Integer
	Real
	Boolean
	Timestamp // what property lists call a date
	Data
	Array
	Dictionary
)

// kindMarks are the marks of the kinds in the tables, in the order of the kinds.
const kindMarks = "?sirbtdao"

// NotAvailable stands for a version where a platform never had something.
const NotAvailable = "n/a"

// Platform is what one platform supports.
type Platform struct {
	Name       string // iOS, macOS, tvOS, watchOS, or visionOS
	Introduced string // a version, NotAvailable, or "" where it came with what is around it
	Deprecated string // a version, or ""
	Removed    string // a version, or ""

	Multiple      bool // several payloads of the type in one profile; of types only
	DeviceChannel bool // of macOS, and of types only
	UserChannel   bool // of macOS, and of types only
	Supervised    bool // on supervised devices only
}

// Available reports whether the platform has it in any version.
func (p *Platform) Available() bool { return p != nil && p.Introduced != NotAvailable }

// Platforms says which platforms support something. A platform that is not
// listed supports it like what is around it.
type Platforms []Platform

// On gives the entry of a platform, in any case of letters, or nil.
func (p Platforms) On(name string) *Platform {
	for i := range p {
		if p[i].Name == name || len(p[i].Name) == len(name) && strings.EqualFold(p[i].Name, name) {
			return &p[i]
		}
	}
	return nil
}

// Type is a payload type or a declaration type.
type Type struct {
	Name      string
	Platforms Platforms
	Keys
}

// Key is a key of a dictionary, or what an array holds.
type Key struct {
	Name       string // "" for what an array holds
	Kind       Kind
	Required   bool
	Default    string // as text; "" where there is none
	Allowed    []string
	Min, Max   *float64
	Count      [2]int // the least and the most values of an array; zeros where nothing is known
	Format     string // a regular expression
	AssetTypes []string
	Items      *Key // what an array holds; nil where nothing is known
	Keys            // of a dictionary

	platforms string // the fields of the table, which few ask for
}

// Platforms returns the platforms that support the key, if they are not those of
// what is around it.
func (k *Key) Platforms() Platforms { return readPlatforms(k.platforms) }

// EverySystem reports whether the key is supported like what is around it.
func (k *Key) EverySystem() bool { return k.platforms == "" }

// Keys are the keys of a dictionary.
type Keys struct {
	List    []*Key
	Needed  []*Key // those of List that are required
	Further *Key   // what further keys hold; nil where there are none
	Open    bool   // further keys may hold anything

	byName map[string]*Key
}

// Known reports whether the schema lists keys of the dictionary.
func (k *Keys) Known() bool { return len(k.List) > 0 }

// Get gives a key by its name, or nil.
func (k *Keys) Get(name string) *Key {
	if k == nil {
		return nil
	}
	if key := k.byName[name]; key != nil {
		return key
	}
	return k.Further
}

// Lists reports whether the schema lists a key by its name.
func (k *Keys) Lists(name string) bool { return k.byName[name] != nil }

//go:embed payloads.tsv
var payloadTable string

//go:embed declarations.tsv
var declarationTable string

// The tables, each indexed when it is first asked.
var (
	payloads     = sync.OnceValue(func() *table { return newTable(payloadTable) })
	declarations = sync.OnceValue(func() *table { return newTable(declarationTable) })
)

// Payload gives the schema of a payload type, or nil.
func Payload(name string) *Type {
	if name == topLevel || name == commonKeys {
		return nil
	}
	return payloads().get(name)
}

// What the table holds beside the payload types.
const (
	topLevel   = "TopLevel"
	commonKeys = "CommonPayloadKeys"
)

// TopLevel gives the schema of a profile itself.
func TopLevel() *Type { return payloads().get(topLevel) }

// CommonPayloadKeys gives the schema of what all payloads have.
func CommonPayloadKeys() *Type { return payloads().get(commonKeys) }

// Declaration gives the schema of a declaration type, or nil.
func Declaration(name string) *Type { return declarations().get(name) }

// PayloadTypes gives the payload types in the order of their bytes. The top level
// and the keys that payloads share are none.
func PayloadTypes() []string { return payloads().names(commonKeys, topLevel) }

// UnlistedPayloadTypes are payload types that are missing from the schema, but known
// to be used with their own spelling.
var UnlistedPayloadTypes = []string{
	"com.apple.AppStore", // the preferences of the application, beside com.apple.appstore
	"com.apple.MCXAirPort",
	"com.apple.MCXRedirector",
	"com.apple.SubmitDiagInfo",
	"com.apple.preferences.users",
}

// DeclarationTypes gives the declaration types in the order of their bytes. The
// keys that declarations share are none.
func DeclarationTypes() []string { return declarations().names("any") }

// IsCommon reports whether all payloads have a key.
func IsCommon(key string) bool {
	const prefix = "Payload"
	if !strings.HasPrefix(key, prefix) {
		return false
	}
	switch key[len(prefix):] {
	case "Type", "Version", "Identifier", "UUID", "DisplayName", "Description", "Organization":
		return true
	}
	return false
}

// table is a table whose types are read when they are first asked for.
type table struct {
	types map[string]*entry
}

// entry is a type of a table.
type entry struct {
	once sync.Once
	text string // its lines, without the "=" of the first
	made *Type
}

func newTable(text string) *table {
	count := strings.Count(text, "\n=") + 1
	t := &table{types: make(map[string]*entry, count)}
	entries := make([]entry, count)
	rest := strings.TrimPrefix(text, "=")
	for i := range entries {
		e := &entries[i]
		e.text, rest, _ = strings.Cut(rest, "\n=")
		line, _, _ := strings.Cut(e.text, "\n")
		name, _, _ := strings.Cut(line, "\t")
		t.types[name] = e
	}
	return t
}

func (t *table) get(name string) *Type {
	e := t.types[name]
	if e == nil {
		return nil
	}
	e.once.Do(func() { e.made = readType(e.text) })
	return e.made
}

func (t *table) names(without ...string) []string {
	list := make([]string, 0, len(t.types))
	for name := range t.types {
		if !slices.Contains(without, name) {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

// reader reads the lines of a type.
type reader struct{ rest string }

// line gives the next line if it is at a depth, and goes past it.
func (r *reader) line(depth int) (fields string, ok bool) {
	if depth >= len(r.rest) || strings.Trim(r.rest[:depth], " ") != "" || r.rest[depth] == ' ' {
		return "", false
	}
	fields, r.rest, _ = strings.Cut(r.rest[depth:], "\n")
	return fields, true
}

func readType(text string) *Type {
	r := &reader{text}
	fields, _ := r.line(0)
	t := new(Type)
	t.Name, fields, _ = strings.Cut(fields, "\t")
	var k Key
	k.attributes(fields)
	t.Platforms = k.Platforms()
	t.Keys = k.Keys
	r.inside(&t.Keys, 1)
	return t
}

// inside reads the keys of a dictionary, and gives what an array holds.
func (r *reader) inside(keys *Keys, depth int) (items *Key) {
	for {
		fields, ok := r.line(depth)
		if !ok {
			return items
		}
		k := new(Key)
		var kind string
		k.Name, fields, _ = strings.Cut(fields, "\t")
		kind, fields, _ = strings.Cut(fields, "\t")
		k.Kind = Kind(strings.IndexByte(kindMarks, kind[0]))
		k.Required = strings.HasSuffix(kind, "!")
		k.attributes(fields)
		k.Items = r.inside(&k.Keys, depth+1)
		switch k.Name {
		case "[]":
			k.Name, items = "", k
		case "*":
			k.Name, keys.Further = "", k
		default:
			if keys.byName == nil {
				keys.byName = map[string]*Key{}
			}
			keys.byName[k.Name] = k
			keys.List = append(keys.List, k)
			if k.Required {
				keys.Needed = append(keys.Needed, k)
			}
		}
	}
}

// attributes reads the fields after the name and the kind.
func (k *Key) attributes(fields string) {
	for fields != "" {
		rest := fields
		var field string
		field, fields, _ = strings.Cut(fields, "\t")
		value := field[1:]
		switch field[0] {
		case '=':
			k.Default = value
		case 'v':
			k.Allowed = strings.Split(value, "|")
		case '>':
			k.Min = number(value)
		case '<':
			k.Max = number(value)
		case '#':
			least, most, _ := strings.Cut(value, "-")
			k.Count[0], _ = strconv.Atoi(least)
			k.Count[1], _ = strconv.Atoi(most)
		case '~':
			k.Format = value
		case '&':
			k.AssetTypes = strings.Split(value, "|")
		case '@': // the last ones, but for "*"
			k.platforms = rest
			k.Open = strings.HasSuffix(rest, "\t*")
			return
		case '*':
			k.Open = true
		}
	}
}

func number(text string) *float64 {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil
	}
	return &v
}

// readPlatforms reads the fields of platforms, and skips others.
func readPlatforms(fields string) (list Platforms) {
	for fields != "" {
		var field string
		field, fields, _ = strings.Cut(fields, "\t")
		if value, ok := strings.CutPrefix(field, "@"); ok {
			list = append(list, readPlatform(value))
		}
	}
	return list
}

func readPlatform(text string) Platform {
	var p Platform
	var letters string
	for _, to := range []*string{&p.Name, &p.Introduced, &p.Deprecated, &p.Removed, &letters} {
		*to, text, _ = strings.Cut(text, ":")
	}
	p.Multiple = strings.Contains(letters, "m")
	p.DeviceChannel = strings.Contains(letters, "d")
	p.UserChannel = strings.Contains(letters, "u")
	p.Supervised = strings.Contains(letters, "s")
	return p
}
