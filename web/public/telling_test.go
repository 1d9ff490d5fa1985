package public_test

import (
	"strings"
	"testing"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/web/public"
)

func TestTheLeadIsThatOfThePage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		world *world
		level health.Level
		about health.IncidentID
	}{
		"peace": {peace(), health.Operational, ""}, "outage": {during(), health.MajorOutage, outage},
	} {
		book, err := language.Load()
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range health.Languages() {
			words, level, about := public.New(public.Options{Book: book, Site: hangang()}).Tell(c.world.board(t)).Lead(l)
			if level != c.level || about != c.about {
				t.Errorf("%s in %s: %s about %q", name, l, level, about)
			}
			if body := get(c.world.open(t), "/"+string(l)+"/").Body.String(); !strings.Contains(body, "<h1>"+words+"</h1>") {
				t.Errorf("%s in %s: the page does not begin with %q", name, l, words)
			}
		}
	}
}
