package audience_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bonghwa/bonghwa/audience"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/journal"
)

// shelf knows accounts a1 and a2 and organization o1, and keeps the last batch.
type shelf struct {
	saved *audience.Batch
	entry journal.Entry
}

func (s *shelf) Missing(_ context.Context, _ audience.Kind, ids []string) ([]string, error) {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return slices.Contains([]string{"a1", "a2", "o1"}, id) }), nil
}

func (s *shelf) Save(_ context.Context, b audience.Batch, e journal.Entry) (int, error) {
	s.saved, s.entry = &b, e
	return len(b.Organizations) + len(b.Accounts) + len(b.Contacts) + len(b.Resources) + len(b.Plans), nil
}

// seoulOnly offers ec2 and s3 in two regions, but s3 not in Tokyo.
type seoulOnly struct{}

func (seoulOnly) HasService(s health.ServiceID) bool { return s == "ec2" || s == "s3" }
func (seoulOnly) HasRegion(r health.RegionID) bool {
	return r == "ap-northeast-2" || r == "ap-northeast-1"
}

func (p seoulOnly) HasComponent(s health.ServiceID, r health.RegionID) bool {
	return p.HasService(s) && p.HasRegion(r) && (s != "s3" || r != "ap-northeast-1")
}

func run(t *testing.T, kind audience.Kind, format audience.Format, text string, skip bool) (*shelf, audience.Result, error) {
	t.Helper()
	s := &shelf{}
	res, err := audience.NewImporter(s, seoulOnly{}).Import(t.Context(),
		audience.Source{Name: "f", Kind: kind, Format: format, Content: strings.NewReader(text)},
		audience.Terms{SkipBad: skip, At: kst(1, 9, 0), Actor: "key-1"})
	return s, res, err
}

const header = "id,account,service,region,zone,name,tags,life_from,life_to\n"

const good = "i-1,a1,ec2,ap-northeast-2,ap-northeast-2a,web,team=a\\;b;x=1,2018-01-01T00:00:00+09:00,\n"

func TestEveryBadRowIsTold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind audience.Kind
		text string
		want []string // one line of the error
	}{
		"cut in the middle":     {audience.Resources, header + good + "i-2,a1,ec2,ap-nor", []string{"f:3: row 2: the row has 4 values, the header has 9 columns", "cut off?"}},
		"cut in the last value": {audience.Resources, header + good + "i-2,a1,ec2,ap-northeast-2,,w,,2018-01-01T00:00:00Z,2018-11-10T00:00:00Z", []string{"f:3: row 2: the file ends in the middle of a line"}},
		"cut in quotes":         {audience.Resources, header + good + "i-2,a1,ec2,ap-northeast-2,,\"we", []string{"f:3: row 2: the line is not comma-separated values"}},
		"unknown service":       {audience.Resources, header + strings.Replace(good, "ec2", "ec3", 1), []string{`f:2: row 1, column service: service "ec3" is not in the catalogue`}},
		"unknown region":        {audience.Resources, header + strings.Replace(good, "ap-northeast-2,", "kr-1,", 1), []string{`column region: region "kr-1" is not in the catalogue`}},
		"not offered there":     {audience.Resources, header + "i-1,a1,s3,ap-northeast-1,,,,2018-01-01T00:00:00Z,\n", []string{"column region: service s3 is not offered in ap-northeast-1"}},
		"zone of elsewhere":     {audience.Resources, header + strings.Replace(good, "ap-northeast-2a", "ap-northeast-1a", 1), []string{"column zone:"}},
		"id twice":              {audience.Resources, header + good + good, []string{`f:3: row 2: "i-1" was in row 1 already`}},
		"ends before it begins": {audience.Resources, header + strings.Replace(good, "+09:00,", "+09:00,2017-01-01T00:00:00Z", 1), []string{"column life_to: the life ends at 2017-01-01T00:00:00Z, not after it began"}},
		"no zone in the time":   {audience.Resources, header + strings.Replace(good, "+09:00,", ",", 1), []string{"column life_from:", "is not a time", "2018-11-22T08:19:00+09:00"}},
		"unknown account":       {audience.Resources, header + strings.Replace(good, "a1", "a9", 1), []string{`f:2: row 1, column account: account "a9" is not known`, "import accounts first"}},
		"bad tags":              {audience.Resources, header + strings.Replace(good, "x=1", "x", 1), []string{"column tags: the tags cannot be read"}},
		"value missing":         {audience.Resources, header + strings.Replace(good, "i-1", "", 1), []string{"column id: the value is missing"}},
		"unknown column":        {audience.Organizations, "id,name,nick\no1,x,y\n", []string{"f:1, column nick: there is no such column in organizations", "the columns are id, name"}},
		"missing column":        {audience.Accounts, "id,name\n", []string{"f:1, column organization: the column is missing"}},
		"empty":                 {audience.Accounts, "", []string{"f:1: the file is empty"}},
		"bad address":           {audience.Contacts, "account,address\na1,Kim <kim@example.com>\n", []string{"f:2: row 1, column address:", "kim@example.com"}},
		"address of no domain":  {audience.Contacts, "account,address\na1,kim@\n", []string{"column address:"}},
		"bad language":          {audience.Contacts, "account,address,language\na1,kim@example.com,kr\n", []string{`column language: language "kr" is not known`, "ko, en"}},
		"unknown payer":         {audience.Accounts, "id,organization,name,language,currency\na1,o9,x,ko,KRW\n", []string{`column organization: organization "o9" is not known`, "import organizations first"}},
		"bad currency":          {audience.Accounts, "id,organization,name,language,currency\na1,o1,x,ko,won\n", []string{"column currency:", "KRW"}},
		"bad plan":              {audience.SupportPlans, "account,plan\na1,gold\n", []string{"column plan:", "basic, developer, business, enterprise"}},
		"not text":              {audience.Organizations, "id,name\no1,\xff\xfe\n", []string{"column name: the value holds bytes that are not UTF-8"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _, err := run(t, c.kind, audience.CSV, c.text, false)
			if !fault.Is(err, fault.Invalid) || s.saved != nil {
				t.Fatalf("got %v, saved %v; want an invalid file and nothing saved", err, s.saved)
			}
			for line := range strings.Lines(err.Error()) {
				if !slices.ContainsFunc(c.want, func(w string) bool { return !strings.Contains(line, w) }) {
					return
				}
			}
			t.Errorf("no line of\n%v\nholds all of %q", err, c.want)
		})
	}
}

func TestGoodRowsAreReadAlikeInBothFormats(t *testing.T) {
	t.Parallel()
	fromCSV, _, err := run(t, audience.Resources, audience.CSV, "\ufeff"+header+good, false)
	if err != nil {
		t.Fatal(err)
	}
	fromJSON, _, err := run(t, audience.Resources, audience.JSONL, `
{"id":"i-1","account":"a1","service":"ec2","region":"ap-northeast-2","zone":"ap-northeast-2a","name":"web","tags":{"team":"a;b","x":"1"},"life_from":"2017-12-31T15:00:00Z","life_to":null}`, false)
	if err != nil {
		t.Fatal(err)
	}
	a, b := fromCSV.saved.Resources[0], fromJSON.saved.Resources[0]
	if a.ID != b.ID || a.Scope != b.Scope || a.Life != b.Life || a.Tags["team"] != "a;b" || b.Tags["team"] != "a;b" || a.Tags["x"] != "1" {
		t.Errorf("CSV gives %+v, JSONL %+v", a, b)
	}
	if !a.Life.Open() || !a.Life.From.Equal(kst(1, 0, 0).AddDate(0, -10, 0)) {
		t.Errorf("life %+v", a.Life)
	}
	contacts, _, err := run(t, audience.Contacts, audience.JSONL, `{"account":"a1","address":"Kim@Example.com","kinds":["security","billing"]}`+"\n", false)
	if err != nil || contacts.saved.Contacts[0].Endpoint.Address != "kim@example.com" || len(contacts.saved.Contacts[0].Kinds) != 2 {
		t.Errorf("%+v, %v", contacts.saved, err)
	}
}

func TestBadLinesOfJSON(t *testing.T) {
	t.Parallel()
	text := `{"id":"o1","name":"x"}
{"id":"o2","nam":"x"}
{"id":"o3","name":5}
{"id":"o4","na`
	_, _, err := run(t, audience.Organizations, audience.JSONL, text, false)
	for _, want := range []string{"f:2: row 2, column nam:", "f:3: row 3, column name:", "f:4: row 4: the line is not a JSON object"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in\n%v", want, err)
		}
	}
}

func TestSkipBadImportsTheRest(t *testing.T) {
	t.Parallel()
	text := header + good + strings.NewReplacer("i-1", "i-2", "ec2", "ec9").Replace(good) + strings.NewReplacer("i-1", "i-3", "a1", "a9").Replace(good) + strings.Replace(good, "i-1", "i-4", 1)
	s, res, err := run(t, audience.Resources, audience.CSV, text, true)
	if err != nil {
		t.Fatal(err)
	}
	if res.Rows != 2 || len(s.saved.Resources) != 2 || len(res.Bad) != 2 || res.Bad[0].Row != 2 || res.Bad[1].Row != 3 {
		t.Errorf("result %+v", res)
	}
	if !strings.Contains(string(s.entry.Payload), `"rows":2,"skipped":2`) {
		t.Errorf("payload %s", s.entry.Payload)
	}
	if _, _, err := run(t, audience.Resources, audience.CSV, "id\n", true); err == nil {
		t.Error("a wrong header must be refused even so")
	}
}

func TestProgress(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	text.WriteString("id,name\n")
	for i := range 2500 {
		text.WriteString("o" + strings.Repeat("x", i%7) + time.Duration(i).String() + ",n\n")
	}
	var seen []audience.Progress
	_, err := audience.NewImporter(&shelf{}, seoulOnly{}).Import(t.Context(),
		audience.Source{Name: "f", Kind: audience.Organizations, Format: audience.CSV, Content: strings.NewReader(text.String())},
		audience.Terms{At: kst(1, 9, 0), Progress: func(p audience.Progress) { seen = append(seen, p) }})
	if err != nil {
		t.Fatal(err)
	}
	last := seen[len(seen)-1]
	if len(seen) != 3 || !last.Saved || last.Rows != 2500 || last.Bytes != int64(text.Len()) {
		t.Errorf("progress %+v", seen)
	}
}

func TestKindsAndFormatsByName(t *testing.T) {
	t.Parallel()
	if k, ok := audience.KindOf("x/support-plans.csv"); !ok || k != audience.SupportPlans {
		t.Errorf("kind %s", k)
	}
	if f, err := audience.FormatOf("A.NDJSON"); err != nil || f != audience.JSONL {
		t.Errorf("format %s, %v", f, err)
	}
	if _, err := audience.FormatOf("a.txt"); !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v", err)
	}
	if _, err := audience.ParseKind("orgs"); !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v", err)
	}
}

// TestACutFileIsNeverTakenForWhole cuts a good file anywhere: what is left is
// refused, unless the cut falls between two rows.
func TestACutFileIsNeverTakenForWhole(t *testing.T) {
	t.Parallel()
	whole := header + good + strings.Replace(good, "i-1", "i-2", 1) + strings.Replace(good, "i-1", "i-3", 1)
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(0, len(whole)).Draw(rt, "bytes")
		_, _, err := run(t, audience.Resources, audience.CSV, whole[:n], false)
		if ends := n > 0 && whole[n-1] == '\n'; (err == nil) != ends {
			rt.Fatalf("%d bytes: %v", n, err)
		}
	})
}

func FuzzImport(f *testing.F) {
	f.Add(header+good, true)
	f.Add(`{"id":"i","account":"a1","tags":{"a":"b"}}`, false)
	f.Fuzz(func(t *testing.T, text string, asCSV bool) {
		format := audience.JSONL
		if asCSV {
			format = audience.CSV
		}
		s, _, err := run(t, audience.Resources, format, text, false)
		if (err == nil) != (s.saved != nil) {
			t.Errorf("error %v, saved %v", err, s.saved)
		}
	})
}
