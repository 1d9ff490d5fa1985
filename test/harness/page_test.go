package harness_test

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/test/harness"
)

// shop is a page alone, served by the real program from one file.
type shop struct {
	t       *testing.T
	dir     string
	told    string // what init printed
	program *harness.Program
	base    string
}

// newShop runs init --page; its file is changed by pairs of old and new, and but for
// them and the ports is as it was written.
func newShop(t *testing.T, changes ...string) *shop {
	t.Helper()
	s := &shop{t: t, dir: filepath.Join(t.TempDir(), "my shop")}
	status, out, complaints := harness.Run(t, time.Minute, "init", "--page", s.dir)
	if status != 0 {
		t.Fatalf("init: status %d: %s%s", status, out, complaints)
	}
	s.told = out
	s.edit(append(changes, "127.0.0.1:8018", "127.0.0.1:0", "127.0.0.1:8019", "127.0.0.1:0", "http://localhost:8018", "http://localhost:0")...)
	return s
}

func (s *shop) config() string { return filepath.Join(s.dir, "bonghwa.yaml") }

// edit replaces text in the configuration; all of it must be there.
func (s *shop) edit(changes ...string) {
	s.t.Helper()
	raw, err := os.ReadFile(s.config())
	if err != nil {
		s.t.Fatal(err)
	}
	text := string(raw)
	for i := 0; i+1 < len(changes); i += 2 {
		if !strings.Contains(text, changes[i]) {
			s.t.Fatalf("the configuration has no %q:\n%s", changes[i], text)
		}
		text = strings.Replace(text, changes[i], changes[i+1], 1)
	}
	write(s.t, s.config(), text)
}

var shownAt = regexp.MustCompile(`the dashboard is on (http://127\.0\.0\.1:\d+)`)

// open serves the page.
func (s *shop) open() *shop {
	s.t.Helper()
	s.program = harness.Start(s.t, 3*time.Minute, "serve", "--config", s.config())
	s.program.Until("the page is up", func() bool {
		found := shownAt.FindStringSubmatch(s.program.Out())
		if found != nil {
			s.base = found[1]
		}
		return found != nil
	})
	return s
}

// get reads a page; headers come in pairs.
func (s *shop) get(path string, headers ...string) (status int, body string) {
	s.t.Helper()
	return fetch(s.t, http.DefaultClient, s.base+path, headers...)
}

func fetch(t *testing.T, client *http.Client, address string, headers ...string) (status int, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }() // read to its end
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(raw)
}

// says waits until a page says something.
func (s *shop) says(path, words string) {
	s.t.Helper()
	s.program.Until(path+" says "+words, func() bool {
		_, body := s.get(path)
		return strings.Contains(body, words)
	})
}

// shell runs lines as a shell does, with the program as bonghwa on the path.
func (s *shop) shell(lines ...string) string {
	s.t.Helper()
	bin := s.t.TempDir()
	program, err := filepath.Abs(harness.Need(s.t, "BONGHWA_BIN"))
	if err == nil {
		err = os.Symlink(program, filepath.Join(bin, "bonghwa"))
	}
	if err != nil {
		s.t.Fatal(err)
	}
	cmd := exec.CommandContext(s.t.Context(), "sh", "-euc", strings.Join(lines, "\n"))
	cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "BONGHWA_SERVER="+s.base)
	out, err := cmd.CombinedOutput()
	if err != nil {
		s.t.Fatalf("%v\n%s\n%s", err, strings.Join(lines, "\n"), out)
	}
	return strings.TrimSpace(string(out))
}

// commands are the lines that init printed to be run.
func (s *shop) commands() []string {
	var out []string
	for line := range strings.Lines(s.told) {
		if command, ok := strings.CutPrefix(line, "  "); ok {
			out = append(out, strings.TrimSpace(command))
		}
	}
	return out
}

// TestAShopFromOneFile goes the way of somebody who has nothing: init, serve, the
// commands that init printed, as they stand; then a component is taken out, and its
// history keeps its name.
func TestAShopFromOneFile(t *testing.T) {
	t.Parallel()
	s := newShop(t).open()
	for path, words := range map[string]string{
		"/en/": "All 3 components operate normally.", "/ko/": "구성 요소 3개가 모두 정상입니다.",
		"/en/components/checkout-page": "Cards and bank transfers", "/en/history": "History",
	} {
		if status, body := s.get(path); status != http.StatusOK || !strings.Contains(body, words) {
			t.Errorf("%s: status %d, without %q", path, status, words)
		}
	}
	commands := s.commands()
	if len(commands) != 7 || !strings.HasPrefix(commands[0], "bonghwa serve") || !strings.HasPrefix(commands[6], "bonghwa incident resolve") {
		t.Fatalf("init printed %q", commands)
	}
	id := s.shell(append(commands[1:4:4], "echo \"$ID\"")...)
	id = id[strings.LastIndex(id, "\n")+1:]
	again := []string{commands[2], "ID=" + id}
	s.shell(append(again, commands[4], commands[5])...)
	s.says("/en/", "We are looking into failing payments.")
	s.says("/ko/", "결제의 API 요청이")
	if _, body := s.get("/en/"); !strings.Contains(body, "Checkout") || strings.Contains(body, "Checkout, ") || strings.Contains(body, "/my/") {
		t.Errorf("the page speaks of places, or of accounts:\n%s", body)
	}
	s.shell(append(again, commands[6])...)
	s.says("/en/incidents/"+id, "Payments work again.")

	s.program.Kill()
	s.edit(`    - id: checkout
      name: {ko: 결제, en: Checkout}
      description: {ko: 카드 결제와 계좌 이체, en: Cards and bank transfers}
      group: {ko: 온라인 상점, en: Online shop}
`, "")
	s.open()
	s.says("/en/", "All 2 components operate normally.")
	if status, body := s.get("/en/incidents/" + id); status != http.StatusOK || !regexp.MustCompile(`<h3>\s*Checkout\s*<`).MatchString(body) {
		t.Errorf("the history lost the name: status %d\n%s", status, body)
	}
	if status, _ := s.get("/en/components/checkout-page"); status != http.StatusNotFound {
		t.Errorf("what was taken out is shown: %d", status)
	}
}

// TestEveryExampleOfTheFileWorks: what stands in the file as an example is taken
// when its mark is taken away, and so it does not lead anybody into a mistake.
func TestEveryExampleOfTheFileWorks(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	raw, err := os.ReadFile(s.config())
	if err != nil {
		t.Fatal(err)
	}
	example := regexp.MustCompile(`(?m)^( *)# ((?: *- \{|[a-z_]+:(?: |$)| +[a-z]+: ).*)$`)
	text := example.ReplaceAllString(string(raw), "$1$2")
	for _, key := range []string{"\n  logo: ", "\n  colors: ", "\n  private: ", "\n  copies:\n    - {dir: ", "\ntrusted_proxies: ", "\nmail:\n  relay: ", "\n  from: ", "\nstate_dir: "} {
		if !strings.Contains(text, key) {
			t.Errorf("there is no example of %q", key)
		}
	}
	write(t, s.config(), text)
	write(t, filepath.Join(s.dir, "logo.svg"), `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="12"/></svg>`)
	status, out, complaints := harness.Run(t, time.Minute, "check", "--config", s.config())
	if status != 0 {
		t.Errorf("status %d: %s%s\n%s", status, out, complaints, text)
	}
}

func TestAShopInOneLanguageForOneNetwork(t *testing.T) {
	t.Parallel()
	s := newShop(
		t, "languages: [en, ko]", "languages: [en]", "# private: [10.0.0.0/8, 192.168.0.0/16, 127.0.0.1/32]", "private: [10.0.0.0/8]",
		"# trusted_proxies: [127.0.0.1/32]", "trusted_proxies: [127.0.0.1/32]",
	).open()
	inside := []string{"X-Forwarded-For", "10.1.2.3", "Accept-Language", "ko"}
	outside := []string{"X-Forwarded-For", "10.1.2.3, 198.51.100.7"} // the first is the reader's own word
	if status, body := s.get("/", inside...); status != http.StatusOK || !strings.Contains(body, `<html lang="en"`) || strings.Contains(body, "/ko/") {
		t.Errorf("inside: status %d\n%s", status, body)
	}
	if status, body := s.get("/ko/", inside...); status != http.StatusNotFound || !strings.Contains(body, "There is no such page") {
		t.Errorf("the other language: status %d\n%s", status, body)
	}
	if status, body := s.get("/en/", outside...); status != http.StatusForbidden || !strings.Contains(body, "198.51.100.7") || strings.Contains(body, "operate normally") {
		t.Errorf("outside: status %d\n%s", status, body)
	}
	if status, _ := s.get("/livez", outside...); status != http.StatusOK {
		t.Errorf("/livez: %d", status)
	}
}
