package notify

import (
	"time"

	"github.com/bonghwa/bonghwa/health"
)

// State is what became of one message.
type State string

// The states of an outcome. The first four are final.
const (
	Delivered  State = "delivered"  // the receiving server took it
	Superseded State = "superseded" // a newer update took its place before it went out
	Suppressed State = "suppressed" // the address is not to be used
	Failed     State = "failed"     // refused for good, or given up
	Pending    State = "pending"    // deferred until Due
	Sending    State = "sending"    // a connection has it under way; after a kill: nobody knows
	Ambiguous  State = "ambiguous"  // sent whole, but no reply came; tried again from Due
)

// Final reports whether nothing more will be done for the message.
func (s State) Final() bool {
	switch s {
	case Delivered, Superseded, Suppressed, Failed:
		return true
	case Pending, Sending, Ambiguous:
	}
	return false
}

// Reason is why an endpoint hears a publication.
type Reason string

// The reasons.
const (
	ReasonScope  Reason = "scope"  // a resource of its accounts was in a scope of the incident
	ReasonTold   Reason = "told"   // an earlier publication of the thread reached it
	ReasonCredit Reason = "credit" // its accounts get a credit
)

// Outcome is what became of one publication for one endpoint.
type Outcome struct {
	Thread      Thread
	Sequence    int
	Publication health.PublicationID
	Endpoint    health.EndpointID
	State       State
	Hash        string // SHA-256 of the bytes sent, hex; empty if none were made
	Language    health.Language
	Reason      Reason
	Personal    Slots     // what the message said to this endpoint alone
	Reply       string    // the receiving server's last words
	Connection  string    // who had it under way: node and connection
	Fence       int64     // of the chunk's lease when it was sent
	Attempts    int       // how often it was begun
	Due         time.Time // wall time before which it is not tried again; zero if at once
	At          time.Time // world time of the last change
	Wall        time.Time // wall time of the last change
	Marked      bool      // it may have reached the endpoint more than once
}

// Member is an account's contact in the audience of a thread.
type Member struct {
	Endpoint   health.EndpointID
	Account    health.AccountID
	Name       string // the account's
	Channel    string
	Address    string          // empty when it was erased
	Language   health.Language // the contact's, else the account's; may be empty
	Joined     int             // the first sequence of the thread that reaches it
	Latest     int             // the last one that reaches it by its own scopes
	Suppressed bool
}
