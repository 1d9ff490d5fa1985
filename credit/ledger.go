package credit

import (
	"time"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/sla"
)

// EntryKind is what a ledger entry records.
type EntryKind string

// An accrual recognizes what is owed, in the month of the outage. An application
// takes it off a bill.
const (
	Accrual     EntryKind = "accrual"
	Application EntryKind = "application"
)

// Book is an account of the books that entries move money between.
type Book string

// The books.
const (
	ContraRevenue   Book = "contra_revenue"
	CreditLiability Book = "customer_credit_liability"
	Receivable      Book = "receivable"
)

// Entry is one movement between two books, so that debits and credits are equal
// by construction. Entries are only ever added.
type Entry struct {
	Run      health.CreditRunID `json:"run"`
	Kind     EntryKind          `json:"kind"`
	Key      Key                `json:"key"`
	Account  health.AccountID   `json:"account"`
	Sequence int64              `json:"sequence"` // of the identity's postings, or of the account's applications in the run, from 1
	Month    sla.Month          `json:"month"`    // that the movement belongs to: of the outage, of the bill
	Debit    Book               `json:"debit"`
	Credit   Book               `json:"credit"`
	Amount   Money              `json:"amount"` // positive
	At       time.Time          `json:"at"`     // world time
	Actor    string             `json:"actor"`
}

// Accruals are the entries that posting a run makes, in the order of its lines
// and their accounts. Parts of 0 make none.
func (r Run) Accruals(at time.Time, actor string) []Entry {
	var out []Entry
	for _, l := range r.Lines {
		for _, p := range l.Parts {
			if p.Amount.Minor == 0 {
				continue
			}
			out = append(out, Entry{
				Run: r.ID, Kind: Accrual, Key: l.Key, Account: p.Account, Sequence: l.Sequence + 1, Month: l.Key.Month,
				Debit: ContraRevenue, Credit: CreditLiability, Amount: p.Amount, At: at, Actor: actor,
			})
		}
	}
	return out
}

// Movements are the entries that applying makes, one for each use.
func Movements(uses []Use, at time.Time, actor string) []Entry {
	out := make([]Entry, len(uses))
	for i, u := range uses {
		out[i] = Entry{
			Run: u.Run, Kind: Application, Key: u.Key, Account: u.Account, Sequence: u.Sequence, Month: u.Bill,
			Debit: CreditLiability, Credit: Receivable, Amount: u.Amount, At: at, Actor: actor,
		}
	}
	return out
}
