package main

import (
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/sceplint/sceplint/checker/policy"
	"github.com/sceplint/sceplint/cmd/sceplint/manpage"
)

// TestManPage holds that the page leaves no command and no flag out.
func TestManPage(t *testing.T) {
	root := rootCommand(&ioStreams{out: io.Discard, err: io.Discard}, false)
	page := manpage.Page(root, currentVersion(), "")
	flags := 0
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		for _, sub := range c.Commands() {
			walk(sub)
		}
		if c.HasSubCommands() || c.Hidden {
			return
		}
		_, after, found := strings.Cut(page, "\n.SS "+manpage.Escape(c.CommandPath())+"\n")
		if !found {
			t.Errorf("%s has no section", c.CommandPath())
			return
		}
		section, _, _ := strings.Cut(after, "\n.SS ")
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			flags++
			if !f.Hidden && f.Name != "help" && !strings.Contains(section, `\fB`+manpage.Escape("--"+f.Name)+`\fR`) {
				t.Errorf("%s --%s is not described", c.CommandPath(), f.Name)
			}
		})
	}
	walk(root)
	if flags == 0 {
		t.Error("no flags")
	}
}

// TestShippedTitles holds the titles that completion reads against METADATA.
func TestShippedTitles(t *testing.T) {
	set, err := (&policy.Loader{Packs: policy.PackNames()}).Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	offered, _ := shippedWords("")
	for _, r := range set.Rules() {
		if !slices.Contains(offered, r.ID+"\t"+r.Title) {
			t.Errorf("%s is not offered as %q", r.ID, r.Title)
		}
	}
	if len(offered) != len(set.Rules()) {
		t.Errorf("%d are offered, but there are %d", len(offered), len(set.Rules()))
	}
}
