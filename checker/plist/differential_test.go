//go:build differential

package plist

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"howett.net/plist"

	"github.com/sceplint/sceplint/checker/profile/profiletest"
)

var mutations = flag.Int("mutations", 50_000, "how many mutated files the readers are compared on; as many binary ones for every five")

// The other readers, in the order of the columns of the table.
const (
	howettReader = iota
	plistlibReader
	libplistReader
	readerCount
)

var readerNames = [readerCount]string{"howett.net/plist", "plistlib", "libplist"}

// answer is what a reader makes of a document.
type answer struct {
	taken bool
	text  string // the values, in one notation for all readers; or why it was refused
}

// show writes a tree as testdata/differential/readers.py does.
func show(n *Node) string {
	switch n.Kind {
	case Dict:
		last := map[string]string{}
		for c := range n.Children() {
			last[c.Key] = show(c)
		}
		return members(last)
	case Array:
		var list []string
		for c := range n.Children() {
			list = append(list, show(c))
		}
		return "[" + strings.Join(list, ",") + "]"
	case String:
		return quoted(n.Text())
	case Integer:
		magnitude, negative, _ := parseInteger(n.Text())
		if negative {
			return "i-" + strconv.FormatUint(magnitude, 10)
		}
		return "i" + strconv.FormatUint(magnitude, 10)
	case Real:
		f, _ := n.Float()
		return shownReal(f)
	case Boolean:
		return n.Text()[:1]
	case Date:
		t, _ := n.Time()
		return "d" + strconv.FormatInt(t.Unix(), 10)
	case Data:
		b, _ := n.Bytes()
		return "b" + hex.EncodeToString(b)
	}
	return "?" + n.Kind.String()
}

// showValue is show for what howett.net/plist gives.
func showValue(value any) string {
	switch v := value.(type) {
	case map[string]any:
		all := map[string]string{}
		for k, c := range v {
			all[k] = showValue(c)
		}
		return members(all)
	case []any:
		var list []string
		for _, c := range v {
			list = append(list, showValue(c))
		}
		return "[" + strings.Join(list, ",") + "]"
	case string:
		return quoted(v)
	case int64:
		return "i" + strconv.FormatInt(v, 10)
	case uint64:
		return "i" + strconv.FormatUint(v, 10)
	case float64:
		return shownReal(v)
	case float32:
		return shownReal(float64(v))
	case bool:
		return strconv.FormatBool(v)[:1]
	case time.Time:
		return "d" + strconv.FormatInt(v.Unix(), 10)
	case []byte:
		return "b" + hex.EncodeToString(v)
	case plist.UID:
		return "u" + strconv.FormatUint(uint64(v), 10)
	}
	return fmt.Sprintf("?%T", value)
}

func members(all map[string]string) string {
	keys := make([]string, 0, len(all))
	for k := range all {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	var list []string
	for _, k := range keys {
		list = append(list, quoted(k)+":"+all[k])
	}
	return "{" + strings.Join(list, ",") + "}"
}

func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= 0x20 && c < 0x7f && c != '"' && c != '\\' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, `\x%02x`, c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func shownReal(f float64) string {
	if math.IsNaN(f) {
		return "rnan"
	}
	return fmt.Sprintf("r%016x", math.Float64bits(f))
}

// ours reads a document with the reader of this package, as an XML or a binary
// property list whatever else it may be. Template is whether the scanner left
// something open that is known only when a template is filled in.
func ours(text []byte, binary bool) (a answer, fault *SyntaxError, template bool) {
	src := &Source{Name: "document", Text: bytes.Clone(text), Leading: NoSpan, Encoding: Encoding{Name: "UTF-8", Span: NoSpan}}
	read := ParseXML
	if binary {
		read = ParseBinary
	}
	root, fault := read(src)
	if fault == nil && len(src.Faults) > 0 {
		fault = src.Faults[0]
	}
	if fault == nil && len(src.Placeholders) > 0 { // a warning of the rule placeholder
		fault = &SyntaxError{Source: src, Span: src.Placeholders[0].Span(), Message: "sample text breaks the syntax"}
	}
	if fault == nil && len(src.CompatWarnings) > 0 { // a warning: Apple's own reader refuses it
		fault = &SyntaxError{Source: src, Span: src.CompatWarnings[0].Span, Message: src.CompatWarnings[0].Message}
	}
	if fault != nil {
		return answer{text: fault.Message}, fault, fault.Template
	}
	if template = len(src.Templates) > 0 || unrendered(root); template {
		return answer{taken: true, text: "template"}, nil, true
	}
	return answer{true, show(root)}, nil, false
}

// howetts reads a document with howett.net/plist. Where it takes an XML document
// for one of another form, it has refused it.
func howetts(text []byte, form int) (a answer) {
	defer func() {
		if r := recover(); r != nil {
			a = answer{text: fmt.Sprint("panic: ", r)}
		}
	}()
	var value any
	got, err := plist.Unmarshal(text, &value)
	switch {
	case err != nil:
		return answer{text: err.Error()}
	case got != form:
		return answer{text: "taken for " + plist.FormatNames[got]}
	}
	return answer{true, showValue(value)}
}

// foreignReaders is a process that reads with plistlib and with libplist.
type foreignReaders struct {
	tb     testing.TB
	form   string
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Reader
	stderr bytes.Buffer
	died   int
}

const installReaders = "the comparison needs python3 and libplist: apt-get install python3 libplist-utils"

func (f *foreignReaders) start() {
	f.tb.Helper()
	f.stderr.Reset()
	f.cmd = exec.Command("python3", "testdata/differential/readers.py")
	f.cmd.Stderr = &f.stderr
	var err error
	if f.stdin, err = f.cmd.StdinPipe(); err != nil {
		f.tb.Fatal(err)
	}
	out, err := f.cmd.StdoutPipe()
	if err != nil {
		f.tb.Fatal(err)
	}
	f.stdout = bufio.NewReaderSize(out, 1<<20)
	if err := f.cmd.Start(); err != nil {
		f.tb.Fatalf("%v; %s", err, installReaders)
	}
	if _, err := io.WriteString(f.stdin, f.form); err != nil {
		f.tb.Fatalf("%v; %s\n%s", err, installReaders, f.stderr.String())
	}
}

// stop ends the process, which must not have said anything.
func (f *foreignReaders) stop() {
	if f.cmd == nil {
		return
	}
	f.stdin.Close()
	if err := f.cmd.Wait(); err != nil || f.stderr.Len() > 0 {
		f.tb.Fatalf("%v; %s\n%s", err, installReaders, f.stderr.String())
	}
}

// read gives the answers of plistlib and libplist to each document. Where a
// reader ends the process or hangs, that is its answer.
func (f *foreignReaders) read(documents [][]byte) [][2]answer {
	answers := make([][2]answer, 0, len(documents))
	for len(answers) < len(documents) {
		if f.cmd == nil {
			f.start()
		}
		go func(stdin io.Writer, left [][]byte) {
			for _, text := range left {
				if _, err := stdin.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(text))), text...)); err != nil {
					return // the other end says why
				}
			}
		}(f.stdin, documents[len(answers):])
		for len(answers) < len(documents) {
			var both [2]answer
			var err error
			hang := time.AfterFunc(20*time.Second, func() { f.cmd.Process.Kill() })
			for i := range both {
				if both[i], err = f.next(); err != nil {
					both[i] = answer{text: "died"}
					break
				}
			}
			hang.Stop()
			answers = append(answers, both)
			if err == nil {
				continue
			}
			if f.cmd.Wait(); strings.Contains(f.stderr.String(), "Traceback") || len(answers) == 1 && f.died == 0 && f.stderr.Len() > 0 {
				f.tb.Fatalf("%v; %s\n%s", err, installReaders, f.stderr.String())
			}
			f.cmd = nil
			if f.died++; f.died > 500 {
				f.tb.Fatal("the other readers die all the time")
			}
			break
		}
	}
	return answers
}

func (f *foreignReaders) next() (a answer, err error) {
	var head [5]byte
	if _, err := io.ReadFull(f.stdout, head[:]); err != nil {
		return a, err
	}
	text := make([]byte, binary.BigEndian.Uint32(head[1:]))
	if _, err := io.ReadFull(f.stdout, text); err != nil {
		return a, err
	}
	return answer{head[0] == 'A', string(text)}, nil
}

// TestDifferential reads mutated property lists with the scanner and with three
// other readers. Wherever they differ, it must be in a way that the table knows.
func TestDifferential(t *testing.T) {
	started := time.Now()
	var sources [][]byte
	for _, pattern := range []string{"../../testdata/plist-syntax/*.mobileconfig", "../../testdata/ok/*.mobileconfig"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) < 10 {
			t.Fatalf("%d files in %s (%v)", len(files), pattern, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if len(text) < 4<<10 && !bytes.HasPrefix(text, []byte("bplist")) {
				sources = append(sources, text)
			}
		}
	}
	others := &foreignReaders{tb: t, form: "x"}
	table := newTally(classes)
	table.compare(t, others, len(sources), plist.XMLFormat, func(i int) []byte { return sources[i] })
	table.compare(t, others, *mutations, plist.XMLFormat, func(i int) []byte {
		r := rand.New(rand.NewPCG(uint64(i), 5))
		if i%25 == 0 {
			return mutate(r, profiletest.Generate(uint64(i)))
		}
		return mutate(r, (&generator{r, &bytes.Buffer{}}).document())
	})
	others.stop()
	table.report(t, *mutations >= 50_000)
	t.Logf("%v", time.Since(started).Round(time.Second))
}

// TestDifferentialBinary is TestDifferential for binary property lists.
func TestDifferentialBinary(t *testing.T) {
	others := &foreignReaders{tb: t, form: "b"}
	table := newTally(binaryClasses)
	table.compare(t, others, *mutations/5, plist.BinaryFormat, func(i int) []byte {
		r := rand.New(rand.NewPCG(uint64(i), 6))
		var value any
		if _, err := plist.Unmarshal((&generator{r, &bytes.Buffer{}}).document(), &value); err != nil {
			t.Fatal(err)
		}
		text, err := plist.Marshal(value, plist.BinaryFormat)
		if err != nil {
			t.Fatal(err)
		}
		return mutateBinary(r, text)
	})
	others.stop()
	table.report(t, *mutations >= 50_000)
}

// TestDifferentialCorpus hands the public profiles that may lie beside the
// checkout, and this project's own, to all readers, and to the command plistutil.
func TestDifferentialCorpus(t *testing.T) {
	others := &foreignReaders{tb: t, form: "x"}
	table := newTally(classes)
	var files []string
	var texts [][]byte
	for _, pattern := range []string{"../../../shared/corpus/*/*", "../../testdata/*/*.mobileconfig", "../../testdata/exports/*.xml"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range found {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if len(text) > 0 && text[0] == '<' {
				files, texts = append(files, file), append(texts, text)
			}
		}
	}
	if len(files) < 300 {
		t.Fatalf("only %d files", len(files))
	}
	table.compare(t, others, len(texts), plist.XMLFormat, func(i int) []byte { return texts[i] })
	answers := others.read(texts)
	others.stop()
	table.report(t, false)
	for i, file := range files {
		out, err := exec.Command("plistutil", "-i", file, "-f", "bin").Output()
		if errors.Is(err, exec.ErrNotFound) {
			t.Fatalf("%v; %s", err, installReaders)
		}
		if taken := bytes.HasPrefix(out, []byte("bplist")); taken != answers[i][1].taken {
			t.Errorf("%s: plistutil takes it: %v; libplist, which it uses: %v", file, taken, answers[i][1].taken)
		}
	}
	t.Logf("%d files", len(files))
}
