package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bonghwa/bonghwa/feedback"
	"github.com/bonghwa/bonghwa/health"
)

// Feedback reads what readers said of pages; the store does.
type Feedback interface {
	Counts(ctx context.Context, limit int) ([]feedback.Count, error)
	Remarks(ctx context.Context, q feedback.Query) ([]feedback.Opinion, error)
}

// mostPages is how many pages are counted, those with the newest opinion first.
const mostPages = 500

// feedback registers the reading of what readers said.
func (s *server) feedback() {
	if s.o.Feedback == nil {
		return
	}
	register(s, huma.Operation{
		Method: http.MethodGet, Path: "/feedback", OperationID: "read-feedback", Tags: []string{"feedback"},
		Summary:     "Read what readers said of public pages",
		Description: "How many found each page useful, those with the newest answer first, and the remarks, the newest first. Nothing is known of who said it.",
	}, staff(), s.readFeedback)
}

type feedbackInput struct {
	Page   string `query:"page" maxLength:"200" doc:"Remarks of this page alone, such as /incidents/…" example:"/incidents/01680c14-94be-72e2-992b-14a2e42ddbd8"`
	Before string `query:"before" maxLength:"64" doc:"Only remarks older than this one: the next of the last answer"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
}

// PageFeedback is what was said of one page.
type PageFeedback struct {
	Page      string `json:"page"`
	Useful    int64  `json:"useful"`
	NotUseful int64  `json:"not_useful"`
	Remarks   int64  `json:"remarks"`
}

// Remark is what one reader added.
type Remark struct {
	ID       string    `json:"id"`
	Page     string    `json:"page"`
	Language string    `json:"language"`
	Useful   bool      `json:"useful"`
	Remark   string    `json:"remark" doc:"As it was written, by anybody: never show it as anything but text"`
	GivenAt  time.Time `json:"given_at"`
}

// FeedbackReport is counts by page, and remarks.
type FeedbackReport struct {
	Pages   []PageFeedback `json:"pages"`
	Remarks []Remark       `json:"remarks"`
	Next    string         `json:"next,omitempty" doc:"Send it as before to read on; absent: there are no more"`
}

type feedbackOutput struct{ Body FeedbackReport }

func (s *server) readFeedback(ctx context.Context, in *feedbackInput) (*feedbackOutput, error) {
	counts, err := s.o.Feedback.Counts(ctx, mostPages)
	if err != nil {
		return nil, err
	}
	remarks, err := s.o.Feedback.Remarks(ctx, feedback.Query{Page: in.Page, Before: health.OpinionID(in.Before), Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	out := FeedbackReport{Pages: []PageFeedback{}, Remarks: []Remark{}}
	for _, c := range counts {
		out.Pages = append(out.Pages, PageFeedback{Page: c.Page, Useful: c.Useful, NotUseful: c.NotUseful, Remarks: c.Remarks})
	}
	if len(remarks) > in.Limit {
		remarks = remarks[:in.Limit]
		out.Next = string(remarks[in.Limit-1].ID)
	}
	for _, o := range remarks {
		out.Remarks = append(out.Remarks, Remark{
			ID: string(o.ID), Page: o.Page, Language: string(o.Language), Useful: o.Useful, Remark: o.Remark, GivenAt: o.GivenAt,
		})
	}
	return &feedbackOutput{out}, nil
}
