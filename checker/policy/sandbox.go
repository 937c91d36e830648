package policy

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// allowed are the built-in functions that policies may call: functions of
// values alone. What reaches a network, a file, the environment or chance is
// not among them, nor what parses languages or checks signatures, nor what may
// take exponential time for short arguments. A function that OPA adds has to
// be added here to be had.
var allowed = strings.Fields(`
	abs all and any array.concat array.flatten array.reverse array.slice assign
	base64.decode base64.encode base64.is_valid base64url.decode base64url.encode base64url.encode_no_pad
	bits.and bits.lsh bits.negate bits.or bits.rsh bits.xor
	ceil concat contains count crypto.hmac.equal crypto.md5 crypto.sha1 crypto.sha256
	div endswith eq equal floor format_int glob.match glob.quote_meta graph.reachable gt gte
	hex.decode hex.encode indexof indexof_n internal.member_2 internal.member_3 internal.print internal.template_string
	internal.test_case intersection is_array is_boolean is_null is_number is_object is_set is_string
	json.filter json.is_valid json.marshal json.patch json.remove json.unmarshal
	lower lt lte max min minus mul neq numbers.range numbers.range_step
	object.filter object.get object.keys object.remove object.subset object.union object.union_n or
	plus print product regex.find_all_string_submatch_n regex.find_n regex.is_valid regex.match regex.replace
	regex.split rego.metadata.chain rego.metadata.rule rem replace round semver.compare semver.is_valid
	set_diff sort split sprintf startswith strings.any_prefix_match strings.any_suffix_match strings.count
	strings.replace_n strings.reverse strings.split_n substring sum
	time.add_date time.clock time.date time.diff time.format time.now_ns time.parse_duration_ns time.parse_ns
	time.parse_rfc3339_ns time.weekday to_number trim trim_left trim_prefix trim_right trim_space trim_suffix
	type_name union units.parse units.parse_bytes upper uri.is_valid uri.parse urlquery.decode urlquery.decode_object
	urlquery.encode urlquery.encode_object uuid.parse walk
	net.cidr_contains net.cidr_intersects net.cidr_is_valid`)

// capabilities are what policies may use of Rego.
var capabilities = sync.OnceValue(func() *ast.Capabilities {
	c := ast.CapabilitiesForThisVersion()
	kept, may := make([]*ast.Builtin, 0, len(allowed)), make(map[string]bool, len(allowed))
	for _, name := range allowed {
		may[name] = true
	}
	for _, b := range c.Builtins {
		if may[b.Name] {
			kept = append(kept, b)
		}
	}
	c.Builtins = kept
	c.AllowNet = []string{}
	limitBuiltins()
	return c
})

// The most that a value may grow to while a policy runs. Longer ones are made
// only to exhaust memory.
const (
	maxText   = 8 << 20 // bytes of a string
	maxLength = 1 << 20 // elements of an array, set or object
	maxDigits = 400     // of a number
	maxValues = 1 << 18 // in a value that is written as text, or that a set has as a member
)

// serializers are the functions that walk through all of an argument at one go: a
// small value that holds another twice, which holds another twice, is long.
var serializers = []string{"json.marshal", "sprintf", "internal.print", "print", "internal.template_string", "urlquery.encode_object", "json.filter", "json.patch", "json.remove", "object.union_n", "object.subset"}

// formatting are those of them whose result has the texts of an argument in it.
var formatting = []string{"json.marshal", "sprintf", "internal.print", "print", "internal.template_string", "urlquery.encode_object"}

// writtenLength returns how long a value is as text, without escapes; more than
// maxText if it is longer than that.
func writtenLength(v ast.Value) int {
	n := 0
	var add func(v ast.Value)
	each := func(t *ast.Term) bool {
		add(t.Value)
		n++ // the comma
		return n > maxText
	}
	add = func(v ast.Value) {
		switch v := v.(type) {
		case ast.String:
			n += len(v) + 2
		case *ast.Array:
			v.Until(each)
		case ast.Set:
			v.Until(each)
		case ast.Object:
			v.Until(func(key, value *ast.Term) bool { return each(key) || each(value) })
		case ast.Number:
			n += len(v)
		default:
			n += len("false")
		}
	}
	add(v)
	return n
}

// exceeds reports whether a value contains more values than a limit.
func exceeds(v ast.Value, most int) bool {
	return count(v, &most, 0) < 0
}

// count subtracts the number of values inside a value from what is left, down to
// -1.
func count(v ast.Value, left *int, depth int) int {
	const deepest = 1000
	if *left--; *left < 0 || depth > deepest {
		*left = -1
		return -1
	}
	inner := func(t *ast.Term) bool { return count(t.Value, left, depth+1) < 0 }
	switch v := v.(type) {
	case *ast.Array:
		v.Until(inner)
	case ast.Set:
		v.Until(inner)
	case ast.Object:
		v.Until(func(key, value *ast.Term) bool { return inner(key) || inner(value) })
	}
	return *left
}

var errTooLarge = errors.New("value is too large")

// sizeEstimates are the functions whose results can be much larger than their
// arguments, with how large at least. The others are checked by their results.
var sizeEstimates = map[string]func(args []*ast.Term) int{
	"concat": func(args []*ast.Term) int {
		n, parts := 0, 0
		each(args[1], func(t *ast.Term) {
			n += textLength(t)
			parts++
		})
		return n + parts*textLength(args[0])
	},
	"sprintf": func(args []*ast.Term) int {
		n, longest, widest := formatLength(args[0]), 0, 0
		each(args[1], func(t *ast.Term) {
			length := writtenLength(t.Value)
			n, longest = n+length, max(longest, length)
			if number, ok := t.Value.(ast.Number); ok {
				width, whole := number.Int()
				if !whole {
					width = 0 // Go accepts no such width
				}
				widest = min(max(widest, width, -width), maxText)
			}
		})
		if format, ok := args[0].Value.(ast.String); ok { // a width may be an argument
			n += min(strings.Count(string(format), "*"), maxText) * widest
		}
		if format, ok := args[0].Value.(ast.String); ok && strings.Contains(string(format), "[") { // an argument may be written many times
			n += strings.Count(string(format), "%") * longest
		}
		return n
	},
	"replace": func(args []*ast.Term) int {
		old, s := textLength(args[1]), textLength(args[0])
		return (s/max(old, 1) + 1) * textLength(args[2])
	},
	"regex.replace": func(args []*ast.Term) int { return (textLength(args[0]) + 1) * textLength(args[2]) / 4 },
	"strings.replace_n": func(args []*ast.Term) int {
		longest := 0
		if o, ok := args[0].Value.(ast.Object); ok {
			o.Foreach(func(_, v *ast.Term) { longest = max(longest, textLength(v)) })
		}
		return (textLength(args[1]) + 1) * longest / 4
	},
	"bits.lsh": func(args []*ast.Term) int {
		if n, ok := args[1].Value.(ast.Number); ok {
			if shift, ok := n.Int(); ok && shift < 8*maxDigits {
				return 0
			}
		}
		return maxText + 1
	},
}

func each(t *ast.Term, do func(*ast.Term)) {
	switch x := t.Value.(type) {
	case *ast.Array:
		x.Foreach(do)
	case ast.Set:
		x.Foreach(do)
	}
}

func textLength(t *ast.Term) int {
	switch x := t.Value.(type) {
	case ast.String:
		return len(x)
	case ast.Number:
		return len(x)
	case *ast.Array:
		return x.Len()
	}
	return 0
}

// formatLength returns the sum of the widths and precisions of a format.
func formatLength(t *ast.Term) int {
	format, ok := t.Value.(ast.String)
	if !ok {
		return 0
	}
	n := len(format)
	for _, number := range strings.FieldsFunc(string(format), func(r rune) bool { return r < '0' || r > '9' }) {
		width, err := strconv.Atoi(number)
		if err != nil || width > maxText {
			return maxText + 1
		}
		n += width
	}
	return n
}

// limitBuiltins limits the functions, so that a policy with growing values is stopped
// before the memory is exhausted: an evaluation can be canceled only between two
// steps, and one function is a single step.
func limitBuiltins() {
	for _, name := range allowed {
		f := topdown.GetBuiltin(name)
		if f == nil {
			continue
		}
		grows, writes, formats := sizeEstimates[name], slices.Contains(serializers, name), slices.Contains(formatting, name)
		if name == ast.NowNanos.Name {
			f = now(f)
		}
		topdown.RegisterBuiltinFunc(name, func(bctx topdown.BuiltinContext, args []*ast.Term, iter func(*ast.Term) error) error {
			for _, arg := range args {
				if n, ok := arg.Value.(ast.Number); ok && !numberInLimits(string(n)) {
					return errors.New("number has too many digits")
				}
				if writes && exceeds(arg.Value, maxValues) || formats && writtenLength(arg.Value) > maxText {
					return errTooLarge
				}
			}
			if grows != nil && grows(args) > maxText {
				return errTooLarge
			}
			return f(bctx, args, func(result *ast.Term) error {
				if result != nil && tooLarge(result.Value) {
					return errTooLarge
				}
				return iter(result)
			})
		})
	}
}

// clock is what the time of a run of tests is found under in their context:
// OPA's tester takes no other.
type clock struct{}

// now returns a built-in function for the current time that uses the time of the
// run.
func now(f topdown.BuiltinFunc) topdown.BuiltinFunc {
	return func(bctx topdown.BuiltinContext, args []*ast.Term, iter func(*ast.Term) error) error {
		if t, ok := bctx.Context.Value(clock{}).(time.Time); ok {
			return iter(ast.NumberTerm(json.Number(strconv.FormatInt(t.UnixNano(), 10))))
		}
		return f(bctx, args, iter)
	}
}

// numberInLimits reports whether a number can be computed with.
func numberInLimits(number string) bool {
	if len(number) > maxDigits {
		return false
	}
	i := strings.IndexAny(number, "eE")
	if i < 0 {
		return true
	}
	exponent, err := strconv.Atoi(strings.TrimPrefix(number[i+1:], "+"))
	return err == nil && exponent < maxDigits && exponent > -maxDigits
}

func tooLarge(v ast.Value) bool {
	switch x := v.(type) {
	case ast.String:
		return len(x) > maxText
	case ast.Number:
		return !numberInLimits(string(x))
	case *ast.Array:
		return x.Len() > maxLength
	case ast.Set:
		return x.Len() > maxLength
	case ast.Object:
		return x.Len() > maxLength
	}
	return false
}
