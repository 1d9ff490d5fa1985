// Package sla measures availability by the words of published agreements.
//
// A policy is an agreement's text as data: what counts as down, over which
// months, with which tiers of credit. Availability is an exact fraction of whole
// microseconds; it is turned into a decimal for people alone, and tiers are
// compared by integers. Every month is read twice and the two stand side by
// side: literally, by the policy's own predicate, and as the provider declares.
// A restated impact counts as stated last, and any earlier state of knowledge
// can be asked for.
//
// The package grants nothing and knows no money; package credit does. It keeps
// nothing: incidents and policies come through the small interfaces it names.
package sla

import (
	"slices"
	"time"

	"github.com/bonghwa/bonghwa/health"
)

// Verification says how well a policy's data is known to match the agreement.
type Verification string

// A policy was compared with the text, taken from secondary sources, or written
// from memory. One from memory grants nothing until a person acknowledges it.
const (
	VerifiedText      Verification = "text"
	VerifiedSecondary Verification = "secondary"
	VerifiedMemory    Verification = "memory"
)

// Payee is who a credit is owed to, and so over whose bills a base is summed.
type Payee string

// A credit is owed to each account or to the organization that pays for it.
const (
	PayAccount      Payee = "account"
	PayOrganization Payee = "organization"
)

// Weight is how much of the time an impact lasts counts as down.
type Weight string

// Binary counts all of it; share counts the share of requests that failed.
const (
	WeightBinary Weight = "binary"
	WeightShare  Weight = "share"
)

// Quantum is how the length of one unbroken stretch of downtime is counted.
type Quantum string

// Exact counts microseconds. The others count whole minutes: those that each
// stretch fills, those each stretch rounded up has, or the clock minutes that
// any stretch touches.
const (
	QuantumExact       Quantum = "exact"
	QuantumFloorMinute Quantum = "floor_minute_per_incident"
	QuantumCeil        Quantum = "ceil"
	QuantumTouched     Quantum = "touched"
)

// Denominator is the time that availability is a fraction of.
type Denominator string

// The whole calendar month, or the part of it in which the thing existed.
const (
	DenominatorCalendar Denominator = "calendar"
	DenominatorDeployed Denominator = "deployed"
)

// CostColumn is the bill's column that a credit's base is summed from.
type CostColumn string

// What was invoiced, or what it cost with commitments spread over their use.
// Usage under a commitment is billed at 0, so the choice decides the credit.
const (
	BilledCost    CostColumn = "BilledCost"
	EffectiveCost CostColumn = "EffectiveCost"
)

// Policy is one version of an agreement: contracts say which version by the
// dates it is in force. Only the downtime of a service in a region is measured
// so far.
type Policy struct {
	ID             health.PolicyID
	Family         string          // one agreement through all of its versions
	InForce        health.Interval // open while no end is known
	Zone           string          // IANA zone whose calendar months are the periods
	Source         string          // where the agreement is published
	Verified       Verification
	TextSHA256     string // of the text compared with, hex; with VerifiedText alone
	Note           string // what a reader must know of this data
	Payee          Payee
	Service        health.ServiceID
	BillServices   []string // ServiceName of the bill lines that are this service
	Predicate      Predicate
	Weight         Weight
	Quantum        Quantum
	MinConsecutive time.Duration // shorter stretches are not down
	Denominator    Denominator
	Maintenance    MaintenanceExclusion
	ExcludeCauses  []string // cause classes that do not count
	Tiers          []Tier   // highest threshold first
	Base           Base
	Terms          Terms
}

// MaintenanceExclusion leaves announced work out of downtime: announced at least
// Notice before it began, and no more than Quota of it in a period. The zero
// value excludes nothing.
type MaintenanceExclusion struct {
	Notice time.Duration
	Quota  time.Duration
}

// Tier grants a percentage of the base below a threshold, strictly.
type Tier struct {
	Below Decimal // percent of availability
	Pct   Decimal // percent of the base
}

// Base says which lines of the bill a credit is a percentage of.
type Base struct {
	Categories   []string // FOCUS ChargeCategory
	NotFrequency string   // FOCUS ChargeFrequency left out; empty for none
	Cost         CostColumn
}

// Terms say how a credit is granted.
type Terms struct {
	MinExclusive map[string]Decimal // per currency: smaller or equal credits are not granted
	NoMinimum    bool               // there is no minimum in any currency
	CapPct       Decimal            // percent of the base that credits of a period may reach
	Carry        bool               // what one bill cannot take goes to the next
}

// Pct is the percentage of the base due at an availability: that of the lowest
// threshold the availability is strictly below, "0" when it is below none.
func (p Policy) Pct(a Fraction) Decimal {
	due := Decimal{}
	for _, t := range p.Tiers {
		if a.Below(t.Below) {
			due = t.Pct
		}
	}
	return due
}

// Choose is the version of a family in force at t. Of versions in force at once
// the one that began last is chosen.
func Choose(policies []Policy, family string, t time.Time) (Policy, bool) {
	var best Policy
	found := false
	for _, p := range policies {
		if p.Family != family || !p.InForce.Contains(t) {
			continue
		}
		if !found || p.InForce.From.After(best.InForce.From) {
			best, found = p, true
		}
	}
	return best, found
}

// Families lists the families of the policies, sorted.
func Families(policies []Policy) []string {
	out := make([]string, 0, len(policies))
	for _, p := range policies {
		out = append(out, p.Family)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
