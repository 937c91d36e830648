package rules

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/checkertest"
)

// TestDocParts holds that the documentation of a rule has its parts, each once
// and in order.
func TestDocParts(t *testing.T) {
	for _, rule := range All() {
		if !regexp.MustCompile(`(?s)^What it checks: .+\nWhy it matters: .+`).MatchString(rule.Doc) {
			t.Errorf("%s: its documentation says not what it checks, or why it matters", rule.ID)
		}
		if utf8.RuneCountInString(rule.Title) > 60 {
			t.Errorf("%s: the title has more than 60 characters", rule.ID)
		}
	}
}

// TestMessages looks at the messages and the help of all findings in the test
// data: short messages without a remedy, and help that says something else.
func TestMessages(t *testing.T) {
	shapes := map[string]bool{}
	remedy := regexp.MustCompile(`[;,:] (write|add|remove|use|set|replace|move|rename|put|give|keep|sign|run|make|convert|generate|export|save|resolve|unpack|extract|delete|leave|fix|split|download|check) `)
	for _, rule := range All() {
		for _, pattern := range []string{"bad*", "set*/*"} {
			for _, file := range checkertest.Files(t, filepath.Join(testdata, rule.ID, pattern)) {
				text := checkertest.Read(t, file)
				for _, f := range run(t, file, text, checkertest.Targets(t, text), with(rule)...).Findings {
					checkWording(t, shapes, remedy, &f)
				}
			}
		}
	}
	var lengths []int
	for shape := range shapes {
		lengths = append(lengths, utf8.RuneCountInString(shape))
	}
	slices.Sort(lengths)
	t.Logf("%d messages, of %d characters at most, and %d in the median", len(lengths), lengths[len(lengths)-1], lengths[len(lengths)/2])
	if len(lengths) < 150 || lengths[len(lengths)/2] >= 60 {
		t.Errorf("the median of %d messages is %d characters", len(lengths), lengths[len(lengths)/2])
	}
}

func checkWording(t *testing.T, shapes map[string]bool, remedy *regexp.Regexp, f *checker.Finding) {
	t.Helper()
	shape := withoutValues(f.Message)
	if shapes[shape] {
		return
	}
	shapes[shape] = true
	if n := utf8.RuneCountInString(shape); n > 90 {
		t.Errorf("%s: %d characters: %s", f.Rule.ID, n, f.Message)
	}
	if remedy.MatchString(shape) || strings.HasSuffix(f.Message, ".") {
		t.Errorf("%s: a remedy, or a period: %s", f.Rule.ID, f.Message)
	}
	if f.Rule.ID == "plist-syntax" && f.Help == f.Rule.Help { // the readers know what to do about each error
		t.Errorf("%s: help that is not specific: %s", f.Rule.ID, f.Message)
	}
	said := func(text string) string { return strings.Join(wordsOf(text), " ") }
	for _, text := range []string{f.Help, fixMessage(f)} {
		if n := utf8.RuneCountInString(withoutValues(text)); n > 100 && !strings.Contains(text, "openssl") {
			t.Errorf("%s: help of %d characters: %s", f.Rule.ID, n, text)
		}
		if text != "" && strings.Contains(said(f.Message), said(text)) {
			t.Errorf("%s: %q repeats %q", f.Rule.ID, text, f.Message)
		}
	}
}

func fixMessage(f *checker.Finding) string {
	if f.Fix == nil {
		return ""
	}
	return f.Fix.Message
}

var values = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|payload PayloadContent\[\d+\](?: \([^)]*\))?(?: on line \d+)?|\b[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4,12})+|\b\d[\d.:TZ-]*|[;,]? (?:and the first is|first defined) on line \d+|<[^>]*>|\b[A-Za-z]+\.[A-Za-z]+\b|until it is rendered: .*|: CMS message .*|\((?:asn1|x509)[^)]*\)`)

// withoutValues is a message without what it quotes of the document.
func withoutValues(message string) string { return values.ReplaceAllString(message, "") }

func wordsOf(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// never are the words that others replace, so that each thing has one name. The
// pattern is of whole words.
var never = map[string]string{
	`hits?`:                              "finding",
	`(keeps?|held|hold|holds|kept) back`: "suppress",
	`mends?|mended`:                      "fix, correct",
	`judged?|judges`:                     "check, report",
	`pass(es|ed)? over`:                  "skip, ignore",
	`swallows?|swallowed`:                "ignore",
	`refuses?|refused`:                   "reject",
	`lacks|is without`:                   "is missing",
	`is no [a-z]+`:                       "is not a, invalid",
	`is none`:                            "unknown, unsupported",
	`misspelt`:                           "misspelled",
	`twice|doubled|one and the same`:     "duplicate",
	`out of reason`:                      "out of range",
	`not in force|past its date`:         "expired, not yet valid",
	`letter by letter|in other letters`:  "case-sensitive, only in case",
	`fixed secret|fixed text`:            "hard-coded",
	`sample text|samples?`:               "placeholder",
	`filled in`:                          "rendered, fills in",
	`dicts?`:                             "dictionary",
	`outermost`:                          "top-level",
	`management servers?`:                "MDM server",
	`white space`:                        "whitespace",
	`enrols?|enrolment`:                  "enroll, enrollment",
	`organisations?|licences?|authorise[sd]?|recognise[sd]?|honoured|colours?|behaviour`: "American spelling",
	`mail address`:        "email address",
	`PKCS#12`:             "PKCS #12",
	`base64`:              "Base64",
	`anew`:                "regenerate, reissue, rerun",
	`behind`:              "after",
	`(inside|outside) of`: "inside, outside",
	`in the place of`:     "instead of",
	`without a word|whoever|somebody|nobody|hence|at this place`: "nothing",
	`byte-order mark`: "byte order mark",
}

// allowed are uses of such words that mean something else, by a part of the text.
var allowed = []string{
	"openssl", "| base64", "base64:", // the program
	"Enrolment Protocol", // the title of RFC 8894
	"Base64-encoded twice",
	"nobody can", "nobody dares", "nobody knows", "nobody wrote", "nobody measures", "what nobody sees", "<dict>", "</dict>",
	"dict, array, string", "dict.mobileconfig", "is no not", "organization organisation", "enroll enrol enrolling enrollment enrolment", "demo sample example", "array.slice assign\n\tbase64.decode base64.encode base64.is_valid base64url",
	"<dict/>", "holds another twice, which holds another twice", "connection refused", "Judge compares", "there is no ", "there is none", "is none of", "is no longer", "is no more than", "is none\nof", "the identity is none", "is no fix", "is no line", "is no string", "Apple's code lacks", "lacks reports",
	"digits of a sample", "sampleUUID", "base64Text", "the outermost first", // CMS message, not dictionary
}

// neverInDocs are further words that doc comments of exported names do not use.
var neverInDocs = map[string]string{
	`absent`:               "missing, not set",
	`tells?|told|said`:     "report, state, return",
	`hangs?|hung`:          "add",
	`gather(s|ed)?`:        "collect",
	`kept back`:            "suppressed",
	`meant`:                "intended",
	`gives? back`:          "return",
	`stands? in the place`: "is in place of",
}

// documented are the packages whose doc comments of exported names TestWords checks.
var documented = []string{"", "plist", "cms", "secret", "profile", "export", "source", "policy",
	"audit", "probe", "suppress", "config", "localfile", "template", "keyname", "schema", "report"}

// exportedDocs calls check with the doc comments of the package and of its exported
// names, fields and methods included.
func exportedDocs(file *ast.File, check func(name, text string)) {
	comment := func(name string, groups ...*ast.CommentGroup) {
		for _, group := range groups {
			if group != nil {
				check(name, group.Text())
			}
		}
	}
	fields := func(name string, list *ast.FieldList) {
		for _, field := range list.List {
			if len(field.Names) == 0 || field.Names[0].IsExported() {
				comment(name, field.Doc, field.Comment)
			}
		}
	}
	comment(file.Name.Name, file.Doc)
	for _, declared := range file.Decls {
		switch d := declared.(type) {
		case *ast.FuncDecl:
			if d.Name.IsExported() {
				comment(d.Name.Name, d.Doc)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					if !s.Name.IsExported() {
						continue
					}
					comment(s.Name.Name, d.Doc, s.Doc)
					switch x := s.Type.(type) {
					case *ast.StructType:
						fields(s.Name.Name, x.Fields)
					case *ast.InterfaceType:
						fields(s.Name.Name, x.Methods)
					}
				case *ast.ValueSpec:
					if s.Names[0].IsExported() {
						comment(s.Names[0].Name, d.Doc, s.Doc, s.Comment)
					}
				}
			}
		}
	}
}

// TestWords holds that texts for users, and comments, do not use words that others
// replace.
func TestWords(t *testing.T) {
	patterns := map[*regexp.Regexp]string{}
	for word, use := range never {
		if use != "Base64" && use != "PKCS #12" { // of which only the spelling matters
			word = `(?i:` + word + `)`
		}
		patterns[regexp.MustCompile(`(?:^|[^\w-])(`+word+`)(?:$|[^\w-])`)] = use
	}
	check := func(where, text string) {
		for _, part := range allowed {
			text = strings.ReplaceAll(text, part, "")
		}
		for pattern, use := range patterns {
			for _, at := range pattern.FindAllStringSubmatchIndex(text, -1) {
				t.Errorf("%s: %q in %q; use %s", where, text[at[2]:at[3]], text[max(0, at[2]-30):min(len(text), at[3]+30)], use)
			}
		}
	}
	for _, rule := range All() {
		for _, text := range []string{rule.Title, rule.Varies, rule.Doc, rule.Help} {
			check(rule.ID, text)
		}
	}
	for _, file := range sourceFiles(t) {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool { // texts for users are more than one word
			if text, ok := n.(*ast.BasicLit); ok && text.Kind == token.STRING && strings.Contains(text.Value, " ") {
				if s, err := strconv.Unquote(text.Value); err == nil {
					check(file, s)
				}
			}
			return true
		})
		for _, group := range docComments(parsed) {
			check(file, group.Text())
		}
	}
	checkDocs(t, check)
	for _, file := range prose(t) {
		fenced := false
		for line := range strings.Lines(string(checkertest.Read(t, file))) {
			if strings.HasPrefix(strings.TrimSpace(line), "```") {
				fenced = !fenced
			} else if !fenced {
				check(file, codeSpan.ReplaceAllString(linkTarget.ReplaceAllString(line, "]"), ""))
			}
		}
	}
	policies, err := filepath.Glob("../policies/*/*/*.rego")
	if err != nil || len(policies) < 60 {
		t.Fatalf("%d policies, %v", len(policies), err)
	}
	for _, file := range policies {
		if strings.HasSuffix(file, "_test.rego") {
			continue
		}
		for line := range strings.Lines(string(checkertest.Read(t, file))) {
			if !strings.Contains(line, "https://") && !strings.HasPrefix(line, "#     ") { // no reference and no example
				check(file, strings.TrimSpace(line))
			}
		}
	}
}

var (
	codeSpan   = regexp.MustCompile("`[^`]*`")
	linkTarget = regexp.MustCompile(`\]\([^)]*\)`)
)

// filesOf returns the files of the project with one of these endings, without tests,
// test data, and what is generated from the schema of others.
func filesOf(t *testing.T, endings ...string) (list []string) {
	t.Helper()
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "testdata" || len(entry.Name()) > 2 && entry.Name()[0] == '.'):
			return fs.SkipDir
		case slices.Contains(endings, filepath.Ext(path)) && !strings.HasSuffix(path, "_test.go"):
			list = append(list, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// sourceFiles returns the files of Go.
func sourceFiles(t *testing.T) []string {
	list := filesOf(t, ".go")
	if len(list) < 300 {
		t.Fatalf("%d files", len(list))
	}
	return list
}

// prose returns the documents, schemas, pages, and files for CI that people read.
func prose(t *testing.T) []string {
	list := filesOf(t, ".md", ".json", ".tmpl", ".yml", ".yaml")
	if len(list) < 15 {
		t.Fatalf("%d documents", len(list))
	}
	return list
}

// docComments returns the comments of the package and of its declarations, of their
// fields, and of their values.
func docComments(file *ast.File) (list []*ast.CommentGroup) {
	add := func(groups ...*ast.CommentGroup) {
		for _, group := range groups {
			if group != nil {
				list = append(list, group)
			}
		}
	}
	add(file.Doc)
	ast.Inspect(file, func(n ast.Node) bool {
		switch d := n.(type) {
		case *ast.FuncDecl:
			add(d.Doc)
		case *ast.GenDecl:
			add(d.Doc)
		case *ast.TypeSpec:
			add(d.Doc, d.Comment)
		case *ast.ValueSpec:
			add(d.Doc, d.Comment)
		case *ast.Field:
			add(d.Doc, d.Comment)
		}
		return true
	})
	return list
}

// checkDocs checks the doc comments of exported names in the packages of documented:
// their words, and that those of functions and types start with the name.
func checkDocs(t *testing.T, check func(where, text string)) {
	t.Helper()
	also := map[*regexp.Regexp]string{}
	for word, use := range neverInDocs {
		also[regexp.MustCompile(`\b(`+word+`)\b`)] = use
	}
	seen := 0
	for _, pkg := range documented {
		files, err := filepath.Glob(filepath.Join("../checker", pkg, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatal(pkg, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			exportedDocs(parsed, func(name, text string) {
				seen++
				check(file+": "+name, text)
				for pattern, use := range also {
					if m := pattern.FindString(text); m != "" {
						t.Errorf("%s: %s: %q; use %s", file, name, m, use)
					}
				}
			})
			for _, declared := range parsed.Decls {
				if d, ok := declared.(*ast.FuncDecl); ok && d.Name.IsExported() && d.Doc != nil && !strings.HasPrefix(d.Doc.Text(), d.Name.Name+" ") {
					t.Errorf("%s: the doc comment of %s does not start with the name", file, d.Name.Name)
				}
			}
		}
	}
	if seen < 500 {
		t.Errorf("only %d doc comments", seen)
	}
}
