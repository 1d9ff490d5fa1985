package main

import (
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/bonghwa/bonghwa/fault"
)

//go:embed starter/*.yaml
var starters embed.FS

type initCommand struct {
	Dir  string `arg:"" help:"Folder to make." type:"path"`
	Page bool   `help:"For a status page alone: one file, and no catalogue."`
}

// Help shows an example.
func (initCommand) Help() string {
	return "An existing file is never overwritten.\n\nExample:\n  bonghwa init ./status\n  bonghwa init --page ./status"
}

// Run writes a commented configuration to start from, and a catalogue unless it is
// in there.
func (c *initCommand) Run(s *session) error {
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return fault.Wrap(fault.Unavailable, "make the folder", err)
	}
	if !c.Page {
		if err := c.write(s, "bonghwa.yaml", "bonghwa.yaml"); err != nil {
			return err
		}
		return c.write(s, "catalog.yaml", "catalog.yaml")
	}
	if err := c.write(s, "page.yaml", "bonghwa.yaml"); err != nil {
		return err
	}
	s.line("%s", c.next())
	return nil
}

// write writes a starter under a name in the folder.
func (c *initCommand) write(s *session, starter, name string) error {
	text, err := starters.ReadFile("starter/" + starter)
	if err != nil {
		return fmt.Errorf("read the starter: %w", err)
	}
	path := filepath.Join(c.Dir, name)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // G304: the folder the operator names
	if err != nil {
		return fault.New(fault.Conflict, path, "the file cannot be made: it may exist already", "choose an empty folder")
	}
	_, err = f.Write(text)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	s.line("wrote %s", path)
	return nil
}

// next are the commands from a new page to its first incident, as a shell takes
// them.
func (c *initCommand) next() string {
	conf, key := quoted(filepath.Join(c.Dir, "bonghwa.yaml")), quoted(filepath.Join(c.Dir, "operator.key"))
	return strings.NewReplacer("{conf}", conf, "{key}", key).Replace(`
The page is on http://localhost:8018 when this runs:

  bonghwa serve --config {conf}

Make a key, and tell of an incident, from a second terminal:

  bonghwa key create --config {conf} --role operator --name 'my first key' --out {key}
  export BONGHWA_KEY_FILE={key}
  ID=$(bonghwa incident open --id --title-ko '결제 장애' --title-en 'Checkout fails')
  bonghwa incident impact $ID --component checkout --symptom api --level partial_outage --from $(date -u +%FT%TZ) --reason-ko '고객 문의로 확인했습니다.' --reason-en 'Customers told us.'
  bonghwa incident update $ID --state investigating --text-ko '결제 오류를 확인하고 있습니다.' --text-en 'We are looking into failing payments.'
  bonghwa incident resolve $ID --text-ko '결제가 다시 됩니다.' --text-en 'Payments work again.'

Then write your own name and components into {conf}.`)
}

// quoted is a path as a shell takes it.
func quoted(path string) string {
	if !strings.ContainsFunc(path, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("/._-+", r)
	}) {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
