package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/notify"
)

// Told reads what was told to whom.
type Told interface {
	// List is every publication, in the order of their numbers.
	List(ctx context.Context) ([]notify.Publication, error)
	// Sum is what became of a publication's audience.
	Sum(ctx context.Context, id health.PublicationID) (notify.Sum, error)
}

// publications registers what was told.
func (s *server) publications() {
	if s.o.Told == nil {
		return
	}
	register(s, huma.Operation{
		Method: http.MethodGet, Path: "/publications", OperationID: "list-publications", Tags: []string{"deliveries"},
		Summary:     "List what was told, with what became of it",
		Description: "delivered + superseded + suppressed + failed + pending is the audience, always.",
	}, staff(), s.listPublications)
}

type publicationsInput struct {
	Incident string `query:"incident" maxLength:"64" doc:"Only those of this incident"`
	Run      string `query:"run" maxLength:"64" doc:"Only those of this credit run"`
}

// Publication is one thing told to many.
type Publication struct {
	ID       string    `json:"id"`
	Number   int64     `json:"number" doc:"Of the fact in the journal that it tells"`
	Thread   string    `json:"thread"`
	Sequence int       `json:"sequence"`
	Kind     string    `json:"kind" enum:"update,summary,credit"`
	At       time.Time `json:"at"`
	notify.Sum
}

type publicationsOutput struct {
	Body struct {
		Publications []Publication `json:"publications"`
	}
}

func (s *server) listPublications(ctx context.Context, in *publicationsInput) (*publicationsOutput, error) {
	all, err := s.o.Told.List(ctx)
	if err != nil {
		return nil, err
	}
	out := &publicationsOutput{}
	out.Body.Publications = []Publication{}
	for _, p := range all {
		if in.Incident != "" && p.Thread != notify.IncidentThread(health.IncidentID(in.Incident)) ||
			in.Run != "" && p.Thread != notify.CreditThread(health.CreditRunID(in.Run)) {
			continue
		}
		sum, err := s.o.Told.Sum(ctx, p.ID)
		if err != nil {
			return nil, err
		}
		out.Body.Publications = append(out.Body.Publications, Publication{
			ID: string(p.ID), Number: p.Number, Thread: string(p.Thread), Sequence: p.Sequence, Kind: string(p.Kind), At: p.At, Sum: sum,
		})
	}
	return out, nil
}
