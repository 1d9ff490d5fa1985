package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/identity"
	"github.com/bonghwa/bonghwa/sla"
)

// Catalogs keeps the catalogue; the store does.
type Catalogs interface {
	catalog.Store
}

// maxCatalog is how many bytes the files of a catalogue may have together.
const maxCatalog = 8 << 20

// catalog registers the operations on the catalogue.
func (s *server) catalog() {
	if s.o.Catalogs == nil {
		return
	}
	op := func(method, path, id, summary string) huma.Operation {
		return huma.Operation{
			Method: method, Path: path, OperationID: id, Summary: summary, Tags: []string{"catalogue"},
			MaxBodyBytes: maxCatalog, BodyReadTimeout: time.Minute,
		}
	}
	register(s, op(http.MethodGet, "/catalog", "get-catalog", "Read the catalogue in force"), staff(), s.getCatalog)
	register(s, op(http.MethodPost, "/catalog/plan", "plan-catalog", "Compare files with the catalogue in force"), staff(), s.planCatalog)
	register(s, op(http.MethodPost, "/catalog/apply", "apply-catalog", "Put files in force as a new revision"), roles(identity.Operator), s.applyCatalog)
}

// File is a file in the text of a request.
type File struct {
	Name    string `json:"name" maxLength:"500" doc:"As a person knows it; errors name it"`
	Content string `json:"content"`
}

// CatalogFiles are the files of a catalogue.
type CatalogFiles struct {
	Files       []File `json:"files" minItems:"1" maxItems:"200" doc:"YAML files; their sections are merged"`
	Attachments []File `json:"attachments,omitempty" maxItems:"200" doc:"Files that policies name, under the names they are named by"`
}

// Catalog reads the files and the agreements in them. The error is a fault.List
// of every problem, each with file and line.
func (in CatalogFiles) Catalog() (catalog.Catalog, error) {
	files := make([]catalog.File, len(in.Files))
	for i, f := range in.Files {
		files[i] = catalog.File{Name: f.Name, Content: []byte(f.Content)}
	}
	c, err := catalog.Read(files, func(name, _ string) ([]byte, error) {
		i := slices.IndexFunc(in.Attachments, func(f File) bool { return f.Name == name })
		if i < 0 {
			return nil, fault.New(fault.NotFound, name, "the file was not sent", "send it among the attachments")
		}
		return []byte(in.Attachments[i].Content), nil
	})
	if err != nil {
		return catalog.Catalog{}, err
	}
	return c, in.agreements(c)
}

// agreements reads what the policies promise: a catalogue whose agreements
// nobody can read must not come into force.
func (in CatalogFiles) agreements(c catalog.Catalog) error {
	l := &fault.List{}
	for _, p := range c.Policies {
		name := "policy " + string(p.ID)
		if i := slices.IndexFunc(in.Attachments, func(f File) bool { return f.Content == p.YAML }); i >= 0 {
			name = in.Attachments[i].Name
		}
		_, err := sla.ParsePolicy(name, []byte(p.YAML))
		if more, ok := errors.AsType[*fault.List](err); ok {
			l.Problems = append(l.Problems, more.Problems...)
		} else if err != nil {
			l.Add(name, err.Error(), "")
		}
	}
	return l.Err()
}

// CatalogRevision is the catalogue in force.
type CatalogRevision struct {
	Revision  int64           `json:"revision" doc:"0 when none was applied yet"`
	Hash      string          `json:"hash"`
	AppliedAt time.Time       `json:"applied_at,omitzero"`
	AppliedBy string          `json:"applied_by,omitempty"`
	Catalog   catalog.Catalog `json:"catalog"`
}

type catalogOutput struct{ Body CatalogRevision }

func (s *server) getCatalog(ctx context.Context, _ *struct{}) (*catalogOutput, error) {
	r, err := s.o.Catalogs.Current(ctx)
	if err != nil {
		return nil, err
	}
	return &catalogOutput{CatalogRevision{
		Revision: r.Number, Hash: r.Hash, AppliedAt: r.AppliedAt, AppliedBy: r.AppliedBy, Catalog: r.Catalog,
	}}, nil
}

type planOutput struct{ Body catalog.Plan }

func (s *server) planCatalog(ctx context.Context, in *struct{ Body CatalogFiles }) (*planOutput, error) {
	next, err := in.Body.Catalog()
	if err != nil {
		return nil, err
	}
	plan, err := catalog.NewKeeper(s.o.Catalogs).Plan(ctx, next)
	return &planOutput{plan}, err
}

type applyInput struct {
	Body struct {
		CatalogFiles
		Base int64 `json:"base" minimum:"-1" doc:"Revision that was planned against; -1 takes whichever is in force"`
	}
}

// Applied is what came of applying a catalogue.
type Applied struct {
	Revision int64        `json:"revision"`
	Hash     string       `json:"hash"`
	Plan     catalog.Plan `json:"plan"`
}

type appliedOutput struct{ Body Applied }

func (s *server) applyCatalog(ctx context.Context, in *applyInput) (*appliedOutput, error) {
	if s.o.CatalogFrom != "" {
		return nil, fault.New(fault.Conflict, "", "the catalogue of this node is written in "+s.o.CatalogFrom, "change it there and start the node again")
	}
	next, err := in.Body.Catalog()
	if err != nil {
		return nil, err
	}
	r, plan, err := catalog.NewKeeper(s.o.Catalogs).Apply(ctx, catalog.Application{
		Catalog: next, Base: in.Body.Base, Actor: callerOf(ctx).ID, At: s.o.World.Now(),
	})
	return &appliedOutput{Applied{Revision: r.Number, Hash: r.Hash, Plan: plan}}, err
}
