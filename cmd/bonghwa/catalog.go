package main

import (
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"

	"github.com/bonghwa/bonghwa/api"
	"github.com/bonghwa/bonghwa/catalog"
)

type catalogCommands struct {
	Plan  catalogPlan  `cmd:"" help:"Show what files would change. Changes nothing."`
	Apply catalogApply `cmd:"" help:"Put files in force as a new revision."`
}

type catalogPlan struct {
	remote
	output
	Files []string `arg:"" help:"YAML files of the catalogue; their sections are merged."`
}

// Help shows how it is used.
func (catalogPlan) Help() string { return "Example:\n\n    bonghwa catalog plan catalog/*.yaml" }

// readCatalog reads the files, checks them, and takes along what their policies
// name, so that every mistake is found before anything is sent.
func readCatalog(names []string) (api.CatalogFiles, error) {
	var out api.CatalogFiles
	var files []catalog.File
	for _, name := range names {
		b, err := os.ReadFile(name) //nolint:gosec // G304: reading the file the operator names is the purpose
		if err != nil {
			return out, usage(name, "the file cannot be read: "+cause(err), "")
		}
		files = append(files, catalog.File{Name: name, Content: b})
		out.Files = append(out.Files, api.File{Name: name, Content: string(b)})
	}
	_, err := catalog.Read(files, func(name, from string) ([]byte, error) {
		if filepath.IsAbs(name) || !filepath.IsLocal(name) {
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission} // a file beside the catalogue, nothing else
		}
		b, err := os.ReadFile(filepath.Join(filepath.Dir(from), name)) //nolint:gosec // G304: checked to be below the catalogue
		if err == nil && !slices.ContainsFunc(out.Attachments, func(f api.File) bool { return f.Name == name }) {
			out.Attachments = append(out.Attachments, api.File{Name: name, Content: string(b)})
		}
		return b, err
	})
	if err == nil {
		_, err = out.Catalog()
	}
	return out, err
}

func (s *session) planCatalog(node *client, files api.CatalogFiles) (catalog.Plan, error) {
	var plan catalog.Plan
	err := node.call(s.ctx, request{method: http.MethodPost, path: "catalog/plan", body: files}, &plan)
	return plan, err
}

// Run shows a plan.
func (c catalogPlan) Run(s *session) error {
	files, err := readCatalog(c.Files)
	if err != nil {
		return err
	}
	node, err := c.connect()
	if err != nil {
		return err
	}
	plan, err := s.planCatalog(node, files)
	if err != nil {
		return err
	}
	if c.JSON {
		return s.json(plan)
	}
	_, err = s.out.Write([]byte(plan.String()))
	return err
}

type catalogApply struct {
	remote
	output
	Files []string `arg:"" help:"YAML files of the catalogue; their sections are merged."`
	Base  int64    `help:"Revision that the plan was made against; absent: plans first and applies that." default:"-2" placeholder:"N"`
}

// Help shows how it is used.
func (catalogApply) Help() string {
	return "It plans first and applies that plan, or nothing when another revision came between.\n\nExample:\n\n    bonghwa catalog apply catalog/*.yaml --base 7"
}

// planFirst is the base of an apply that no plan was made for.
const planFirst = -2

// Run applies files.
func (c catalogApply) Run(s *session) error {
	files, err := readCatalog(c.Files)
	if err != nil {
		return err
	}
	node, err := c.connect()
	if err != nil {
		return err
	}
	if c.Base == planFirst {
		plan, err := s.planCatalog(node, files)
		if err != nil {
			return err
		}
		c.Base = plan.Base
	}
	body := struct {
		api.CatalogFiles
		Base int64 `json:"base"`
	}{files, c.Base}
	var done api.Applied
	if err := node.call(s.ctx, request{method: http.MethodPost, path: "catalog/apply", body: body}, &done); err != nil {
		return err
	}
	if c.JSON {
		return s.json(done)
	}
	s.line("%sRevision %d is in force.", done.Plan.String(), done.Revision)
	return nil
}
