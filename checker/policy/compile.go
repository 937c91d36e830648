package policy

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
)

// compileTime is how long it may take to make sense of policies.
const compileTime = 10 * time.Second

// schemas gives the type of input to the compiler, once.
var schemas = sync.OnceValue(func() *ast.SchemaSet {
	var root any
	if err := json.Unmarshal(Schema, &root); err != nil {
		panic(err) // it is part of the program, and a test reads it
	}
	set := ast.NewSchemaSet()
	set.Put(ast.SchemaRootRef, root)
	return set
})

// parserOptions returns the options that modules are parsed with.
func parserOptions(version ast.RegoVersion, metadata bool) ast.ParserOptions {
	return ast.ParserOptions{ProcessAnnotation: metadata, RegoVersion: version, Capabilities: capabilities()}
}

// maxNested is how many brackets of a module may be open at once. The parser
// takes the square of the time for them.
const maxNested = 500

// nested rejects a module with too many nested brackets.
func nested(f File) error {
	open, line := 0, 1
	for i := 0; i < len(f.Text); i++ {
		switch c := f.Text[i]; c {
		case '\n':
			line++
		case '(', '[', '{':
			if open++; open > maxNested {
				return fmt.Errorf("%s:%d: more than %d nested brackets", f.Name, line, maxNested)
			}
		case ')', ']', '}':
			open--
		case '#':
			for i+1 < len(f.Text) && f.Text[i+1] != '\n' {
				i++
			}
		case '"', '`':
			for i++; i < len(f.Text) && f.Text[i] != c; i++ {
				switch {
				case f.Text[i] == '\n':
					line++
				case f.Text[i] == '\\' && c == '"':
					i++
				}
			}
		}
	}
	return nil
}

// parseModule parses a module, with its METADATA or without.
func parseModule(f File, metadata bool) (m *ast.Module, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%s: parse error: %v", f.Name, r)
		}
	}()
	if len(bytes.TrimSpace(f.Text)) == 0 {
		return nil, fmt.Errorf("%s: file is empty; a policy begins with package policies.<pack>.<id>", f.Name)
	}
	if err := nested(f); err != nil {
		return nil, err
	}
	text := f.Text
	if !metadata {
		text = withoutComments(text)
	}
	m, err = ast.ParseModuleWithOpts(f.Name, string(text), parserOptions(ast.RegoV1, metadata))
	if err == nil {
		return m, nil
	}
	hint := ""
	if old, v0 := ast.ParseModuleWithOpts(f.Name, string(f.Text), parserOptions(ast.RegoV0, metadata)); v0 == nil && old != nil {
		hint = "Rego v0 is not supported; use v1, such as deny contains msg if { … } (run `opa fmt --v0-v1 -w` to convert files)"
	}
	return nil, explain(err, hint)
}

// withoutComments empties the lines that are comments, so that all others keep
// their line numbers. METADATA is most of the text of a shipped policy, and OPA
// stores each of its lines.
func withoutComments(text []byte) []byte {
	bare := make([]byte, 0, len(text))
	for line := range bytes.Lines(text) {
		if line[0] == '#' {
			line = line[max(len(line)-1, 0):]
			if line[0] != '\n' {
				continue
			}
		}
		bare = append(bare, line...)
	}
	return bare
}

// maxCompileErrors is how many errors of types are read, of which some are tolerated.
const maxCompileErrors = 1000

// newCompiler makes a compiler that keeps to the sandbox.
func newCompiler(allowed *ast.Capabilities) *ast.Compiler {
	return ast.NewCompiler().
		WithCapabilities(allowed).
		WithEnablePrintStatements(true).
		WithDefaultRegoVersion(ast.RegoV1)
}

// compileInTime compiles, and stops when that takes too long.
func compileInTime(ctx context.Context, compile func() error) error {
	done := make(chan error, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				done <- fmt.Errorf("policy compilation failed: %v", r)
			}
		}()
		done <- compile()
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(compileTime):
		return fmt.Errorf("policy compilation timed out after %v", compileTime)
	}
}

// compileTogether compiles modules, in OPA's strict mode and with a shadow of them
// if they are not known to be sound.
func (s *Set) compileTogether(modules map[string]*ast.Module, allowed *ast.Capabilities) (*ast.Compiler, error) {
	sound := !slices.ContainsFunc(s.config.Files, func(f File) bool { return !f.Shipped })
	compiler := newCompiler(allowed)
	if sound {
		compiler = compiler.WithSkipStages(skippedStages...)
		compiler.Compile(modules)
		if compiler.Failed() {
			return nil, explainCompiled(compiler.Errors, modules)
		}
		return compiler, nil
	}
	parameters := argumentsIn(modules)
	if err := errors.Join(checkFormats(modules), checkPayloadTypes(modules, parameters)); err != nil {
		return nil, err
	}
	shadow := newShadow(modules, parameters)
	checked := newCompiler(allowed).WithSchemas(schemas()).WithSkipStages(shadowSkippedStages...).SetErrorLimit(maxCompileErrors)
	done := make(chan any, 1)
	go func() { // beside the other compilation, which takes as long
		defer func() { done <- recover() }()
		checked.Compile(shadow.modules)
	}()
	compiler = compiler.WithStrict(true).WithSkipStages(ast.StageCheckTypes) // they are those of the shadow
	compiler.Compile(modules)
	panicked := <-done
	if compiler.Failed() {
		return nil, explainCompiled(compiler.Errors, modules)
	}
	if panicked != nil {
		panic(panicked) // as if it had happened here
	}
	if checked.Failed() {
		if err := shadow.errors(checked.Errors); err != nil {
			return nil, err
		}
	}
	return compiler, nil
}

// skippedStages are the stages of the compiler that do nothing for shipped policies.
// Some only reject what is invalid, and these were checked when they were made;
// others put in order, or rewrite, what they do not have. They are half of the
// time that compiling takes, and TestNeedless holds that the outcome is the same.
var skippedStages = []ast.StageID{
	ast.StageCheckUnusedImports, ast.StageCheckKeywordOverrides, ast.StageCheckDuplicateImports, ast.StageCheckVoidCalls,
	ast.StageCheckRuleConflicts, ast.StageCheckUndefinedFuncs, ast.StageCheckRecursion, ast.StageCheckTypes,
	ast.StageCheckUnsafeBuiltins, ast.StageCheckDeprecatedBuiltins, ast.StageBuildRequiredCapabilities,
	ast.StageCheckSafetyRuleHeads, ast.StageCheckSafetyRuleBodies, ast.StageRewritePrintCalls, ast.StageRewriteWithValues,
	ast.StageParseMetadataBlocks, ast.StageSetAnnotationSet, ast.StageRewriteRegoMetadataCalls, ast.StageRewriteTestRulesForTracing,
	ast.StageBuildComprehensionIndices,
}

// shadowSkippedStages are the stages that have nothing to do for the types of a
// shadow, or that the modules themselves have passed when it is compiled. The one
// for deprecated functions needs types.
var shadowSkippedStages = []ast.StageID{
	ast.StageCheckUnusedImports, ast.StageCheckKeywordOverrides, ast.StageCheckDuplicateImports, ast.StageCheckVoidCalls,
	ast.StageCheckRuleConflicts, ast.StageCheckUndefinedFuncs, ast.StageCheckRecursion, ast.StageCheckUnsafeBuiltins,
	ast.StageCheckSafetyRuleHeads, ast.StageParseMetadataBlocks, ast.StageSetAnnotationSet,
	ast.StageRewriteRegoMetadataCalls, ast.StageBuildRuleIndices, ast.StageBuildComprehensionIndices, ast.StageBuildRequiredCapabilities,
}

// compileNow compiles all modules together and determines what each policy
// needs.
func (s *Set) compileNow() error {
	compiler, err := s.compileTogether(s.modules, capabilities())
	if err != nil {
		return err
	}
	s.compiler = compiler
	if err := s.openStore(); err != nil {
		return err
	}
	if err := s.undefined(compiler, s.modules, nil); err != nil {
		return err
	}
	for _, p := range s.policies {
		s.analyzeDependencies(p)
		p.guards = s.guardsOf(p)
		p.checks = checksOf(p.guards, s.parameters())
		p.prepare(compiler)
	}
	return nil
}

// openStore makes the data available to policies.
func (s *Set) openStore() (err error) {
	s.store = inmem.NewFromObjectWithOpts(s.config.Data, inmem.OptRoundTripOnWrite(false), inmem.OptReturnASTValuesOnRead(true))
	s.txn, err = s.store.NewTransaction(context.Background(), storage.TransactionParams{})
	return err
}

// prepare creates the query for the sets of a policy. Its form needs no
// compiling.
func (p *policy) prepare(compiler *ast.Compiler) {
	p.compiler = compiler
	var query []*ast.Expr
	for _, set := range p.sets {
		query = append(query, ast.Equality.Expr(ast.VarTerm(set), ast.NewTerm(p.module.Package.Path.Append(ast.StringTerm(set)))))
	}
	p.query = ast.NewBody(query...)
	p.compiled.Store(true) // from now on other workers evaluate it
}
