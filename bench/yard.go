package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/clock"
)

// yard is where everything is measured: a folder of its own and the programs
// started in it.
type yard struct {
	out    io.Writer
	rounds int
	dir    string
	binary string
	ends   []func()
}

func newYard(out io.Writer, rounds int) (*yard, error) {
	dir, err := os.MkdirTemp("", "bonghwa-bench-")
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return nil, err
	}
	b := &yard{out: out, rounds: rounds, dir: dir, binary: filepath.Join(dir, "bonghwa")}
	b.ends = append(b.ends, func() { _ = os.RemoveAll(dir) })
	build := exec.Command("go", "build", "-trimpath", "-o", b.binary, "./cmd/bonghwa") //nolint:noctx // our own program
	build.Dir = ".."
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if raw, err := build.CombinedOutput(); err != nil {
		b.close()
		return nil, fmt.Errorf("build the program: %w\n%s", err, raw)
	}
	return b, nil
}

func (b *yard) close() {
	for len(b.ends) > 0 {
		end := b.ends[len(b.ends)-1]
		b.ends = b.ends[:len(b.ends)-1]
		end()
	}
}

func (b *yard) say(format string, args ...any) { _, _ = fmt.Fprintf(b.out, format+"\n", args...) }

// start starts a program that ends with the yard.
func (b *yard) start(env []string, name string, args ...string) (*exec.Cmd, *bytes.Buffer, error) {
	var said bytes.Buffer
	cmd := exec.Command(name, args...) //nolint:noctx // our own words; it is ended below
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.Env = append(os.Environ(), env...)
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	b.ends = append(b.ends, func() {
		_ = cmd.Process.Signal(os.Interrupt)
		done := make(chan struct{})
		go func() { _ = cmd.Wait(); close(done) }()
		select {
		case <-done:
		case <-(clock.Wall{}).After(10 * time.Second):
			_ = cmd.Process.Kill()
		}
	})
	return cmd, &said, nil
}

// node is a running node with a catalogue and an operator's key.
type node struct {
	b      *yard
	public string // host:port
	admin  string
	pid    int
	key    string
	dir    string
}

// node starts a node on a fresh database with the scenario's catalogue.
func (b *yard) node(ctx context.Context, env ...string) (*node, error) {
	n := &node{b: b, dir: filepath.Join(b.dir, "node-"+strconv.Itoa(len(b.ends))), public: free(), admin: free()}
	n.key = filepath.Join(n.dir, "operator.key")
	if _, err := n.run(ctx, "init", n.dir); err != nil {
		return nil, err
	}
	file := filepath.Join(n.dir, "bonghwa.yaml")
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	text := strings.NewReplacer("127.0.0.1:8018", n.public, "127.0.0.1:8019", n.admin, "http://localhost:8018", "http://"+n.public).Replace(string(raw))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return nil, err
	}
	cmd, said, err := b.start(env, b.binary, "serve", "--config", file, "--log", "error")
	if err != nil {
		return nil, err
	}
	n.pid = cmd.Process.Pid
	if err := answers(ctx, n.admin); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, said)
	}
	if _, err := n.run(ctx, "key", "create", "--config", file, "--role", "operator", "--name", "bench", "--out", n.key); err != nil {
		return nil, err
	}
	catalogue, err := filepath.Glob("../scenario/seoul-2018/catalog/*.yaml")
	if err != nil {
		return nil, err
	}
	_, err = n.run(ctx, append([]string{"catalog", "apply"}, catalogue...)...)
	return n, err
}

// run runs a command against the node and gives what it prints.
func (n *node) run(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, n.b.binary, args...)
	cmd.Env = append(os.Environ(), "BONGHWA_SERVER=http://"+n.public, "BONGHWA_KEY_FILE="+n.key)
	var said, complained bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &complained
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("bonghwa %s: %w\n%s", strings.Join(args[:2], " "), err, complained.String())
	}
	return said.String(), nil
}

// outage opens an incident with some messages, as long as they are in real ones,
// and gives its id.
func (n *node) outage(ctx context.Context, messages int) (string, error) {
	out, err := n.run(ctx, "incident", "open", "--title-ko", "서울 리전의 DNS 이름 확인 오류", "--title-en", "DNS resolution errors in Seoul", "--json")
	if err != nil {
		return "", err
	}
	var opened struct{ ID string }
	if err := json.Unmarshal([]byte(out), &opened); err != nil {
		return "", err
	}
	_, err = n.run(ctx, "incident", "impact", opened.ID, "--service", "ec2", "--region", "ap-northeast-2", "--symptom", "dns", "--level", "major_outage",
		"--from", clock.Real().Now().Add(-time.Minute).Format(time.RFC3339), "--reason-ko", "모니터링", "--reason-en", "monitoring")
	for i := range messages {
		if err != nil {
			break
		}
		err = n.update(ctx, opened.ID, i)
	}
	return opened.ID, err
}

// update publishes a message unlike the one before.
func (n *node) update(ctx context.Context, incident string, number int) error {
	words := prose(number)
	_, err := n.run(ctx, "incident", "update", incident, "--state", "investigating",
		"--text-ko", "조사 "+strconv.Itoa(number)+": "+words, "--text-en", "Update "+strconv.Itoa(number)+": "+words)
	return err
}

// prose is a paragraph whose words do not repeat, so that it compresses as written
// text does.
func prose(seed int) string {
	var b strings.Builder
	x := uint32(seed)*2654435761 + 12345
	for range 60 {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		b.WriteString(strconv.FormatUint(uint64(x), 36) + " ")
	}
	return b.String()
}

// free is a loopback address that nobody listens on.
func free() string {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // at once
	if err != nil {
		return "127.0.0.1:0"
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// answers waits until somebody listens at an address.
func answers(ctx context.Context, address string) error {
	var d net.Dialer
	for range 300 {
		c, err := d.DialContext(ctx, "tcp", address)
		if err == nil {
			return c.Close()
		}
		if err := (clock.Wall{}).Sleep(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
	return errors.New("nobody listens at " + address)
}

// cpu is the processor time a process has used.
func cpu(pid int) (time.Duration, error) {
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(raw), ") ")
	fields := strings.Fields(rest)
	user, uerr := strconv.ParseInt(fields[11], 10, 64)
	system, serr := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * tick, errors.Join(uerr, serr)
}

// tick is the kernel's unit of processor time for programs (USER_HZ).
const tick = 10 * time.Millisecond

// resident is the memory a process holds, in bytes.
func resident(pid int) (int64, error) {
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/statm")
	if err != nil {
		return 0, err
	}
	pages, err := strconv.ParseInt(strings.Fields(string(raw))[1], 10, 64)
	return pages * int64(os.Getpagesize()), err
}
