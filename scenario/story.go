package scenario

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
)

// Sentence is one thing that happened, and where its proof stands.
type Sentence struct {
	At    time.Time
	Text  health.Text
	Proof string // path below the public site; {lang} stands for the reader's language
}

// Story tells what has happened so far, in order, from the program's own record.
// Every sentence names its proof.
func (r *Replay) Story(ctx context.Context) ([]Sentence, error) {
	if id, _ := r.known(); id == "" {
		return nil, nil
	}
	i, err := r.incident(ctx)
	if err != nil {
		return nil, err
	}
	told, err := r.publications(ctx)
	if err != nil {
		return nil, err
	}
	page := "/{lang}/incidents/" + string(i.ID)
	var out []Sentence
	say := func(at time.Time, proof, ko, en string) {
		out = append(out, Sentence{At: at, Proof: proof, Text: health.Text{health.Korean: ko, health.English: en}})
	}
	for _, p := range i.Impacts {
		if p.Determination == "measured" && p.To.IsZero() {
			say(p.From, page, "인스턴스의 DNS 조회가 실패하기 시작했습니다. 이 시각은 프로브가 잰 것입니다.",
				"DNS queries of instances began to fail. The probes measured this time.")
			say(p.StatedAt, page, "여러 영역의 프로브가 함께 실패를 확인했고, 초안이 자동으로 열렸습니다.",
				"Probes in more than one zone agreed that queries fail, and a draft opened by itself.")
		}
		if p.Determination == "measured" && !p.To.IsZero() {
			say(p.To, page, "프로브가 마지막으로 실패한 순간입니다. 이 뒤로 모든 조회가 성공했습니다.",
				"The last probe failed. Every query after it was answered.")
		}
	}
	for _, u := range i.Updates {
		say(u.PublishedAt, fmt.Sprintf("%s#update-%d", page, u.Sequence),
			fmt.Sprintf("%d번째 소식이 모두에게 공개되었습니다.", u.Sequence), fmt.Sprintf("Update %d was published to everyone.", u.Sequence))
	}
	more, err := r.aftermath(ctx, i.ID)
	out = append(out, more...)
	updates := 0
	for _, p := range told {
		if p.Kind == "update" {
			updates++
		}
		s := toldSentence(p, updates)
		s.At = p.At
		out = append(out, s)
	}
	slices.SortStableFunc(out, func(a, b Sentence) int { return a.At.Compare(b.At) })
	return out, err
}

// toldSentence says how many were told of a publication; updates is how many of
// them there have been, this one included.
func toldSentence(p publicationView, updates int) Sentence {
	ko, en, whomKo, whomEn := "크레딧 안내", "Word of the credit", "크레딧을 받는", "credited"
	if p.Kind != "credit" {
		whomKo, whomEn = "영향받은", "hit"
	}
	switch p.Kind {
	case "update":
		ko, en = fmt.Sprintf("%d번째 소식", updates), fmt.Sprintf("Update %d", updates)
	case "summary":
		ko, en = "사후 보고서", "The post-event summary"
	}
	korean := fmt.Sprintf("%s: %s 고객의 주소 %d개 가운데 %d개에 메일이 갔습니다.", ko, whomKo, p.Audience, p.Delivered)
	english := fmt.Sprintf("%s was mailed to %d of the %d addresses of customers %s.", en, p.Delivered, p.Audience, whomEn)
	if p.Delivered == p.Audience {
		korean = fmt.Sprintf("%s: %s 고객의 주소 %d개 모두에 메일이 갔습니다.", ko, whomKo, p.Audience)
		english = fmt.Sprintf("%s was mailed to all %d addresses of customers %s.", en, p.Audience, whomEn)
	}
	if p.Superseded > 0 {
		korean += fmt.Sprintf(" %d개에는 그사이 나온 더 새로운 소식이 대신 갔습니다.", p.Superseded)
		english += fmt.Sprintf(" %d got the next one instead, which had come out meanwhile.", p.Superseded)
	}
	return Sentence{Proof: "/{lang}/replay/mails?about=" + p.ID, Text: health.Text{health.Korean: korean, health.English: english}}
}

// aftermath is the summary, the measurement and the credit.
func (r *Replay) aftermath(ctx context.Context, id health.IncidentID) ([]Sentence, error) {
	var out []Sentence
	var summary struct {
		ID          string    `json:"id"`
		PublishedAt time.Time `json:"published_at"`
	}
	err := r.operator.get(ctx, "/incidents/"+string(id)+"/summary", &summary)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	if !summary.PublishedAt.IsZero() {
		out = append(out, Sentence{At: summary.PublishedAt, Proof: "/{lang}/summaries/" + summary.ID, Text: health.Text{
			health.Korean:  "원인과 조치를 담은 사후 보고서가 공개되었습니다.",
			health.English: "The post-event summary with cause and actions was published.",
		}})
	}
	_, runID := r.known()
	if runID == "" {
		return out, nil
	}
	var run struct {
		ApprovedAt   time.Time `json:"approved_at"`
		Availability struct {
			Percent string `json:"percent"`
			TierPct string `json:"tier_pct"`
		} `json:"availability"`
		PlannedAt time.Time `json:"planned_at"`
	}
	if err := r.operator.get(ctx, "/credit/runs/"+string(runID), &run); err != nil {
		return nil, err
	}
	out = append(out, Sentence{At: run.PlannedAt, Proof: "/{lang}/my/", Text: health.Text{
		health.Korean:  fmt.Sprintf("제공자가 선언한 11월 가용성은 %s %%이고, 요금의 %s %%를 돌려주기로 계산했습니다.", run.Availability.Percent, run.Availability.TierPct),
		health.English: fmt.Sprintf("Availability in November, as the provider declares it, is %s %%; %s %% of the charges are to be credited.", run.Availability.Percent, run.Availability.TierPct),
	}})
	if !run.ApprovedAt.IsZero() {
		out = append(out, Sentence{At: run.ApprovedAt, Proof: "/{lang}/my/", Text: health.Text{
			health.Korean:  "두 번째 사람이 크레딧을 승인했습니다. 고객은 개인 대시보드에서 산식을 봅니다.",
			health.English: "A second person approved the credits. Customers see the arithmetic on their personal dashboard.",
		}})
	}
	return out, nil
}
