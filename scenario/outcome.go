package scenario

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/scenario/expect"
	"github.com/bonghwa/bonghwa/scenario/world/mail"
)

// Outcome is what came of a replay. Times are world times; "after" figures are
// seconds of the world since Declared.From.
type Outcome struct {
	Scenario           string         `json:"scenario"`
	Speed              float64        `json:"speed"`
	Declared           DeclaredSpan   `json:"declared"`
	Measured           *Span          `json:"measured,omitempty"` // absent when the probes saw nothing
	DetectedAfter      *float64       `json:"detected_after_s,omitempty"`
	PublishedAfter     float64        `json:"published_after_s"`
	Updates            int            `json:"updates"`
	Accounts           AccountCount   `json:"accounts"`
	Mail               MailCount      `json:"mail"`
	Availability       []Availability `json:"availability"`
	Credits            CreditTotals   `json:"credits"`
	SummaryPublishedAt time.Time      `json:"summary_published_at"`
}

// Span is a half-open span with its length.
type Span struct {
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Minutes float64   `json:"minutes"`
}

// DeclaredSpan is a span with who declared it and why.
type DeclaredSpan struct {
	Span
	By     string `json:"by"`
	Reason string `json:"reason"`
}

// AccountCount is how many accounts there are, and how many were hit.
type AccountCount struct {
	Total    int `json:"total"`
	Affected int `json:"affected"`
}

// MailCount is what the mailbox holds beside what was expected: updates, summary
// and credit notices, not sign-in links. Korean and English count what was
// expected.
type MailCount struct {
	Expected   int     `json:"expected"`
	Delivered  int     `json:"delivered"`
	Superseded int     `json:"superseded"`
	Duplicates int     `json:"duplicates"` // unmarked
	Marked     int     `json:"marked"`
	Missing    int     `json:"missing"`
	Korean     int     `json:"ko"`
	English    int     `json:"en"`
	LastAfter  float64 `json:"last_after_s"` // the last mail of the last update
}

// Availability is one reading of the agreement.
type Availability struct {
	Service       string `json:"service"`
	Region        string `json:"region"`
	Month         string `json:"month"`
	Determination string `json:"determination"`
	Percent       string `json:"percent"`
	TierPct       string `json:"tier_pct"`
}

// CreditTotals is what the credit run comes to.
type CreditTotals struct {
	Accounts  int               `json:"accounts"`
	Totals    map[string]string `json:"totals"`
	BillMonth string            `json:"bill_month"`
}

// Judge reads what came of the replay, through the program's doors and from the
// mailbox, and compares it with what the input files say must come of it. The
// problems name what is wrong.
func (r *Replay) Judge(ctx context.Context) (Outcome, []string, error) {
	in, err := expect.Load(filepath.Join(r.stage.o.Dir, "input"))
	if err != nil {
		return Outcome{}, nil, err
	}
	e := in.Expect()
	seen := expect.Observed{Within: time.Minute, Superseded: map[string]int{}, Marked: map[string]int{}}
	if r.stage.o.Speed > 60 {
		seen.Within = 3 * time.Minute // faster than 60, a step of the world is coarser than its minute
	}
	o := Outcome{Scenario: r.stage.script.ID, Speed: r.stage.o.Speed}
	for _, read := range []func(context.Context, *Outcome, *expect.Observed) error{
		r.readIncident, r.readMails, r.readRelevance, r.readAvailability, r.readCredits, r.readSummary,
	} {
		if err := read(ctx, &o, &seen); err != nil {
			return Outcome{}, nil, err
		}
	}
	tally, problems := e.Check(seen)
	o.Accounts = AccountCount{Total: e.Accounts, Affected: len(e.Affected)}
	o.Mail.Expected, o.Mail.Delivered, o.Mail.Superseded = tally.Expected, tally.Delivered, tally.Superseded
	o.Mail.Duplicates, o.Mail.Marked, o.Mail.Missing = tally.Duplicates, tally.Marked, tally.Missing
	o.Mail.Korean, o.Mail.English = tally.Korean, tally.English
	return o, append(problems, r.late(o)...), nil
}

// late says what came too late: detection within 120 seconds of the world.
func (r *Replay) late(o Outcome) []string {
	if o.DetectedAfter != nil && (*o.DetectedAfter < 0 || *o.DetectedAfter > 120) {
		return []string{fmt.Sprintf("the probes raised the verdict %.0f s after the declared start, expected 0 to 120", *o.DetectedAfter)}
	}
	return nil
}

func (r *Replay) readIncident(ctx context.Context, o *Outcome, seen *expect.Observed) error {
	i, err := r.incident(ctx)
	if err != nil {
		return err
	}
	d := r.stage.script.Declared
	for _, p := range i.Impacts {
		if p.InForce && p.Determination == "declared" {
			o.Declared = DeclaredSpan{Span: p.span(), By: d.By, Reason: d.Reason.In(health.English)}
		}
	}
	o.Updates = len(i.Updates)
	if len(i.Updates) > 0 {
		o.PublishedAfter = i.Updates[0].PublishedAt.Sub(d.From).Seconds()
	}
	seen.Measured = -1
	measured, detectedAt := r.measured(i)
	if measured == nil {
		return nil
	}
	after := detectedAt.Sub(d.From).Seconds()
	o.Measured, o.DetectedAfter = measured, &after
	seen.Measured = max(measured.From.Sub(d.From).Abs(), measured.To.Sub(d.To).Abs())
	return nil
}

// measured is what the probes measured, and when they first said so; nil if they
// raised no verdict, or one that never cleared.
func (r *Replay) measured(i incidentView) (*Span, time.Time) {
	var first time.Time
	for _, p := range i.Impacts {
		if p.Determination != "measured" {
			continue
		}
		if first.IsZero() {
			first = p.StatedAt
		}
		if p.InForce && !p.To.IsZero() {
			span := p.span()
			span.Minutes = math.Round(span.Minutes*100) / 100
			return &span, first
		}
	}
	return nil, first
}

func (p impactView) span() Span {
	return Span{From: p.From, To: p.To, Minutes: p.To.Sub(p.From).Minutes()}
}

// readMails matches each mail with its publication by the Message-ID, whose part
// before the dot is the publication's id.
func (r *Replay) readMails(ctx context.Context, o *Outcome, seen *expect.Observed) error {
	told, err := r.publications(ctx)
	if err != nil {
		return err
	}
	kinds := map[string]expect.Message{}
	for _, p := range told {
		m := expect.Message{Kind: p.Kind}
		if p.Kind == "update" {
			m.Sequence = p.Sequence
		}
		kinds[p.ID] = m
		seen.Superseded[m.What()] += p.Superseded
		seen.Marked[m.What()] += p.Marked
		if p.Kind == "update" && !p.LastAt.IsZero() {
			o.Mail.LastAfter = max(o.Mail.LastAfter, p.LastAt.Sub(r.stage.script.Declared.From).Seconds())
		}
	}
	mails, err := mail.Read(r.stage.MailDir())
	if err != nil {
		return err
	}
	for _, m := range mails {
		publication, _, _ := strings.Cut(strings.Trim(m.ID, "<>"), ".")
		message, known := kinds[publication]
		if !known {
			continue // a sign-in link
		}
		message.Address, message.Language = m.To, m.Language
		seen.Mails = append(seen.Mails, message)
	}
	return nil
}

func (r *Replay) readRelevance(ctx context.Context, _ *Outcome, seen *expect.Observed) error {
	var out struct {
		Accounts []struct {
			Account   string `json:"account"`
			Relevance string `json:"relevance"`
		} `json:"accounts"`
	}
	id, _ := r.known()
	if err := r.operator.get(ctx, "/incidents/"+string(id)+"/accounts", &out); err != nil {
		return err
	}
	seen.Relevance = map[string]string{}
	for _, a := range out.Accounts {
		seen.Relevance[a.Account] = a.Relevance
	}
	return nil
}

func (r *Replay) readAvailability(ctx context.Context, o *Outcome, seen *expect.Observed) error {
	var out struct {
		Rows []Availability `json:"rows"`
	}
	q := query("month", r.stage.script.Month, "service", string(r.stage.script.Service), "region", string(r.stage.script.Region))
	if err := r.operator.get(ctx, "/sla/report"+q, &out); err != nil {
		return err
	}
	o.Availability = out.Rows
	for _, row := range out.Rows {
		switch row.Determination {
		case string(health.DeterminationLiteral):
			seen.Literal = row.Percent
		case string(health.DeterminationDeclared):
			seen.Percent, seen.Tier = row.Percent, row.TierPct
		}
	}
	return nil
}

func (r *Replay) readSummary(ctx context.Context, o *Outcome, _ *expect.Observed) error {
	var out struct {
		PublishedAt time.Time `json:"published_at"`
	}
	id, _ := r.known()
	err := r.operator.get(ctx, "/incidents/"+string(id)+"/summary", &out)
	o.SummaryPublishedAt = out.PublishedAt
	return err
}

// readCredits reads what was posted to the ledger and who must be paid by hand.
func (r *Replay) readCredits(ctx context.Context, o *Outcome, seen *expect.Observed) error {
	var run struct {
		Lines []struct {
			Parts []struct {
				Account string       `json:"account"`
				Amount  amountOnBill `json:"amount"`
			} `json:"parts"`
		} `json:"lines"`
	}
	_, id := r.known()
	if err := r.operator.get(ctx, "/credit/runs/"+string(id), &run); err != nil {
		return err
	}
	seen.Credits = map[string]expect.Credit{}
	for _, l := range run.Lines {
		for _, p := range l.Parts {
			if p.Amount.Minor != 0 {
				seen.Credits[p.Account] = expect.Credit{Minor: p.Amount.Minor, Currency: p.Amount.Currency}
			}
		}
	}
	o.Credits = CreditTotals{Accounts: len(seen.Credits), Totals: map[string]string{}, BillMonth: r.stage.script.BillMonth}
	for currency, minor := range (expect.Expected{Credits: seen.Credits}).Totals() {
		o.Credits.Totals[currency] = expect.Credit{Minor: minor, Currency: currency}.String()
	}
	return r.readBill(seen)
}

// readBill reads what the December bill was given to add, and what is left over:
// carried to a later bill, or paid by hand where there is none. For each account
// the three make up its credit.
func (r *Replay) readBill(seen *expect.Observed) error {
	raw, err := os.ReadFile(r.settlementFile())
	if err != nil {
		return err
	}
	type leftover struct {
		Account string       `json:"account"`
		Amount  amountOnBill `json:"amount"`
	}
	var settled struct {
		Carried []leftover `json:"carried"`
		ByHand  []leftover `json:"by_hand"`
	}
	if err := json.Unmarshal(raw, &settled); err != nil {
		return fmt.Errorf("read the settlement: %w", err)
	}
	if seen.Billed, err = billed(r.CreditFile()); err != nil {
		return fmt.Errorf("read the rows of credit: %w", err)
	}
	for _, l := range append(settled.Carried, settled.ByHand...) {
		seen.Billed[l.Account] = expect.Credit{Minor: seen.Billed[l.Account].Minor + l.Amount.Minor, Currency: l.Amount.Currency}
	}
	for _, b := range settled.ByHand {
		seen.ByHand = append(seen.ByHand, b.Account)
	}
	slices.Sort(seen.ByHand)
	return nil
}

// billed sums the rows of credit by account.
func billed(path string) (map[string]expect.Credit, error) {
	f, err := os.Open(path) //nolint:gosec // G304: the replay's own folder
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) == 0 {
		return map[string]expect.Credit{}, err
	}
	account, cost, currency := slices.Index(rows[0], "SubAccountId"), slices.Index(rows[0], "BilledCost"), slices.Index(rows[0], "BillingCurrency")
	if account < 0 || cost < 0 || currency < 0 {
		return nil, fault.New(fault.Invalid, path, "a column is missing", "")
	}
	out := map[string]expect.Credit{}
	for _, row := range rows[1:] {
		minor, ok := new(big.Rat).SetString(row[cost])
		if ok && row[currency] != "KRW" {
			minor.Mul(minor, big.NewRat(100, 1))
		}
		if !ok || !minor.IsInt() {
			return nil, fault.New(fault.Invalid, path, fmt.Sprintf("%q is no sum of %s", row[cost], row[currency]), "")
		}
		out[row[account]] = expect.Credit{Minor: out[row[account]].Minor - minor.Num().Int64(), Currency: row[currency]}
	}
	return out, nil
}

// amountOnBill is a sum as the API tells it.
type amountOnBill struct {
	Minor    int64  `json:"minor"`
	Currency string `json:"currency"`
}
