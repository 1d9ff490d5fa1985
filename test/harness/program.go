package harness

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/clock"
)

// Program is one running process of the real binary.
type Program struct {
	tb   testing.TB
	cmd  *exec.Cmd
	out  buffer
	err  buffer
	over chan struct{}
}

// Start runs the binary named by BONGHWA_BIN. It is killed, it alone and by its
// process id, after limit of wall time or when the test ends.
func Start(tb testing.TB, limit time.Duration, args ...string) *Program {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	p := &Program{tb: tb, over: make(chan struct{})}
	p.cmd = exec.CommandContext(ctx, Need(tb, "BONGHWA_BIN"), args...) //nolint:gosec // G204: the program under test
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.err
	if err := p.cmd.Start(); err != nil {
		cancel()
		tb.Fatal(err)
	}
	go func() {
		defer close(p.over)
		defer cancel()
		_ = p.cmd.Wait() // its state is read by Wait
	}()
	tb.Cleanup(p.Kill)
	return p
}

// Run runs the binary to its end and gives the exit status.
func Run(tb testing.TB, limit time.Duration, args ...string) (status int, out, complaints string) {
	tb.Helper()
	p := Start(tb, limit, args...)
	return p.Wait(), p.Out(), p.Complaints()
}

// Pid is the process's id.
func (p *Program) Pid() int { return p.cmd.Process.Pid }

// Wait waits for the end and gives the exit status; -1 when it was killed.
func (p *Program) Wait() int {
	<-p.over
	return p.cmd.ProcessState.ExitCode()
}

// Kill is kill -9, and waits until the process is gone.
func (p *Program) Kill() {
	_ = p.cmd.Process.Kill() // it may be over
	<-p.over
}

// Over reports whether the process has ended.
func (p *Program) Over() bool {
	select {
	case <-p.over:
		return true
	default:
		return false
	}
}

// Out is what stands on standard output so far.
func (p *Program) Out() string { return p.out.String() }

// Complaints is what stands on standard error so far.
func (p *Program) Complaints() string { return p.err.String() }

// Port waits until a demo has said where its pages are, and gives the port.
func (p *Program) Port() string {
	p.tb.Helper()
	at := regexp.MustCompile(`http://localhost:(\d+)/en/`)
	var port string
	p.Until("the demo says where its pages are", func() bool {
		found := at.FindStringSubmatch(p.Out() + p.Complaints())
		if found != nil {
			port = found[1]
		}
		return found != nil
	})
	return port
}

// Until waits for a condition, looked at often. The test fails when the process
// ends first: Start bounds that in time.
func (p *Program) Until(what string, met func() bool) {
	p.tb.Helper()
	var wall clock.Wall
	for !met() {
		if p.Over() {
			p.tb.Fatalf("the program ended (status %d) before %s:\n%s%s", p.Wait(), what, p.Out(), p.Complaints())
		}
		if err := wall.Sleep(p.tb.Context(), lookEvery); err != nil && !errors.Is(err, context.Canceled) {
			p.tb.Fatal(err)
		}
	}
}

const lookEvery = 40 * time.Millisecond

// buffer is a bytes.Buffer that is read while it is written.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write appends.
func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

// String is all of it so far.
func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
