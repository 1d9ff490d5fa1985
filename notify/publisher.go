package notify

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/journal"
)

// Incidents reads incidents.
type Incidents interface {
	Incident(ctx context.Context, id health.IncidentID) (incident.Incident, error)
}

// Summary is what is told of a post-event summary.
type Summary struct {
	ID       health.SummaryID
	Incident health.IncidentID
	Title    health.Text
	Body     health.Text // the overview, in paragraphs
}

// Summaries reads published post-event summaries.
type Summaries interface {
	Summary(ctx context.Context, id health.SummaryID) (Summary, error)
}

// Credits reads what a posted credit run gives each account.
type Credits interface {
	Notices(ctx context.Context, run health.CreditRunID) ([]Notice, error)
}

// Sources are what a publisher reads. Summaries and Credits may be nil, and their
// facts are then told to nobody.
type Sources struct {
	Incidents Incidents
	Summaries Summaries
	Credits   Credits
}

// Publisher turns facts into publications. It is an exclusive follower of the
// journal.
type Publisher struct {
	store   Publications
	sources Sources
	writer  *Writer
}

// NewPublisher makes a publisher.
func NewPublisher(store Publications, sources Sources, writer *Writer) *Publisher {
	return &Publisher{store: store, sources: sources, writer: writer}
}

// Name is the follower's name.
func (p *Publisher) Name() string { return "notify" }

// Handle publishes what the fact tells, if it is one that people are told of.
// Doing it again changes nothing.
func (p *Publisher) Handle(ctx context.Context, f journal.Fact, fence journal.Fence) error {
	var pub Publication
	var err error
	switch f.Type { // of all other facts nobody is told
	case health.UpdatePublishedFact:
		pub, err = p.update(ctx, f)
	case health.SummaryPublishedFact:
		pub, err = p.summary(ctx, f)
	case health.CreditRunPostedFact:
		pub, err = p.credit(ctx, f)
	}
	if err != nil {
		return fmt.Errorf("turn fact %d (%s) into a publication: %w", f.Number, f.Type, err)
	}
	if pub.Number == 0 {
		return nil
	}
	if _, err := p.store.Publish(ctx, pub, fence); err != nil {
		return fmt.Errorf("publish fact %d (%s): %w", f.Number, f.Type, err)
	}
	return nil
}

// begun is a publication of a fact, without what it says.
func begun(f journal.Fact, thread Thread, kind Kind) Publication {
	return Publication{
		ID: health.PublicationID(health.NewID(f.At)), Number: f.Number, Thread: thread, Kind: kind,
		Template: string(kind), Version: builtin, At: f.At.UTC(),
		Slots: map[health.Language]Slots{}, Hash: map[health.Language]string{},
	}
}

// say fills the slots of the languages.
func (pub *Publication) say(languages []health.Language, in func(l health.Language) Slots) {
	for _, l := range languages {
		pub.Slots[l] = in(l)
		pub.Hash[l] = ContentHash(pub.Template, pub.Version, pub.Slots[l])
	}
}

func (p *Publisher) update(ctx context.Context, f journal.Fact) (Publication, error) {
	fact, err := journal.Decode[health.UpdatePublished](f)
	if err != nil {
		return Publication{}, err
	}
	i, err := p.sources.Incidents.Incident(ctx, fact.Incident)
	if err != nil {
		return Publication{}, err
	}
	n := slices.IndexFunc(i.Updates, func(u incident.Update) bool { return u.ID == fact.Update })
	if n < 0 {
		return Publication{}, fault.New(fault.NotFound, "update "+string(fact.Update), "the incident does not have it", "")
	}
	pub := begun(f, IncidentThread(i.ID), KindUpdate)
	pub.Reaches = Reaches(i, pub.At)
	pub.say(p.writer.house.Languages, func(l health.Language) Slots { return p.writer.update(l, i, i.Updates[n], pub.At) })
	return pub, nil
}

func (p *Publisher) summary(ctx context.Context, f journal.Fact) (Publication, error) {
	fact, err := journal.Decode[health.SummaryPublished](f)
	if err != nil || p.sources.Summaries == nil {
		return Publication{}, err
	}
	sum, err := p.sources.Summaries.Summary(ctx, fact.Summary)
	if err != nil {
		return Publication{}, err
	}
	i, err := p.sources.Incidents.Incident(ctx, fact.Incident)
	if err != nil {
		return Publication{}, err
	}
	pub := begun(f, IncidentThread(i.ID), KindSummary)
	pub.Reaches = Reaches(i, pub.At)
	pub.say(p.writer.house.Languages, func(l health.Language) Slots { return p.writer.summary(l, sum, i, pub.At) })
	return pub, nil
}

func (p *Publisher) credit(ctx context.Context, f journal.Fact) (Publication, error) {
	fact, err := journal.Decode[health.CreditRun](f)
	if err != nil || p.sources.Credits == nil {
		return Publication{}, err
	}
	notices, err := p.sources.Credits.Notices(ctx, fact.Run)
	if err != nil {
		return Publication{}, err
	}
	pub := begun(f, CreditThread(fact.Run), KindCredit)
	pub.Notices = slices.Clone(notices)
	slices.SortStableFunc(pub.Notices, func(a, b Notice) int { return cmp.Compare(a.Account, b.Account) })
	pub.say(p.writer.house.Languages, func(l health.Language) Slots { return p.writer.common(l, pub.At) })
	return pub, nil
}

// Reaches are the scopes and times of the incident's impacts as known at a world
// time. What has not ended then reaches up to that time, so that resources yet to
// begin are not hit; what lies ahead, as a planned change does, reaches its whole
// span.
func Reaches(i incident.Incident, at time.Time) []Reach {
	var out []Reach
	for _, impact := range i.ImpactsAsKnown(at) {
		during := impact.During.Until(at)
		if !during.To.After(during.From) {
			during.To = during.From.Add(time.Microsecond)
		}
		r := Reach{Scope: impact.Scope, During: during}
		if !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out
}
