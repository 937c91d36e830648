package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/sceplint/sceplint/cmd/sceplint/manpage"
	"github.com/sceplint/sceplint/cmd/sceplint/usage"
)

// manCommand prints the manual page, for those who make packages.
func manCommand(t *ioStreams) *cobra.Command {
	return &cobra.Command{
		Use:    "man",
		Short:  "Print the manual page in roff, dated SOURCE_DATE_EPOCH",
		Hidden: true,
		Args:   usage.ArgumentCount(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			date, err := sourceDate()
			if err != nil {
				return err
			}
			_, err = io.WriteString(t.out, manpage.Page(cmd.Root(), currentVersion(), date))
			return err
		},
	}
}

// sourceDate is the day that SOURCE_DATE_EPOCH gives, "" without it: two pages
// of one version are equal.
func sourceDate() (string, error) {
	text := os.Getenv("SOURCE_DATE_EPOCH")
	if text == "" {
		return "", nil
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return "", fmt.Errorf("invalid SOURCE_DATE_EPOCH %q: expected a number of seconds", text)
	}
	return time.Unix(seconds, 0).UTC().Format(time.DateOnly), nil
}
