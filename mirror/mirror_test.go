package mirror_test

import (
	"context"
	"errors"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/mirror"
	"github.com/bonghwa/bonghwa/press"
)

// shelf prints what it holds.
type shelf map[string]press.Paper

func (s shelf) Print(path string) (press.Paper, bool, error) {
	if strings.HasPrefix(path, "/broken") {
		return press.Paper{}, true, errors.New("out of ink")
	}
	p, ok := s[path]
	return p, ok, nil
}

func (s shelf) Paths() iter.Seq[string] { return slices.Values(slices.Sorted(maps.Keys(s))) }

func edition(s shelf) *press.Edition { return press.NewEdition(press.Imprint{}, s) }

func TestEveryPathHasANameThatServersGiveTheRightType(t *testing.T) {
	t.Parallel()
	const html = "text/html; charset=utf-8"
	for _, c := range []struct{ path, kind, file, object string }{
		{"/", html, "index.html", "index.html"},
		{"/en/", html, "en/index.html", "en/index.html"},
		{"/en/history", html, "en/history/index.html", "en/history/index.html"},
		{"/en/history/2018-11", html, "en/history/2018-11/index.html", "en/history/2018-11/index.html"},
		{"/en/components/web.shop", html, "en/components/web.shop/index.html", "en/components/web.shop/index.html"},
		{"/404.html", html, "404.html", "404.html"},
		{"/api/v1/public", "application/json", "api/v1/public/index.json", "api/v1/public/index.html"},
		{"/api/v2/summary.json", "application/json", "api/v2/summary.json", "api/v2/summary.json"},
		{"/history.rss", "application/rss+xml; charset=utf-8", "history.rss", "history.rss"},
		{"/calendar.ics", "text/calendar; charset=utf-8", "calendar.ics", "calendar.ics"},
		{"/badge/ec2.svg", "image/svg+xml", "badge/ec2.svg", "badge/ec2.svg"},
		{"/en/components/a.json", html, "en/components/a.json/index.html", "en/components/a.json"}, // its header says what it is
		{"/theme.css", "text/css; charset=utf-8", "theme.css", "theme.css"},
	} {
		if got := mirror.FileName(c.path, c.kind); got != c.file {
			t.Errorf("the file of %s is %s, want %s", c.path, got, c.file)
		}
		if got := mirror.ObjectName(c.path); got != c.object {
			t.Errorf("the object of %s is %s, want %s", c.path, got, c.object)
		}
	}
}

func TestPagesPeopleComeInByAreLast(t *testing.T) {
	t.Parallel()
	c := mirror.Copy{
		Editions: []*press.Edition{edition(shelf{"/": {}, "/assets/x/a.css": {}}), edition(shelf{"/en/": {}, "/en/a": {}, "/ko/": {}, "/": {}})},
		First:    []string{"/", "/ko/", "/en/"},
	}
	if got := strings.Join(c.Paths(), " "); got != "/assets/x/a.css /en/a /en/ /ko/ /" {
		t.Errorf("the order is %s", got)
	}
}

func TestFilesAreWhatIsPrintedAndMayBeKept(t *testing.T) {
	t.Parallel()
	long := []byte(strings.Repeat("again and again ", 100))
	c := mirror.Copy{Editions: []*press.Edition{
		edition(shelf{"/a": {Type: "text/html", Body: []byte("first"), Language: "en"}}),
		edition(shelf{"/a": {Type: "text/html", Body: []byte("second")}, "/b": {Type: "text/css", Body: long, Keep: press.Forever}, "/c": {Keep: press.Never}}),
	}}
	got := map[string]mirror.File{}
	for f, err := range c.Files(t.Context(), mirror.Work{}, append(c.Paths(), "/gone")) {
		if err != nil {
			t.Fatal(err)
		}
		got[f.Path] = f
	}
	if len(got) != 2 || string(got["/a"].Body) != "first" || got["/a"].Language != "en" || got["/a"].Gzip != nil || len(got["/a"].Hash) != 64 {
		t.Errorf("%+v", got)
	}
	if b := got["/b"]; len(b.Gzip) == 0 || !strings.Contains(b.Cache, "immutable") || b.Type != "text/css" {
		t.Errorf("%+v", b)
	}
}

func TestWhatCannotBeAFileIsAnError(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"no-slash", "/../etc/passwd", "/a/../b", "/a//b", "/a\\b", "/a\x00", "/a?b", "/./a", "/broken"} {
		c := mirror.Copy{Editions: []*press.Edition{edition(shelf{path: {Body: []byte("x")}})}}
		n := 0
		for _, err := range c.Files(t.Context(), mirror.Work{}, c.Paths()) {
			if n++; err == nil {
				t.Errorf("%q becomes a file", path)
			}
		}
		if n != 1 {
			t.Errorf("%q: %d files", path, n)
		}
	}
}

func TestThePaceRestsAsLongAsItWorks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pace := mirror.NewPace()
		var wall clock.Wall
		began := wall.Now()
		done := make(chan struct{})
		for range 2 { // however many copies are made at once
			go func() {
				for range 50 {
					_ = pace.Do(t.Context(), wall, func() error { return wall.Sleep(t.Context(), 7*time.Millisecond) })
				}
				done <- struct{}{}
			}()
		}
		<-done
		<-done
		if took := wall.Since(began); took < 1390*time.Millisecond || took > 1500*time.Millisecond {
			t.Errorf("700 ms of work took %v", took)
		}
		var none *mirror.Pace
		began = wall.Now()
		_ = none.Do(t.Context(), wall, func() error { return wall.Sleep(t.Context(), time.Second) })
		if took := wall.Since(began); took != time.Second {
			t.Errorf("without a pace it took %v", took)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := pace.Do(ctx, wall, func() error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("after its end: %v", err)
		}
	})
}

func TestACopyIsLeftWhereANewerOneIsKept(t *testing.T) {
	t.Parallel()
	at := func(minute int) time.Time { return time.Date(2018, 11, 21, 23, minute, 0, 0, time.UTC) }
	mark := func(number int64, minute, note int) mirror.Mark {
		m := mirror.Mark{Revision: journal.Position{Epoch: 1, Number: number}, Told: at(minute)}
		if note > 0 {
			m.Note.At = at(note)
		}
		return m
	}
	var wall clock.Wall
	for name, c := range map[string]struct {
		stands, ours mirror.Mark
		leave        bool
	}{
		"the same":                  {mark(5, 1, 0), mark(5, 1, 0), false},
		"a fact more":               {mark(6, 1, 0), mark(5, 2, 0), true},
		"a minute more":             {mark(5, 2, 0), mark(5, 1, 0), true},
		"a fact less":               {mark(4, 9, 0), mark(5, 1, 0), false},
		"a banner more":             {mark(4, 1, 3), mark(5, 1, 0), true},
		"a banner before":           {mark(6, 1, 3), mark(5, 1, 4), false},
		"a banner, and a fact more": {mark(6, 1, 3), mark(5, 1, 3), true},
	} {
		m := mirror.Manifest{Mark: c.stands, At: wall.Now()}
		if got := m.Leave(mirror.Copy{Mark: c.ours}, mirror.Work{}); got != c.leave {
			t.Errorf("%s: left is %v", name, got)
		}
		if m.Leave(mirror.Copy{Mark: c.ours}, mirror.Work{Force: true}) {
			t.Errorf("%s: left in an emergency", name)
		}
		m.At = m.At.Add(-mirror.Abandoned - time.Second)
		noted := c.stands.Note.At.After(c.ours.Note.At) // it would be lost
		if m.Leave(mirror.Copy{Mark: c.ours}, mirror.Work{}) != noted {
			t.Errorf("%s: left though nobody keeps it any more", name)
		}
	}
	if !mark(5, 1, 3).Same(mark(5, 2, 3)) || mark(5, 1, 3).Same(mark(5, 1, 4)) || mark(5, 1, 3).Same(mark(6, 1, 3)) {
		t.Error("the minute alone makes no other state")
	}
}
