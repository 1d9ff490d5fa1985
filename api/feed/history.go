package feed

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"time"
)

// mail is how RSS writes times: RFC 822 with a year of four digits and a zone in
// numbers.
func mail(t time.Time) string { return t.UTC().Format(time.RFC1123Z) }

// stamp is how Atom and JSON Feed write times.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// document writes XML with its declaration.
func document(v any) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	w := xml.NewEncoder(&b)
	w.Indent("", "  ")
	if err := w.Encode(v); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// plainQuotes writes the single quotes of a document without CDATA as they are, as
// Statuspage does. All its attributes stand in double ones.
func plainQuotes(body []byte, err error) ([]byte, error) {
	return bytes.ReplaceAll(body, []byte("&#39;"), []byte("'")), err
}

type rssXML struct {
	XMLName xml.Name   `xml:"rss"`
	Version string     `xml:"version,attr"`
	DC      string     `xml:"xmlns:dc,attr"`
	Channel rssChannel `xml:"channel"`
}

type rssChannel struct {
	Title       string    `xml:"title"`
	Link        string    `xml:"link"`
	Description string    `xml:"description"`
	PubDate     string    `xml:"pubDate"`
	Items       []rssItem `xml:"item"`
}

type rssItem struct {
	Title       string `xml:"title"`
	Description string `xml:"description"`
	PubDate     string `xml:"pubDate"`
	End         string `xml:"maintenanceEndDate,omitempty"`
	Link        string `xml:"link"`
	GUID        string `xml:"guid"`
}

// rss is the history as Statuspage's RSS.
func (t teller) rss() ([]byte, error) {
	list := t.entries()
	out := rssXML{Version: "2.0", DC: "http://purl.org/dc/elements/1.1/", Channel: rssChannel{
		Title: t.historyTitle(), Link: t.Site(), Description: "Statuspage", PubDate: mail(t.changed(list)),
	}}
	for _, e := range list {
		i := rssItem{Title: e.title, Description: e.content, PubDate: mail(e.updated), Link: e.link, GUID: e.link}
		if !e.ends.IsZero() {
			i.End = mail(e.ends)
		}
		out.Channel.Items = append(out.Channel.Items, i)
	}
	return plainQuotes(document(out))
}

func (t teller) historyTitle() string {
	return t.Say("program.history.title", "provider", t.Provider())
}

type atomXML struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Links   []atomLink  `xml:"link"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  string      `xml:"author>name"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID        string      `xml:"id"`
	Published string      `xml:"published"`
	Updated   string      `xml:"updated"`
	Link      atomLink    `xml:"link"`
	Title     string      `xml:"title"`
	Content   atomContent `xml:"content"`
}

type atomContent struct {
	Type string `xml:"type,attr"`
	HTML string `xml:",chardata"`
}

// atom is the history as Statuspage's Atom.
func (t teller) atom() ([]byte, error) {
	list := t.entries()
	out := atomXML{
		Lang: t.Say("program.locale"), ID: t.tag(t.Path("/history")), Title: t.historyTitle(), Updated: stamp(t.changed(list)), Author: t.Provider(),
		Links: []atomLink{
			{"alternate", "text/html", t.Site()},
			{"self", "application/atom+xml", t.Document(AtomPath)},
		},
	}
	for _, e := range list {
		out.Entries = append(out.Entries, atomEntry{
			ID: t.entryID(e), Published: stamp(e.published), Updated: stamp(e.updated), Title: e.title,
			Link: atomLink{"alternate", "text/html", e.link}, Content: atomContent{"html", e.content},
		})
	}
	return plainQuotes(document(out))
}

// tag is a tag URI (RFC 4151) as Statuspage makes them.
func (t teller) tag(specific string) string { return "tag:" + t.Host() + ",2005:" + specific }

// entryID names an event in one language: a translation is an entry of its own.
func (t teller) entryID(e entry) string {
	return t.tag(t.Path("/Incident/" + string(e.ID))[1:])
}

type jsonFeed struct {
	Version  string       `json:"version"`
	Title    string       `json:"title"`
	HomePage string       `json:"home_page_url"`
	FeedURL  string       `json:"feed_url"`
	Language string       `json:"language"`
	Authors  []jsonAuthor `json:"authors"`
	Items    []jsonItem   `json:"items"`
}

type jsonAuthor struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

type jsonItem struct {
	ID        string `json:"id"`
	URL       string `json:"url"`
	Title     string `json:"title"`
	HTML      string `json:"content_html"`
	Published string `json:"date_published"`
	Modified  string `json:"date_modified"`
}

// json is the history as JSON Feed 1.1.
func (t teller) json() ([]byte, error) {
	out := jsonFeed{
		Version: "https://jsonfeed.org/version/1.1", Title: t.historyTitle(), HomePage: t.Site(), FeedURL: t.Document(JSONPath),
		Language: string(t.Language()), Authors: []jsonAuthor{{t.Provider(), t.Site()}}, Items: []jsonItem{},
	}
	for _, e := range t.entries() {
		out.Items = append(out.Items, jsonItem{
			ID: t.entryID(e), URL: e.link, Title: e.title, HTML: e.content, Published: stamp(e.published), Modified: stamp(e.updated),
		})
	}
	return json.Marshal(out)
}
