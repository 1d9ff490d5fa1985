package harness_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/test/harness"
)

// reference is a link or an asset of a page of ours.
var reference = regexp.MustCompile(`(?:href|src)="(/[^"#?]*)`)

// watched looks at the copies in a folder; at the links of each one once.
type watched struct {
	dir  string
	seen map[string]bool
}

// whole fails when something is wrong with the copy in force: a file that is not
// what its manifest says, or a page that leads to what is not in the copy. What a
// copy cannot do may be missing.
func (w *watched) whole(t *testing.T) (files int) {
	t.Helper()
	dir := w.dir
	at, err := filepath.EvalSymlinks(filepath.Join(dir, "current"))
	if err != nil {
		t.Fatalf("there is no copy in force: %v", err)
	}
	raw, err := os.ReadFile(filepath.Join(at, ".manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var m struct {
		Files map[string]struct{ Hash string }
	}
	if err := json.Unmarshal(raw, &m); err != nil || len(m.Files) == 0 {
		t.Fatalf("the manifest has %d files, %v", len(m.Files), err)
	}
	for name, f := range m.Files {
		body, err := os.ReadFile(filepath.Join(at, name))
		if sum := sha256.Sum256(body); err != nil || hex.EncodeToString(sum[:]) != f.Hash {
			t.Fatalf("%s is not what the manifest says: %v", name, err)
		}
		if w.seen[at] || !strings.HasSuffix(name, ".html") {
			continue
		}
		for _, found := range reference.FindAllStringSubmatch(string(body), -1) {
			if !inCopy(m.Files, found[1]) {
				t.Fatalf("%s leads to %s, which is not in the copy", name, found[1])
			}
		}
	}
	w.seen[at] = true
	return len(m.Files)
}

func inCopy[F any](files map[string]F, path string) bool {
	for _, cannot := range []string{"/my/", "/search", "/feedback", "/sign-in", "/openapi.json"} {
		if strings.Contains(path, cannot) {
			return true
		}
	}
	name := strings.TrimPrefix(path, "/")
	for _, candidate := range []string{name, filepath.Join(name, "index.html"), filepath.Join(name, "index.json")} {
		if _, ok := files[candidate]; ok {
			return true
		}
	}
	return false
}

// TestKillNineInTheMiddleOfCopying: kill -9 while a copy is written, twenty times.
// The copy in force is a whole one at each moment, and nothing is left of those that
// were not.
func TestKillNineInTheMiddleOfCopying(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	wide(t, dir)
	copied := filepath.Join(dir, "copy")
	w := &watched{dir: copied, seen: map[string]bool{}}
	export := []string{"page", "export", copied, "--config", filepath.Join(dir, "bonghwa.yaml")}
	if status, out, complaints := harness.Run(t, 2*time.Minute, export...); status != 0 {
		t.Fatalf("status %d\n%s%s", status, out, complaints)
	}
	files := w.whole(t)
	random := rand.New(rand.NewPCG(20, 22112018))
	for range 20 {
		before, written := editions(t, copied), random.IntN(files)
		p := harness.Start(t, 2*time.Minute, export...)
		p.Until(fmt.Sprintf("%d files of %d are written", written, files), func() bool { return begun(t, copied, before) > written })
		p.Kill()
		w.whole(t)
	}
	if status, out, complaints := harness.Run(t, 2*time.Minute, export...); status != 0 {
		t.Fatalf("status %d\n%s%s", status, out, complaints)
	}
	w.whole(t)
	left, err := os.ReadDir(filepath.Join(copied, "editions"))
	if err != nil || len(left) != 2 {
		t.Errorf("left lies %v, %v", left, err)
	}
}

// editions are the folders of copies, whole or not.
func editions(t *testing.T, copied string) map[string]bool {
	t.Helper()
	all, err := os.ReadDir(filepath.Join(copied, "editions"))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, one := range all {
		names[one.Name()] = true
	}
	return names
}

// begun counts the files of a copy that was not there before.
func begun(t *testing.T, copied string, before map[string]bool) (files int) {
	t.Helper()
	for name := range editions(t, copied) {
		if before[name] {
			continue
		}
		_ = filepath.WalkDir(filepath.Join(copied, "editions", name), func(_ string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				files++
			}
			return nil // files come and go
		})
	}
	return files
}

// wide is a configuration and a database with a catalogue of many components.
func wide(t *testing.T, dir string) {
	t.Helper()
	config := filepath.Join(dir, "bonghwa.yaml")
	write(t, config, "database: sqlite:bonghwa.db\nlisten: 127.0.0.1:0\nadmin: 127.0.0.1:0\npublic_url: http://localhost:0\n")
	var b strings.Builder
	b.WriteString("regions:\n")
	for n := range 4 {
		fmt.Fprintf(&b, "  - {id: region-%d, name: {ko: 지역 %d, en: Region %d}, operated_by: {ko: 우리, en: Us}, operated_from: {ko: 한국, en: Korea}, since: 2024-01-01, time_zone: Asia/Seoul}\n", n, n, n)
	}
	b.WriteString("services:\n")
	for n := range 6 {
		fmt.Fprintf(&b, "  - {id: service-%d, name: {ko: 서비스 %d, en: Service %d}, category: compute}\n", n, n, n)
	}
	b.WriteString("components:\n  - {services: all, regions: all, basis: declared}\n")
	write(t, filepath.Join(dir, "catalog.yaml"), b.String())
	p := harness.Start(t, time.Minute, "serve", "--config", config)
	var page string
	p.Until("the node says where it is", func() bool {
		found := pageAt.FindStringSubmatch(p.Out())
		if found != nil {
			page = found[1]
		}
		return found != nil
	})
	key := filepath.Join(dir, "operator.key")
	for _, args := range [][]string{
		{"key", "create", "--config", config, "--role", "operator", "--name", "test", "--out", key},
		{"catalog", "apply", filepath.Join(dir, "catalog.yaml"), "--server", page, "--key-file", key},
	} {
		if status, out, complaints := harness.Run(t, time.Minute, args...); status != 0 {
			t.Fatalf("%v: status %d\n%s%s", args, status, out, complaints)
		}
	}
	p.Kill()
}

// served starts nginx with the guide's configuration for a copy alone, and gives its
// address.
func served(t *testing.T, copied string) string {
	t.Helper()
	nginx := "/usr/sbin/nginx" // which is not on everybody's path
	if _, err := os.Stat(nginx); err != nil {
		nginx = harness.Need(t, "nginx")
	}
	dir := t.TempDir()
	f := &front{t: t, safe: freePort(t)}
	text := guided(t, 1)
	for _, change := range [][2]string{{"listen 80;", "listen " + f.safe + ";"}, {"/var/www/status", copied}} {
		if !strings.Contains(text, change[0]) {
			t.Fatalf("the guide's configuration has no %q", change[0])
		}
		text = strings.ReplaceAll(text, change[0], change[1])
	}
	write(t, filepath.Join(dir, "status.conf"), text)
	write(t, filepath.Join(dir, "nginx.conf"), "daemon off;\nmaster_process off;\npid "+dir+"/pid;\nevents {}\nhttp {\n  include /etc/nginx/mime.types;\n  access_log off;\n"+
		temporary(dir)+"  include "+dir+"/status.conf;\n}\n")
	f.start(nginx, dir)
	return "http://" + f.safe
}

// TestNginxServesACopyAsItIs: with the lines of the guide every address of the copy
// answers with its type, compressed where that is asked for, and what a copy cannot
// do says so.
func TestNginxServesACopyAsItIs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	wide(t, dir)
	copied := filepath.Join(dir, "copy")
	if status, out, complaints := harness.Run(t, 2*time.Minute, "page", "export", copied, "--config", filepath.Join(dir, "bonghwa.yaml")); status != 0 {
		t.Fatalf("status %d\n%s%s", status, out, complaints)
	}
	base := served(t, copied)
	ask := func(method, path, encoding string) (status int, head http.Header, body string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept-Encoding", encoding)
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }() // read to its end
		raw, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, answer.Header, string(raw)
	}
	for path, kind := range map[string]string{
		"/": "text/html", "/en/": "text/html", "/ko/history": "text/html", "/en/components/service-1-region-2": "text/html",
		"/theme.css": "text/css", "/api/v1/public/status": "application/json", "/badge/status.svg": "image/svg+xml", "/embed/en.json": "application/json",
		"/api/v2/summary.json": "application/json", "/ko/history.rss": "application/rss+xml", "/calendar.ics": "text/calendar",
	} {
		status, head, _ := ask(http.MethodGet, path, "gzip")
		if status != http.StatusOK || !strings.HasPrefix(head.Get("Content-Type"), kind) {
			t.Errorf("%s: %d, %q", path, status, head.Get("Content-Type"))
		}
		if path == "/en/" && head.Get("Content-Encoding") != "gzip" {
			t.Error("the front page is not compressed")
		}
	}
	for path, method := range map[string]string{"/en/my/": http.MethodGet, "/ko/nothing": http.MethodGet, "/.manifest.json": http.MethodGet, "/theme": http.MethodPost} {
		if status, _, body := ask(method, path, "identity"); status != http.StatusNotFound || !strings.Contains(body, "This page is not in the copy") {
			t.Errorf("%s: %d", path, status)
		}
	}
	if status, body := fetch(t, http.DefaultClient, base+"/"); status != http.StatusOK || !strings.Contains(body, `content="0; url=/en/"`) {
		t.Errorf("the front leads nowhere: %d", status)
	}
}
