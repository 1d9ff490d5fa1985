package api

import (
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/textproto"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bonghwa/bonghwa/credit"
)

// Settled is what became of a run on one bill, besides its rows.
type Settled struct {
	New     int              `json:"new" doc:"Rows that were not there before"`
	Rows    int              `json:"rows"`
	Carried []credit.Balance `json:"carried" doc:"Left for the accounts' next bills"`
	ByHand  []credit.Balance `json:"by_hand" doc:"To be paid by hand: the account has no such bill"`
	Repairs []credit.Repair  `json:"repairs"`
}

// rows is the answer with rows of credit: plain CSV, or CSV and settlement as
// two parts. Nothing is sent before the first row.
type rows struct {
	ctx   huma.Context
	begun bool
	parts *multipart.Writer // nil: plain CSV
	to    io.Writer
}

func newRows(ctx huma.Context, accept string) *rows {
	r := &rows{ctx: ctx}
	if strings.Contains(accept, "multipart/mixed") {
		r.parts = multipart.NewWriter(ctx.BodyWriter())
	}
	return r
}

// Write writes of the CSV.
func (r *rows) Write(b []byte) (int, error) {
	if err := r.begin(); err != nil {
		return 0, err
	}
	return r.to.Write(b)
}

func (r *rows) begin() error {
	if r.begun {
		return nil
	}
	r.begun = true
	if r.parts == nil {
		r.ctx.SetHeader("Content-Type", "text/csv; charset=utf-8")
		r.ctx.SetStatus(200)
		r.to = r.ctx.BodyWriter()
		return nil
	}
	r.ctx.SetHeader("Content-Type", "multipart/mixed; boundary="+r.parts.Boundary())
	r.ctx.SetStatus(200)
	var err error
	r.to, err = r.parts.CreatePart(textproto.MIMEHeader{"Content-Type": {"text/csv; charset=utf-8"}})
	return err
}

// finish ends the answer with the settlement, for whoever asked for it.
func (r *rows) finish(done credit.Settlement) error {
	if err := r.begin(); err != nil || r.parts == nil {
		return err
	}
	to, err := r.parts.CreatePart(textproto.MIMEHeader{"Content-Type": {"application/json"}})
	if err != nil {
		return fmt.Errorf("begin the settlement: %w", err)
	}
	err = json.NewEncoder(to).Encode(Settled{
		New: len(done.New), Rows: len(done.Rows),
		Carried: append([]credit.Balance{}, done.Carried...), ByHand: append([]credit.Balance{}, done.ByHand...),
		Repairs: append([]credit.Repair{}, done.Repairs...),
	})
	if err != nil {
		return fmt.Errorf("write the settlement: %w", err)
	}
	return r.parts.Close()
}
