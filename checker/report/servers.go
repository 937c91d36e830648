package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/sceplint/sceplint/checker/printable"
	"github.com/sceplint/sceplint/checker/probe"
)

// serverRow is one line of what is shown of a server. Depth 1 belongs to the
// certificate above it.
type serverRow struct {
	Depth       int
	Name, Value string
}

// maxServerProfiles is how many profiles are listed for a server.
const maxServerProfiles = 20

// serverHeading names a server.
func serverHeading(s *probe.Server) string {
	heading := visible(s.URL) + " (" + strings.ToUpper(string(s.Protocol))
	if s.Name != "" {
		heading += fmt.Sprintf(", Name %s", visible(fmt.Sprintf("%q", s.Name)))
	}
	return heading + ")"
}

// serverRows gives what is shown of a server, in order.
func serverRows(s *probe.Server) (rows []serverRow) {
	add := func(depth int, name, value string) {
		if value != "" {
			rows = append(rows, serverRow{depth, name, visible(value)})
		}
	}
	address := s.Address
	if s.Proxied {
		address = "through a proxy"
	}
	add(0, "address", address)
	if s.TLS != nil {
		text := s.TLS.Version
		if s.TLS.Subject != "" || s.TLS.Issuer != "" {
			text += fmt.Sprintf(", certificate %q issued by %q, valid until %s", s.TLS.Subject, s.TLS.Issuer, s.TLS.Until)
		}
		add(0, "TLS", text)
	}
	switch {
	case s.Failure != "" && !s.Asked:
		add(0, "not asked", s.Failure)
	case s.Failure != "":
		add(0, "no answer", s.Failure)
	default:
		add(0, "answer", strings.TrimSuffix(fmt.Sprintf("HTTP status %d, %s", s.Status, s.ContentType), ", "))
	}
	add(0, "capabilities", strings.Join(s.Capabilities, ", "))
	if p := s.Picks; p != nil {
		digest := p.Digest
		if digest == "" {
			digest = "no digest (error 22006)"
		}
		add(0, "iOS picks", fmt.Sprintf("%s, %s, %s (observed)", digest, p.Cipher, p.Method))
	}
	for _, c := range s.Certificates {
		add(0, string(c.Role), c.Subject)
		if c.Issuer != c.Subject {
			add(1, "issuer", c.Issuer)
		}
		add(1, "serial", c.Serial)
		add(1, "key", fmt.Sprintf("%s, signed with %s", c.Key, c.Signature))
		usages := append(append([]string{}, c.Usages...), c.ExtendedUsages...)
		if len(usages) == 0 {
			usages = []string{"not restricted"}
		}
		add(1, "usages", strings.Join(usages, ", "))
		add(1, "valid", c.NotBefore.Format(time.DateOnly)+" to "+c.NotAfter.Format(time.DateOnly))
		for _, name := range probe.DigestNames {
			add(1, name, c.Digests[name])
		}
	}
	if s.Pin != "" {
		add(0, "CAFingerprint", "<data>"+s.Pin+"</data>")
	}
	for _, e := range s.Endpoints {
		add(0, "endpoint", e)
	}
	for i, file := range s.Profiles {
		if i == maxServerProfiles {
			add(0, "profile", fmt.Sprintf("and %d more", len(s.Profiles)-i))
			break
		}
		add(0, "profile", file)
	}
	return rows
}

// Servers writes a block for each server.
func Servers(w io.Writer, list []probe.Server) error {
	out := bufio.NewWriter(&printable.LogWriter{To: w})
	for i := range list {
		s := &list[i]
		fmt.Fprintln(out, serverHeading(s))
		for _, r := range serverRows(s) {
			fmt.Fprintf(out, "%s%-*s  %s\n", strings.Repeat("  ", r.Depth+1), 15-2*r.Depth, r.Name, r.Value)
		}
		fmt.Fprintln(out)
	}
	return out.Flush()
}

// htmlServer is the block of a server on the page.
type htmlServer struct {
	ID, Heading string
	Rows        []serverRow
}

func htmlServers(list []probe.Server) (blocks []htmlServer) {
	for i := range list {
		blocks = append(blocks, htmlServer{fmt.Sprintf("server-%d", i+1), serverHeading(&list[i]), serverRows(&list[i])})
	}
	return blocks
}
