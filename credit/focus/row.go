package focus

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/bonghwa/bonghwa/credit"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
)

// null is how some exporters write a missing value in words.
const null = "NULL"

// text is a column's value; empty when it is missing, NULL, or the file has no
// such column.
func (r *row) text(c column) string {
	i, ok := r.s.place[c]
	if !ok {
		return ""
	}
	if v := r.fields[i]; v != null {
		return v
	}
	return ""
}

// read understands the columns that decide of one row, and notes what is wrong
// with it.
func (s *scan) read(fields []string) row {
	r := row{s: s, fields: fields}
	for _, c := range [...]column{billingAccountID, subAccountID, serviceName, regionID, invoiceID, billingCurrency, chargeCategory, chargeFrequency} {
		if i, ok := s.place[c]; ok && fields[i] == null {
			s.repaired("NULL in words, read as empty", c)
		}
	}
	r.category = s.word(&r, chargeCategory, "Usage", "Purchase", "Tax", "Credit", "Adjustment")
	r.frequency = s.word(&r, chargeFrequency, "One-Time", "Recurring", "Usage-Based")
	r.currency = s.coin(&r)
	r.billing = health.Interval{From: s.moment(&r, billingPeriodStart), To: s.moment(&r, billingPeriodEnd)}
	r.billed = s.cost(&r, billedCost)
	if _, ok := s.place[effectiveCost]; ok {
		r.effective = s.cost(&r, effectiveCost)
		if r.category == "Credit" && r.billed != r.effective {
			s.repaired("credit whose billed and effective costs differ; no base holds it", effectiveCost)
		}
	}
	if strings.ContainsFunc(string(r.account()), unicode.IsControl) {
		s.problems.Add(s.at(subAccountID), "the account's id holds control characters", "mend the file")
	}
	if r.account() == "" {
		s.problems.Add(s.at(billingAccountID), "the row names no account", "give a BillingAccountId or a SubAccountId")
	}
	return r
}

// word reads one of the words the specification has; letters of another case are
// mended.
func (s *scan) word(r *row, c column, words ...string) string {
	v := r.text(c)
	for _, w := range words {
		if v == w {
			return w
		}
	}
	for _, w := range words {
		if strings.EqualFold(v, w) {
			s.repaired("written in another case", c)
			return w
		}
	}
	s.problems.Add(s.at(c), fmt.Sprintf("%q is not known", v), "write one of: "+strings.Join(words, ", "))
	return ""
}

func (s *scan) coin(r *row) string {
	v := r.text(billingCurrency)
	if s.coins[v] {
		return v
	}
	if _, err := credit.MinorDigits(v); err != nil {
		s.problems.Add(s.at(billingCurrency), fmt.Sprintf("currency %q is not known", v), "write a code of ISO 4217 such as USD or KRW")
		return v
	}
	s.coins[strings.Clone(v)] = true
	return v
}

// cost reads an amount of money. A missing one is refused: 0 would be a guess.
func (s *scan) cost(r *row, c column) credit.Amount {
	v := r.text(c)
	a, err := credit.ParseAmount(v)
	if f, ok := errors.AsType[*fault.Error](err); ok {
		s.problems.Add(s.at(c), f.What, f.Remedy)
	}
	return a
}

// moment reads a bound of a period: UTC, where exporters leave out the T and the
// Z. Another zone is converted; nothing else is understood.
func (s *scan) moment(r *row, c column) time.Time {
	v := r.text(c)
	p, seen := s.months[v]
	if !seen {
		p = parseMoment(v)
		if len(s.months) < maxMoments {
			s.months[strings.Clone(v)] = p
		}
	}
	switch {
	case p.unknown:
		s.problems.Add(s.at(c), fmt.Sprintf("%q is not a time", v), "write UTC such as 2018-11-01T00:00:00Z")
	case p.mended:
		s.repaired("time without T or Z, read as UTC", c)
	}
	return p.at
}

// maxMoments bounds how many written times are remembered: a bill has a few.
const maxMoments = 1024

func parseMoment(v string) period {
	if t, err := time.Parse(time.RFC3339, v); err == nil {
		return period{at: t.UTC()}
	}
	for _, layout := range [...]string{"2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00", time.DateOnly} {
		if t, err := time.Parse(layout, v); err == nil {
			return period{at: t.UTC(), mended: true}
		}
	}
	return period{unknown: true}
}
