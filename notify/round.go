package notify

import (
	"context"
	"errors"
	"fmt"
)

// round is one pass over what a chunk's endpoints are due. Each turn finishes one
// message and announces the next in the same group of commands; the next one's
// body follows only after the last one's outcome, and the intent to send it, are
// durable.
type round struct {
	*worker
	chunk   *Chunk
	items   []Item
	notices []Notice
	under   *draft // announced, accepted, and its intent durable
}

// send sends the items. An error means that the connection is of no use any more
// and the chunk should be given back.
func (r *round) send(ctx context.Context) error {
	life := context.WithoutCancel(ctx)
	if err := r.open(life); err != nil {
		return fmt.Errorf("open a connection: %w", err)
	}
	for {
		next, broken := r.next(ctx)
		if next == nil && r.under == nil {
			return broken
		}
		if err := errors.Join(r.turn(life, next), broken); err != nil {
			return err
		}
	}
}

// next is the next message to announce; nil when there is none or ctx ended.
func (r *round) next(ctx context.Context) (*draft, error) {
	if ctx.Err() != nil || len(r.items) == 0 {
		return nil, nil //nolint:nilerr // stopping is no error
	}
	item := r.items[0]
	r.items = r.items[1:]
	return r.draft(context.WithoutCancel(ctx), item, r.notices)
}

// turn finishes the message under way, announces the next, and makes both known.
func (r *round) turn(ctx context.Context, next *draft) error {
	var body []byte
	var letter *Letter
	if r.under != nil {
		body = r.under.letter.Body
	}
	if next != nil {
		letter = &next.letter
	}
	turn, broken := r.conn.Exchange(ctx, body, letter)
	step := Step{Chunk: *r.chunk}
	if r.under != nil {
		step.Results = []Outcome{r.settled(r.under.outcome, turn.Done)}
		r.under = nil
	}
	if broken != nil {
		r.d.commit(step)
		return errors.Join(errBroken, broken)
	}
	ready := next != nil && turn.Ready.Code == codeGoAhead
	if next != nil {
		r.announce(&step, next, turn.Ready)
	}
	return r.decide(ctx, step, next, ready)
}

// codeGoAhead is the reply to DATA after which the body may follow (RFC 5321 4.3.2).
const codeGoAhead = 354

// announce adds the next message to the step: as the intent when the server wants
// its body, else as settled.
func (r *round) announce(step *Step, next *draft, ready Reply) {
	step.Closed = r.dated(next.item.Closed)
	o := next.outcome
	if ready.Code == codeGoAhead {
		step.Intent = &o
		return
	}
	step.Closed = append(step.Closed, r.settled(o, ready))
}

// decide makes the step durable and does what the verdict says.
func (r *round) decide(ctx context.Context, step Step, next *draft, ready bool) error {
	for {
		switch r.d.commit(step) {
		case Lost:
			return errLost
		case Held:
			if ready {
				r.under = next
			}
			return nil
		case Stale:
		}
		again, err := r.replan(ctx, next)
		if err != nil || next == nil {
			return err
		}
		if !ready {
			return nil
		}
		if again == nil {
			return errors.Join(errBroken, errors.New("the announced recipient is due nothing any more"))
		}
		next, step = again, Step{Chunk: *r.chunk}
		r.announce(&step, next, Reply{Code: codeGoAhead})
	}
}

// replan loads the chunk again because something newer was published. It gives the
// newest message for the recipient that was announced; nil when none was, or
// nothing is due to it any more.
func (r *round) replan(ctx context.Context, announced *draft) (*draft, error) {
	p, load, err := r.plan(ctx, r.chunk)
	if err != nil {
		return nil, err
	}
	r.items, r.notices = p.Items, load.Notices
	if announced == nil {
		return nil, nil
	}
	for i, item := range r.items {
		if item.Outcome.Endpoint == announced.outcome.Endpoint {
			r.items = append(r.items[:i:i], r.items[i+1:]...)
			return r.draft(ctx, item, r.notices)
		}
	}
	return nil, nil
}
