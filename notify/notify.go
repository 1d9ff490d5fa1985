// Package notify decides who is told what, in which order, and that it happens
// once.
//
// A follower turns facts into publications: immutable statements with their
// place in a thread. Who hears one is a function of its journal number, worked
// out by the store and never copied. Threads are cut into chunks of endpoints;
// whoever holds a chunk's lease is the only one to write to those endpoints, so
// order needs no further thought. What became of each message is an outcome, which
// is the de-duplication key, the proof, and the place to go on from after a kill.
//
// The package promises that delivered + superseded + suppressed + failed +
// pending is the audience at every moment; that nobody gets an older update after
// a newer one; and that a kill repeats at most the one message a connection had
// under way, with the same Message-ID and marked. It does not speak SMTP (see
// notify/email) and keeps nothing itself.
package notify

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/health"
)

// Thread groups the publications that follow on each other: an incident's
// updates and summary, or the notices of one credit run.
type Thread string

// IncidentThread is the thread of an incident: its id.
func IncidentThread(id health.IncidentID) Thread { return Thread(id) }

// CreditThread is the thread of a credit run: "credit:" and its id.
func CreditThread(run health.CreditRunID) Thread { return Thread("credit:" + string(run)) }

// Kind is what a publication tells.
type Kind string

// The kinds of publication. An update supersedes the unsent updates before it;
// summaries and credit notices supersede nothing and are never superseded.
const (
	KindUpdate  Kind = "update"
	KindSummary Kind = "summary"
	KindCredit  Kind = "credit"
)

// Reach is a scope and the time during which something happened there. Whoever
// had a resource in the scope alive at any of that time is reached.
type Reach struct {
	Scope  health.Scope    `json:"scope"`
	During health.Interval `json:"during"` // world time, half-open, never open
}

// Slots are the values of a template's variables.
type Slots map[string]string

// Notice is what a credit publication tells one account.
type Notice struct {
	Account   health.AccountID `json:"account"`
	Amount    int64            `json:"amount"` // minor units of Currency
	Currency  string           `json:"currency"`
	Service   health.ServiceID `json:"service"`
	Region    health.RegionID  `json:"region"`
	Month     string           `json:"month"`      // when it went wrong: "2018-11"
	BillMonth string           `json:"bill_month"` // the bill it is taken off: "2018-12"
}

// Publication is one thing told to many. It never changes.
type Publication struct {
	ID       health.PublicationID
	Number   int64 // journal number of the fact it tells, which fixes its audience
	Thread   Thread
	Sequence int // within the thread, from 1
	Kind     Kind
	Template string // the template's id
	Version  int    // the template's version
	Slots    map[health.Language]Slots
	Hash     map[health.Language]string // SHA-256 over template, version and slots, hex
	At       time.Time                  // world time of the fact, UTC
	Reaches  []Reach                    // empty for credit notices
	Notices  []Notice                   // credit notices only, ordered by account; not read back with the publication
}

// ContentHash is the SHA-256, in hex, of what a publication says in one language:
// the template's id and version and the slots in the order of their names.
func ContentHash(template string, version int, slots Slots) string {
	body, err := json.Marshal(slots) // maps are written in the order of their keys
	if err != nil {
		body = nil // strings always marshal
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%d\n%s", template, version, body))
	return hex.EncodeToString(sum[:])
}

// MessageKey is the local part of the Message-ID of what one endpoint is told by
// one publication: always the same, however often it is sent.
func MessageKey(publication health.PublicationID, endpoint health.EndpointID) string {
	return string(publication) + "." + short(string(publication)+"\n"+string(endpoint))
}

// ThreadKey is the local part of the Message-ID that all messages of a thread to
// one endpoint refer to, so that mail programs show them together. No message
// bears it.
func ThreadKey(thread Thread, endpoint health.EndpointID) string {
	return strings.ReplaceAll(string(thread), ":", ".") + "." + short(string(thread)+"\n"+string(endpoint))
}

func short(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:8])
}

// Sum is what became of a publication's audience. Audience is computed on its
// own, from the journal's rows, so that
// Delivered + Superseded + Suppressed + Failed + Pending = Audience can fail.
type Sum struct {
	Audience   int `json:"audience"`
	Delivered  int `json:"delivered"`
	Superseded int `json:"superseded"`
	Suppressed int `json:"suppressed"`
	Failed     int `json:"failed"`
	Pending    int `json:"pending"` // not told yet, under way, deferred or without a reply
	Marked     int `json:"marked"`  // of all: possible duplicates

	LastAt time.Time `json:"last_at,omitzero"` // world time at which the last one was delivered
}

// Holds reports whether nobody is missed and nobody is counted twice.
func (s Sum) Holds() bool {
	return s.Delivered+s.Superseded+s.Suppressed+s.Failed+s.Pending == s.Audience
}
