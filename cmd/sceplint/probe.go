package main

import (
	"bufio"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/net/http/httpproxy"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/localfile"
	"github.com/sceplint/sceplint/checker/policy"
	"github.com/sceplint/sceplint/checker/printable"
	"github.com/sceplint/sceplint/checker/probe"
	"github.com/sceplint/sceplint/checker/report"
	"github.com/sceplint/sceplint/checker/source"
	"github.com/sceplint/sceplint/cmd/sceplint/terminal"
	"github.com/sceplint/sceplint/cmd/sceplint/usage"
)

// probeFlags are the flags of sceplint probe as they were given.
type probeFlags struct {
	checkFlags
	url, name, fingerprint string
	hosts, set             []string
	allHosts               bool
	timeout                time.Duration
	retries                int
	save, replay           string
}

// urlFile is the file of findings about --url.
const urlFile = "<url>"

func probeCommand(t *ioStreams) *cobra.Command {
	var f probeFlags
	cmd := &cobra.Command{
		Use:   "probe [PATH…]",
		Short: "Query the SCEP and ACME servers in profiles, and compare the responses with the profiles",
		Long: `Query the SCEP and ACME servers in profiles, and compare the responses with the profiles.

PATH is anything that sceplint check accepts. The default is the working directory, or no path with --url. Each
server gets one request for GetCACert and one for GetCACaps, or one for its ACME directory. Nothing is enrolled. No
challenge, cookie, user name, password, or URL query is sent. This is the only command that uses the network.

Allow hosts with --host or --all-hosts, or confirm them on the terminal. Link-local, multicast, and metadata
addresses are never contacted; the loopback interface requires --host or --url. Redirects to other servers are not
followed. With a proxy (HTTPS_PROXY, HTTP_PROXY, NO_PROXY), the proxy resolves host names.

A server whose host is not allowed or whose URL contains a variable is not contacted, which is an error (exit code 2).

Exit codes:
  0  no findings at or above --fail-on
  1  findings at or above --fail-on
  2  the run failed`,
		Example: `  sceplint probe --host ca.example.com profiles/
  sceplint probe --url https://ca.example.com/scep --name Corp
  sceplint probe --host '*.example.com' --save answers profiles/
  sceplint probe --replay answers profiles/`,
		RunE: func(cmd *cobra.Command, args []string) error {
			f.stdinNamed = cmd.Flags().Changed("stdin-filename")
			return t.probe(cmd.Context(), &f, args)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.url, "url", "", "query the SCEP server at `URL`, without a profile")
	flags.StringVar(&f.name, "name", "", "select the CA `NAME` on the server; requires --url")
	flags.StringVar(&f.fingerprint, "fingerprint", "", "compare the CA certificate with `DIGEST`, in hexadecimal digits or Base64; requires --url")
	flags.StringArrayVar(&f.hosts, "host", nil, "allow hosts that match `PATTERN`; * is a wildcard (repeatable)")
	flags.BoolVar(&f.allHosts, "all-hosts", false, "allow all hosts in the profiles")
	flags.StringArrayVar(&f.set, "set", nil, "replace a variable in URL or Name: `'$VAR=value'` (repeatable)")
	flags.DurationVar(&f.timeout, "timeout", probe.DefaultTimeout, "set the timeout of a request to `DURATION` (default 10s)")
	flags.IntVar(&f.retries, "retries", probe.DefaultRetries, "retry a failed request `N` times (default 1)")
	flags.StringVar(&f.save, "save", "", "save the responses in directory `DIR`")
	flags.StringVar(&f.replay, "replay", "", "check the responses saved in `DIR`, without network access")
	flags.StringArrayVar(&f.trust, "trust", nil, "trust the root certificates in `FILE` (PEM or DER) for TLS instead of the system roots (repeatable)")
	flags.StringArrayVarP(&f.formats, "format", "f", []string{"text"}, "write servers and findings as `NAME[=FILE]` to standard output or to FILE: "+strings.Join(report.FormatNames(), ", ")+" (repeatable, default text)")
	addConfigFlags(cmd, &f.policies.Project)
	flags.Var(usage.CommaList{Values: &f.disable}, "disable", "disable rules that match `ID[,ID]`; * is a wildcard (repeatable)")
	flags.Var(usage.CommaList{Values: &f.severity}, "severity", "set the severity of rules with `ID=LEVEL`: error, warning, info, or off (repeatable)")
	addFailOnFlag(cmd, &f.failOn)
	flags.BoolVar(&f.forceExclude, "force-exclude", false, "apply exclude patterns to files named on the command line, too")
	flags.StringVar(&f.baseline, "baseline", "", "suppress findings listed in baseline `FILE`")
	flags.StringVar(&f.writeBaseline, "write-baseline", "", "write all findings to baseline `FILE`, and report none")
	flags.BoolVar(&f.pruneBaseline, "prune-baseline", false, "remove stale entries from the baseline")
	flags.IntVar(&f.jobs, "jobs", 0, "read `N` files in parallel; 0 means one per CPU (default 0)")
	f.addCommon(cmd)
	addColorFlag(cmd, &f.color)
	flags.BoolVar(&f.statistics, "statistics", false, "print the number of findings per rule, with severity and fixable findings, to standard error")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print only servers, findings, and errors")
	f.addVerbose(cmd)
	flags.BoolVar(&f.noIgnores, "no-ignores", false, "report findings despite suppression comments")
	flags.BoolVar(&f.showSuppressed, "show-suppressed", false, "also show suppressed findings, with the reason")
	completeWith(cmd, "format", formatWords)
	return cmd
}

// check rejects flags that do not go together.
func (f *probeFlags) check() error {
	const maxRetries, maxTimeout = 10, 10 * time.Minute
	switch {
	case f.url == "" && (f.name != "" || f.fingerprint != ""):
		return errors.New("--name and --fingerprint require --url")
	case f.save != "" && f.replay != "":
		return errors.New("--save and --replay cannot be used together")
	case f.timeout <= 0 || f.timeout > maxTimeout:
		return fmt.Errorf("invalid --timeout %v: expected up to %v", f.timeout, maxTimeout)
	case f.retries < 0 || f.retries > maxRetries:
		return fmt.Errorf("invalid --retries %d: expected 0 to %d", f.retries, maxRetries)
	case slices.Contains(f.hosts, ""):
		return errors.New("--host: empty pattern; use a host name")
	}
	return nil
}

// probe does the job of sceplint probe.
func (t *ioStreams) probe(ctx context.Context, f *probeFlags, paths []string) error {
	if err := f.check(); err != nil {
		return err
	}
	variables, err := probe.ParseVariables(f.set)
	if err != nil {
		return fmt.Errorf("--set: %w", err)
	}
	roots, err := f.tlsRoots()
	if err != nil {
		return err
	}
	c, err := f.checker(ctx, probe.Rules(nil)...)
	if err != nil {
		return err
	}
	c.Verify = nil
	failOn, err := f.threshold()
	if err != nil {
		return err
	}
	colored, err := terminal.UseColor(f.color, t.out)
	if err != nil {
		return err
	}
	known, err := f.suppression(ctx, c)
	if err != nil {
		return err
	}
	in, list, err := f.documents(t, paths)
	if err != nil {
		return err
	}
	defer in.Close()

	book := &probe.Book{Variables: variables}
	var inputs source.Kept
	first := &checker.Checker{Jobs: c.Jobs, Visit: []checker.Visitor{book.Visit}}
	for range first.Run(ctx, inputs.Keep(list)) {
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if unused := variables.Unused(); len(unused) > 0 {
		return fmt.Errorf("--set: no URL and no Name holds %s", strings.Join(unused, ", "))
	}
	answers, err := f.answers(ctx, t, book.Targets())
	if err != nil {
		return err
	}
	judge := probe.NewJudge(answers, variables)
	judge.Roots = roots

	for i := range c.Rules { // so that they may be suppressed
		c.KnownRuleIDs = append(c.KnownRuleIDs, c.Rules[i].ID)
	}
	c.Rules, c.Visit = probe.Rules(judge), []checker.Visitor{judge.Unasked}
	servers := judge.Servers(book)
	outputs, err := report.NewOutputs(f.formats, report.Destination{Stdout: t.out, Color: colored, Private: f.showSecrets}, report.Report{
		Version: currentVersion(), Rules: report.EnabledRules(c), Now: c.Now, Shipped: policy.ShippedIDs(), ShowSuppressed: f.showSuppressed, Servers: servers,
	})
	if err != nil {
		return err
	}
	c.Visit = append(c.Visit, outputs.Visit...)
	summary := &runSummary{t: t, rules: report.Statistics{}, flags: &f.checkFlags, failOn: failOn, baseline: known}
	if err := errors.Join(outputs.Write(ctx, checker.InFileOrder(summary.process(probe.WithUnasked(c.Run(ctx, inputs.Again()))))), ctx.Err()); err != nil {
		return err
	}
	if err := summary.close(in, c); err != nil {
		return err
	}
	if len(servers) == 0 {
		return errors.New("nothing to ask: no SCEP or ACME payload in the profiles")
	}
	return nil
}

// documents gives what is to be probed: the paths, and the profile for --url.
func (f *probeFlags) documents(t *ioStreams, paths []string) (*source.Inputs, iter.Seq[checker.Input], error) {
	if f.url == "" {
		in, err := f.inputs(t, paths)
		if err != nil {
			return nil, nil, err
		}
		return in, in.All(), nil
	}
	target, err := probe.NewTarget(probe.SCEP, f.url, f.name)
	if err != nil {
		return nil, nil, fmt.Errorf("--url: %w", err)
	}
	f.hosts = append(f.hosts, target.Host())
	text, err := probe.Document(f.url, f.name, f.fingerprint)
	if err != nil {
		return nil, nil, fmt.Errorf("--fingerprint: %w", err)
	}
	in := &source.Inputs{Stdin: t.in, StdinName: f.stdinName, Excluded: f.policies.Project.IsExcluded, ForceExclude: f.forceExclude}
	if len(paths) > 0 {
		if in, err = f.inputs(t, paths); err != nil {
			return nil, nil, err
		}
	}
	return in, func(yield func(checker.Input) bool) {
		if yield(checker.Input{Name: urlFile, Inside: true, Read: func() ([]byte, error) { return text, nil }}) {
			in.All()(yield)
		}
	}, nil
}

// tlsRoots are the roots that --trust names; nil for those of the system.
func (f *probeFlags) tlsRoots() (*x509.CertPool, error) {
	if len(f.trust) == 0 {
		return nil, nil
	}
	roots := x509.NewCertPool()
	for _, path := range f.trust {
		text, err := localfile.Read(path, localfile.MaxSize)
		if err == nil {
			err = checker.AddRoots(roots, text)
		}
		if err != nil {
			return nil, fmt.Errorf("--trust %s: %w", path, err)
		}
	}
	f.trust = nil // which asks for signatures elsewhere
	return roots, nil
}

// answers asks the servers, or reads what was answered before.
func (f *probeFlags) answers(ctx context.Context, t *ioStreams, targets []probe.Target) (map[probe.Target]*probe.Answer, error) {
	if len(targets) > probe.MaxTargets {
		return nil, fmt.Errorf("the profiles contain %d servers; the maximum is %d", len(targets), probe.MaxTargets)
	}
	if f.replay != "" {
		answers, err := probe.Load(f.replay, targets)
		if err != nil {
			return nil, fmt.Errorf("--replay: %w", err)
		}
		return answers, nil
	}
	hosts := probe.Hosts{All: f.allHosts, Patterns: f.hosts}
	if err := f.consent(t, &hosts, targets); err != nil {
		return nil, err
	}
	proxy := httpproxy.FromEnvironment().ProxyFunc()
	client := &probe.Client{Hosts: hosts, Timeout: f.timeout, Retries: f.retries, Proxy: func(u *url.URL) (*url.URL, error) { return proxy(u) }}
	answers := client.Ask(ctx, targets)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if f.save == "" {
		return answers, nil
	}
	if err := probe.Save(f.save, answers); err != nil {
		return nil, fmt.Errorf("--save: %w", err)
	}
	return answers, nil
}

// consent asks on the terminal whether the hosts may be asked, if no flag says so.
func (f *probeFlags) consent(t *ioStreams, hosts *probe.Hosts, targets []probe.Target) error {
	if hosts.All || len(hosts.Patterns) > 0 || len(targets) == 0 {
		return nil
	}
	names := probe.HostsOf(targets)
	in, ok := t.in.(*os.File)
	if !ok || !terminal.IsTerminal(in) || !terminal.IsTerminal(t.err) {
		return fmt.Errorf("no host is allowed: the profiles contain %s; add --host or --all-hosts", printable.Text(strings.Join(names, ", ")))
	}
	if !confirmHosts(in, t.err, names) {
		return errors.New("no host is allowed; no server was contacted")
	}
	hosts.All = true
	return nil
}

// confirmHosts asks whether the hosts may be asked. Anything but a line with y or yes
// means no.
func confirmHosts(in io.Reader, out io.Writer, names []string) bool {
	fmt.Fprintln(out, "The profiles name these hosts:")
	for _, name := range names {
		fmt.Fprintf(out, "  %s\n", printable.Text(name))
	}
	fmt.Fprint(out, "Ask them? [y/N] ")
	answer, err := bufio.NewReader(in).ReadString('\n')
	answer = strings.ToLower(strings.TrimSpace(answer))
	return err == nil && (answer == "y" || answer == "yes")
}
