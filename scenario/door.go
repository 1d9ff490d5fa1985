package scenario

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/fault"
)

// door is the program's API as somebody with a key uses it.
type door struct {
	server string
	key    string
	client *http.Client
	wall   clock.Wall
}

// openDoor reads the key from its file. The key is never shown.
func openDoor(server, keyFile string, wall clock.Wall) (*door, error) {
	raw, err := os.ReadFile(keyFile) //nolint:gosec // G304: the replay's own key file
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "read the key", err)
	}
	return &door{
		server: server, key: strings.TrimSpace(string(raw)), wall: wall,
		client: &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{Proxy: nil, MaxIdleConnsPerHost: 4}},
	}, nil
}

// patience is how long a call is tried again while the program does not answer.
const patience = 20 * time.Second

// call sends a request with a JSON body, if it has one, and reads the answer into
// out, which may be nil. It tries again while nobody answers; the idempotency key
// makes that safe for requests that change something.
func (d *door) call(ctx context.Context, r request, out any) error {
	if r.in != nil {
		body, err := json.Marshal(r.in)
		if err != nil {
			return fmt.Errorf("%s %s: %w", r.method, r.path, err)
		}
		r.kind, r.body = "application/json", body
	}
	answer, err := d.send(ctx, r)
	if err != nil || out == nil {
		return err
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("read the answer of %s %s: %w", r.method, r.path, err)
	}
	return nil
}

// get reads what stands at a path into out.
func (d *door) get(ctx context.Context, path string, out any) error {
	return d.call(ctx, request{method: http.MethodGet, path: path}, out)
}

// post sends in, which may be nil, under an idempotency key.
func (d *door) post(ctx context.Context, path, key string, in any) error {
	return d.call(ctx, request{method: http.MethodPost, path: path, key: key, in: in}, nil)
}

// request is one call of the API.
type request struct {
	method, path string
	key          string // idempotency key; empty: none
	in           any    // to be sent as JSON
	kind, accept string // media types of the body and of the answer
	body         []byte
}

func (d *door) send(ctx context.Context, r request) ([]byte, error) {
	began := d.wall.Now()
	for {
		answer, again, err := d.once(ctx, r)
		if err == nil || !again || d.wall.Since(began) > patience {
			return answer, err
		}
		if serr := d.wall.Sleep(ctx, 200*time.Millisecond); serr != nil {
			return nil, errors.Join(serr, err)
		}
	}
}

func (d *door) once(ctx context.Context, r request) (answer []byte, again bool, err error) {
	req, err := http.NewRequestWithContext(ctx, r.method, d.server+"/api/v1"+r.path, bytes.NewReader(r.body))
	if err != nil {
		return nil, false, fmt.Errorf("%s %s: %w", r.method, r.path, err)
	}
	req.Header.Set("Authorization", "Bearer "+d.key)
	if r.body != nil {
		req.Header.Set("Content-Type", r.kind)
	}
	if r.accept != "" {
		req.Header.Set("Accept", r.accept)
	}
	if r.key != "" {
		req.Header.Set("Idempotency-Key", r.key)
	}
	resp, err := d.client.Do(req)
	if err != nil {
		return nil, ctx.Err() == nil, fmt.Errorf("%s %s: %w", r.method, r.path, err)
	}
	defer func() { _ = resp.Body.Close() }() // read to its end below
	answer, err = io.ReadAll(resp.Body)
	if err != nil {
		return nil, true, fmt.Errorf("%s %s: %w", r.method, r.path, err)
	}
	if resp.StatusCode >= http.StatusBadRequest {
		kind := fault.Internal
		switch resp.StatusCode {
		case http.StatusNotFound:
			kind = fault.NotFound
		case http.StatusConflict:
			kind = fault.Conflict
		}
		return nil, resp.StatusCode == http.StatusServiceUnavailable,
			fault.New(kind, r.method+" "+r.path, fmt.Sprintf("the program answered %s: %s", resp.Status, strings.TrimSpace(string(answer))), "")
	}
	return answer, false, nil
}
