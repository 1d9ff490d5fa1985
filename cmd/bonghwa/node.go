package main

import (
	"log/slog"
	"os"

	"github.com/bonghwa/bonghwa/app"
	"github.com/bonghwa/bonghwa/config"
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
	switch {
	case conf.Mail.Relay != "":
	case conf.PageOnly():
		s.line("no mail leaves: mail.relay is empty in %s", c.Config)
	default:
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
