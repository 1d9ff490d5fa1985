package notify

import (
	"context"
	"errors"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
)

// worker is one connection and the chunk it serves.
type worker struct {
	d    *Dispatcher
	name string
	conn Conn // nil while there is none
}

// draft is a message ready to be announced.
type draft struct {
	item    Item
	letter  Letter
	outcome Outcome // as it stands while the message is under way
}

// Reasons to give a chunk back early.
var (
	errLost   = errors.New("the chunk is held by somebody else")
	errBroken = errors.New("the connection broke")
)

func (w *worker) run(ctx context.Context) {
	defer w.hangUp()
	for {
		c, ok := w.d.take(ctx, w.name, w.hangUp)
		if !ok {
			return
		}
		w.serve(ctx, c)
	}
}

// serve works on a chunk and gives it back. What is under way is finished and
// saved even when ctx ends.
func (w *worker) serve(ctx context.Context, c Chunk) {
	life := context.WithoutCancel(ctx)
	stop := w.d.keep(c)
	due, err := w.work(ctx, &c)
	stop()
	switch {
	case errors.Is(err, errLost):
		w.d.complain(ctx, "serve a chunk", err)
		return
	case err != nil:
		w.d.complain(ctx, "serve a chunk", err)
		due = w.d.o.Wall.Now().Add(w.d.o.rest())
	case due.IsZero() && ctx.Err() == nil:
		c.Done = c.Goal
	}
	if err := w.d.o.Ledger.Release(life, c, c.Done, due); err != nil {
		w.d.complain(ctx, "release a chunk", err)
	}
}

// work sends what the chunk's endpoints are due until nothing is left but what
// must wait until the time it gives; the zero time when all is final. The chunk's
// goal is brought up to date on the way.
func (w *worker) work(ctx context.Context, c *Chunk) (time.Time, error) {
	for ctx.Err() == nil {
		p, load, err := w.plan(ctx, c)
		if err != nil {
			return time.Time{}, err
		}
		if len(p.Closed) > 0 {
			switch w.d.commit(Step{Chunk: *c, Closed: w.dated(p.Closed)}) {
			case Lost:
				return time.Time{}, errLost
			case Stale:
				continue
			case Held:
			}
		}
		if len(p.Items) == 0 {
			return p.Next, nil
		}
		r := &round{worker: w, chunk: c, items: p.Items, notices: load.Notices}
		if err := r.send(ctx); err != nil {
			w.hangUp()
			return time.Time{}, err
		}
	}
	return time.Time{}, nil
}

// plan loads the chunk and decides; the chunk's goal becomes what was loaded.
func (w *worker) plan(ctx context.Context, c *Chunk) (Plan, Work, error) {
	load, err := w.d.o.Ledger.Load(ctx, *c)
	if err != nil {
		return Plan{}, load, err
	}
	if n := len(load.Publications); n > 0 {
		c.Goal = load.Publications[n-1].Sequence
	}
	return MakePlan(*c, load, w.d.o.Wall.Now()), load, nil
}

func (w *worker) dated(outcomes []Outcome) []Outcome {
	for i := range outcomes {
		outcomes[i] = w.date(outcomes[i])
	}
	return outcomes
}

func (w *worker) date(o Outcome) Outcome {
	o.At, o.Wall, o.Connection = w.d.o.World.Now(), w.d.o.Wall.Now(), w.name
	return o
}

// draft puts an item into words and gives it its form.
func (w *worker) draft(ctx context.Context, item Item, notices []Notice) (*draft, error) {
	o := w.date(item.Outcome)
	o.Attempts++
	o.Due, o.Reply = time.Time{}, ""
	if o.Language == "" {
		names, err := w.names(ctx, item)
		if err != nil {
			return nil, err
		}
		o.Language, o.Personal = w.d.o.Writer.Personal(item, names, notices)
	}
	m, err := w.d.o.Writer.Message(item.Publication, o, item.Members[0].Address)
	if err != nil {
		return nil, err
	}
	letter, err := w.d.o.Channel.Compose(m)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, "compose a message", err)
	}
	o.Hash = letter.Hash()
	return &draft{item: item, letter: letter, outcome: o}, nil
}

// names are the endpoint's resources that are hit, one more than are shown.
func (w *worker) names(ctx context.Context, item Item) ([]string, error) {
	if item.Publication.Kind == KindCredit {
		return nil, nil
	}
	return gather(accountsOf(item.Members), func(a health.AccountID, limit int) ([]string, error) {
		return w.d.o.Ledger.Names(ctx, a, item.Publication, limit)
	})
}

// gather collects names account by account until there is one more than is shown.
func gather(accounts []health.AccountID, of func(health.AccountID, int) ([]string, error)) ([]string, error) {
	var names []string
	for _, a := range accounts {
		if len(names) > shownResources {
			break
		}
		more, err := of(a, shownResources+1-len(names))
		if err != nil {
			return nil, err
		}
		names = append(names, more...)
	}
	return names, nil
}

// settled is the outcome of a message after the reply to it.
func (w *worker) settled(o Outcome, r Reply) Outcome {
	o = w.date(o)
	o.Reply = r.Text
	switch {
	case r.Code >= 200 && r.Code < 300:
		o.State = Delivered
		return o
	case r.Code >= 500:
		o.State = Failed
		return o
	case r.Code == 0:
		o.State, o.Reply = Ambiguous, "no reply after the message was sent"
	default:
		o.State = Pending
	}
	if o.Attempts >= attempts {
		o.State = Failed
		return o
	}
	o.Due = o.Wall.Add(w.d.o.pause(o.Attempts))
	return o
}

func (w *worker) open(ctx context.Context) error {
	if w.conn != nil {
		return nil
	}
	conn, err := w.d.o.Channel.Open(ctx)
	if err != nil {
		return err
	}
	w.conn = conn
	return nil
}

func (w *worker) hangUp() {
	if w.conn != nil {
		_ = w.conn.Close() // nothing can be saved by knowing
		w.conn = nil
	}
}
