package api

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/bonghwa/bonghwa/credit"
	"github.com/bonghwa/bonghwa/fault"
)

// maxBill is how many bytes the bills of one request may have together.
const maxBill = 64 << 30

// Upload is a request whose body is read while it arrives: one bill as text/csv,
// or several as the parts of multipart/form-data, in the order of their names.
type Upload struct {
	kind  string
	body  io.Reader
	parts *multipart.Reader
	fault error // of the parts, which whoever reads a bill takes for a failing disk
}

// Resolve takes hold of the body instead of reading it.
func (u *Upload) Resolve(ctx huma.Context) []error {
	r, w := humago.Unwrap(ctx)
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		kind = ""
	}
	u.kind, u.body = kind, http.MaxBytesReader(w, r.Body, maxBill)
	switch kind {
	case "text/csv":
	case "multipart/form-data":
		u.parts = multipart.NewReader(u.body, params["boundary"])
	default:
		return []error{huma.Error415UnsupportedMediaType("send the bill as text/csv, or several bills as multipart/form-data")}
	}
	// A bill takes as long as the line needs; the server's own limit is for
	// requests that are small.
	if err := http.NewResponseController(w).SetReadDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return []error{fmt.Errorf("let the bill take its time: %w", err)}
	}
	return nil
}

// bills are the body's bills under their names.
func (u *Upload) bills(names []string) ([]credit.BillFile, error) {
	if u.parts == nil {
		if len(names) > 1 {
			return nil, fault.New(fault.Invalid, "query.bill", fmt.Sprintf("%d names for one bill", len(names)), "send several bills as multipart/form-data")
		}
		return []credit.BillFile{{Name: append(names, "bill.csv")[0], Body: u.body}}, nil
	}
	if len(names) == 0 {
		return nil, fault.New(fault.Invalid, "query.bill", "the bills have no names", "send bill=NAME once for each part, in their order")
	}
	out := make([]credit.BillFile, len(names))
	for i, name := range names {
		out[i] = credit.BillFile{Name: name, Body: &partReader{from: u, name: name}}
	}
	return out, nil
}

// partReader is the next part of a multipart body, begun at its first read: the
// parts are read one after the other and never held.
type partReader struct {
	from *Upload
	name string
	part *multipart.Part
}

// Read reads of the part.
func (p *partReader) Read(b []byte) (int, error) {
	if p.part == nil {
		if err := p.open(); err != nil {
			p.from.fault = err
			return 0, err
		}
	}
	return p.part.Read(b)
}

func (p *partReader) open() error {
	part, err := p.from.parts.NextPart()
	if errors.Is(err, io.EOF) {
		return fault.New(fault.Invalid, p.name, "the bill was announced and not sent", "send as many parts as names")
	}
	if err != nil {
		return fault.Wrap(fault.Invalid, "read the part of "+p.name, err)
	}
	p.part = part
	return nil
}

// explain gives what was wrong with the body itself precedence over what came of
// it.
func (u *Upload) explain(err error) error {
	if err == nil {
		return nil
	}
	if tooBig, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fault.New(fault.Invalid, "body", fmt.Sprintf("the bills have more than %d bytes", tooBig.Limit), "plan in parts of the bill")
	}
	if u.fault != nil {
		return u.fault
	}
	return err
}
