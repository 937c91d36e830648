package audit

import (
	"bufio"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"
)

// defaultWidth is the number of columns of text that is not for a terminal.
const defaultWidth = 80

// columnGap is the number of spaces between columns.
const columnGap = 2

// mainColumns are the columns that a narrow table keeps beside the first one, the most important first.
var mainColumns = []string{"profiles", "worst rule", "severity", "findings", "errors", "warnings", "devices", "infos", "scep", "configurations"}

// writeTable writes rows under their heads in at most so many columns of text, and reports whether there are any. What
// does not fit follows each row on indented lines: the name of the column and the value, where there is one.
func writeTable(w io.Writer, head []string, rows iter.Seq[[]string], width int) (some bool, err error) {
	widths := make([]int, len(head))
	for i, name := range head {
		widths[i] = utf8.RuneCountInString(name)
	}
	for row := range rows {
		some = true
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	if !some {
		return false, nil
	}
	columns := fitColumns(head, widths, width)
	out := bufio.NewWriter(w)
	var b strings.Builder
	writeCells(&b, columns, widths, func(i int) string { return strings.ToUpper(head[i]) })
	for row := range rows {
		writeCells(&b, columns, widths, func(i int) string { return row[i] })
		var rest []string
		for i, cell := range row {
			if cell != "" && !slices.Contains(columns, i) {
				rest = append(rest, head[i]+" "+cell)
			}
		}
		writeWrapped(&b, "    ", strings.Join(rest, "; "), width)
		_, _ = out.WriteString(b.String()) // Flush returns its error
		b.Reset()
	}
	return true, out.Flush()
}

// fitColumns chooses the columns that fit side by side, in their order.
func fitColumns(head []string, widths []int, width int) (columns []int) {
	total := -columnGap
	for _, n := range widths {
		total += n + columnGap
	}
	if total <= width {
		for i := range head {
			columns = append(columns, i)
		}
		return columns
	}
	used := -columnGap
	for _, name := range append([]string{head[0]}, mainColumns...) {
		i := slices.Index(head, name)
		if i >= 0 && used+columnGap+widths[i] <= width {
			used += columnGap + widths[i]
			columns = append(columns, i)
		}
	}
	slices.Sort(columns)
	return columns
}

func writeCells(b *strings.Builder, columns, widths []int, cell func(int) string) {
	line := ""
	for _, i := range columns {
		text := cell(i)
		line += text + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(text)+columnGap)
	}
	b.WriteString(strings.TrimRight(line, " ") + "\n")
}

// writeWrapped writes text after an indent, wrapped at words.
func writeWrapped(b *strings.Builder, indent, text string, width int) {
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(indent)+utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			b.WriteString(indent + line + "\n")
			line = ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	if line != "" {
		b.WriteString(indent + line + "\n")
	}
}
