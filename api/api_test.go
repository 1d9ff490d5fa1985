package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/api"
	"github.com/bonghwa/bonghwa/audience"
	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/credit"
	"github.com/bonghwa/bonghwa/credit/focus"
	"github.com/bonghwa/bonghwa/identity"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/postevent"
	"github.com/bonghwa/bonghwa/sla"
	"github.com/bonghwa/bonghwa/store"
)

var update = flag.Bool("update", false, "write the golden files anew")

// day is the world time that the server stands at.
var day = time.Date(2018, 11, 21, 23, 30, 0, 0, time.UTC)

// server is an API over a database of its own, with a key of every kind.
type server struct {
	world *clock.World
	*httptest.Server
	t        *testing.T
	db       *store.DB
	ring     *identity.Keyring
	desk     *incident.Desk
	routes   []api.Route
	log      *bytes.Buffer
	story    json.RawMessage
	operator string
	approver string
	customer string
}

func setup(t *testing.T) *server {
	t.Helper()
	db, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "bonghwa.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, db: db, log: &bytes.Buffer{}}
	world := clock.NewWorld(day, 0)
	s.world = world
	s.desk = incident.NewDesk(db.Incidents(), world)
	ring := identity.NewKeyring(db.Identity(), clock.Wall{})
	s.ring = ring
	s.operator = issue(t, ring, identity.KeyRequest{Name: "operator", Role: identity.Operator, By: "setup"})
	s.approver = issue(t, ring, identity.KeyRequest{Name: "approver", Role: identity.Approver, By: "setup"})
	s.customer = issue(t, ring, identity.KeyRequest{Name: "customer", Role: identity.Customer, Account: "100000000001", By: "setup"})
	handler, routes, err := api.New(s.options(ring, world))
	if err != nil {
		t.Fatal(err)
	}
	s.routes = routes
	s.Server = httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s
}

func (s *server) options(ring *identity.Keyring, world *clock.World) api.Options {
	all := rooms{s.db}
	meter := sla.NewMeter(s.db.Incidents(), all, all, world)
	credits := credit.NewDesk(credit.Options{
		Store: s.db.Credits(), Meter: meter, Policies: all, Audience: s.db.Audience(), Bills: focus.Format{}, World: world, Program: "test",
	})
	return api.Options{
		Version: "test", Keys: ring, Incidents: s.desk, World: world,
		Catalogs: s.db.Catalogs(), Accounts: s.db.Audience(), Directory: audience.NewDirectory(s.db.Audience(), 0),
		Meter: meter, Credits: credits, Runs: s.db.Credits(), Ledger: all, Told: s.db.Notify(), Feedback: s.db.Feedback(),
		Summaries: postevent.NewWriter(s.db.Summaries(), s.desk, world),
		Demo:      func(context.Context) (json.RawMessage, error) { return s.story, nil },
		Log:       slog.New(slog.NewTextHandler(s.log, nil)),
	}
}

func issue(t *testing.T, ring *identity.Keyring, q identity.KeyRequest) string {
	t.Helper()
	_, text, err := ring.Issue(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return text.Reveal()
}

// reply is an answer, read whole.
type reply struct {
	*http.Response
	text string
}

// call sends a request; headers come in pairs.
func (s *server) call(method, path, key, body string, headers ...string) reply {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := s.Client().Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return reply{resp, string(b)}
}

func (r reply) expect(t *testing.T, status int) reply {
	t.Helper()
	if r.StatusCode != status {
		t.Fatalf("status %d, want %d: %s", r.StatusCode, status, r.text)
	}
	return r
}

func decode[T any](t *testing.T, r reply) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(r.text), &v); err != nil {
		t.Fatalf("%v: %s", err, r.text)
	}
	return v
}

const draftBody = `{"kind":"issue","title":{"ko":"서울 DNS 장애","en":"DNS trouble in Seoul"},
 "impacts":[{"service":"ec2","region":"ap-northeast-2","symptom":"dns","level":"partial_outage","from":"2018-11-21T23:19:00Z","share_ppm":400000,"determination":"declared","reason":{"ko":"운영자가 확인함","en":"seen by the operators"}}]}`

func (s *server) open() api.Incident {
	s.t.Helper()
	return decode[api.Incident](s.t, s.call("POST", "/api/v1/incidents", s.operator, draftBody).expect(s.t, 201))
}

func TestEveryRouteNamesItsRoles(t *testing.T) {
	t.Parallel()
	s := setup(t)
	open := map[string]bool{"GET /openapi.json": true, "GET /api/v1/demo": true}
	for _, r := range s.routes {
		name := r.Method + " " + r.Path
		if len(r.Roles) == 0 && !r.Anyone {
			t.Errorf("%s names no role", name)
		}
		if want := open[name] || strings.HasPrefix(name, "GET /api/v1/public/"); r.Anyone != want {
			t.Errorf("%s: open to anyone is %v, want %v", name, r.Anyone, want)
		}
	}
}

func TestKeysOpenOnlyWhatTheirRoleMay(t *testing.T) {
	t.Parallel()
	s := setup(t)
	keys := map[identity.Role]string{identity.Operator: s.operator, identity.Approver: s.approver, identity.Customer: s.customer}
	for _, r := range s.routes {
		if r.Anyone {
			continue
		}
		path := strings.NewReplacer("{id}", "none").Replace(r.Path)
		if got := s.call(r.Method, path, "", ""); got.StatusCode != http.StatusUnauthorized || !strings.HasPrefix(got.Header.Get("WWW-Authenticate"), "Bearer") {
			t.Errorf("%s %s without a key: %d, %q", r.Method, r.Path, got.StatusCode, got.Header.Get("WWW-Authenticate"))
		}
		for role, key := range keys {
			got := s.call(r.Method, path, key, "")
			allowed := false
			for _, have := range r.Roles {
				allowed = allowed || have == role
			}
			if (got.StatusCode != http.StatusForbidden) != allowed || got.StatusCode == http.StatusUnauthorized {
				t.Errorf("%s %s with a key of the role %s: %d", r.Method, r.Path, role, got.StatusCode)
			}
			if !allowed && !strings.Contains(got.text, "a key of the role "+string(role)+" may not do this (use a key of the role") {
				t.Errorf("%s %s says %s", r.Method, r.Path, got.text)
			}
		}
	}
}

func TestWrongKeysAreRefusedWithoutRepeatingThem(t *testing.T) {
	t.Parallel()
	s := setup(t)
	for _, key := range []string{"secret-password", s.operator + "x", s.operator[:40], "bh_op_" + strings.Repeat("a", 59)} {
		got := s.call("GET", "/api/v1/incidents", key, "").expect(t, 401)
		if strings.Contains(got.text, key) || got.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %s", got.Header.Get("Content-Type"), got.text)
		}
	}
	s.call("GET", "/api/v1/incidents", "", "", "Authorization", "Basic dXNlcjpwdw==").expect(t, 401)
}

func TestWhatIsNotThereIsAProblemDocument(t *testing.T) {
	t.Parallel()
	s := setup(t)
	got := s.call("GET", "/api/v1/nonsense", s.operator, "").expect(t, 404)
	if got.Header.Get("Content-Type") != "application/problem+json" {
		t.Error(got.Header.Get("Content-Type"), got.text)
	}
	got = s.call("DELETE", "/api/v1/incidents", s.operator, "").expect(t, 405)
	if got.Header.Get("Allow") != "GET, HEAD, POST" || !strings.Contains(got.text, "takes GET, HEAD, POST, not DELETE") {
		t.Error(got.Header.Get("Allow"), got.text)
	}
}

func TestTheDocumentIsTheGolden(t *testing.T) {
	t.Parallel()
	s := setup(t)
	got := s.call("GET", api.DocumentPath, "", "").expect(t, 200)
	golden := filepath.Join("testdata", "openapi.json")
	if *update {
		if err := os.WriteFile(golden, []byte(got.text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || got.text != string(want) {
		t.Errorf("the document changed; run go test ./api -update and read the difference (%v)", err)
	}
	if strings.Contains(got.text, `"value": {`) {
		t.Error("the document still promises to repeat rejected values")
	}
}

func TestAnIncidentIsToldFromDraftToResolved(t *testing.T) {
	t.Parallel()
	s := setup(t)
	opened := s.open()
	if opened.State != "draft" || opened.Public || len(opened.Impacts) != 1 || opened.Impacts[0].StatedBy == "" {
		t.Fatalf("%+v", opened)
	}
	path := "/api/v1/incidents/" + opened.ID
	s.call("GET", path, s.customer, "").expect(t, 404)

	s.call("POST", path+"/updates", s.operator,
		`{"state":"investigating","body":{"ko":"확인하고 있습니다.","en":"We are looking."},"next_update":"2018-11-22T00:00:00Z"}`,
		"Idempotency-Key", "first").expect(t, 201)
	again := decode[api.Incident](t, s.call("POST", path+"/updates", s.operator,
		`{"state":"investigating","body":{"ko":"확인하고 있습니다.","en":"We are looking."}}`, "Idempotency-Key", "first").expect(t, 201))
	if len(again.Updates) != 1 || again.State != "investigating" {
		t.Fatalf("sent twice: %+v", again.Updates)
	}
	restated := decode[api.Incident](t, s.call("POST", path+"/impacts", s.operator,
		`{"service":"ec2","region":"ap-northeast-2","symptom":"dns","level":"major_outage","from":"2018-11-21T23:19:00Z","to":"2018-11-21T23:29:00Z","share_ppm":900000,"determination":"declared","reason":{"ko":"더 넓은 영향","en":"more was hit"},"replaces":"`+opened.Impacts[0].ID+`"}`).expect(t, 201))
	if len(restated.Impacts) != 2 || restated.Impacts[0].InForce || !restated.Impacts[1].InForce {
		t.Fatalf("%+v", restated.Impacts)
	}
	seen := decode[api.Incident](t, s.call("GET", path, s.customer, "").expect(t, 200))
	if seen.Updates[0].PublishedBy != "" || seen.Impacts[0].StatedBy != "" || seen.NextUpdate.IsZero() {
		t.Errorf("the customer sees %+v", seen)
	}
	list := decode[struct{ Incidents []api.Incident }](t, s.call("GET", "/api/v1/incidents?open=true&state=investigating", s.customer, "").expect(t, 200))
	if len(list.Incidents) != 1 {
		t.Errorf("%d listed", len(list.Incidents))
	}
	done := decode[api.Incident](t, s.call("POST", path+"/updates", s.operator, `{"state":"resolved","body":{"ko":"복구되었습니다.","en":"Recovered."}}`).expect(t, 201))
	if done.State != "resolved" || done.EndedAt.IsZero() {
		t.Errorf("%+v", done)
	}
}

func TestTheSameKeyOpensOneIncident(t *testing.T) {
	t.Parallel()
	s := setup(t)
	one := decode[api.Incident](t, s.call("POST", "/api/v1/incidents", s.operator, draftBody, "Idempotency-Key", "k").expect(t, 201))
	got := s.call("POST", "/api/v1/incidents", s.operator, draftBody, "Idempotency-Key", "k").expect(t, 201)
	if two := decode[api.Incident](t, got); two.ID != one.ID || got.Header.Get("Location") != "/api/v1/incidents/"+one.ID {
		t.Errorf("%s and %s at %s", one.ID, two.ID, got.Header.Get("Location"))
	}
}

func TestADraftIsDismissedOnce(t *testing.T) {
	t.Parallel()
	s := setup(t)
	path := "/api/v1/incidents/" + s.open().ID
	s.call("POST", path+"/dismiss", s.operator, `{"as":"false_alarm"}`).expect(t, 200)
	s.call("POST", path+"/updates", s.operator, `{"state":"investigating","body":{"ko":"가","en":"a"}}`).expect(t, 409)
}

func TestBadInputNamesThePlaceAndChangesNothing(t *testing.T) {
	t.Parallel()
	s := setup(t)
	path := "/api/v1/incidents/" + s.open().ID
	before := s.call("GET", "/api/v1/incidents", s.operator, "").text
	const impact = `{"service":"ec2","region":"ap-northeast-2","symptom":"dns","level":"partial_outage","from":"2018-11-21T23:19:00Z","share_ppm":1,"determination":"declared","reason":{"ko":"이유","en":"r"}}`
	cases := []struct {
		name, path, body string
		status           int
		want             []string
	}{
		{"no Korean text", path + "/updates", `{"state":"investigating","body":{"en":"We are looking."}}`, 422, []string{`"location":"body.ko"`, "missing", "fallback"}},
		{"a language of its own", path + "/updates", `{"body":{"ko":"가","en":"a","jp":"a"}}`, 422, []string{`"location":"body.body.jp"`, "unexpected property"}},
		{"an unknown field", path + "/updates", `{"body":{"ko":"가","en":"a"},"sate":"resolved"}`, 422, []string{`"location":"body.sate"`}},
		{"a wrong state", path + "/updates", `{"state":"fixed","body":{"ko":"가","en":"a"}}`, 422, []string{`"location":"body.state"`, "investigating"}},
		{"a state out of order", path + "/updates", `{"state":"completed","body":{"ko":"가","en":"a"}}`, 409, []string{"an incident that is draft cannot become completed", "possible now"}},
		{"a wrong level", path + "/impacts", strings.Replace(impact, "partial_outage", "bad", 1), 422, []string{`"location":"body.level"`, "major_outage"}},
		{"no reason", path + "/impacts", strings.Replace(impact, `,"reason":{"ko":"이유","en":"r"}`, "", 1), 422, []string{`"location":"impact.reason.ko"`, `"location":"impact.reason.en"`}},
		{"half a reason", path + "/impacts", strings.Replace(impact, `"ko":"이유",`, "", 1), 422, []string{`"location":"impact.reason.ko"`}},
		{"a share of nothing", path + "/impacts", strings.Replace(impact, `"share_ppm":1`, `"share_ppm":0`, 1), 422, []string{`"location":"body.share_ppm"`}},
		{"a wrong time", path + "/impacts", strings.Replace(impact, "2018-11-21T23:19:00Z", "yesterday", 1), 422, []string{`"location":"body.from"`, "RFC 3339"}},
		{"no JSON", "/api/v1/incidents", `{"kind":`, 400, []string{`"location":"body"`, "unexpected end"}},
		{"an empty body", "/api/v1/incidents", ``, 400, []string{"request body is required"}},
		{"an unknown parameter", "/api/v1/incidents?dry=1", draftBody, 422, []string{`"location":"query.dry"`}},
		{"no such incident", "/api/v1/incidents/none/updates", `{"body":{"ko":"가","en":"a"}}`, 404, []string{"no such incident"}},
		{"too much", "/api/v1/incidents", `{"kind":"issue","title":{"ko":"` + strings.Repeat("a", 2<<20) + `","en":"a"}}`, 413, []string{"too large"}},
	}
	for _, c := range cases {
		got := s.call("POST", c.path, s.operator, c.body)
		if got.StatusCode != c.status || got.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s, want %d: %.300s", c.name, got.StatusCode, got.Header.Get("Content-Type"), c.status, got.text)
		}
		for _, want := range c.want {
			if !strings.Contains(got.text, want) {
				t.Errorf("%s: %q is not in %.500s", c.name, want, got.text)
			}
		}
	}
	if after := s.call("GET", "/api/v1/incidents", s.operator, "").text; after != before {
		t.Errorf("something changed:\n%s\n%s", before, after)
	}
}

func TestARejectedValueIsNotRepeated(t *testing.T) {
	t.Parallel()
	s := setup(t)
	secret := "hunter2-in-the-wrong-field"
	for _, body := range []string{
		`{"kind":"` + secret + `","title":{"ko":"가","en":"a"}}`,
		`{"kind":"issue","title":{"ko":"가","en":"a"},"password":"` + secret + `"}`,
		`{"kind":"issue","title":"` + secret + `"}`,
		`{"kind":"issue",` + secret,
	} {
		if got := s.call("POST", "/api/v1/incidents", s.operator, body); strings.Contains(got.text, secret) || got.StatusCode < 400 {
			t.Errorf("%d: %s", got.StatusCode, got.text)
		}
	}
	if got := s.call("GET", "/api/v1/incidents?limit="+secret, s.operator, ""); strings.Contains(got.text, secret) {
		t.Error(got.text)
	}
}

func TestOurOwnFailureIsLoggedNotTold(t *testing.T) {
	t.Parallel()
	s := setup(t)
	ring := brokenKeys{}
	handler, _, err := api.New(api.Options{Keys: ring, Incidents: s.desk, Log: slog.New(slog.NewTextHandler(s.log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/api/v1/incidents", nil)
	r.Header.Set("Authorization", "Bearer x")
	handler.ServeHTTP(w, r)
	if w.Code != 500 || strings.Contains(w.Body.String(), "disk") || !strings.Contains(s.log.String(), "disk") {
		t.Errorf("%d %s\nlog %s", w.Code, w.Body, s.log)
	}
}
