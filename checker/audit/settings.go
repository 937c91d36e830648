package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"

	"github.com/sceplint/sceplint/checker/keyname"
	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/profile"
	"github.com/sceplint/sceplint/checker/secret"
)

// Settings are the values of a profile, for comparison with another one that
// should be the same.
type Settings struct {
	UUID    string
	Partial bool // the system that exported it omits values
	List    []Setting
	keys    map[string]int // by Key, the index in List
}

// Setting is one value.
type Setting struct {
	Key           string // a readable path
	Text          string // the value, secrets masked, truncated if it is long
	Digest        [12]byte
	UntypedDigest [12]byte // the same for values that differ only in type, which exports may lose
	Variable      bool     // template text: the rendered value is not known
	Secret        bool     // the value is secret, or contains a secret
	UUID          bool     // a PayloadUUID
	Scope         bool     // the PayloadScope
}

// maxSettings is how many values of a profile are compared.
const maxSettings = 20_000

// newSettings returns the values of a profile. Payloads are identified by their
// identifier, or by their type and index among those of the type, so that their
// order does not matter.
func newSettings(p *profile.Profile, secrets *secret.Secrets) *Settings {
	s := &Settings{UUID: truncate(p.Root.Get("PayloadUUID").Text()), Partial: p.Export != nil && p.Export.Lossy, keys: map[string]int{}}
	f := &flattener{settings: s, secrets: secrets, hidden: p.Secrets(), copies: map[string]int{}}
	if p.Root == nil {
		return s
	}
	for c := range p.Root.Children() {
		if c.Key != "PayloadContent" || !c.Is(profile.Array) {
			f.value(c.Key, c, false)
		}
	}
	types := map[string]int{}
	for _, payload := range p.Payloads() {
		types[payload.Type]++
		name := payload.Identifier
		if name == "" || profile.HasVariable(name) {
			name = payload.Type + " " + strconv.Itoa(types[payload.Type])
		}
		f.value("payload "+secrets.Text(name), payload.Node, false)
	}
	return s
}

type flattener struct {
	settings *Settings
	secrets  *secret.Secrets
	hidden   *secret.Secrets // the same, even if secrets are to be shown
	copies   map[string]int  // how many more settings a key has
}

// value adds a value, or all values in it; within says whether it is under a
// secret key. The depth of a profile is bounded when it is read.
func (f *flattener) value(key string, n *profile.Node, within bool) {
	within = within || keyname.IsSecret(n.Key)
	switch {
	case n.Is(profile.Dict):
		for c := range n.Children() {
			f.value(key+" › "+c.Key, c, within)
		}
		return
	case n.Is(profile.Array):
		i := 0
		for c := range n.Children() {
			f.value(fmt.Sprintf("%s[%d]", key, i), c, within)
			i++
		}
		return
	}
	x := Setting{
		Key: truncate(f.secrets.Text(key)), Digest: digest(n, n.Kind.String()), UntypedDigest: digest(n, ""), Variable: n.Is(profile.Template) || n.Unrendered() || n.HasVariable(),
		UUID: n.Key == "PayloadUUID", Scope: key == "PayloadScope", Secret: secret.IsSecret(n, within) || f.hidden.Text(n.Text()) != n.Text(),
	}
	switch {
	case secret.IsSecret(n, within):
		x.Text = plist.Mask
	case n.Is(profile.Data):
		b, _ := n.Bytes()
		sum := sha256.Sum256(b)
		x.Text = fmt.Sprintf("%d bytes, SHA-256 %s…", len(b), hex.EncodeToString(sum[:4]))
	default:
		x.Text = truncate(f.secrets.Text(n.Text()))
	}
	f.add(x)
}

// restKey stands for all values beyond maxSettings.
const restKey = "further values"

// add adds a setting. A duplicate key gets a number, such as for payloads that
// share an identifier. What is above the limit is compared as one value.
func (f *flattener) add(x Setting) {
	s := f.settings
	if len(s.List) >= maxSettings {
		last := &s.List[len(s.List)-1]
		if last.Key != restKey {
			last = &Setting{Key: restKey, Text: "(not shown)"}
			s.keys[restKey] = len(s.List)
			s.List = append(s.List, *last)
			last = &s.List[len(s.List)-1]
		}
		last.Variable = last.Variable || x.Variable
		last.Digest, last.UntypedDigest = chain(last.Digest, x.Key, x.Digest), chain(last.UntypedDigest, x.Key, x.UntypedDigest)
		return
	}
	if _, ok := s.keys[x.Key]; ok {
		key := x.Key
		f.copies[key]++
		x.Key = fmt.Sprintf("%s (%d)", key, f.copies[key]+1)
		if _, ok := s.keys[x.Key]; ok { // it is the name of another one
			return
		}
	}
	s.keys[x.Key] = len(s.List)
	s.List = append(s.List, x)
}

func chain(sum [12]byte, key string, next [12]byte) (d [12]byte) {
	h := sha256.Sum256(slices.Concat(sum[:], []byte(key), next[:]))
	copy(d[:], h[:])
	return d
}

// digest distinguishes values, including those of different types, in any
// notation.
func digest(n *profile.Node, kind string) (d [12]byte) {
	text := n.Text()
	if b, ok := n.Bool(); ok {
		text = "0"
		if b {
			text = "1"
		}
	}
	if b, ok := n.Bytes(); ok {
		text = string(b)
	} else if i, ok := n.Int(); ok {
		text = strconv.FormatInt(i, 10)
	} else if t, ok := n.Time(); ok {
		text = t.UTC().String()
	}
	sum := sha256.Sum256([]byte(kind + "\x00" + text))
	copy(d[:], sum[:])
	return d
}
