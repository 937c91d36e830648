package profile

import (
	"github.com/sceplint/sceplint/checker/cms"
	"github.com/sceplint/sceplint/checker/keyname"
	"github.com/sceplint/sceplint/checker/plist"
	"github.com/sceplint/sceplint/checker/template"
)

// The names of packages below this one that rules use, so that a rule imports
// this package alone.
type (
	Node     = plist.Node
	Kind     = plist.Kind
	Span     = plist.Span
	Signer   = cms.Signer
	Product  = template.Product
	Variable = template.Variable
)

// The kinds of values.
const (
	Template = plist.Template
	Dict     = plist.Dict
	Array    = plist.Array
	String   = plist.String
	Integer  = plist.Integer
	Real     = plist.Real
	Boolean  = plist.Boolean
	Date     = plist.Date
	Data     = plist.Data
	Null     = plist.Null
)

// NoSpan is plist.NoSpan.
var NoSpan = plist.NoSpan

// The verdicts on signatures that rules use.
const (
	SignatureInvalid       = cms.Invalid
	SignatureUnsupported   = cms.Unsupported
	SignatureNoCertificate = cms.NoCertificate
)

// SyntaxFleet is template.SyntaxFleet.
const SyntaxFleet = template.SyntaxFleet

// Variables is template.Variables.
func Variables(text string) []Variable { return template.Variables(text) }

// HasVariable is template.HasVariable.
func HasVariable(text string) bool { return template.HasVariable(text) }

// IsVariable is template.IsVariable.
func IsVariable(text string) bool { return template.IsVariable(text) }

// Literal is template.Literal.
func Literal(text, standIn string) string { return template.Literal(text, standIn) }

// AtElement is template.AtElement.
func AtElement(text string, i int) (Variable, bool) { return template.AtElement(text, i) }

// Placeholder is template.Placeholder.
func Placeholder(text string) (string, bool) { return template.Placeholder(text) }

// IsUUID is template.IsUUID.
func IsUUID(text string) bool { return template.IsUUID(text) }

// FoldName is keyname.Fold.
func FoldName(name string) string { return keyname.Fold(name) }

// Distance is keyname.Distance.
func Distance(a, b string) int { return keyname.Distance(a, b) }

// HexDigest is plist.HexDigest.
func HexDigest(text string) []byte { return plist.HexDigest(text) }

// DigestAlgorithm is plist.DigestAlgorithm.
func DigestAlgorithm(size int) string { return plist.DigestAlgorithm(size) }

// IsSecretKey is keyname.IsSecret.
func IsSecretKey(key string) bool { return keyname.IsSecret(key) }
