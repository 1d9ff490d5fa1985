package crowd_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/test/crowd"
	"github.com/bonghwa/bonghwa/test/harness"
)

// B3 of the budgets: what a live page costs the server, and how soon the last of a
// crowd is told.
const (
	many       = 10_000
	mostMemory = 30_000          // bytes
	lastTold   = 3 * time.Second // a budget of 0.5 s holds where nobody else wants the machine
)

// stand is the real program, with a page from one file and an incident on it.
type stand struct {
	t        *testing.T
	dir      string
	program  *harness.Program
	page     string // address of the public listener
	admin    string
	incident string
}

var listens = regexp.MustCompile(`the dashboard is on (http://\S+), the admin listener on (http://\S+)`)

func newStand(t *testing.T) *stand {
	t.Helper()
	s := &stand{t: t, dir: t.TempDir()}
	s.must("init", "--page", s.dir)
	raw, err := os.ReadFile(s.file("bonghwa.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer("127.0.0.1:8018", "127.0.0.1:0", "127.0.0.1:8019", "127.0.0.1:0").Replace(string(raw))
	if err := os.WriteFile(s.file("bonghwa.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s.program = harness.Start(t, 4*time.Minute, "serve", "--config", s.file("bonghwa.yaml"))
	s.program.Until("it says where it is", func() bool {
		found := listens.FindStringSubmatch(s.program.Out())
		if found != nil {
			s.page, s.admin = found[1], strings.TrimRight(found[2], ".")
		}
		return found != nil
	})
	s.must("key", "create", "--config", s.file("bonghwa.yaml"), "--role", "operator", "--name", "test", "--out", s.file("operator.key"))
	s.incident = s.operate("incident", "open", "--id", "--title-ko", "결제 장애", "--title-en", "Checkout fails")
	s.say("We are looking into failing payments.")
	s.program.Until("the page says so", func() bool { return strings.Contains(s.get(s.page+"/en/"), "looking into failing payments") })
	return s
}

func (s *stand) file(name string) string { return filepath.Join(s.dir, name) }

func (s *stand) must(args ...string) string {
	s.t.Helper()
	status, out, complaints := harness.Run(s.t, time.Minute, args...)
	if status != 0 {
		s.t.Fatalf("%v: status %d\n%s%s", args, status, out, complaints)
	}
	return strings.TrimSpace(out)
}

func (s *stand) operate(args ...string) string {
	s.t.Helper()
	return s.must(append(args, "--server", s.page, "--key-file", s.file("operator.key"))...)
}

// say publishes an update.
func (s *stand) say(words string) {
	s.t.Helper()
	s.operate("incident", "update", s.incident, "--state", "investigating", "--text-ko", "결제 오류를 확인하고 있습니다.", "--text-en", words)
}

// TestTenThousandOpenPages: a publication reaches ten thousand open pages of the real
// program within a quarter of a minute, and they do not storm it for it.
func TestTenThousandOpenPages(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	before := resident(t, s.program.Pid())
	readers := crowd.Send(t, 3*time.Minute, crowd.Options{URL: s.page, Page: "/en/", Clients: many})
	each := (resident(t, s.program.Pid()) - before) / many
	if n := s.counted("bonghwa_live_clients"); n != many {
		t.Fatalf("%d clients listen, want %d", n, many)
	}
	t.Logf("a client costs %d B of resident memory", each)
	if each > mostMemory {
		t.Errorf("a client costs %d B, want at most %d", each, mostMemory)
	}

	published := time.Now()
	s.say("The cause is known.")
	report := readers.Report()
	told, fetched := report.Told(published), report.Fetched(published)
	if len(told) < many*99/100 || len(fetched) < many*99/100 {
		t.Fatalf("%d were told and %d have it; %v", len(told), len(fetched), report.Problems())
	}
	t.Logf("told: half after %v, 99 %% after %v, the last after %v", told[len(told)/2], told[many*99/100-1], told[len(told)-1])
	t.Logf("fetched: 99 %% after %v, the last after %v; at most %d in a second; by the second %v", fetched[many*99/100-1], fetched[len(fetched)-1], report.Busiest(time.Second), report.Fetches(published, time.Second))
	if last := told[len(told)-1]; last > lastTold {
		t.Errorf("the last was told after %v", last)
	}
	if at := fetched[many*99/100-1]; at > 15*time.Second {
		t.Errorf("99 %% have it after %v, want 15 s", at)
	}
	if busiest := slices.Max(report.Fetches(published, time.Second)); busiest > many/10 {
		t.Errorf("%d fetched in one second, want at most %d", busiest, many/10)
	}
	if n := s.counted("bonghwa_live_dropped_total"); n != 0 {
		t.Errorf("%d were dropped", n)
	}
}

// counted is a figure of the program's meters.
func (s *stand) counted(name string) int {
	s.t.Helper()
	all := s.get(s.admin + "/metrics")
	found := regexp.MustCompile(`(?m)^` + name + ` (\S+)$`).FindStringSubmatch(all)
	if found == nil {
		s.t.Fatalf("there is no meter %s in\n%s", name, all)
	}
	n, err := strconv.ParseFloat(found[1], 64)
	if err != nil {
		s.t.Fatal(err)
	}
	return int(n)
}

func (s *stand) get(address string) string {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, address, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }() // read to its end
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(raw)
}

// resident is how many bytes of a process are in memory.
func resident(t *testing.T, pid int) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	fields := strings.Fields(rest)
	kb, err := strconv.Atoi(fields[0])
	if err != nil {
		t.Fatal(err)
	}
	return kb << 10
}
