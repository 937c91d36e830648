package audit

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/sceplint/sceplint/checker/localfile"
)

// Marker turns challenges into marks that represent them in a summary: equal for
// equal challenges, by HMAC-SHA-256 with a key. Without the key a challenge
// cannot be guessed from its mark, however short it is.
type Marker struct {
	key    []byte
	prefix string
	given  bool
}

// The beginnings of the marks with a key that was given, and of those with a key that exists for one run.
const givenMark, runMark = "key-", "run-"

// NewMarker returns a Marker with a key. If it is nil, the key is random, so
// that no other run can make the same marks.
func NewMarker(key []byte) *Marker {
	m := &Marker{key: key, prefix: givenMark, given: key != nil}
	if key == nil {
		m.key, m.prefix = make([]byte, 32), runMark
		_, _ = rand.Read(m.key) // it never fails
	}
	m.prefix += m.digest("the name of the key")[:16] + "."
	return m
}

// ReadMarker returns a Marker with the key in a file; with a random key if there is no file.
func ReadMarker(file string) (*Marker, error) {
	const minBytes, maxBytes = 16, 1 << 20
	if file == "" {
		return NewMarker(nil), nil
	}
	key, err := localfile.Read(file, maxBytes)
	if err != nil {
		return nil, fmt.Errorf("--mark-key: %w", err)
	}
	if key = bytes.TrimSpace(key); len(key) < minBytes {
		return nil, fmt.Errorf("--mark-key %s: key of %d bytes is too short; use at least %d random bytes, such as the output of `openssl rand -base64 32`", file, len(key), minBytes)
	}
	return NewMarker(key), nil
}

// isGiven reports whether the key was given, so that the marks of several runs can be compared.
func (m *Marker) isGiven() bool { return m.given }

// Hash returns the mark of a challenge, which begins with the name of the key.
func (m *Marker) Hash(challenge string) string { return m.prefix + m.digest("\x00" + challenge)[:32] }

func (m *Marker) digest(text string) string {
	h := hmac.New(sha256.New, m.key)
	h.Write([]byte(text))
	return hex.EncodeToString(h.Sum(nil))
}

// Comparable reports whether all hard-coded challenges were marked with one key. If not, one that several parts of the
// summary share counts once for each of them.
func (f *Fleet) Comparable() bool {
	first := ""
	for mark := range f.secrets {
		key, _, _ := strings.Cut(mark, ".")
		if first == "" {
			first = key
		}
		if key != first {
			return false
		}
	}
	return true
}

// AcrossRuns reports whether the hard-coded challenges can be compared with those of another run.
func (f *Fleet) AcrossRuns() bool {
	for mark := range f.secrets {
		if strings.HasPrefix(mark, runMark) {
			return false
		}
	}
	return true
}

// NotCompared is the note on a summary that is not Comparable.
const NotCompared = "hard-coded challenges were hashed with different keys: one that occurs in several parts or runs is counted once for each; " +
	"rerun all of them with the same --mark-key FILE to compare them"
