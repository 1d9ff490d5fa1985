package harness_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/test/harness"
)

// front is nginx with the configuration of the operator's guide, on ports and
// folders of the test's own, before an upstream.
type front struct {
	t           *testing.T
	plain, safe string // host:port of http and of https
	copies      string // the folder of the static copy
}

// guided is the configuration that the guide shows first of a node, then of a copy.
func guided(t *testing.T, which int) string {
	t.Helper()
	guide, err := os.ReadFile(filepath.Join("..", "..", "docs", "guide", "operator.md"))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)```nginx\n(.*?)```").FindAllSubmatch(guide, -1)
	if len(found) <= which {
		t.Fatalf("the guide shows %d nginx configurations", len(found))
	}
	return string(found[which][1])
}

// proxied starts nginx before host:port of an upstream.
func proxied(t *testing.T, upstream string) *front {
	t.Helper()
	nginx := "/usr/sbin/nginx" // which is not on everybody's path
	if _, err := os.Stat(nginx); err != nil {
		nginx = harness.Need(t, "nginx")
	}
	dir := t.TempDir()
	f := &front{t: t, plain: freePort(t), safe: freePort(t), copies: filepath.Join(dir, "copies")}
	certificate(t, dir)
	text := guided(t, 0)
	for _, change := range [][2]string{
		{"listen 80;", "listen " + f.plain + ";"},
		{"listen 443 ssl http2;", "listen " + f.safe + " ssl http2;"},
		{"/etc/ssl/status.example.com.pem", filepath.Join(dir, "cert.pem")},
		{"/etc/ssl/private/status.example.com.key", filepath.Join(dir, "key.pem")},
		{"/var/cache/nginx/status", filepath.Join(dir, "cache")},
		{"/var/www/status", f.copies},
		{"http://127.0.0.1:8018", "http://" + upstream},
	} {
		if !strings.Contains(text, change[0]) {
			t.Fatalf("the guide's configuration has no %q", change[0])
		}
		text = strings.ReplaceAll(text, change[0], change[1])
	}
	write(t, filepath.Join(dir, "status.conf"), text)
	write(t, filepath.Join(dir, "nginx.conf"), "daemon off;\nmaster_process off;\npid "+dir+"/pid;\nevents {}\nhttp {\n  types { text/html html; text/css css; }\n  access_log off;\n"+
		temporary(dir)+"  include "+dir+"/status.conf;\n}\n")
	f.start(nginx, dir)
	return f
}

// temporary are the folders that nginx would otherwise have in the system's.
func temporary(dir string) string {
	var b strings.Builder
	for _, name := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		fmt.Fprintf(&b, "  %s_temp_path %s/%s;\n", name, dir, name)
	}
	return b.String()
}

// start runs nginx in the foreground until the test ends, and waits until it
// answers.
func (f *front) start(nginx, dir string) {
	f.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, nginx, "-e", "stderr", "-p", dir, "-c", filepath.Join(dir, "nginx.conf"))
	said := &strings.Builder{}
	cmd.Stderr = said
	if err := cmd.Start(); err != nil {
		cancel()
		f.t.Fatal(err)
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		_ = cmd.Wait() // it is killed
	}()
	f.t.Cleanup(func() {
		cancel()
		<-over
	})
	var wall clock.Wall
	for {
		c, err := (&net.Dialer{}).DialContext(f.t.Context(), "tcp", f.safe)
		if err == nil {
			_ = c.Close() // it answers
			return
		}
		select {
		case <-over:
			f.t.Fatalf("nginx ended: %s", said)
		default:
		}
		if err := wall.Sleep(f.t.Context(), 20*time.Millisecond); err != nil {
			f.t.Fatal(err)
		}
	}
}

// freePort is an address on the loopback that nobody has a moment ago.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// certificate makes one for the guide's name, and its key.
func certificate(t *testing.T, dir string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"status.example.com"}, NotAfter: clock.Wall{}.Now().Add(time.Hour)}
	cert, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "cert.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})))
	write(t, filepath.Join(dir, "key.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})))
}

// reader is a browser at an address of the loopback, who follows no redirect.
func (f *front) reader(from string) *http.Client {
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DisableKeepAlives: true,
			TLSClientConfig:   &tls.Config{ServerName: "status.example.com", InsecureSkipVerify: true},
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				at := f.safe
				if strings.HasSuffix(address, ":80") {
					at = f.plain
				}
				return dialer.DialContext(ctx, network, at)
			},
		},
	}
}

func (f *front) get(path string, headers ...string) (status int, body string) {
	f.t.Helper()
	return fetch(f.t, f.reader("127.0.0.1"), "https://status.example.com"+path, headers...)
}

// copied writes a file of the static copy in force, to which a link leads.
func (f *front) copied(name, text string) {
	f.t.Helper()
	path := filepath.Join(f.copies, "editions", "1", name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		f.t.Fatal(err)
	}
	write(f.t, path, text)
	if err := os.Symlink("editions/1", filepath.Join(f.copies, "current")); err != nil && !errors.Is(err, fs.ErrExist) {
		f.t.Fatal(err)
	}
}

// stub is an upstream that counts who asks, and streams until it is released.
type stub struct {
	asked   atomic.Int64
	release chan struct{}
}

func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asked.Add(1)
	switch r.URL.Path {
	case "/en/":
		w.Header().Set("Cache-Control", "public, max-age=60")
	case "/en/private":
		w.Header().Set("Cache-Control", "private, max-age=60")
	case "/en/error":
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusServiceUnavailable)
	case "/live/events":
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, "data: first\n\n") // a reader who left
		_ = http.NewResponseController(w).Flush()   // likewise
		<-s.release
	}
	_, _ = fmt.Fprintf(w, "%s for %s, proto %s", r.URL.Path, r.Header.Get("X-Forwarded-For"), r.Header.Get("X-Forwarded-Proto")) // a reader who left
}

// TestTheGuidesNginxDoesWhatTheGuideSays: TLS, addresses, caches as the pages ask,
// a stream that is not held back, and the copy when nobody answers.
func TestTheGuidesNginxDoesWhatTheGuideSays(t *testing.T) {
	t.Parallel()
	s := &stub{release: make(chan struct{})}
	upstream := httptest.NewServer(s)
	defer upstream.Close()
	f := proxied(t, upstream.Listener.Addr().String())

	if status, body := f.get("/ko/", "X-Forwarded-For", "192.0.2.1"); status != http.StatusOK || body != "/ko/ for 192.0.2.1, 127.0.0.1, proto https" {
		t.Errorf("status %d: %s", status, body)
	}
	if status, _ := fetch(t, f.reader("127.0.0.1"), "http://status.example.com/en/"); status != http.StatusMovedPermanently {
		t.Errorf("plain http: status %d", status)
	}
	for path, want := range map[string]int64{"/en/": 1, "/en/private": 3, "/ko/": 3} {
		before := s.asked.Load()
		for range 3 {
			f.get(path)
		}
		if got := s.asked.Load() - before; got != want {
			t.Errorf("%s: the node was asked %d times of 3", path, got)
		}
	}
	if status, body := f.get("/en/error"); status != http.StatusServiceUnavailable || !strings.HasPrefix(body, "/en/error") {
		t.Errorf("the node's own error page: status %d: %s", status, body)
	}
	f.streams(s)

	upstream.Close()
	for name, text := range map[string]string{
		"index.html": "the copy's root", "ko/index.html": "복사본", "ko/history/index.html": "지난 기록", "api/v1/public/index.json": "{}", "assets/1/style.css": "a{}",
	} {
		f.copied(name, text)
	}
	for path, want := range map[string]string{
		"/": "the copy's root", "/ko/": "복사본", "/ko/history": "지난 기록", "/api/v1/public": "{}", "/assets/1/style.css": "a{}",
	} {
		if status, body := f.get(path); status != http.StatusOK || body != want {
			t.Errorf("%s while the node is down: status %d: %s", path, status, body)
		}
	}
	if status, _ := f.get("/ko/nothing"); status != http.StatusServiceUnavailable {
		t.Errorf("what the copy lacks: status %d", status)
	}
}

// streams sees that the first event comes before the answer has ended.
func (f *front) streams(s *stub) {
	f.t.Helper()
	r, err := http.NewRequestWithContext(f.t.Context(), http.MethodGet, "https://status.example.com/live/events", nil)
	if err != nil {
		f.t.Fatal(err)
	}
	answer, err := f.reader("127.0.0.1").Do(r)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }() // read as far as it matters
	line, err := bufio.NewReader(answer.Body).ReadString('\n')
	if err != nil || line != "data: first\n" {
		f.t.Errorf("the first event is %q, %v", line, err)
	}
	close(s.release)
}

// TestAPrivatePageBehindNginx: the real program, read through the guide's proxy.
func TestAPrivatePageBehindNginx(t *testing.T) {
	t.Parallel()
	s := newShop(
		t, "# private: [10.0.0.0/8, 192.168.0.0/16, 127.0.0.1/32]", "private: [127.0.0.2/32]",
		"# trusted_proxies: [127.0.0.1/32]", "trusted_proxies: [127.0.0.1/32]",
	).open()
	f := proxied(t, strings.TrimPrefix(s.base, "http://"))
	const page = "https://status.example.com/en/"
	if status, body := fetch(t, f.reader("127.0.0.2"), page); status != http.StatusOK || !strings.Contains(body, "operate normally") {
		t.Errorf("inside: status %d\n%s", status, body)
	}
	for range 2 { // what an insider read is kept for nobody else
		if status, body := fetch(t, f.reader("127.0.0.3"), page, "X-Forwarded-For", "127.0.0.2"); status != http.StatusForbidden || !strings.Contains(body, "127.0.0.3") {
			t.Errorf("outside: status %d\n%s", status, body)
		}
	}
}
