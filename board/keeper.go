package board

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/banner"
	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/postevent"
)

// Journal is where the keeper learns what changed. The store is.
type Journal interface {
	journal.Reader
	// Head is the newest fact's place.
	Head(ctx context.Context) (journal.Position, error)
	// FactsOf are the facts of a type with numbers above after, ascending, at most
	// limit.
	FactsOf(ctx context.Context, kind health.FactType, after int64, limit int) ([]journal.Fact, error)
}

// Catalogs gives the catalogue in force. catalog.Store does.
type Catalogs interface {
	Current(ctx context.Context) (catalog.Revision, error)
}

// Incidents gives whole incidents with their impacts and updates, in any order.
// incident.Store does.
type Incidents interface {
	Incident(ctx context.Context, id health.IncidentID) (incident.Incident, error)
	List(ctx context.Context, f incident.Filter) ([]incident.Incident, error)
}

// Summaries gives the published post-event summaries. postevent.Store does.
type Summaries interface {
	Published(ctx context.Context) ([]postevent.Summary, error)
}

// Pulse is what is known of a check that has run.
type Pulse struct {
	Fresh bool
	Beat  int64 // counts while somebody runs the check
}

// Pulses gives the pulse of every check that has run.
type Pulses interface {
	Pulses(ctx context.Context) (map[health.CheckID]Pulse, error)
}

// Banners gives the banner said last; nil when nothing was said.
type Banners interface {
	Newest(ctx context.Context) (*banner.Banner, error)
}

// Sources are what a keeper reads.
type Sources struct {
	Journal   Journal
	Catalogs  Catalogs
	Incidents Incidents
	Summaries Summaries
	Pulses    Pulses  // nil: nobody probes, and no component is unknown for it
	Banners   Banners // nil: nothing is said above the pages
}

// Keeper keeps the public record of a node true. One goroutine at a time may use
// it.
type Keeper struct {
	from  Sources
	world *clock.World
	wall  clock.Wall
	now   Source
	whole bool // now was read whole from the database, not loaded
	beats map[health.CheckID]beat
}

// beat is when a check's pulse was first seen as it is.
type beat struct {
	Pulse
	since time.Time // wall time
}

// NewKeeper makes a keeper that has read nothing. What was loaded is told until it
// has; the zero Source when nothing was.
func NewKeeper(from Sources, world *clock.World, wall clock.Wall, loaded Source) *Keeper {
	return &Keeper{from: from, world: world, wall: wall, now: loaded, beats: map[health.CheckID]beat{}}
}

// Source is what was read last.
func (k *Keeper) Source() Source { return k.now }

// Moved reports whether the journal has moved since the last reading, also back
// under a new epoch. It asks for the head alone.
func (k *Keeper) Moved(ctx context.Context) (bool, error) {
	head, err := k.from.Journal.Head(ctx)
	return err == nil && (!k.whole || head != k.now.Revision), err
}

// catchingUp is how often a reading begins anew because the journal moved
// meanwhile, before it is taken as it is: the next reading finds the rest.
const catchingUp = 5

// Read brings the source up to the journal's head: what the facts since the last
// reading name is read anew, and everything at first and after a restore. When it
// fails the source is what it was.
func (k *Keeper) Read(ctx context.Context) error {
	for range catchingUp {
		next, err := k.step(ctx)
		if err != nil {
			return fault.Wrap(fault.Unavailable, "read the public record", err)
		}
		k.now, k.whole = next, true
		if moved, err := k.Moved(ctx); err != nil || !moved {
			return nil //nolint:nilerr // what was read is right; the next reading asks again
		}
	}
	return nil
}

func (k *Keeper) step(ctx context.Context) (Source, error) {
	at := k.world.Now() // before reading: nobody may claim to be newer than what was read
	head, err := k.from.Journal.Head(ctx)
	if err != nil {
		return Source{}, err
	}
	next := k.now
	if was := next.Revision; !k.whole || head.Epoch != was.Epoch || head.Number < was.Number {
		next, err = k.everything(ctx, head)
	} else {
		next, err = k.changes(ctx, next)
	}
	if err != nil {
		return Source{}, err
	}
	next.Read = at
	return k.listen(ctx, next)
}

// everything reads the record whole, as of a head taken before.
func (k *Keeper) everything(ctx context.Context, head journal.Position) (Source, error) {
	revision, err := k.from.Catalogs.Current(ctx)
	if err != nil {
		return Source{}, fmt.Errorf("read the catalogue: %w", err)
	}
	all, err := k.from.Incidents.List(ctx, incident.Filter{Public: true})
	if err != nil {
		return Source{}, fmt.Errorf("read incidents: %w", err)
	}
	s := Source{Revision: head}.withCatalog(revision).withIncidents(all)
	if s.Summaries, err = k.from.Summaries.Published(ctx); err != nil {
		return Source{}, fmt.Errorf("read summaries: %w", err)
	}
	if s, err = k.withBanner(ctx, s); err != nil {
		return Source{}, err
	}
	last, err := k.from.Journal.Facts(ctx, head.Number-1, 1)
	if err != nil {
		return Source{}, fmt.Errorf("read the newest fact: %w", err)
	}
	for _, f := range last {
		s.Dated = f.At
	}
	return k.pastSilences(ctx, s)
}

func (k *Keeper) withBanner(ctx context.Context, s Source) (Source, error) {
	if k.from.Banners == nil {
		return s, nil
	}
	said, err := k.from.Banners.Newest(ctx)
	if err != nil {
		return Source{}, fmt.Errorf("read the banner: %w", err)
	}
	s.Banner = said
	return s, nil
}

// batch is how many facts are read at once.
const batch = 512

func (k *Keeper) pastSilences(ctx context.Context, s Source) (Source, error) {
	for after := int64(0); ; {
		facts, err := k.from.Journal.FactsOf(ctx, health.ComponentFreshnessFact, after, batch)
		if err != nil {
			return Source{}, fmt.Errorf("read when probes were silent: %w", err)
		}
		for _, f := range facts {
			if s, err = heard(s, f); err != nil {
				return Source{}, err
			}
			after = f.Number
		}
		if len(facts) < batch {
			return s, nil
		}
	}
}

// heard takes a fact about the freshness of a check's data.
func heard(s Source, f journal.Fact) (Source, error) {
	p, err := journal.Decode[health.ComponentFreshness](f)
	if err != nil {
		return s, err
	}
	check := strings.TrimPrefix(f.Actor, "probe:")
	at := f.At
	if !p.Since.IsZero() {
		at = p.Since
	}
	return s.withSilence(health.CheckID(check), p.Fresh, at), nil
}

// changes reads what the facts after the source's revision name.
func (k *Keeper) changes(ctx context.Context, s Source) (Source, error) {
	todo := agenda{incidents: map[health.IncidentID]bool{}}
	for {
		facts, err := k.from.Journal.Facts(ctx, s.Revision.Number, batch)
		if err != nil {
			return Source{}, fmt.Errorf("read facts: %w", err)
		}
		for _, f := range facts {
			if s, err = todo.note(s, f); err != nil {
				return Source{}, err
			}
			s.Revision, s.Dated = journal.Position{Epoch: f.Epoch, Number: f.Number}, f.At
		}
		if len(facts) < batch {
			return k.work(ctx, s, todo)
		}
	}
}

// agenda is what facts ask to be read anew.
type agenda struct {
	catalog, summaries, banner bool
	incidents                  map[health.IncidentID]bool
}

func (a *agenda) note(s Source, f journal.Fact) (Source, error) {
	switch f.Type {
	case health.CatalogAppliedFact:
		a.catalog = true
	case health.SummaryPublishedFact:
		a.summaries = true
	case health.BannerSaidFact:
		a.banner = true
	case health.ComponentFreshnessFact:
		return heard(s, f)
	case health.HistoryImportedFact:
		a.incidents[health.IncidentID(f.Subject)] = true
	default:
		if strings.HasPrefix(string(f.Type), incidentFacts) {
			a.incidents[health.IncidentID(f.Subject)] = true
		}
	}
	return s, nil
}

// incidentFacts is what the types of facts begin with that are about an incident,
// whose id is their subject.
const incidentFacts = "incident."

func (k *Keeper) work(ctx context.Context, s Source, todo agenda) (Source, error) {
	var err error
	if todo.catalog {
		revision, err := k.from.Catalogs.Current(ctx)
		if err != nil {
			return Source{}, fmt.Errorf("read the catalogue: %w", err)
		}
		s = s.withCatalog(revision)
	}
	if todo.summaries {
		if s.Summaries, err = k.from.Summaries.Published(ctx); err != nil {
			return Source{}, fmt.Errorf("read summaries: %w", err)
		}
	}
	if todo.banner {
		if s, err = k.withBanner(ctx, s); err != nil {
			return Source{}, err
		}
	}
	for id := range todo.incidents {
		in, err := k.from.Incidents.Incident(ctx, id)
		if err != nil {
			return Source{}, fmt.Errorf("read incident %s: %w", id, err)
		}
		s = s.withIncident(in)
	}
	return s, nil
}

// Silence is how long a check may stand still, in wall time, before its data count
// as gone: whoever runs it saves its state every second.
const Silence = 15 * time.Second

// listen takes the checks' pulses: fresh is what says so of itself and beats.
func (k *Keeper) listen(ctx context.Context, s Source) (Source, error) {
	if k.from.Pulses == nil {
		return s, nil
	}
	pulses, err := k.from.Pulses.Pulses(ctx)
	if err != nil {
		return Source{}, fmt.Errorf("read how fresh the probes are: %w", err)
	}
	s.Checks = make(map[health.CheckID]bool, len(pulses))
	now := k.wall.Now()
	for id, p := range pulses {
		if was := k.beats[id]; was.Pulse != p || was.since.IsZero() {
			k.beats[id] = beat{p, now}
		}
		s.Checks[id] = p.Fresh && now.Sub(k.beats[id].since) < Silence
	}
	return s, nil
}
