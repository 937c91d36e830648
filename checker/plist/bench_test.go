package plist

import (
	"strings"
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
// their MB/s within one run. A document that is Released gives its nodes to the
// next one.
func BenchmarkParse(b *testing.B) {
	docs, bytes := documents()
	for name, release := range map[string]bool{"kept": false, "released": true} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(bytes)
			b.ReportAllocs()
			for b.Loop() {
				for _, doc := range docs {
					src := NewSource("bench", doc)
					if _, err := ParseXML(src); err != nil {
						b.Fatal(err)
					}
					if release {
						src.Release()
					}
				}
			}
		})
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

// BenchmarkSeenBase64 reads the text of a certificate that other profiles have, and one that none has.
func BenchmarkSeenBase64(b *testing.B) {
	text := strings.Repeat("MIIBcTCCARagAwIBAgICA+kwCgYIKoZIzj0EAwIwJjENMAsGA1UE\n\t\t\t", 28)
	b.Run("seen", func(b *testing.B) {
		for b.Loop() {
			seenBase64(text)
		}
	})
	b.Run("new", func(b *testing.B) {
		for b.Loop() {
			IsBase64(text)
		}
	})
}
