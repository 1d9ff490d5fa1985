// Package audience is who the customers are and what of theirs an event hits:
// organizations, accounts, contacts, resources, support plans, and the relevance
// of an incident to an account, always with its reason.
//
// It promises that who is hit is a function of a journal number: an import adds
// rows that hold from its own number on and ends old ones, so that it changes
// nothing in what was asked at an earlier number. It promises that an import is
// done whole or not at all. It tells nobody anything, and keeps nothing itself.
package audience

import (
	"time"

	"github.com/bonghwa/bonghwa/health"
)

// Organization is a payer.
type Organization struct {
	ID   health.OrganizationID `json:"id"`
	Name string                `json:"name"`
}

// Account is one customer's account.
type Account struct {
	ID           health.AccountID      `json:"id"`
	Organization health.OrganizationID `json:"organization"` // who pays
	Name         string                `json:"name"`
	Language     health.Language       `json:"language"` // for contacts that name none
	Currency     string                `json:"currency"` // ISO 4217, of its bills
	Status       Status                `json:"status"`
}

// Status is how an account stands.
type Status string

// The statuses.
const (
	Active    Status = "active"
	Suspended Status = "suspended"
	Closed    Status = "closed"
)

// Statuses lists them.
func Statuses() []Status { return []Status{Active, Suspended, Closed} }

// Channel is how an endpoint is reached.
type Channel string

// Email is the only channel of contacts so far.
const Email Channel = "email"

// ContactKind is what a contact wants to hear about.
type ContactKind string

// The kinds of contact.
const (
	Billing    ContactKind = "billing"
	Operations ContactKind = "operations"
	Security   ContactKind = "security"
)

// ContactKinds lists them, sorted.
func ContactKinds() []ContactKind { return []ContactKind{Billing, Operations, Security} }

// Contact is somebody to be told about an account.
type Contact struct {
	Account  health.AccountID `json:"account"`
	Endpoint Endpoint         `json:"endpoint"`
	Language health.Language  `json:"language,omitempty"` // empty: the account's
	Kinds    []ContactKind    `json:"kinds"`              // sorted, never empty
}

// Endpoint is a channel and an address. Addresses are kept in lower case, once,
// whoever shares them.
type Endpoint struct {
	ID      health.EndpointID `json:"id"` // empty in an import: the store gives it
	Channel Channel           `json:"channel"`
	Address string            `json:"address"`
}

// Resource is something an account has, with the time it lived.
type Resource struct {
	ID      health.ResourceID `json:"id"`
	Account health.AccountID  `json:"account"`
	Scope   health.Scope      `json:"scope"`
	Name    string            `json:"name"` // never empty; the end of the id if none was given
	Tags    map[string]string `json:"tags,omitempty"`
	Life    health.Interval   `json:"life"` // world time, half-open
}

// SupportPlan is what help an account has bought.
type SupportPlan struct {
	Account health.AccountID `json:"account"`
	Plan    Plan             `json:"plan"`
	Manager string           `json:"manager"` // account manager's id; empty if there is none
}

// Plan is a grade of support.
type Plan string

// The plans.
const (
	Basic      Plan = "basic"
	Developer  Plan = "developer"
	Business   Plan = "business"
	Enterprise Plan = "enterprise"
)

// Plans lists them.
func Plans() []Plan { return []Plan{Basic, Developer, Business, Enterprise} }

// Span is a maximal merged span of the lives of an account's resources in one
// scope: no two spans of an account and scope touch or overlap. At every instant
// of During at least one of the resources lived.
type Span struct {
	Account health.AccountID
	Scope   health.Scope
	During  health.Interval
	Count   int // resources whose lives were merged
}

// Inventory is how well the resources are known.
type Inventory struct {
	AsOf time.Time // world time they were last known right; zero if never imported
}

// Stale reports whether nothing is known for longer than after. A zero after
// means that an inventory never goes stale once imported.
func (i Inventory) Stale(now time.Time, after time.Duration) bool {
	return i.AsOf.IsZero() || (after > 0 && now.Sub(i.AsOf) > after)
}
