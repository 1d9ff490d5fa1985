package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/app"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/history"
)

type historyCommands struct {
	Import historyImport `cmd:"" help:"Import past incidents from what another status page gives away of itself."`
}

type historyImport struct {
	place
	Format   string   `help:"How the files are written: statuspage-json, statuspage-atom or jsonl." required:"" enum:"statuspage-json,statuspage-atom,jsonl" placeholder:"FORMAT"`
	Map      []string `help:"What a component of the page is here: \"Name=service/region\". May be said several times." sep:"none" placeholder:"NAME=COMPONENT"`
	Page     string   `help:"Address of the page, where the file names none." placeholder:"URL"`
	Language string   `help:"Language of the texts, where the file names none: ko or en." default:"en" enum:"ko,en" placeholder:"WORD"`
	Zone     []string `help:"What an abbreviation of a time zone means: \"CST=-06:00\". May be said several times." sep:"none" placeholder:"NAME=OFFSET"`
	DryRun   bool     `help:"Say what would come in, and change nothing."`
	SkipBad  bool     `help:"End well although entries were refused."`
	output
	Files []string `arg:"" name:"file" help:"Files of one format." type:"existingfile"`
}

// Help shows an example.
func (historyImport) Help() string {
	return "Nobody is mailed. The same file again changes nothing; a later one adds what is new. Entries that cannot be understood are " +
		"told with their place and stop no other; the exit status is then 1, unless --skip-bad.\n\n" +
		"Example:\n  curl -O https://status.example.com/history.atom\n" +
		"  bonghwa history import --config bonghwa.yaml --format statuspage-atom history.atom"
}

// Run imports the files in their order.
func (c *historyImport) Run(s *session) (err error) {
	mappings, hints, err := c.told()
	if err != nil {
		return err
	}
	database, err := c.database()
	if err != nil {
		return err
	}
	bench, err := app.OpenBench(s.ctx, database, !c.DryRun)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, bench.Close()) }()
	historian, err := bench.Historian(s.ctx, mappings)
	if err != nil {
		return c.unmade(err)
	}
	refused := 0
	for _, name := range c.Files {
		report, err := c.one(s, historian, name, hints)
		if report.File != "" {
			err = errors.Join(err, c.show(s, report)) // what came in before an error is told too
		}
		if err != nil {
			return err
		}
		refused += report.Refused
	}
	if refused > 0 && !c.SkipBad {
		return fault.New(fault.Invalid, "", fmt.Sprintf("%d of the entries were refused, as told above; the others are in", refused),
			"mend them and import again, or say --skip-bad")
	}
	return nil
}

// unmade says of a dry run's failure what is likely: that there are no tables yet.
func (c *historyImport) unmade(err error) error {
	if !c.DryRun || fault.KindOf(err) != fault.Internal {
		return err
	}
	return &fault.Error{
		Kind: fault.Unavailable, Where: "--dry-run", What: "it makes no tables, and those there are cannot be read",
		Remedy: "run bonghwa migrate first", Err: err,
	}
}

func (c *historyImport) one(s *session, historian *app.Historian, name string, hints history.Hints) (history.Report, error) {
	f, err := os.Open(name) //nolint:gosec // G304: the file the operator names
	if err != nil {
		return history.Report{}, fault.Wrap(fault.Invalid, "open the file", err)
	}
	defer func() { _ = f.Close() }() // only read
	bar := newProgress(s, name, 0)
	bar.unit = "entries"
	defer bar.end()
	return historian.Import(s.ctx, history.Source{Name: name, Format: history.Format(c.Format), Content: f, Hints: hints}, history.Terms{
		DryRun: c.DryRun, At: s.now(), Progress: func(_, total int) {
			bar.total = int64(total)
			bar.add(1)
		},
	})
}

// show prints what became of a file.
func (c *historyImport) show(s *session, r history.Report) error {
	if c.JSON {
		return s.json(r)
	}
	would := ""
	if r.DryRun {
		would = "would be "
	}
	s.line("%s: %d entries read: %s%d imported, %d extended, %d unchanged, %d refused; %d new updates, %d new impacts",
		r.File, r.Read, would, r.Imported, r.Extended, r.Unchanged, r.Refused, r.Updates, r.Impacts)
	for _, n := range r.Notes {
		word := "noted"
		if n.Refused {
			word = "refused"
		}
		s.line("  %s: %s", word, n.String())
	}
	return nil
}

// told reads the flags that say what the files leave out.
func (c *historyImport) told() (mappings []history.Mapping, hints history.Hints, err error) {
	for _, m := range c.Map {
		at := strings.LastIndex(m, "=")
		service, region, ok := strings.Cut(m[at+1:], "/")
		if at < 1 || !ok || service == "" || region == "" || strings.Contains(region, "/") {
			return nil, hints, usage(fmt.Sprintf("--map %q", m), "this says no component", `write "Name=service/region", such as "API - Seoul=ec2/ap-northeast-2"`)
		}
		mappings = append(mappings, history.Mapping{
			Name: m[:at], Scope: health.Scope{Service: health.ServiceID(strings.TrimSpace(service)), Region: health.RegionID(strings.TrimSpace(region))},
		})
	}
	hints = history.Hints{Page: c.Page, Language: health.Language(c.Language), Zones: map[string]time.Duration{}}
	for _, z := range c.Zone {
		name, offset, _ := strings.Cut(z, "=")
		d, err := history.ParseOffset(strings.TrimSpace(offset))
		if err != nil || name == "" {
			return nil, hints, usage(fmt.Sprintf("--zone %q", z), "this says no time zone", `write "NAME=±hh:mm", such as "CST=-06:00"`)
		}
		hints.Zones[name] = d
	}
	return mappings, hints, nil
}
