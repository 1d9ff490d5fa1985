package main

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
	"strings"
	"unicode"

	"github.com/bonghwa/bonghwa/app"
	"github.com/bonghwa/bonghwa/config"
	"github.com/bonghwa/bonghwa/health"
)

type pageCommands struct {
	Export pageExport `cmd:"" help:"Write a copy of the public page into a folder, for any web server."`
	Say    pageSay    `cmd:"" help:"Say something above every page, with everything else down."`
}

type pageExport struct {
	place
	Dir string `arg:"" help:"Folder of the copy. It is empty, missing, or holds an earlier copy." type:"path"`
}

// Help shows an example.
func (pageExport) Help() string {
	return "The copy is what DIR/current leads to; the one before is kept beside it. Where the database does not answer, the page " +
		"that a node saved in the state's folder is copied, which is said.\n\n" +
		"Example:\n  bonghwa page export /var/www/status --config bonghwa.yaml"
}

// Run writes one copy.
func (c *pageExport) Run(s *session) error {
	conf, err := c.config()
	if err != nil {
		return err
	}
	bar := newProgress(s, c.Dir, 0)
	bar.unit = "files"
	from, report, err := app.Export(s.ctx, conf, c.Dir, func(_, total int) {
		bar.total = int64(total)
		bar.add(1)
	})
	bar.end()
	if err != nil {
		return err
	}
	s.line("%s/current is a copy of the page from %s: %d files written, %d unchanged", c.Dir, from, report.Written, report.Kept)
	return nil
}

// config is the node's configuration or, where a database alone is named, what it
// would be without one.
func (p place) config() (config.Config, error) {
	if p.Config != "" {
		c, err := config.Load(p.Config, os.Getenv)
		if err == nil && p.Database != "" {
			c.Database = p.Database
		}
		return c, err
	}
	database, err := p.database()
	c := config.Default(".")
	c.Database, c.StateDir, c.SecretFile, c.PublicURL = database, "", "", ""
	return c, err
}

type pageSay struct {
	Config string `help:"Configuration file." type:"path" required:"" placeholder:"FILE"`
	Ko     string `help:"What to say, in Korean." placeholder:"TEXT"`
	En     string `help:"What to say, in English." placeholder:"TEXT"`
	Clear  bool   `help:"Take back what was said."`
	Key    bool   `help:"Print the public key that banners are signed for, and do nothing else."`
}

// Help shows an example.
func (pageSay) Help() string {
	return "It needs no node, no database and no name service: the banner is signed, kept in the state's folder, and written into every " +
		"copy that page.copies names, with the page that a node saved last. A node that runs shows it within two seconds; the " +
		"journal has it as soon as the database is back. Each place is told with what became of it; the exit status is 1 if any failed.\n\n" +
		"Example:\n  bonghwa page say --config bonghwa.yaml --ko \"복구하고 있습니다.\" --en \"We are recovering.\"\n" +
		"  bonghwa page say --config bonghwa.yaml --clear"
}

// Run says a banner, or takes it back.
func (c *pageSay) Run(s *session) error {
	text, err := c.text()
	if err != nil {
		return err
	}
	conf, err := config.Load(c.Config, os.Getenv)
	if err != nil {
		return err
	}
	herald, err := app.NewHerald(conf, os.Getenv)
	if err != nil {
		return err
	}
	if c.Key {
		s.line("%s", herald.Key())
		return nil
	}
	return herald.Say(s.ctx, text, sayer(), func(t app.Told) {
		if t.Err != nil {
			_, _ = fmt.Fprintf(s.err, "bonghwa: %s: %s\n", t.Place, printable(t.Err.Error())) // nowhere left to complain
			return
		}
		s.line("%s: %s", t.Place, t.Done)
	})
}

// text is what is to be said; nil when it is to be taken back.
func (c *pageSay) text() (health.Text, error) {
	text := health.Text{}
	for l, words := range map[health.Language]string{health.Korean: c.Ko, health.English: c.En} {
		if words != "" {
			text[l] = words
		}
	}
	switch {
	case c.Key && (c.Clear || len(text) > 0), c.Clear && len(text) > 0:
		return nil, usage("", "--key, --clear and a text are three things to do", "choose one")
	case c.Clear:
		return nil, nil
	case len(text) == 0 && !c.Key:
		return nil, usage("--ko, --en", "there is nothing to say", "write it in every language of the page, or take back what was said with --clear")
	}
	return text, nil
}

// sayer is who runs the command, as the system calls them.
func sayer() string {
	name := "uid " + strconv.Itoa(os.Getuid())
	if u, err := user.Current(); err == nil && u.Username != "" {
		name = u.Username
	}
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, name)
	const most = 64
	return name[:min(len(name), most)]
}
