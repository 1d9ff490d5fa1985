package replay_test

import (
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/test/browser"
	"github.com/bonghwa/bonghwa/web/replay"
)

// The pages of a replay while it runs, seen by people, and its mails turned to an
// older page. The test of the whole program sees them when it is over.
func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	h, _ := built(t, seoul())
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	browser.Visit(t, server.URL,
		browser.Page{Path: "/{lang}/replay?seen=4", Prefix: "new"},
		browser.Page{Path: "/{lang}/replay/mails?to=kim&before=000000043.eml", Prefix: "searched"})
}

func TestPagesBeforeTheFirstSentenceInABrowser(t *testing.T) {
	t.Parallel()
	h, _ := built(t, &show{running: true})
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	browser.Visit(t, server.URL,
		browser.Page{Path: "/{lang}/replay", Prefix: "empty"}, browser.Page{Path: "/{lang}/replay/mails", Prefix: "empty"})
}

// seoul is a day as long as the real one.
func seoul() *show {
	s := &show{running: true, sentences: []replay.Sentence{
		{At: at("21T23:12:20"), Text: both("설정이 바뀐 뒤 첫 DNS 리졸버가 서비스에서 빠졌습니다.", "After a change of settings the first DNS resolver left service."), Proof: "/{lang}/incidents/outage"},
		{At: at("21T23:19:00"), Text: both("필요한 60대보다 리졸버가 적어졌습니다. 서울 리전 EC2의 DNS 조회가 실패하기 시작했습니다.", "There were fewer resolvers than the 60 needed, and EC2 in Seoul began to fail DNS lookups."), Proof: "/{lang}/components/ec2-ap-northeast-2"},
		{At: at("21T23:20:40"), Text: both("다섯 곳의 프로브 가운데 네 곳이 장애를 확인했습니다.", "Four of the five vantages agreed that it was an outage."), Proof: "/{lang}/incidents/outage"},
		{At: at("21T23:24:10"), Text: both("첫 소식을 게시했고 고객 372명에게 메일을 보냈습니다.", "The first update was published, and 372 customers were mailed."), Proof: "/{lang}/replay/mails"},
		{At: at("22T00:03:00"), Text: both("더 이상의 제거를 멈추었습니다.", "Further removals were stopped."), Proof: "/{lang}/incidents/outage"},
		{At: at("22T00:43:00"), Text: both("60번째 리졸버가 돌아왔습니다. 84분 만에 복구되었습니다.", "The 60th resolver was back: it was over after 84 minutes."), Proof: "/{lang}/incidents/outage"},
		{At: at("25T01:00:00"), Text: both("사후 보고서를 게시했습니다.", "The post-event summary was published.")},
	}}
	ko := "서울 리전 EC2 DNS 조회 실패\n==========================\n\n조사 중 · 2018년 11월 22일 08:24 KST(11월 21일 23:24 UTC)\n\n서울 리전의 인스턴스에서 DNS 이름을 조회하지 못하고 있습니다.\n\n내 리소스: 영향을 받은 곳에 있는 리소스입니다\n\n- web-1\n- web-2\n\n할 일: 원하시면 resolv.conf를 바꾸어 주십시오.\n다음 소식: 11월 22일 09:00 KST(00:00 UTC)까지\n\n공개 대시보드: " + base + "/ko/incidents/outage\n내 대시보드: " + base + "/ko/my/\n\n-- \n이 메일을 받은 계정: 가람 (100000000001)\n"
	en := "Sign in to Hangang Cloud\n========================\n\nSomebody, we hope you, asked for a link to sign in.\n\nOpen: " + base + "/en/sign-in/confirm?token=7rB0wUu2k9XoVhYJc1sDq8nEwTzLp3mA6gFiRx4tKyo\n\nThe link works once, within 15 minutes.\n"
	for n := range 120 {
		m := replay.Mail{
			File: fmt.Sprintf("%09d.eml", n+1), To: fmt.Sprintf("kim.haneul%03d@garam-shop.example", n), Language: health.Korean,
			Subject: "[한강 클라우드] 조사 중: 서울 리전 EC2 DNS 조회 실패", At: at("21T23:24:10").Add(time.Duration(n) * 20 * time.Second), Text: ko,
			Headers: []replay.Header{
				{Name: "Date", Value: "Wed, 21 Nov 2018 23:24:10 +0000"},
				{Name: "From", Value: "=?utf-8?q?=ED=95=9C=EA=B0=95_=ED=81=B4=EB=9D=BC=EC=9A=B0=EB=93=9C?= <status@hangang.example>"},
				{Name: "Message-ID", Value: "<0190b1c2-7a3e-7c55-9d1a-4f0b3c2d1e0f.583a9084622994dd@hangang.example>"},
				{Name: "Auto-Submitted", Value: "auto-generated"},
				{Name: "List-Unsubscribe", Value: "<" + base + "/unsubscribe?t=endpoint-1.c9FpThF4TjCbfz7tkOIgIJT_>,\r\n <mailto:status@hangang.example?subject=unsubscribe%20endpoint-1.c9FpThF4TjCbfz7tkOIgIJT_>"},
				{Name: "List-Unsubscribe-Post", Value: "List-Unsubscribe=One-Click"},
			},
		}
		if n%3 == 1 {
			m.To, m.Language, m.Subject, m.Text = fmt.Sprintf("ops%d@naru.example", n), health.English, "[Hangang Cloud] Sign in", en
		}
		s.mails = append(s.mails, m)
	}
	return s
}
