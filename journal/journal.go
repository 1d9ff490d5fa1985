// Package journal is the ordered record of facts, and how rooms follow it.
//
// It promises one ascending number without gaps and without reordering visible
// to a reader, and that every follower sees every fact, in order, at least
// once. A fact once saved is never changed. Facts are few (hundreds a second at
// most); probe samples and delivery outcomes are many and are not facts.
//
// The package decides and waits; how facts are kept is the store's business.
package journal

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/bonghwa/bonghwa/health"
)

// Entry is a fact that has not been saved yet. Whoever decides makes entries;
// the store saves them in the transaction that saves the decision.
type Entry struct {
	Type    health.FactType
	Version int       // of the payload's shape, from 1
	At      time.Time // world time of the decision, UTC
	Subject string    // id of the thing the fact is about
	Actor   string    // id of who decided: a key's id, a follower's name
	Payload json.RawMessage
}

// Fact is a saved entry with its place in the order.
type Fact struct {
	Number int64 // from 1, without gaps
	Epoch  int64 // raised by every restore and failover
	Entry
}

// Position is the newest fact's place.
type Position struct {
	Epoch  int64
	Number int64
}

// NewEntry makes an entry at version 1 of the payload's shape.
func NewEntry(kind health.FactType, subject, actor string, at time.Time, payload any) (Entry, error) {
	body, err := json.Marshal(payload)
	if err != nil {
		return Entry{}, fmt.Errorf("write the payload of %s: %w", kind, err)
	}
	return Entry{Type: kind, Version: 1, At: at.UTC(), Subject: subject, Actor: actor, Payload: body}, nil
}

// Decode reads the fact's payload into a struct of the fact's type.
func Decode[P any](f Fact) (P, error) {
	var p P
	if err := json.Unmarshal(f.Payload, &p); err != nil {
		return p, fmt.Errorf("read fact %d (%s version %d): %w", f.Number, f.Type, f.Version, err)
	}
	return p, nil
}

// Reader reads the journal.
type Reader interface {
	// Facts are the facts with numbers above after, ascending, at most limit.
	Facts(ctx context.Context, after int64, limit int) ([]Fact, error)
}
