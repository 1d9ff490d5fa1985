package mine

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/sla"
)

// creditsView is every credit of the account.
type creditsView struct {
	page
	Credits []creditView
}

// creditView is one credit in words.
type creditView struct {
	Heading      string // month and scope
	Amount       string
	State        string
	Level        health.Level // whose icon fits the state
	Policy       string
	Availability string
	Arithmetic   string
	Bill         string
	Events       []eventLink
}

type eventLink struct{ Href, Title string }

func (s *Site) credits(w http.ResponseWriter, r *http.Request) error {
	p, err := s.open(r, "mine.credits.title", "/credits")
	if err != nil {
		return err
	}
	all, err := s.o.Records.Credits(r.Context(), p.Customer.ID)
	if err != nil {
		return fmt.Errorf("read the credits of account %s: %w", p.Customer.ID, err)
	}
	v := creditsView{page: p}
	for _, c := range all {
		line := newCredit(p, c)
		for _, id := range c.Incidents {
			i, err := s.o.Incidents.Incident(r.Context(), id)
			if fault.Is(err, fault.NotFound) || err == nil && !i.Public() {
				continue
			}
			if err != nil {
				return fmt.Errorf("read incident %s: %w", id, err)
			}
			line.Events = append(line.Events, eventLink{Href: p.at("/events/" + string(id)), Title: i.Title.In(p.Voice.Language())})
		}
		v.Credits = append(v.Credits, line)
	}
	return show(w, r, http.StatusOK, creditsPage(v))
}

func newCredit(p page, c Credit) creditView {
	l := p.Voice.Language()
	amount := language.Money(l, c.Currency, c.Minor)
	v := creditView{
		Heading: p.Say("mine.credit.heading", "month", monthWords(l, c.Month), "scope", p.names.scope(c.Scope)),
		Amount:  amount, State: p.Say(messageID("mine.credit.state." + string(c.State))), Level: creditLevel(c.State),
		Policy: string(c.Policy), Availability: c.Availability + "%",
		Arithmetic: p.Say("mine.credit.arithmetic", "base", c.Currency+" "+trimmed(c.Base, language.MinorDigits(c.Currency)), "pct", c.TierPct+"%", "amount", amount),
	}
	if c.BillMonth != (sla.Month{}) {
		v.Bill = p.Say("mine.credit.on_bill", "month", monthWords(l, c.BillMonth), "amount", language.Money(l, c.Currency, c.Applied))
		if rest := c.Minor - c.Applied; rest > 0 {
			v.Bill += " " + p.Say("mine.credit.carried", "amount", language.Money(l, c.Currency, rest))
		}
	}
	return v
}

// trimmed drops the zeros that end a decimal beyond so many digits: charges are
// kept with twelve, and all that say something are shown.
func trimmed(decimal string, digits int) string {
	whole, rest, found := strings.Cut(decimal, ".")
	if !found {
		return decimal
	}
	for len(rest) > digits && rest[len(rest)-1] == '0' {
		rest = rest[:len(rest)-1]
	}
	if rest == "" {
		return whole
	}
	return whole + "." + rest
}

func creditLevel(s CreditState) health.Level {
	switch s {
	case CreditApplied, CreditPosted:
		return health.Operational
	case CreditPlanned, CreditNone:
		return health.Informational
	}
	return health.Informational
}

func monthWords(l health.Language, m sla.Month) string {
	return language.Month(l, time.Date(m.Year, m.Month, 1, 0, 0, 0, 0, time.UTC))
}
