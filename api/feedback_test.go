package api_test

import (
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/api"
	"github.com/bonghwa/bonghwa/feedback"
	"github.com/bonghwa/bonghwa/health"
)

func TestOperatorsReadWhatReadersSaid(t *testing.T) {
	t.Parallel()
	s := setup(t)
	empty := decode[api.FeedbackReport](t, s.call("GET", "/api/v1/feedback", s.operator, "").expect(t, 200))
	if empty.Pages == nil || empty.Remarks == nil || len(empty.Pages)+len(empty.Remarks) != 0 || empty.Next != "" {
		t.Errorf("of nothing: %+v", empty)
	}
	for i, remark := range []string{"first", "", "<script>", "last"} {
		o, err := feedback.New(feedback.Opinion{Page: "/incidents/a", Language: health.English, Useful: i != 0, Remark: remark}, day.Add(time.Duration(i)*time.Second))
		if err == nil {
			err = s.db.Feedback().Keep(t.Context(), o)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	first := decode[api.FeedbackReport](t, s.call("GET", "/api/v1/feedback?limit=2", s.approver, "").expect(t, 200))
	if len(first.Pages) != 1 || first.Pages[0] != (api.PageFeedback{Page: "/incidents/a", Useful: 3, NotUseful: 1, Remarks: 3}) {
		t.Errorf("counted %+v", first.Pages)
	}
	if len(first.Remarks) != 2 || first.Remarks[0].Remark != "last" || first.Remarks[1].Remark != "<script>" || first.Next != first.Remarks[1].ID {
		t.Errorf("the newest remarks: %+v, next %q", first.Remarks, first.Next)
	}
	rest := decode[api.FeedbackReport](t, s.call("GET", "/api/v1/feedback?limit=2&page=/incidents/a&before="+first.Next, s.operator, "").expect(t, 200))
	if len(rest.Remarks) != 1 || rest.Remarks[0].Remark != "first" || rest.Remarks[0].Useful || !rest.Remarks[0].GivenAt.Equal(day) || rest.Next != "" {
		t.Errorf("the rest: %+v, next %q", rest.Remarks, rest.Next)
	}
	s.call("GET", "/api/v1/feedback", s.customer, "").expect(t, 403)
	s.call("GET", "/api/v1/feedback?limit=0", s.operator, "").expect(t, 422)
}
