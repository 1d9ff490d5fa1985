package notify

import (
	"context"
	"time"
)

// commit is one connection's step on its way to the ledger.
type commit struct {
	step Step
	done chan Verdict
}

// most is how many steps share a transaction.
const most = 64

// save is the one goroutine that writes to the ledger while connections work.
// Whatever steps wait are saved together: a connection waits for one transaction,
// and a transaction serves many connections. It ends when commits is closed.
func (d *Dispatcher) save(ctx context.Context, stopping <-chan struct{}) {
	for first := range d.commits {
		batch := []commit{first}
		for more := true; more && len(batch) < most; {
			select {
			case c, ok := <-d.commits:
				if more = ok; ok {
					batch = append(batch, c)
				}
			default:
				more = false
			}
		}
		verdicts := d.saveBatch(ctx, batch, stopping)
		for i, c := range batch {
			c.done <- verdicts[i]
		}
	}
}

// saveBatch tries until the ledger takes the batch. A message that was accepted
// must not be sent again because the database was away for a minute. When the
// program stops it tries a last time; what is not saved then counts as lost.
func (d *Dispatcher) saveBatch(ctx context.Context, batch []commit, stopping <-chan struct{}) []Verdict {
	steps := make([]Step, len(batch))
	for i, c := range batch {
		steps[i] = c.step
	}
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		last := closed(stopping)
		verdicts, err := d.o.Ledger.Commit(ctx, steps)
		if err == nil {
			return verdicts
		}
		d.complain(ctx, "save outcomes", err)
		if last {
			return make([]Verdict, len(steps))
		}
		select {
		case <-stopping:
		case <-d.o.Wall.After(pause):
		}
	}
}

func closed(ch <-chan struct{}) bool {
	select {
	case <-ch:
		return true
	default:
		return false
	}
}

// commit makes a step durable and gives its verdict.
func (d *Dispatcher) commit(s Step) Verdict {
	c := commit{step: s, done: make(chan Verdict, 1)}
	d.commits <- c
	return <-c.done
}

// keep renews the chunk's lease until the returned function is called, also while
// a slow server leaves the connection nothing to save.
func (d *Dispatcher) keep(c Chunk) (stop func()) {
	ended, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-ended:
				return
			case <-d.o.Wall.After(d.o.Term / 3):
				d.commit(Step{Chunk: c})
			}
		}
	}()
	return func() {
		close(ended)
		<-stopped
	}
}
