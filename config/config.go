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
	"net/netip"
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
	Database       string         `yaml:"database"`   // sqlite:PATH or postgres://…; BONGHWA_DATABASE wins
	StateDir       string         `yaml:"state_dir"`  // folder for what the page needs on local disk; made when missing
	Listen         string         `yaml:"listen"`     // public listener, host:port
	Admin          string         `yaml:"admin"`      // admin listener, host:port; keep it on loopback
	PublicURL      string         `yaml:"public_url"` // how people reach the public listener
	TimeZone       string         `yaml:"time_zone"`  // of the 90-day bars and of Korean pages
	Provider       Provider       `yaml:"provider"`
	Mail           Mail           `yaml:"mail"`
	Roles          []string       `yaml:"roles"`       // web, notify, probe
	SecretFile     string         `yaml:"secret_file"` // 32 random bytes that links in mails are made with; made when missing
	TrustedProxies []netip.Prefix `yaml:"-"`           // whose X-Forwarded-For is believed
	Uptime         Uptime         `yaml:"-"`
	Page           Page           `yaml:"-"`
}

// document is the file as it is written; Config is what it means.
type document struct {
	Config         `yaml:",inline"`
	TrustedProxies []string   `yaml:"trusted_proxies"`
	Uptime         uptimeText `yaml:"uptime"`
	Page           pageText   `yaml:"page"`
}

// Provider is who speaks on the pages.
type Provider struct {
	Name     health.Text `yaml:"name"`     // whole: in each language of the program; the page's name where it has one
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
		Database: "sqlite:" + filepath.Join(dir, "bonghwa.db"), StateDir: dir, Listen: "127.0.0.1:8018", Admin: "127.0.0.1:8019",
		PublicURL: "http://localhost:8018", TimeZone: "Asia/Seoul",
		Provider: Provider{Name: health.Text{health.Korean: "봉화", health.English: "Bonghwa"}},
		Mail:     Mail{From: "status@localhost", Connections: 4}, Roles: Roles(),
		SecretFile: filepath.Join(dir, "secret"),
		Uptime:     Uptime{Weights: usualWeights()}, Page: Page{Languages: bothLanguages()},
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

// reader gathers what is wrong with a file, each with its place.
type reader struct {
	places places
	list   fault.List
}

// wrong notes one problem at a path.
func (r *reader) wrong(path, what, remedy string) { r.list.Add(r.places.at(path), what, remedy) }

// beside is a path as the file's folder has it.
func (r *reader) beside(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(r.places.file), path)
}

// Parse reads a configuration's text; name is the file's, for messages and for the
// paths that begin at its folder. The logo is read from there.
func Parse(name string, raw []byte, env func(string) string) (Config, error) {
	d := document{Config: Default(".")}
	d.StateDir = ""
	r := &reader{places: placesOf(name, raw)}
	if err := yaml.Load(raw, &d, yaml.WithKnownFields()); err != nil && says(raw) {
		explain(&r.list, name, err)
	}
	c := d.Config
	if v := env("BONGHWA_DATABASE"); v != "" {
		c.Database = v
	}
	c.locate(r)
	c.check(r)
	c.TrustedProxies = r.proxies("trusted_proxies", d.TrustedProxies)
	c.Uptime = r.uptime("uptime", d.Uptime.Weights)
	r.page(&c, d.Page)
	return c, r.list.Err()
}

// says reports whether there is anything but comments in a file.
func says(raw []byte) bool {
	for line := range strings.Lines(string(raw)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			return true
		}
	}
	return false
}

// locate makes paths begin at the file's folder, and finds the state's folder
// beside the database where it is not said.
func (c *Config) locate(r *reader) {
	beside := r.beside("")
	if path, ok := strings.CutPrefix(c.Database, "sqlite:"); ok {
		c.Database = "sqlite:" + r.beside(path)
		beside = filepath.Dir(r.beside(path))
	}
	c.SecretFile = r.beside(c.SecretFile)
	if c.StateDir == "" {
		c.StateDir = beside
		return
	}
	c.StateDir = r.beside(c.StateDir)
	if info, err := os.Stat(c.StateDir); err == nil && !info.IsDir() {
		r.wrong("state_dir", "there is a file of this name", "name a folder; it is made when it is missing")
	}
}

// files are those that nobody but the node may read.
func (c *Config) files(own string) []string {
	out := []string{own, c.SecretFile}
	if path, ok := strings.CutPrefix(c.Database, "sqlite:"); ok {
		out = append(out, path)
	}
	return out
}

func (c *Config) check(r *reader) {
	if !strings.HasPrefix(c.Database, "sqlite:") && !strings.HasPrefix(c.Database, "postgres://") && !strings.HasPrefix(c.Database, "postgresql://") {
		r.wrong("database", "the address is neither SQLite nor PostgreSQL", "write sqlite:bonghwa.db or postgres://user@host/name")
	}
	r.listener("listen", c.Listen)
	r.listener("admin", c.Admin)
	if u, err := url.Parse(c.PublicURL); err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		r.wrong("public_url", "it is no web address", "write https://status.example.com")
	}
	if _, err := time.LoadLocation(c.TimeZone); err != nil || c.TimeZone == "" {
		r.wrong("time_zone", fmt.Sprintf("%q is no time zone", c.TimeZone), "write an IANA name such as Asia/Seoul")
	}
	if _, err := mail.ParseAddress(c.Mail.From); err != nil {
		r.wrong("mail.from", "the sender is no mail address", "write status@example.com")
	}
	if c.Mail.Relay != "" {
		r.listener("mail.relay", c.Mail.Relay)
	}
	if c.Mail.Connections < 1 || c.Mail.Connections > 64 {
		r.wrong("mail.connections", fmt.Sprintf("%d connections", c.Mail.Connections), "write 1 to 64")
	}
	for i, role := range c.Roles {
		if !slices.Contains(Roles(), role) {
			r.wrong(fmt.Sprintf("roles[%d]", i), fmt.Sprintf("%q is no role", role), "write some of: "+strings.Join(Roles(), ", "))
		}
	}
}

func (r *reader) listener(path, address string) {
	if _, _, err := net.SplitHostPort(address); err != nil {
		r.wrong(path, "the address is not host:port", "write 127.0.0.1:8018")
	}
}

func reason(err error) string {
	if pe, ok := errors.AsType[*os.PathError](err); ok {
		return pe.Err.Error()
	}
	return err.Error()
}
