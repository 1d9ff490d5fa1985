package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/bonghwa/bonghwa/app"
	"github.com/bonghwa/bonghwa/config"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/identity"
	"github.com/bonghwa/bonghwa/scenario"
)

type demoCommand struct {
	Listen   string  `help:"Address of the public listener; port 0 leaves the choice to the system." default:"127.0.0.1:8018"`
	Dir      string  `help:"Folder for everything of the replay; a replay that was interrupted goes on. Otherwise a new one under the system's temporary folder." type:"path" placeholder:"DIR"`
	Database string  `help:"Database instead of SQLite in the folder: postgres://…" placeholder:"URL"`
	Speed    float64 `help:"World seconds a wall second, up to 240." default:"60"`
	Exit     bool    `help:"End after the story, with status 1 if it did not come out as it must."`
	MailRate float64 `help:"Mails a second that the mail server takes; 0: as fast as it can." placeholder:"N"`
	NoProbes bool    `help:"Cut the probes off, to see what they are for."`
	Removal  int     `help:"Seconds between two removals of a host, instead of the script's 10." placeholder:"S"`
	output
}

// Help shows an example.
func (demoCommand) Help() string {
	return "Real resolvers, DNS queries, probes, mails and bills, all on the loopback; provider and customers are invented.\n\n" +
		"Example:\n  bonghwa demo --speed 60 --exit --json"
}

// Run replays seoul-2018.
func (c *demoCommand) Run(s *session) error { return c.replay(s, "seoul-2018") }

type scenarioCommands struct {
	Run scenarioRunCommand `cmd:"" help:"Replay a scenario; see demo for the choices."`
}

type scenarioRunCommand struct {
	Name string `arg:"" help:"The scenario: seoul-2018."`
	demoCommand
}

// Help shows an example.
func (scenarioRunCommand) Help() string {
	return "Example:\n  bonghwa scenario run seoul-2018 --speed 240 --exit --json"
}

// Run replays the scenario.
func (c *scenarioRunCommand) Run(s *session) error { return c.replay(s, c.Name) }

// replay raises the stage, starts a node on it, plays the script, and judges
// what came of it.
func (c *demoCommand) replay(s *session, name string) (err error) {
	if c.Dir == "" {
		if c.Dir, err = os.MkdirTemp("", "bonghwa-demo-"); err != nil {
			return fmt.Errorf("make the replay's folder: %w", err)
		}
	}
	stage, err := scenario.Raise(s.ctx, scenario.StageOptions{
		Scenario: name, Dir: c.Dir, Speed: c.Speed, MailRate: c.MailRate, NoProbes: c.NoProbes, Removal: c.Removal, Wall: s.wall,
		Log: logger(s, "warn"),
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stage.Close()) }()
	d := &demo{command: c, session: s, stage: stage, progress: s.out}
	if c.JSON {
		d.progress = s.err
	}
	return d.run()
}

// demo is one replay while it runs.
type demo struct {
	command  *demoCommand
	session  *session
	stage    *scenario.Stage
	progress io.Writer
	replay   atomic.Pointer[scenario.Replay] // nil until the doors are open
	outcome  atomic.Pointer[json.RawMessage] // nil while the story runs
}

func (d *demo) say(format string, args ...any) {
	_, _ = fmt.Fprintf(d.progress, format+"\n", args...) // nowhere left to complain
}

func (d *demo) run() error {
	ctx := d.session.ctx
	conf, err := d.config()
	if err != nil {
		return err
	}
	if err := d.prepare(conf); err != nil {
		return err
	}
	node, err := app.Start(ctx, conf, app.Options{
		World: d.stage.World(), Wall: d.session.wall, Log: logger(d.session, "warn"), Version: programVersion(), Replay: d.pages(),
	})
	if err != nil {
		return err
	}
	defer node.Stop()
	if err := d.writeAddresses(node); err != nil {
		return err
	}
	defer func() { _ = os.Remove(d.addresses()) }() // what is left when killed is written over
	play, err := scenario.NewReplay(d.stage, scenario.Doors{
		Server: "http://" + node.PublicAddress(), OperatorKey: d.key("operator"), ApproverKey: d.key("approver"),
		Command: d.do, Progress: func(line string) { d.say("%s", line) },
	})
	if err != nil {
		return err
	}
	d.replay.Store(play)
	if err := play.Furnish(ctx); err != nil {
		return err
	}
	d.welcome(node.PublicURL())
	err = play.Play(ctx)
	if ctx.Err() != nil {
		return fmt.Errorf("interrupted at %s of the world: bonghwa demo --dir %s goes on from there", moment(d.stage.World().Now()), d.command.Dir)
	}
	if err != nil {
		return err
	}
	return d.end(node)
}

// writeAddresses leaves word in the folder of where the listeners are, for
// programs that started the replay and let the system choose its ports.
func (d *demo) writeAddresses(node *app.Node) error {
	raw, err := json.Marshal(struct {
		Public string `json:"public"`
		Admin  string `json:"admin"`
	}{node.PublicURL(), "http://" + node.AdminAddress()})
	if err != nil {
		return fmt.Errorf("write the addresses: %w", err)
	}
	if err := os.WriteFile(d.addresses()+".new", append(raw, '\n'), 0o600); err != nil {
		return fmt.Errorf("write the addresses: %w", err)
	}
	if err := os.Rename(d.addresses()+".new", d.addresses()); err != nil {
		return fmt.Errorf("write the addresses: %w", err)
	}
	return nil
}

func (d *demo) addresses() string { return filepath.Join(d.command.Dir, "addresses.json") }

// end judges the replay and, unless it is to exit, leaves the pages up.
func (d *demo) end(node *app.Node) error {
	ctx := d.session.ctx
	outcome, problems, err := d.replay.Load().Judge(ctx)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(outcome)
	if err != nil {
		return fmt.Errorf("write the summary: %w", err)
	}
	d.outcome.Store((*json.RawMessage)(&raw))
	if d.command.JSON {
		if err := d.session.json(outcome); err != nil {
			return err
		}
	} else {
		d.report(outcome)
	}
	if more := len(problems) - shownProblems; more > 0 {
		problems = append(problems[:shownProblems], fmt.Sprintf("and %d more", more))
	}
	if len(problems) > 0 && d.command.Exit {
		return fmt.Errorf("the replay did not come out as it must:\n%s", strings.Join(problems, "\n"))
	}
	for _, p := range problems {
		d.say("not as it must be: %s", p)
	}
	if d.command.Exit {
		return nil
	}
	d.say("\nThe story is over; the pages stay up on %s until you press Ctrl-C.", node.PublicURL())
	return d.replay.Load().Linger(ctx, node.Wait)
}

// shownProblems is how many problems are told; more of them say nothing new.
const shownProblems = 20

// config is the node's configuration in this replay.
func (d *demo) config() (config.Config, error) {
	c := config.Default(d.command.Dir)
	c.Listen, c.Admin = d.command.Listen, "127.0.0.1:0"
	if d.command.Database != "" {
		c.Database = d.command.Database
	}
	_, port, ok := strings.Cut(d.command.Listen, ":")
	if !ok {
		return c, usage("--listen", "the address is not host:port", "write 127.0.0.1:8018")
	}
	c.PublicURL = "http://localhost:" + port
	c.Provider = config.Provider{Name: health.Text{health.Korean: "한강 클라우드", health.English: "Hangang Cloud"}, Invented: true}
	c.Mail.Relay, c.Mail.From = d.stage.Relay(), "status@hangang.example"
	return c, nil
}

func (d *demo) key(role string) string { return filepath.Join(d.command.Dir, "keys", role+".key") }

// prepare readies the database and the keys of the two scripted people. Keys that
// are there from before an interruption stay.
func (d *demo) prepare(c config.Config) (err error) {
	bench, err := app.OpenBench(d.session.ctx, c.Database, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, bench.Close()) }()
	if err := os.MkdirAll(filepath.Join(d.command.Dir, "keys"), 0o700); err != nil {
		return fmt.Errorf("make the folder of the keys: %w", err)
	}
	for _, role := range []identity.Role{identity.Operator, identity.Approver} {
		if _, err := os.Stat(d.key(string(role))); err == nil {
			continue
		}
		_, text, err := bench.IssueKey(d.session.ctx, identity.KeyRequest{Name: "scripted " + string(role), Role: role, By: "demo"})
		if err != nil {
			return err
		}
		if err := os.WriteFile(d.key(string(role)), []byte(text.Reveal()+"\n"), 0o600); err != nil {
			return fmt.Errorf("write the %s's key: %w", role, err)
		}
	}
	return nil
}

// do runs a command of the program in this process, as the scripted people would
// at a terminal, and gives what it printed.
func (d *demo) do(ctx context.Context, args ...string) ([]byte, error) {
	var out, complaints bytes.Buffer
	if args[0] == "accounts" {
		conf, err := d.config()
		if err != nil {
			return nil, err
		}
		args = append(args, "--database", conf.Database)
	}
	if status := runIn(ctx, d.stage.World(), args, streams{in: strings.NewReader(""), out: &out, err: &complaints}); status != exitDone {
		return nil, fmt.Errorf("bonghwa %s ended with status %d: %s", strings.Join(args[:2], " "), status, strings.TrimSpace(complaints.String()))
	}
	return out.Bytes(), nil
}

// welcome says where everything is.
func (d *demo) welcome(address string) {
	d.say("22 November 2018, at %g times its speed. Provider and customers are invented; ids, times and the agreement are the historical ones.\n", d.command.Speed)
	for _, row := range [][2]string{
		{"the public dashboard", address + "/en/  " + address + "/ko/"},
		{"the story, with proofs", address + "/en/replay"},
		{"the mails", address + "/en/replay/mails"},
		{"the API's document", address + "/openapi.json"},
		{"sign in as a customer", address + "/en/sign-in with one of the addresses below; the link comes to the mails"},
		{"  reads Korean", koreanReader},
		{"  reads English", englishReader},
		{"the operator's key", d.key("operator")},
		{"the approver's key", d.key("approver")},
		{"everything is kept in", d.command.Dir},
	} {
		d.say("  %-24s %s", row[0], row[1])
	}
	d.say("")
}

// The two customers whom the demo suggests to sign in as.
const (
	koreanReader  = "ops@customer-005.example"
	englishReader = "ops@customer-007.example"
)

// pages are what the replay adds to the node's pages.
func (d *demo) pages() *app.Replay {
	return &app.Replay{
		Story: func(ctx context.Context) ([]app.Sentence, bool, error) {
			running := d.outcome.Load() == nil
			play := d.replay.Load()
			if play == nil {
				return nil, running, nil
			}
			story, err := play.Story(ctx)
			out := make([]app.Sentence, len(story))
			for i, s := range story {
				out[i] = app.Sentence{At: s.At, Text: s.Text, Proof: s.Proof}
			}
			return out, running, err
		},
		Box: mailbox{d.stage.Box()},
		Customers: []app.Customer{
			{Address: koreanReader, Language: health.Korean, What: health.Text{
				health.Korean: "서울에 인스턴스가 있고 한국어로 읽습니다", health.English: "has instances in Seoul and reads Korean",
			}},
			{Address: englishReader, Language: health.English, What: health.Text{
				health.Korean: "서울에 인스턴스 120대가 있고 영어로 읽습니다", health.English: "has 120 instances in Seoul and reads English",
			}},
		},
		Summary: func(context.Context) (json.RawMessage, error) {
			if raw := d.outcome.Load(); raw != nil {
				return *raw, nil
			}
			return nil, nil
		},
	}
}

// mailbox shows the mail server's mails on the pages of the replay.
type mailbox struct{ box *scenario.Box }

// List gives the mails there are, newest last.
func (m mailbox) List(context.Context) ([]app.Mail, error) {
	list, err := m.box.List()
	out := make([]app.Mail, len(list))
	for i, one := range list {
		out[i] = shown(one)
	}
	return out, err
}

// Mail is one mail, or NotFound.
func (m mailbox) Mail(_ context.Context, file string) (app.Mail, error) {
	one, err := m.box.Mail(file)
	return shown(one), err
}

func shown(m scenario.Mail) app.Mail {
	out := app.Mail{
		File: m.File, To: m.To, Subject: m.Subject, Language: health.Language(m.Language), At: m.Date, Text: m.Text, Raw: m.Raw,
	}
	for _, name := range []string{"From", "To", "Date", "Message-Id", "References", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted", "Content-Language"} {
		if v := m.Header.Get(name); v != "" {
			out.Headers = append(out.Headers, app.Header{Name: name, Value: v})
		}
	}
	return out
}

// report prints the outcome for people.
func (d *demo) report(o scenario.Outcome) {
	d.say("\nWhat came of it:")
	d.say("  declared      %.0f minutes, from %s", o.Declared.Minutes, moment(o.Declared.From))
	if o.Measured != nil {
		d.say("  measured      %.1f minutes, from %s; detected %.0f s after the declared start", o.Measured.Minutes, moment(o.Measured.From), *o.DetectedAfter)
	}
	d.say("  told          %d updates; the first %.0f s after the declared start", o.Updates, o.PublishedAfter)
	d.say("  accounts      %d, of them hit: %d", o.Accounts.Total, o.Accounts.Affected)
	d.say("  mails         expected %d (ko %d, en %d): delivered %d, superseded %d, missing %d, duplicates %d",
		o.Mail.Expected, o.Mail.Korean, o.Mail.English, o.Mail.Delivered, o.Mail.Superseded, o.Mail.Missing, o.Mail.Duplicates)
	for _, a := range o.Availability {
		d.say("  availability  %s, %s: %s %% (credit %s %%)", a.Month, a.Determination, a.Percent, a.TierPct)
	}
	for _, currency := range slices.Sorted(maps.Keys(o.Credits.Totals)) {
		d.say("  credited      %s %s on the bill of %s", o.Credits.Totals[currency], currency, o.Credits.BillMonth)
	}
}
