package policy

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/checkertest"
	"github.com/sceplint/sceplint/checker/profile/profiletest"
)

// FuzzNarrowed holds what TestFacts does for policies that are drawn from a
// grammar of the language: a policy that is shown no more of the input than it
// reads, and whose results are remembered, finds what it finds in the whole input,
// in the first run, in the second, and in a third one at another time.
func FuzzNarrowed(f *testing.F) {
	inputs := narrowedInputs(f)
	root := inputSchema(f)
	for seed := range 8 {
		f.Add(randomBytes(uint64(seed)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<10 {
			return
		}
		g := &policyGrammar{data: data, root: root}
		parameters := g.parameters()
		files := []File{{Name: "drawn.rego", Path: "drawn.rego", Text: []byte(g.module())}}
		if _, err := Load(context.Background(), Config{Files: files}); err != nil {
			return // it does not compile, or a type is wrong
		}
		compareNarrowed(t, files, parameters, inputs)
	})
}

// compareNarrowed compares what policies find in the whole input with what they find
// narrowed and remembered, and returns the former.
func compareNarrowed(t *testing.T, files []File, parameters map[string]any, inputs []checker.Input) string {
	t.Helper()
	whole, narrowed := outcomes(t, files, parameters, inputs, true), outcomes(t, files, parameters, inputs, false)
	if stopped := errTime.Error(); strings.Contains(whole, stopped) || strings.Contains(narrowed, stopped) {
		return "" // how far it came depends on the time
	}
	if diff := cmp.Diff(whole, narrowed); diff != "" {
		t.Errorf("(-whole +narrowed):\n%s\n%v\n%s", diff, parameters, files[0].Text)
	}
	return whole
}

var drawnPolicies = flag.Int("drawn", 40, "draw `N` policies in TestDrawnPolicies")

// TestDrawnPolicies holds that the grammar of FuzzNarrowed draws policies that
// compile, find something, and read each part of the input.
func TestDrawnPolicies(t *testing.T) {
	t.Parallel()
	inputs := narrowedInputs(t)
	root := inputSchema(t)
	compiled, finding, guarded := 0, 0, 0
	var texts strings.Builder
	conditions := map[string]int{}
	for seed := range uint64(max(*drawnPolicies, 400)) {
		g := &policyGrammar{data: randomBytes(seed), root: root}
		parameters := g.parameters()
		text := g.module()
		files := []File{{Name: "drawn.rego", Path: "drawn.rego", Text: []byte(text)}}
		set, err := Load(context.Background(), Config{Files: files})
		if err != nil {
			continue
		}
		for _, guard := range set.policies[0].guards {
			for _, c := range guard.conditions {
				conditions[c.operator]++
				conditions[fmt.Sprint("section ", guard.section)]++
				if c.parameter != "" {
					conditions["parameter"]++
				}
			}
		}
		for _, value := range parameters {
			conditions[fmt.Sprintf("%T", value)]++
		}
		if seed >= uint64(*drawnPolicies) {
			continue // to evaluate it takes most of the time
		}
		compiled++
		if len(set.policies[0].checks) > 0 {
			guarded++
		}
		if compiled <= 1000 {
			texts.WriteString(text)
		}
		if strings.Contains(compareNarrowed(t, files, parameters, inputs), "[drawn]") {
			finding++
		}
	}
	if guarded < compiled/20 {
		t.Errorf("of %d policies %d have guards", compiled, guarded)
	}
	if compiled < *drawnPolicies/2 || finding < *drawnPolicies/5 {
		t.Errorf("of %d policies %d compile and %d find something", *drawnPolicies, compiled, finding)
	}
	for _, condition := range []string{isTrue, isNotTrue, isNotIn, "eq", "neq", "lt", "lte", "gt", "gte", "parameter", fmt.Sprint("section ", sectionSCEP), fmt.Sprint("section ", sectionCertificates), "<nil>", "bool", "string", "json.Number", "[]interface {}", "map[string]interface {}"} {
		if conditions[condition] == 0 {
			t.Errorf("no guard has %s", condition)
		}
	}
	for _, part := range []string{"input.scep", "input.certificates", "input.references", "input.profile", "input.acme", "input.file", "every ", "not ", " with input", "walk(", "some ", "contains x"} {
		if !strings.Contains(texts.String(), part) {
			t.Errorf("no policy has %q", part)
		}
	}
}

// outcomes returns the findings, errors, and output of three runs over the inputs,
// or that they took too long: after ten seconds a fuzzer takes its target to hang.
func outcomes(t *testing.T, files []File, parameters map[string]any, inputs []checker.Input, plain bool) string {
	t.Helper()
	set, err := Load(context.Background(), Config{Files: files, Data: map[string]any{"config": parameters}})
	if err != nil {
		t.Fatal(err)
	}
	set.disableCache = plain
	var b strings.Builder
	start := time.Now()
	for _, part := range []time.Duration{0, 0, time.Nanosecond} { // the third run is at another time
		c := &checker.Checker{Rules: set.Rules(), Now: checkertest.Now.Add(part), Jobs: 1}
		for r := range c.Run(context.Background(), slices.Values(inputs)) {
			if time.Since(start) > 2*time.Second {
				return errTime.Error()
			}
			if r.Err != nil {
				fmt.Fprintf(&b, "%s: %v\n", r.File, r.Err)
			}
			for _, f := range r.Findings {
				fmt.Fprintf(&b, "%s: %v %s [%s]\n", r.File, f.Path, f.Message, f.Rule.ID)
			}
			for _, line := range r.PolicyOutput {
				fmt.Fprintln(&b, line)
			}
		}
	}
	return b.String()
}

// narrowedInputs are profiles, some of them alike in part.
func narrowedInputs(tb testing.TB) (inputs []checker.Input) {
	add := func(name string, text []byte) {
		inputs = append(inputs, checker.Input{Name: name, Read: func() ([]byte, error) { return bytes.Clone(text), nil }})
	}
	for _, name := range []string{"input", "odd"} {
		text, err := os.ReadFile("testdata/" + name + ".mobileconfig")
		if err != nil {
			tb.Fatal(err)
		}
		add(name, text)
	}
	add("small", []byte(checkertest.Document(checker.ScopeSCEP, "<key>URL</key><string>https://a.b/c</string>")))
	add("smaller", []byte(checkertest.Document(checker.ScopeSCEP, "<key>Keysize</key><integer>2048</integer>")))
	add("other size", []byte(checkertest.Document(checker.ScopeSCEP, "<key>Keysize</key><integer>4096</integer>")))
	add("overflow", []byte(checkertest.Document(checker.ScopeSCEP, "<key>Keysize</key><integer>99999999999999999999</integer><key>RetryDelay</key><date>2024-02-30</date>")))
	for seed := range uint64(2) {
		add(fmt.Sprint(seed), profiletest.Generate(seed))
	}
	return append(inputs, inputs[1:5]...)
}

func randomBytes(seed uint64) []byte {
	source := rand.New(rand.NewPCG(seed, 1))
	data := make([]byte, 40+source.IntN(200))
	for i := range data {
		data[i] = byte(source.Uint32())
	}
	return data
}

// schemaNode is a value of the input as its schema has it.
type schemaNode struct {
	Type       any                    `json:"type"` // a name, or several
	Properties map[string]*schemaNode `json:"properties"`
	Items      *schemaNode            `json:"items"`
	names      []string
}

// unknown is a value of any type.
var unknown = &schemaNode{}

func (n *schemaNode) settle() {
	for name, p := range n.Properties {
		n.names = append(n.names, name)
		p.settle()
	}
	slices.Sort(n.names)
	if n.Items != nil {
		n.Items.settle()
	}
}

func inputSchema(tb testing.TB) *schemaNode {
	root := &schemaNode{}
	if err := json.Unmarshal(Schema, root); err != nil {
		tb.Fatal(err)
	}
	root.settle()
	return root
}

// policyGrammar draws a policy: each byte of the data is a choice, and where the
// data ends, the first of the choices is taken, which is the shortest.
type policyGrammar struct {
	data   []byte
	root   *schemaNode
	scope  []*drawnVar
	count  int
	ground bool // no new variables: in a negation
	helper bool // a rule that the policy uses, which uses no others
}

// drawnVar is a variable with what it stands for.
type drawnVar struct {
	name string
	node *schemaNode
	used bool
}

func (g *policyGrammar) choose(n int) int {
	if len(g.data) == 0 {
		return 0
	}
	c := int(g.data[0])
	g.data = g.data[1:]
	return c % n
}

func (g *policyGrammar) declare(node *schemaNode) string {
	g.count++
	v := &drawnVar{name: fmt.Sprintf("v%d", g.count), node: node}
	g.scope = append(g.scope, v)
	return v.name
}

// inner draws something whose variables are not seen outside of it.
func (g *policyGrammar) inner(draw func() string) string {
	size, ground := len(g.scope), g.ground
	defer func() { g.scope, g.ground = g.scope[:size], ground }()
	return draw()
}

// negated draws something without new variables.
func (g *policyGrammar) negated(draw func() string) string {
	return g.inner(func() string { g.ground = true; return draw() })
}

func (g *policyGrammar) module() string {
	var b strings.Builder
	b.WriteString(`package policies.test.drawn

fixed := 2048

default limit := 1

limit := data.config.limit

default list := [1024, "https"]

list := data.config.list

flag := data.config.flag

words := ["RSA", "literal", null] if true

at_noon if input.time == "2024-01-01T12:00:00Z"

same if input.scep[0].keysize.value == input.scep[1].keysize.value

`)
	for range 1 + g.choose(2) {
		b.WriteString("warn contains msg if {\n" + g.body(max(0, g.choose(7)-2), func() string { return "msg := " + g.member() }) + "}\n\n")
	}
	g.helper = true
	b.WriteString("any_key if " + g.negated(g.test) + "\n\n")
	b.WriteString("through(x) := json.marshal(x." + []string{"keysize", "subject", "url", "index"}[g.choose(4)] + ")\n\nnarrowed(x) := x\n\n")
	b.WriteString("several contains x if {\n" + g.body(1+g.choose(2), func() string { return "x := " + g.value(1) }) + "}\n\n")
	b.WriteString("default sizes := 0\n\nsizes := x if {\n" + g.body(1, func() string { return "x := " + g.value(1) }) + "}")
	if g.choose(2) == 1 {
		b.WriteString(" else := " + g.negated(func() string { return g.value(1) }))
	}
	return b.String() + "\n"
}

// parameters draws parameters of all types.
func (g *policyGrammar) parameters() map[string]any {
	numbers := []any{json.Number("2048"), json.Number("2048.0"), json.Number("4.096e3"), json.Number("-0"), json.Number("99999999999999999999")}
	values := append(slices.Clone(numbers), "2048", "https", "literal", "", nil, false, true, map[string]any{}, map[string]any{"a": json.Number("1")}, []any{})
	list := []any{[]any{numbers[0], json.Number("1024")}, []any{numbers[1], "RSA"}, []any{nil, false, "literal"}, []any{values[:3]}, []any{map[string]any{"a": true}}}
	parameters := map[string]any{}
	for _, name := range []string{"limit", "flag", "list"} {
		given := values
		if name == "list" {
			given = append(list, values...)
		}
		if n := g.choose(len(given) + 3); n > 2 {
			parameters[name] = given[n-3]
		}
	}
	return parameters
}

// member draws a member of a set: a message, or an object.
func (g *policyGrammar) member() string {
	switch g.choose(8) {
	case 1:
		return `{"msg": ` + g.message() + `, "path": ` + []string{"[]", `["PayloadContent", 0]`, `["PayloadContent", 1, "PayloadContent"]`, `["PayloadContent", -1]`, `["PayloadContent", 0.5]`, "[1e0]", `"PayloadContent"`}[g.choose(7)] + "}"
	case 2:
		return `{"msg": ` + g.message() + `, "args": [` + g.value(1) + "]}"
	case 3:
		return `{"msg": ` + g.message() + `, "path": ` + g.value(1) + "}"
	}
	return g.message()
}

func (g *policyGrammar) message() string {
	switch g.choose(4) {
	case 1:
		return `sprintf("%v %v", [` + g.value(1) + ", " + g.value(1) + "])"
	case 2:
		return `concat(" ", [json.marshal(` + g.value(1) + "), json.marshal(" + g.value(2) + ")])"
	}
	return "json.marshal(" + g.value(2) + ")"
}

// body draws statements with a last one, and uses their variables.
func (g *policyGrammar) body(statements int, last func() string) string {
	return g.inner(func() string {
		outer := len(g.scope)
		var lines []string
		if statements == 0 {
			lines = g.guard()
		}
		for range statements {
			lines = append(lines, g.statement(2))
		}
		lines = append(lines, last())
		return "\t" + strings.Join(append(lines, g.uses(outer)...), "\n\t") + "\n"
	})
}

// guard draws conditions on a row.
func (g *policyGrammar) guard() []string {
	name := []string{"scep", "certificates"}[g.choose(2)]
	row := g.root.Properties[name].Items
	v := g.declare(row)
	g.scope[len(g.scope)-1].used = true
	lines := []string{[]string{"some " + v + " in input." + name, "some _, " + v + " in input." + name, v + " := input." + name + "[_]", v + " := input." + name + "[0]", v + " = input." + name + "[_]"}[g.choose(5)]}
	for range g.choose(3) {
		lines = slices.Insert(lines, g.choose(2), []string{"limit > 1", "flag", "not flag", "at_noon", "not at_noon", "not same", "limit == 2048", "flag == false", "some _ in input.acme"}[g.choose(9)])
	}
	for range 1 + g.choose(3) {
		lines = append(lines, g.negated(func() string { return g.condition(v, row) }))
	}
	return lines
}

// condition draws a condition on a row.
func (g *policyGrammar) condition(v string, row *schemaNode) string {
	ref, node := g.path(v, row, 5)
	if fields := map[bool][]string{true: {"keysize", "key_usage", "retries", "retry_delay"}, false: {"days_left"}}[row.Properties["keysize"] != nil]; g.choose(2) == 0 {
		name := fields[g.choose(len(fields))]
		ref, node = v+"."+name, row.Properties[name]
		if node.Properties != nil {
			ref, node = ref+".value", node.Properties["value"]
		}
	}
	start := ""
	if g.choose(4) == 0 {
		g.count++
		name := fmt.Sprintf("v%d", g.count)
		start, ref = name+" := "+ref+"\n\t", name
	}
	switch g.choose(9) {
	case 0:
		return start + ref
	case 1:
		return start + "not " + ref
	case 2, 3:
		list := []string{"list", "words", "[2048, 4096]", "[1.0, false, null]", `["https", "literal", "SHA-256"]`, "[0, -0, 1e0, 99999999999999999999]", "[[2048]]", "{2048, true}", "[fixed, 1]", "data.config.list"}[g.choose(10)]
		return start + []string{"not ", "not ", ""}[g.choose(3)] + ref + " in " + list
	case 4:
		value := []string{"limit", "flag", "fixed", "2048.0", "2.048e3", "-0", "99999999999999999999", `"literal"`, "false", "null", "[]", "data.config.limit"}[g.choose(12)]
		operator := []string{" == ", " != ", " < ", " <= ", " > ", " >= ", " = "}[g.choose(7)]
		if g.choose(4) == 0 {
			return start + value + operator + ref
		}
		return start + []string{"", "", "not "}[g.choose(3)] + ref + operator + value
	case 5:
		return start + g.comparison(ref, node) + " with data.config.limit as 4096"
	}
	return start + g.comparison(ref, node)
}

// uses draws uses of the variables that have none, as the compiler demands.
func (g *policyGrammar) uses(outer int) (lines []string) {
	for _, v := range g.scope[outer:] {
		if v.used {
			continue
		}
		v.used = true
		ref, ground := v.name, g.ground
		g.ground = true
		for range 4 {
			if node := v.node; len(node.names) > 0 { // not all of it
				ref, _ = g.path(v.name, node, 2)
			}
		}
		g.ground = ground
		lines = append(lines, "json.marshal("+ref+`) != "none"`)
	}
	return lines
}

func (g *policyGrammar) statement(depth int) string {
	if g.ground {
		return g.test()
	}
	switch g.choose(21) {
	default:
		ref, node := g.list()
		return "some " + g.declare(node.element()) + " in " + ref
	case 1:
		ref, node := g.list()
		return "some " + g.declare(unknown) + ", " + g.declare(node.element()) + " in " + ref
	case 2:
		ref, node := g.reference()
		return g.declare(node) + " := " + ref
	case 3:
		value := g.value(depth)
		return g.declare(unknown) + " := " + value
	case 4:
		return "json.marshal(" + g.value(depth) + ")" + []string{" == ", " != ", " > "}[g.choose(3)] + "json.marshal(" + g.value(depth-1) + ")"
	case 5:
		return "not " + g.negated(g.scalar)
	case 6:
		return "not " + g.negated(g.test)
	case 7:
		return g.negated(func() string {
			ref, node := g.list()
			v := g.declare(node.element())
			return "every " + v + " in " + ref + " { " + strings.Join(g.uses(len(g.scope)-1), "; ") + "; " + g.negated(g.test) + " }"
		})
	case 8:
		value := g.negated(func() string { return g.value(1) })
		at := []string{"input", "input.scep", "input.certificates", "data.policies.test.drawn.sizes"}[g.choose(5-1)]
		if g.helper {
			at = "input.scep"
		}
		return g.test() + " with " + at + " as " + value
	case 9:
		ref, _ := g.reference()
		return "walk(" + ref + ", [" + g.declare(unknown) + ", " + g.declare(unknown) + "])"
	case 10:
		return "json.marshal(" + g.value(depth-1) + ") in [json.marshal(" + g.value(depth-1) + "), " + `"{}"]`
	case 11:
		ref, node := g.list()
		key := g.declare(unknown)
		return "some " + key + "; " + g.declare(node.element()) + " := " + ref + "[" + key + "]"
	case 12:
		return g.scalar()
	case 13:
		return "print(" + g.negated(func() string { return g.value(depth - 1) }) + ")"
	case 14:
		first, node := "", unknown
		second := g.negated(func() string { first, node = g.reference(); return g.value(depth - 1) })
		return "[" + g.declare(node) + ", " + g.declare(unknown) + "] := [" + first + ", " + second + "]"
	case 20: // a variable that has a value
		if len(g.scope) == 0 {
			return g.test()
		}
		v := g.scope[g.choose(len(g.scope))]
		v.used = true
		return v.name + " = " + g.negated(func() string { return g.value(1) })
	case 16, 17: // what a guard is made of
		return g.negated(g.test)
	case 18:
		return g.negated(func() string { return "not " + g.scalar() })
	case 15:
		ref, node := "", unknown
		g.negated(func() string { ref, node = g.reference(); return "" })
		return `{"x": ` + g.declare(node) + `} := {"x": ` + ref + "}"
	}
}

// test draws a comparison that types do not rule out.
func (g *policyGrammar) test() string {
	ref, node := g.leaf()
	return g.comparison(ref, node)
}

func (g *policyGrammar) comparison(ref string, node *schemaNode) string {
	operator := []string{" == ", " != "}[g.choose(2)]
	switch node.Type {
	case "string":
		return ref + operator + []string{`"RSA"`, `""`, `"https"`, `"literal"`, `"SHA-256"`}[g.choose(5)]
	case "integer":
		return ref + []string{" > ", " != ", " == ", " < ", " >= ", " <= "}[g.choose(6)] + []string{"0", "2048", "1", "limit", "fixed", "4096"}[g.choose(6)]
	case "boolean":
		return ref + operator + "true"
	}
	return "json.marshal(" + ref + ")" + operator + `"0"`
}

// scalar draws a reference that may be false or undefined.
func (g *policyGrammar) scalar() string { ref, _ := g.leaf(); return ref }

func (n *schemaNode) element() *schemaNode {
	if n == nil || n.Items == nil {
		return unknown
	}
	return n.Items
}

// start draws the input, a part of it, or a variable.
func (g *policyGrammar) start() (string, *schemaNode) {
	if len(g.scope) > 0 && g.choose(3) > 0 {
		v := g.scope[g.choose(len(g.scope))]
		v.used = true
		return v.name, v.node
	}
	name := []string{"scep", "scep", "certificates", "references", "acme", "file", "profile", ""}[g.choose(8)]
	if name == "" {
		return "input", g.root
	}
	return "input." + name, g.root.Properties[name]
}

// reference draws a reference to anything.
func (g *policyGrammar) reference() (string, *schemaNode) {
	ref, node := g.start()
	return g.path(ref, node, g.choose(5))
}

// list draws a reference to an array.
func (g *policyGrammar) list() (string, *schemaNode) {
	for range 3 {
		before := make([]bool, len(g.scope))
		for i, v := range g.scope {
			before[i] = v.used
		}
		if ref, node := g.reference(); node.Items != nil {
			return ref, node
		}
		g.scope = g.scope[:len(before)] // what is not written declares nothing, and uses nothing
		for i, used := range before {
			g.scope[i].used = used
		}
	}
	name := []string{"scep", "certificates", "acme", "references"}[g.choose(4)]
	return "input." + name, g.root.Properties[name]
}

// leaf draws a reference to a scalar, mostly.
func (g *policyGrammar) leaf() (string, *schemaNode) {
	ref, node := g.start()
	return g.path(ref, node, 5)
}

// path goes on from a reference by a number of steps at most.
func (g *policyGrammar) path(ref string, node *schemaNode, steps int) (string, *schemaNode) {
	for range steps {
		switch {
		case node == unknown:
			return ref, node
		case node.Items != nil:
			switch n := g.choose(4); {
			case n == 0 || g.ground:
				ref += "[0]"
			case n == 1:
				ref += "[" + g.declare(unknown) + "]"
			default:
				ref += "[_]"
			}
			node = node.Items
		case len(node.names) > 0:
			name := node.names[g.choose(len(node.names))]
			switch n := g.choose(12); {
			case n == 0 && !g.ground:
				return ref + "[_]", unknown
			case n == 1 && !g.ground:
				return ref + "[" + g.declare(unknown) + "]", unknown
			case n == 3 && !g.ground:
				ref += fmt.Sprintf("[[%q, %q][_]]", name, node.names[g.choose(len(node.names))])
				return ref, unknown
			case n == 2 || strings.IndexFunc(name, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') }) >= 0:
				ref += fmt.Sprintf("[%q]", name)
			default:
				ref += "." + name
			}
			node = node.Properties[name]
		default:
			return ref, node
		}
	}
	return ref, node
}

// value draws a term.
func (g *policyGrammar) value(depth int) string {
	if depth <= 0 {
		return g.scalar()
	}
	comprehension := func(open, key, end string) string {
		return g.inner(func() string {
			outer := len(g.scope)
			body := []string{g.statement(depth - 1)}
			if g.choose(3) == 0 {
				body = append(body, g.statement(depth-1))
			}
			head := key + g.value(depth-1)
			return open + head + " | " + strings.Join(append(body, g.uses(outer)...), "; ") + end
		})
	}
	switch g.choose(18) {
	case 6:
		return comprehension("[", "", "]")
	case 7:
		return comprehension("{", "", "}")
	case 8:
		return "count(" + comprehension("{", "", "}") + ")"
	case 9:
		ref, node := g.start()
		if node.Items != nil {
			ref, node = ref+"[0]", node.Items
		}
		if len(node.names) == 0 {
			return ref
		}
		return fmt.Sprintf("object.get(%s, %q, %s)", ref, node.names[g.choose(len(node.names))], g.value(depth-1))
	case 10:
		ref, _ := g.list()
		return "count(" + ref + ")"
	case 11:
		for _, v := range g.scope {
			if v.node == g.root.Properties["scep"].Items && g.choose(2) == 0 {
				v.used = true
				return "through(" + v.name + ")"
			}
		}
		return "through(input.scep[0])"
	case 12:
		ref, node := g.reference()
		ref, _ = g.path("narrowed("+ref+")", node, g.choose(3))
		return ref
	case 13:
		if g.helper {
			break
		}
		return []string{"sizes", "several", "any_key", "{x | some x in data.policies.test.drawn.several}"}[g.choose(4)]
	case 14:
		ref, _ := g.list()
		return []string{"array.slice(" + ref + ", 0, 1)", "json.marshal(" + ref + ")", "is_array(" + ref + ")", "sort(" + ref + ")"}[g.choose(4)]
	case 15:
		return "[" + g.value(depth-1) + ", " + g.value(depth-1) + "]" + []string{"", "[0]"}[g.choose(2)]
	case 17:
		if g.choose(4) == 0 {
			return "time.now_ns()"
		}
	case 16:
		return `{"scep": ` + g.value(depth-1) + "}" + []string{"", ".scep"}[g.choose(2)]
	}
	ref, _ := g.reference()
	return ref
}
