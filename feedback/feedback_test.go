package feedback_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/feedback"
	"github.com/bonghwa/bonghwa/health"
)

func TestARemarkIsKeptWithoutWhatCannotBeSeen(t *testing.T) {
	t.Parallel()
	now := time.Date(2018, 11, 25, 1, 0, 0, 0, time.UTC)
	for written, want := range map[string]string{
		"도움이 되었습니다.":                      "도움이 되었습니다.",
		"  two\r\nlines \n":               "two\nlines",
		"bell\a, null\x00, escape\x1b[2J": "bell, null, escape[2J",
		"turned \u202eback":               "turned back",
		"tab\there":                       "tab here",
		"half \xff a letter":              "half  a letter",
		"\u1100\u1161":                    "가", // letters put together
		"":                                "",
	} {
		o, err := feedback.New(feedback.Opinion{Page: "/incidents/1", Language: health.Korean, Remark: written}, now)
		if err != nil || o.Remark != want || o.ID == "" || !o.GivenAt.Equal(now) {
			t.Errorf("%q became %q, %v", written, o.Remark, err)
		}
	}
}

func TestAnOpinionThatCannotBeKeptIsRefusedWhole(t *testing.T) {
	t.Parallel()
	longest := strings.Repeat("가", feedback.LongestRemark)
	good := feedback.Opinion{Page: "/incidents/1", Language: health.English, Remark: longest}
	if _, err := feedback.New(good, time.Unix(1, 0)); err != nil {
		t.Errorf("a remark of the greatest length: %v", err)
	}
	for where, spoil := range map[string]func(*feedback.Opinion){
		"remark":   func(o *feedback.Opinion) { o.Remark += "가" },
		"page":     func(o *feedback.Opinion) { o.Page = "incidents" },
		"language": func(o *feedback.Opinion) { o.Language = "xx" },
	} {
		o := good
		spoil(&o)
		if _, err := feedback.New(o, time.Unix(1, 0)); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), where+": ") {
			t.Errorf("%s: %v", where, err)
		}
	}
}
