package mine

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/bonghwa/bonghwa/audience"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/web"
	"github.com/bonghwa/bonghwa/web/ui"
)

// page is what the pages of one account share.
type page struct {
	ui.Page
	Customer audience.Account
	Several  bool // whoever is signed in has other accounts too
	names    names
}

// at is a path of the account's pages in the page's language.
func (p page) at(rest string) string { return p.Link("/my/" + string(p.Customer.ID) + rest) }

// errNoPage is the one answer for what does not exist and for what belongs to
// somebody else.
func errNoPage() error { return fault.New(fault.NotFound, "", "there is no such page", "") }

// open is the page of the request's account, if the session was opened for it.
// The path is what follows the account.
func (s *Site) open(r *http.Request, title, path string) (page, error) {
	session := web.SessionOf(r.Context())
	id := health.AccountID(r.PathValue("account"))
	if !session.Sees(id) {
		return page{}, errNoPage()
	}
	account, err := s.o.Accounts.Account(r.Context(), id)
	if fault.Is(err, fault.NotFound) {
		return page{}, errNoPage()
	}
	if err != nil {
		return page{}, fmt.Errorf("read account %s: %w", id, err)
	}
	p := page{Page: s.bare(r, title, "/my/"+string(id)+path), Customer: account, Several: len(session.Contact.Accounts) > 1}
	p.Title += " · " + account.Name
	p.Account = signedIn(p.Page)
	c, err := s.o.Catalogs.Catalog(r.Context())
	if err != nil {
		return page{}, fmt.Errorf("read the catalogue: %w", err)
	}
	p.names = names{l: p.Voice.Language(), c: c}
	return p, nil
}

// accountsView is the choice of an account.
type accountsView struct {
	ui.Page
	Accounts []audience.Account
}

// accounts leads to the only account, or lets the customer choose.
func (s *Site) accounts(w http.ResponseWriter, r *http.Request) error {
	ids := web.SessionOf(r.Context()).Contact.Accounts
	v := accountsView{Page: s.bare(r, "mine.accounts.title", "/my/")}
	if len(ids) == 1 {
		http.Redirect(w, r, v.Link("/my/"+string(ids[0])+"/"), http.StatusSeeOther)
		return nil
	}
	v.Account = signedIn(v.Page)
	var err error
	if v.Accounts, err = s.named(r.Context(), ids); err != nil {
		return err
	}
	return show(w, r, http.StatusOK, accountsPage(v))
}

// named reads accounts; those that are gone since the sign-in are left out.
func (s *Site) named(ctx context.Context, ids []health.AccountID) ([]audience.Account, error) {
	var out []audience.Account
	for _, id := range slices.Sorted(slices.Values(ids)) {
		a, err := s.o.Accounts.Account(ctx, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read account %s: %w", id, err)
		}
		out = append(out, a)
	}
	return out, nil
}
