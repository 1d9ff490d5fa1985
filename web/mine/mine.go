// Package mine is the Personal Health Dashboard: what one account's customer may
// read after signing in, and the signing in itself.
//
// It promises that an account is shown to nobody but those who signed in for it:
// an account, an incident or a page of somebody else's is answered exactly like
// one that does not exist. Every page says first what hits the customer, and
// why; measured and declared minutes stand beside each other. The pages work
// without JavaScript, by keyboard, in Korean and English.
//
// It decides nothing: relevance comes from audience, states from incident, credits
// from whoever keeps them. It writes nothing but sessions.
package mine

import (
	"context"
	"net/http"
	"net/netip"
	"time"

	"github.com/bonghwa/bonghwa/audience"
	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/identity"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/sla"
	"github.com/bonghwa/bonghwa/web"
	"github.com/bonghwa/bonghwa/web/ui"
)

// Door lets customers in and out; identity.Door does.
type Door interface {
	// Ask takes a request for a mailed link.
	Ask(q identity.SignInRequest) error
	// Enter uses a link up and opens a session.
	Enter(ctx context.Context, token identity.Secret) (identity.Session, identity.Secret, string, error)
	// Leave ends the session of a token.
	Leave(ctx context.Context, token identity.Secret) error
}

// Accounts knows what an account is and has.
type Accounts interface {
	// Account is the account, or NotFound.
	Account(ctx context.Context, id health.AccountID) (audience.Account, error)
	// Spans are when it had resources in each scope, as known at a journal number.
	Spans(ctx context.Context, id health.AccountID, at int64) ([]audience.Span, error)
	// Inventory is how well resources are known.
	Inventory(ctx context.Context) (audience.Inventory, error)
}

// Directory says what an incident means to an account; audience.Directory does.
type Directory interface {
	// Assess says what disturbances mean to the account, with exact counts.
	Assess(ctx context.Context, account health.AccountID, what []audience.Disturbance, at int64, now time.Time) (audience.Assessment, error)
	// Affected is one page of the account's affected resources.
	Affected(ctx context.Context, q audience.ResourceQuery, now time.Time) (audience.Page, error)
}

// Incidents reads incidents; incident.Desk does.
type Incidents interface {
	// Incident is one incident, or NotFound.
	Incident(ctx context.Context, id health.IncidentID) (incident.Incident, error)
	// List is those that pass the filter, newest opened first.
	List(ctx context.Context, f incident.Filter) ([]incident.Incident, error)
}

// Catalogs gives the catalogue in force, for the names of things. It is asked for
// every page, so it should answer from memory.
type Catalogs interface {
	Catalog(ctx context.Context) (catalog.Catalog, error)
}

// Records gives what else an account's pages show.
type Records interface {
	// Credits are the account's SLA credits, the newest month first.
	Credits(ctx context.Context, account health.AccountID) ([]Credit, error)
	// SummaryOf is the incident's published post-event summary; empty when there
	// is none.
	SummaryOf(ctx context.Context, id health.IncidentID) (health.SummaryID, error)
}

// CreditState is how far a credit has come.
type CreditState string

// The states of a credit.
const (
	CreditNone    CreditState = "none"    // calculated, and nothing is due
	CreditPlanned CreditState = "planned" // calculated, waiting for a second person
	CreditPosted  CreditState = "posted"  // approved, not yet on a bill
	CreditApplied CreditState = "applied" // on a bill
)

// Credit is one SLA credit of an account.
type Credit struct {
	Run          health.CreditRunID
	Incidents    []health.IncidentID // that made the month what it was
	Scope        health.Scope
	Month        sla.Month // of the charges
	Policy       health.PolicyID
	Availability string // percent, such as "99.805556"
	TierPct      string // percent of the charges, such as "10"
	Base         string // the charges, a decimal in Currency
	Currency     string // ISO 4217
	Minor        int64  // the credit in the currency's minor units; 0 when none is due
	State        CreditState
	BillMonth    sla.Month // the bill it went to; zero until applied
	Applied      int64     // of Minor, on that bill; the rest is carried over
}

// Options are what a Site needs.
type Options struct {
	Site       ui.Site
	Messages   *language.Book
	Cookies    web.Cookies
	Door       Door
	Accounts   Accounts
	Directory  Directory
	Incidents  Incidents
	Catalogs   Catalogs
	Records    Records
	StaleAfter time.Duration    // of the inventory, as the Directory has it
	Session    time.Duration    // how long the session's cookie is kept: identity's Terms.Absolute
	Proxies    []netip.Prefix   // as the router has them
	Now        func() time.Time // world time
}

// Site is the Personal Health Dashboard.
type Site struct{ o Options }

// New is a site.
func New(o Options) *Site { return &Site{o: o} }

// Routes are the site's routes for the router. Samples name {account},
// {incident} and {link}, the token of a mailed link.
func (s *Site) Routes() []web.Route {
	page := func(pattern string, h web.Handler) web.Route {
		return web.Route{Method: http.MethodGet, Pattern: pattern, Kind: web.Page, Access: web.SignedIn, Handler: h}
	}
	open := func(method, pattern string, kind web.Kind, h web.Handler) web.Route {
		return web.Route{Method: method, Pattern: pattern, Kind: kind, Access: web.Public, Handler: h}
	}
	csv := page("/{lang}/my/{account}/events/{incident}/resources.csv", s.resourcesCSV)
	csv.Kind = web.Data
	confirm := open(http.MethodGet, "/{lang}/sign-in/confirm", web.Page, s.confirmForm)
	confirm.Sample = func() string { return "/{lang}/sign-in/confirm?token={link}" }
	return []web.Route{
		page("/{lang}/my/{$}", s.accounts),
		page("/{lang}/my/{account}/{$}", s.overview),
		page("/{lang}/my/{account}/events/{incident}", s.event),
		csv,
		page("/{lang}/my/{account}/credits", s.credits),
		open(http.MethodGet, "/{lang}/sign-in", web.Page, s.signInForm),
		open(http.MethodPost, "/{lang}/sign-in", web.Action, s.askForLink),
		open(http.MethodGet, "/{lang}/sign-in/sent", web.Page, s.linkSent),
		confirm,
		open(http.MethodPost, "/{lang}/sign-in/confirm", web.Action, s.enter),
		open(http.MethodPost, "/{lang}/sign-out", web.Action, s.leave),
	}
}
