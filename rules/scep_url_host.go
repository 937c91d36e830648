package rules

import (
	"net/netip"
	"strings"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/profile"
)

// tunnelHosts are the domains of services that give a computer a name on the internet for
// a while.
var tunnelHosts = []string{
	"ngrok.io", "ngrok.app", "ngrok.dev", "ngrok-free.app", "ngrok-free.dev", "trycloudflare.com", "loca.lt", "localtunnel.me", "localhost.run", "lhr.life",
	"serveo.net", "devtunnels.ms", "pagekite.me", "bore.pub", "tunnelmole.net", "tunnelto.dev", "zrok.io", "loophole.site", "telebit.io",
}

// reportHost reports the host of a URL if it cannot be that of a server for the devices
// of an organization, or for all of them.
func reportHost(p *checker.Pass, scep *profile.SCEP) {
	u := scep.URLParts()
	if !u.HostKnown || u.Host == "" {
		return
	}
	problem, severity := hostProblem(strings.TrimSuffix(u.Host, "."))
	if problem == "" {
		return
	}
	f := p.Value(scep.URL.Node, "`URL` host %q %s", u.Host, problem)
	f.Severity, f.Help = severity, "set the host of the SCEP server that all devices can reach"
}

func hostProblem(host string) (problem string, severity checker.Severity) {
	within := func(domain string) bool {
		rest, ok := strings.CutSuffix(host, domain)
		return ok && (rest == "" || rest[len(rest)-1] == '.')
	}
	if last := host[strings.LastIndexByte(host, '.')+1:]; last != "" && last[0] > '9' && !strings.Contains(host, ":") {
		// a name, for addresses end in a number
	} else if address, err := netip.ParseAddr(host); err == nil {
		switch address = address.Unmap(); {
		case address.IsLoopback(), address.IsUnspecified():
			return "is the device itself", checker.Warning
		case address.IsPrivate(), address.IsLinkLocalUnicast():
			return "is a private address; devices outside that network cannot reach it", checker.Info
		}
		return "", checker.Off
	}
	switch {
	case within("localhost"), within("localhost.localdomain"):
		return "is the device itself", checker.Warning
	case within("local"):
		return "ends in .local, which devices look up by multicast DNS in their own network", checker.Warning
	}
	for _, domain := range tunnelHosts {
		if within(domain) {
			return "is a temporary tunnel", checker.Warning
		}
	}
	return "", checker.Off
}
