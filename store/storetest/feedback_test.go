package storetest_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/feedback"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/store"
	"github.com/bonghwa/bonghwa/store/storetest"
)

func TestOpinionsAreCountedAndRemarksRead(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		ctx, kept := t.Context(), db.Feedback()
		if counts, err := kept.Counts(ctx, 10); err != nil || len(counts) != 0 {
			t.Fatalf("of nothing: %v, %v", counts, err)
		}
		began := time.Date(2018, 11, 25, 1, 0, 0, 123_000, time.UTC)
		var all []feedback.Opinion
		for i, o := range []feedback.Opinion{
			{Page: "/incidents/a", Language: health.Korean, Useful: true, Remark: "원인이 잘 보였습니다.\n'고맙습니다'"},
			{Page: "/incidents/a", Language: health.English, Useful: false},
			{Page: "/summaries/b", Language: health.English, Useful: false, Remark: "too long"},
			{Page: "/incidents/a", Language: health.English, Useful: true, Remark: "good"},
		} {
			o, err := feedback.New(o, began.Add(time.Duration(i)*time.Second))
			if err == nil {
				err = kept.Keep(ctx, o)
			}
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, o)
		}
		counts, err := kept.Counts(ctx, 10)
		want := []feedback.Count{
			{Page: "/incidents/a", Useful: 2, NotUseful: 1, Remarks: 2, Last: all[3].ID},
			{Page: "/summaries/b", Useful: 0, NotUseful: 1, Remarks: 1, Last: all[2].ID},
		}
		if err != nil || !reflect.DeepEqual(counts, want) {
			t.Errorf("counted %+v, %v; want %+v", counts, err, want)
		}
		if counts, err := kept.Counts(ctx, 1); err != nil || !reflect.DeepEqual(counts, want[:1]) {
			t.Errorf("the newest: %+v, %v", counts, err)
		}
		for _, c := range []struct {
			query feedback.Query
			want  []feedback.Opinion
		}{
			{feedback.Query{Limit: 10}, []feedback.Opinion{all[3], all[2], all[0]}},
			{feedback.Query{Limit: 2}, []feedback.Opinion{all[3], all[2]}},
			{feedback.Query{Limit: 10, Before: all[2].ID}, []feedback.Opinion{all[0]}},
			{feedback.Query{Limit: 10, Page: "/incidents/a"}, []feedback.Opinion{all[3], all[0]}},
			{feedback.Query{Limit: 10, Page: "/incidents/none"}, nil},
		} {
			if got, err := kept.Remarks(ctx, c.query); err != nil || !reflect.DeepEqual(got, c.want) {
				t.Errorf("%+v: %+v, %v; want %+v", c.query, got, err, c.want)
			}
		}
	})
}

func TestAnOpinionIsKeptOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		o, err := feedback.New(feedback.Opinion{Page: "/incidents/a", Language: health.Korean, Remark: "x"}, time.Unix(1_500_000_000, 0))
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Feedback().Keep(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		if err := db.Feedback().Keep(t.Context(), o); !fault.Is(err, fault.Conflict) {
			t.Errorf("the same opinion again: %v", err)
		}
	})
}
