package crowd

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// Away is a crowd in a process of its own.
type Away struct {
	tb  testing.TB
	out *bufio.Reader
}

// Send sends a crowd to a site, and returns when all listen. The process ends, at
// the latest, with the test or after limit.
func Send(tb testing.TB, limit time.Duration, o Options) *Away {
	tb.Helper()
	out := start(tb, limit, o.URL, o.Page, strconv.Itoa(o.Clients))
	if line, err := out.ReadString('\n'); err != nil || line != "listening\n" {
		tb.Fatalf("the crowd does not listen: %q, %v", line, err)
	}
	return &Away{tb: tb, out: out}
}

// Report waits until all have fetched something newer and gives what they have seen.
func (a *Away) Report() Report {
	a.tb.Helper()
	var r Report
	if err := json.NewDecoder(a.out).Decode(&r); err != nil {
		a.tb.Fatalf("the crowd does not report: %v", err)
	}
	return r
}

// start builds test/crowd/readers, without the race detector, and starts it. It
// gives what it writes. The program ends by itself when the test's process does,
// whose end of a pipe it reads.
func start(tb testing.TB, limit time.Duration, args ...string) *bufio.Reader {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	tb.Cleanup(cancel)
	program := filepath.Join(tb.TempDir(), "readers")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", program, "github.com/bonghwa/bonghwa/test/crowd/readers") //nolint:gosec // G204: our own program
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		tb.Fatalf("build the readers: %v\n%s", err, out)
	}
	cmd := exec.CommandContext(ctx, program, args...) //nolint:gosec // G204: the program built above
	cmd.Stderr = tb.Output()
	leash, err := cmd.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	out, in, err := os.Pipe()
	if err != nil {
		tb.Fatal(err)
	}
	cmd.Stdout = in
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	_ = in.Close() // the process has its own
	tb.Cleanup(func() {
		_ = leash.Close()
		_ = cmd.Wait() // it was told to end, and how it did is no matter
		_ = out.Close()
	})
	return bufio.NewReader(out)
}

// Leash waits until whoever started this process lets go of it: its standard input
// ends.
func Leash(in io.Reader) { _, _ = io.Copy(io.Discard, in) }

// Main is the other end of Send: it gathers a crowd, says so, and writes the report.
func Main(ctx context.Context, out io.Writer, o Options) error {
	c, err := Gather(ctx, o)
	if err != nil {
		return err
	}
	defer c.Leave()
	if _, err := fmt.Fprintln(out, "listening"); err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(c.Follow(ctx))
}
