package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/bonghwa/bonghwa/api"
	"github.com/bonghwa/bonghwa/credit"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/sla"
)

type creditCommands struct {
	Plan    creditPlan    `cmd:"" help:"Compute who is owed how much for a month. Posts nothing."`
	Approve creditApprove `cmd:"" help:"Post a planned run to the ledger: by an approver's key that did not plan it."`
	Apply   creditApply   `cmd:"" help:"Take a posted run's credits off a later bill and write their rows."`
	Show    creditShow    `cmd:"" help:"List runs, or show one with its arithmetic."`
}

type creditPlan struct {
	remote
	output
	UsageBill    []string `help:"Bill of the month in FOCUS CSV; may be given several times." required:"" placeholder:"FILE" sep:"none"`
	Month        string   `help:"Month of the outage, such as 2018-11." required:"" placeholder:"MONTH"`
	Service      string   `help:"Service, such as ec2." placeholder:"ID"`
	Region       string   `help:"Region, such as ap-northeast-2." placeholder:"ID"`
	Incident     string   `help:"Take service and region from this incident's declared impact." placeholder:"ID"`
	Agreement    string   `help:"Family of the agreement; absent: the only one of the service." placeholder:"NAME"`
	Reading      string   `help:"declared or literal." default:"declared" enum:"declared,literal"`
	Payee        string   `help:"account or organization; absent: as the agreement says." placeholder:"WORD"`
	Acknowledged bool     `help:"Vouch for an agreement that was written from memory."`
}

// Help shows how it is used.
func (creditPlan) Help() string {
	return "Example:\n\n    bonghwa credit plan --usage-bill november.csv --month 2018-11 --service ec2 --region ap-northeast-2"
}

// Run plans a run.
func (c creditPlan) Run(s *session) error {
	if _, err := sla.ParseMonth(c.Month); err != nil {
		return usage("--month", fmt.Sprintf("%q is not a month", c.Month), "write a year and a month such as 2018-11")
	}
	node, err := c.connect()
	if err != nil {
		return err
	}
	if err := c.place(s, node); err != nil {
		return err
	}
	q := url.Values{"month": {c.Month}, "service": {c.Service}, "region": {c.Region}, "reading": {c.Reading}}
	for name, value := range map[string]string{"family": c.Agreement, "payee": c.Payee} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if c.Acknowledged {
		q.Set("acknowledged", "true")
	}
	bills, err := openBills(s, c.UsageBill)
	if err != nil {
		return err
	}
	defer bills.close()
	q["bill"] = bills.names
	stream, kind := bills.body()
	var run credit.Run
	err = node.call(s.ctx, request{method: http.MethodPost, path: "credit/runs", query: q, stream: stream, kind: kind}, &run)
	if err != nil {
		return relocate(err, places("", map[string]string{"query.payee": "--payee", "query.service": "--service", "query.region": "--region", "family": "--agreement"}))
	}
	return s.run(c.JSON, run)
}

// place finds service and region, by the flags or by the incident.
func (c *creditPlan) place(s *session, node *client) error {
	if c.Incident == "" {
		if c.Service == "" || c.Region == "" {
			return usage("--service, --region", "the place of the outage is missing", "name both, or --incident")
		}
		return nil
	}
	var i api.Incident
	if err := node.call(s.ctx, request{method: http.MethodGet, path: at(c.Incident)}, &i); err != nil {
		return err
	}
	var found []string
	for _, p := range i.Impacts {
		one := p.Service + "/" + p.Region
		if p.InForce && p.Determination == "declared" && !slices.Contains(found, one) &&
			(c.Service == "" || c.Service == p.Service) && (c.Region == "" || c.Region == p.Region) {
			found = append(found, one)
		}
	}
	if len(found) != 1 {
		return usage("--incident", fmt.Sprintf("it has %d declared impacts: %s", len(found), strings.Join(found, ", ")), "name --service and --region of one")
	}
	c.Service, c.Region, _ = strings.Cut(found[0], "/")
	return nil
}

// bills are opened bills to be sent in turn.
type bills struct {
	names []string
	files []*os.File
	p     *progress
}

func openBills(s *session, names []string) (*bills, error) {
	b := &bills{names: names}
	var total int64
	for _, name := range names {
		f, err := os.Open(name) //nolint:gosec // G304: reading the file the operator names is the purpose
		if err != nil {
			b.close()
			return nil, usage(name, "the bill cannot be read: "+cause(err), "")
		}
		b.files = append(b.files, f)
		if info, err := f.Stat(); err == nil {
			total += info.Size()
		}
	}
	b.p = newProgress(s, "reading bills", total)
	return b, nil
}

func (b *bills) close() {
	for _, f := range b.files {
		_ = f.Close() // it was only read
	}
	if b.p != nil {
		b.p.end()
	}
}

// body is what to send, and its content type: a single bill as it is, several as
// the parts of a form.
func (b *bills) body() (io.Reader, string) {
	if len(b.files) == 1 {
		return counted{b.files[0], b.p}, "text/csv"
	}
	from, to := io.Pipe()
	w := multipart.NewWriter(to)
	go func() { // ends when the request has read the pipe or, broken off, closed it
		err := b.write(w)
		_ = to.CloseWithError(err) // never fails
	}()
	return from, w.FormDataContentType()
}

func (b *bills) write(w *multipart.Writer) error {
	for i, f := range b.files {
		part, err := w.CreateFormFile("bill", filepath.Base(b.names[i]))
		if err != nil {
			return fmt.Errorf("send %s: %w", b.names[i], err)
		}
		if _, err := io.Copy(part, counted{f, b.p}); err != nil {
			return fmt.Errorf("send %s: %w", b.names[i], err)
		}
	}
	return w.Close()
}

type creditApprove struct {
	remote
	output
	ID string `arg:"" name:"run" help:"The run's id."`
}

// Help shows how it is used.
func (creditApprove) Help() string {
	return "Example:\n\n    bonghwa credit approve 3f9a… --key-file approver.key"
}

// Run approves a run.
func (c creditApprove) Run(s *session) error {
	node, err := c.connect()
	if err != nil {
		return err
	}
	var run credit.Run
	if err := node.call(s.ctx, request{method: http.MethodPost, path: "credit/runs/" + url.PathEscape(c.ID) + "/approve"}, &run); err != nil {
		return err
	}
	return s.run(c.JSON, run)
}

type creditApply struct {
	remote
	output
	ID         string `arg:"" name:"run" help:"The run's id."`
	TargetBill string `help:"The bill to take credits off, in FOCUS CSV." required:"" placeholder:"FILE"`
	BillMonth  string `help:"Its month, such as 2018-12." required:"" placeholder:"MONTH"`
	Out        string `help:"File to write the rows of credit to; - for standard output." required:"" placeholder:"FILE"`
}

// Help shows how it is used.
func (creditApply) Help() string {
	return "Done again on the same bill it writes the same bytes and posts nothing.\n\nExample:\n\n    bonghwa credit apply 3f9a… --target-bill december.csv --bill-month 2018-12 --out credits.csv"
}

// Run applies a run to a bill.
func (c creditApply) Run(s *session) error {
	if _, err := sla.ParseMonth(c.BillMonth); err != nil {
		return usage("--bill-month", fmt.Sprintf("%q is not a month", c.BillMonth), "write a year and a month such as 2018-12")
	}
	if c.Out == "-" && c.JSON {
		return usage("--json", "rows and JSON cannot both go to standard output", "name a file with --out")
	}
	node, err := c.connect()
	if err != nil {
		return err
	}
	bill, err := openBills(s, []string{c.TargetBill})
	if err != nil {
		return err
	}
	defer bill.close()
	stream, kind := bill.body()
	resp, err := node.send(s.ctx, request{
		method: http.MethodPost, path: "credit/runs/" + url.PathEscape(c.ID) + "/apply", stream: stream, kind: kind, accept: "multipart/mixed",
		query: url.Values{"bill_month": {c.BillMonth}, "bill": {c.TargetBill}},
	})
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }() // it was read
	var done api.Settled
	err = c.save(s, func(w io.Writer) error {
		done, err = settlement(resp, w)
		return err
	})
	if err != nil {
		return err
	}
	return s.settled(c, done)
}

// settlement copies the rows of an answer and gives what came of them.
func settlement(resp *http.Response, w io.Writer) (api.Settled, error) {
	var done api.Settled
	_, params, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil {
		return done, fault.Wrap(fault.Unavailable, "read the rows of credit", err)
	}
	parts := multipart.NewReader(resp.Body, params["boundary"])
	rows, err := parts.NextPart()
	if err == nil {
		_, err = io.Copy(w, rows)
	}
	var last *multipart.Part
	if err == nil {
		last, err = parts.NextPart()
	}
	if err == nil {
		err = json.NewDecoder(last).Decode(&done)
	}
	return done, fault.Wrap(fault.Unavailable, "the answer broke off; run the command again: nothing is credited twice", err)
}

// save writes the output whole or not at all.
func (c creditApply) save(s *session, write func(io.Writer) error) error {
	if c.Out == "-" {
		return write(s.out)
	}
	f, err := os.CreateTemp(filepath.Dir(c.Out), ".bonghwa-*.csv")
	if err != nil {
		return fault.New(fault.Invalid, "--out", "no file can be written there: "+cause(err), "")
	}
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), c.Out)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}

func (s *session) settled(c creditApply, done api.Settled) error {
	if c.JSON {
		return s.json(done)
	}
	to := s.out
	if c.Out == "-" {
		to = s.err
	}
	_, err := fmt.Fprintf(to, "%d rows of credit on the bill of %s, %d of them new.\n", done.Rows, c.BillMonth, done.New)
	for _, list := range []struct {
		what string
		of   []credit.Balance
	}{{"carried to the next bill", done.Carried}, {"to be paid by hand, for want of a bill", done.ByHand}} {
		for _, b := range list.of {
			_, _ = fmt.Fprintf(to, "%s: account %s, %s %s\n", list.what, b.Account, b.Amount.Currency, b.Amount) // err tells of the first failure
		}
	}
	repaired(to, done.Repairs)
	return err
}

type creditShow struct {
	remote
	output
	ID string `arg:"" optional:"" name:"run" help:"The run's id; absent: lists them."`
}

// Help shows how it is used.
func (creditShow) Help() string { return "Example:\n\n    bonghwa credit show 3f9a… --json" }

// Run shows runs.
func (c creditShow) Run(s *session) error {
	node, err := c.connect()
	if err != nil {
		return err
	}
	if c.ID != "" {
		var run credit.Run
		if err := node.call(s.ctx, request{method: http.MethodGet, path: "credit/runs/" + url.PathEscape(c.ID)}, &run); err != nil {
			return err
		}
		return s.run(c.JSON, run)
	}
	var list struct {
		Runs []api.RunSummary `json:"runs"`
	}
	if err := node.call(s.ctx, request{method: http.MethodGet, path: "credit/runs"}, &list); err != nil {
		return err
	}
	if c.JSON {
		return s.json(list)
	}
	rows := [][]string{{"ID", "STATE", "SERVICE", "REGION", "MONTH", "AVAILABILITY", "TIER", "POSTS"}}
	for _, r := range list.Runs {
		rows = append(rows, []string{r.ID, string(r.State), r.Service, r.Region, r.Month.String(), r.Percent, r.TierPct.String(), sums(r.Totals)})
	}
	return s.table(rows)
}

func sums(totals []credit.Money) string {
	out := make([]string, len(totals))
	for i, m := range totals {
		out[i] = m.Currency + " " + m.String()
	}
	return strings.Join(out, ", ")
}

// run prints a credit run.
func (s *session) run(asJSON bool, r credit.Run) error {
	if asJSON {
		return s.json(r)
	}
	a := r.Availability
	s.line("%s  %s", r.ID, r.State)
	s.line("  %s in %s, %s: availability %s %% (%s), tier %s %%", a.Service, a.Region, a.Month, a.Percent, a.Determination, a.TierPct)
	s.line("  %d accounts affected, %d of them without charges", r.Affected, len(r.WithoutCharges))
	if r.Note != "" {
		s.line("  note: %s", strings.Join(strings.Fields(r.Note), " "))
	}
	rows := [][]string{{"  PAYEE", "STATE", "REASON", "BASE", "CREDIT", "POSTS", "ARITHMETIC"}}
	for _, l := range r.Lines {
		rows = append(rows, []string{
			"  " + string(l.Key.Payee.Kind) + ":" + l.Key.Payee.ID, string(l.State), string(l.Reason),
			l.Key.Currency + " " + l.Base.String(), l.Target.String(), l.Post.String(), l.Arithmetic,
		})
	}
	if err := s.table(rows); err != nil {
		return err
	}
	s.line("  posts %s in %s lines", sums(r.Totals()), strconv.Itoa(len(r.Lines)))
	repaired(s.out, r.Repairs)
	if r.State == credit.Planned {
		s.line("  next: an approver who did not plan it runs bonghwa credit approve %s", r.ID)
	}
	return nil
}

// repaired reports what of a bill was read around.
func repaired(w io.Writer, repairs []credit.Repair) {
	for _, p := range repairs {
		_, _ = fmt.Fprintf(w, "  repaired: %s: %s, column %s, %d times, first in row %d\n", p.File, p.What, p.Column, p.Count, p.FirstRow) // a closed pipe ends the program anyway
	}
}
