package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bonghwa/bonghwa/fault"
)

// status is the table from kind of error to HTTP status. Bad input is 422, the
// status of what does not fit the document; a body that cannot be read at all
// is 400.
func status(k fault.Kind) int {
	switch k {
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	case fault.Internal:
	}
	return http.StatusInternalServerError
}

// challenge asks for a key (RFC 6750, 3).
const challenge = `Bearer realm="bonghwa"`

// problem turns an error into a problem document. A failure of ours is logged
// under a reference, which is all that the caller is told.
func (s *server) problem(ctx context.Context, op huma.Operation, err error) error {
	kind := fault.KindOf(err)
	code := status(kind)
	p := &huma.ErrorModel{Status: code, Title: http.StatusText(code)}
	switch kind {
	case fault.Internal, fault.Unavailable:
		ref := reference()
		p.Instance, p.Detail = "urn:bonghwa:error:"+ref, "the server could not do this; the reference finds the cause in its log"
		if ctx.Err() == nil {
			s.o.Log.LogAttrs(ctx, slog.LevelError, "a call failed",
				slog.String("operation", op.OperationID), slog.String("reference", ref), slog.Any("error", err))
		}
	case fault.Invalid, fault.NotFound, fault.Conflict, fault.Forbidden, fault.Unauthenticated:
		p.Errors = details(err)
		p.Detail = firstLine(err)
	}
	var headers http.Header
	switch kind {
	case fault.Unauthenticated:
		headers = http.Header{"Www-Authenticate": {challenge}}
	case fault.Unavailable:
		headers = http.Header{"Retry-After": {"5"}}
	case fault.Internal, fault.Invalid, fault.NotFound, fault.Conflict, fault.Forbidden:
		return p
	}
	return huma.ErrorWithHeaders(p, headers)
}

// details lists the problems: where, and what with its remedy.
func details(err error) []*huma.ErrorDetail {
	if list, ok := errors.AsType[*fault.List](err); ok {
		out := make([]*huma.ErrorDetail, len(list.Problems))
		for i, one := range list.Problems {
			out[i] = detail(one)
		}
		return out
	}
	if one, ok := errors.AsType[*fault.Error](err); ok && one.Where != "" {
		return []*huma.ErrorDetail{detail(one)}
	}
	return nil
}

func detail(one *fault.Error) *huma.ErrorDetail {
	return &huma.ErrorDetail{Location: one.Where, Message: one.Message()}
}

func firstLine(err error) string {
	list, ok := errors.AsType[*fault.List](err)
	if ok && len(list.Problems) > 1 {
		return "several things are wrong; see errors"
	}
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// writeProblem answers with a problem document before the operation has begun.
func (s *server) writeProblem(ctx huma.Context, op huma.Operation, err error) {
	err = s.problem(ctx.Context(), op, err)
	if h, ok := errors.AsType[huma.HeadersError](err); ok {
		for name, values := range h.GetHeaders() {
			for _, v := range values {
				ctx.AppendHeader(name, v)
			}
		}
	}
	if p, ok := errors.AsType[*huma.ErrorModel](err); ok {
		ctx.SetHeader("Content-Type", "application/problem+json")
		ctx.SetStatus(p.Status)
		_ = json.NewEncoder(ctx.BodyWriter()).Encode(p) // whoever asked has gone
	}
}

// withoutValues takes rejected values out of problem documents: one of them may
// be a secret that was put into the wrong field.
func withoutValues(_ huma.Context, _ string, v any) (any, error) {
	p, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	for _, d := range p.Errors {
		d.Value = nil
	}
	return p, nil
}

// refuse answers what no operation matches with a problem document instead of
// the mux's plain text, keeping its status and Allow header.
func refuse(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := mux.Handler(r); pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		said := &refusal{header: http.Header{}}
		mux.ServeHTTP(said, r)
		p := huma.ErrorModel{Status: said.status, Title: http.StatusText(said.status), Detail: "there is no operation at " + r.URL.Path}
		if said.status == http.StatusMethodNotAllowed {
			w.Header().Set("Allow", said.header.Get("Allow"))
			p.Detail = r.URL.Path + " takes " + said.header.Get("Allow") + ", not " + r.Method
		}
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(p.Status)
		_ = json.NewEncoder(w).Encode(p) // whoever asked has gone
	})
}

// refusal catches what the mux says when it refuses.
type refusal struct {
	header http.Header
	status int
}

func (r *refusal) Header() http.Header { return r.header }

func (r *refusal) Write(b []byte) (int, error) { return len(b), nil }

func (r *refusal) WriteHeader(status int) { r.status = status }

// reference is a short random name for an error, to find it in the log.
func reference() string {
	b := make([]byte, 4)
	_, _ = rand.Read(b) // crypto/rand.Read never fails since Go 1.24
	return hex.EncodeToString(b)
}
