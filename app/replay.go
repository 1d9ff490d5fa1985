package app

import (
	"context"
	"encoding/json"

	"github.com/bonghwa/bonghwa/web/replay"
)

// Replay is what a replay adds to a node: pages that show it, and its summary.
type Replay struct {
	Story     func(ctx context.Context) (sentences []Sentence, running bool, err error)
	Box       replay.Box
	Customers []Customer
	Summary   func(ctx context.Context) (json.RawMessage, error) // nil, nil while it runs
}

// Sentence is one thing that happened, with its proof.
type Sentence = replay.Sentence

// Mail is one mail as the pages show it.
type Mail = replay.Mail

// Header is one header of a mail.
type Header = replay.Header

// Customer is somebody to sign in as.
type Customer = replay.Customer
