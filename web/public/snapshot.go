package public

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"

	"github.com/bonghwa/bonghwa/health"
)

// page is one finished page.
type page struct {
	body, zipped []byte
	etag         string
}

// snapshot is the whole site at one instant. Pages are finished once, from the
// same model, whoever asks first.
type snapshot struct {
	model *model
	views map[health.Language]view
	pages sync.Map // address → page, each finished whole before it is kept
}

func newSnapshot(m *model) *snapshot {
	s := &snapshot{model: m, views: map[health.Language]view{}}
	for _, l := range health.Languages() {
		s.views[l] = m.view(l)
	}
	return s
}

// finish makes the pages that people ask for first.
func (s *snapshot) finish() error {
	paths := []string{"/", "/history", monthPath(s.model.now.In(s.model.site.Zone))}
	for _, e := range s.model.open() {
		paths = append(paths, incidentPath(e.ID))
	}
	for _, l := range health.Languages() {
		for _, path := range paths {
			if _, _, err := s.page(l, path); err != nil {
				return err
			}
		}
	}
	return nil
}

// missingAddress is where the page for what is not there is kept: no path has it.
const missingAddress = "404"

// page gives the page at a path, and false when there is none. Two who ask first
// at once both make it, and make the same bytes.
func (s *snapshot) page(l health.Language, path string) (page, bool, error) {
	address := string(l) + path
	if kept, ok := s.pages.Load(address); ok {
		return kept.(page), true, nil
	}
	c, ok := s.component(s.views[l], path)
	if !ok {
		return page{}, false, nil
	}
	p, err := render(c)
	if err != nil {
		return page{}, true, err
	}
	kept, _ := s.pages.LoadOrStore(address, p)
	return kept.(page), true, nil
}

// render finishes a page. Nothing in a page waits, so it needs no context of a
// request: whoever asks first finishes it for everyone.
func render(c templ.Component) (page, error) {
	var body bytes.Buffer
	if err := c.Render(context.Background(), &body); err != nil {
		return page{}, fmt.Errorf("render: %w", err)
	}
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := z.Write(body.Bytes()); err != nil {
		return page{}, fmt.Errorf("compress: %w", err)
	}
	if err := z.Close(); err != nil {
		return page{}, fmt.Errorf("compress: %w", err)
	}
	sum := sha256.Sum256(body.Bytes())
	return page{body: body.Bytes(), zipped: zipped.Bytes(), etag: `W/"` + hex.EncodeToString(sum[:12]) + `"`}, nil
}

// component finds what is shown at a path.
func (s *snapshot) component(v view, path string) (templ.Component, bool) {
	switch path {
	case missingAddress:
		return missingPage(v, "/"), true
	case "/":
		return frontPage(v), true
	case "/history":
		return historyPage(v), true
	}
	kind, id, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch kind {
	case "components", "regions":
		return s.place(v, kind, id)
	case "incidents":
		if n, ok := v.byID[health.IncidentID(id)]; ok {
			return incidentPage(v, v.events[n]), true
		}
	case "summaries":
		if found, ok := v.published[health.SummaryID(id)]; ok {
			return summaryPage(v, found), true
		}
	case "history":
		return s.month(v, id)
	}
	return nil, false
}

// place finds the page of a component or a region.
func (s *snapshot) place(v view, kind, id string) (templ.Component, bool) {
	for _, c := range v.components {
		if kind == "components" && string(c.ID()) == id {
			return componentPage(v, c.Scope()), true
		}
	}
	for _, r := range v.regions() {
		if kind == "regions" && string(r.ID) == id {
			return regionPage(v, r), true
		}
	}
	return nil, false
}

func (s *snapshot) month(v view, word string) (templ.Component, bool) {
	month, err := time.ParseInLocation("2006-01", word, v.site.Zone)
	if err != nil || month.Format("2006-01") != word || month.After(v.now) || month.Before(v.firstMonth()) {
		return nil, false
	}
	return monthPage(v, month), true
}
