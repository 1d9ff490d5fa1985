// Package credit turns availability into money: who is owed how much for a month
// that fell short, posted to a double-entry ledger and taken off later bills.
//
// A run is planned by one person and approved by another. It states a target for
// every identity (payee, agreement, month, scope, currency) and posts only the
// difference from what was posted before, under compare-and-set, so re-runs,
// crashes and runs side by side never grant twice. What was granted is never
// taken back. All arithmetic is exact and rounds once, half to even; every line
// carries its arithmetic in words.
//
// The package decides. It reads no bill itself (package focus does), knows no
// tax, and moves no money: a credit becomes real as a row on a bill.
package credit

import (
	"cmp"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/sla"
)

// Payee is who a credit is owed to.
type Payee struct {
	Kind sla.Payee `json:"kind"`
	ID   string    `json:"id"` // an account's or an organization's
}

// Key is a credit's identity. The version of the policy is not part of it: a
// later version cannot grant the same month again.
type Key struct {
	Payee    Payee        `json:"payee"`
	Family   string       `json:"family"`
	Month    sla.Month    `json:"month"`
	Scope    health.Scope `json:"scope"` // a service in a region
	Currency string       `json:"currency"`
}

// String writes the key for people and bills, such as
// "account:111122223333/ec2-region/2018-11/ec2/ap-northeast-2/USD".
func (k Key) String() string {
	return strings.Join([]string{string(k.Payee.Kind) + ":" + k.Payee.ID, k.Family, k.Month.String(), k.Scope.String(), k.Currency}, "/")
}

// Compare orders keys by payee, then currency, then the rest.
func (k Key) Compare(l Key) int {
	return cmp.Or(cmp.Compare(k.Payee.Kind, l.Payee.Kind), cmp.Compare(k.Payee.ID, l.Payee.ID),
		cmp.Compare(k.Currency, l.Currency), cmp.Compare(k.String(), l.String()))
}

// State is where a run stands.
type State string

// A run is planned, then posted to the ledger by its approval, then applied to
// bills, as often as a rest is left.
const (
	Planned State = "planned"
	Posted  State = "posted"
	Applied State = "applied"
)

// Reason says in a word why a line grants what it grants.
type Reason string

// The reasons of lines.
const (
	Granted       Reason = "granted"
	AboveTier     Reason = "above_tier"     // availability is below no threshold
	NotAffected   Reason = "not_affected"   // no live resource in the scope while it lasted
	NoCharges     Reason = "no_charges"     // the base is 0 or less
	BelowMinimum  Reason = "below_minimum"  // not more than the agreement's minimum
	AlreadyPosted Reason = "already_posted" // nothing beyond what was posted before
)

// Correction is the class (FOCUS ChargeClass) of what adds to an earlier grant. A
// first grant has none.
const Correction = "Correction"

// Part is what of a line one account gets.
type Part struct {
	Account health.AccountID `json:"account"`
	Base    Amount           `json:"base"`
	Amount  Money            `json:"amount"` // of what is posted now
}

// Line is one identity's share in a run, with its arithmetic.
type Line struct {
	Key        Key         `json:"key"`
	State      sla.State   `json:"state"`
	Reason     Reason      `json:"reason"`
	Base       Amount      `json:"base"`
	Pct        sla.Decimal `json:"pct"`
	Target     Money       `json:"target"`   // what the month is worth by all that is known
	Posted     Money       `json:"posted"`   // before this run
	Post       Money       `json:"post"`     // what this run adds; never negative
	Sequence   int64       `json:"sequence"` // postings of the identity before this run
	Class      string      `json:"class,omitempty"`
	Parts      []Part      `json:"parts"` // sorted by account; they sum to Post
	Arithmetic string      `json:"arithmetic"`
}

// File names a file that was read and what it held.
type File struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"` // hex
	Rows   int64  `json:"rows"`
}

// Repair is one kind of fault in a file that was read around, not guessed at.
type Repair struct {
	File     string `json:"file"`
	What     string `json:"what"`
	Column   string `json:"column,omitempty"`
	Count    int64  `json:"count"`
	FirstRow int64  `json:"first_row"` // the header is row 1
}

// Manifest is what a run stands on: the same inputs give the same run.
type Manifest struct {
	Availability string `json:"availability"` // SHA-256 of the row of measurement, hex
	Policy       string `json:"policy"`       // SHA-256 of the policy's data, hex
	Affected     string `json:"affected"`     // SHA-256 of the accounts, hex
	Posted       string `json:"posted"`       // SHA-256 of what was posted before, hex
	Bills        []File `json:"bills"`
	Program      string `json:"program"` // version of Bonghwa, which holds the time zones
}

// Run is one computation of credits for a service in a region and month.
type Run struct {
	ID             health.CreditRunID `json:"id"` // from its manifest
	State          State              `json:"state"`
	Availability   sla.Row            `json:"availability"`
	Period         health.Interval    `json:"period"` // the month, in the policy's zone
	Payee          sla.Payee          `json:"payee"`
	Cost           sla.CostColumn     `json:"cost"`
	BillServices   []string           `json:"bill_services"` // the service's names on bills
	Carry          bool               `json:"carry"`
	Note           string             `json:"note,omitempty"` // the policy's
	Lines          []Line             `json:"lines"`          // sorted by key
	Affected       int                `json:"affected"`       // accounts
	WithoutCharges []health.AccountID `json:"without_charges"`
	Repairs        []Repair           `json:"repairs"`
	Manifest       Manifest           `json:"manifest"`
	PlannedBy      string             `json:"planned_by"` // a key's id
	PlannedAt      time.Time          `json:"planned_at"` // world time
	ApprovedBy     string             `json:"approved_by,omitempty"`
	ApprovedAt     time.Time          `json:"approved_at,omitzero"`
	Bases          []Base             `json:"-"` // kept as evidence with the plan; read by Store alone
	Version        int64              `json:"version"`
}

// Scope is the run's service and region.
func (r Run) Scope() health.Scope { return r.Availability.Scope() }

// Totals sums what the run posts, by currency, sorted by currency.
func (r Run) Totals() []Money {
	sums := map[string]int64{}
	for _, l := range r.Lines {
		sums[l.Key.Currency] += l.Post.Minor
	}
	return sorted(sums)
}

func sorted(sums map[string]int64) []Money {
	out := make([]Money, 0, len(sums))
	for currency, minor := range sums {
		out = append(out, Money{Minor: minor, Currency: currency})
	}
	sortBy(out, func(m Money) string { return m.Currency })
	return out
}
