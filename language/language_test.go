package language_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/language"
)

func TestEveryMessageExistsInBothLanguagesWithTheSameSlots(t *testing.T) {
	t.Parallel()
	book, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	ids := book.IDs(health.Korean)
	if len(ids) == 0 || !slices.Equal(ids, book.IDs(health.English)) {
		t.Fatalf("Korean has %d messages, English %d", len(ids), len(book.IDs(health.English)))
	}
	for _, id := range ids {
		ko, en := book.Slots(health.Korean, id), book.Slots(health.English, id)
		if !slices.Equal(ko, en) {
			t.Errorf("%s: slots in Korean %v, in English %v", id, ko, en)
		}
	}
}

func TestBadMessagesAreRefused(t *testing.T) {
	t.Parallel()
	good := `{"a":"x"}`
	for name, files := range map[string]map[string]string{
		"only in Korean":    {"messages/p.ko.json": `{"a":"x","b":"y"}`, "messages/p.en.json": good},
		"open brace":        {"messages/p.ko.json": `{"a":"x {n"}`, "messages/p.en.json": good},
		"unknown particle":  {"messages/p.ko.json": `{"a":"{x}{께서/께서}"}`, "messages/p.en.json": good},
		"half a plural":     {"messages/p.ko.json": good, "messages/p.en.json": `{"a":"{n:one}"}`},
		"empty":             {"messages/p.ko.json": good, "messages/p.en.json": `{"a":" "}`},
		"twice":             {"messages/p.ko.json": good, "messages/q.ko.json": good, "messages/p.en.json": good},
		"unknown language":  {"messages/p.fr.json": good},
		"not a JSON object": {"messages/p.ko.json": `[]`, "messages/p.en.json": good},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fsys := fstest.MapFS{}
			for path, body := range files {
				fsys[path] = &fstest.MapFile{Data: []byte(body)}
			}
			if _, err := language.Read(fsys); err == nil {
				t.Error("it was read without an error")
			}
		})
	}
}

func TestSay(t *testing.T) {
	t.Parallel()
	book, err := language.Read(fstest.MapFS{
		"messages/p.ko.json": {Data: []byte(`{"down":"{service}{이/가} {n}분 동안 멈췄습니다."}`)},
		"messages/p.en.json": {Data: []byte(`{"down":"{service} was down for {n} {n:minute|minutes}."}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	ko, en := book.In(health.Korean), book.In(health.English)
	for _, c := range []struct{ got, want string }{
		{ko.Say("down", "service", "EC2", "n", 84), "EC2가 84분 동안 멈췄습니다."},
		{ko.Say("down", "service", "S3", "n", 1234), "S3이 1,234분 동안 멈췄습니다."},
		{en.Say("down", "service", "EC2", "n", 1), "EC2 was down for 1 minute."},
		{en.Say("down", "service", "EC2", "n", 84), "EC2 was down for 84 minutes."},
		{en.Say("down", "n", 2), "[service] was down for 2 minutes."},
		{en.Say("nothing"), "[nothing]"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestParticle(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ word, forms, want string }{
		{"서울", "은/는", "은"},
		{"도쿄", "은/는", "는"},
		{"서울", "으로/로", "로"},
		{"부산", "으로/로", "으로"},
		{"도쿄", "으로/로", "로"},
		{"점검", "을/를", "을"},
		{"EC2", "은/는", "는"},
		{"S3", "은/는", "은"},
		{"S3", "으로/로", "으로"},
		{"Route 53", "을/를", "을"},
		{"1", "으로/로", "로"},
		{"7", "이/가", "이"},
		{"10", "이/가", "이"},
		{"1,000", "으로/로", "으로"},
		{"1000000000000", "이/가", "가"},
		{"84", "은/는", "는"},
		{"99.8%", "은/는", "는"},
		{"DNS", "이/가", "가"},
		{"IAM", "은/는", "은"},
		{"URL", "을/를", "을"},
		{"URL", "으로/로", "로"},
		{"AWS Lambda", "이/가", "가"},
		{"Amazon", "은/는", "은"},
		{"CloudTrail", "으로/로", "로"},
		{"Redshift", "을/를", "를"},
		{"Direct Connect", "이/가", "가"},
		{"CodeCommit", "이/가", "이"},
		{"서울(ap-northeast-2)", "은/는", "은"},
		{"“점검”", "이/가", "이"},
		{"", "은/는", "는"},
	} {
		closed, open, _ := strings.Cut(c.forms, "/")
		if got := language.Particle(c.word, closed, open); got != c.want {
			t.Errorf("%s + %s: %s, want %s", c.word, c.forms, got, c.want)
		}
	}
}

func TestTimesNameBothZones(t *testing.T) {
	t.Parallel()
	began := time.Date(2018, 11, 21, 23, 19, 0, 0, time.UTC)
	ended := time.Date(2018, 11, 22, 0, 43, 0, 0, time.UTC)
	seoul := language.In(language.Seoul())
	span := health.Interval{From: began, To: ended}
	for _, c := range []struct{ got, want string }{
		{seoul.Moment(health.Korean, began), "2018년 11월 22일 08:19 KST(11월 21일 23:19 UTC)"},
		{seoul.Moment(health.English, began), "21 Nov 2018, 23:19 UTC (22 Nov, 08:19 KST)"},
		{seoul.Short(health.Korean, ended), "11월 22일 09:43 KST(00:43 UTC)"},
		{seoul.Hour(health.Korean, began), "08:19 KST(23:19 UTC)"},
		{seoul.Hour(health.English, began), "23:19 UTC (08:19 KST)"},
		{seoul.HourPlain(health.Korean, began), "08:19 KST"},
		{seoul.Span(health.Korean, span), "11월 22일 08:19–09:43 KST(11월 21일 23:19–11월 22일 00:43 UTC)"},
		{seoul.Span(health.English, span), "21 Nov, 23:19–22 Nov, 00:43 UTC (22 Nov, 08:19–09:43 KST)"},
		{seoul.Span(health.English, health.Interval{From: began}), "21 Nov, 23:19 UTC (22 Nov, 08:19 KST) –"},
		{seoul.SpanYear(health.Korean, span), "2018년 11월 22일 08:19–09:43 KST(11월 21일 23:19–11월 22일 00:43 UTC)"},
		{language.In(nil).Hour(health.English, began), "23:19 UTC"},
		{language.In(time.FixedZone("", -10800)).Hour(health.English, ended), "00:43 UTC (21:43 UTC-03:00)"},
		{language.Weekday(health.Korean, ended), "11월 22일 목요일"},
		{language.Weekday(health.English, ended), "Thursday, 22 November"},
		{language.Month(health.Korean, ended), "2018년 11월"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestDurations(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		d               time.Duration
		minutes, ko, en string
	}{
		{84 * time.Minute, "84분", "1시간 24분", "1 hour 24 minutes"},
		{time.Minute, "1분", "1분", "1 minute"},
		{40 * time.Second, "1분", "40초", "40 seconds"},
		{59*time.Minute + 40*time.Second, "60분", "1시간", "1 hour"},
		{26 * time.Hour, "1,560분", "1일 2시간", "1 day 2 hours"},
		{0, "0분", "0초", "0 seconds"},
	} {
		if got := language.Minutes(health.Korean, c.d); got != c.minutes {
			t.Errorf("Minutes(%v) = %q, want %q", c.d, got, c.minutes)
		}
		if got := language.Duration(health.Korean, c.d); got != c.ko {
			t.Errorf("Duration(ko, %v) = %q, want %q", c.d, got, c.ko)
		}
		if got := language.Duration(health.English, c.d); got != c.en {
			t.Errorf("Duration(en, %v) = %q, want %q", c.d, got, c.en)
		}
	}
}

func TestNumbersMoneyAndLists(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ got, want string }{
		{language.Number(health.Korean, -1234567), "-1,234,567"},
		{language.Number(health.English, 999), "999"},
		{language.Money(health.English, "USD", 123456), "US$1,234.56"},
		{language.Money(health.Korean, "USD", 5), "US$0.05"},
		{language.Money(health.Korean, "KRW", 1000), "1,000원"},
		{language.Money(health.English, "KRW", -1000), "-KRW 1,000"},
		{language.Money(health.English, "EUR", 100), "EUR 1.00"},
		{language.Percent(999_999, 3), "99.999%"},
		{language.Percent(998_055, 4), "99.8055%"},
		{language.Percent(1_000_000, 2), "100.00%"},
		{language.List(health.Korean, []string{"가", "나"}), "가, 나"},
		{language.List(health.English, []string{"a", "b", "c"}), "a, b and c"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}
