package app

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/bonghwa/bonghwa/banner"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
)

// bannerFile is where the banner is kept in the state's folder, and keyFile where
// its key is, beside the secret.
const (
	bannerFile = "banner.json"
	keyFile    = "banner.key"
)

// mostEarlier is how many banners are kept beside the one in force, for a journal
// that does not answer for long.
const mostEarlier = 50

// mostBanner is how large the file may be that is read, in bytes.
const mostBanner = 1 << 20

// statement is the banner as it is kept on disk: the one in force and, for the
// journal, those before it, latest first.
type statement struct {
	banner.Banner
	Earlier []banner.Banner `json:"earlier,omitempty"`
}

// all are the banners of the statement, earliest first.
func (s statement) all() []banner.Banner {
	var out []banner.Banner
	for _, b := range slices.Backward(s.Earlier) {
		out = append(out, b)
	}
	return append(out, s.Banner)
}

// with is the statement with a newer banner.
func (s statement) with(b banner.Banner) statement {
	next := statement{Banner: b}
	if s.ID != "" {
		next.Earlier = append([]banner.Banner{s.Banner}, s.Earlier...)
		next.Earlier = next.Earlier[:min(len(next.Earlier), mostEarlier)]
	}
	return next
}

// bannerKey reads the key that banners are signed with, and makes it when there is
// none.
func bannerKey(secretFile string) (ed25519.PrivateKey, error) {
	file := filepath.Join(filepath.Dir(secretFile), keyFile)
	raw, err := os.ReadFile(file) //nolint:gosec // G304: beside the secret that the operator names
	if errors.Is(err, fs.ErrNotExist) {
		return makeBannerKey(file)
	}
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, "read the banner's key", err)
	}
	key, err := banner.ParseKey(string(raw))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return key, nil
}

// makeBannerKey makes the key's file whole or not at all: of two that make it at
// once, one wins, and the other reads what that one wrote.
func makeBannerKey(file string) (ed25519.PrivateKey, error) {
	var seed [ed25519.SeedSize]byte
	_, _ = rand.Read(seed[:]) // crypto/rand.Read never fails since Go 1.24
	key := banner.NewKey(seed)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, fault.Wrap(fault.Unavailable, "make the folder of the banner's key", err)
	}
	temp, err := writeTemp(filepath.Dir(file), []byte(banner.KeyText(key)))
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, "keep the banner's key", err)
	}
	err = os.Link(temp, file)
	_ = os.Remove(temp) // its other name stays
	if errors.Is(err, fs.ErrExist) {
		return bannerKey(file)
	}
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, "keep the banner's key", err)
	}
	return key, nil
}

// writeTemp writes a file that its owner alone can read, under a name of its own,
// and forces it to the disk.
func writeTemp(dir string, content []byte) (name string, err error) {
	f, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

// readStatement reads what is kept on disk; the zero statement when there is none.
func readStatement(file string) (statement, error) {
	var s statement
	f, err := os.Open(file) //nolint:gosec // G304: in the state's folder
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, fault.Wrap(fault.Unavailable, "read the banner", err)
	}
	defer func() { _ = f.Close() }() // only read
	var raw bytes.Buffer
	if n, err := raw.ReadFrom(io.LimitReader(f, mostBanner+1)); err != nil || n > mostBanner {
		return s, fault.New(fault.Invalid, file, "the banner cannot be read, or is endless", "say it again with bonghwa page say")
	}
	if err := json.Unmarshal(raw.Bytes(), &s); err != nil {
		return statement{}, fault.Wrap(fault.Invalid, "read the banner in "+file, err)
	}
	return s, nil
}

// writeStatement keeps a statement on disk: whole or not at all. It is public, so
// that the node may run as somebody else than whoever says it.
func writeStatement(file string, s statement) error {
	raw, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("write the banner: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fault.Wrap(fault.Unavailable, "make the state's folder", err)
	}
	temp, err := writeTemp(filepath.Dir(file), append(raw, '\n'))
	if err == nil {
		err = errors.Join(os.Chmod(temp, 0o644), os.Rename(temp, file)) //nolint:gosec // G302: it is public
	}
	return fault.Wrap(fault.Unavailable, "keep the banner in "+file, err)
}

// crier knows the banner that was said on this machine, or that a copy brought.
// It is safe for concurrent use.
type crier struct {
	file   string
	key    ed25519.PrivateKey // nil: none that can be read
	log    *slog.Logger
	mu     sync.Mutex
	seen   os.FileInfo              // of the file as it was read last; nil: there was none
	said   statement                // only what is signed with our key
	kept   map[health.BannerID]bool // in the journal
	passed map[string]bool          // refused, and told so
}

// newCrier reads what was said before the start. Without a key that can be read
// nothing counts but what the journal says; that is no reason not to start.
func (n *Node) newCrier(ctx context.Context) *crier {
	c := &crier{file: filepath.Join(n.config.StateDir, bannerFile), log: n.o.Log, kept: map[health.BannerID]bool{}, passed: map[string]bool{}}
	key, err := bannerKey(n.config.SecretFile)
	if err != nil {
		n.o.Log.LogAttrs(ctx, slog.LevelError, "banners of this machine do not count: there is no key to check them with", slog.Any("error", err))
		return c
	}
	c.key = key
	c.look(ctx)
	return c
}

// look reads the file if it is another one than before.
func (c *crier) look(ctx context.Context) {
	info, err := os.Stat(c.file)
	if err != nil {
		info = nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if same(info, c.seen) {
		return
	}
	c.seen = info
	s, err := readStatement(c.file)
	if err != nil {
		c.refuse(ctx, err)
	} else if s.ID != "" {
		c.take(ctx, s)
	}
}

func same(a, b os.FileInfo) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return os.SameFile(a, b) && a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size()
}

// take takes over those of a statement's banners that we signed, and reports
// whether something else is said now.
func (c *crier) take(ctx context.Context, s statement) bool {
	changed := false
	for _, b := range s.all() {
		if err := b.Verify(publicHalf(c.key)); err != nil {
			c.refuse(ctx, err)
			continue
		}
		if c.said.ID == "" || b.Newer(c.said.Banner) {
			c.said, changed = c.said.with(b), true
		}
	}
	return changed
}

// refuse tells of each thing that does not count once.
func (c *crier) refuse(ctx context.Context, err error) {
	if !c.passed[err.Error()] {
		c.passed[err.Error()] = true
		c.log.LogAttrs(ctx, slog.LevelError, "a banner is refused", slog.String("file", c.file), slog.Any("error", err))
	}
}

// hear takes a banner that came with a copy, and keeps it on disk as if it had been
// said here. False when we did not sign it.
func (c *crier) hear(ctx context.Context, sealed []byte) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	b, err := banner.Open(c.key, sealed)
	if err == nil {
		err = b.Verify(publicHalf(c.key))
	}
	if err != nil {
		c.refuse(ctx, err)
		return false
	}
	if c.take(ctx, statement{Banner: b}) {
		if err := writeStatement(c.file, c.said); err != nil {
			c.log.LogAttrs(ctx, slog.LevelError, "a banner that came with a copy is not kept", slog.Any("error", err))
		}
		c.seen, _ = os.Stat(c.file)
	}
	return true
}

// newest is what was said last; nil when nothing was.
func (c *crier) newest() *banner.Banner {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.said.ID == "" {
		return nil
	}
	b := c.said.Banner
	return &b
}

// unkept are the banners that the journal may not have yet, earliest first.
func (c *crier) unkept() []banner.Banner {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []banner.Banner
	if c.said.ID == "" {
		return nil
	}
	for _, b := range c.said.all() {
		if !c.kept[b.ID] {
			out = append(out, b)
		}
	}
	return out
}

func (c *crier) isKept(id health.BannerID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept[id] = true
}

// journalEvery is how often banners are brought into the journal, in wall time.
const journalEvery = time.Second

// journalBanners brings what was said on this machine into the journal, once each,
// until ctx ends.
func (n *Node) journalBanners(ctx context.Context) error {
	failing := false
	for {
		err := n.keepBanners(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			n.o.Log.LogAttrs(ctx, slog.LevelWarn, "a banner is not in the journal yet", slog.Any("error", err))
		}
		failing = err != nil
		if err := n.o.Wall.Sleep(ctx, journalEvery); err != nil {
			return err
		}
	}
}

func (n *Node) keepBanners(ctx context.Context) error {
	for _, b := range n.page.crier.unkept() {
		news, err := n.db.Banners().Keep(ctx, b, n.o.World.Now())
		if err != nil {
			return err
		}
		if n.page.crier.isKept(b.ID); news {
			n.o.Log.LogAttrs(ctx, slog.LevelInfo, "a banner is in the journal", slog.String("banner", string(b.ID)), slog.Time("said", b.SaidAt))
		}
	}
	return nil
}

// said reports whether something was said on this machine that the page does not
// tell yet.
func (p *page) said() bool {
	b := p.crier.newest()
	if b == nil {
		return false
	}
	told, _ := p.newest()
	return told.Editions != nil && b.SaidAt.After(told.Note.At)
}

// cryEvery is how often the banner's file is looked at, in wall time.
const cryEvery = 500 * time.Millisecond

// cry tells a banner that was said on this machine, or that came with a copy, until
// ctx ends. It waits for no database.
func (p *page) cry(ctx context.Context) error {
	for {
		if err := p.wall.Sleep(ctx, cryEvery); err != nil {
			return err
		}
		p.crier.look(ctx)
		if !p.said() {
			continue
		}
		p.telling.Lock()
		source := p.told
		p.telling.Unlock()
		if err := p.tell(source); err != nil {
			p.log.LogAttrs(ctx, slog.LevelError, "the banner is not told", slog.Any("error", err))
		}
	}
}
