// Package config reads the program's configuration: one YAML file, with a few
// values from the environment over it.
//
// It promises to report every mistake at once, each with file and line and what
// to write instead, and never to show a secret. Only app and cmd import it;
// every other package gets plain values.
package config

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
)

// Config is all that a node is told from outside.
type Config struct {
	Database   string   `yaml:"database"`   // sqlite:PATH or postgres://…; BONGHWA_DATABASE wins
	Listen     string   `yaml:"listen"`     // public listener, host:port
	Admin      string   `yaml:"admin"`      // admin listener, host:port; keep it on loopback
	PublicURL  string   `yaml:"public_url"` // how people reach the public listener
	TimeZone   string   `yaml:"time_zone"`  // of the 90-day bars and of Korean pages
	Provider   Provider `yaml:"provider"`
	Mail       Mail     `yaml:"mail"`
	Roles      []string `yaml:"roles"`       // web, notify, probe
	SecretFile string   `yaml:"secret_file"` // 32 random bytes that links in mails are made with; made when missing
}

// Provider is who speaks on the pages.
type Provider struct {
	Name     health.Text `yaml:"name"`
	Invented bool        `yaml:"invented"` // every page then says that provider and customers are invented
}

// Mail is how notices leave.
type Mail struct {
	Relay       string `yaml:"relay"` // host:port of the SMTP relay; empty: no mail leaves
	From        string `yaml:"from"`
	Connections int    `yaml:"connections"` // at the same time, 1 to 64
}

// The roles a node can have.
const (
	RoleWeb    = "web"
	RoleNotify = "notify"
	RoleProbe  = "probe"
)

// Roles lists every role.
func Roles() []string { return []string{RoleWeb, RoleNotify, RoleProbe} }

// Default is the configuration of a node that nobody configured: everything on
// loopback, the database in dir.
func Default(dir string) Config {
	return Config{
		Database: "sqlite:" + filepath.Join(dir, "bonghwa.db"), Listen: "127.0.0.1:8018", Admin: "127.0.0.1:8019",
		PublicURL: "http://localhost:8018", TimeZone: "Asia/Seoul",
		Provider: Provider{Name: health.Text{health.Korean: "봉화", health.English: "Bonghwa"}},
		Mail:     Mail{From: "status@localhost", Connections: 4}, Roles: Roles(),
		SecretFile: filepath.Join(dir, "secret"),
	}
}

// Load reads the file over the defaults and the environment over the file.
// Relative paths are taken from the file's folder.
func Load(file string, env func(string) string) (Config, error) {
	raw, err := os.ReadFile(file) //nolint:gosec // G304: reading the file the operator names is the purpose
	if err != nil {
		return Config{}, fault.New(fault.Invalid, file, "the configuration cannot be read: "+reason(err), "name an existing file with --config, or run bonghwa init")
	}
	return Parse(file, raw, env)
}

// Parse reads a configuration's text; name is the file's, for messages.
func Parse(name string, raw []byte, env func(string) string) (Config, error) {
	c := Default(".")
	var l fault.List
	if err := yaml.Load(raw, &c, yaml.WithKnownFields()); err != nil && len(strings.TrimSpace(string(raw))) > 0 {
		explain(&l, name, err)
	}
	if v := env("BONGHWA_DATABASE"); v != "" {
		c.Database = v
	}
	if path, ok := strings.CutPrefix(c.Database, "sqlite:"); ok && !filepath.IsAbs(path) {
		c.Database = "sqlite:" + filepath.Join(filepath.Dir(name), path)
	}
	if !filepath.IsAbs(c.SecretFile) {
		c.SecretFile = filepath.Join(filepath.Dir(name), c.SecretFile)
	}
	c.check(&l, name, raw)
	return c, l.Err()
}

func explain(l *fault.List, name string, err error) {
	many, ok := errors.AsType[*yaml.LoadErrors](err)
	if !ok {
		l.Add(name, strings.TrimPrefix(err.Error(), "go-yaml "), "see bonghwa init for a commented configuration")
		return
	}
	for _, e := range many.Errors {
		what, remedy := e.Message, "see bonghwa init for a commented configuration"
		if field, ok := strings.CutPrefix(what, "field "); ok {
			what = "unknown field " + strings.SplitN(field, " ", 2)[0]
			remedy = "take it out, or mend its spelling"
		}
		l.Add(fmt.Sprintf("%s:%d", name, e.Mark.Line), what, remedy)
	}
}

func (c Config) check(l *fault.List, name string, raw []byte) {
	at := func(field string) string { return place(name, raw, field) }
	if !strings.HasPrefix(c.Database, "sqlite:") && !strings.HasPrefix(c.Database, "postgres://") && !strings.HasPrefix(c.Database, "postgresql://") {
		l.Add(at("database"), "the address is neither SQLite nor PostgreSQL", "write sqlite:bonghwa.db or postgres://user@host/name")
	}
	checkListen(l, at("listen"), c.Listen)
	checkListen(l, at("admin"), c.Admin)
	if u, err := url.Parse(c.PublicURL); err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		l.Add(at("public_url"), "it is no web address", "write https://status.example.com")
	}
	if _, err := time.LoadLocation(c.TimeZone); err != nil || c.TimeZone == "" {
		l.Add(at("time_zone"), fmt.Sprintf("%q is no time zone", c.TimeZone), "write an IANA name such as Asia/Seoul")
	}
	for _, lang := range c.Provider.Name.Missing() {
		l.Add(at("provider"), "the provider's name is missing in "+string(lang), "write it under name")
	}
	if _, err := mail.ParseAddress(c.Mail.From); err != nil {
		l.Add(at("from"), "the sender is no mail address", "write status@example.com")
	}
	if c.Mail.Relay != "" {
		checkListen(l, at("relay"), c.Mail.Relay)
	}
	if c.Mail.Connections < 1 || c.Mail.Connections > 64 {
		l.Add(at("connections"), fmt.Sprintf("%d connections", c.Mail.Connections), "write 1 to 64")
	}
	for _, r := range c.Roles {
		if !slices.Contains(Roles(), r) {
			l.Add(at("roles"), fmt.Sprintf("%q is no role", r), "write some of: "+strings.Join(Roles(), ", "))
		}
	}
}

func checkListen(l *fault.List, where, address string) {
	if _, _, err := net.SplitHostPort(address); err != nil {
		l.Add(where, "the address is not host:port", "write 127.0.0.1:8018")
	}
}

// place is the file with the line on which the field stands, or the file alone.
func place(name string, raw []byte, field string) string {
	for i, line := range strings.Split(string(raw), "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), field+":") {
			return fmt.Sprintf("%s:%d", name, i+1)
		}
	}
	return name
}

func reason(err error) string {
	if pe, ok := errors.AsType[*os.PathError](err); ok {
		return pe.Err.Error()
	}
	return err.Error()
}
