package audience

import (
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/health"
)

// columns are the columns of a file, in the order to write them; needed are
// those that cannot be left out.
func (l *load) columns() []string { return Columns(l.src.Kind) }

// Columns lists the columns of a kind of import file in the usual order.
func Columns(k Kind) []string {
	switch k {
	case Organizations:
		return []string{"id", "name"}
	case Accounts:
		return []string{"id", "organization", "name", "language", "currency", "status"}
	case Contacts:
		return []string{"account", "address", "language", "kinds", "channel"}
	case Resources:
		return []string{"id", "account", "service", "region", "zone", "name", "tags", "life_from", "life_to"}
	case SupportPlans:
		return []string{"account", "plan", "manager"}
	}
	return nil
}

func needed(k Kind) []string {
	switch k {
	case Organizations:
		return []string{"id", "name"}
	case Accounts:
		return []string{"id", "organization", "name", "language", "currency"}
	case Contacts:
		return []string{"account", "address"}
	case Resources:
		return []string{"id", "account", "service", "region", "life_from"}
	case SupportPlans:
		return []string{"account", "plan"}
	}
	return nil
}

// record is one record of a file while it is read.
type record struct {
	load         *load
	number, line int
	cells        map[string]string
}

func (c *record) note(column, what, instead string) {
	c.load.bad = append(c.load.bad, BadRow{
		File: c.load.src.Name, Row: c.number, Line: c.line, Column: column, What: what, Instead: instead,
	})
}

func (c *record) row() row {
	for _, name := range needed(c.load.src.Kind) {
		if strings.TrimSpace(c.cells[name]) == "" {
			c.note(name, "the value is missing", "write one")
		}
	}
	switch c.load.src.Kind {
	case Organizations:
		v := Organization{ID: health.OrganizationID(c.id("id")), Name: c.text("name")}
		return row{key: string(v.ID), value: v}
	case Accounts:
		return c.account()
	case Contacts:
		return c.contact()
	case Resources:
		return c.resource()
	case SupportPlans:
		v := SupportPlan{Account: health.AccountID(c.id("account")), Plan: word(c, "plan", Plans(), ""), Manager: c.text("manager")}
		return row{key: string(v.Account), refers: string(v.Account), column: "account", value: v}
	}
	return row{}
}

func (c *record) account() row {
	v := Account{
		ID:           health.AccountID(c.id("id")),
		Organization: health.OrganizationID(c.id("organization")),
		Name:         c.text("name"),
		Language:     word(c, "language", health.Languages(), ""),
		Currency:     c.text("currency"),
		Status:       word(c, "status", Statuses(), Active),
	}
	odd := func(c rune) bool { return c < 'A' || c > 'Z' }
	if v.Currency != "" && (len(v.Currency) != 3 || strings.ContainsFunc(v.Currency, odd)) {
		c.note("currency", quote(v.Currency)+" is not a currency", "write its ISO 4217 code, such as KRW")
	}
	return row{key: string(v.ID), refers: string(v.Organization), column: "organization", value: v}
}

func (c *record) contact() row {
	v := Contact{
		Account:  health.AccountID(c.id("account")),
		Endpoint: Endpoint{Channel: word(c, "channel", []Channel{Email}, Email), Address: c.address("address")},
		Language: word(c, "language", health.Languages(), ""),
		Kinds:    c.kinds("kinds"),
	}
	key := string(v.Account) + "\x00" + string(v.Endpoint.Channel) + "\x00" + v.Endpoint.Address
	return row{key: key, refers: string(v.Account), column: "account", value: v}
}

func (c *record) resource() row {
	v := Resource{
		ID:      health.ResourceID(c.id("id")),
		Account: health.AccountID(c.id("account")),
		Scope:   c.scope(),
		Name:    c.text("name"),
		Tags:    c.tags("tags"),
		Life:    health.Interval{From: c.time("life_from"), To: c.time("life_to")},
	}
	if v.Name == "" {
		v.Name = string(v.ID[strings.LastIndexAny(string(v.ID), ":/")+1:])
	}
	if !v.Life.Open() && !v.Life.From.Before(v.Life.To) {
		c.note("life_to", "the life ends at "+c.cells["life_to"]+", not after it began", "write a time after life_from, or leave it empty while it lives")
	}
	return row{key: string(v.ID), refers: string(v.Account), column: "account", value: v}
}

func (c *record) scope() health.Scope {
	s := health.Scope{
		Service: health.ServiceID(c.text("service")), Region: health.RegionID(c.text("region")), Zone: health.ZoneID(c.text("zone")),
	}
	p := c.load.places
	service, region := p.HasService(s.Service), p.HasRegion(s.Region)
	if !service && s.Service != "" {
		c.note("service", "service "+quote(string(s.Service))+" is not in the catalogue", "write a service's id, such as ec2")
	}
	if !region && s.Region != "" {
		c.note("region", "region "+quote(string(s.Region))+" is not in the catalogue", "write a region's id, such as ap-northeast-2")
	}
	if service && region && !p.HasComponent(s.Service, s.Region) {
		c.note("region", "service "+string(s.Service)+" is not offered in "+string(s.Region), "mend the region, or add the component to the catalogue")
	}
	if s.Zone != "" && (!strings.HasPrefix(string(s.Zone), string(s.Region)) || len(s.Zone) == len(s.Region)) {
		c.note("zone", "zone "+quote(string(s.Zone))+" is not one of region "+string(s.Region), "write the region's id and a letter, or leave it empty")
	}
	return s
}

// text is a cell without the space around it.
func (c *record) text(column string) string {
	v := strings.TrimSpace(c.cells[column])
	const most = 500
	if !valid(v) {
		c.note(column, "the value holds bytes that are not UTF-8 text", "write it in UTF-8, without control characters")
		return ""
	}
	if len(v) > most {
		c.note(column, "the value is longer than 500 bytes", "shorten it")
	}
	return v
}

func (c *record) id(column string) string {
	v := c.text(column)
	if strings.ContainsAny(v, " \t") {
		c.note(column, quote(v)+" has a space in it", "write the id without spaces")
	}
	return v
}

func word[S ~string](c *record, column string, words []S, otherwise S) S {
	v := S(c.text(column))
	if v == "" {
		return otherwise
	}
	if !slices.Contains(words, v) {
		c.note(column, column+" "+quote(string(v))+" is not known", oneOf(words))
	}
	return v
}

func (c *record) time(column string) time.Time {
	v := c.text(column)
	if v == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, v)
	if err != nil {
		c.note(column, quote(v)+" is not a time", "write it with its zone, as 2018-11-22T08:19:00+09:00")
	}
	return t.UTC().Truncate(time.Microsecond)
}

// address reads a mail address: bare, with a dot in its domain unless it is
// localhost's, in lower case.
func (c *record) address(column string) string {
	v := c.text(column)
	if v == "" {
		return ""
	}
	a, err := mail.ParseAddress(v)
	at := strings.LastIndexByte(v, '@')
	if err != nil || a.Address != v || a.Name != "" || len(v) > 254 || !strings.Contains(strings.Trim(v[at+1:], "."), ".") {
		c.note(column, quote(v)+" is not a mail address", "write it bare, as kim@example.com")
		return ""
	}
	return strings.ToLower(v)
}

func (c *record) kinds(column string) []ContactKind {
	v := c.text(column)
	if v == "" {
		return ContactKinds()
	}
	var out []ContactKind
	for w := range strings.SplitSeq(v, ";") {
		k := ContactKind(strings.TrimSpace(w))
		if !slices.Contains(ContactKinds(), k) {
			c.note(column, "kind of contact "+quote(string(k))+" is not known", oneOf(ContactKinds())+", with semicolons between")
		}
		out = append(out, k)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (c *record) tags(column string) map[string]string {
	v := strings.TrimSpace(c.cells[column])
	tags, ok := readPairs(v)
	if !ok || !valid(v) {
		c.note(column, "the tags cannot be read", `write key=value;key=value, with \; and \= inside values`)
		return nil
	}
	return tags
}
