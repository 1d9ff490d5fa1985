// Package api is the way in for programs: our REST interface under /api/v1 and
// the OpenAPI 3.1 document that describes it.
//
// It promises that every operation names the roles that may call it and is
// refused to all others before its body is read; that every error is a problem
// document (RFC 9457) that names the place and never repeats a rejected value;
// that an unknown field, query parameter or method is refused rather than
// ignored; and that no answer to a customer's key holds anything of another
// account. Bills are streamed in and out, never held whole.
//
// It decides nothing: the domains do. It keeps nothing and listens to nothing.
package api

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"path"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/credit"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/identity"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/postevent"
)

// Prefix begins the path of every operation.
const Prefix = "/api/v1"

// DocumentPath is where the OpenAPI document is served, without a key.
const DocumentPath = "/openapi.json"

// Keys recognizes API keys; identity.Keyring does.
type Keys interface {
	// Authenticate is the good key of the text, or Unauthenticated.
	Authenticate(ctx context.Context, text identity.Secret) (identity.Key, error)
}

// Options are what the API speaks to. A part that is nil has no routes, except
// Keys, which is needed.
type Options struct {
	Version   string // of the program
	Keys      Keys
	Incidents *incident.Desk
	Catalogs  Catalogs
	Accounts  Accounts
	Directory Directory
	Roll      Roll
	Meter     Meter
	Credits   *credit.Desk
	Runs      Runs
	Ledger    Ledger
	Summaries *postevent.Writer
	Told      Told
	Feedback  Feedback
	Demo      Demo
	World     *clock.World // dates what a caller decides
	Log       *slog.Logger // nil: nothing is logged
	// CatalogFrom is where the catalogue is written when none may be applied from
	// outside, for the refusal to name; empty: any operator may.
	CatalogFrom string
}

// Route is one operation and who may call it.
type Route struct {
	Method string
	Path   string // as a ServeMux pattern
	ID     string // of the operation in the OpenAPI document
	Roles  []identity.Role
	Anyone bool // may be called without a key
}

// server registers operations and remembers them.
type server struct {
	o      Options
	huma   huma.API
	routes []Route
}

// New is the handler of Prefix and DocumentPath, and its routes in the order of
// the document's parts. An operation that names no role is an error.
func New(o Options) (http.Handler, []Route, error) {
	if o.Keys == nil {
		return nil, nil, fault.New(fault.Internal, "api", "there are no keys to recognize callers by", "")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	mux := http.NewServeMux()
	s := &server{o: o, huma: humago.New(mux, settings(o.Version))}
	for _, part := range []func(){
		s.public, s.incidents, s.affected, s.summaries, s.publications, s.catalog, s.accounts, s.own, s.sla, s.credit, s.feedback, s.demo,
	} {
		part()
	}
	if err := s.check(); err != nil {
		return nil, nil, err
	}
	document, err := s.document()
	if err != nil {
		return nil, nil, err
	}
	mux.HandleFunc("GET "+DocumentPath, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(document) // whoever asked has gone
	})
	s.routes = append(s.routes, Route{Method: http.MethodGet, Path: DocumentPath, ID: "openapi", Anyone: true})
	return refuse(mux), s.routes, nil
}

func settings(version string) huma.Config {
	c := huma.DefaultConfig("Bonghwa", version)
	c.Info.Description = "Incidents, the catalogue, availability, credits and what was told to whom. " +
		"Every operation needs an API key (`Authorization: Bearer bh_…`) but those tagged public. Times are RFC 3339 in UTC; intervals are half-open."
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "", "", ""
	c.CreateHooks = nil // which would put links to schemas into every answer
	c.RejectUnknownQueryParameters = true
	c.Transformers = []huma.Transformer{withoutValues}
	c.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"key": {Type: "http", Scheme: "bearer", Description: "An API key. Its role decides what it may do."},
	}
	return c
}

// schemaName names a domain's type after its package too: several rooms have a
// Plan or a Row.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	room := path.Base(t.PkgPath())
	if t.Name() == "" || room == "api" || room == "v2" {
		return name
	}
	return strings.ToUpper(room[:1]) + room[1:] + name
}

// check refuses an operation without roles, so that forgetting them shuts the
// door instead of opening it.
func (s *server) check() error {
	for _, r := range s.routes {
		if len(r.Roles) == 0 && !r.Anyone {
			return fault.New(fault.Internal, r.Method+" "+r.Path, "the operation names no role", "say who may call it")
		}
	}
	return nil
}

// document is the OpenAPI document as JSON, indented for people.
func (s *server) document() ([]byte, error) {
	doc := s.huma.OpenAPI()
	if detail, ok := doc.Components.Schemas.Map()["ErrorDetail"]; ok {
		delete(detail.Properties, "value") // withoutValues takes it away
	}
	b, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the OpenAPI document: %w", err)
	}
	return append(b, '\n'), nil
}

// access is who may call an operation.
type access struct {
	roles  []identity.Role
	anyone bool
}

func roles(r ...identity.Role) access { return access{roles: r} }

func everyRole() access { return access{roles: identity.Roles()} }

func staff() access { return roles(identity.Operator, identity.Approver) }

// register is the one way an operation comes to be: what it is, who may call
// it, what it does. Errors of the handler become problem documents.
func register[I, O any](s *server, op huma.Operation, who access, do func(context.Context, *I) (*O, error)) {
	op.Path = Prefix + op.Path
	s.routes = append(s.routes, Route{Method: op.Method, Path: op.Path, ID: op.OperationID, Roles: who.roles, Anyone: who.anyone})
	if !who.anyone {
		op.Security = []map[string][]string{{"key": {}}}
		op.Middlewares = append(op.Middlewares, s.admit(op, who.roles))
		op.Description = describe(op.Description, who.roles)
	}
	huma.Register(s.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := do(ctx, in)
		if err != nil {
			return nil, s.problem(ctx, op, err)
		}
		return out, nil
	})
}

func describe(text string, roles []identity.Role) string {
	if text != "" {
		text += "\n\n"
	}
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = string(r)
	}
	return text + "Roles: " + strings.Join(words, ", ") + "."
}
