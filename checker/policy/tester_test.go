package policy

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// ran runs the tests of one module, without profiles beside it.
func ran(t *testing.T, body string, config TestConfig) (*TestRun, error) {
	t.Helper()
	config.Files = append(config.Files, File{Name: "t_test.rego", Path: "t_test.rego", Text: []byte("package lib.t_test\n\n" + body)})
	if config.Timeout == 0 {
		config.Timeout = 5 * time.Second
	}
	return RunTests(context.Background(), config)
}

// TestFailures holds what is said of tests that fail, by their bodies.
func TestFailures(t *testing.T) {
	for _, test := range []struct {
		body, message, got, expected, values string
	}{
		{body: `test_x if 1 == 2`, message: "the values differ", got: `1`, expected: `2`},
		{body: `test_x if {"b", "a"} == {"c"}`, message: "the values differ", got: `["a","b"]`, expected: `["c"]`},
		{body: "test_x if {\n\ty := numbers.range(1, 1)\n\ty == [1, 2]\n}", message: "the values differ", got: `[1]`, expected: `[1,2]`},
		{body: "test_x if {\n\ty := numbers.range(1, 1)\n\t[1, 2] == y\n}", message: "the values differ", got: `[1]`, expected: `[1,2]`},
		{body: "y := {\"k\": false}\n\ntest_x if y == {\"k\": true}", message: "the values differ", got: `{"k":false}`, expected: `{"k":true}`},
		{body: "test_x if {\n\tsome y in [1, 2]\n\ty == 3\n}", message: "the values differ", got: `2`, expected: `3`},
		{body: `test_x := count([1]) == 2`, message: "the values differ", got: `1`, expected: `2`},
		{body: "test_x if {\n\t1 == 2\n} else if 3 == 4", message: "the values differ", got: `3`, expected: `4`},
		{body: `test_x if count([1]) != 1`, message: "expression is not true", values: "1 and 1"},
		{body: `test_x if startswith("abc", "x")`, message: "expression is not true", values: `"abc" and "x"`},
		{body: `test_x if "a" in {"b"}`, message: "the value is not a member", got: `["b"]`, expected: `"a"`},
		{body: `test_x if not 1 == 1`, message: "expected false, found true", values: "1 and 1"},
		{body: `test_x if input.file == "x"`, message: "input.file is undefined"},
		{body: "test_x if {\n\ty := input.file\n\ty == 1\n}", message: ""},
		{body: "test_x if {\n\tevery y in [1, 2] {\n\t\tevery z in [y] {\n\t\t\tz < 2\n\t\t}\n\t}\n}", message: "expression is not true", values: "2 and 2"},
		{body: `test_x if false`, message: "expression is false"},
		{body: `test_x := "yes"`, message: `test must be true, found "yes"`},
		{body: `test_x contains 1`, message: "test must be true, found a set; use test_x if { … }"},
		{body: `test_x(y) if y`, message: "test has arguments, so it is never called; remove them"},
		{body: "test_x[y] if {\n\t1 == 2\n\tsome y in [\"a\"]\n}", message: "the values differ", got: `1`, expected: `2`},
	} {
		t.Run(test.body, func(t *testing.T) {
			run, err := ran(t, test.body, TestConfig{})
			if test.message == "" { // the types of input and of the value have nothing in common
				if err == nil || !strings.Contains(err.Error(), "comparison of ") {
					t.Fatalf("not refused: %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if len(run.Tests) != 1 || run.Tests[0].Outcome != Failed {
				t.Fatalf("%+v", run.Tests)
			}
			f := run.Tests[0].Failure
			var got, expected bytes.Buffer
			_, _ = json.Compact(&got, f.Got), json.Compact(&expected, f.Expected)
			if diff := cmp.Diff([]string{test.message, test.got, test.expected, test.values},
				[]string{f.Message, got.String(), expected.String(), strings.Join(f.Values, " and ")}); diff != "" {
				t.Error(diff)
			}
			if f.File != "t_test.rego" || f.Line < 3 || f.Expression == "" {
				t.Errorf("no place: %+v", f)
			}
		})
	}
}

// TestOrder runs many tests at different speeds: what is told does not depend
// on how many run at once.
func TestOrder(t *testing.T) {
	var body strings.Builder
	for i := range 60 {
		fmt.Fprintf(&body, "test_%02d if count(numbers.range(1, %d)) %% 2 == 0\n\n", i, 1+i*7919%3000)
	}
	body.WriteString("test_00 if true\n")
	var before []string
	for _, jobs := range []int{1, 2, 16} {
		run, err := ran(t, body.String(), TestConfig{Jobs: jobs, Coverage: true})
		if err != nil {
			t.Fatal(err)
		}
		var now []string
		for _, x := range run.Tests {
			now = append(now, fmt.Sprintf("%d %s %s", x.Line, x.Name, x.Outcome))
		}
		if before != nil && !slices.Equal(before, now) {
			t.Error(cmp.Diff(before, now))
		}
		before = now
	}
	if last := before[len(before)-1]; !strings.HasSuffix(last, "test_00#01 pass") {
		t.Errorf("the second test of a name is %s", last)
	}
}

// TestReading holds what is read beside tests: nothing without a directory.
func TestReading(t *testing.T) {
	run, err := ran(t, `test_x if sceplint.input("a.mobileconfig")`, TestConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Tests[0].Err; err == nil || !strings.Contains(err.Error(), "t_test.rego:3:11: sceplint.input: ") || !strings.Contains(err.Error(), "the test is not in a directory") {
		t.Errorf("the error is %v", err)
	}
	profile := `<plist version="1.0"><dict><key>PayloadContent</key><array/></dict></plist>`
	files := []File{{Name: "dir/lib.rego", Path: "sub/lib.rego", Text: []byte("package lib.t\n\nx := 1\n"), TestFS: fstest.MapFS{"sub/a.mobileconfig": {Data: []byte(profile)}}}}
	files = append(files, File{Name: "dir/a_test.rego", Path: "sub/a_test.rego", TestFS: files[0].TestFS, Text: []byte(
		"package lib.a_test\n\ntest_a if sceplint.input(\"a.mobileconfig\").file == \"a.mobileconfig\"\n\ntest_b if sceplint.input(\"sub/a.mobileconfig\")\n")})
	run, err = ran(t, "", TestConfig{Config: Config{Files: files}})
	if err != nil {
		t.Fatal(err)
	}
	if run.Count(Passed) != 1 || run.Count(Errored) != 1 {
		t.Errorf("%+v", run.Tests)
	}
}

// TestNone holds that nothing to run is an error.
func TestNone(t *testing.T) {
	if _, err := ran(t, "x := 1", TestConfig{}); !errors.Is(err, ErrNoTests) {
		t.Errorf("the error is %v", err)
	}
	if _, err := ran(t, "test_x if true", TestConfig{Only: regexp.MustCompile("test_y")}); err == nil {
		t.Error("no error although no test matches")
	}
}

// TestCancelled stops when the caller does.
func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	body := "package lib.t_test\n\ntest_x if {\n\tsome x in numbers.range(1, 900000)\n\tsome y in numbers.range(1, 900000)\n\tx + y == 0\n}\n"
	_, err := RunTests(ctx, TestConfig{Timeout: time.Minute, Config: Config{Files: []File{{Name: "t_test.rego", Path: "t_test.rego", Text: []byte(body)}}}})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the error is %v", err)
	}
}

// TestForms reads what the formats write.
func TestForms(t *testing.T) {
	run, err := ran(t, "test_a if {\n\tprint(\"<&\\u0001]]>\")\n\t\"<&\" == \"]]>\\u0001\"\n}\n\ntodo_test_b if true\n\ntest_c if to_number(\"x\") == 1\n\ntest_d if true\n", TestConfig{Coverage: true})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := writeJUnit(&out, run, false); err != nil {
		t.Fatal(err)
	}
	var suites struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Skipped  int `xml:"skipped,attr"`
		Cases    []struct {
			Name    string    `xml:"name,attr"`
			Failure string    `xml:"failure"`
			Error   string    `xml:"error"`
			Skipped *struct{} `xml:"skipped"`
			Output  string    `xml:"system-out"`
		} `xml:"testsuite>testcase"`
	}
	if err := xml.Unmarshal(out.Bytes(), &suites); err != nil {
		t.Fatal(err)
	}
	c := suites.Cases
	if suites.Tests != 4 || suites.Failures != 1 || suites.Errors != 1 || suites.Skipped != 1 || len(c) != 4 ||
		!strings.Contains(c[0].Failure, `-"<&"`) || c[0].Output != "<&]]>" || c[1].Skipped == nil || c[2].Error == "" || c[3].Failure+c[3].Error != "" {
		t.Errorf("%s", out.Bytes())
	}
	out.Reset()
	if err := writeJSON(&out, run, false); err != nil {
		t.Fatal(err)
	}
	var document struct {
		Summary  map[string]float64
		Tests    []map[string]any
		Coverage map[string]any
	}
	if err := json.Unmarshal(out.Bytes(), &document); err != nil {
		t.Fatal(err)
	}
	if document.Summary["tests"] != 4 || document.Tests[0]["failure"].(map[string]any)["got"] != "<&" || document.Coverage["percent"] != 100.0 {
		t.Errorf("%s", out.Bytes())
	}
}
