package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/bonghwa/bonghwa/audience"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/journal"
)

var _ audience.Registry = (*Audience)(nil)

// Missing gives those of the ids that are not known, sorted. Only organizations
// and accounts are named by others.
func (s *Audience) Missing(ctx context.Context, kind audience.Kind, ids []string) ([]string, error) {
	table := "account"
	if kind == audience.Organizations {
		table = "organization"
	}
	unknown := map[string]bool{}
	for _, id := range ids {
		unknown[id] = true
	}
	err := s.db.eachIn(ctx, `SELECT id FROM `+table+` WHERE journal_to = 0 AND id`, ids, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		delete(unknown, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for %ss: %w", table, s.db.explain(err))
	}
	return slices.Sorted(maps.Keys(unknown)), nil
}

// Save keeps what is new or different in the batch. Imports are serialized by
// the inventory's version: what is compared before the transaction is still so
// in it, or all is done again.
func (s *Audience) Save(ctx context.Context, b audience.Batch, e journal.Entry) (int, error) {
	const tries = 10
	for try := 1; ; try++ {
		changed, err := s.saveOnce(ctx, b, e)
		if err == nil || !fault.Is(err, fault.Conflict) || try == tries {
			return changed, err
		}
	}
}

func (s *Audience) saveOnce(ctx context.Context, b audience.Batch, e journal.Entry) (int, error) {
	var version, asOf int64
	if err := s.db.row(ctx, `SELECT version, as_of FROM inventory`).Scan(&version, &asOf); err != nil {
		return 0, fmt.Errorf("read the inventory: %w", s.db.explain(err))
	}
	c, err := s.compare(ctx, b)
	if err != nil {
		return 0, fmt.Errorf("compare the import with what is known: %w", s.db.explain(err))
	}
	newer := b.Kind == audience.Resources && len(b.Resources) > 0 && micros(b.AsOf) > asOf
	if newer {
		asOf = micros(b.AsOf)
	}
	var entries []journal.Entry
	if c.changed() {
		entries = []journal.Entry{e}
	} else if !newer {
		return 0, nil
	}
	return c.rows, s.db.write(ctx, "save the import", entries, func(ctx context.Context, t *tx) error {
		if err := t.one(ctx, "the audience", `UPDATE inventory SET as_of = $1, version = version + 1 WHERE version = $2`, asOf, version); err != nil {
			return err
		}
		return c.apply(ctx, t)
	})
}

// comparison is all that an import would change.
type comparison struct {
	endpoints  [][]any
	amendments []amendment
	rows       int // of the import, that are new or different
}

func (c comparison) changed() bool {
	return len(c.endpoints) > 0 || slices.ContainsFunc(c.amendments, func(a amendment) bool { return !a.empty() })
}

func (c comparison) apply(ctx context.Context, t *tx) error {
	if !c.changed() {
		return nil
	}
	if _, err := t.bulk(ctx, `INSERT INTO endpoint (id, channel, address)`, c.endpoints, ""); err != nil {
		return err
	}
	number, err := t.nextNumber(ctx, 1)
	if err != nil {
		return err
	}
	for _, a := range c.amendments {
		if err := a.apply(ctx, t, number); err != nil {
			return err
		}
	}
	return nil
}

func (s *Audience) compare(ctx context.Context, b audience.Batch) (comparison, error) {
	switch b.Kind {
	case audience.Organizations:
		return s.compareLines(ctx, organizationSheet(), linesOf(b.Organizations, func(v audience.Organization) line {
			return line{string(v.ID), v.Name}
		}))
	case audience.Accounts:
		return s.compareLines(ctx, accountSheet(), linesOf(b.Accounts, func(v audience.Account) line {
			return line{string(v.ID), string(v.Organization), v.Name, string(v.Language), v.Currency, string(v.Status)}
		}))
	case audience.SupportPlans:
		return s.compareLines(ctx, planSheet(), linesOf(b.Plans, func(v audience.SupportPlan) line {
			return line{string(v.Account), string(v.Plan), v.Manager}
		}))
	case audience.Contacts:
		return s.compareContacts(ctx, b)
	case audience.Resources:
		return s.compareResources(ctx, b)
	}
	return comparison{}, fault.New(fault.Invalid, "", "there is no import of "+string(b.Kind), "")
}

func organizationSheet() sheet {
	return sheet{"organization", []string{"id"}, []string{"name"}}
}

func accountSheet() sheet {
	return sheet{"account", []string{"id"}, []string{"organization", "name", "language", "currency", "status"}}
}

func planSheet() sheet {
	return sheet{"support_plan", []string{"account"}, []string{"plan", "manager"}}
}

func contactSheet() sheet {
	return sheet{"contact", []string{"account", "endpoint"}, []string{"language", "kinds"}}
}

func resourceSheet() sheet {
	return sheet{"resource", []string{"id"}, []string{
		"account", "service", "region", "zone", "name", "tags", "search", "life_from", "life_to",
	}}
}

func scopeSheet() sheet {
	return sheet{"account_scope", []string{"account", "service", "region", "zone", "life_from"}, []string{"life_to", "resources"}}
}

func linesOf[T any](list []T, as func(T) line) []line {
	out := make([]line, len(list))
	for i, v := range list {
		out[i] = as(v)
	}
	return out
}

func (s *Audience) compareLines(ctx context.Context, sh sheet, lines []line) (comparison, error) {
	a, err := s.db.amend(ctx, sh, lines, firstKeys(lines), false)
	return comparison{amendments: []amendment{a}, rows: len(a.begin)}, err
}

// firstKeys gives the different first keys of lines.
func firstKeys(lines []line) []string {
	seen := map[string]bool{}
	for _, l := range lines {
		if k, ok := l[0].(string); ok {
			seen[k] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

func (s *Audience) compareContacts(ctx context.Context, b audience.Batch) (comparison, error) {
	known := map[string]string{} // channel and address → id
	addresses := make([]string, len(b.Contacts))
	for i, c := range b.Contacts {
		addresses[i] = c.Endpoint.Address
	}
	err := s.db.eachIn(ctx, `SELECT id, channel, address FROM endpoint WHERE address`, addresses, func(r *sql.Rows) error {
		var id, channel, address string
		err := r.Scan(&id, &channel, &address)
		known[channel+":"+address] = id
		return err
	})
	if err != nil {
		return comparison{}, err
	}
	var endpoints [][]any
	lines := linesOf(b.Contacts, func(c audience.Contact) line {
		key := string(c.Endpoint.Channel) + ":" + c.Endpoint.Address
		id, ok := known[key]
		if !ok {
			id = health.NewID(b.At)
			known[key] = id
			endpoints = append(endpoints, []any{id, string(c.Endpoint.Channel), c.Endpoint.Address})
		}
		kinds := make([]string, len(c.Kinds))
		for i, k := range c.Kinds {
			kinds[i] = string(k)
		}
		return line{string(c.Account), id, string(c.Language), strings.Join(kinds, " ")}
	})
	out, err := s.compareLines(ctx, contactSheet(), lines)
	out.endpoints = endpoints
	return out, err
}

// compareResources also works out anew the spans of every account whose
// resources change, also of one that a resource leaves.
func (s *Audience) compareResources(ctx context.Context, b audience.Batch) (comparison, error) {
	lines := make([]line, len(b.Resources))
	for i, r := range b.Resources {
		var err error
		if lines[i], err = resourceLine(r); err != nil {
			return comparison{}, err
		}
	}
	resources, err := s.db.amend(ctx, resourceSheet(), lines, firstKeys(lines), false)
	if err != nil || resources.empty() {
		return comparison{amendments: []amendment{resources}}, err
	}
	touched := map[string]bool{}
	for _, l := range slices.Concat(resources.begin, resources.end) {
		if account, ok := l[1].(string); ok {
			touched[account] = true
		}
	}
	accounts := slices.Sorted(maps.Keys(touched))
	lives, err := s.lives(ctx, accounts, resources)
	if err != nil {
		return comparison{}, err
	}
	spans, err := s.db.amend(ctx, scopeSheet(), spanLines(lives), accounts, true)
	return comparison{amendments: []amendment{resources, spans}, rows: len(resources.begin)}, err
}

func resourceLine(r audience.Resource) (line, error) {
	tags, err := toJSON(r.Tags)
	if err != nil {
		return nil, err
	}
	if len(r.Tags) == 0 {
		tags = ""
	}
	words := []string{string(r.ID), r.Name}
	for _, k := range slices.Sorted(maps.Keys(r.Tags)) {
		words = append(words, k+"="+r.Tags[k])
	}
	return line{
		string(r.ID), string(r.Account), string(r.Scope.Service), string(r.Scope.Region), string(r.Scope.Zone),
		r.Name, tags, strings.ToLower(strings.Join(words, "\n")), micros(r.Life.From), micros(r.Life.To),
	}, nil
}

// place is one account in one scope.
type place struct{ account, service, region, zone string }

// lives gives the lives of all resources of the accounts as they will be after
// the amendment.
func (s *Audience) lives(ctx context.Context, accounts []string, a amendment) (map[place][]health.Interval, error) {
	ended := make(map[string]bool, len(a.end))
	for _, l := range a.end {
		ended[fmt.Sprint(l[0])] = true
	}
	out := map[place][]health.Interval{}
	err := s.db.eachIn(ctx, `SELECT id, account, service, region, zone, life_from, life_to FROM resource
		WHERE journal_to = 0 AND account`, accounts, func(r *sql.Rows) error {
		var id string
		var p place
		var from, to int64
		err := r.Scan(&id, &p.account, &p.service, &p.region, &p.zone, &from, &to)
		if err == nil && !ended[id] {
			out[p] = append(out[p], interval(from, to))
		}
		return err
	})
	for _, l := range a.begin {
		p := place{fmt.Sprint(l[1]), fmt.Sprint(l[2]), fmt.Sprint(l[3]), fmt.Sprint(l[4])}
		from, _ := l[8].(int64) // as resourceLine wrote it
		to, _ := l[9].(int64)
		out[p] = append(out[p], interval(from, to))
	}
	return out, err
}

func spanLines(lives map[place][]health.Interval) []line {
	var out []line
	for p, l := range lives {
		for _, span := range audience.Merge("", health.Scope{}, l) {
			out = append(out, line{
				p.account, p.service, p.region, p.zone, micros(span.During.From), micros(span.During.To), int64(span.Count),
			})
		}
	}
	slices.SortFunc(out, func(a, b line) int { return strings.Compare(joined(a), joined(b)) })
	return out
}

func interval(from, to int64) health.Interval {
	return health.Interval{From: fromMicros(from), To: fromMicros(to)}
}
