package profile

import (
	"github.com/sceplint/sceplint/checker/keyname"
	"github.com/sceplint/sceplint/checker/template"
)

// The names of packages below this one that rules use, so that a rule imports
// this package alone.
type (
	Product  = template.Product
	Syntax   = template.Syntax
	Variable = template.Variable
)

// The syntaxes of variables that rules tell apart.
const (
	SyntaxFleet       = template.SyntaxFleet
	SyntaxDollar      = template.SyntaxDollar
	SyntaxPercent     = template.SyntaxPercent
	SyntaxDoubleBrace = template.SyntaxDoubleBrace
	SyntaxBlock       = template.SyntaxBlock
)

// Fleet is template.Fleet.
var Fleet = template.Fleet

// Variables is template.Variables.
func Variables(text string) []Variable { return template.Variables(text) }

// HasVariable is template.HasVariable.
func HasVariable(text string) bool { return template.HasVariable(text) }

// IsVariable is template.IsVariable.
func IsVariable(text string) bool { return template.IsVariable(text) }

// Literal is template.Literal.
func Literal(text, standIn string) string { return template.Literal(text, standIn) }

// Placeholder is template.Placeholder.
func Placeholder(text string) (string, bool) { return template.Placeholder(text) }

// IsUUID is template.IsUUID.
func IsUUID(text string) bool { return template.IsUUID(text) }

// FoldName is keyname.Fold.
func FoldName(name string) string { return keyname.Fold(name) }

// Distance is keyname.Distance.
func Distance(a, b string) int { return keyname.Distance(a, b) }
