package press_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/press"
)

// shelf prints what it holds, and counts how often.
type shelf struct {
	papers map[string]press.Paper
	mu     sync.Mutex
	prints map[string]int
	fail   error
}

func (s *shelf) Print(path string) (press.Paper, bool, error) {
	p, ok := s.papers[path]
	if ok {
		s.mu.Lock()
		s.prints[path]++
		s.mu.Unlock()
	}
	return p, ok, s.fail
}

func (s *shelf) Paths() iter.Seq[string] {
	return func(yield func(string) bool) {
		for path := range s.papers {
			if !yield(path) {
				return
			}
		}
	}
}

const long = "A sentence that is told again and again, so that it is worth compressing. "

func holding(papers map[string]press.Paper) (*press.Stand, *shelf) {
	s := &shelf{papers: papers, prints: map[string]int{}}
	stand := &press.Stand{}
	stand.Put(press.NewEdition(press.Imprint{Revision: journal.Position{Epoch: 1, Number: 7}, Confirmed: time.Unix(0, 0)}, s))
	return stand, s
}

func page() map[string]press.Paper {
	return map[string]press.Paper{
		"/en/": {Type: "text/html; charset=utf-8", Language: "en", Body: []byte(strings.Repeat(long, 50))},
		"/a":   {Type: "text/plain", Body: []byte("short"), Keep: press.Forever, Open: true},
		"/js":  {Type: "text/javascript", Body: []byte("1"), Keep: press.Hour, Open: true},
		"/404": {Type: "text/plain", Body: []byte("none"), Keep: press.Never, Status: http.StatusNotFound},
	}
}

func ask(t *testing.T, s *press.Stand, method, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	served, err := s.Serve(w, r)
	if err != nil {
		t.Fatal(err)
	}
	if !served {
		w.Code = 0
	}
	return w
}

func TestEachEncodingHasItsTag(t *testing.T) {
	t.Parallel()
	s, _ := holding(page())
	plain, zipped := ask(t, s, "GET", "/en/"), ask(t, s, "GET", "/en/", "Accept-Encoding", "br, gzip;q=0.5")
	z, err := gzip.NewReader(zipped.Body)
	if err != nil {
		t.Fatal(err)
	}
	unzipped, err := io.ReadAll(z)
	if err != nil || !bytes.Equal(unzipped, plain.Body.Bytes()) {
		t.Fatalf("unzipped it differs: %v", err)
	}
	one, other := plain.Header().Get("ETag"), zipped.Header().Get("ETag")
	if one == other || strings.HasPrefix(one, "W/") || one == "" || zipped.Header().Get("Content-Encoding") != "gzip" {
		t.Errorf("tags %q and %q", one, other)
	}
	for _, tag := range []string{one, other, "W/" + one, `"x", ` + other, "*"} {
		if w := ask(t, s, "GET", "/en/", "If-None-Match", tag, "Accept-Encoding", "gzip"); w.Code != http.StatusNotModified || w.Body.Len() != 0 || w.Header().Get("Vary") == "" {
			t.Errorf("who has %s gets %d and %d bytes", tag, w.Code, w.Body.Len())
		}
	}
	if w := ask(t, s, "GET", "/en/", "If-None-Match", `"other"`); w.Code != http.StatusOK {
		t.Errorf("who has something else gets %d", w.Code)
	}
	for _, refused := range []string{"gzip;q=0", "gzip; q=0.0", "br", "identity"} {
		if w := ask(t, s, "GET", "/en/", "Accept-Encoding", refused); w.Header().Get("Content-Encoding") != "" {
			t.Errorf("%q gets it compressed", refused)
		}
	}
}

func TestHeadAnswersLikeGet(t *testing.T) {
	t.Parallel()
	s, _ := holding(page())
	get, head := ask(t, s, "GET", "/en/"), ask(t, s, "HEAD", "/en/")
	if head.Code != get.Code || head.Body.Len() != 0 {
		t.Errorf("HEAD gives %d and %d bytes", head.Code, head.Body.Len())
	}
	for name := range get.Header() {
		if get.Header().Get(name) != head.Header().Get(name) {
			t.Errorf("%s is %q to GET and %q to HEAD", name, get.Header().Get(name), head.Header().Get(name))
		}
	}
}

func TestCachesAreToldHowLong(t *testing.T) {
	t.Parallel()
	s, _ := holding(page())
	if got := ask(t, s, "GET", "/en/").Header().Get("Cache-Control"); !strings.Contains(got, "s-maxage=5") || !strings.Contains(got, "stale-while-revalidate") || !strings.Contains(got, "stale-if-error") {
		t.Errorf("a page: %q", got)
	}
	if got := ask(t, s, "GET", "/a").Header(); !strings.Contains(got.Get("Cache-Control"), "immutable") || got.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("what never changes: %v", got)
	}
	if got := ask(t, s, "GET", "/js").Header().Get("Cache-Control"); !strings.Contains(got, "max-age=3600") || strings.Contains(got, "immutable") {
		t.Errorf("a script at an address that stays: %q", got)
	}
	if w := ask(t, s, "GET", "/404"); w.Code != http.StatusNotFound || w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("ETag") != "" {
		t.Errorf("what is not there: %d %v", w.Code, w.Header())
	}
	private := press.NewEdition(press.Imprint{Private: true}, &shelf{papers: page(), prints: map[string]int{}})
	for _, path := range []string{"/en/", "/a"} {
		sheet, _, err := private.Sheet(path)
		if err != nil || !strings.HasPrefix(sheet.Header("Cache-Control"), "private") {
			t.Errorf("a private page may be shared: %q, %v", sheet.Header("Cache-Control"), err)
		}
		if open := sheet.Header("Access-Control-Allow-Origin"); open != "" {
			t.Errorf("scripts of %s may read a private page", open)
		}
	}
}

func TestAPathIsPrintedOnceAnEdition(t *testing.T) {
	t.Parallel()
	s, printer := holding(page())
	for range 3 {
		ask(t, s, "GET", "/en/")
	}
	if printer.prints["/en/"] != 1 || s.Served() != 3 {
		t.Errorf("printed %d times for %d answers", printer.prints["/en/"], s.Served())
	}
	s.Put(press.NewEdition(press.Imprint{}, printer))
	ask(t, s, "GET", "/en/")
	if printer.prints["/en/"] != 2 {
		t.Error("a new edition is printed anew")
	}
	if w := ask(t, s, "GET", "/none"); w.Code != 0 {
		t.Errorf("what nobody prints is answered %d", w.Code)
	}
	if w := ask(t, s, "POST", "/en/"); w.Code != 0 {
		t.Errorf("POST is answered %d", w.Code)
	}
	if paths := slices.Collect(s.Edition().Paths()); len(paths) != 4 {
		t.Errorf("paths %v", paths)
	}
}

func TestWhatCannotBePrintedIsAnError(t *testing.T) {
	t.Parallel()
	s, printer := holding(page())
	printer.fail = errors.New("out of ink")
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/en/", nil)
	if served, err := s.Serve(httptest.NewRecorder(), r); served || err == nil || !strings.Contains(err.Error(), "/en/") {
		t.Errorf("served %v, %v", served, err)
	}
	if served, err := new(press.Stand).Serve(httptest.NewRecorder(), r); served || err != nil {
		t.Errorf("before the first edition: %v, %v", served, err)
	}
}

func TestAskingForEverythingDoesNotFillTheMemory(t *testing.T) {
	t.Parallel()
	big := bytes.Repeat([]byte{0}, 32<<20) // compresses to nearly nothing
	s, printer := holding(map[string]press.Paper{"/1": {Body: big}, "/2": {Body: big}, "/3": {Body: big}, "/4": {Body: big}, "/5": {Body: big}})
	for range 2 {
		for _, path := range []string{"/1", "/2", "/3", "/4", "/5"} {
			if w := ask(t, s, "HEAD", path); w.Code != http.StatusOK {
				t.Fatalf("%s: %d", path, w.Code)
			}
		}
	}
	printed := 0
	for _, n := range printer.prints {
		printed += n
	}
	if printed <= 5 || printed >= 10 {
		t.Errorf("%d prints: some are kept, and not all", printed)
	}
}
