package harness_test

import (
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bonghwa/bonghwa/test/browser"
)

// backup is a database as it was at a moment, with what belongs to it.
type backup map[string][]byte

const databaseFile = "bonghwa.db"

func (s *shop) backUp() backup {
	s.t.Helper()
	files, err := filepath.Glob(filepath.Join(s.dir, databaseFile+"*"))
	if err != nil || len(files) == 0 {
		s.t.Fatalf("there is no database in %s: %v", s.dir, err)
	}
	b := backup{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			s.t.Fatal(err)
		}
		b[file] = raw
	}
	return b
}

// restore puts a backup in the place of the database, and raises the epoch, as who
// restores must.
func (s *shop) restore(b backup) {
	s.t.Helper()
	for _, old := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(filepath.Join(s.dir, databaseFile+old)); err != nil && !os.IsNotExist(err) {
			s.t.Fatal(err)
		}
	}
	for file, raw := range b {
		write(s.t, file, string(raw))
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(s.dir, databaseFile))
	if err == nil {
		_, err = db.ExecContext(s.t.Context(), `UPDATE journal_head SET epoch = epoch + 1`)
	}
	if err == nil {
		err = db.Close()
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// TestARestoreIsShownToOpenBrowsersAndCaches: a backup is restored under open pages,
// and takes revisions back that everybody has seen. The browser that stayed open, a
// cache in front and who comes with the tag of what is no more get what holds now,
// and what is published after it, whose number everybody has seen before.
func TestARestoreIsShownToOpenBrowsersAndCaches(t *testing.T) {
	t.Parallel()
	at := freePort(t)
	s := newShop(t)
	s.edit("listen: 127.0.0.1:0", "listen: "+at)
	s.open()
	first := append([]string(nil), s.commands()[1:4]...)
	id := s.shell(append(first, `echo "$ID"`)...)
	id = id[strings.LastIndex(id, "\n")+1:]
	say := func(words string) {
		t.Helper()
		s.shell(s.commands()[2], fmt.Sprintf("bonghwa incident update %s --state identified --text-ko '원인을 압니다: %[2]s' --text-en %[2]q", id, words))
	}
	say("Payments fail.")
	s.says("/en/", "Payments fail.")
	s.program.Kill()
	before := s.backUp()
	s.open()

	cache := proxied(t, at)
	reader := browser.Scripted(t)
	reader.Open(s.base + "/en/")
	reads := func(words string, no ...string) {
		t.Helper()
		reader.Until(fmt.Sprintf(`document.body.textContent.includes(%q) && !%q.split('|').some(w => w && document.body.textContent.includes(w))`, words, strings.Join(no, "|")))
		s.program.Until("the cache says "+words, func() bool {
			status, body := cache.get("/en/")
			for _, w := range no {
				if strings.Contains(body, w) {
					return false
				}
			}
			return status == http.StatusOK && strings.Contains(body, words)
		})
	}
	reads("Payments fail.")
	say("The cause is a certificate.")
	say("It is being renewed.")
	reads("It is being renewed.")
	revision := browser.Ask[string](reader, `document.documentElement.dataset.revision`)
	tag := s.tag("/en/")

	s.program.Kill()
	s.restore(before)
	s.open()
	reads("Payments fail.", "It is being renewed.", "The cause is a certificate.")
	if now := browser.Ask[string](reader, `document.documentElement.dataset.revision`); !strings.HasPrefix(now, "2.") || !strings.HasPrefix(revision, "1.") {
		t.Errorf("the browser went from revision %s to %s", revision, now)
	}
	if status, body := s.get("/en/", "If-None-Match", tag); status != http.StatusOK || strings.Contains(body, "It is being renewed.") {
		t.Errorf("the tag of what is no more: status %d", status)
	}
	say("It was the certificate after all.")
	reads("It was the certificate after all.", "It is being renewed.")
	if said := reader.Complaints(); len(said) > 0 && !strings.Contains(strings.Join(said, " "), "ERR_") {
		t.Errorf("the browser complains: %q", said)
	}
}

// tag is the entity tag of a page.
func (s *shop) tag(path string) string {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodHead, s.base+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.Header.Get("Etag") == "" {
		s.t.Fatalf("%s has no tag", path)
	}
	return answer.Header.Get("Etag")
}
