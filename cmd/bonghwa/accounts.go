package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/bonghwa/bonghwa/app"
	"github.com/bonghwa/bonghwa/audience"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/identity"
)

type accountsCommands struct {
	Import importCommand `cmd:"" help:"Import organizations, accounts, contacts, resources or support plans."`
}

type importCommand struct {
	place
	Kind    string    `help:"What the files hold; otherwise told from their names: organizations, accounts, contacts, resources, support_plans." placeholder:"KIND"`
	SkipBad bool      `help:"Import the good rows although others are bad."`
	AsOf    time.Time `help:"When the files were true; otherwise now." placeholder:"TIME"`
	output
	Files []string `arg:"" name:"file" help:"CSV or JSONL files." type:"existingfile"`
}

// Help shows an example.
func (importCommand) Help() string {
	return "Every bad row is told with its number, and nothing of a file is imported if any of its rows is bad, unless --skip-bad.\n\n" +
		"Example:\n  bonghwa accounts import --config bonghwa.yaml organizations.csv accounts.csv contacts.csv resources.jsonl"
}

// Run imports the files in their order.
func (c *importCommand) Run(s *session) (err error) {
	database, err := c.database()
	if err != nil {
		return err
	}
	bench, err := app.OpenBench(s.ctx, database, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, bench.Close()) }()
	for _, name := range c.Files {
		result, err := c.one(s, bench, name)
		if err != nil {
			return err
		}
		for _, bad := range result.Bad {
			_, _ = fmt.Fprintf(s.err, "bonghwa: skipped: %s: %s (%s)\n", bad.Where(), bad.What, bad.Instead) // nowhere left to complain
		}
		if c.JSON {
			if err := s.json(map[string]any{"file": name, "rows": result.Rows, "changed": result.Changed, "bad": result.Bad}); err != nil {
				return err
			}
			continue
		}
		s.line("%s: %d rows, %d new or changed, %d skipped", name, result.Rows, result.Changed, len(result.Bad))
	}
	return nil
}

func (c *importCommand) one(s *session, bench *app.Bench, name string) (result audience.Result, err error) {
	kind, err := c.kind(name)
	if err != nil {
		return result, err
	}
	format, err := audience.FormatOf(name)
	if err != nil {
		return result, err
	}
	f, err := os.Open(name) //nolint:gosec // G304: the file the operator names
	if err != nil {
		return result, fault.Wrap(fault.Invalid, "open the file", err)
	}
	defer func() { _ = f.Close() }() // only read
	asOf := c.AsOf
	if asOf.IsZero() {
		asOf = s.now()
	}
	info, err := f.Stat()
	if err != nil {
		return result, fault.Wrap(fault.Invalid, "open the file", err)
	}
	bar := newProgress(s, name, info.Size())
	defer bar.end()
	return bench.Import(s.ctx, app.ImportRequest{
		Name: name, Kind: kind, Format: format, Content: counted{from: f, p: bar}, SkipBad: c.SkipBad, AsOf: asOf, At: s.now(),
	})
}

func (c *importCommand) kind(name string) (audience.Kind, error) {
	if c.Kind != "" {
		return audience.ParseKind(c.Kind)
	}
	kind, ok := audience.KindOf(name)
	if !ok {
		return "", usage(name, "the name does not tell what the file holds", "begin it with organizations, accounts, contacts, resources or support_plans, or write --kind")
	}
	return kind, nil
}

type keyCommands struct {
	Create keyCreateCommand `cmd:"" help:"Make an API key."`
}

type keyCreateCommand struct {
	place
	Role    string        `help:"operator, approver or customer." required:"" enum:"operator,approver,customer"`
	Account string        `help:"Account of a customer's key." placeholder:"ID"`
	Name    string        `help:"What the key is for." required:""`
	TTL     time.Duration `name:"ttl" help:"How long it lasts; otherwise until revoked." placeholder:"DURATION"`
	Out     string        `help:"File to write the key to, readable by you alone; it must not exist." required:"" type:"path" placeholder:"FILE"`
}

// Help shows an example.
func (keyCreateCommand) Help() string {
	return "The key is written to the file and shown nowhere else.\n\n" +
		"Example:\n  bonghwa key create --config bonghwa.yaml --role operator --name \"night shift\" --out operator.key"
}

// Run makes a key and writes it to a file.
func (c *keyCreateCommand) Run(s *session) (err error) {
	database, err := c.database()
	if err != nil {
		return err
	}
	f, err := os.OpenFile(c.Out, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fault.New(fault.Conflict, c.Out, "the file cannot be made: it may exist already", "name another file")
	}
	bench, err := app.OpenBench(s.ctx, database, true)
	if err != nil {
		return errors.Join(err, f.Close(), os.Remove(c.Out))
	}
	defer func() { err = errors.Join(err, bench.Close()) }()
	key, text, err := bench.IssueKey(s.ctx, identity.KeyRequest{
		Name: c.Name, Role: identity.Role(c.Role), Account: health.AccountID(c.Account), TTL: c.TTL, By: "command",
	})
	if err != nil {
		return errors.Join(err, f.Close(), os.Remove(c.Out))
	}
	_, err = f.WriteString(text.Reveal() + "\n")
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write the key: %w", err)
	}
	s.line("key %s (%s) is in %s", key.ID, key.Role, c.Out)
	return nil
}
