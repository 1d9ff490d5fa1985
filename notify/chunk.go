package notify

import (
	"sync"
	"time"

	"github.com/bonghwa/bonghwa/health"
)

// Chunk is a range of endpoint keys of one thread. The lease on it makes one
// holder at a time the only one who writes to those endpoints.
type Chunk struct {
	Thread   Thread
	Low      health.EndpointID // the first key that may be in it; empty: from the beginning
	High     health.EndpointID // the first key after it; empty: to the end
	Goal     int               // the thread's newest sequence
	Done     int               // everything up to here is final
	Holder   string            // empty: nobody
	Fence    int64             // grows by one at every take
	Renewals int64             // counts while the holder lives
	Due      time.Time         // wall time from which there is something to do
}

// Key tells chunks apart.
func (c Chunk) Key() ChunkKey { return ChunkKey{c.Thread, c.Low} }

// ChunkKey is a chunk's thread and first key.
type ChunkKey struct {
	Thread Thread
	Low    health.EndpointID
}

// Watch decides whether a holder is dead: its lease may be taken over only after
// its renewal counter has stood still for a whole term on the watcher's own
// clock. The times it is given must carry a monotonic reading. It is safe for
// concurrent use.
type Watch struct {
	mu   sync.Mutex
	term time.Duration
	seen map[ChunkKey]sighting
}

type sighting struct {
	fence, renewals int64
	since           time.Time
}

// NewWatch makes a watch with the term after which a still lease is free.
func NewWatch(term time.Duration) *Watch {
	return &Watch{term: term, seen: map[ChunkKey]sighting{}}
}

// Free reports whether the chunk may be taken: nobody holds it, or its holder has
// stood still for the whole term since this watch first saw it so.
func (w *Watch) Free(c Chunk, now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c.Holder == "" {
		delete(w.seen, c.Key())
		return true
	}
	s, known := w.seen[c.Key()]
	if !known || s.fence != c.Fence || s.renewals != c.Renewals {
		w.seen[c.Key()] = sighting{c.Fence, c.Renewals, now}
		return false
	}
	return now.Sub(s.since) >= w.term
}

// Forget drops what was seen of chunks that are not among the open ones.
func (w *Watch) Forget(open []Chunk) {
	keep := make(map[ChunkKey]bool, len(open))
	for _, c := range open {
		keep[c.Key()] = true
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for k := range w.seen {
		if !keep[k] {
			delete(w.seen, k)
		}
	}
}

// The sizes of chunks, in endpoints.
const (
	chunkMost  = 500 // of a new chunk
	chunkLeast = 20  // so that a small audience is still shared among connections
	chunkParts = 16  // a middling audience is cut into this many
)

// ChunkSize is how many endpoints a new chunk of an audience has.
func ChunkSize(audience int) int {
	return min(chunkMost, max(chunkLeast, (audience+chunkParts-1)/chunkParts))
}
