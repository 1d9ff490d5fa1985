package api_test

import (
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/api"
	"github.com/bonghwa/bonghwa/audience"
	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/credit"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/identity"
)

// files reads the catalogue of the replay.
func files(t *testing.T) api.CatalogFiles {
	t.Helper()
	root := filepath.Join("..", "scenario", "seoul-2018", "catalog")
	read := func(pattern string, strip string) []api.File {
		names, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil || len(names) == 0 {
			t.Fatalf("no files %s: %v", pattern, err)
		}
		var out []api.File
		for _, n := range names {
			b, err := os.ReadFile(n)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, api.File{Name: strip + filepath.Base(n), Content: string(b)})
		}
		return out
	}
	return api.CatalogFiles{Files: read("*.yaml", ""), Attachments: read("policies/*.yaml", "policies/")}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func (s *server) applyCatalog() {
	s.t.Helper()
	body := asJSON(s.t, struct {
		api.CatalogFiles
		Base int64 `json:"base"`
	}{files(s.t), 0})
	s.call("POST", "/api/v1/catalog/apply", s.operator, body).expect(s.t, 200)
}

func (s *server) load(kind audience.Kind, content string) {
	s.t.Helper()
	rev, err := s.db.Catalogs().Current(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	_, err = audience.NewImporter(s.db.Audience(), rev.Catalog).Import(s.t.Context(),
		audience.Source{Name: string(kind) + ".csv", Kind: kind, Format: audience.CSV, Content: strings.NewReader(content)},
		audience.Terms{At: day, Actor: "setup"})
	if err != nil {
		s.t.Fatal(err)
	}
}

// customers imports two accounts: one with an instance in Seoul, one in Tokyo.
func (s *server) customers() {
	s.applyCatalog()
	s.load(audience.Organizations, "id,name\norg-1,Invented\n")
	s.load(audience.Accounts, "id,organization,name,language,currency,status\n100000000001,org-1,Hit,ko,USD,active\n100000000002,org-1,Spared,en,USD,active\n")
	s.load(audience.Resources, "id,account,service,region,zone,name,tags,life_from,life_to\n"+
		"arn:inst-1,100000000001,ec2,ap-northeast-2,,web,,2018-01-01T00:00:00Z,\narn:inst-2,100000000002,ec2,ap-northeast-1,,web,,2018-01-01T00:00:00Z,\n")
}

// outage publishes a declared outage of EC2 in Seoul of 10 minutes, and ends it.
func (s *server) outage() string {
	s.t.Helper()
	path := "/api/v1/incidents/" + s.open().ID
	first := decode[api.Incident](s.t, s.call("GET", path, s.operator, ""))
	s.call("POST", path+"/impacts", s.operator, `{"service":"ec2","region":"ap-northeast-2","symptom":"dns","level":"major_outage","from":"2018-11-21T23:19:00Z","to":"2018-11-21T23:29:00Z","share_ppm":900000,"determination":"declared","reason":{"ko":"운영자가 본 대로","en":"as the operators saw it"},"replaces":"`+first.Impacts[0].ID+`"}`).expect(s.t, 201)
	s.call("POST", path+"/updates", s.operator, `{"state":"resolved","body":{"ko":"복구되었습니다.","en":"Recovered."}}`).expect(s.t, 201)
	return path
}

func TestACatalogueIsPlannedAndApplied(t *testing.T) {
	t.Parallel()
	s := setup(t)
	plan := decode[catalog.Plan](t, s.call("POST", "/api/v1/catalog/plan", s.operator, asJSON(t, files(t))).expect(t, 200))
	if plan.Base != 0 || len(plan.Changes) < 60 {
		t.Errorf("planned %d changes against revision %d", len(plan.Changes), plan.Base)
	}
	s.applyCatalog()
	got := decode[api.CatalogRevision](t, s.call("GET", "/api/v1/catalog", s.approver, "").expect(t, 200))
	if got.Revision != 1 || got.Hash != plan.Hash || len(got.Catalog.Regions) != 20 {
		t.Errorf("revision %d, %s, %d regions", got.Revision, got.Hash, len(got.Catalog.Regions))
	}
	again := asJSON(t, struct {
		api.CatalogFiles
		Base int64 `json:"base"`
	}{files(t), 7})
	if got := s.call("POST", "/api/v1/catalog/apply", s.operator, again).expect(t, 409); !strings.Contains(got.text, "revision 1 is in force, not 7") {
		t.Error(got.text)
	}
}

func TestABadCatalogueIsRefusedWithItsLine(t *testing.T) {
	t.Parallel()
	s := setup(t)
	bad := files(t)
	for i := range bad.Files {
		bad.Files[i].Content = strings.Replace(bad.Files[i].Content, "basis: declared", "basis: guessed", 1)
	}
	got := s.call("POST", "/api/v1/catalog/plan", s.operator, asJSON(t, bad)).expect(t, 422)
	for _, want := range []string{`"location":"components.yaml:`, "guessed", "declared"} {
		if !strings.Contains(got.text, want) {
			t.Errorf("%q is not in %.400s", want, got.text)
		}
	}
	bad = files(t)
	bad.Attachments[0].Content = strings.Replace(bad.Attachments[0].Content, "tiers:", "teirs:", 1)
	got = s.call("POST", "/api/v1/catalog/apply", s.operator, strings.TrimSuffix(asJSON(t, bad), "}")+`,"base":0}`).expect(t, 422)
	if !strings.Contains(got.text, `"location":"policies/ec2-2018-02-12.yaml:`) || !strings.Contains(got.text, "teirs") {
		t.Errorf("%.400s", got.text)
	}
	bad = files(t)
	bad.Attachments = nil
	got = s.call("POST", "/api/v1/catalog/plan", s.operator, asJSON(t, bad)).expect(t, 422)
	if !strings.Contains(got.text, "policies.yaml:") || !strings.Contains(got.text, "not sent") {
		t.Errorf("%.400s", got.text)
	}
}

func TestAnImpactOnWhatIsNotOfferedIsRefused(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.applyCatalog()
	path := "/api/v1/incidents/" + s.open().ID + "/impacts"
	const impact = `{"service":"%s","region":"%r","symptom":"dns","level":"degraded","from":"2018-11-21T23:19:00Z","share_ppm":1,"determination":"measured"}`
	for _, c := range []struct{ service, region, want string }{
		{"ec3", "ap-northeast-2", `"location":"impact.service"`},
		{"ec2", "ap-northeast-22", `"location":"impact.region"`},
		{"route53", "ap-northeast-2", "route53 is not offered in ap-northeast-2"},
	} {
		body := strings.NewReplacer("%s", c.service, "%r", c.region).Replace(impact)
		if got := s.call("POST", path, s.operator, body).expect(t, 422); !strings.Contains(got.text, c.want) {
			t.Errorf("%q is not in %s", c.want, got.text)
		}
	}
}

func TestACustomerSeesWhatTouchesItsOwnAccount(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.customers()
	path := s.outage()
	mine := decode[struct{ Incidents []api.MyIncident }](t, s.call("GET", "/api/v1/my/incidents", s.customer, "").expect(t, 200))
	if len(mine.Incidents) != 1 || mine.Incidents[0].Relevance != "impacted" || mine.Incidents[0].Reason.Count != 1 {
		t.Fatalf("%+v", mine)
	}
	page := s.call("GET", strings.Replace(path, "/api/v1/", "/api/v1/my/", 1)+"/resources?limit=1", s.customer, "").expect(t, 200)
	if !strings.Contains(page.text, "arn:inst-1") || strings.Contains(page.text, "arn:inst-2") {
		t.Error(page.text)
	}
	if page.Header.Get("Cache-Control") != "no-store" {
		t.Error("a customer's resources may be cached")
	}
	other := s.customerKey("100000000002")
	theirs := decode[struct{ Incidents []api.MyIncident }](t, s.call("GET", "/api/v1/my/incidents", other, "").expect(t, 200))
	if theirs.Incidents[0].Relevance != "not_impacted" {
		t.Errorf("%+v", theirs.Incidents[0].Relevance)
	}
	rows := decode[api.Report](t, s.call("GET", "/api/v1/sla/report?month=2018-11", s.customer, "").expect(t, 200)).Rows
	if len(rows) != 2 || rows[0].Region != "ap-northeast-2" || rows[0].Percent != "100.000000" || rows[1].Percent == "100.000000" {
		t.Errorf("%+v", rows)
	}
	s.call("GET", "/api/v1/sla/report?month=2018-11&account=100000000002", s.customer, "").expect(t, 403)
	s.call("GET", "/api/v1/my/credits", s.customer, "").expect(t, 200)
	if got := s.call("GET", "/api/v1/accounts/100000000001", s.operator, "").expect(t, 200); !strings.Contains(got.text, `"service":"ec2"`) {
		t.Error(got.text)
	}
}

func (s *server) customerKey(account string) string {
	s.t.Helper()
	return issue(s.t, s.ring, identity.KeyRequest{Name: "customer", Role: identity.Customer, Account: health.AccountID(account), By: "setup"})
}

const billHeader = "BilledCost,BillingAccountId,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,ChargeCategory,ChargeClass,ChargeDescription,ChargeFrequency," +
	"ChargePeriodStart,ChargePeriodEnd,EffectiveCost,InvoiceId,InvoiceIssuerName,ProviderName,PublisherName,RegionId,ServiceCategory,ServiceName,SubAccountId\n"

func bill(month, next, cost string) string {
	return billHeader + cost + ",org-1,USD," + month + "-01T00:00:00Z," + next + "-01T00:00:00Z,Usage,,instances,Usage-Based," +
		month + "-01T00:00:00Z," + next + "-01T00:00:00Z," + cost + ",inv-" + month + ",Hangang Cloud,Hangang Cloud,Hangang Cloud,ap-northeast-2,Compute,ec2,100000000001\n"
}

func (s *server) csv(path, key, body string, headers ...string) reply {
	s.t.Helper()
	return s.call("POST", path, key, body, append([]string{"Content-Type", "text/csv"}, headers...)...)
}

func TestACreditIsPlannedApprovedAndApplied(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.customers()
	s.outage()
	s.world.Jump(time.Date(2018, 12, 1, 1, 0, 0, 0, time.UTC))
	const plan = "/api/v1/credit/runs?month=2018-11&service=ec2&region=ap-northeast-2&bill=november.csv"
	run := decode[credit.Run](t, s.csv(plan, s.operator, bill("2018-11", "2018-12", "100.00")).expect(t, 201))
	if run.State != credit.Planned || len(run.Lines) != 1 || run.Lines[0].Post.Minor != 1000 {
		t.Fatalf("%+v", run)
	}
	path := "/api/v1/credit/runs/" + string(run.ID)
	december := bill("2018-12", "2019-01", "80.00")
	if got := s.csv(path+"/apply?bill_month=2018-12", s.operator, december).expect(t, 409); !strings.Contains(got.text, "planned, not posted") {
		t.Error(got.text)
	}
	s.call("POST", path+"/approve", s.operator, "").expect(t, 403)
	s.call("POST", path+"/approve", s.approver, "").expect(t, 200)
	first := s.csv(path+"/apply?bill_month=2018-12", s.operator, december).expect(t, 200)
	if !strings.HasPrefix(first.Header.Get("Content-Type"), "text/csv") || !strings.Contains(first.text, "-10") {
		t.Errorf("%s %s", first.Header.Get("Content-Type"), first.text)
	}
	second := s.csv(path+"/apply?bill_month=2018-12", s.operator, december, "Accept", "multipart/mixed").expect(t, 200)
	_, params, err := mime.ParseMediaType(second.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := multipart.NewReader(strings.NewReader(second.text), params["boundary"])
	if rows := part(t, parts); rows != first.text {
		t.Errorf("applied again, the rows are\n%s\nnot\n%s", rows, first.text)
	}
	var settled api.Settled
	if err := json.Unmarshal([]byte(part(t, parts)), &settled); err != nil || settled.New != 0 || settled.Rows != 1 {
		t.Errorf("%+v, %v", settled, err)
	}
	list := s.call("GET", "/api/v1/credit/runs", s.approver, "").expect(t, 200)
	if !strings.Contains(list.text, `"state":"applied"`) {
		t.Error(list.text)
	}
}

func part(t *testing.T, r *multipart.Reader) string {
	t.Helper()
	p, err := r.NextPart()
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(p)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestSeveralBillsArePartsReadInTurn(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.customers()
	s.outage()
	s.world.Jump(time.Date(2018, 12, 1, 1, 0, 0, 0, time.UTC))
	var body strings.Builder
	w := multipart.NewWriter(&body)
	for _, cost := range []string{"100.00", "50.00"} {
		p, err := w.CreateFormFile("bill", "x.csv")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(p, bill("2018-11", "2018-12", cost))
	}
	_ = w.Close()
	const path = "/api/v1/credit/runs?month=2018-11&service=ec2&region=ap-northeast-2"
	got := s.call("POST", path+"&bill=a.csv&bill=b.csv", s.operator, body.String(), "Content-Type", w.FormDataContentType()).expect(t, 201)
	run := decode[credit.Run](t, got)
	if run.Lines[0].Post.Minor != 1500 || len(run.Manifest.Bills) != 2 || run.Manifest.Bills[1].Name != "b.csv" {
		t.Errorf("%+v", run)
	}
	got = s.call("POST", path+"&bill=a.csv&bill=b.csv&bill=c.csv", s.operator, body.String(), "Content-Type", w.FormDataContentType())
	if got.expect(t, 422); !strings.Contains(got.text, "c.csv") {
		t.Error(got.text)
	}
}

func TestABadBillIsRefusedWithItsRow(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.customers()
	s.outage()
	const path = "/api/v1/credit/runs?month=2018-11&service=ec2&region=ap-northeast-2&bill=november.csv"
	got := s.csv(path, s.operator, bill("2018-11", "2018-12", `"12,3"`)).expect(t, 422)
	for _, want := range []string{"november.csv", "BilledCost", "12,3"} {
		if !strings.Contains(got.text, want) {
			t.Errorf("%q is not in %s", want, got.text)
		}
	}
	s.call("POST", path, s.operator, `{}`).expect(t, 415)
	if list := s.call("GET", "/api/v1/credit/runs", s.operator, ""); !strings.Contains(list.text, `"runs":[]`) {
		t.Error(list.text)
	}
}

func TestASummaryIsWrittenPublishedAndThenNeverChanged(t *testing.T) {
	t.Parallel()
	s := setup(t)
	path := s.outage() + "/summary"
	s.call("GET", path, s.customer, "").expect(t, 404)
	s.call("POST", path, s.operator, `{"overview":{"ko":"개요","en":"Overview"}}`).expect(t, 200)
	s.call("GET", path, s.customer, "").expect(t, 404)
	got := s.call("POST", path+"/publish", s.operator, "").expect(t, 422)
	if !strings.Contains(got.text, `"location":"cause.ko"`) || !strings.Contains(got.text, "no action is named") {
		t.Error(got.text)
	}
	whole := `{"overview":{"ko":"개요","en":"Overview"},"cause":{"ko":"원인","en":"Cause"},"actions":[{"what":{"ko":"조치","en":"Mend"},"owner":{"ko":"팀","en":"Team"}}]}`
	s.call("POST", path, s.operator, whole).expect(t, 200)
	s.call("POST", path+"/publish", s.operator, "").expect(t, 200)
	s.call("POST", path, s.operator, whole).expect(t, 409)
	seen := decode[api.Summary](t, s.call("GET", path, s.customer, "").expect(t, 200))
	if !seen.Published || seen.PublishedBy != "" || len(seen.Timeline) == 0 || len(seen.Figures) != 1 {
		t.Errorf("%+v", seen)
	}
}

func TestTheReplayIsAwaited(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.call("GET", "/api/v1/demo", "", "").expect(t, 202)
	s.story = json.RawMessage(`{"scenario":"seoul-2018"}`)
	if got := s.call("GET", "/api/v1/demo", "", "").expect(t, 200); !strings.Contains(got.text, "seoul-2018") {
		t.Error(got.text)
	}
	s.call("GET", "/api/v1/publications", s.operator, "").expect(t, 200)
}
