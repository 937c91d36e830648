// Command howett parses property lists, for BenchmarkGoal.
package main

import (
	"log"
	"os"

	"howett.net/plist"
)

func main() {
	for _, name := range os.Args[1:] {
		text, err := os.ReadFile(name)
		if err != nil {
			log.Fatal(err)
		}
		var value any
		if _, err := plist.Unmarshal(text, &value); err != nil {
			log.Fatalf("%s: %v", name, err)
		}
	}
}
