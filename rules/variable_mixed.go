package rules

import (
	"fmt"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

var variableMixed = checker.Rule{
	Meta: checker.Meta{
		ID:       "variable-mixed",
		Title:    "variables from more than one product",
		Severity: checker.Warning,
		Doc: `What it checks: all product variables of a profile belong to one product.
Why it matters: the product that deploys the profile replaces only its own variables. The device gets the others as
text: it requests a certificate for the name of the variable, or enrolls with it as the challenge. Typical cause: a
profile that moved from one product to another.
Exceptions: only variables that no other product or script uses are counted, so $EMAIL and {{ name }} are not. The
%Variables% of macOS go with any product. With Fleet's variables, $NAME may come from the environment.`,
		Help: "use only variables of the product that deploys the profile",
		Example: checker.Example{
			Scope: checker.ScopeSCEP,
			Bad: `<key>Subject</key>
<array>
	<array>
		<array>
			<string>CN</string>
			<string>$COMPUTERNAME</string>
		</array>
	</array>
	<array>
		<array>
			<string>OU</string>
			<string>{{AAD_Device_ID}}</string>
		</array>
	</array>
</array>`,
			Good: `<key>Subject</key>
<array>
	<array>
		<array>
			<string>CN</string>
			<string>{{DeviceName}}</string>
		</array>
	</array>
	<array>
		<array>
			<string>OU</string>
			<string>{{AAD_Device_ID}}</string>
		</array>
	</array>
</array>`,
		},
		Refs: []checker.Ref{refJamfVariables, refIntuneVariables, refFleetVariables, refMacVariables},
	},
	Check: func(p *checker.Pass) error {
		found := productVariables(p)
		if !fromSeveralProducts(found) {
			return nil
		}
		var products []*profile.Product
		uses := map[*profile.Product][]productVariable{}
		for _, v := range found {
			if v.product == nil {
				continue
			}
			if uses[v.product] == nil {
				products = append(products, v.product)
			}
			uses[v.product] = append(uses[v.product], v)
		}
		main := products[0] // that which the profile is most likely meant for
		for _, product := range products {
			if len(uses[product]) > len(uses[main]) {
				main = product
			}
		}
		for _, product := range products {
			if product == main || main.AllowsBeside(product) || product.AllowsBeside(main) {
				continue
			}
			stray, usual := uses[product][0], uses[main][0]
			p.Value(stray.node, "%q is a variable of %s, but %q%s is a variable of %s",
				excerpt(p, stray.text), product.Name, excerpt(p, usual.text), checker.Phrase(onLine(p, usual.node)), main.Name)
		}
		return nil
	},
}

var (
	refJamfVariables = checker.Ref{
		Title: "Jamf Pro documentation: payload variables for computer configuration profiles",
		URL:   "https://learn.jamf.com/bundle/jamf-pro-documentation-current/page/Computer_Configuration_Profiles.html",
	}
	refIntuneVariables = checker.Ref{
		Title: "Microsoft Intune documentation: SCEP certificate profiles, variables of the subject name",
		URL:   "https://learn.microsoft.com/mem/intune/protect/certificates-profile-scep",
	}
)

// fromSeveralProducts reports whether there are variables of more than one product.
func fromSeveralProducts(found []productVariable) bool {
	var first *profile.Product
	for i := range found {
		switch product := found[i].product; {
		case product == nil || product == first:
		case first == nil:
			first = product
		default:
			return true
		}
	}
	return false
}

func onLine(p *checker.Pass, n *profile.Node) string {
	at := n.Span()
	if !at.Valid() {
		return ""
	}
	return fmt.Sprintf(" on line %d", p.Profile.Source.Position(at.Start).Line)
}

// productVariable is a variable in a value of the profile that is a product's
// beyond doubt, or meant for one that documents none of that name.
type productVariable struct {
	node     *profile.Node
	variable profile.Variable
	text     string
	product  *profile.Product // nil if in doubt
	misnamed *profile.Product // nil if it is not
	nearest  string           // that the product documents
	near     bool             // it is a few letters away
}

type productVariablesKey struct{}

// productVariables finds them once for the rules that ask.
func productVariables(p *checker.Pass) []productVariable {
	return p.Share(productVariablesKey{}, func() any {
		var found []productVariable
		eachText(p.Profile, p.Profile.Root, func(n *profile.Node, text string) {
			prose := n.Key == "PayloadDescription" || strings.Contains(text, "\n") // or a script
			for _, v := range variablesOf(n, text) {
				if prose && v.Syntax != profile.SyntaxFleet {
					continue
				}
				x := productVariable{node: n, variable: v, text: text[v.Start:v.End], product: v.Product()}
				x.misnamed, x.nearest, x.near = v.Misnamed()
				if x.product != nil || x.misnamed != nil {
					found = append(found, x)
				}
			}
		})
		return found
	}).([]productVariable)
}

// variablesOf finds the variables of a value that eachText gives.
func variablesOf(n *profile.Node, text string) []profile.Variable {
	if n.Is(profile.String) {
		return n.Variables()
	}
	return profile.Variables(text)
}

// eachText calls a function for each value in and under a value that may hold
// variables. The reader of property lists bounds the depth.
func eachText(p *profile.Profile, n *profile.Node, do func(*profile.Node, string)) {
	switch {
	case n.NoVariables():
	case n.Is(profile.Dict, profile.Array):
		for c := range n.Children() {
			eachText(p, c, do)
		}
	case n.Is(profile.Template):
		if at := n.Span(); at.Valid() {
			do(n, string(p.Source.Text[at.Start:at.End]))
		}
	case n.Is(profile.String) || n.Unrendered():
		do(n, n.Text())
	}
}
