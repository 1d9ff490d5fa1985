package feed_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"
	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"github.com/bonghwa/bonghwa/api/feed"
	"github.com/bonghwa/bonghwa/api/view"
	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/board/boardtest"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/press"
	"github.com/bonghwa/bonghwa/press/presstest"
)

// A small validator of the formats: what their documents demand and what readers
// stumble over.

func TestEveryFeedIsValid(t *testing.T) {
	t.Parallel()
	worlds := boardtest.Worlds()
	worlds["attacked"] = boardtest.Attacked()
	worlds["nothing yet"] = &boardtest.World{Now: boardtest.KST("11-22 08:00")}
	for name, w := range worlds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			valid(t, w.Board(t), tell(t, w))
		})
	}
}

func TestAnyBoardMakesValidFeeds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := boardtest.Any(t)
		valid(t, w.Board(t), tell(t, w))
	})
}

// valid judges every feed of a board.
func valid(t boardtest.T, b *board.Board, f *feed.Feeds) {
	t.Helper()
	for path := range f.Paths() {
		paper := presstest.Print(t, f, path)
		v := validator{t, path}
		v.want(paper.Open && paper.Keep == press.Feed && utf8.Valid(paper.Body), "is open, kept as a feed, and UTF-8")
		v.want(!strings.ContainsFunc(string(paper.Body), stray), "holds no control characters and nothing that turns the direction")
		kind, _, _ := strings.Cut(paper.Type, ";")
		switch kind {
		case "application/rss+xml":
			v.rss(paper.Body, strings.Contains(path, "/rss/"))
		case "application/atom+xml":
			v.atom(paper.Body)
		case "application/feed+json":
			v.json(paper.Body)
		case "text/calendar":
			v.calendar(paper.Body, works(b, path))
		default:
			v.want(false, "has the type ", paper.Type)
		}
	}
}

func stray(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfffe || r == 0xffff
}

// works are the planned works that a calendar must tell.
func works(b *board.Board, path string) []*board.Event {
	_, name, _ := strings.Cut(path, "/calendar/")
	list := b.Events
	if name != "" {
		list = b.EventsOf(health.ComponentID(strings.TrimSuffix(name, ".ics")))
	}
	return slices.DeleteFunc(slices.Clone(list), func(e *board.Event) bool { return e.Kind != incident.Maintenance })
}

type validator struct {
	boardtest.T
	path string
}

func (v validator) want(so bool, what ...any) {
	v.Helper()
	if !so {
		v.Fatal(append([]any{v.path, ": "}, what...)...)
	}
}

// wellFormed reads all of an XML document.
func (v validator) wellFormed(body []byte) {
	for d := xml.NewDecoder(bytes.NewReader(body)); ; {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		v.want(err == nil, "is no XML: ", err)
	}
}

func (v validator) absolute(address string) {
	u, err := url.Parse(address)
	v.want(err == nil && u.Scheme == "https" && u.Host == "status.hangang.example", "has the address ", address)
}

// mail judges a time of RSS: RFC 822 with numbers for the zone.
func (v validator) mail(written string) time.Time {
	at, err := time.Parse(time.RFC1123Z, written)
	v.want(err == nil, "has the time ", written)
	return at
}

func (v validator) stamp(written string) time.Time {
	at, err := time.Parse(time.RFC3339, written)
	v.want(err == nil, "has the time ", written)
	return at
}

// harmless judges HTML of a feed: our own elements, nothing that runs.
func (v validator) harmless(content string) {
	root, err := html.Parse(strings.NewReader(content))
	v.want(err == nil, err)
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		v.want(slices.Contains([]string{"html", "head", "body", "p", "small", "var", "br", "strong", "a"}, n.Data), "has the element ", n.Data)
		for _, a := range n.Attr {
			if a.Key == "href" {
				v.absolute(a.Val)
				continue
			}
			v.want(a.Key == "data-var", "has the attribute ", a.Key)
		}
	}
}

type rssItem struct {
	Title       string `xml:"title"`
	Link        string `xml:"link"`
	Description string `xml:"description"`
	PubDate     string `xml:"pubDate"`
	End         string `xml:"maintenanceEndDate"`
	GUID        struct {
		ID          string `xml:",chardata"`
		IsPermaLink string `xml:"isPermaLink,attr"`
	} `xml:"guid"`
}

type rssDocument struct {
	Version string `xml:"version,attr"`
	Channel struct {
		Title         string    `xml:"title"`
		Link          string    `xml:"link"`
		Description   string    `xml:"description"`
		PubDate       string    `xml:"pubDate"`
		LastBuildDate string    `xml:"lastBuildDate"`
		Language      string    `xml:"language"`
		TTL           int       `xml:"ttl"`
		Items         []rssItem `xml:"item"`
	} `xml:"channel"`
}

// readRSS decodes RSS, whichever of ours it is.
func readRSS(t boardtest.T, body []byte) rssDocument {
	t.Helper()
	var d rssDocument
	if err := xml.Unmarshal(body, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func (v validator) rss(body []byte, health bool) {
	v.wellFormed(body)
	d := readRSS(v, body)
	c := d.Channel
	v.want(d.Version == "2.0" && c.Title != "" && c.Description != "", "has no version, title or description")
	v.absolute(c.Link)
	newest := v.mail(c.PubDate + c.LastBuildDate)
	v.want(health == (c.TTL == 5 && c.Language != ""), "has ttl ", c.TTL, " and language ", c.Language)
	v.want(len(c.Items) <= 50, "has ", len(c.Items), " items")
	guids := map[string]bool{}
	for n, i := range c.Items {
		at := v.mail(i.PubDate)
		v.want(!at.After(newest) && (n > 0 || at.Equal(newest)), "the channel is of ", newest, ", an item of ", at)
		newest = at
		v.absolute(i.Link)
		v.absolute(i.GUID.ID)
		v.want(!guids[i.GUID.ID], "has two items ", i.GUID.ID)
		guids[i.GUID.ID] = true
		v.want(health == (i.GUID.IsPermaLink == "false"), "guid ", i.GUID.ID, " is a permanent link: ", i.GUID.IsPermaLink)
		v.want(!strings.ContainsAny(i.Title, "\r\n"), "a title has lines: ", i.Title)
		v.harmless(i.Description)
		if i.End != "" {
			v.mail(i.End)
			v.want(strings.HasPrefix(i.Description, "<p><strong>"), "planned work begins with when it is")
		}
	}
}

func (v validator) atom(body []byte) {
	v.wellFormed(body)
	type link struct {
		Rel  string `xml:"rel,attr"`
		Href string `xml:"href,attr"`
	}
	var d struct {
		XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
		Lang    string   `xml:"http://www.w3.org/XML/1998/namespace lang,attr"`
		ID      string   `xml:"id"`
		Title   string   `xml:"title"`
		Updated string   `xml:"updated"`
		Links   []link   `xml:"link"`
		Author  string   `xml:"author>name"`
		Entries []struct {
			ID        string `xml:"id"`
			Title     string `xml:"title"`
			Published string `xml:"published"`
			Updated   string `xml:"updated"`
			Links     []link `xml:"link"`
			Content   struct {
				Type string `xml:"type,attr"`
				Text string `xml:",chardata"`
			} `xml:"content"`
		} `xml:"entry"`
	}
	v.want(xml.Unmarshal(body, &d) == nil, "is no Atom")
	v.want(d.ID != "" && d.Title != "" && d.Author != "" && d.Lang != "", "lacks id, title, author or language")
	newest, rels := v.stamp(d.Updated), map[string]string{}
	for _, l := range d.Links {
		v.absolute(l.Href)
		rels[l.Rel] = l.Href
	}
	v.want(rels["alternate"] != "" && rels["self"] == site+v.path, "has the links ", rels)
	ids := map[string]bool{d.ID: true}
	for n, e := range d.Entries {
		v.want(strings.HasPrefix(e.ID, "tag:status.hangang.example,2005:") && !ids[e.ID], "has two entries ", e.ID)
		ids[e.ID] = true
		at := v.stamp(e.Updated)
		v.want(!at.After(newest) && (n > 0 || at.Equal(newest)), "the feed was updated ", newest, ", an entry ", at)
		newest = at
		v.want(!v.stamp(e.Published).After(at), "an entry was published after it was updated")
		v.want(len(e.Links) == 1 && e.Content.Type == "html", "an entry has ", e.Links, " and content of the type ", e.Content.Type)
		v.absolute(e.Links[0].Href)
		v.harmless(e.Content.Text)
	}
}

func (v validator) json(body []byte) {
	var d struct {
		Version  string              `json:"version"`
		Title    string              `json:"title"`
		HomePage string              `json:"home_page_url"`
		FeedURL  string              `json:"feed_url"`
		Language string              `json:"language"`
		Authors  []map[string]string `json:"authors"`
		Items    []map[string]string `json:"items"`
	}
	r := json.NewDecoder(bytes.NewReader(body))
	r.DisallowUnknownFields()
	v.want(r.Decode(&d) == nil, "is no JSON Feed")
	v.want(d.Version == "https://jsonfeed.org/version/1.1" && d.Title != "" && d.Items != nil && len(d.Authors) == 1, "lacks version, title, authors or items")
	v.absolute(d.HomePage)
	v.want(d.FeedURL == site+v.path, "says it is ", d.FeedURL)
	ids := map[string]bool{}
	for _, i := range d.Items {
		v.want(i["id"] != "" && !ids[i["id"]], "has two items ", i["id"])
		ids[i["id"]] = true
		v.absolute(i["url"])
		v.want(!v.stamp(i["date_published"]).After(v.stamp(i["date_modified"])), "an item was published after it was modified")
		v.harmless(i["content_html"])
	}
}

// calendar judges the lines themselves, then reads them with a real parser and
// compares every event with the work it tells.
func (v validator) calendar(body []byte, works []*board.Event) {
	text := string(body)
	v.want(strings.HasSuffix(text, "\r\n") && strings.Count(text, "\n") == strings.Count(text, "\r\n") && strings.Count(text, "\r") == strings.Count(text, "\r\n"), "has a line that does not end in CRLF")
	for line := range strings.SplitSeq(text, "\r\n") {
		v.want(len(line) <= 75 && utf8.ValidString(line), "has the line ", line)
	}
	c, err := ics.ParseCalendar(bytes.NewReader(body))
	v.want(err == nil, err)
	v.want(len(c.Events()) == len(works) && len(c.Components) == max(1, len(works)), "has ", len(c.Components), " components for ", len(works), " works")
	uids := map[string]bool{}
	for _, told := range c.Events() {
		uid := told.Id()
		v.want(!uids[uid], "has two events ", uid)
		uids[uid] = true
		n := slices.IndexFunc(works, func(e *board.Event) bool { return string(e.ID)+"@status.hangang.example" == uid })
		v.want(n >= 0, "nobody planned ", uid)
		v.work(told, works[n])
	}
}

func (v validator) work(told *ics.VEvent, e *board.Event) {
	property := func(p ics.ComponentProperty) string {
		if found := told.GetProperty(p); found != nil {
			return found.Value
		}
		return ""
	}
	from, to := view.Window(e)
	start, err := told.GetStartAt()
	v.want(err == nil && start.Equal(from.Truncate(time.Second)), "begins ", start, ", want ", from)
	end, err := told.GetEndAt()
	v.want(to.IsZero() == (err != nil) && (to.IsZero() || end.Equal(to.Truncate(time.Second))), "ends ", end, ", want ", to)
	stamped, err := told.GetDtStampTime()
	v.want(err == nil && stamped.Equal(view.Changed(e).Truncate(time.Second)), "is of ", stamped)
	status := "CONFIRMED"
	if e.State == incident.Canceled {
		status = "CANCELLED"
	}
	v.want(property(ics.ComponentPropertyStatus) == status, e.State, " is told as ", property(ics.ComponentPropertyStatus))
	v.want(property(ics.ComponentPropertySequence) != "", "has no sequence")
	l := health.English
	if strings.HasPrefix(v.path, "/ko/") {
		l = health.Korean
	}
	title := e.Title.In(l)
	if strings.TrimSpace(title) != "" {
		v.want(property(ics.ComponentPropertySummary) == view.Line(title), "is called ", property(ics.ComponentPropertySummary), ", want ", title)
	}
	v.absolute(property(ics.ComponentPropertyUrl))
	v.want(!strings.Contains(property(ics.ComponentPropertyDescription), "\r"), "has a bare CR")
	v.want(len(told.Components) == 0, "has components of its own: ", told.Components)
}
