package api

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// Demo is the summary of a replayed story as JSON, or nil while it runs.
type Demo func(ctx context.Context) (json.RawMessage, error)

// demo registers the summary of a replay. It needs no key: everything in a
// replay is invented, and whoever waits for its end has none yet.
func (s *server) demo() {
	if s.o.Demo == nil {
		return
	}
	register(s, huma.Operation{
		Method: http.MethodGet, Path: "/demo", OperationID: "get-demo", Tags: []string{"replay"},
		Summary: "Read the summary of the replay: 202 while it runs, 200 once it has ended",
	}, access{anyone: true}, func(ctx context.Context, _ *struct{}) (*demoOutput, error) {
		summary, err := s.o.Demo(ctx)
		if err != nil {
			return nil, err
		}
		if summary == nil {
			return &demoOutput{Status: http.StatusAccepted, Body: json.RawMessage(`{"state":"running"}`)}, nil
		}
		return &demoOutput{Status: http.StatusOK, Body: summary}, nil
	})
}

type demoOutput struct {
	Status int
	Body   json.RawMessage
}
