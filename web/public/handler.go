package public

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/web/ui"
)

// Route is one kind of page and an address where one can be seen; Sample is
// empty while there is none to show.
type Route struct {
	Pattern string // for net/http's ServeMux, without the method
	Sample  string
}

// Routes lists every kind of page the site answers, in both languages, with a
// sample out of the current snapshot.
func (s *Site) Routes() []Route {
	samples := s.samples()
	var list []Route
	for _, l := range health.Languages() {
		for _, r := range []Route{
			{"/{$}", "/"},
			{"/history", "/history"},
			{"/history/{month}", samples.month},
			{"/incidents/{id}", samples.incident},
			{"/components/{id}", samples.component},
			{"/regions/{id}", samples.region},
			{"/summaries/{id}", samples.summary},
		} {
			if r.Sample != "" {
				r.Sample = ui.Link(l, r.Sample)
			}
			list = append(list, Route{Pattern: ui.Link(l, r.Pattern), Sample: r.Sample})
		}
	}
	return list
}

type sampleSet struct{ month, incident, component, region, summary string }

// samples picks the page of each kind that has most to show.
func (s *Site) samples() sampleSet {
	var set sampleSet
	now := s.current.Load()
	if now == nil {
		return set
	}
	m := now.model
	set.month = monthPath(m.now.In(m.site.Zone))
	if len(m.components) > 0 {
		set.component = componentPath(m.components[0].ID())
		set.region = regionPath(m.components[0].Region)
	}
	if len(m.events) > 0 {
		e := m.events[0]
		set.incident = incidentPath(e.ID)
		set.month = monthPath(earlier(e.from, m.now).In(m.site.Zone))
		if hit := m.view(health.English).hit(e); len(hit) > 0 {
			set.component, set.region = componentPath(hit[0].id), regionPath(hit[0].scope.Region)
		}
	}
	for id := range m.published {
		set.summary = summaryPath(id)
	}
	return set
}

// ServeHTTP answers /ko/… and /en/…. Anything else under them is a page that says
// so, with status 404.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	tag, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	path := "/" + strings.TrimSuffix(rest, "/")
	l, err := health.ParseLanguage(tag)
	if err != nil {
		l, path = health.Korean, r.URL.Path
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return
	}
	now := s.current.Load()
	if now == nil {
		s.notReady(w, l)
		return
	}
	if day := r.URL.Query().Get("day"); path == "/history" && day != "" {
		if to, err := dayTarget(l, day); err == nil {
			http.Redirect(w, r, to, http.StatusSeeOther) //nolint:gosec // made of a parsed date, always a path of ours
			return
		}
	}
	if err != nil {
		now.missing(w, r, l)
		return
	}
	p, ok, err := now.page(l, path)
	switch {
	case err != nil:
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
	case !ok:
		now.missing(w, r, l)
	default:
		p.serve(w, r, http.StatusOK, now.model.now)
	}
}

// NotFound answers with the site's own page for what is not there.
func (s *Site) NotFound(w http.ResponseWriter, r *http.Request, l health.Language) {
	now := s.current.Load()
	if now == nil {
		s.notReady(w, l)
		return
	}
	now.missing(w, r, l)
}

func (s *snapshot) missing(w http.ResponseWriter, r *http.Request, l health.Language) {
	p, _, err := s.page(l, missingAddress)
	if err != nil {
		http.Error(w, http.StatusText(http.StatusNotFound), http.StatusNotFound)
		return
	}
	p.serve(w, r, http.StatusNotFound, s.model.now)
}

func (s *Site) notReady(w http.ResponseWriter, l health.Language) {
	w.Header().Set("Retry-After", "1")
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, s.options.Book.In(l).Say("page.not_ready"), http.StatusServiceUnavailable)
}

// serve sends the finished bytes, or 304 when the reader has them.
func (p page) serve(w http.ResponseWriter, r *http.Request, status int, at time.Time) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cache-Control", "no-store")
	if status == http.StatusOK {
		h.Set("ETag", p.etag)
		h.Set("Last-Modified", at.Format(http.TimeFormat))
		h.Set("Cache-Control", "public, max-age=5, stale-while-revalidate=30, stale-if-error=86400")
		if matches(r.Header.Get("If-None-Match"), p.etag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	body := p.body
	if takesGzip(r.Header.Get("Accept-Encoding")) {
		h.Set("Content-Encoding", "gzip")
		body = p.zipped
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // a reader who left is no error of ours
	}
}

// matches compares entity tags weakly, RFC 9110 section 13.1.2.
func matches(header, etag string) bool {
	for tag := range strings.SplitSeq(header, ",") {
		tag = strings.TrimSpace(tag)
		if tag == "*" || strings.TrimPrefix(tag, "W/") == strings.TrimPrefix(etag, "W/") {
			return true
		}
	}
	return false
}

// takesGzip reads Accept-Encoding, RFC 9110 section 12.5.3: gzip named, and not
// with quality zero.
func takesGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			q, ok := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
			if !ok {
				return true
			}
			quality, err := strconv.ParseFloat(q, 64)
			return err == nil && quality > 0
		}
	}
	return false
}
