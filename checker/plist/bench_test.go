package plist

import (
	"testing"

	"howett.net/plist"

	"github.com/sceplint/sceplint/checker/profile/profiletest"
)

func documents() (docs [][]byte, bytes int64) {
	for seed := range uint64(200) {
		doc := profiletest.Generate(seed)
		docs = append(docs, doc)
		bytes += int64(len(doc))
	}
	return docs, bytes
}

// BenchmarkParse and BenchmarkParseHowett read the same profiles; compare
// their MB/s within one run.
func BenchmarkParse(b *testing.B) {
	docs, bytes := documents()
	b.SetBytes(bytes)
	b.ReportAllocs()
	for b.Loop() {
		for _, doc := range docs {
			if _, err := ParseXML(NewSource("bench", doc)); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkParseHowett(b *testing.B) {
	docs, bytes := documents()
	b.SetBytes(bytes)
	b.ReportAllocs()
	for b.Loop() {
		for _, doc := range docs {
			var v any
			if _, err := plist.Unmarshal(doc, &v); err != nil {
				b.Fatal(err)
			}
		}
	}
}
