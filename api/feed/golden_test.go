package feed_test

import (
	"flag"
	"testing"

	"github.com/bonghwa/bonghwa/api/feed"
	"github.com/bonghwa/bonghwa/api/view"
	"github.com/bonghwa/bonghwa/board/boardtest"
	"github.com/bonghwa/bonghwa/language"
	"github.com/bonghwa/bonghwa/press/presstest"
)

var update = flag.Bool("update", false, "write the golden files anew")

const site = "https://status.hangang.example"

func tell(t boardtest.T, w *boardtest.World) *feed.Feeds {
	t.Helper()
	book, err := language.Load()
	if err != nil {
		t.Fatal(err)
	}
	return feed.New(view.Options{Book: book, Provider: boardtest.Provider(), URL: site}, w.Board(t))
}

func TestFeedsOfEachWorld(t *testing.T) {
	t.Parallel()
	for name, w := range boardtest.Worlds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			one, other := "ec2-ap-northeast-2", "s3-ap-northeast-2"
			if name == "shop" {
				one, other = "checkout-page", "mail-page"
			}
			presstest.Golden(t, name, *update, tell(t, w),
				"/history.rss", "/history.atom", "/feed.json", "/rss/all.rss", "/rss/"+one+".rss", "/calendar.ics",
				"/calendar/"+other+".ics", "/ko/history.rss", "/ko/history.atom", "/ko/rss/all.rss", "/ko/calendar.ics")
		})
	}
}
