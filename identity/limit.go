package identity

import (
	"net/netip"
	"sync"
	"time"
)

// Limiter slows down whoever asks too often: so many requests at once, then one
// a step. It remembers at most limiterKeys askers; when more ask than that at once,
// all start afresh. It is safe for concurrent use and lives in one node's memory,
// so that many nodes allow as many times more.
type Limiter struct {
	burst int
	step  time.Duration
	mu    sync.Mutex
	free  map[string]time.Time // when the asker's bucket is full again
}

const limiterKeys = 50_000

// NewLimiter allows burst requests at once, then one every step.
func NewLimiter(burst int, step time.Duration) *Limiter {
	return &Limiter{burst: burst, step: step, free: map[string]time.Time{}}
}

// Allow takes one turn of the asker's, and reports whether there was one.
func (l *Limiter) Allow(asker string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	free := l.free[asker]
	if free.Before(now) {
		free = now
	}
	// A bucket that needs burst steps to fill is empty.
	next := free.Add(l.step)
	if next.Sub(now) > time.Duration(l.burst)*l.step {
		return false
	}
	if len(l.free) >= limiterKeys {
		l.forget(now)
	}
	l.free[asker] = next
	return true
}

// forget drops the askers whose buckets are full, and everybody if that was
// nobody: memory stays bounded whatever is thrown at it.
func (l *Limiter) forget(now time.Time) {
	for k, free := range l.free {
		if !free.After(now) {
			delete(l.free, k)
		}
	}
	if len(l.free) >= limiterKeys {
		clear(l.free)
	}
}

// Network is the asker an IP address stands for: the address itself in IPv4, the
// /64 in IPv6, of which one household has all.
func Network(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	bits := 32
	if a.Is6() {
		bits = 64
	}
	p, err := a.Prefix(bits)
	if err != nil || !p.IsValid() {
		return "unknown"
	}
	return p.String()
}
