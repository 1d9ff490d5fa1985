package crowd_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/test/crowd"
)

// B3 of the budgets: what a live page costs the server, and how soon the last of a
// crowd is told.
const (
	many       = 10_000
	mostMemory = 30_000          // bytes
	lastTold   = 3 * time.Second // a budget of 0.5 s holds where nobody else wants the machine
)

// A publication reaches ten thousand open pages within a quarter of a minute, and
// they do not storm the server for it.
func TestTenThousandOpenPages(t *testing.T) {
	t.Parallel()
	process, out := crowd.Start(t, 3*time.Minute, "serve")
	address, err := out.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	address = strings.TrimSpace(address)
	empty, before := get[crowd.Memory](t, http.MethodGet, address+"/memory"), resident(t, process.Pid)
	readers := crowd.Send(t, 2*time.Minute, crowd.Options{URL: address, Page: "/en/", Clients: many})
	full, after := get[crowd.Memory](t, http.MethodGet, address+"/memory"), resident(t, process.Pid)
	if full.Clients != many {
		t.Fatalf("%d clients listen, want %d", full.Clients, many)
	}
	each := (after - before) / many
	t.Logf("a client costs %d B of resident memory (%d B heap, %d B stack)", each, (full.Heap-empty.Heap)/many, (full.Stack-empty.Stack)/many)
	if each > mostMemory {
		t.Errorf("a client costs %d B, want at most %d", each, mostMemory)
	}

	published := get[time.Time](t, http.MethodPost, address+"/publish/1.2")
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
	if left := get[crowd.Memory](t, http.MethodGet, address+"/memory"); left.Dropped > 0 {
		t.Errorf("%d were dropped", left.Dropped)
	}
}

func get[T any](t *testing.T, method, address string) T {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var v T
	if err := json.NewDecoder(answer.Body).Decode(&v); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %s, %v", method, address, answer.Status, err)
	}
	return v
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
