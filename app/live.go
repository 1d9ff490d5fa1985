package app

import (
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/web"
	"github.com/bonghwa/bonghwa/web/ui"
)

// turn tells those who wait for it that a new edition is in force.
type turn struct {
	mu   sync.Mutex
	next chan struct{}
}

// coming is closed when the next edition is in force.
func (t *turn) coming() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.next == nil {
		t.next = make(chan struct{})
	}
	return t.next
}

func (t *turn) over() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.next != nil {
		close(t.next)
		t.next = nil
	}
}

// waitForRevision is how long a fragment of a revision is waited for that another
// node has told of and this one has not got to.
const waitForRevision = 2 * time.Second

// fragmentRoute answers for fragments that are not on the press: this node has not
// got to the revision, or is further already.
func (p *page) fragmentRoute() web.Route {
	return web.Route{
		Method: http.MethodGet, Pattern: ui.LivePath + "/{revision}/{page...}", Kind: web.Data, Access: web.Public,
		Handler: p.fragment,
	}
}

func (p *page) fragment(w http.ResponseWriter, r *http.Request) error {
	asked, err := journal.ParsePosition(r.PathValue("revision"))
	if err != nil {
		return fault.New(fault.NotFound, "", "there is no such revision", "")
	}
	late := p.wall.After(waitForRevision)
	for {
		next := p.turn.coming() // before looking, so that none is missed
		switch at := p.hubRevision(); {
		case at == asked:
			served, err := p.stand.Serve(w, r)
			if err == nil && !served {
				err = fault.New(fault.NotFound, "", "there is no such page", "")
			}
			return err
		case at.After(asked):
			w.Header().Set("Cache-Control", "no-store")
			http.Redirect(w, r, ui.LivePath+"/"+at.String()+"/"+r.PathValue("page"), http.StatusTemporaryRedirect) //nolint:gosec // below our own prefix
			return nil
		}
		select {
		case <-r.Context().Done():
			return r.Context().Err()
		case <-next:
		case <-late:
			w.Header().Set("Retry-After", "1")
			return fault.New(fault.Unavailable, "", "this node has not got to the revision", "ask again in a moment")
		}
	}
}

// routes are those of the public page, with or without a database.
func (p *page) routes() []web.Route {
	return slices.Concat(p.site.Routes(), p.beside.routes(), p.programs(), p.hub.Routes(), []web.Route{p.fragmentRoute()})
}
