package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bonghwa/bonghwa/config"
)

func TestInitWritesWhatCheckTakes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args  []string
		files []string
		page  bool
	}{
		"a cloud": {nil, []string{"bonghwa.yaml", "catalog.yaml"}, false},
		"a shop":  {[]string{"--page"}, []string{"bonghwa.yaml"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "status")
			r := command(t, append([]string{"init", dir}, c.args...)...)
			if r.status != exitDone {
				t.Fatalf("status %d: %s", r.status, r.err)
			}
			made, err := filepath.Glob(filepath.Join(dir, "*"))
			if err != nil || len(made) != len(c.files) {
				t.Errorf("made %v, %v", made, err)
			}
			check := append([]string{"check", "--config", filepath.Join(dir, "bonghwa.yaml")}, made[1:]...)
			if r := command(t, check...); r.status != exitDone {
				t.Errorf("check: status %d: %s", r.status, r.err)
			}
			conf, err := config.Load(filepath.Join(dir, "bonghwa.yaml"), func(string) string { return "" })
			if err != nil || conf.PageOnly() != c.page {
				t.Errorf("a page alone: %v, %v", conf.PageOnly(), err)
			}
			before, err := os.ReadFile(made[0])
			if err != nil {
				t.Fatal(err)
			}
			if r := command(t, append([]string{"init", dir}, c.args...)...); r.status != exitFailed || !strings.Contains(r.err, "choose an empty folder") {
				t.Errorf("a second time: status %d: %s", r.status, r.err)
			}
			if after, err := os.ReadFile(made[0]); err != nil || string(after) != string(before) {
				t.Errorf("it was overwritten: %v", err)
			}
		})
	}
}

func TestPathsArePrintedAsAShellTakesThem(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/etc/bonghwa.yaml": "/etc/bonghwa.yaml", "/my shop/b.yaml": "'/my shop/b.yaml'", "/it's/b.yaml": `'/it'\''s/b.yaml'`, "/$HOME/b": "'/$HOME/b'",
	} {
		if got := quoted(path); got != want {
			t.Errorf("%s: %s", path, got)
		}
	}
}

func TestAnIncidentIsOpenedForAScript(t *testing.T) {
	t.Parallel()
	n := setup(t)
	id := strings.TrimSpace(n.do("incident", "open", "--id", "--title-ko", "결제 장애", "--title-en", "Checkout fails"))
	if shown := n.do("incident", "show", id); !strings.Contains(shown, "Checkout fails") {
		t.Errorf("%q is no id: %s", id, shown)
	}
	stated := n.do("incident", "impact", id, "--component", "ec2", "--region", "ap-northeast-2", "--symptom", "api", "--level", "degraded",
		"--from", "2018-11-22T08:19:00+09:00", "--reason-ko", "문의", "--reason-en", "calls")
	if !strings.Contains(stated, "ec2/ap-northeast-2 api degraded") {
		t.Error(stated)
	}
}
