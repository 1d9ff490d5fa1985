package main

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/bonghwa/bonghwa/app"
	"github.com/bonghwa/bonghwa/config"
	"github.com/bonghwa/bonghwa/fault"
)

// place is where the database is: in a configuration, or named.
type place struct {
	Config   string `help:"Configuration file." type:"path" placeholder:"FILE"`
	Database string `help:"Database instead: sqlite:PATH or postgres://…" env:"BONGHWA_DATABASE" placeholder:"URL"`
}

func (p place) database() (string, error) {
	switch {
	case p.Database != "":
		return p.Database, nil
	case p.Config != "":
		c, err := config.Load(p.Config, os.Getenv)
		return c.Database, err
	}
	return "", usage("--config", "it is not said where the database is", "name a configuration with --config or a database with --database")
}

type serveCommand struct {
	Config string `help:"Configuration file." type:"path" required:"" placeholder:"FILE"`
	Log    string `help:"Least level to log: debug, info, warn, error." default:"info" enum:"debug,info,warn,error"`
}

// Help shows an example.
func (serveCommand) Help() string {
	return "Example:\n  bonghwa init ./status && bonghwa serve --config ./status/bonghwa.yaml"
}

// Run serves until the process is told to stop.
func (c *serveCommand) Run(s *session) error {
	conf, err := config.Load(c.Config, os.Getenv)
	if err != nil {
		return err
	}
	node, err := app.Start(s.ctx, conf, app.Options{Wall: s.wall, Log: logger(s, c.Log), Version: programVersion(), Migrate: true})
	if err != nil {
		return err
	}
	defer node.Stop()
	if conf.Mail.Relay == "" {
		s.line("no mail leaves, so nobody is told and no customer can sign in: mail.relay is empty in %s", c.Config)
	}
	s.line("the dashboard is on http://%s, the admin listener on http://%s", node.PublicAddress(), node.AdminAddress())
	return node.Wait(s.ctx)
}

func logger(s *session, word string) *slog.Logger {
	var level slog.Level
	if level.UnmarshalText([]byte(word)) != nil {
		level = slog.LevelInfo
	}
	return slog.New(slog.NewTextHandler(s.err, &slog.HandlerOptions{Level: level}))
}

type migrateCommand struct {
	place
}

// Help shows an example.
func (migrateCommand) Help() string { return "Example:\n  bonghwa migrate --config bonghwa.yaml" }

// Run brings the database to this version's tables.
func (c *migrateCommand) Run(s *session) error {
	database, err := c.database()
	if err != nil {
		return err
	}
	bench, err := app.OpenBench(s.ctx, database, true)
	if err != nil {
		return err
	}
	s.line("the database has this version's tables")
	return bench.Close()
}

type checkCommand struct {
	Config  string   `help:"Configuration file." type:"path" placeholder:"FILE"`
	Catalog []string `arg:"" optional:"" name:"file" help:"Catalogue files." type:"path"`
}

// Help shows an example.
func (checkCommand) Help() string {
	return "Every mistake is told at once, with its line.\n\nExample:\n  bonghwa check --config bonghwa.yaml catalog/*.yaml"
}

// Run validates a configuration and catalogue files.
func (c *checkCommand) Run(s *session) error {
	if c.Config == "" && len(c.Catalog) == 0 {
		return usage("", "there is nothing to check", "name a configuration with --config, catalogue files, or both")
	}
	if c.Config != "" {
		if _, err := config.Load(c.Config, os.Getenv); err != nil {
			return err
		}
	}
	if len(c.Catalog) > 0 {
		if err := app.CheckCatalogue(c.Catalog); err != nil {
			return err
		}
	}
	s.line("nothing is wrong")
	return nil
}

type initCommand struct {
	Dir string `arg:"" help:"Folder to make." type:"path"`
}

// Help shows an example.
func (initCommand) Help() string {
	return "An existing file is never overwritten.\n\nExample:\n  bonghwa init ./status"
}

// Run writes a commented configuration and catalogue to start from.
func (c *initCommand) Run(s *session) error {
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return fault.Wrap(fault.Unavailable, "make the folder", err)
	}
	for name, text := range starters() {
		path := filepath.Join(c.Dir, name)
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // G304: the folder the operator names
		if err != nil {
			return fault.New(fault.Conflict, path, "the file cannot be made: it may exist already", "choose an empty folder")
		}
		_, err = f.WriteString(text)
		if cerr := f.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
		s.line("wrote %s", path)
	}
	return nil
}

func starters() map[string]string {
	return map[string]string{
		"bonghwa.yaml": `# Bonghwa's configuration. Everything that is left out has the value shown.
database: sqlite:bonghwa.db        # or postgres://user@host/name; BONGHWA_DATABASE wins
listen: 127.0.0.1:8018             # the public listener
admin: 127.0.0.1:8019              # health, metrics, profiles: keep it on the loopback
public_url: http://localhost:8018  # how people reach the public listener
time_zone: Asia/Seoul              # of the 90-day bars
provider:
  name: {ko: 우리 클라우드, en: Our Cloud}
mail:
  relay: ""                        # host:port of your SMTP relay; empty: no mail leaves
  from: status@localhost
  connections: 4
roles: [web, notify, probe]
secret_file: secret                # made at the first start; links in mails depend on it
`,
		"catalog.yaml": `# The catalogue: what you offer where. Apply it with: bonghwa catalog apply catalog.yaml
regions:
  - id: seoul-1
    name: {ko: 서울, en: Seoul}
    operated_by: {ko: 우리 클라우드, en: Our Cloud}
    operated_from: {ko: 대한민국, en: Republic of Korea}
    since: 2024-01-01
    time_zone: Asia/Seoul
services:
  - id: compute
    name: {ko: 컴퓨트, en: Compute}
    category: compute
components:
  - {services: all, regions: all, basis: declared}
`,
	}
}
