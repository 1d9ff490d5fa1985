package public_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/bonghwa/bonghwa/health"
)

// say sends an opinion as the form does.
func say(s http.Handler, lang string, form url.Values, from string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/"+lang+"/useful", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.RemoteAddr = from + ":1234"
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func opinionOf(useful, remark string) url.Values {
	return url.Values{"page": {"/incidents/" + string(outage)}, "useful": {useful}, "remark": {remark}}
}

func TestAnOpinionIsKeptAndThanked(t *testing.T) {
	t.Parallel()
	w := after()
	s := w.open(t)
	answer := say(s, "ko", opinionOf("yes", "원인이 잘 보였습니다.\x00\r\n"), "192.0.2.1")
	to := answer.Header().Get("Location")
	if answer.Code != http.StatusSeeOther || !strings.HasPrefix(to, "/ko/useful?page=") {
		t.Fatalf("%d to %q", answer.Code, to)
	}
	if body := get(s, to).Body.String(); !strings.Contains(body, "<h1>의견 고맙습니다") || !strings.Contains(body, "서울 리전 EC2의 DNS 오류") {
		t.Error("the thanks do not name the page")
	}
	summarized := url.Values{"page": {"/summaries/" + string(summary)}, "useful": {"no"}}
	if answer := say(s, "en", summarized, "192.0.2.1"); answer.Code != http.StatusSeeOther {
		t.Errorf("of a summary: %d", answer.Code)
	}
	kept := w.opinions.kept
	if len(kept) != 2 || kept[0].Remark != "원인이 잘 보였습니다." || !kept[0].Useful || kept[0].Language != health.Korean || !kept[0].GivenAt.Equal(w.now) ||
		kept[1].Useful || kept[1].Page != "/summaries/"+string(summary) || kept[1].Language != health.English {
		t.Errorf("kept %+v", kept)
	}
}

func TestWhatCannotBeKeptComesBack(t *testing.T) {
	t.Parallel()
	w := after()
	s := w.open(t)
	long := strings.Repeat("a", 1001)
	for _, c := range []struct {
		form   url.Values
		status int
		want   []string
	}{
		{opinionOf("", "my words"), http.StatusUnprocessableEntity, []string{"Please say yes or no.", ">my words</textarea>"}},
		{opinionOf("perhaps", "my words"), http.StatusUnprocessableEntity, []string{"Please say yes or no.", ">my words</textarea>"}},
		{opinionOf("no", long), http.StatusUnprocessableEntity, []string{"You wrote 1,001 characters.", ">" + long + "</textarea>", `value="no" required checked`}},
		{opinionOf("", "</textarea><script>"), http.StatusUnprocessableEntity, []string{"&lt;/textarea&gt;&lt;script&gt;"}},
		{url.Values{"page": {"/incidents/" + string(draft)}, "useful": {"yes"}}, http.StatusBadRequest, nil},
		{url.Values{"page": {"/incidents/" + string(outage) + "/../x"}, "useful": {"yes"}}, http.StatusBadRequest, nil},
		{url.Values{"page": {"https://example.com/"}, "useful": {"yes"}}, http.StatusBadRequest, nil},
	} {
		answer := say(s, "en", c.form, "192.0.2.2")
		if answer.Code != c.status {
			t.Errorf("%v: %d, want %d", c.form, answer.Code, c.status)
		}
		for _, want := range c.want {
			if !strings.Contains(answer.Body.String(), want) {
				t.Errorf("%.60v: the answer lacks %.80q", c.form, want)
			}
		}
	}
	w.opinions.down = true
	answer := say(s, "en", opinionOf("yes", "my words"), "192.0.2.2")
	if body := answer.Body.String(); answer.Code != http.StatusServiceUnavailable || !strings.Contains(body, "We cannot keep it at the moment.") || !strings.Contains(body, ">my words</textarea>") {
		t.Errorf("with the database down: %d", answer.Code)
	}
	sound(t, "/en/useful", answer.Body.Bytes())
	if len(w.opinions.kept) != 0 {
		t.Errorf("kept %+v", w.opinions.kept)
	}
}

func TestOneNetworkSaysSoMuchAnHour(t *testing.T) {
	t.Parallel()
	w := after()
	s := w.open(t)
	for n := range 11 {
		want := http.StatusSeeOther
		if n == 10 {
			want = http.StatusTooManyRequests
		}
		if answer := say(s, "ko", opinionOf("yes", ""), "192.0.2.3"); answer.Code != want {
			t.Errorf("answer %d: %d", n+1, answer.Code)
		}
	}
	if answer := say(s, "ko", opinionOf("yes", ""), "192.0.2.4"); answer.Code != http.StatusSeeOther {
		t.Errorf("another network: %d", answer.Code)
	}
	if len(w.opinions.kept) != 11 {
		t.Errorf("%d were kept", len(w.opinions.kept))
	}
}

func TestAnotherSiteCannotSpeakForAReader(t *testing.T) {
	t.Parallel()
	w := after()
	s := w.open(t)
	form := opinionOf("yes", "")
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/en/useful", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	answer := httptest.NewRecorder()
	s.ServeHTTP(answer, r)
	if answer.Code != http.StatusForbidden || len(w.opinions.kept) != 0 {
		t.Errorf("%d", answer.Code)
	}
}

func TestNobodyIsAskedWhereNothingIsKept(t *testing.T) {
	t.Parallel()
	w := after()
	w.mute = true
	if body := get(w.open(t), "/en/incidents/"+string(outage)).Body.String(); strings.Contains(body, "Was this useful?") {
		t.Error("a form that leads nowhere")
	}
}
