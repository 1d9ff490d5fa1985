package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// site is a configuration with one copy, whose database does not answer.
func site(t *testing.T, more string) (file, copied string) {
	t.Helper()
	dir := t.TempDir()
	file, copied = filepath.Join(dir, "bonghwa.yaml"), filepath.Join(dir, "copy")
	text := "database: postgres://nobody@127.0.0.1:9/none\nsecret_file: keys/secret\nstate_dir: state\n" +
		"provider:\n  name: {ko: 우리, en: Ours}\npage:\n  copies:\n    - {dir: copy}\n" + more
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file, copied
}

func TestABannerIsSaidWithEverythingElseDown(t *testing.T) {
	t.Parallel()
	file, copied := site(t, "")
	r := command(t, "page", "say", "--config", file, "--ko", "복구하고 있습니다.", "--en", "We are recovering.")
	if r.status != exitDone || strings.Count(r.out, "\n") != 2 || !strings.Contains(r.out, "banner.json: written") || !strings.Contains(r.out, copied+": written; there is no saved page") {
		t.Fatalf("status %d\n%s%s", r.status, r.out, r.err)
	}
	for path, want := range map[string]string{"ko": "복구하고 있습니다.", "en": "We are recovering."} {
		if raw, err := os.ReadFile(filepath.Join(copied, "current", path, "index.html")); err != nil || !strings.Contains(string(raw), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	key := filepath.Join(filepath.Dir(file), "keys", "banner.key")
	if info, err := os.Stat(key); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key: %v, %v", info, err)
	}
	one, two := command(t, "page", "say", "--config", file, "--key"), command(t, "page", "say", "--config", file, "--key")
	if one.status != exitDone || one.out != two.out || !strings.HasPrefix(one.out, "ed25519:") {
		t.Errorf("the key is told as %q and %q", one.out, two.out)
	}
	r = command(t, "page", "say", "--config", file, "--clear")
	if raw, err := os.ReadFile(filepath.Join(copied, "current", "en", "index.html")); r.status != exitDone || err != nil || strings.Contains(string(raw), "We are recovering.") {
		t.Errorf("taken back: status %d, %v\n%s", r.status, err, r.err)
	}
}

func TestABannerThatIsNotEverywhereIsSaidSo(t *testing.T) {
	t.Parallel()
	file, copied := site(t, "    - {bucket: \"s3://status?endpoint=http://127.0.0.1:9\"}\n")
	r := command(t, "page", "say", "--config", file, "--ko", "가", "--en", "a")
	if r.status != exitFailed || !strings.Contains(r.err, "bonghwa: s3://status/: ") || !strings.Contains(r.err, "the banner is not everywhere") || !strings.Contains(r.out, copied+": written") {
		t.Errorf("status %d\n%s%s", r.status, r.out, r.err)
	}
}

func TestABannerThatReadersWouldNotSeeIsRefused(t *testing.T) {
	t.Parallel()
	file, copied := site(t, "")
	for _, c := range []struct {
		args   []string
		status int
		want   string
	}{
		{[]string{"--ko", "가"}, exitFailed, "--en: the text in this language is missing"},
		{[]string{"--en", "a"}, exitFailed, "--ko: the text in this language is missing"},
		{[]string{"--ko", strings.Repeat("가", 501), "--en", "a"}, exitFailed, "--ko: the text has 501 characters (write at most 500)"},
		{[]string{"--ko", "가", "--en", "a\u202eb"}, exitFailed, "U+202E"},
		{[]string{"--ko", "가", "--en", "a\x1b[2Jb"}, exitFailed, "U+001B"},
		{nil, exitUsage, "there is nothing to say"},
		{[]string{"--clear", "--ko", "가"}, exitUsage, "choose one"},
		{[]string{"--clear", "--key"}, exitUsage, "choose one"},
	} {
		r := command(t, append([]string{"page", "say", "--config", file}, c.args...)...)
		if r.status != c.status || !strings.Contains(r.err, c.want) {
			t.Errorf("%q: status %d, want %d and %q\n%s%s", c.args, r.status, c.status, c.want, r.out, r.err)
		}
	}
	if r := command(t, "page", "say", "--ko", "가", "--en", "a"); r.status != exitUsage {
		t.Errorf("without a configuration: status %d", r.status)
	}
	for _, left := range []string{copied, filepath.Join(filepath.Dir(file), "state")} {
		if _, err := os.Stat(left); err == nil {
			t.Errorf("%s was made", left)
		}
	}
	english := filepath.Join(t.TempDir(), "english.yaml")
	if err := os.WriteFile(english, []byte("provider:\n  name: {en: Ours}\npage:\n  languages: [en]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := command(t, "page", "say", "--config", english, "--en", "a"); r.status != exitDone {
		t.Errorf("a page in one language: status %d\n%s", r.status, r.err)
	}
	if r := command(t, "page", "say", "--config", english, "--en", "a", "--ko", "가"); r.status != exitFailed || !strings.Contains(r.err, "--ko: the page does not speak this language") {
		t.Errorf("and in another: status %d\n%s", r.status, r.err)
	}
}

func TestAPageIsExported(t *testing.T) {
	t.Parallel()
	n := setup(t)
	n.do(append([]string{"catalog", "apply"}, catalogFiles(t)...)...)
	dir := filepath.Join(n.dir, "copy")
	r := command(t, "page", "export", dir, "--database", "sqlite:"+filepath.Join(n.dir, "bonghwa.db"))
	if r.status != exitDone || !strings.Contains(r.out, dir+"/current is a copy of the page from the database: ") {
		t.Fatalf("status %d\n%s%s", r.status, r.out, r.err)
	}
	if raw, err := os.ReadFile(filepath.Join(dir, "current", "en", "components", "ec2-ap-northeast-2", "index.html")); err != nil || !strings.Contains(string(raw), "Seoul") {
		t.Errorf("a component: %v", err)
	}
	for _, c := range []struct {
		args   []string
		status int
		want   string
	}{
		{[]string{dir}, exitUsage, "it is not said where the database is"},
		{[]string{n.dir, "--database", "sqlite:" + filepath.Join(n.dir, "bonghwa.db")}, exitFailed, "no copy of ours"},
		{[]string{dir, "--database", "postgres://nobody@127.0.0.1:9/none"}, exitFailed, "open the database"},
		{nil, exitUsage, "<dir>"},
	} {
		if r := command(t, append([]string{"page", "export"}, c.args...)...); r.status != c.status || !strings.Contains(r.err, c.want) {
			t.Errorf("%v: status %d, want %d and %q\n%s%s", c.args, r.status, c.status, c.want, r.out, r.err)
		}
	}
}
