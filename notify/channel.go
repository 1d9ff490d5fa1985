package notify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/bonghwa/bonghwa/health"
)

// Message is what one endpoint is told, before a channel gives it its form.
type Message struct {
	Publication health.PublicationID
	Thread      Thread
	Endpoint    health.EndpointID
	Address     string
	Language    health.Language
	At          time.Time // world time of the publication, which dates the message
	Document    Document
}

// Letter is a message in a channel's form.
type Letter struct {
	From string // envelope sender
	To   string // envelope recipient
	Body []byte // the same message gives the same bytes, always
}

// Hash is the SHA-256 of the body in hex.
func (l Letter) Hash() string {
	sum := sha256.Sum256(l.Body)
	return hex.EncodeToString(sum[:])
}

// Reply is a receiving server's answer. The zero value means that none came.
type Reply struct {
	Code int // three digits, RFC 5321 4.2
	Text string
}

// Turn is what came back from one exchange.
type Turn struct {
	Done  Reply // to the body that was finished; zero without one, or when no reply came
	Ready Reply // to the envelope of the next message: 354 when its body may follow
}

// Channel gives messages their form and carries them.
type Channel interface {
	// Compose gives the message its form. It is pure: what was sent can be made
	// again, byte for byte.
	Compose(m Message) (Letter, error)
	// Open opens one connection.
	Open(ctx context.Context) (Conn, error)
}

// Conn is one connection, used by one goroutine at a time.
type Conn interface {
	// Exchange finishes the message whose envelope was accepted by the last
	// exchange (body; nil if there is none) and announces the next one (envelope
	// of next; nil if there is none) in one go. An error means that the connection
	// is of no use any more; the turn holds the replies that came before it. A body
	// without a reply may have arrived.
	Exchange(ctx context.Context, body []byte, next *Letter) (Turn, error)
	// Close hangs up. A message whose body was not finished is not delivered.
	Close() error
}
