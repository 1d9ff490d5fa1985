package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/bonghwa/bonghwa/api"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/identity"
)

// remote is which node a command speaks to, and as whom.
type remote struct {
	Server  string `help:"Address of the node." default:"http://127.0.0.1:8018" env:"BONGHWA_SERVER" placeholder:"URL"`
	KeyFile string `help:"File that holds the API key." env:"BONGHWA_KEY_FILE" placeholder:"FILE"`
}

// once names a request, so that repeating it does not do it again.
type once struct {
	Request string `help:"Own name for this request: sent again under it, it is done once. Made up if absent." placeholder:"NAME"`
}

// client calls a node's API.
type client struct {
	base *url.URL
	key  identity.Secret
	http *http.Client
}

// connect reads the key and checks the address; it calls nobody.
func (r remote) connect() (*client, error) {
	base, err := url.Parse(r.Server)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, usage("--server", "this is not the address of a node", "write http://127.0.0.1:8018 or https://status.example.com")
	}
	if base.Scheme == "http" && !loopback(base.Hostname()) {
		return nil, usage("--server", "the key would travel unencrypted to "+base.Hostname(), "write https://"+base.Host)
	}
	if r.KeyFile == "" {
		return nil, usage("--key-file", "no API key is given", "name the file that holds it, or set BONGHWA_KEY_FILE; bonghwa key create makes one")
	}
	b, err := os.ReadFile(r.KeyFile)
	if err != nil {
		return nil, usage("--key-file", "the file cannot be read: "+cause(err), "name the file that holds the API key")
	}
	key := strings.TrimSpace(string(b))
	if _, err := identity.ReadKey(key); err != nil {
		return nil, fault.New(fault.Unauthenticated, r.KeyFile, told(err), "")
	}
	return &client{
		base: base, key: identity.NewSecret(key),
		http: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// cause is what the system said, without the path that the message names anyway.
func cause(err error) string {
	if p, ok := errors.AsType[*os.PathError](err); ok {
		return p.Err.Error()
	}
	return err.Error()
}

// told is what an error says without its place.
func told(err error) string {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f.Message()
	}
	return err.Error()
}

// request is one call.
type request struct {
	method, path string
	query        url.Values
	body         any       // sent as JSON; nil: none
	stream       io.Reader // sent as it is, instead of body
	kind         string    // content type of the stream
	accept       string
	once         string // idempotency key; empty: none
}

// call sends a request and reads the JSON answer into out, unless it is nil.
func (c *client) call(ctx context.Context, q request, out any) error {
	resp, err := c.send(ctx, q)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }() // it was read
	if out == nil {
		return nil
	}
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		return fault.Wrap(fault.Unavailable, "read the answer of "+c.base.Host, err)
	}
	return nil
}

// send sends a request; an answer that is a problem is an error.
func (c *client) send(ctx context.Context, q request) (*http.Response, error) {
	r, err := c.build(ctx, q)
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return nil, c.unreachable(ctx, q, err)
	}
	if resp.StatusCode >= http.StatusBadRequest {
		defer func() { _ = resp.Body.Close() }() // it was read
		return nil, problem(resp)
	}
	if resp.StatusCode >= http.StatusMultipleChoices {
		_ = resp.Body.Close() // nothing of it is wanted
		return nil, fault.New(fault.Unavailable, c.base.String(), "the address leads somewhere else", "name the node itself with --server")
	}
	return resp, nil
}

func (c *client) build(ctx context.Context, q request) (*http.Request, error) {
	body, kind := q.stream, q.kind
	if q.body != nil {
		b, err := json.Marshal(q.body)
		if err != nil {
			return nil, fmt.Errorf("write the request: %w", err)
		}
		body, kind = bytes.NewReader(b), "application/json"
	}
	at := c.base.JoinPath(api.Prefix, q.path)
	at.RawQuery = q.query.Encode()
	r, err := http.NewRequestWithContext(ctx, q.method, at.String(), body)
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	r.Header.Set("Authorization", "Bearer "+c.key.Reveal())
	r.Header.Set("User-Agent", "bonghwa/"+programVersion())
	for name, value := range map[string]string{"Content-Type": kind, "Accept": q.accept, "Idempotency-Key": q.once} {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	return r, nil
}

// unreachable says what a broken call leaves behind.
func (c *client) unreachable(ctx context.Context, q request, err error) error {
	if ctx.Err() != nil {
		if q.once == "" {
			return fault.New(fault.Unavailable, "", "interrupted", "")
		}
		return fault.New(fault.Unavailable, "", "interrupted before the answer came", "run it again with --request "+q.once+": it is done once")
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err // the address stands in the message already
	}
	remedy := "start the node, or name another with --server"
	if q.once != "" {
		remedy += "; with --request " + q.once + " it is done once"
	}
	return fault.New(fault.Unavailable, c.base.String(), "no answer: "+err.Error(), remedy)
}

// problem reads a problem document back into the errors it was made from.
func problem(resp *http.Response) error {
	const most = 4 << 20
	var p struct {
		Title    string `json:"title"`
		Detail   string `json:"detail"`
		Instance string `json:"instance"`
		Errors   []struct {
			Message  string `json:"message"`
			Location string `json:"location"`
		} `json:"errors"`
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, most))
	if err != nil || json.Unmarshal(b, &p) != nil {
		return fault.New(kindOf(resp.StatusCode), resp.Request.URL.Host, "answered "+resp.Status, "check that --server is a node of ours")
	}
	if len(p.Errors) == 0 {
		what := strings.TrimSpace(p.Detail + " " + p.Instance)
		if what == "" {
			what = resp.Status
		}
		return fault.New(kindOf(resp.StatusCode), "", what, "")
	}
	l := &fault.List{}
	for _, e := range p.Errors {
		l.Problems = append(l.Problems, fault.New(kindOf(resp.StatusCode), e.Location, e.Message, ""))
	}
	return l
}

// kindOf is the kind of error a status stands for.
func kindOf(status int) fault.Kind {
	switch status {
	case http.StatusUnauthorized:
		return fault.Unauthenticated
	case http.StatusForbidden:
		return fault.Forbidden
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return fault.NotFound
	case http.StatusConflict:
		return fault.Conflict
	}
	if status >= http.StatusInternalServerError {
		return fault.Unavailable
	}
	return fault.Invalid
}

// named gives the request its name.
func (o once) named(s *session) string {
	if o.Request != "" {
		return o.Request
	}
	return health.NewID(s.wall.Now())
}

// relocate gives the places of an error the names that the person knows them by.
func relocate(err error, name func(place string) string) error {
	if l, ok := errors.AsType[*fault.List](err); ok {
		for _, p := range l.Problems {
			p.Where = name(p.Where)
		}
	}
	return err
}
