package policy

import (
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
)

// Coverage is which lines of policies and libraries the tests reach. Tests
// themselves do not count.
type Coverage struct {
	Files []FileCoverage // in order
}

// FileCoverage is the coverage of one file.
type FileCoverage struct {
	File               string
	Covered, Uncovered []Lines // in order, apart from each other
}

// Lines is a range of lines, including both ends.
type Lines struct{ First, Last int }

// Count returns how many lines are covered, and how many are not.
func (f *FileCoverage) Count() (covered, uncovered int) {
	return lineCount(f.Covered), lineCount(f.Uncovered)
}

// Count returns how many lines of all files are covered, and how many are not.
func (c *Coverage) Count() (covered, uncovered int) {
	for i := range c.Files {
		a, b := c.Files[i].Count()
		covered, uncovered = covered+a, uncovered+b
	}
	return covered, uncovered
}

// Percent returns the percentage of covered lines: 100 if there are no lines.
func (c *Coverage) Percent() float64 { return percent(c.Count()) }

func percent(covered, uncovered int) float64 {
	if covered+uncovered == 0 {
		return 100
	}
	return 100 * float64(covered) / float64(covered+uncovered)
}

func lineCount(list []Lines) (n int) {
	for _, l := range list {
		n += l.Last - l.First + 1
	}
	return n
}

// covered asks what the tests have reached. A line counts as reached when all
// that stands on it is.
func (t *tests) covered() *Coverage {
	modules := map[string]*ast.Module{}
	for name := range t.modules {
		modules[name] = t.tested.Modules[name]
	}
	report := t.cover.Report(modules)
	c := &Coverage{}
	for _, name := range sortedNames(modules) {
		f := report.Files[name]
		if f == nil {
			f = &cover.FileReport{}
		}
		missing := rows(f.NotCovered, nil)
		c.Files = append(c.Files, FileCoverage{File: name, Covered: lines(rows(f.Covered, missing)), Uncovered: lines(missing)})
	}
	return c
}

// rows are the rows of ranges that are not among others.
func rows(ranges []cover.Range, others []int) (list []int) {
	for _, r := range ranges {
		for row := r.Start.Row; row <= r.End.Row; row++ {
			if _, there := slices.BinarySearch(others, row); !there {
				list = append(list, row)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// lines joins rows that follow each other.
func lines(rows []int) (list []Lines) {
	for _, row := range rows {
		if n := len(list); n > 0 && list[n-1].Last == row-1 {
			list[n-1].Last = row
			continue
		}
		list = append(list, Lines{row, row})
	}
	return list
}
