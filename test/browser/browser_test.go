package browser_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/bonghwa/bonghwa/test/browser"
	"github.com/bonghwa/bonghwa/web"
)

func TestPlanVisitsEveryPageWithEveryValue(t *testing.T) {
	t.Parallel()
	routes := []web.Route{
		{Method: "GET", Pattern: "/{lang}/{$}", Kind: web.Page},
		{Method: "GET", Pattern: "/{lang}/components/{id}", Sample: func() string { return "/{lang}/components/{component}" }, Kind: web.Page},
		{Method: "GET", Pattern: "/{lang}/my/{account}/events/{incident}", Kind: web.Page, Access: web.SignedIn},
		{Method: "POST", Pattern: "/{lang}/sign-in", Kind: web.Action},
		{Pattern: "/api/", Kind: web.Mount},
	}
	pages := browser.Plan(t, routes, map[string][]string{"component": {"ec2", "s3"}, "account": {"1"}, "incident": {"a", "b"}})
	var got []string
	for _, p := range pages {
		got = append(got, p.Path)
	}
	want := []string{"/{lang}/", "/{lang}/components/ec2", "/{lang}/components/s3", "/{lang}/my/1/events/a", "/{lang}/my/1/events/b"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A harness that finds nothing must be shown to be able to find something.
func TestProblemsAreSeen(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", "default-src 'none'")
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, `<!DOCTYPE html><html lang="ko"><title></title><body>
			<h1>One</h1><h1>Two</h1><p style="color:red">inline</p><p><font color="#bbbbbb">pale</font></p>
			<table><tr><td>`+strings.Repeat("wide", 200)+`</td></tr></table><img src="/picture.png"></body></html>`)
	}))
	t.Cleanup(server.Close)
	all := strings.Join(browser.Problems(t, server.URL, browser.Page{Path: "/en/faulty"}), "\n")
	for _, want := range []string{
		"status 418, want 200", `lang is "ko", want "en"`, "there is no title", "2 h1, want one", "scrolls sideways",
		"at 320 px", "want a skip link", "the content security policy refused style-src", "axe: color-contrast", "axe: image-alt",
		"faulty-en-dark-360.png", "faulty-en-light-1440.png",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("%q was not noticed in\n%s", want, all)
		}
	}
}
