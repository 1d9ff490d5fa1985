package mine_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/audience"
	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/identity"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/test/browser"
	"github.com/bonghwa/bonghwa/web"
	"github.com/bonghwa/bonghwa/web/mine"
	"github.com/bonghwa/bonghwa/web/ui"
)

// lobby is a door that is always open to whoever has the token "open", and has
// always been asked too often by whoever writes from "often@…".
type lobby struct{}

func (lobby) Ask(identity.SignInRequest) error { return nil }

func (lobby) Enter(context.Context, identity.Secret) (identity.Session, identity.Secret, string, error) {
	return identity.Session{}, identity.Secret{}, "", fault.New(fault.Unauthenticated, "", "over", "")
}

func (lobby) Leave(context.Context, identity.Secret) error { return nil }

func (lobby) Session(_ context.Context, token identity.Secret) (identity.Session, error) {
	if token.Reveal() != "open" {
		return identity.Session{}, fault.New(fault.Unauthenticated, "", "closed", "")
	}
	return identity.Session{Contact: identity.Contact{Accounts: []health.AccountID{"100", "200"}}}, nil
}

// The Personal Health Dashboard while something is the matter or planned, seen by
// people. The test of the whole program sees every page when it is over.
func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	book, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	d := newDay()
	d.incidents = append(d.incidents, d.ongoing(), d.planned())
	public := &url.URL{Scheme: "http", Host: "localhost"}
	site := ui.Site{Provider: both("한강 클라우드", "Hangang Cloud"), Invented: true, Zone: language.Seoul()}
	m := mine.New(mine.Options{
		Site: site, Messages: book, Cookies: web.CookiesFor(public), Door: lobby{}, Accounts: d, Directory: audience.NewDirectory(d, 0),
		Incidents: d, Catalogs: d, Records: d, Session: time.Hour, Now: func() time.Time { return d.now },
	})
	rt, err := web.New(web.Options{
		PublicURL: public, Language: health.Korean, Sessions: lobby{}, Site: site, Messages: book, Wall: clock.Wall{},
		Log: slog.New(slog.DiscardHandler),
	}, m.Routes())
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(rt)
	t.Cleanup(server.Close)
	session := []*http.Cookie{{Name: "bonghwa-session", Value: "open"}}
	var pages []browser.Page
	for _, path := range []string{"100/", "100/events/ongoing", "100/events/planned", "100/events/tokyo", "200/", "200/credits"} {
		pages = append(pages, browser.Page{Path: "/{lang}/my/" + path, Prefix: "during", Cookies: session})
	}
	browser.Visit(t, server.URL, pages...)
}

func (d *day) ongoing() incident.Incident {
	i := d.incidents[1]
	i.ID, i.State, i.Title = "ongoing", incident.Identified, both("서울 리전 EC2 DNS 조회가 다시 느려졌습니다", "DNS lookups on EC2 in Seoul are slow again")
	i.Impacts = []incident.Impact{{ID: "o", Scope: i.Impacts[0].Scope, Symptom: health.DNS, Level: health.PartialOutage, During: health.Interval{From: at("22T01:20")}, Determination: health.DeterminationMeasured}}
	i.Updates = []incident.Update{{
		ID: "o1", Sequence: 1, State: incident.Identified, PublishedAt: at("22T01:30"), NextUpdate: at("22T02:15"),
		Body:       both("이름 조회가 간헐적으로 실패하고 있습니다.\n\n용량을 늘리고 있습니다.", "Some name lookups fail.\n\nCapacity is being added."),
		Workaround: both("/etc/hosts에 자주 쓰는 이름을 적어 두세요.", "Put the names you need most into /etc/hosts."),
		Action:     incident.ActionRequired, ActionText: both("애플리케이션의 재시도 횟수를 늘려 주세요.", "Raise your application's number of retries."),
		Assurances: incident.Assurances{Security: incident.AssuranceNone, DataLoss: incident.AssuranceInvestigating},
	}}
	return i
}

func (d *day) planned() incident.Incident {
	i := d.incidents[1]
	i.ID, i.Kind, i.State, i.Title = "planned", incident.Maintenance, incident.Scheduled, both("서울 리전 EC2 네트워크 점검", "Network maintenance on EC2 in Seoul")
	i.Impacts = []incident.Impact{{ID: "p", Scope: i.Impacts[0].Scope, Symptom: health.Connectivity, Level: health.Maintenance, During: health.Interval{From: at("25T17:00"), To: at("25T19:00")}, Determination: health.DeterminationDeclared}}
	i.Updates = []incident.Update{{ID: "p1", Sequence: 1, State: incident.Scheduled, Body: both("연결이 잠시 끊길 수 있습니다.", "Connections may drop briefly."), Action: incident.ActionNone, PublishedAt: at("20T01:30")}}
	return i
}
