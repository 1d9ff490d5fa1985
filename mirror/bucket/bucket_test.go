package bucket_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/mirror"
	"github.com/bonghwa/bonghwa/mirror/bucket"
	"github.com/bonghwa/bonghwa/press"
)

// shop is a store on the loopback, and what was asked of it.
type shop struct {
	t       *testing.T
	backend *s3mem.Backend
	url     string

	mu     sync.Mutex
	asked  []string // "PUT en/index.html"
	refuse string   // what is asked and begins so fails
	sent   map[string]http.Header
}

const name = "status"

func open(t *testing.T) *shop {
	t.Helper()
	s := &shop{t: t, backend: s3mem.New(), sent: map[string]http.Header{}}
	if err := s.backend.CreateBucket(name); err != nil {
		t.Fatal(err)
	}
	fake := gofakes3.New(s.backend).Server()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		asked := r.Method + " " + strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/"+name), "/")
		s.asked = append(s.asked, asked)
		s.sent[asked] = r.Header.Clone()
		refused := s.refuse != "" && strings.HasPrefix(asked, s.refuse)
		s.mu.Unlock()
		if refused {
			http.Error(w, "no", http.StatusForbidden)
			return
		}
		fake.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// puts are the names written since the last call, in their order.
func (s *shop) puts() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, a := range s.asked {
		if what, ok := strings.CutPrefix(a, "PUT "); ok {
			out = append(out, what)
		}
	}
	s.asked = nil
	return out
}

func (s *shop) target(prefix string) *bucket.Bucket {
	s.t.Helper()
	b, err := bucket.Open("s3://"+name+"?region=ap-northeast-2&endpoint="+s.url, prefix, env(map[string]string{"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "hidden"}))
	if err != nil {
		s.t.Fatal(err)
	}
	return b
}

func (s *shop) object(key string) string {
	s.t.Helper()
	o, err := s.backend.GetObject(name, key, nil)
	if err != nil {
		return ""
	}
	raw, err := io.ReadAll(o.Contents)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(raw)
}

func (s *shop) keys() []string {
	s.t.Helper()
	list, err := s.backend.ListBucket(name, nil, gofakes3.ListBucketPage{})
	if err != nil {
		s.t.Fatal(err)
	}
	var out []string
	for _, o := range list.Contents {
		out = append(out, o.Key)
	}
	return out
}

func env(m map[string]string) func(string) string { return func(k string) string { return m[k] } }

type site map[string]string

func (s site) Print(path string) (press.Paper, bool, error) {
	body, ok := s[path]
	p := press.Paper{Type: "text/html; charset=utf-8", Language: "en", Body: []byte(body)}
	switch {
	case strings.HasPrefix(path, "/api"):
		p = press.Paper{Type: "application/json", Body: []byte(body), Keep: press.Feed}
	case strings.HasPrefix(path, "/assets"):
		p = press.Paper{Type: "text/css", Body: []byte(body), Keep: press.Forever}
	}
	return p, ok, nil
}

func (s site) Paths() iter.Seq[string] { return slices.Values(slices.Sorted(maps.Keys(s))) }

// copyOf is a revision at a minute, which every page says.
func copyOf(n, minute int64, more ...string) mirror.Copy {
	s := site{"/assets/1/style.css": strings.Repeat("a{}", 200), "/api/v1/public": "{}"}
	for _, path := range append([]string{"/en/", "/en/history"}, more...) {
		s[path] = fmt.Sprintf("%s %d at %d", path, n, minute)
	}
	return mirror.Copy{
		Mark:     mirror.Mark{Revision: journal.Position{Epoch: 1, Number: n}, Told: time.Unix(minute*60, 0)},
		Editions: []*press.Edition{press.NewEdition(press.Imprint{}, s)}, First: []string{"/en/"},
	}
}

func write(t *testing.T, b *bucket.Bucket, c mirror.Copy) mirror.Report {
	t.Helper()
	r, err := b.Write(t.Context(), c, mirror.Work{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestObjectsSayWhatTheyAre(t *testing.T) {
	t.Parallel()
	s := open(t)
	if r := write(t, s.target("/shown/"), copyOf(1, 1)); r.Written != 4 || r.Kept != 0 {
		t.Errorf("%+v", r)
	}
	want := []string{"shown/.bonghwa-copy.json", "shown/api/v1/public/index.html", "shown/assets/1/style.css", "shown/en/history/index.html", "shown/en/index.html"}
	if got := s.keys(); !slices.Equal(got, want) {
		t.Errorf("it holds %v", got)
	}
	for key, header := range map[string][2]string{
		"shown/en/index.html":            {"text/html; charset=utf-8", "stale-if-error"},
		"shown/api/v1/public/index.html": {"application/json", "max-age=15"},
		"shown/assets/1/style.css":       {"text/css", "immutable"},
	} {
		if h := s.sent["PUT "+key]; h.Get("Content-Type") != header[0] || !strings.Contains(h.Get("Cache-Control"), header[1]) || h.Get("Content-Encoding") != "" {
			t.Errorf("%s says %v", key, h)
		}
	}
	if body := s.object("shown/assets/1/style.css"); body != strings.Repeat("a{}", 200) {
		t.Errorf("compressed, or cut: %q", body)
	}
}

func TestFrontPagesChangeLast(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.target("")
	write(t, b, copyOf(1, 1, "/en/old"))
	puts := s.puts()
	if n := len(puts); puts[0] != ".bonghwa-copy.json" || puts[n-2] != "en/index.html" || puts[n-1] != ".bonghwa-copy.json" {
		t.Errorf("written were %v", puts)
	}
	s.refuse = "PUT en/new" // a deep page fails
	if _, err := b.Write(t.Context(), copyOf(2, 2, "/en/new"), mirror.Work{}); !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "s3://status/") {
		t.Errorf("%v", err)
	}
	if body := s.object("en/index.html"); body != "/en/ 1 at 1" {
		t.Errorf("the front page says %q though a page behind it is missing", body)
	}
	if body := s.object("en/old/index.html"); body == "" {
		t.Error("a page is gone that the front page leads to")
	}
	s.refuse = ""
	if r := write(t, b, copyOf(2, 2, "/en/new")); r.Removed != 1 {
		t.Errorf("%+v", r)
	}
	if got := s.keys(); slices.Contains(got, "en/old/index.html") || !slices.Contains(got, "en/new/index.html") {
		t.Errorf("it holds %v", got)
	}
}

func TestWhatDidNotChangeIsNotWrittenAgain(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.target("")
	write(t, b, copyOf(1, 1))
	s.puts()
	if r := write(t, b, copyOf(1, 2)); r.Written != 1 { // a minute more: the front alone
		t.Errorf("%+v", r)
	}
	if got := s.puts(); !slices.Equal(got, []string{"en/index.html", ".bonghwa-copy.json"}) {
		t.Errorf("a minute more: %v", got)
	}
	if r := write(t, b, copyOf(2, 3)); r.Written != 2 || r.Kept != 2 { // a fact more: every page
		t.Errorf("%+v", r)
	}
	if mark, err := b.Look(t.Context()); err != nil || mark.Revision.Number != 2 {
		t.Errorf("%+v, %v", mark, err)
	}
	if r := write(t, b, copyOf(1, 9)); !r.Newer {
		t.Errorf("an older one: %+v", r)
	}
}

func TestAnObjectThatSomebodyElseWroteIsWrittenAgain(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.target("")
	write(t, b, copyOf(1, 1))
	const other = "something else"
	if _, err := s.backend.PutObject(name, "assets/1/style.css", map[string]string{}, strings.NewReader(other), int64(len(other)), nil); err != nil {
		t.Fatal(err)
	}
	write(t, b, copyOf(2, 2))
	if body := s.object("assets/1/style.css"); body == other {
		t.Error("the manifest was believed")
	}
}

func TestInAnEmergencyTheFrontIsFirst(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.target("")
	write(t, b, copyOf(5, 5))
	s.puts()
	if _, err := b.Write(t.Context(), copyOf(4, 4), mirror.Work{Force: true}); err != nil {
		t.Fatal(err)
	}
	if got := s.puts(); got[0] != "en/index.html" || !slices.Contains(got, "en/history/index.html") {
		t.Errorf("written were %v", got)
	}
}

func TestABucketOfSomebodyElseIsNotTouched(t *testing.T) {
	t.Parallel()
	s := open(t)
	if _, err := s.backend.PutObject(name, "index.html", map[string]string{}, strings.NewReader("x"), 1, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := s.target("").Write(t.Context(), copyOf(1, 1), mirror.Work{}); !fault.Is(err, fault.Conflict) {
		t.Errorf("%v", err)
	}
	write(t, s.target("ours"), copyOf(1, 1)) // beside it there is room
	if body := s.object("index.html"); body != "x" || len(s.keys()) != 6 {
		t.Errorf("it holds %v", s.keys())
	}
}

func TestAStoreThatDoesNotAnswerIsSaid(t *testing.T) {
	t.Parallel()
	b, err := bucket.Open("s3://status?endpoint=http://127.0.0.1:9", "", env(map[string]string{"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "hidden"}))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if _, err := b.Write(ctx, copyOf(1, 1), mirror.Work{}); !fault.Is(err, fault.Unavailable) || strings.Contains(err.Error(), "hidden") {
		t.Errorf("%v", err)
	}
	s := open(t)
	gone, err := bucket.Open("s3://nobody?endpoint="+s.url, "", env(map[string]string{"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "hidden"}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := gone.Look(t.Context()); err == nil || !strings.Contains(err.Error(), "NoSuchBucket") {
		t.Errorf("a bucket that is not there: %v", err)
	}
	s.refuse = "GET"
	if _, err := s.target("").Look(t.Context()); err == nil {
		t.Error("it may not be read, and was")
	}
}

func TestKeysComeFromWhereTheyAreLookedFor(t *testing.T) {
	t.Parallel()
	s := open(t)
	file := filepath.Join(t.TempDir(), "credentials")
	text := "# ours\n[other]\naws_access_key_id = x\n\n[ pages ]\naws_access_key_id = key\nAWS_SECRET_ACCESS_KEY= hidden\naws_session_token=t\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		env  map[string]string
		want string
	}{
		"nothing":        {nil, "there are no keys for the store"},
		"half":           {map[string]string{"AWS_ACCESS_KEY_ID": "hidden"}, "there are no keys"},
		"no file":        {map[string]string{"AWS_SHARED_CREDENTIALS_FILE": file + "x"}, "read the store's keys"},
		"no profile":     {map[string]string{"AWS_SHARED_CREDENTIALS_FILE": file}, "the profile default has no keys"},
		"half a profile": {map[string]string{"AWS_SHARED_CREDENTIALS_FILE": file, "AWS_PROFILE": "other"}, "the profile other has no keys"},
		"a profile":      {map[string]string{"AWS_SHARED_CREDENTIALS_FILE": file, "AWS_PROFILE": "pages"}, ""},
	} {
		b, err := bucket.Open("s3://status?endpoint="+s.url, "", env(c.env))
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.Look(t.Context())
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hidden")) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	for _, address := range []string{"", "status", "https://x", "s3://", "s3://key:hidden@status"} {
		if _, err := bucket.Open(address, "", env(nil)); !fault.Is(err, fault.Invalid) || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestACopyThatIsStoppedSaysSo(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := s.target("").Write(ctx, copyOf(1, 1), mirror.Work{Progress: func(int, int) { cancel() }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if body := s.object("en/index.html"); body != "" {
		t.Error("the front page stands on nothing")
	}
	write(t, s.target(""), copyOf(1, 1)) // the next one begins anew
}
