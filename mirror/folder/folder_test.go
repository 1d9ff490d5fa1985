package folder_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/mirror"
	"github.com/bonghwa/bonghwa/mirror/folder"
	"github.com/bonghwa/bonghwa/press"
)

// site prints pages; its last one when fail is set cannot be printed.
type site struct {
	pages map[string]string
	fail  string
}

func (s site) Print(path string) (press.Paper, bool, error) {
	if path == s.fail {
		return press.Paper{}, true, errors.New("out of ink")
	}
	body, ok := s.pages[path]
	kind := "text/html; charset=utf-8"
	if strings.HasSuffix(path, ".css") {
		kind = "text/css"
	}
	return press.Paper{Type: kind, Body: []byte(body)}, ok, nil
}

func (s site) Paths() iter.Seq[string] { return slices.Values(slices.Sorted(maps.Keys(s.pages))) }

// copyOf is revision n, in which every page says so but the style sheet.
func copyOf(n int64, more ...string) mirror.Copy {
	s := site{pages: map[string]string{
		"/en/": fmt.Sprint("front ", n), "/en/history": fmt.Sprint("history ", n), "/assets/1/style.css": strings.Repeat("a{color:red}", 100),
	}}
	for _, path := range more {
		s.pages[path] = fmt.Sprint(path, n)
	}
	return of(n, s)
}

func of(n int64, s site) mirror.Copy {
	return mirror.Copy{
		Mark:     mirror.Mark{Revision: journal.Position{Epoch: 1, Number: n}, Told: time.Date(2018, 11, 22, 0, int(n), 0, 0, time.UTC)},
		Editions: []*press.Edition{press.NewEdition(press.Imprint{}, s)}, First: []string{"/en/"},
	}
}

func write(t *testing.T, dir string, c mirror.Copy) mirror.Report {
	t.Helper()
	r, err := folder.New(dir).Write(t.Context(), c, mirror.Work{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// whole reads the copy in force, checks it against its manifest, and gives its
// front page.
func whole(t *testing.T, dir string) string {
	t.Helper()
	at, err := filepath.EvalSymlinks(filepath.Join(dir, folder.Current))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(at, ".manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var m mirror.Manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	for name, e := range m.Files {
		body, err := os.ReadFile(filepath.Join(at, name))
		if sum := sha256.Sum256(body); err != nil || hex.EncodeToString(sum[:]) != e.Hash {
			t.Errorf("%s is not what the manifest says: %v", name, err)
		}
		if _, err := os.Stat(filepath.Join(at, name+".gz")); (err == nil) != e.Gzip {
			t.Errorf("%s.gz: %v", name, err)
		}
	}
	body, err := os.ReadFile(filepath.Join(at, "en", "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range list {
		out = append(out, e.Name())
	}
	return out
}

func TestTheLinkLeadsToTheNewestWholeCopy(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "not", "there", "yet")
	for n := int64(1); n <= 4; n++ {
		r := write(t, dir, copyOf(n))
		if got := whole(t, dir); got != fmt.Sprint("front ", n) {
			t.Errorf("the copy in force says %q", got)
		}
		if want := 1; n > 1 && (r.Kept != want || r.Written != 2) {
			t.Errorf("%+v: the style sheet did not change", r)
		}
	}
	left := names(t, filepath.Join(dir, "editions"))
	if len(left) != 2 || !strings.HasPrefix(left[0], "1.3-") || !strings.HasPrefix(left[1], "1.4-") {
		t.Errorf("kept are %v", left)
	}
	one, err1 := os.Stat(filepath.Join(dir, "editions", left[0], "assets", "1", "style.css"))
	two, err2 := os.Stat(filepath.Join(dir, "editions", left[1], "assets", "1", "style.css"))
	if err1 != nil || err2 != nil || !os.SameFile(one, two) {
		t.Errorf("what did not change takes its place twice: %v %v", err1, err2)
	}
	if two.Mode().Perm() != 0o644 {
		t.Errorf("a web server reads %v", two.Mode())
	}
	mark, err := folder.New(dir).Look(t.Context())
	if err != nil || mark.Revision.Number != 4 {
		t.Errorf("looked at, it is %+v, %v", mark, err)
	}
}

func TestWhileOnlyTheMinuteChangesTheFrontIsWrittenAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, copyOf(1))
	later := copyOf(1, "/en/new") // another minute of the same revision, and a page that was not there
	later.Told = later.Told.Add(time.Minute)
	later.Editions = []*press.Edition{press.NewEdition(press.Imprint{}, site{pages: map[string]string{
		"/en/": "front, a minute later", "/en/history": "history, a minute later", "/assets/1/style.css": "b", "/en/new": "new",
	}})}
	if r := write(t, dir, later); r.Written != 2 || r.Kept != 2 {
		t.Errorf("%+v", r)
	}
	if got := whole(t, dir); got != "front, a minute later" {
		t.Errorf("in force is %q", got)
	}
	history, err := os.ReadFile(filepath.Join(dir, folder.Current, "en", "history", "index.html"))
	if err != nil || string(history) != "history 1" {
		t.Errorf("the page behind it says %q, %v", history, err)
	}
	urgent := mirror.Work{Force: true}
	if r, err := folder.New(dir).Write(t.Context(), later, urgent); err != nil || r.Written != 2 { // history and style sheet
		t.Errorf("in an emergency: %+v, %v", r, err)
	}
}

func TestWhatFailsInTheMiddleLeavesTheCopyBefore(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, copyOf(1))
	broken := site{pages: map[string]string{"/en/": "front 2", "/a": "a", "/z": "z"}, fail: "/z"}
	if _, err := folder.New(dir).Write(t.Context(), of(2, broken), mirror.Work{}); !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "the one before stays") || !strings.Contains(err.Error(), "out of ink") {
		t.Errorf("cannot be printed: %v", err)
	}
	long := "/" + strings.Repeat("x", 300) // the disk refuses it, as it does when it is full
	if _, err := folder.New(dir).Write(t.Context(), copyOf(2, long), mirror.Work{}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("cannot be written: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	stop := mirror.Work{Progress: func(int, int) { cancel() }}
	if _, err := folder.New(dir).Write(ctx, copyOf(2), stop); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	if got := whole(t, dir); got != "front 1" {
		t.Errorf("in force is %q", got)
	}
	if left := names(t, filepath.Join(dir, "editions")); len(left) != 1 {
		t.Errorf("left lies %v", left)
	}
}

func TestWhatADeadWriterLeftIsCleared(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, copyOf(1))
	half := filepath.Join(dir, "editions", ".new-123", "en")
	unnamed := filepath.Join(dir, "editions", "1.2-20181122T0001Z") // whole, and died before it was in force
	for _, d := range []string{half, unnamed} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("editions/nothing", filepath.Join(dir, ".new-current")); err != nil {
		t.Fatal(err)
	}
	write(t, dir, copyOf(3))
	if got := whole(t, dir); got != "front 3" {
		t.Errorf("in force is %q", got)
	}
	if left := names(t, filepath.Join(dir, "editions")); len(left) != 2 {
		t.Errorf("left lies %v", left)
	}
	if left := names(t, dir); !slices.Equal(left, []string{".bonghwa-copy", "current", "editions"}) {
		t.Errorf("left lies %v", left)
	}
}

func TestWhatIsNotOursIsNotTouched(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	own := filepath.Join(dir, "index.html")
	if err := os.WriteFile(own, []byte("somebody's"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := folder.New(dir).Write(t.Context(), copyOf(1), mirror.Work{}); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "no copy of ours") {
		t.Errorf("a folder of somebody else: %v", err)
	}
	if left := names(t, dir); !slices.Equal(left, []string{"index.html"}) {
		t.Errorf("left lies %v", left)
	}
	if _, err := folder.New(own).Write(t.Context(), copyOf(1), mirror.Work{}); err == nil {
		t.Error("a file is a folder")
	}
	taken := t.TempDir()
	write(t, taken, copyOf(1))
	link := filepath.Join(taken, folder.Current)
	if err := os.Remove(link); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(link, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := folder.New(taken).Write(t.Context(), copyOf(2), mirror.Work{}); err == nil || !strings.Contains(err.Error(), "no symbolic link") {
		t.Errorf("a folder in the place of the link: %v", err)
	}
}

func TestANewerCopyOfAnotherNodeStays(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, copyOf(5))
	if r := write(t, dir, copyOf(4)); !r.Newer {
		t.Errorf("%+v", r)
	}
	if got := whole(t, dir); got != "front 5" {
		t.Errorf("in force is %q", got)
	}
	if _, err := folder.New(dir).Write(t.Context(), copyOf(4), mirror.Work{Force: true}); err != nil {
		t.Error(err)
	}
	if got := whole(t, dir); got != "front 4" {
		t.Errorf("in an emergency in force is %q", got)
	}
}

func TestAManifestThatCannotBeReadIsWrittenAnew(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, copyOf(1))
	if err := os.WriteFile(filepath.Join(dir, folder.Current, ".manifest.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := folder.New(dir).Look(t.Context()); !fault.Is(err, fault.Invalid) {
		t.Errorf("looked at: %v", err)
	}
	if r := write(t, dir, copyOf(2)); r.Kept != 0 || whole(t, dir) != "front 2" {
		t.Errorf("%+v", r)
	}
}

func TestWritersTakeTurns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var wg sync.WaitGroup
	for writer := range 4 {
		wg.Go(func() {
			for i := range 5 {
				if _, err := folder.New(dir).Write(t.Context(), copyOf(int64(writer*5+i+1)), mirror.Work{Force: true}); err != nil {
					t.Errorf("writer %d: %v", writer, err)
				}
			}
		})
	}
	wg.Wait()
	if got := whole(t, dir); !strings.HasPrefix(got, "front ") {
		t.Errorf("in force is %q", got)
	}
	if left := names(t, filepath.Join(dir, "editions")); len(left) != 2 {
		t.Errorf("left lies %v", left)
	}
}

func TestWhoeverWaitsForTheLockCanStop(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, copyOf(1))
	slow, entered := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		var once sync.Once
		_, err := folder.New(dir).Write(t.Context(), copyOf(2), mirror.Work{Progress: func(int, int) {
			once.Do(func() { close(entered) })
			<-slow
		}})
		done <- err
	}()
	<-entered
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := folder.New(dir).Write(ctx, copyOf(3), mirror.Work{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("while another writes: %v", err)
	}
	close(slow)
	if err := <-done; err != nil || whole(t, dir) != "front 2" {
		t.Error(err)
	}
}
