package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/clock"
)

// Result is one budget as it was measured.
type Result struct {
	ID       string  `json:"id"`
	What     string  `json:"what"`
	Ours     float64 `json:"ours"`
	Peer     float64 `json:"peer"`
	PeerName string  `json:"peer_name"`
	Unit     string  `json:"unit"`
	Ratio    float64 `json:"ratio"` // ours ÷ peer, or peer ÷ ours where less is better: more is better
	Floor    float64 `json:"floor"` // the least ratio that keeps the budget
	OK       bool    `json:"ok"`
	Commit   string  `json:"commit"`
	Spread   string  `json:"spread"` // of ours, least to most
	How      string  `json:"how"`
}

// String is the result in a line.
func (r Result) String() string {
	word := "kept"
	if !r.OK {
		word = "NOT KEPT"
	}
	return fmt.Sprintf("%-4s %s: %.4g %s (%s); %s: %.4g; ratio %.3g, floor %.3g: %s", r.ID, r.What, r.Ours, r.Unit, r.Spread, r.PeerName, r.Peer, r.Ratio, r.Floor, word)
}

// more is a result of which more is better.
func more(r Result) Result {
	r.Ratio = r.Ours / r.Peer
	r.OK = r.Ratio >= r.Floor
	return r
}

// less is a result of which less is better; the peer is the limit.
func less(r Result) Result {
	r.Ratio, r.Floor = r.Peer/r.Ours, 1
	r.OK = r.Ours <= r.Peer
	return r
}

// median is the middle of the figures, and spread the least and the most of them.
func median(figures []float64) float64 {
	sorted := slices.Sorted(slices.Values(figures))
	return sorted[len(sorted)/2]
}

func spread(figures []float64) string {
	return fmt.Sprintf("%.4g to %.4g", slices.Min(figures), slices.Max(figures))
}

func write(all []Result) error {
	commit := output("git", "rev-parse", "--short", "HEAD")
	for i := range all {
		all[i].Commit = commit
	}
	raw, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile("RESULTS.json", append(raw, '\n'), 0o644); err != nil {
		return err
	}
	return os.WriteFile("RESULTS.md", []byte(page(all, commit)), 0o644)
}

func page(all []Result, commit string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Budgets as measured\n\nWritten by `make bench`; ratios count, not times. Commit %s, %s.\n\n", commit, today())
	fmt.Fprintf(&b, "Machine: %d processors (%s), %s, %s, %s.\n\n", runtime.NumCPU(), processor(), runtime.Version(), output("nginx", "-v"), firstLine(output("wrk", "-v")))
	b.WriteString("| budget | what | ours (median; spread) | peer | ratio | at least | kept |\n|---|---|---|---|---|---|---|\n")
	for _, r := range all {
		kept := "yes"
		if !r.OK {
			kept = "**no**"
		}
		fmt.Fprintf(&b, "| %s | %s | %.4g %s (%s) | %.4g, %s | %.3g | %.3g | %s |\n", r.ID, r.What, r.Ours, r.Unit, r.Spread, r.Peer, r.PeerName, r.Ratio, r.Floor, kept)
	}
	b.WriteString("\n")
	for _, r := range all {
		fmt.Fprintf(&b, "- **%s** %s\n", r.ID, r.How)
	}
	return b.String()
}

func today() string { return clock.Real().Now().Format(time.DateOnly) }

func processor() string {
	raw, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(raw)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.TrimSpace(strings.TrimLeft(name, "\t :"))
		}
	}
	return "unknown"
}

// output is what a command prints, on either stream; it may fail.
func output(name string, args ...string) string {
	raw, _ := exec.Command(name, args...).CombinedOutput() //nolint:noctx // our own words, at the end of a run
	return strings.TrimSpace(string(raw))
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	line, _, _ = strings.Cut(line, " Copyright")
	return line
}
