//go:build differential

package plist

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
)

// kind is how the scanner and another reader differ.
type kind int

const (
	refuses kind = iota // the scanner refuses what the other takes
	takes               // the scanner takes what the other refuses
	reads               // both take it, and read other values
)

var kindWords = [...]string{"refuses", "takes", "reads otherwise"}

// difference is one document on which the scanner and another reader differ.
type difference struct {
	kind   kind
	reader int
	text   []byte
	ours   answer
	fault  *SyntaxError
	theirs answer
}

// classOf is a kind of difference, and why the scanner is on the right side of it.
type classOf struct {
	name    string
	kind    kind
	readers []int // with which it must occur; where the scanner takes more, or reads otherwise, it may with no other
	is      func(d *difference) bool
	why     string
}

// tally counts the differences of each class.
type tally struct {
	classes           []classOf
	counts            [][readerCount]int
	documents, taken  int
	alike             [readerCount]int
	template, strange int
	unknown           map[string][]*difference
}

func newTally(classes []classOf) *tally {
	return &tally{classes: classes, counts: make([][readerCount]int, len(classes)), unknown: map[string][]*difference{}}
}

// compare has all readers read some documents.
func (y *tally) compare(t *testing.T, others *foreignReaders, count, form int, document func(int) []byte) {
	t.Helper()
	binary := others.form == "b"
	const batch = 1000
	for first := 0; first < count; first += batch {
		documents := make([][]byte, min(batch, count-first))
		for i := range documents {
			documents[i] = document(first + i)
		}
		mine, faults, howett := make([]answer, len(documents)), make([]*SyntaxError, len(documents)), make([]answer, len(documents))
		templates := make([]bool, len(documents))
		done := make(chan bool)
		go func() {
			defer close(done)
			for i, text := range documents {
				mine[i], faults[i], templates[i] = ours(text, binary)
				if binary && faults[i] != nil && !strings.Contains(faults[i].Message, "cannot be decoded") {
					howett[i] = answer{text: "not asked"} // it may end the process
				} else {
					howett[i] = howetts(text, form)
				}
			}
		}()
		answers := others.read(documents)
		<-done
		for i, text := range documents {
			y.documents++
			if templates[i] {
				y.template++
				continue
			}
			if mine[i].taken {
				y.taken++
			}
			for reader, theirs := range [readerCount]answer{howett[i], answers[i][0], answers[i][1]} {
				y.add(&difference{reader: reader, text: text, ours: mine[i], fault: faults[i], theirs: theirs})
			}
		}
	}
}

func (y *tally) add(d *difference) {
	switch {
	case d.theirs.text == "not asked":
		y.strange++
		return
	case !d.ours.taken && !d.theirs.taken:
		y.alike[d.reader]++
		return
	case !d.ours.taken:
		d.kind = refuses
	case !d.theirs.taken:
		d.kind = takes
	case d.ours.text == d.theirs.text || d.reader == libplistReader && unsigned(d.ours.text) == unsigned(d.theirs.text):
		y.alike[d.reader]++
		return
	default:
		d.kind = reads
	}
	for i, c := range y.classes {
		if c.kind == d.kind && (d.kind == refuses || c.readers == nil || slices.Contains(c.readers, d.reader)) && c.is(d) {
			y.counts[i][d.reader]++
			return
		}
	}
	said := d.theirs.text
	if d.kind == refuses {
		said = d.ours.text
	} else if d.kind == reads {
		said = ""
	}
	key := fmt.Sprintf("it %s, against %s: %s", kindWords[d.kind], readerNames[d.reader], regexp.MustCompile(`[0-9]+|"[^"]*"|<[^>]*>`).ReplaceAllString(said, "#"))
	y.unknown[key] = append(y.unknown[key], d)
}

var negative = regexp.MustCompile(`i-[0-9]+`)

// unsigned shows negative integers as libplist tells them, which has one number for both.
func unsigned(text string) string {
	return negative.ReplaceAllStringFunc(text, func(n string) string {
		var v int64
		fmt.Sscan(n[1:], &v)
		return fmt.Sprintf("i%d", uint64(v))
	})
}

// report prints the table, and fails if it does not tell the truth.
func (y *tally) report(t *testing.T, all bool) {
	t.Helper()
	var out bytes.Buffer
	fmt.Fprintf(&out, "%d documents, %d taken by the scanner, %d left open by template text\n", y.documents, y.taken, y.template)
	table := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "sceplint\tclass\t%s\n", strings.Join(readerNames[:], "\t"))
	fmt.Fprintf(table, "does alike\t\t%d\t%d\t%d\n", y.alike[0], y.alike[1], y.alike[2])
	for i, c := range y.classes {
		fmt.Fprintf(table, "%s\t%s", kindWords[c.kind], c.name)
		for reader, n := range y.counts[i] {
			fmt.Fprintf(table, "\t%d", n)
			if all && n == 0 && slices.Contains(c.readers, reader) {
				t.Errorf("the class %q never occurs with %s", c.name, readerNames[reader])
			}
		}
		fmt.Fprintln(table)
	}
	table.Flush()
	t.Logf("\n%s", out.String())
	if file := os.Getenv("DIFFERENCES"); file != "" {
		f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err == nil {
			for _, c := range y.classes {
				fmt.Fprintf(&out, "%s %s: %s\n", kindWords[c.kind], c.name, c.why)
			}
			_, err = fmt.Fprintf(f, "%s\n%s\n", t.Name(), out.String())
		}
		if err != nil {
			t.Error(err)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(y.unknown)) {
		list := y.unknown[key]
		d := slices.MinFunc(list, func(a, b *difference) int { return len(a.text) - len(b.text) })
		t.Errorf("%d differences of no class: %s\nsceplint: %.300s\nthe other: %.300s\n%.1500q", len(list), key, d.ours.text, d.theirs.text, d.text)
	}
}
