// Package crowd is many readers who each have a page open, to see how a server and
// its readers stand a publication.
//
// A reader does what assets/live.js does: it listens on one connection to the events,
// waits a random moment of the spread it is told, and fetches its page's fragment of
// the newest revision, again after a while where it is refused. It does so with a few
// kilobytes, so that ten thousand fit into a test. It looks at nothing it fetches, and
// fetches over connections that are shared.
//
// A process under the race detector can have no more than 8,128 goroutines: Send
// gives a crowd a process of its own.
package crowd

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/journal"
)

// Options say who comes, and where.
type Options struct {
	URL     string // of the site; http only
	Page    string // the page they have open, with its language: "/en/"
	Clients int
	Wall    clock.Wall
}

// arriving is how many connect at the same moment.
const arriving = 128

// Crowd is readers who listen.
type Crowd struct {
	o       Options
	host    string
	fetcher *http.Client
	readers []*reader
}

// reader is one browser.
type reader struct {
	conn  net.Conn
	lines *bufio.Reader
	first journal.Position // the revision it heard on connecting
	seen  Seen
}

// Gather lets the crowd come, and returns when all listen and know the newest
// revision. On an error nobody stays.
func Gather(ctx context.Context, o Options) (*Crowd, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Scheme != "http" || u.Host == "" {
		return nil, fault.New(fault.Invalid, "url", "it is no http address", "write http://127.0.0.1:8080")
	}
	c := &Crowd{o: o, host: u.Host, readers: make([]*reader, o.Clients)}
	c.fetcher = &http.Client{Transport: &http.Transport{MaxConnsPerHost: 64, MaxIdleConnsPerHost: 64, DisableCompression: true}}
	err = c.each(arriving, func(i int) (err error) {
		c.readers[i], err = c.arrive(ctx)
		return err
	})
	if err != nil {
		c.Leave()
		return nil, err
	}
	return c, nil
}

// each does something for every reader, at most so many at a time, and gives the
// first error.
func (c *Crowd) each(atOnce int, do func(i int) error) error {
	var all sync.WaitGroup
	errs := make([]error, len(c.readers))
	turn := make(chan struct{}, atOnce)
	for i := range c.readers {
		turn <- struct{}{}
		all.Go(func() {
			defer func() { <-turn }()
			errs[i] = do(i)
		})
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *Crowd) arrive(ctx context.Context) (*reader, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", c.host)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	r := &reader{conn: conn, lines: bufio.NewReaderSize(conn, 512)}
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline) // a connection just made takes one
	}
	if _, err = io.WriteString(conn, "GET /live/events HTTP/1.1\r\nHost: "+c.host+"\r\nAccept: text/event-stream\r\n\r\n"); err == nil {
		var n news
		n, err = r.after(journal.Position{})
		r.first = n.revision
	}
	if err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("listen: %w", err)
	}
	return r, nil
}

// news is one event of a revision.
type news struct {
	revision journal.Position
	spread   time.Duration
}

// after reads on to a revision after the one given. An answer that is not 200 is an
// error.
func (r *reader) after(known journal.Position) (news, error) {
	for {
		line, long, err := r.lines.ReadLine()
		if err != nil {
			return news{}, err
		}
		if bytes.HasPrefix(line, []byte("HTTP/")) && !bytes.Contains(line, []byte(" 200")) {
			return news{}, errors.New(string(line))
		}
		data, ok := bytes.CutPrefix(line, []byte(`data: {"revision":`))
		for ; long && err == nil; _, long, err = r.lines.ReadLine() { // the rest of a line that is too long
		}
		if !ok {
			continue
		}
		n, err := parse(data)
		if err != nil || n.revision.After(known) {
			return n, err
		}
	}
}

func parse(data []byte) (news, error) {
	var event struct {
		Revision string `json:"revision"`
		SpreadMS int64  `json:"spread_ms"`
	}
	if err := json.Unmarshal(append([]byte(`{"revision":`), data...), &event); err != nil {
		return news{}, fmt.Errorf("read an event: %w", err)
	}
	p, err := journal.ParsePosition(event.Revision)
	return news{revision: p, spread: time.Duration(event.SpreadMS) * time.Millisecond}, err
}

// Follow waits until every reader has been told of a revision newer than the one it
// knew and has fetched it, or ctx ends, and gives what each has seen by then. The
// readers stay where they are.
func (c *Crowd) Follow(ctx context.Context) Report {
	stop := context.AfterFunc(ctx, c.Leave) // which ends every read
	defer stop()
	_ = c.each(len(c.readers), func(i int) error {
		r := c.readers[i]
		if err := c.follow(ctx, r); err != nil {
			r.seen.Problem = err.Error()
		}
		return nil
	})
	report := Report{Readers: make([]Seen, len(c.readers))}
	for i, r := range c.readers {
		report.Readers[i] = r.seen
	}
	return report
}

func (c *Crowd) follow(ctx context.Context, r *reader) error {
	n, err := r.after(r.first)
	if err != nil {
		return fmt.Errorf("wait for news: %w", err)
	}
	r.first, r.seen = n.revision, Seen{Told: c.o.Wall.Now()}
	wait := rand.N(max(n.spread, 1)) //nolint:gosec // G404: spreads load, guards nothing
	for {
		if err := c.o.Wall.Sleep(ctx, wait); err != nil {
			return err
		}
		r.seen.Asked = append(r.seen.Asked, c.o.Wall.Now())
		again, err := c.fetch(ctx, c.o.URL+"/live/"+n.revision.String()+c.o.Page)
		if err != nil {
			return err
		}
		if again == 0 {
			r.seen.Fetched = c.o.Wall.Now()
			return nil
		}
		wait = again + rand.N(again) //nolint:gosec // G404: as above
	}
}

// fetch gets a fragment, or says after how long to ask again.
func (c *Crowd) fetch(ctx context.Context, address string) (again time.Duration, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, err
	}
	answer, err := c.fetcher.Do(r)
	if err != nil {
		return 0, err
	}
	defer func() { _ = answer.Body.Close() }()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return 0, err
	}
	switch answer.StatusCode {
	case http.StatusOK:
		return 0, nil
	case http.StatusServiceUnavailable:
		seconds, err := strconv.Atoi(answer.Header.Get("Retry-After"))
		return time.Duration(max(seconds, 1)) * time.Second, err
	}
	return 0, fault.New(fault.Unavailable, address, "the answer is "+answer.Status, "")
}

// Leave lets everybody go.
func (c *Crowd) Leave() {
	for _, r := range c.readers {
		if r != nil {
			_ = r.conn.Close()
		}
	}
	c.fetcher.CloseIdleConnections()
}
