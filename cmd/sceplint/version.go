package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/sceplint/sceplint/cmd/sceplint/usage"
)

// version is set by release builds; other builds have that of their module.
var version = ""

func currentVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "devel"
}

// versionLine is what sceplint --version prints.
func versionLine() string {
	return fmt.Sprintf("sceplint %s %s/%s %s\n", currentVersion(), runtime.GOOS, runtime.GOARCH, runtime.Version())
}

func versionCommand(t *ioStreams) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  usage.ArgumentCount(0, 0, ""),
		RunE: func(*cobra.Command, []string) error {
			_, err := io.WriteString(t.out, versionLine())
			return err
		},
	}
}
