package app

import (
	"context"
	"crypto/ed25519"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/bonghwa/bonghwa/banner"
	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/config"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/mirror"
	"github.com/bonghwa/bonghwa/press"
)

// Herald says the emergency banner, with everything else down: it needs the
// configuration, the state's folder and what keeps the copies, and no database, no
// node and no name service.
type Herald struct {
	config  config.Config
	key     ed25519.PrivateKey
	targets []mirror.Target
	world   *clock.World
	wall    clock.Wall
	node    *Node // never started: it knows what pages say of the provider
}

// Told is what became of one place that a banner was to be brought to.
type Told struct {
	Place string // the banner's file, or a copy
	Done  string // what was done; empty when it failed
	Err   error
}

// NewHerald makes a herald. It makes the key that banners are signed with, when
// there is none.
func NewHerald(c config.Config, env func(string) string) (*Herald, error) {
	h := &Herald{config: c, world: clock.Real()}
	var err error
	if h.key, err = bannerKey(c.SecretFile); err != nil {
		return nil, err
	}
	if h.targets, err = targets(c.Page.Copies, env); err != nil {
		return nil, err
	}
	h.node = &Node{config: c, o: Options{World: h.world}, shelf: &shelf{}}
	h.node.book, err = language.Load()
	return h, err
}

// Key is the public half of the key, for people to compare.
func (h *Herald) Key() string { return banner.PublicText(h.key) }

// Say says a banner in the page's languages, or takes the one before back where the
// text is nil. tell is called once for each place, as soon as it is done there. The
// banner is in force when Say returns without an error, and where tell said so.
func (h *Herald) Say(ctx context.Context, text health.Text, by string, tell func(Told)) error {
	file := filepath.Join(h.config.StateDir, bannerFile)
	source, err := loadPage(filepath.Join(h.config.StateDir, pageFile))
	if err != nil && !fault.Is(err, fault.Invalid) {
		return err
	}
	before, err := readStatement(file)
	if err != nil && !fault.Is(err, fault.Invalid) {
		return err
	}
	b, err := h.compose(ctx, text, by, before, source)
	if err != nil {
		return err
	}
	saved := Told{Place: file, Done: "written, for a node that runs and for the journal"}
	if saved.Err = writeStatement(file, before.with(b)); saved.Err != nil {
		saved.Done = ""
	}
	tell(saved)
	failed := h.copyAll(ctx, source.WithBanner(&b), tell)
	if saved.Err != nil || failed > 0 {
		return fault.New(fault.Unavailable, "", "the banner is not everywhere", "look at the lines above; say it again when the cause is mended")
	}
	return nil
}

// compose makes and signs the banner, dated after every one that is known, whatever
// the clocks of the machines that said them were.
func (h *Herald) compose(ctx context.Context, text health.Text, by string, before statement, source board.Source) (banner.Banner, error) {
	at := h.wall.Now()
	b, err := banner.New(text, h.config.Page.Languages, at, by)
	if text == nil {
		b, err = banner.TakeBack(at, by), nil
	}
	if err != nil {
		return b, err
	}
	for _, t := range append(h.notes(ctx), before.SaidAt, saidAt(source)) {
		if !b.SaidAt.After(t) {
			b.SaidAt = t.Add(time.Microsecond)
		}
	}
	return b.Sign(h.key)
}

func saidAt(s board.Source) time.Time {
	if s.Banner == nil {
		return time.Time{}
	}
	return s.Banner.SaidAt
}

// lookWithin is how long a copy may take to say what stands there before that no
// longer matters.
const lookWithin = 5 * time.Second

// notes are the times of the banners that copies carry, as far as they answer.
func (h *Herald) notes(ctx context.Context) []time.Time {
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	out := make([]time.Time, len(h.targets))
	var wg sync.WaitGroup
	for i, t := range h.targets {
		wg.Go(func() {
			if m, err := t.Look(ctx); err == nil {
				out[i] = m.Note.At
			}
		})
	}
	wg.Wait()
	return out
}

// sayWithin bounds the writing of all copies.
const sayWithin = 10 * time.Minute

// copyAll writes every copy at the same time, so that one that hangs keeps no other,
// and gives how many failed.
func (h *Herald) copyAll(ctx context.Context, source board.Source, tell func(Told)) int {
	ctx, cancel := context.WithTimeout(ctx, sayWithin)
	defer cancel()
	c, how, err := h.copy(source)
	results := make(chan Told, len(h.targets))
	for _, t := range h.targets {
		go func() {
			told := Told{Place: t.Name(), Done: how, Err: err}
			if err == nil {
				_, told.Err = t.Write(ctx, c, mirror.Work{Force: true, Wall: h.wall})
			}
			results <- told
		}()
	}
	failed := 0
	for range h.targets {
		told := <-results
		if told.Err != nil {
			told.Done = ""
			failed++
		}
		tell(told)
	}
	return failed
}

// copy is the page that was told last with the banner above it or, where there is
// none, the banner alone.
func (h *Herald) copy(source board.Source) (c mirror.Copy, how string, err error) {
	now := h.world.Now()
	if policies, err := policiesOf(source.Catalog.Catalog); err == nil { // they were good when they were applied
		h.node.shelf.current.Store(&edition{revision: source.Catalog, policies: policies})
	}
	site := h.node.publicSite()
	if source.Read.IsZero() {
		bare := site.Bare(source.Banner, h.node.publicURL(), now)
		note, err := noteOf(h.key, source.Banner)
		return mirror.Copy{
			Mark: mirror.Mark{Told: now, Note: note}, Editions: []*press.Edition{press.NewEdition(press.Imprint{}, bare)}, First: bare.First(),
		}, "written; there is no saved page, so the banner stands alone", err
	}
	b := source.Board(h.node.terms(), now)
	pages := site.Tell(b)
	e := press.NewEdition(press.Imprint{Revision: b.Revision, Confirmed: b.Confirmed}, append([]press.Printer{pages}, h.node.printers().of(b, pages)...)...)
	note, err := noteOf(h.key, source.Banner)
	return copyOf(b, e, pages, note, h.node.publicURL()), "written, with the page of " + b.Confirmed.UTC().Format(time.RFC3339), err
}

// Export writes one copy of the page into a folder: from the database or, where that
// does not answer, from the page that a node saved, of which from says so.
func Export(ctx context.Context, c config.Config, dir string, progress func(done, total int)) (from string, report mirror.Report, err error) {
	h, err := exporter(c)
	if err != nil {
		return "", report, err
	}
	t, err := target(config.Copy{Dir: dir}, os.Getenv)
	if err != nil {
		return "", report, err
	}
	source, from, err := h.read(ctx)
	if err != nil {
		return "", report, err
	}
	page, _, err := h.copy(source)
	if err != nil {
		return from, report, err
	}
	report, err = t.Write(ctx, page, mirror.Work{Force: true, Progress: progress, Wall: h.wall})
	return from, report, err
}

// exporter is a herald that says nothing.
func exporter(c config.Config) (*Herald, error) {
	h := &Herald{config: c, world: clock.Real()}
	h.node = &Node{config: c, o: Options{World: h.world}, shelf: &shelf{}}
	var err error
	h.node.book, err = language.Load()
	return h, err
}

// read reads the record, with the banner that was said on this machine.
func (h *Herald) read(ctx context.Context) (source board.Source, from string, err error) {
	source, err = h.fromDatabase(ctx)
	from = "the database"
	if h.config.StateDir == "" {
		return source, from, err
	}
	if fault.Is(err, fault.Unavailable) {
		saved, serr := loadPage(filepath.Join(h.config.StateDir, pageFile))
		if serr != nil || saved.Read.IsZero() {
			return source, "", errors.Join(err, serr)
		}
		source, err = saved, nil
		from = "the page saved at " + saved.Read.UTC().Format(time.RFC3339) + ", for the database does not answer"
	}
	if err != nil {
		return source, "", err
	}
	if s, err := readStatement(filepath.Join(h.config.StateDir, bannerFile)); err == nil && s.ID != "" {
		if key, err := bannerKey(h.config.SecretFile); err == nil && s.Verify(publicHalf(key)) == nil {
			source = source.WithBanner(&s.Banner)
		}
	}
	return source, from, nil
}

// publicHalf is what a key's signatures are checked with; nil without a key.
func publicHalf(key ed25519.PrivateKey) ed25519.PublicKey {
	if key == nil {
		return nil
	}
	public, _ := key.Public().(ed25519.PublicKey)
	return public
}

func (h *Herald) fromDatabase(ctx context.Context) (source board.Source, err error) {
	opening, cancel := context.WithTimeout(ctx, openWithin)
	defer cancel()
	bench, err := OpenBench(opening, h.config.Database, false)
	if err != nil {
		return source, err
	}
	defer func() { err = errors.Join(err, bench.Close()) }()
	keeper := board.NewKeeper(sourcesOf(bench.db), h.world, h.wall, board.Source{})
	if err := keeper.Read(ctx); err != nil {
		return source, err
	}
	return keeper.Source(), nil
}
