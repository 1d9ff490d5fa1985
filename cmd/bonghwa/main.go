// Command bonghwa runs a node, replays a day, and speaks to a running node.
//
// Commands that change something go through a node's API with a key, so that
// roles and the second person's approval hold; those that prepare a database
// open it. Exit status is 0 when it was done, 1 when it failed, 2 when the
// command was used wrongly. Errors go to standard error as "bonghwa: where: what
// (remedy)", one problem a line. A key never appears in output or errors.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
	"unicode"

	"github.com/alecthomas/kong"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/fault"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], streams{in: os.Stdin, out: os.Stdout, err: os.Stderr})
	stop()
	os.Exit(status)
}

// The exit statuses.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// streams are where a command reads and writes.
type streams struct {
	in  io.Reader
	out io.Writer
	err io.Writer
}

// session is what every command gets.
type session struct {
	streams
	ctx   context.Context //nolint:containedctx // lives for one command; kong hands commands values alone
	wall  clock.Wall
	world *clock.World // of a replay; nil: world time agrees with wall time
}

// now is the world time.
func (s *session) now() time.Time {
	if s.world != nil {
		return s.world.Now()
	}
	return s.wall.Now()
}

// line writes one line to standard output, or several of our own making.
func (s *session) line(format string, args ...any) {
	for i, a := range args {
		if text, ok := a.(string); ok {
			args[i] = printable(text)
		}
	}
	_, _ = fmt.Fprintf(s.out, format+"\n", args...) // a closed pipe ends the program anyway
}

// printable shows control characters, which a terminal would obey, as what they
// are: a title or a bill may hold them to make a person read something else.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return '\uFFFD'
		}
		return r
	}, text)
}

// commands is the tree of commands; see each one's own file.
type commands struct {
	Demo     demoCommand      `cmd:"" help:"Live through 22 November 2018 on this machine."`
	Serve    serveCommand     `cmd:"" help:"Run a node."`
	Init     initCommand      `cmd:"" help:"Write a commented configuration and catalogue to start from."`
	Check    checkCommand     `cmd:"" help:"Check configuration, catalogue and policies."`
	Migrate  migrateCommand   `cmd:"" help:"Make the database, or bring it up to date."`
	Key      keyCommands      `cmd:"" help:"Make API keys."`
	Accounts accountsCommands `cmd:"" help:"Import customers."`
	Catalog  catalogCommands  `cmd:"" help:"Plan and apply the catalogue: regions, services, components, checks, policies."`
	Incident incidentCommands `cmd:"" help:"Open incidents, state impacts, publish messages."`
	History  historyCommands  `cmd:"" help:"Import past incidents."`
	Page     pageCommands     `cmd:"" help:"Copy the public page, and say something above it in an emergency."`
	Summary  summaryCommands  `cmd:"" help:"Write and publish post-event summaries."`
	SLA      slaCommands      `cmd:"" name:"sla" help:"Measure availability against the agreements."`
	Credit   creditCommands   `cmd:"" help:"Plan, approve and apply SLA credits."`
	Scenario scenarioCommands `cmd:"" help:"Replay a scenario."`
	Version  versionCommand   `cmd:"" help:"Print the version."`
}

// leave is how kong's own exits (after --help) reach run.
type leave struct{ status int }

// run is the whole program but for the process around it.
func run(ctx context.Context, args []string, std streams) int {
	return runIn(ctx, nil, args, std)
}

// runIn is run with the world's clock of a replay.
func runIn(ctx context.Context, world *clock.World, args []string, std streams) (status int) {
	var c commands
	parser, err := kong.New(&c,
		kong.Name("bonghwa"), kong.Description("Tell a provider's customers what happens, to whom, and make it good."),
		kong.Writers(std.out, std.err), kong.Exit(func(status int) { panic(leave{status}) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		return report(std.err, err)
	}
	defer func() {
		if p := recover(); p != nil {
			l, ok := p.(leave)
			if !ok {
				panic(p)
			}
			status = l.status
		}
	}()
	parsed, err := parser.Parse(args)
	if err != nil {
		return report(std.err, explainUsage(parser, err))
	}
	return report(std.err, parsed.Run(&session{streams: std, ctx: ctx, world: world}))
}

// usageError is a command used wrongly.
type usageError struct{ error }

// Unwrap gives the cause.
func (e usageError) Unwrap() error { return e.error }

// usage says that a flag or argument is wrong: which, what, and what to write.
func usage(where, what, remedy string) error {
	return usageError{fault.New(fault.Invalid, where, what, remedy)}
}

// report writes an error, one problem a line, and gives the exit status.
func report(w io.Writer, err error) int {
	if err == nil {
		return exitDone
	}
	for line := range strings.SplitSeq(strings.TrimSpace(err.Error()), "\n") {
		if strings.TrimSpace(line) != "" {
			_, _ = fmt.Fprintln(w, "bonghwa: "+line) // nowhere left to complain
		}
	}
	if _, wrong := errors.AsType[usageError](err); wrong {
		return exitUsage
	}
	return exitFailed
}

// explainUsage turns kong's refusal into a sentence with the nearest word there
// is.
func explainUsage(parser *kong.Kong, err error) error {
	refused, ok := errors.AsType[*kong.ParseError](err)
	if !ok {
		return usageError{err}
	}
	node := parser.Model.Node
	if n := len(refused.Context.Path); n > 0 {
		if at := refused.Context.Path[n-1].Node(); at != nil {
			node = at
		}
	}
	text, _, _ := strings.Cut(err.Error(), ", did you mean")
	help := "see " + strings.TrimSpace(node.FullPath()) + " --help"
	if word, ok := strings.CutPrefix(text, "unexpected argument "); ok && len(node.Children) > 0 {
		return usage("", fmt.Sprintf("there is no command %q", word), suggest(word, children(node))+help)
	}
	if word, ok := strings.CutPrefix(text, "unknown flag "); ok {
		return usage("", "there is no flag "+word, suggest(word, flags(node))+help)
	}
	return usage("", text, help)
}

func children(n *kong.Node) []string {
	var out []string
	for _, c := range n.Children {
		out = append(out, c.Name)
	}
	return out
}

func flags(n *kong.Node) []string {
	var out []string
	for _, group := range n.AllFlags(true) {
		for _, f := range group {
			out = append(out, "--"+f.Name)
		}
	}
	return out
}

// suggest names the word that was begun, or else the nearest, when one is near.
func suggest(word string, have []string) string {
	meant := fault.Nearest(word, have, len(word)/2+2)
	if begun := slices.IndexFunc(have, func(h string) bool { return strings.HasPrefix(h, word) }); begun >= 0 {
		meant = have[begun]
	}
	if meant == "" {
		return ""
	}
	return "did you mean " + meant + "? "
}
