// Command generate writes the table of Apple's payload schema that package
// schema embeds:
//
//	go run ./checker/schema/generate DIR
//
// DIR holds payloads.json and declarations.json. The table holds facts only:
// names, types, limits, and versions. It is written to checker/schema; run the
// command from the root of the repository and update schema.Date.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./checker/schema/generate DIR")
		os.Exit(2)
	}
	if err := generate(os.Args[1], filepath.Join("checker", "schema")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// generate turns the facts in a directory into the tables in another one.
func generate(from, to string) error {
	for _, name := range tables {
		facts, err := os.ReadFile(filepath.Join(from, name+".json"))
		if err != nil {
			return fmt.Errorf("cannot read the schema: %w", err)
		}
		table, err := makeTable(facts)
		if err != nil {
			return fmt.Errorf("%s.json cannot be used: %w", name, err)
		}
		if err := os.WriteFile(filepath.Join(to, name+".tsv"), table, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// tables are the tables of the schema, by the names of their files.
var tables = []string{"payloads", "declarations"}
