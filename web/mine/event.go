package mine

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/audience"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/web/ui"
)

// eventView is one event as it concerns the account.
type eventView struct {
	page
	Event     incident.Incident
	Name      string // the event's title
	Worst     health.Level
	State     string
	When      string
	Relevance relevance
	Scopes    []string // where it was, in words
	Minutes   []minutesView
	Next      string
	Now       guidance // the newest update's, while the event is open
	Updates   []updateView
	Credits   []creditView
	CreditGap string // why there is no credit here; empty when there is one
	Summary   string // path of the post-event summary; may be empty
	Resources resourcesView
}

// told is a text of an update, which may be in another language than the page.
type told struct {
	Words    string
	Language health.Language // of the words, when it is not the page's
}

// guidance is what an update tells beside its body, as everybody is told it:
// what helps meanwhile, what to do, and what is known of two fears.
type guidance struct {
	Workaround told
	Action     incident.Action
	What       told // what to do
	Assured    []assurance
}

// assurance is a fear and what is known of it, in words.
type assurance struct{ Name, Words string }

// minutesView is how long it lasted for the account, by who says so.
type minutesView struct {
	Name, Length, During string
	From                 time.Time
}

// updateView is one public message.
type updateView struct {
	Sequence int
	At       time.Time
	When     string
	State    string
	Body     told
	Corrects int // sequence of the one it corrects; 0 when none
	Guidance guidance
}

// resourcesView is a page of affected resources.
type resourcesView struct {
	Rows   []resourceRow
	Total  int
	Search string
	Next   string // path of the page after; empty on the last
	First  string // path of the first page; empty there
	CSV    string
}

type resourceRow struct {
	Name, ID, Where, Status string
	Level                   health.Level
}

const resourcesPerPage = 25

// find is the account's page and the incident, if the account may read it: public
// incidents are everybody's.
func (s *Site) find(r *http.Request) (page, incident.Incident, error) {
	id := health.IncidentID(r.PathValue("incident"))
	p, err := s.open(r, "mine.event.title", "/events/"+string(id))
	if err != nil {
		return p, incident.Incident{}, err
	}
	i, err := s.o.Incidents.Incident(r.Context(), id)
	if fault.Is(err, fault.NotFound) || err == nil && (!i.Public() || len(i.Updates) == 0) {
		return p, i, errNoPage()
	}
	if err != nil {
		return p, i, fmt.Errorf("read incident %s: %w", id, err)
	}
	p.Title = i.Title.In(p.Voice.Language()) + " · " + p.Customer.Name
	return p, i, nil
}

func (s *Site) event(w http.ResponseWriter, r *http.Request) error {
	p, i, err := s.find(r)
	if err != nil {
		return err
	}
	ctx, now, what := r.Context(), s.o.Now(), disturbances(i)
	a, err := s.o.Directory.Assess(ctx, p.Customer.ID, what, audience.Latest, now)
	if err != nil {
		return fmt.Errorf("assess %s: %w", i.ID, err)
	}
	spans, err := s.o.Accounts.Spans(ctx, p.Customer.ID, audience.Latest)
	if err != nil {
		return fmt.Errorf("read what account %s has: %w", p.Customer.ID, err)
	}
	credits, err := s.o.Records.Credits(ctx, p.Customer.ID)
	if err != nil {
		return fmt.Errorf("read the credits of account %s: %w", p.Customer.ID, err)
	}
	summary, err := s.o.Records.SummaryOf(ctx, i.ID)
	if err != nil {
		return fmt.Errorf("find the summary of %s: %w", i.ID, err)
	}
	v := newEvent(p, seen{i, a}, spans, now)
	v.addCredits(credits)
	if summary != "" {
		v.Summary = p.Link("/summaries/" + string(summary))
	}
	q := resourceQuery(r, p.Customer.ID, what)
	found, err := s.affected(ctx, q, now)
	if err != nil {
		return fmt.Errorf("list affected resources: %w", err)
	}
	v.Resources = newResources(p, i, q, found)
	return show(w, r, http.StatusOK, eventPage(v))
}

func newEvent(p page, e seen, spans []audience.Span, now time.Time) eventView {
	l, z := p.Voice.Language(), p.Zones()
	level := worst(e.Incident)
	v := eventView{
		page: p, Event: e.Incident, Name: e.Title.In(l), Worst: level, State: stateWord(p, e.State),
		When: span(p.Page, during(e.Incident)), Relevance: relevanceOf(p.Page, p.names, e.Assessment, level),
	}
	if !e.State.Ended() {
		v.Level = level
	}
	for _, s := range e.Hits() {
		if words := p.names.scope(s.Scope); !slices.Contains(v.Scopes, words) {
			v.Scopes = append(v.Scopes, words)
		}
	}
	for _, d := range []health.Determination{health.DeterminationDeclared, health.DeterminationMeasured} {
		v.Minutes = append(v.Minutes, newMinutes(p, minutesFor(e.Incident, spans, d, now), d, e.State.Ended()))
	}
	if next := e.Promised(); !next.IsZero() {
		v.Next = z.Short(l, next)
	}
	if !e.State.Ended() {
		v.Now = newGuidance(p, e.Updates[len(e.Updates)-1])
	}
	for _, u := range slices.Backward(e.Updates) {
		v.Updates = append(v.Updates, newUpdate(p, e.Incident, u))
	}
	return v
}

func tell(l health.Language, u incident.Update, in func(health.Language) (string, bool)) told {
	words, fellBack := in(l)
	t := told{Words: words}
	if fellBack {
		t.Language = u.Fallback
	}
	return t
}

func newMinutes(p page, m minutes, d health.Determination, ended bool) minutesView {
	l := p.Voice.Language()
	v := minutesView{Name: p.Say(messageID("mine.minutes." + string(d))), Length: p.Say("mine.minutes.none")}
	if !ended {
		v.Length = p.Say("mine.minutes.none_yet")
	}
	if m.Any {
		v.Length = language.Minutes(l, m.Length)
		v.From, v.During = m.During.From, span(p.Page, m.During)
	}
	if m.Running {
		v.Length = p.Say("mine.minutes.running", "length", v.Length)
	}
	return v
}

func newUpdate(p page, i incident.Incident, u incident.Update) updateView {
	l := p.Voice.Language()
	v := updateView{
		Sequence: u.Sequence, At: u.PublishedAt, When: p.Zones().Short(l, u.PublishedAt),
		State: stateWord(p, u.State), Body: tell(l, u, u.BodyIn), Guidance: newGuidance(p, u),
	}
	for _, x := range i.Updates {
		if u.Corrects != "" && x.ID == u.Corrects {
			v.Corrects = x.Sequence
		}
	}
	return v
}

func newGuidance(p page, u incident.Update) guidance {
	l := p.Voice.Language()
	g := guidance{Workaround: tell(l, u, u.WorkaroundIn), Action: u.Action, What: tell(l, u, u.ActionIn)}
	for _, a := range []struct {
		of string
		is incident.Assurance
	}{{"security", u.Assurances.Security}, {"data_loss", u.Assurances.DataLoss}} {
		if a.is != "" {
			g.Assured = append(g.Assured, assurance{p.Say(messageID("assurance." + a.of)), p.Say(messageID("assurance." + string(a.is)))})
		}
	}
	return g
}

// addCredits puts the credits that the event led to on its page, or why there is
// none.
func (v *eventView) addCredits(all []Credit) {
	for _, c := range all {
		if slices.Contains(c.Incidents, v.Event.ID) {
			v.Credits = append(v.Credits, newCredit(v.page, c))
		}
	}
	if len(v.Credits) > 0 {
		return
	}
	hit := slices.ContainsFunc(v.Minutes, func(m minutesView) bool { return m.During != "" })
	switch {
	case !hit:
		v.CreditGap = v.Say("mine.credit.untouched")
	case v.Event.State.Ended():
		v.CreditGap = v.Say("mine.credit.not_yet")
	default:
		v.CreditGap = v.Say("mine.credit.running")
	}
}

func resourceQuery(r *http.Request, account health.AccountID, what []audience.Disturbance) audience.ResourceQuery {
	q := r.URL.Query()
	const longest = 200
	search := strings.TrimSpace(q.Get("q"))
	if len(search) > longest {
		search = strings.ToValidUTF8(search[:longest], "")
	}
	return audience.ResourceQuery{
		Account: account, In: what, At: audience.Latest, Search: search,
		After: audience.Cursor{Name: q.Get("after"), ID: health.ResourceID(q.Get("id"))}, Limit: resourcesPerPage,
	}
}

func newResources(p page, i incident.Incident, q audience.ResourceQuery, found audience.Page) resourcesView {
	base := p.at("/events/" + string(i.ID))
	v := resourcesView{Total: found.Total, Search: q.Search}
	query := func(more url.Values) string {
		if q.Search != "" {
			more.Set("q", q.Search)
		}
		if len(more) == 0 {
			return ""
		}
		return "?" + more.Encode()
	}
	v.CSV = base + "/resources.csv" + query(url.Values{})
	if found.Next != (audience.Cursor{}) {
		v.Next = base + query(url.Values{"after": {found.Next.Name}, "id": {string(found.Next.ID)}}) + "#resources"
	}
	if q.After != (audience.Cursor{}) {
		v.First = base + query(url.Values{}) + "#resources"
	}
	for _, e := range found.Entities {
		v.Rows = append(v.Rows, resourceRow{
			Name: e.Name, ID: string(e.ID), Where: p.names.scope(e.Scope),
			Status: entityWord(p.Page, e.Status), Level: entityLevel(e.Status),
		})
	}
	return v
}

// affected is a page of affected resources. An event that has disturbed nothing
// yet affects none; asked with no disturbance the directory would list all.
func (s *Site) affected(ctx context.Context, q audience.ResourceQuery, now time.Time) (audience.Page, error) {
	if len(q.In) == 0 {
		return audience.Page{}, nil
	}
	return s.o.Directory.Affected(ctx, q, now)
}

func entityWord(p ui.Page, s audience.EntityStatus) string {
	return p.Say(messageID("mine.entity." + string(s)))
}

func entityLevel(s audience.EntityStatus) health.Level {
	switch s {
	case audience.Impaired:
		return health.PartialOutage
	case audience.Unimpaired:
		return health.Operational
	case audience.EntityUnknown:
		return health.Unknown
	}
	return health.Unknown
}

// resourcesCSV is the whole list as a file. It begins with a byte order mark:
// without one the spreadsheet that most people here open it with garbles Korean.
func (s *Site) resourcesCSV(w http.ResponseWriter, r *http.Request) error {
	p, i, err := s.find(r)
	if err != nil {
		return err
	}
	q := resourceQuery(r, p.Customer.ID, disturbances(i))
	q.After, q.Limit = audience.Cursor{}, 1000
	now := s.o.Now()
	found, err := s.affected(r.Context(), q, now)
	if err != nil {
		return fmt.Errorf("list affected resources: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="resources-`+fileName(string(i.ID))+`.csv"`)
	if _, err := w.Write([]byte("\ufeff")); err != nil {
		return fmt.Errorf("write the list: %w", err)
	}
	out := csv.NewWriter(w)
	err = out.Write([]string{"resource_id", "name", "service", "region", "zone", "status", "from", "to"})
	for err == nil {
		for _, e := range found.Entities {
			err = errors.Join(err, out.Write(record(e)))
		}
		if err != nil || found.Next == (audience.Cursor{}) {
			break
		}
		q.After = found.Next
		found, err = s.affected(r.Context(), q, now)
	}
	out.Flush()
	return errors.Join(err, out.Error())
}

func record(e audience.Entity) []string {
	cells := []string{
		string(e.ID), e.Name, string(e.Scope.Service), string(e.Scope.Region), string(e.Scope.Zone),
		string(e.Status), stamp(e.Life.From), stamp(e.Life.To),
	}
	for i, c := range cells {
		// A cell that begins so is run as a formula by spreadsheets, and names
		// are the customers' own.
		if c != "" && strings.ContainsRune("=+-@\t\r", rune(c[0])) {
			cells[i] = "'" + c
		}
	}
	return cells
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// fileName keeps of a text what is safe in a file's name everywhere.
func fileName(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '-'
	}, s)
}
