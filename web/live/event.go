package live

import (
	"encoding/json"
	"time"

	"github.com/bonghwa/bonghwa/health"
)

// heartbeat is a comment: clients do not see it, proxies do.
const heartbeat = ":\n\n"

// What a crowd of clients may ask for: one in ten each second, and all of them
// within a quarter of a minute of a publication, less what telling them takes.
const (
	shortestSpread = 500 * time.Millisecond
	spreadOfOne    = 1200 * time.Microsecond
	longestSpread  = 12 * time.Second
)

// Spread is how long clients spread their fetches over: each waits a random moment
// within it. 10,000 clients fetch over 12 s, 833 a second.
func Spread(clients int) time.Duration {
	return min(max(time.Duration(clients)*spreadOfOne, shortestSpread), longestSpread)
}

// state is the news as JSON. The events carry parts of it.
type state struct {
	Revision  string      `json:"revision,omitempty"`
	SpreadMS  int64       `json:"spread_ms,omitempty"`
	Confirmed string      `json:"confirmed,omitempty"` // RFC 3339, UTC
	Words     health.Text `json:"words,omitempty"`
}

func revisionState(n news, clients int) state {
	return state{Revision: n.revision.String(), SpreadMS: Spread(clients).Milliseconds()}
}

func confirmedState(n news) state {
	return state{Confirmed: n.stamp.At.UTC().Format(time.RFC3339), Words: n.stamp.Words}
}

func appendRevision(b []byte, n news, clients int) []byte {
	return appendEvent(b, "revision", revisionState(n, clients))
}

func appendConfirmed(b []byte, n news) []byte {
	return appendEvent(b, "confirmed", confirmedState(n))
}

// appendEvent writes one server-sent event. JSON has no line breaks in it, so its
// data is one line.
func appendEvent(b []byte, name string, s state) []byte {
	data, err := json.Marshal(s)
	if err != nil {
		return b // strings and a number: it cannot fail
	}
	b = append(b, "event: "+name+"\ndata: "...)
	b = append(b, data...)
	return append(b, "\n\n"...)
}
