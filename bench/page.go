package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/clock"
)

// pageBeside is B1 and B2: requests for the public page that a second of processor
// time answers, beside nginx that serves the same bytes from a file.
func pageBeside(ctx context.Context, b *yard) ([]Result, error) {
	n, err := b.node(ctx, "GOMAXPROCS=1")
	if err != nil {
		return nil, err
	}
	if _, err := n.outage(ctx, 10); err != nil {
		return nil, err
	}
	zipped, err := fetch(ctx, "http://"+n.public+"/en/")
	if err != nil {
		return nil, err
	}
	copied, worker, err := b.nginx(ctx, zipped)
	if err != nil {
		return nil, err
	}
	var ours, peer, ratios []float64
	for round := range b.rounds + 1 {
		mine, err := rate(ctx, "http://"+n.public+"/en/", n.pid)
		if err != nil {
			return nil, err
		}
		theirs, err := rate(ctx, copied, worker)
		if err != nil {
			return nil, err
		}
		if round == 0 {
			continue // warming up
		}
		b.say("   round %d: %.0f, nginx %.0f", round, mine, theirs)
		ours, peer, ratios = append(ours, mine), append(peer, theirs), append(ratios, mine/theirs)
	}
	how := fmt.Sprintf("`wrk -t1 -c64 -d5s` for /en/ with gzip (%d bytes), one core each (GOMAXPROCS=1, worker_processes 1), in turn; requests ÷ processor time of the process from /proc; median of %d rounds.", len(zipped), b.rounds)
	b1 := Result{ID: "B1", What: "public page, requests a second of one core", Ours: median(ours), Peer: median(peer), PeerName: "nginx, the same bytes", Unit: "req/s", Floor: 0.42, Spread: spread(ours), How: how}
	b1.Ratio = median(ratios)
	b1.OK = b1.Ratio >= b1.Floor
	b2 := more(Result{ID: "B2", What: "the same", Ours: median(ours), Peer: gatus, PeerName: "Gatus, the figure measured on this kind of machine, not run here", Unit: "req/s", Floor: 8, Spread: spread(ours), How: "the figures of B1 beside the fastest open-source status page's."})
	return []Result{b1, b2}, nil
}

// gatus is what the fastest open-source status page answered a second of one core
// on this kind of machine.
const gatus = 2400

func fetch(ctx context.Context, url string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept-Encoding", "gzip")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Encoding") != "gzip" {
		return nil, fmt.Errorf("%s: %s, %q", url, answer.Status, answer.Header.Get("Content-Encoding"))
	}
	return io.ReadAll(answer.Body)
}

// nginx serves a compressed page from a file, and gives its address and the pid of
// its worker.
func (b *yard) nginx(ctx context.Context, zipped []byte) (string, int, error) {
	dir, address := filepath.Join(b.dir, "nginx"), free()
	if err := os.MkdirAll(filepath.Join(dir, "html", "en"), 0o755); err != nil {
		return "", 0, err
	}
	z, err := gzip.NewReader(bytes.NewReader(zipped))
	if err != nil {
		return "", 0, err
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		return "", 0, err
	}
	conf := fmt.Sprintf(`worker_processes 1; daemon off; pid %[1]s/pid; error_log %[1]s/error.log;
events { worker_connections 1024; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; open_file_cache max=100; types { text/html html; }
  server { listen %[2]s; root %[1]s/html; gzip_static on; }
}
`, dir, address)
	for name, content := range map[string][]byte{"html/en/index.html": plain, "html/en/index.html.gz": zipped, "nginx.conf": []byte(conf)} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			return "", 0, err
		}
	}
	master, said, err := b.start(nil, "nginx", "-p", dir, "-c", filepath.Join(dir, "nginx.conf"))
	if err != nil {
		return "", 0, err
	}
	if err := answers(ctx, address); err != nil {
		return "", 0, fmt.Errorf("%w\n%s", err, said)
	}
	pid := strconv.Itoa(master.Process.Pid)
	raw, err := os.ReadFile("/proc/" + pid + "/task/" + pid + "/children")
	if err != nil {
		return "", 0, err
	}
	worker, err := strconv.Atoi(strings.Fields(string(raw))[0])
	return "http://" + address + "/en/", worker, err
}

var answered = regexp.MustCompile(`(\d+) requests in`)

// rate is how many requests for an address a second of a process's time answers.
func rate(ctx context.Context, url string, pid int) (float64, error) {
	before, err := cpu(pid)
	if err != nil {
		return 0, err
	}
	raw, err := exec.CommandContext(ctx, "wrk", "-t1", "-c64", "-d5s", "-H", "Accept-Encoding: gzip", url).CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("wrk: %w\n%s", err, raw)
	}
	after, err := cpu(pid)
	if err != nil {
		return 0, err
	}
	found := answered.FindSubmatch(raw)
	if found == nil || bytes.Contains(raw, []byte("Non-2xx")) {
		return 0, fmt.Errorf("wrk says\n%s", raw)
	}
	requests, err := strconv.ParseFloat(string(found[1]), 64)
	return requests / (after - before).Seconds(), err
}

// took runs something and gives how long it took.
func took(do func() error) (time.Duration, error) {
	var wall clock.Wall
	began := wall.Now()
	err := do()
	return wall.Since(began), err
}
