package probe

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Answer is what a server answered, before it is checked. It can be saved.
type Answer struct {
	Version   int        `json:"version"`
	Target    Target     `json:"target"`
	Asked     time.Time  `json:"asked"`
	Exchanges []Exchange `json:"exchanges"` // in the order of the operations
}

// answerVersion changes when an older program cannot read the answers.
const answerVersion = 1

// Exchange is one request and what came of it.
type Exchange struct {
	Operation   string     `json:"operation"`
	URL         string     `json:"url"`
	Status      int        `json:"status,omitempty"`
	ContentType []string   `json:"contentType,omitempty"` // each header of this name
	Body        []byte     `json:"body,omitempty"`
	Redirects   []Redirect `json:"redirects,omitempty"`
	Address     string     `json:"address,omitempty"` // that was connected to, with its port
	Proxied     bool       `json:"proxied,omitempty"`
	TLS         *TLS       `json:"tls,omitempty"`
	Failure     *Failure   `json:"failure,omitempty"` // nil: there is an answer
}

// Redirect is an answer that leads to another URL.
type Redirect struct {
	Status int    `json:"status"`
	To     string `json:"to"`
}

// TLS is what a server showed when a connection was made.
type TLS struct {
	Version      string   `json:"version"`
	Certificates [][]byte `json:"certificates"` // that of the server first
}

// Failure is why an answer is missing.
type Failure struct {
	Kind FailureKind `json:"kind"`
	Text string      `json:"text"`
}

// FailureKind is a kind of failure.
type FailureKind string

// The kinds of failures.
const (
	FailedDNS      FailureKind = "dns"
	FailedConnect  FailureKind = "connect"
	FailedTLS      FailureKind = "tls"
	FailedTimeout  FailureKind = "timeout"
	FailedHTTP     FailureKind = "http"     // the answer is not HTTP, or is truncated
	FailedSize     FailureKind = "size"     // the answer is too large
	FailedRedirect FailureKind = "redirect" // the answer leads to where nothing is asked
	NotAsked       FailureKind = "not-asked"
)

// Error implements error.
func (f *Failure) Error() string { return f.Text }

// exchange gives the exchange of an operation; nil if there is none.
func (a *Answer) exchange(operation string) *Exchange {
	if a == nil {
		return nil
	}
	for i := range a.Exchanges {
		if a.Exchanges[i].Operation == operation {
			return &a.Exchanges[i]
		}
	}
	return nil
}

// FileName is the name of the file that the answer to a target is saved in.
func (t Target) FileName() string {
	sum := sha256.Sum256([]byte(string(t.Protocol) + "\x00" + t.URL + "\x00" + t.Name))
	return "answer-" + hex.EncodeToString(sum[:12]) + ".json"
}

// MaxSaved is the size in bytes of the largest file that an answer is read from.
const MaxSaved = 8 << 20

// Encode gives the text that an answer is saved as.
func (a *Answer) Encode() ([]byte, error) {
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	err := out.Encode(a)
	return b.Bytes(), err
}

// DecodeAnswer reads a saved answer to a target.
func DecodeAnswer(text []byte, t Target) (*Answer, error) {
	if len(text) > MaxSaved {
		return nil, errors.New("the file is too large")
	}
	in := json.NewDecoder(bytes.NewReader(text))
	in.DisallowUnknownFields()
	a := &Answer{}
	if err := in.Decode(a); err != nil {
		return nil, errors.New("not an answer that --save wrote")
	}
	switch {
	case in.More():
		return nil, errors.New("not an answer that --save wrote")
	case a.Version != answerVersion:
		return nil, fmt.Errorf("unsupported version %d", a.Version)
	case a.Target != t:
		return nil, errors.New("it is the answer to another request")
	}
	for _, operation := range t.operations() {
		e := a.exchange(operation)
		if e == nil || len(e.Body) > maxBody || len(e.Redirects) > maxRedirects+1 || (e.Status == 0) == (e.Failure == nil) {
			return nil, errors.New("the saved answer is incomplete")
		}
	}
	if len(a.Exchanges) != len(t.operations()) {
		return nil, errors.New("not an answer that --save wrote")
	}
	return a, nil
}
