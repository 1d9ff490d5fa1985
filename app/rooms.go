package app

import (
	"time"

	"github.com/bonghwa/bonghwa/audience"
	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/credit"
	"github.com/bonghwa/bonghwa/credit/focus"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/identity"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/postevent"
	"github.com/bonghwa/bonghwa/sla"
)

// staleAfter is how old an inventory may be before relevance is unknown. The
// accounts are imported whole and rarely; a quarter is the longest of cadences.
const staleAfter = 92 * 24 * time.Hour

// rooms are the domains, each with its neighbours.
type rooms struct {
	keyring   *identity.Keyring
	incidents *incident.Desk
	drafter   *incident.Drafter
	catalogs  *catalog.Keeper
	directory *audience.Directory
	meter     *sla.Meter
	credits   *credit.Desk
	summaries *postevent.Writer
	records   records
}

// furnish puts the domains together.
func (n *Node) furnish() *rooms {
	needed := n.config.Page.Languages
	desk := incident.NewDesk(n.db.Incidents(), n.o.World, needed...)
	meter := sla.NewMeter(n.db.Incidents(), n.shelf, n.shelf, n.o.World)
	return &rooms{
		keyring:   identity.NewKeyring(n.db.Identity(), n.o.Wall),
		incidents: desk,
		drafter:   incident.NewDrafter(desk, n.draftTitle),
		catalogs:  catalog.NewKeeper(n.db.Catalogs()),
		directory: audience.NewDirectory(n.db.Audience(), staleAfter),
		meter:     meter,
		credits: credit.NewDesk(credit.Options{
			Store: n.db.Credits(), Meter: meter, Policies: n.shelf, Audience: n.db.Audience(),
			Bills: focus.Format{}, World: n.o.World, Program: n.o.Version,
		}),
		summaries: postevent.NewWriter(n.db.Summaries(), desk, n.o.World, needed...),
		records:   records{db: n.db},
	}
}

// draftTitle words the title of a draft that the probes open.
func (n *Node) draftTitle(scope health.Scope, symptom health.Symptom) health.Text {
	c := n.shelf.current.Load().revision.Catalog
	title := health.Text{}
	for _, l := range health.Languages() {
		service, region := string(scope.Service), string(scope.Region)
		if s, ok := c.Service(scope.Service); ok {
			service = s.Name.In(l)
		}
		if r, ok := c.Region(scope.Region); ok {
			region = r.Name.In(l)
		}
		voice := n.book.In(l)
		title[l] = voice.Say("draft.title", "service", service, "region", region, "symptom", voice.Say(language.Message("symptom."+string(symptom))))
	}
	return title
}
