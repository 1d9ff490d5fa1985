// Command stand is either side of a test with many live pages, each in a process of
// its own, built without the race detector, which allows 8,128 goroutines only.
//
//	stand serve                  a hub behind our own server, and a page of 12 kB
//	stand crowd URL PAGE CLIENTS readers of a site; writes "listening", then their report
//
// It ends when its standard input does.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/test/crowd"
	"github.com/bonghwa/bonghwa/web"
	"github.com/bonghwa/bonghwa/web/live"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		crowd.Leash(os.Stdin)
		cancel()
	}()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1) //nolint:gocritic // nothing is left to do
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	switch {
	case len(args) == 1 && args[0] == "serve":
		return serve(ctx, out)
	case len(args) == 4 && args[0] == "crowd":
		clients, err := strconv.Atoi(args[3])
		if err != nil {
			return fault.Wrap(fault.Invalid, "clients", err)
		}
		return crowd.Main(ctx, out, crowd.Options{URL: args[1], Page: args[2], Clients: clients})
	}
	return fault.New(fault.Invalid, "arguments", "they are not understood", "stand serve, or stand crowd URL PAGE CLIENTS")
}

// serve runs a hub until ctx ends and writes its address.
func serve(ctx context.Context, out io.Writer) error {
	book, err := language.Load()
	if err != nil {
		return err
	}
	hub := live.New(live.Options{})
	defer hub.Close()
	hub.Publish(journal.Position{Epoch: 1, Number: 1})
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	rt, err := web.New(web.Options{
		PublicURL: &url.URL{Scheme: "http", Host: "localhost"}, Language: health.English, Messages: book, Wall: clock.Wall{}, Log: log,
	}, hub.Routes(), []web.Route{
		{Method: "GET", Pattern: "/live/{revision}/{page...}", Kind: web.Data, Handler: fragment},
		{Method: "POST", Pattern: "/publish/{revision}", Kind: web.Action, Handler: publish(hub)},
		{Method: "GET", Pattern: "/memory", Kind: web.Data, Handler: memory(hub)},
	})
	if err != nil {
		return err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := web.Server(rt)
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	if _, err := fmt.Fprintln(out, "http://"+l.Addr().String()); err != nil {
		return err
	}
	if err := server.Serve(l); ctx.Err() == nil {
		return err
	}
	return nil
}

// fragment answers as the public site does for a page of usual size.
func fragment(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, err := io.WriteString(w, `<main id="main">`+strings.Repeat("Names cannot be resolved. ", 480)+`</main>`)
	return err
}

func publish(hub *live.Hub) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		p, err := journal.ParsePosition(r.PathValue("revision"))
		if err != nil {
			return err
		}
		at := clock.Wall{}.Now()
		hub.Publish(p)
		return json.NewEncoder(w).Encode(at)
	}
}

// memory collects garbage and tells what is left, in bytes.
func memory(hub *live.Hub) web.Handler {
	return func(w http.ResponseWriter, _ *http.Request) error {
		debug.FreeOSMemory()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return json.NewEncoder(w).Encode(crowd.Memory{
			Clients: hub.Clients(), Dropped: hub.Dropped(), Heap: m.HeapInuse, Stack: m.StackInuse, Total: m.Sys - m.HeapReleased, Goroutines: runtime.NumGoroutine(),
		})
	}
}
