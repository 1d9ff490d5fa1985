package public

import (
	"context"
	"hash/maphash"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/feedback"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/identity"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/web"
)

// Opinions keeps what readers say. It is Unavailable while nothing can be kept.
type Opinions interface {
	Keep(ctx context.Context, o feedback.Opinion) error
}

// How often a network may say something, and how often all of them together: an
// opinion is a row for ever.
const (
	opinionsAtOnce   = 10
	opinionEvery     = 6 * time.Minute // 10 an hour
	opinionsOfAll    = 1000
	opinionOfAnybody = 4 * time.Second
	keepWithin       = 5 * time.Second
)

// turnstile lets so many opinions through. It knows networks by a number that means
// nothing outside of this process, and no address.
type turnstile struct {
	seed     maphash.Seed
	networks *identity.Limiter
	all      *identity.Limiter
}

func newTurnstile() *turnstile {
	return &turnstile{
		seed: maphash.MakeSeed(), networks: identity.NewLimiter(opinionsAtOnce, opinionEvery),
		all: identity.NewLimiter(opinionsOfAll, opinionOfAnybody),
	}
}

func (t *turnstile) allow(network string, now time.Time) bool {
	asker := strconv.FormatUint(maphash.String(t.seed, network), 36)
	return t.networks.Allow(asker, now) && t.all.Allow("all", now)
}

func (s *Site) usefulRoutes() []web.Route {
	if s.options.Opinions == nil {
		return nil
	}
	return []web.Route{
		{Method: http.MethodPost, Pattern: "/{lang}/useful", Kind: web.Action, Access: web.Public, Handler: s.useful},
		{
			Method: http.MethodGet, Pattern: "/{lang}/useful", Kind: web.Page, Access: web.Public, Handler: s.thanks,
			Sample: func() string {
				if path := s.sample("/{lang}/incidents/{id}"); path != "" {
					return "/{lang}/useful?page=" + url.QueryEscape(strings.TrimPrefix(path, "/{lang}"))
				}
				return "/{lang}/useful"
			},
		},
	}
}

// opinionForm is the form under a page that readers can say something of.
type opinionForm struct {
	page    string // the page's path without the language
	title   string // the page's
	remark  string // kept when the form comes back
	useful  string // "yes" or "no", as chosen when the form comes back
	problem string // why nothing was kept; empty: nothing went wrong
}

// thanks says that an opinion was kept, and names the page it was about.
func (s *Site) thanks(w http.ResponseWriter, r *http.Request) error {
	v, err := s.view(w, r)
	if err != nil {
		return err
	}
	page := r.URL.Query().Get("page")
	title, ok := v.titleOf(page)
	if page != "" && !ok {
		return s.missing(w, r)
	}
	return show(w, r, http.StatusOK, v, thanksPage(v, opinionForm{page: page, title: title}))
}

// useful keeps an opinion. What could not be kept comes back in the form, so that
// nothing a person wrote is lost.
func (s *Site) useful(w http.ResponseWriter, r *http.Request) error {
	v, err := s.view(w, r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return fault.Wrap(fault.Invalid, "read the form", err)
	}
	f := opinionForm{page: r.PostForm.Get("page"), remark: strings.ToValidUTF8(r.PostForm.Get("remark"), ""), useful: r.PostForm.Get("useful")}
	var ok bool
	if f.title, ok = v.titleOf(f.page); !ok {
		return fault.New(fault.Invalid, "page", "there is no such page", "open the page again and answer there")
	}
	status, why := s.keep(r, v.l, f)
	if why == "" {
		http.Redirect(w, r, v.Link("/useful?page="+url.QueryEscape(f.page)), http.StatusSeeOther)
		return nil
	}
	f.problem = v.Say(why, "n", utf8.RuneCountInString(f.remark), "most", feedback.LongestRemark)
	return show(w, r, status, v, opinionPage(v, f))
}

// keep keeps the opinion, or gives the message that says why not.
func (s *Site) keep(r *http.Request, l health.Language, f opinionForm) (status int, why language.Message) {
	if f.useful != "yes" && f.useful != "no" {
		return http.StatusUnprocessableEntity, "useful.choose"
	}
	o, err := feedback.New(feedback.Opinion{Page: f.page, Language: l, Useful: f.useful == "yes", Remark: f.remark}, s.options.Now())
	if err != nil {
		return http.StatusUnprocessableEntity, "useful.too_long"
	}
	if !s.opinions.allow(identity.Network(web.ClientAddr(r, s.options.Proxies)), s.options.Wall.Now()) {
		return http.StatusTooManyRequests, "useful.too_often"
	}
	ctx, cancel := context.WithTimeout(r.Context(), keepWithin)
	defer cancel()
	if err := s.options.Opinions.Keep(ctx, o); err != nil {
		return http.StatusServiceUnavailable, "useful.not_kept"
	}
	return http.StatusSeeOther, ""
}

// titleOf is the title of a page that readers can say something of.
func (v view) titleOf(page string) (string, bool) {
	kind, id, _ := strings.Cut(strings.TrimPrefix(page, "/"), "/")
	switch kind {
	case "incidents":
		if e, ok := v.b.Event(health.IncidentID(id)); ok && page == incidentPath(e.ID) {
			return e.Title.In(v.l), true
		}
	case "summaries":
		if s, ok := v.b.Summary(health.SummaryID(id)); ok && page == summaryPath(s.ID) {
			return s.Title.In(v.l), true
		}
	}
	return "", false
}
