package notify

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/language"
)

// shownResources is how many resources a message names; the rest is behind a
// link.
const shownResources = 20

// Personal is the language that an item's endpoint is told in, and the slots that
// only it gets: why it is told, its accounts, and its resources (names, sorted; of
// more than 20 it is said that there are more) or its credits.
func (w *Writer) Personal(item Item, names []string, notices []Notice) (health.Language, Slots) {
	l := w.language(item.Publication, item.Members)
	s := Slots{"accounts": w.accounts(l, item.Members), "why": w.say(l, "why."+string(item.Outcome.Reason))}
	switch item.Publication.Kind {
	case KindCredit:
		s["credits"] = w.credits(l, item.Members, notices)
		s["action"] = w.say(l, "action.credit")
		s["mine"] = w.link(l, "/my/")
	case KindUpdate, KindSummary:
		if !w.house.PageOnly {
			s["mine"] = w.link(l, "/my/")
		}
		w.affected(l, s, names, item.Publication.Slots[l]["over"] != "")
	}
	return l, s
}

// affected says which resources are hit, by name.
func (w *Writer) affected(l health.Language, s Slots, names []string, over bool) {
	switch {
	case len(names) == 0:
		s["affected"] = w.say(l, "affected.told")
		return
	case over:
		s["affected"] = w.say(l, "affected.over")
	default:
		s["affected"] = w.say(l, "affected.scope")
	}
	s["resources"] = strings.Join(names[:min(len(names), shownResources)], "\n")
	if len(names) > shownResources {
		s["more"] = w.say(l, "more")
	}
}

// accounts names the accounts that one message is for.
func (w *Writer) accounts(l health.Language, members []Member) string {
	names := make([]string, len(members))
	for i, m := range members {
		names[i] = string(m.Account)
		if m.Name != "" {
			names[i] = w.say(l, "account", "name", m.Name, "id", string(m.Account))
		}
	}
	return strings.Join(names, ", ")
}

// credits is one line for each credit of the endpoint's accounts.
func (w *Writer) credits(l health.Language, members []Member, notices []Notice) string {
	mine := make(map[health.AccountID]bool, len(members))
	for _, m := range members {
		mine[m.Account] = true
	}
	var lines []string
	for _, n := range notices {
		if mine[n.Account] {
			lines = append(lines, w.say(l, "credit.line", "account", string(n.Account), "amount", language.Money(l, n.Currency, n.Amount),
				"service", strings.ToUpper(string(n.Service)), "region", string(n.Region), "month", month(l, n.Month), "bill", month(l, n.BillMonth)))
		}
	}
	return strings.Join(lines, "\n")
}

func month(l health.Language, s string) string {
	t, err := time.Parse("2006-01", s)
	if err != nil {
		return s
	}
	return language.Month(l, t)
}

// language is the one that an endpoint is told in: of its accounts', in order,
// the first that names one the publication speaks; else the house's.
func (w *Writer) language(p Publication, members []Member) health.Language {
	for _, m := range members {
		if _, ok := p.Slots[m.Language]; ok {
			return m.Language
		}
	}
	if _, ok := p.Slots[w.house.Default]; ok || len(p.Slots) == 0 {
		return w.house.Default
	}
	return slices.Min(slices.Collect(maps.Keys(p.Slots))) // it was published when the site spoke another
}

// Message makes the message of an outcome from the publication's template and
// slots and the outcome's own, the same at every attempt and afterwards.
func (w *Writer) Message(p Publication, o Outcome, address string) (Message, error) {
	t, err := w.templates.Get(p.Template, p.Version, o.Language)
	if err != nil {
		return Message{}, err
	}
	slots := maps.Clone(p.Slots[o.Language])
	if slots == nil {
		slots = Slots{}
	}
	maps.Copy(slots, o.Personal)
	return Message{
		Publication: p.ID, Thread: p.Thread, Endpoint: o.Endpoint, Address: address,
		Language: o.Language, At: p.At, Document: t.Fill(slots),
	}, nil
}

// accountsOf lists the accounts of members, sorted, each once.
func accountsOf(members []Member) []health.AccountID {
	ids := make([]health.AccountID, len(members))
	for i, m := range members {
		ids[i] = m.Account
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
