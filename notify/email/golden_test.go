package email_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/notify"
	"github.com/bonghwa/bonghwa/notify/email"
	post "github.com/bonghwa/bonghwa/scenario/world/mail"
)

var update = flag.Bool("update", false, "write the golden files anew")

// desk is an incident, a summary and a credit run to be told of, and keeps what is
// published.
type desk struct {
	incident incident.Incident
	saved    []notify.Publication
}

func (d *desk) Incident(context.Context, health.IncidentID) (incident.Incident, error) {
	return d.incident, nil
}

func (d *desk) Summary(_ context.Context, id health.SummaryID) (notify.Summary, error) {
	return notify.Summary{
		ID: id, Incident: d.incident.ID,
		Title: health.Text{health.Korean: "서울 리전 DNS 장애 사후 보고", health.English: "DNS failure in Seoul: what happened"},
		Body: health.Text{
			health.Korean:  "설정 변경으로 리졸버가 필요한 수보다 적어졌습니다.\n\n지금은 복구되었고, 같은 일이 다시 생기지 않도록 검사를 더했습니다.",
			health.English: "A change of configuration left fewer resolvers than are needed.\n\nThey are back, and checks were added so that it does not happen again.",
		},
	}, nil
}

func (d *desk) Notices(context.Context, health.CreditRunID) ([]notify.Notice, error) {
	return []notify.Notice{
		{Account: "100000000002", Amount: 12345, Currency: "KRW", Service: "ec2", Region: "ap-northeast-2", Month: "2018-11", BillMonth: "2018-12"},
		{Account: "100000000001", Amount: 1050, Currency: "USD", Service: "ec2", Region: "ap-northeast-2", Month: "2018-11", BillMonth: "2018-12"},
		{Account: "100000000009", Amount: 99, Currency: "USD", Service: "ec2", Region: "ap-northeast-2", Month: "2018-11", BillMonth: "2018-12"},
	}, nil
}

func (d *desk) Publish(_ context.Context, p notify.Publication, _ journal.Fence) (notify.Publication, error) {
	p.ID = health.PublicationID(fmt.Sprintf("publication-%d", p.Number))
	p.Sequence = len(d.saved) + 1
	d.saved = append(d.saved, p)
	return p, nil
}

func at(hour, minute int) time.Time { return time.Date(2018, 11, 22, hour-9, minute, 0, 0, time.UTC) }

func outage() *desk {
	during := health.Interval{From: at(8, 19)}
	ended := health.Interval{From: at(8, 19), To: at(9, 43)}
	scope := health.Scope{Service: "ec2", Region: "ap-northeast-2"}
	return &desk{incident: incident.Incident{
		ID: "incident-1", Kind: incident.Issue, State: incident.Resolved,
		Title: health.Text{health.Korean: "서울 리전 EC2에서 DNS 이름을 찾지 못함", health.English: "EC2 in Seoul cannot resolve DNS names"},
		Impacts: []incident.Impact{
			{ID: "m1", Scope: scope, During: during, Determination: health.DeterminationDeclared, StatedAt: at(8, 24)},
			{ID: "m2", Replaces: "m1", Scope: scope, During: ended, Determination: health.DeterminationDeclared, StatedAt: at(9, 50)},
		},
		Updates: []incident.Update{
			{
				ID: "u1", Sequence: 1, State: incident.Investigating,
				Body:       health.Text{health.Korean: "서울 리전의 인스턴스에서 DNS 이름 풀이가 실패합니다 <원인 조사 중>.", health.English: "Instances in Seoul fail to resolve DNS names <we are looking into it>."},
				Workaround: health.Text{health.Korean: "다른 리졸버를 쓰십시오.", health.English: "Use another resolver."},
				Action:     incident.ActionOptional,
				ActionText: health.Text{health.Korean: "resolv.conf를 고치십시오", health.English: "change resolv.conf"},
				Assurances: incident.Assurances{Security: incident.AssuranceNone, DataLoss: incident.AssuranceInvestigating},
				NextUpdate: at(9, 0), PublishedAt: at(8, 30),
			},
			{
				ID: "u2", Sequence: 2, State: incident.Resolved, Fallback: health.Korean, Corrects: "u1",
				Body:   health.Text{health.Korean: "복구되었습니다."},
				Action: incident.ActionNone, PublishedAt: at(9, 55),
			},
		},
	}}
}

func channel(t *testing.T, relay string) *email.Mail {
	t.Helper()
	m, err := email.New(email.Options{
		Relay: relay, From: mail.Address{Name: "한강 클라우드", Address: "status@hangang.example"},
		BaseURL: "http://localhost:8080/", Key: []byte("0123456789abcdef"), Timeout: 5 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func writer(t *testing.T) *notify.Writer {
	t.Helper()
	book, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	w, err := notify.NewWriter(notify.House{
		Provider: health.Text{health.Korean: "한강 클라우드", health.English: "Hangang Cloud"},
		BaseURL:  "http://localhost:8080/", Zone: language.Seoul(), Invented: true,
	}, book)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// story publishes the four facts that people are told of.
func story(t *testing.T, w *notify.Writer) *desk {
	t.Helper()
	d := outage()
	p := notify.NewPublisher(d, notify.Sources{Incidents: d, Summaries: d, Credits: d}, w)
	for n, f := range []struct {
		kind    health.FactType
		at      time.Time
		payload any
	}{
		{health.UpdatePublishedFact, at(8, 30), health.UpdatePublished{Incident: "incident-1", Update: "u1"}},
		{health.ImpactStatedFact, at(9, 50), health.ImpactStated{Incident: "incident-1"}},
		{health.UpdatePublishedFact, at(9, 55), health.UpdatePublished{Incident: "incident-1", Update: "u2"}},
		{health.SummaryPublishedFact, at(81, 0), health.SummaryPublished{Incident: "incident-1", Summary: "summary-1"}},
		{health.CreditRunPostedFact, at(225, 0), health.CreditRun{Run: "run-1"}},
	} {
		body, err := json.Marshal(f.payload)
		if err != nil {
			t.Fatal(err)
		}
		fact := journal.Fact{Number: int64(n + 1), Entry: journal.Entry{Type: f.kind, At: f.at, Payload: body}}
		if err := p.Handle(t.Context(), fact, journal.Fence{}); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// letter is what one contact of two accounts gets.
func letter(t *testing.T, w *notify.Writer, p notify.Publication, l health.Language, names []string) notify.Letter {
	t.Helper()
	item := notify.Item{
		Publication: p,
		Members: []notify.Member{
			{Endpoint: "endpoint-1", Account: "100000000001", Name: "가람", Language: l},
			{Endpoint: "endpoint-1", Account: "100000000002", Name: "Naru & Co", Language: health.Korean},
		},
		Outcome: notify.Outcome{Endpoint: "endpoint-1", Reason: map[bool]notify.Reason{true: notify.ReasonCredit, false: notify.ReasonScope}[p.Kind == notify.KindCredit]},
	}
	item.Outcome.Language, item.Outcome.Personal = w.Personal(item, names, p.Notices)
	m, err := w.Message(p, item.Outcome, "kim@example.com")
	if err != nil {
		t.Fatal(err)
	}
	out, err := channel(t, "127.0.0.1:1").Compose(m)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestGoldenMails keeps every mail of the story, decoded, in both languages.
func TestGoldenMails(t *testing.T) {
	t.Parallel()
	w := writer(t)
	var many []string
	for i := range 21 {
		many = append(many, fmt.Sprintf("web-%02d", i+1))
	}
	for _, p := range story(t, w).saved {
		for _, l := range health.Languages() {
			name := fmt.Sprintf("%d-%s.%s", p.Sequence, p.Kind, l)
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				names := []string{"web-1", "web-2"}
				if p.Kind == notify.KindSummary {
					names = many
				}
				got := decoded(t, letter(t, w, p, l, names).Body)
				file := filepath.Join("testdata", name+".txtar")
				if *update {
					if err := os.WriteFile(file, got, 0o600); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(got, want) {
					t.Errorf("the mail differs from %s; look at it and run the test with -update\n%s", file, got)
				}
			})
		}
	}
}

// decoded is a mail as its reader sees it: headers, text and HTML part.
func decoded(t *testing.T, body []byte) []byte {
	t.Helper()
	dir := t.TempDir()
	stored := append([]byte("Return-Path: <status@hangang.example>\r\nDelivered-To: <kim@example.com>\r\n"), body...)
	if err := os.MkdirAll(filepath.Join(dir, "new"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "new", "1.eml"), stored, 0o600); err != nil {
		t.Fatal(err)
	}
	mails, err := post.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := bytes.Cut(body, []byte("\r\n\r\n"))
	return fmt.Appendf(nil, "-- headers --\n%s\n-- subject --\n%s\n-- text --\n%s-- html --\n%s",
		strings.ReplaceAll(string(head), "\r\n", "\n"), mails[0].Subject, mails[0].Text, mails[0].HTML)
}

func TestPublishedOnceWithItsReaches(t *testing.T) {
	t.Parallel()
	saved := story(t, writer(t)).saved
	if len(saved) != 4 {
		t.Fatalf("%d publications of five facts, want 4", len(saved))
	}
	first, last := saved[0].Reaches, saved[1].Reaches
	if len(first) != 1 || !first[0].During.To.Equal(at(8, 30)) {
		t.Errorf("an impact that goes on reaches %v, want to the time of the fact", first)
	}
	if len(last) != 1 || !last[0].During.To.Equal(at(9, 43)) {
		t.Errorf("a restated impact reaches %v, want its end", last)
	}
	if saved[3].Thread != "credit:run-1" || saved[2].Thread != saved[0].Thread {
		t.Errorf("threads %s and %s", saved[3].Thread, saved[2].Thread)
	}
	for _, p := range saved {
		for l, s := range p.Slots {
			if notify.ContentHash(p.Template, p.Version, s) != p.Hash[l] {
				t.Errorf("publication %d: the hash in %s is not that of its slots", p.Number, l)
			}
		}
	}
}
