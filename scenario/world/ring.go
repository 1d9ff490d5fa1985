package world

import (
	"slices"
	"sync"
)

// ring gives the hosts in service in turn, in the order of their numbers.
// Between two turns of a host every other that stays in service has exactly
// one, whoever leaves or comes back meanwhile; so with n in service no host gets
// more than its n-th part.
type ring struct {
	mu   sync.Mutex
	in   []*host
	turn int // index of the next
}

func (r *ring) next() *host {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.in) == 0 {
		return nil
	}
	h := r.in[r.turn%len(r.in)]
	r.turn = (r.turn + 1) % len(r.in)
	return h
}

func (r *ring) add(h *host) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i, in := r.find(h)
	if in {
		return
	}
	r.in = slices.Insert(r.in, i, h)
	if i < r.turn {
		r.turn++
	}
}

func (r *ring) remove(h *host) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i, in := r.find(h)
	if !in {
		return
	}
	r.in = slices.Delete(r.in, i, i+1)
	if i < r.turn {
		r.turn--
	}
	if r.turn >= len(r.in) {
		r.turn = 0
	}
}

func (r *ring) find(h *host) (int, bool) {
	return slices.BinarySearchFunc(r.in, h.number, func(a *host, n int) int { return a.number - n })
}

func (r *ring) size() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.in)
}

func (r *ring) hosts() []*host {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.in)
}
