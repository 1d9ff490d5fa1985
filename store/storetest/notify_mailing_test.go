package storetest_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	netmail "net/mail"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/notify"
	"github.com/bonghwa/bonghwa/notify/email"
	"github.com/bonghwa/bonghwa/scenario/world/mail"
	"github.com/bonghwa/bonghwa/store"
	"github.com/bonghwa/bonghwa/store/storetest"
)

// process is one run of a dispatcher that can be killed: from then on it saves
// nothing and sends nothing.
type process struct {
	notify.Ledger
	notify.Channel
	dead  atomic.Bool
	turns atomic.Int64
	fatal int64 // the turn at which it dies; 0: never
	after bool  // it dies after the server's reply, not before
	died  chan struct{}
	once  sync.Once
	lost  *atomic.Int64 // steps of those who live, whose lease had lapsed
}

var errKilled = errors.New("killed")

func (p *process) kill() {
	p.dead.Store(true)
	p.once.Do(func() { close(p.died) })
}

func (p *process) Commit(ctx context.Context, steps []notify.Step) ([]notify.Verdict, error) {
	if p.dead.Load() {
		return nil, errKilled
	}
	verdicts, err := p.Ledger.Commit(ctx, steps)
	for _, v := range verdicts {
		if v == notify.Lost {
			p.lost.Add(1)
		}
	}
	return verdicts, err
}

func (p *process) Release(ctx context.Context, c notify.Chunk, done int, due time.Time) error {
	if p.dead.Load() {
		return errKilled
	}
	return p.Ledger.Release(ctx, c, done, due)
}

func (p *process) Take(ctx context.Context, seen notify.Chunk, holder string) (notify.Chunk, error) {
	if p.dead.Load() {
		return notify.Chunk{}, errKilled
	}
	return p.Ledger.Take(ctx, seen, holder)
}

func (p *process) Open(ctx context.Context) (notify.Conn, error) { //nolint:ireturn // notify.Channel asks for the interface
	c, err := p.Channel.Open(ctx)
	if err != nil {
		return nil, err
	}
	return &wire{c, p}, nil
}

type wire struct {
	notify.Conn
	p *process
}

func (w *wire) Exchange(ctx context.Context, body []byte, next *notify.Letter) (notify.Turn, error) {
	n := w.p.turns.Add(1)
	fatal := w.p.fatal > 0 && n == w.p.fatal
	if fatal && !w.p.after {
		w.p.kill()
	}
	if w.p.dead.Load() {
		return notify.Turn{}, errKilled
	}
	t, err := w.Conn.Exchange(ctx, body, next)
	if fatal {
		w.p.kill()
	}
	return t, err
}

const connections = 3

// office is a mail server that breaks, and a channel that speaks to it.
type office struct {
	server  *mail.Server
	channel *email.Mail
	dir     string
	kept    atomic.Int64 // connections cut after keeping and before the reply
	lost    atomic.Int64 // steps whose lease had lapsed: the machine was busy elsewhere
}

func newOffice(t *testing.T, rng *rand.Rand, cuts float64) *office {
	t.Helper()
	o := &office{dir: t.TempDir()}
	var mu sync.Mutex
	deferred := map[string]int{}
	server, err := mail.Listen(t.Context(), mail.Options{
		Dir: o.dir,
		Refuse: func(to string) string {
			mu.Lock()
			defer mu.Unlock()
			switch {
			case strings.HasPrefix(to, "c003@"):
				return "550 5.1.1 no such mailbox"
			case strings.HasPrefix(to, "c004@") && deferred[to] < 2:
				deferred[to]++
				return "450 4.2.1 come back later"
			}
			return ""
		},
		Drop: func(at mail.Stage) bool {
			mu.Lock()
			defer mu.Unlock()
			cut := rng.Float64() < cuts
			if cut && at == mail.StageKept {
				o.kept.Add(1)
			}
			return cut
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	o.server = server
	o.channel, err = email.New(email.Options{
		Relay: server.Addr(), From: netmail.Address{Name: "한강", Address: "status@hangang.example"},
		BaseURL: "http://localhost:8080", Key: []byte("0123456789abcdef"), Timeout: 10 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func newWriter(t *testing.T) *notify.Writer {
	t.Helper()
	book, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	w, err := notify.NewWriter(notify.House{
		Provider: health.Text{health.Korean: "한강 클라우드", health.English: "Hangang Cloud"},
		BaseURL:  "http://localhost:8080", Zone: language.Seoul(), Invented: true,
	}, book)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// start runs a process until its death, or until the returned function stops it.
func (m *mailing) start(o *office, name string, fatal int64, after bool) (*process, func()) {
	m.t.Helper()
	p := &process{Ledger: m.db.Notify(), Channel: o.channel, fatal: fatal, after: after, died: make(chan struct{}), lost: &o.lost}
	d := notify.NewDispatcher(notify.Options{
		Ledger: p, Channel: p, Writer: newWriter(m.t), World: clock.NewWorld(m.at, 60), Node: name,
		Connections: connections, Term: 200 * time.Millisecond, Retry: 2 * time.Millisecond, Poll: 2 * time.Millisecond,
	})
	ctx, cancel := context.WithCancel(m.t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		d.Run(ctx)
	}()
	return p, func() {
		cancel()
		<-done
	}
}

func (m *mailing) untilClosed() {
	m.t.Helper()
	for range 3000 {
		open, err := m.db.Notify().Open(m.t.Context())
		if err != nil {
			m.t.Fatal(err)
		}
		if open == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	m.t.Fatal("chunks are still open after 30 s")
}

// TestPromise2And3InAStorm mails four updates and a summary while the server
// cuts connections, addresses refuse and defer, customers are imported and
// processes are killed. The seed is in the test's name.
func TestPromise2And3InAStorm(t *testing.T) {
	t.Parallel()
	seeds := uint64(1)
	if os.Getenv("BONGHWA_SOAK") != "" {
		seeds = 200
	}
	for seed := range seeds {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				t.Helper()
				storm(t, db, seed)
			})
		})
	}
}

func storm(t *testing.T, db *store.DB, seed uint64) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 2018))
	m := newMailing(t, db)
	o := newOffice(t, rand.New(rand.NewPCG(seed, 22)), 0.01)
	number := m.customers(1, 120)
	pubs := []notify.Publication{m.publish(number, notify.KindUpdate)}
	kills := 0
	for n := range 5 {
		p, stop := m.start(o, fmt.Sprintf("node-%d", n), 10+rng.Int64N(60), rng.IntN(2) == 0)
		select {
		case <-p.died:
			kills++
		case <-time.After(2 * time.Second):
		}
		stop()
		for _, pub := range pubs {
			m.sum(pub)
		}
		number = m.customers(121+n*10, 130+n*10)
		kind := notify.KindUpdate
		if n == 4 {
			kind = notify.KindSummary
		}
		pubs = append(pubs, m.publish(number, kind))
	}
	_, stop := m.start(o, "last", 0, false)
	m.untilClosed()
	stop()
	m.checkMailbox(o, pubs, kills)
}

// checkMailbox compares the mails that are there with what the outcomes say.
func (m *mailing) checkMailbox(o *office, pubs []notify.Publication, kills int) {
	m.t.Helper()
	mails, err := mail.Read(o.dir)
	if err != nil {
		m.t.Fatal(err)
	}
	copies := map[string]int{}
	for _, got := range mails {
		copies[strings.Trim(got.ID, "<>")]++
	}
	m.checkOrder(mails, pubs)
	archive := notify.NewArchive(m.db.Notify(), newWriter(m.t), o.channel)
	delivered, marked, killed := 0, 0, 0
	for _, p := range pubs {
		s := m.sum(p)
		if s.Pending != 0 {
			m.t.Errorf("publication %d: %+v, want nobody pending", p.Sequence, s)
		}
		marked += s.Marked
		outcomes, err := m.db.Notify().Outcomes(m.t.Context(), p.ID, "", 1000)
		if err != nil {
			m.t.Fatal(err)
		}
		for _, out := range outcomes {
			n := copies[notify.MessageKey(p.ID, out.Endpoint)+"@hangang.example"]
			switch {
			case out.State == notify.Delivered && n == 0:
				m.t.Errorf("%s was told of %d by the ledger only", out.Endpoint, p.Sequence)
			case n > 1 && !out.Marked:
				m.t.Errorf("%s has %d copies of %d and the outcome does not say so", out.Endpoint, n, p.Sequence)
			case n > 1:
				killed += n - 1
			}
			if out.State != notify.Delivered {
				continue
			}
			delivered++
			if _, _, err := archive.Reproduce(m.t.Context(), p.ID, out.Endpoint); err != nil {
				m.t.Errorf("reproduce %d for %s: %v", p.Sequence, out.Endpoint, err)
			}
		}
	}
	if most := kills*connections + int(o.kept.Load()+o.lost.Load()); killed > most {
		m.t.Errorf("%d mails came twice after %d kills of %d connections, %d cuts and %d lapsed leases", killed, kills, connections, o.kept.Load(), o.lost.Load())
	}
	m.t.Logf("%d mails, %d delivered, %d marked, %d twice, %d kills, %d lapsed leases", len(mails), delivered, marked, killed, kills, o.lost.Load())
}

// checkOrder fails when somebody got an older update after a newer one.
func (m *mailing) checkOrder(mails []mail.Mail, pubs []notify.Publication) {
	m.t.Helper()
	sequence := map[string]int{}
	for _, p := range pubs {
		sequence[string(p.ID)] = p.Sequence
	}
	newest := map[string]int{}
	for _, got := range mails {
		id, _, _ := strings.Cut(strings.Trim(got.ID, "<>"), ".")
		n := sequence[id]
		if n < newest[got.To] {
			m.t.Errorf("%s got %d after %d", got.To, n, newest[got.To])
		}
		newest[got.To] = max(n, newest[got.To])
	}
}

func TestTheLedgerRefusesStrangers(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		if _, err := db.Notify().Sum(t.Context(), "none"); !fault.Is(err, fault.NotFound) {
			t.Errorf("the sum of nothing: %v", err)
		}
		if _, _, err := db.Notify().Outcome(t.Context(), "none", "none"); !fault.Is(err, fault.NotFound) {
			t.Errorf("the outcome of nothing: %v", err)
		}
	})
}
