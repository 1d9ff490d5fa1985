package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"github.com/bonghwa/bonghwa/api"
	"github.com/bonghwa/bonghwa/audience"
	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/credit"
	"github.com/bonghwa/bonghwa/credit/focus"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/identity"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/postevent"
	"github.com/bonghwa/bonghwa/sla"
	"github.com/bonghwa/bonghwa/store"
)

// day is the world time that the node stands at.
var day = time.Date(2018, 11, 21, 23, 30, 0, 0, time.UTC)

// node is a running API with key files, in a folder to work in.
type node struct {
	world *clock.World
	t     *testing.T
	dir   string
	db    *store.DB
	url   string
	keys  map[identity.Role]string // the texts, which must never be seen
}

func setup(t *testing.T) *node {
	t.Helper()
	n := &node{t: t, dir: t.TempDir(), keys: map[identity.Role]string{}}
	db, err := store.Open(t.Context(), "sqlite:"+filepath.Join(n.dir, "bonghwa.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	n.db = db
	ring := identity.NewKeyring(db.Identity(), clock.Wall{})
	for _, role := range identity.Roles() {
		q := identity.KeyRequest{Name: "test", Role: role, By: "setup"}
		if role == identity.Customer {
			q.Account = "100000000001"
		}
		_, text, err := ring.Issue(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		n.keys[role] = text.Reveal()
		n.write(string(role)+".key", text.Reveal()+"\n")
	}
	handler, _, err := api.New(n.options(ring))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	n.url = server.URL
	return n
}

func (n *node) options(ring *identity.Keyring) api.Options {
	world := clock.NewWorld(day, 0)
	n.world = world
	desk := incident.NewDesk(n.db.Incidents(), world)
	all := rooms{n.db}
	meter := sla.NewMeter(n.db.Incidents(), all, all, world)
	return api.Options{
		Version: "test", Keys: ring, Incidents: desk, Catalogs: n.db.Catalogs(), Accounts: n.db.Audience(), Meter: meter,
		Credits: credit.NewDesk(credit.Options{
			Store: n.db.Credits(), Meter: meter, Policies: all, Audience: n.db.Audience(), Bills: focus.Format{}, World: world, Program: "test",
		}),
		Runs: n.db.Credits(), Summaries: postevent.NewWriter(n.db.Summaries(), desk, world), World: world,
	}
}

// rooms reads policies and regions out of the catalogue.
type rooms struct{ db *store.DB }

func (r rooms) Policies(ctx context.Context) ([]sla.Policy, error) {
	rev, err := r.db.Catalogs().Current(ctx)
	var out []sla.Policy
	for _, doc := range rev.Catalog.Policies {
		p, err := sla.ParsePolicy(string(doc.ID), []byte(doc.YAML))
		if err != nil {
			return nil, err
		}
		out = append(out, p...)
	}
	return out, err
}

func (r rooms) Regions(ctx context.Context, s health.ServiceID) ([]health.RegionID, error) {
	rev, err := r.db.Catalogs().Current(ctx)
	var out []health.RegionID
	for _, c := range rev.Catalog.Components {
		if c.Service == s {
			out = append(out, c.Region)
		}
	}
	return out, err
}

func (n *node) write(name, content string) string {
	n.t.Helper()
	path := filepath.Join(n.dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		n.t.Fatal(err)
	}
	return path
}

// result is what a command left.
type result struct {
	status   int
	out, err string
}

func command(t *testing.T, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	status := run(t.Context(), args, streams{in: strings.NewReader(""), out: &out, err: &errs})
	return result{status, out.String(), errs.String()}
}

// as runs a command with a role's key, and sees that no key is shown.
func (n *node) as(role identity.Role, args ...string) result {
	n.t.Helper()
	r := command(n.t, append(args, "--server", n.url, "--key-file", filepath.Join(n.dir, string(role)+".key"))...)
	for _, key := range n.keys {
		if strings.Contains(r.out+r.err, key) {
			n.t.Errorf("%v shows a key", args)
		}
	}
	return r
}

// do is an operator's command that must be done.
func (n *node) do(args ...string) string {
	n.t.Helper()
	r := n.as(identity.Operator, args...)
	if r.status != exitDone {
		n.t.Fatalf("%v: status %d\n%s", args, r.status, r.err)
	}
	return r.out
}

func (n *node) open() api.Incident {
	n.t.Helper()
	var i api.Incident
	out := n.do("incident", "open", "--title-ko", "서울 DNS 장애", "--title-en", "DNS trouble in Seoul", "--json")
	if err := json.Unmarshal([]byte(out), &i); err != nil {
		n.t.Fatal(err)
	}
	return i
}

func catalogFiles(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("..", "..", "scenario", "seoul-2018", "catalog", "*.yaml"))
	if err != nil || len(names) < 4 {
		t.Fatalf("%v, %v", names, err)
	}
	return names
}

func TestWrongUseIsSaidWithWhatWasMeant(t *testing.T) {
	t.Parallel()
	n := setup(t)
	key := filepath.Join(n.dir, "operator.key")
	bad := n.write("bad.key", "hunter2")
	cases := []struct {
		args   []string
		status int
		want   []string
	}{
		{[]string{"incdent"}, 2, []string{`bonghwa: there is no command "incdent"`, "did you mean incident?"}},
		{[]string{"incident", "lst"}, 2, []string{`there is no command "lst"`, "did you mean list?", "bonghwa incident --help"}},
		{[]string{"incident", "list", "--opn"}, 2, []string{"there is no flag --opn", "did you mean --open?"}},
		{[]string{}, 2, []string{"expected one of"}},
		{[]string{"sla", "report"}, 2, []string{"missing flags: --month"}},
		{[]string{"sla", "report", "--month", "November"}, 2, []string{`bonghwa: --month: "November" is not a month (write`}},
		{[]string{"incident", "open", "--kind", "party"}, 2, []string{"--kind must be one of"}},
		{[]string{"incident", "list"}, 2, []string{"bonghwa: --key-file: no API key is given"}},
		{[]string{"incident", "list", "--key-file", "none.key"}, 2, []string{"--key-file: the file cannot be read: no such file"}},
		{[]string{"incident", "list", "--key-file", bad}, 1, []string{"bad.key: this is not an API key of ours"}},
		{[]string{"incident", "list", "--key-file", key, "--server", "status"}, 2, []string{"--server: this is not the address"}},
		{[]string{"incident", "list", "--key-file", key, "--server", "http://192.0.2.1"}, 2, []string{"unencrypted", "https://192.0.2.1"}},
		{[]string{"incident", "list", "--key-file", key, "--server", "http://127.0.0.1:1"}, 1, []string{"http://127.0.0.1:1: no answer", "start the node"}},
		{[]string{"incident", "impact", "x", "--key-file", key, "--from", "yesterday"}, 2, []string{`--from: "yesterday" is not a time`}},
		{[]string{"incident", "impact", "x", "--key-file", key, "--share", "many"}, 2, []string{`--share: "many" is not a percentage`}},
		{[]string{"credit", "plan", "--usage-bill", key, "--month", "2018-11", "--key-file", key}, 2, []string{"--service, --region: the place of the outage is missing"}},
	}
	for _, c := range cases {
		r := command(t, c.args...)
		if r.status != c.status || r.out != "" {
			t.Errorf("%v: status %d, want %d; %q", c.args, r.status, c.status, r.out)
		}
		for _, want := range c.want {
			if !strings.Contains(r.err, want) {
				t.Errorf("%v: %q is not in %q", c.args, want, r.err)
			}
		}
		if strings.Contains(r.err, "hunter2") {
			t.Errorf("%v shows the key", c.args)
		}
	}
}

func TestEveryCommandHasHelpWithAnExample(t *testing.T) {
	t.Parallel()
	parser, err := kong.New(&commands{})
	if err != nil {
		t.Fatal(err)
	}
	for _, leaf := range parser.Model.Leaves(true) {
		args := append(strings.Fields(leaf.FullPath())[1:], "--help")
		args = slices.DeleteFunc(args, func(a string) bool { return strings.HasPrefix(a, "<") })
		r := command(t, args...)
		_, example, _ := strings.Cut(r.out, "Example:\n")
		if r.status != exitDone || !strings.Contains(example, "bonghwa "+strings.Join(args[:len(args)-1], " ")) || r.err != "" {
			t.Errorf("%v: status %d\n%s%s", args, r.status, r.out, r.err)
		}
	}
}

func TestAnIncidentIsToldFromTheCommandLine(t *testing.T) {
	t.Parallel()
	n := setup(t)
	id := n.open().ID
	n.do("incident", "impact", id, "--service", "ec2", "--region", "ap-northeast-2", "--symptom", "dns", "--level", "major_outage",
		"--from", "2018-11-22T08:19:00+09:00", "--share", "62.5", "--reason-ko", "운영자가 본 대로", "--reason-en", "as the operators saw it")
	n.do("incident", "update", id, "--state", "identified", "--text-ko", "원인을 찾았습니다.", "--text-en", "We found the cause.",
		"--next-update", "2018-11-22T09:00:00+09:00", "--security", "none", "--request", "one")
	n.do("incident", "update", id, "--state", "identified", "--text-ko", "원인을 찾았습니다.", "--text-en", "We found the cause.", "--request", "one")
	file := n.write("update.yaml", "body:\n  ko: 복구되었습니다.\n  en: It has recovered.\nassurances: {data_loss: none}\n")
	n.do("incident", "resolve", id, "--file", file)
	shown := n.do("incident", "show", id)
	for _, want := range []string{"issue, resolved", "major_outage, 62.5 % of requests", "2018-11-21 23:19:00Z", "update 2 ", "복구되었습니다."} {
		if !strings.Contains(shown, want) {
			t.Errorf("%q is not in\n%s", want, shown)
		}
	}
	if strings.Contains(shown, "update 3") {
		t.Error("the request of one name was done twice")
	}
	if list := n.do("incident", "list", "--state", "resolved,identified"); !strings.Contains(list, id) {
		t.Error(list)
	}
	if list := n.do("incident", "list", "--open"); strings.Contains(list, id) {
		t.Error(list)
	}
	n.do("incident", "dismiss", n.open().ID)
}

func TestBadTextsNameTheFlagOrTheFile(t *testing.T) {
	t.Parallel()
	n := setup(t)
	id := n.open().ID
	before := n.do("incident", "show", id, "--json")
	cases := []struct {
		args []string
		want []string
	}{
		{[]string{"incident", "update", id, "--state", "investigating", "--text-en", "We are looking."}, []string{"bonghwa: --text-ko: the text in this language is missing (write it"}},
		{[]string{"incident", "update", id, "--file", n.write("a.yaml", "state: investigating\nbody: {en: We are looking.}\n")}, []string{"a.yaml: ko: ", "missing"}},
		{[]string{"incident", "update", id, "--file", n.write("b.yaml", "state: investigating\nbdy: {en: a}\n")}, []string{"b.yaml:2: there is no field bdy"}},
		{[]string{"incident", "update", id, "--file", n.write("c.yaml", "state: investigating\nstate: resolved\n")}, []string{"c.yaml:2", "state"}},
		{[]string{"incident", "update", id, "--file", n.write("d.yaml", "body: {ko: [가], en: a}\n")}, []string{"d.yaml:", "cannot stand here"}},
		{[]string{"incident", "update", id, "--file", n.write("e.yaml", "body: {ko: 가\n")}, []string{"e.yaml"}},
		{[]string{"incident", "update", id, "--state", "fixed", "--text-ko", "가", "--text-en", "a"}, []string{"bonghwa: --state: expected value to be one of"}},
		{[]string{"incident", "open", "--title-en", "a"}, []string{"bonghwa: --title-ko: the text in this language is missing"}},
		{[]string{"incident", "impact", id, "--service", "ec2", "--region", "x", "--symptom", "dns", "--level", "bad", "--from", "2018-11-21T23:19:00Z"}, []string{"bonghwa: --level: "}},
		{[]string{"incident", "impact", id, "--service", "ec2", "--region", "x", "--symptom", "dns", "--level", "degraded", "--from", "2018-11-21T23:19:00Z"}, []string{"bonghwa: --reason-ko: the reason in this language is missing", "bonghwa: --reason-en: "}},
		{[]string{"incident", "show", "none"}, []string{"bonghwa: incident: there is no such incident"}},
	}
	for _, c := range cases {
		r := n.as(identity.Operator, c.args...)
		if r.status != exitFailed || r.out != "" {
			t.Errorf("%v: status %d, %q", c.args, r.status, r.out)
		}
		for _, want := range c.want {
			if !strings.Contains(r.err, want) {
				t.Errorf("%v: %q is not in %q", c.args[:3], want, r.err)
			}
		}
	}
	if after := n.do("incident", "show", id, "--json"); after != before {
		t.Errorf("something changed:\n%s\n%s", before, after)
	}
}

func TestACustomersKeyDoesNotOperate(t *testing.T) {
	t.Parallel()
	n := setup(t)
	r := n.as(identity.Customer, "incident", "open", "--title-ko", "가", "--title-en", "a")
	if r.status != exitFailed || !strings.Contains(r.err, "bonghwa: a key of the role customer may not do this (use a key of the role operator)") {
		t.Errorf("%d %s", r.status, r.err)
	}
}

func TestTheCatalogueIsPlannedAndApplied(t *testing.T) {
	t.Parallel()
	n := setup(t)
	files := catalogFiles(t)
	if plan := n.do(append([]string{"catalog", "plan"}, files...)...); !strings.Contains(plan, "+ region ap-northeast-2") || !strings.Contains(plan, "Against revision 0") {
		t.Error(plan)
	}
	if done := n.do(append([]string{"catalog", "apply"}, files...)...); !strings.Contains(done, "Revision 1 is in force.") {
		t.Error(done)
	}
	r := n.as(identity.Operator, append([]string{"catalog", "apply"}, files...)...)
	if r.status != exitFailed || !strings.Contains(r.err, "nothing would change") {
		t.Errorf("%d %s", r.status, r.err)
	}
	bad := n.write("bad.yaml", "components:\n  - {services: all, regions: all, basis: guessed}\n")
	r = n.as(identity.Operator, "catalog", "plan", bad)
	if r.status != exitFailed || !strings.Contains(r.err, "bad.yaml:2: ") {
		t.Errorf("%d %s", r.status, r.err)
	}
}

func (n *node) load(kind audience.Kind, content string) {
	n.t.Helper()
	rev, err := n.db.Catalogs().Current(n.t.Context())
	if err != nil {
		n.t.Fatal(err)
	}
	_, err = audience.NewImporter(n.db.Audience(), rev.Catalog).Import(n.t.Context(),
		audience.Source{Name: "import.csv", Kind: kind, Format: audience.CSV, Content: strings.NewReader(content)}, audience.Terms{At: day, Actor: "setup"})
	if err != nil {
		n.t.Fatal(err)
	}
}

func bill(month, next, cost string) string {
	return "BilledCost,BillingAccountId,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,ChargeCategory,ChargeClass,ChargeDescription,ChargeFrequency," +
		"ChargePeriodStart,ChargePeriodEnd,EffectiveCost,InvoiceId,InvoiceIssuerName,ProviderName,PublisherName,RegionId,ServiceCategory,ServiceName,SubAccountId\n" +
		cost + ",org-1,USD," + month + "-01T00:00:00Z," + next + "-01T00:00:00Z,Usage,,instances,Usage-Based," +
		month + "-01T00:00:00Z," + next + "-01T00:00:00Z," + cost + ",inv-" + month + ",Hangang Cloud,Hangang Cloud,Hangang Cloud,ap-northeast-2,Compute,ec2,100000000001\n"
}

// outage makes a customer and a declared outage that is over, and gives its id.
func (n *node) outage() string {
	n.t.Helper()
	n.do(append([]string{"catalog", "apply"}, catalogFiles(n.t)...)...)
	n.load(audience.Organizations, "id,name\norg-1,Invented\n")
	n.load(audience.Accounts, "id,organization,name,language,currency,status\n100000000001,org-1,Hit,ko,USD,active\n")
	n.load(audience.Resources, "id,account,service,region,zone,name,tags,life_from,life_to\narn:1,100000000001,ec2,ap-northeast-2,,web,,2018-01-01T00:00:00Z,\n")
	id := n.open().ID
	n.do("incident", "impact", id, "--service", "ec2", "--region", "ap-northeast-2", "--symptom", "dns", "--level", "major_outage",
		"--from", "2018-11-21T23:19:00Z", "--to", "2018-11-21T23:29:00Z", "--reason-ko", "운영자가 본 대로", "--reason-en", "as the operators saw it")
	n.do("incident", "resolve", id, "--text-ko", "복구되었습니다.", "--text-en", "It has recovered.")
	return id
}

func TestAvailabilityIsReportedInEveryFormat(t *testing.T) {
	t.Parallel()
	n := setup(t)
	n.outage()
	report := func(format string) string {
		return n.do("sla", "report", "--month", "2018-11", "--service", "ec2", "--region", "ap-northeast-2", "--format", format)
	}
	wants := map[string]string{
		"text": "declared  99.976852", "csv": "declared,99.976852,10,eligible,600,", "json": `"percent": "99.976852"`, "html": "<td>99.976852</td>",
	}
	for format, want := range wants {
		if got := report(format); !strings.Contains(got, want) || !strings.Contains(got, "100.000000") {
			t.Errorf("%s: %q is not in\n%s", format, want, got)
		}
	}
}

func TestACreditGoesFromPlanToBill(t *testing.T) {
	t.Parallel()
	n := setup(t)
	id := n.outage()
	n.world.Jump(time.Date(2018, 12, 1, 1, 0, 0, 0, time.UTC))
	november, december := n.write("november.csv", bill("2018-11", "2018-12", "100.00")), n.write("december.csv", bill("2018-12", "2019-01", "80.00"))
	var run credit.Run
	if err := json.Unmarshal([]byte(n.do("credit", "plan", "--usage-bill", november, "--month", "2018-11", "--incident", id, "--json")), &run); err != nil {
		t.Fatal(err)
	}
	r := n.as(identity.Operator, "credit", "approve", string(run.ID))
	if r.status != exitFailed || !strings.Contains(r.err, "a key of the role operator may not do this (use a key of the role approver)") {
		t.Errorf("%d %s", r.status, r.err)
	}
	if r := n.as(identity.Approver, "credit", "approve", string(run.ID)); r.status != exitDone || !strings.Contains(r.out, "posts USD 10.00 in 1 lines") {
		t.Errorf("%d %s%s", r.status, r.out, r.err)
	}
	out := filepath.Join(n.dir, "credits.csv")
	apply := func() string {
		n.do("credit", "apply", string(run.ID), "--target-bill", december, "--bill-month", "2018-12", "--out", out)
		b, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	first := apply()
	if again := apply(); again != first || !strings.Contains(first, "-10") {
		t.Errorf("%s\nthen\n%s", first, again)
	}
	if list := n.do("credit", "show"); !strings.Contains(list, "applied") || !strings.Contains(list, "USD 10.00") {
		t.Error(list)
	}
	n.do("credit", "show", string(run.ID))
}

func TestSeveralBillsAreSentInTurnAndABadOneIsNamed(t *testing.T) {
	t.Parallel()
	n := setup(t)
	n.outage()
	n.world.Jump(time.Date(2018, 12, 1, 1, 0, 0, 0, time.UTC))
	one, two := n.write("a.csv", bill("2018-11", "2018-12", "100.00")), n.write("b.csv", bill("2018-11", "2018-12", "50.00"))
	plan := []string{"credit", "plan", "--month", "2018-11", "--service", "ec2", "--region", "ap-northeast-2", "--usage-bill", one, "--usage-bill"}
	if out := n.do(append(plan, two)...); !strings.Contains(out, "posts USD 15.00") || !strings.Contains(out, "an approver who did not plan it") {
		t.Error(out)
	}
	bad := n.write("c.csv", bill("2018-11", "2018-12", `"12,3"`))
	r := n.as(identity.Operator, append(plan, bad)...)
	if r.status != exitFailed || !strings.Contains(r.err, "c.csv") || !strings.Contains(r.err, "BilledCost") {
		t.Errorf("%d %s", r.status, r.err)
	}
}

func TestASummaryIsWrittenFromAFile(t *testing.T) {
	t.Parallel()
	n := setup(t)
	id := n.outage()
	file := n.write("summary.yaml", `overview: {ko: 개요, en: Overview}
cause: {ko: 원인, en: Cause}
actions:
  - what: {ko: 조치, en: Mend}
    owner: {ko: 팀, en: Team}
    due: 2018-12-31T00:00:00Z
`)
	n.do("summary", "draft", id, "--file", file)
	n.do("summary", "publish", id)
	if out := n.do("summary", "show", id); !strings.Contains(out, "published 2018-11-21 23:30:00Z") || !strings.Contains(out, "Mend (Team, due 2018-12-31") {
		t.Error(out)
	}
	r := n.as(identity.Operator, "summary", "draft", id, "--file", file)
	if r.status != exitFailed || !strings.Contains(r.err, "never changes") {
		t.Errorf("%d %s", r.status, r.err)
	}
}

func TestAnInterruptedRequestSaysHowToGoOn(t *testing.T) {
	t.Parallel()
	n := setup(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	status := run(ctx, []string{
		"incident", "open", "--title-ko", "가", "--title-en", "a", "--request", "mine",
		"--server", n.url, "--key-file", filepath.Join(n.dir, "operator.key"),
	}, streams{in: strings.NewReader(""), out: &out, err: &errs})
	if status != exitFailed || !strings.Contains(errs.String(), "interrupted before the answer came (run it again with --request mine") {
		t.Errorf("%d %s", status, &errs)
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	if r := command(t, "version", "--json"); r.status != exitDone || !strings.Contains(r.out, `"version"`) {
		t.Errorf("%+v", r)
	}
}
