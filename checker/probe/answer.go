package probe

import "time"

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
	failedDNS      FailureKind = "dns"
	failedConnect  FailureKind = "connect"
	failedTLS      FailureKind = "tls"
	failedTimeout  FailureKind = "timeout"
	failedHTTP     FailureKind = "http"     // the answer is not HTTP, or is truncated
	failedSize     FailureKind = "size"     // the answer is too large
	failedRedirect FailureKind = "redirect" // the answer leads to where nothing is asked
	notAsked       FailureKind = "not-asked"
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
