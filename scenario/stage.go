package scenario

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/scenario/world"
	"github.com/bonghwa/bonghwa/scenario/world/mail"
)

// StageOptions are what a stage needs.
type StageOptions struct {
	Scenario string
	Dir      string  // everything of the replay is kept below it
	Speed    float64 // world seconds a wall second while the day lasts, up to 240
	MailRate float64 // mails a wall second that the mail server takes; 0: as fast as it can
	NoProbes bool    // the probes cannot reach the resolvers
	Removal  int     // seconds between two removals instead of the script's; 0: the script's
	Wall     clock.Wall
	Log      *slog.Logger
}

// Stage is what stands around the program in a replay: the world's clock, the
// resolvers with their load, the mail server, and the input files.
type Stage struct {
	o      StageOptions
	script Script
	world  *clock.World
	fleet  *world.Fleet
	mail   *mail.Server
	lock   *os.File // of the folder: two replays in one would spoil both
}

// fastest is the fastest speed a replay supports.
const fastest = 240

// Raise writes the input files and starts what stands around the program. A
// replay that was interrupted goes on at the world time at which it stopped. The
// world stands still until Play.
func Raise(ctx context.Context, o StageOptions) (*Stage, error) {
	if o.Speed <= 0 || o.Speed > fastest {
		return nil, fault.New(fault.Invalid, "speed", fmt.Sprintf("%g is no speed of a replay", o.Speed), fmt.Sprintf("choose one above 0 and up to %d", fastest))
	}
	script, raw, err := Load(o.Scenario)
	if err != nil {
		return nil, err
	}
	if o.Removal > 0 {
		script.Fleet.RemovalEvery = o.Removal
	}
	s := &Stage{o: o, script: script}
	if err := s.raise(ctx, raw); err != nil {
		return nil, errors.Join(err, s.Close()) //nolint:contextcheck // closing goes on when ctx has ended
	}
	return s, nil
}

func (s *Stage) raise(ctx context.Context, script []byte) error {
	if err := s.takeFolder(); err != nil {
		return err
	}
	if err := s.writeInputs(script); err != nil {
		return err
	}
	now, err := s.savedTime()
	if err != nil {
		return err
	}
	s.world = clock.NewWorld(now, 0)
	return s.open(ctx)
}

// takeFolder makes the folder and locks it until Close, or until the process ends.
func (s *Stage) takeFolder() (err error) {
	if err := os.MkdirAll(s.o.Dir, 0o700); err != nil {
		return fmt.Errorf("make the replay's folder: %w", err)
	}
	if s.lock, err = os.OpenFile(filepath.Join(s.o.Dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return fmt.Errorf("lock the replay's folder: %w", err)
	}
	if err := syscall.Flock(int(s.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return fault.New(fault.Conflict, s.o.Dir, "another replay is running in this folder", "end it first, or name another --dir")
	}
	return nil
}

func (s *Stage) open(ctx context.Context) (err error) {
	vantages := make([]string, len(s.script.Vantages))
	for i, v := range s.script.Vantages {
		vantages[i] = v.ID
	}
	s.fleet, err = world.New(ctx, world.Options{
		World: s.world, Wall: s.o.Wall, Speed: s.o.Speed, Hosts: s.script.Fleet.Hosts, Needed: s.script.Fleet.Needed,
		Vantages: vantages,
	})
	if err != nil {
		return fmt.Errorf("start the resolvers: %w", err)
	}
	s.fleet.SetInService(s.script.Fleet.InService(s.world.Now()))
	s.mail, err = mail.Listen(ctx, mail.Options{Dir: s.MailDir(), Rate: s.o.MailRate, Wall: s.o.Wall, Log: s.o.Log})
	if err != nil {
		return fmt.Errorf("start the mail server: %w", err)
	}
	return nil
}

// Close stops what Raise started.
func (s *Stage) Close() error {
	if s.fleet != nil {
		s.fleet.Close()
	}
	var err error
	if s.mail != nil {
		err = s.mail.Close()
	}
	if s.lock != nil {
		err = errors.Join(err, s.lock.Close())
	}
	return err
}

// World is the clock of the replay.
func (s *Stage) World() *clock.World { return s.world }

// Relay is the address of the mail server.
func (s *Stage) Relay() string { return s.mail.Addr() }

// MailDir is where the mail server keeps the mails.
func (s *Stage) MailDir() string { return filepath.Join(s.o.Dir, "mail") }

// Box is the mail server's mailbox.
type Box = mail.Box

// Mail is one mail of the mailbox.
type Mail = mail.Mail

// Box reads the mails that the mail server keeps.
func (s *Stage) Box() *Box { return mail.Open(s.MailDir()) }

func (s *Stage) input(name string) string { return filepath.Join(s.o.Dir, "input", name) }

// writeInputs writes the files that the program is given, and that expectations
// are worked out from.
func (s *Stage) writeInputs(script []byte) error {
	for _, folder := range []string{"input", "input/catalog", "input/catalog/policies", "output"} {
		if err := os.MkdirAll(filepath.Join(s.o.Dir, folder), 0o700); err != nil {
			return fmt.Errorf("make the replay's folders: %w", err)
		}
	}
	if err := os.WriteFile(s.input("script.json"), script, 0o600); err != nil {
		return fmt.Errorf("write the script: %w", err)
	}
	files, err := Catalogue(s.o.Scenario)
	if err != nil {
		return err
	}
	for name, content := range files {
		if err := os.WriteFile(s.input(filepath.Join("catalog", name)), content, 0o600); err != nil {
			return fmt.Errorf("write the catalogue: %w", err)
		}
	}
	return WriteCustomers(filepath.Join(s.o.Dir, "input"))
}

// moment is the saved world time.
type moment struct {
	World time.Time `json:"world"`
}

func (s *Stage) clockFile() string { return filepath.Join(s.o.Dir, "world.json") }

func (s *Stage) savedTime() (time.Time, error) {
	raw, err := os.ReadFile(s.clockFile())
	if errors.Is(err, os.ErrNotExist) {
		return s.script.Begins, nil
	}
	var m moment
	if err == nil {
		err = json.Unmarshal(raw, &m)
	}
	if err != nil {
		return time.Time{}, fault.Wrap(fault.Invalid, "read the replay's clock "+s.clockFile(), err)
	}
	return m.World, nil
}

// saveTime keeps a world time that the replay will not have passed before the
// next save, so that after a kill the world never goes back.
func (s *Stage) saveTime() error {
	ahead := time.Duration(float64(saveEvery+saveEvery/2) * s.world.Speed())
	raw, err := json.Marshal(moment{World: s.world.Now().Add(ahead)})
	if err != nil {
		return err
	}
	return replaceFile(s.clockFile(), raw)
}

// saveEvery is how often the world's time is saved, in wall time.
const saveEvery = time.Second

// replaceFile writes a file so that a kill leaves the old one or the new one.
func replaceFile(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
