// Package folder keeps copies of the public page in a folder, for any web server.
//
// Each copy is a folder of its own below editions, named after its revision and its
// minute; the symbolic link current leads to the one in force, and it is what the
// web server shows. A copy is written whole, forced to the disk, and put in force
// by renaming that link: whoever reads sees one copy or the other, never parts of
// both, whenever the writer dies. Files that did not change, and those that are not
// due yet, are hard links to those of the copy before, which is kept; older ones are
// removed. Writers on several
// machines take turns by a lock on a file.
//
// Each file that gzip makes smaller has a compressed sibling with .gz at its end.
package folder

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/mirror"
)

// The names in a target's folder. A copy's manifest lies in the copy.
const (
	Current  = "current" // the copy in force: what the web server shows
	editions = "editions"
	marker   = ".bonghwa-copy" // says that the folder is ours; also what writers lock
	manifest = ".manifest.json"
	staging  = ".new-"
)

// Folder is a target.
type Folder struct{ dir string }

var _ mirror.Target = (*Folder)(nil)

// New is the target in a folder, which is made when it is missing.
func New(dir string) *Folder { return &Folder{dir: dir} }

// Name is the folder's path.
func (f *Folder) Name() string { return f.dir }

// Look is the mark of the copy in force; zero when there is none.
func (f *Folder) Look(context.Context) (mirror.Mark, error) {
	m, err := f.current()
	return m.Mark, err
}

// Write makes the copy and puts it in force.
func (f *Folder) Write(ctx context.Context, c mirror.Copy, w mirror.Work) (mirror.Report, error) {
	if err := f.claim(); err != nil {
		return mirror.Report{}, err
	}
	unlock, err := lock(ctx, filepath.Join(f.dir, marker), w.Wall)
	if err != nil {
		return mirror.Report{}, fault.Wrap(fault.Unavailable, "wait for another writer of "+f.dir, err)
	}
	defer unlock()
	was, err := f.current()
	if err != nil && !fault.Is(err, fault.Invalid) { // one that cannot be read is written anew
		return mirror.Report{}, err
	}
	if was.Leave(c, w) {
		return mirror.Report{Newer: true, Stands: was.Mark}, nil
	}
	f.sweep()
	before := f.inForce()
	s := &stage{copy: c, work: w, parent: filepath.Join(f.dir, editions), was: was}
	if err := s.write(ctx, before); err != nil {
		return mirror.Report{}, fault.Wrap(fault.Unavailable, "write the copy in "+f.dir+"; the one before stays", err)
	}
	if err := f.enforce(s.name); err != nil {
		return mirror.Report{}, fault.Wrap(fault.Unavailable, "put the copy in "+f.dir+" in force; the one before stays", errors.Join(err, os.RemoveAll(filepath.Join(s.parent, s.name))))
	}
	s.report.Removed = f.remove(s.name, filepath.Base(before))
	return s.report, nil
}

// claim makes the folder ours, if it is new or empty.
func (f *Folder) claim() error {
	ours, err := f.Ours()
	if err != nil {
		return err
	}
	if !ours {
		return fault.New(fault.Conflict, f.dir, "the folder holds something that is no copy of ours", "name an empty folder, or one that bonghwa wrote a copy to")
	}
	if err := os.MkdirAll(filepath.Join(f.dir, editions), 0o755); err != nil { //nolint:gosec // G301: a web server reads it
		return fault.Wrap(fault.Unavailable, "make the copy's folder", err)
	}
	file := filepath.Join(f.dir, marker)
	if _, err := os.Lstat(file); errors.Is(err, fs.ErrNotExist) {
		const words = "Bonghwa keeps a copy of its public page in this folder. A web server shows what current leads to.\n"
		if err := os.WriteFile(file, []byte(words), 0o644); err != nil { //nolint:gosec // G306: public, as all of this
			return fault.Wrap(fault.Unavailable, "mark the copy's folder", err)
		}
	}
	return nil
}

// Ours reports whether a copy may be written to the folder: it is missing, empty,
// or holds one.
func (f *Folder) Ours() (bool, error) {
	list, err := os.ReadDir(f.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, fault.Wrap(fault.Unavailable, "look into the copy's folder", err)
	}
	const ofTheSystem = "lost+found"
	empty := true
	for _, e := range list {
		if e.Name() == marker {
			return true, nil
		}
		empty = empty && e.Name() == ofTheSystem
	}
	return empty, nil
}

// current reads the manifest of the copy in force; zero when there is none.
func (f *Folder) current() (mirror.Manifest, error) {
	var m mirror.Manifest
	raw, err := os.ReadFile(filepath.Join(f.dir, Current, manifest))
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err != nil {
		return m, fault.Wrap(fault.Unavailable, "read the copy's manifest", err)
	}
	if err := json.Unmarshal(raw, &m); err != nil || m.Form != mirror.Form {
		return mirror.Manifest{}, fault.New(fault.Invalid, f.dir, "the copy's manifest cannot be read", "the next copy is written whole")
	}
	return m, nil
}

// inForce is the folder of the copy in force, with its links followed; empty when
// there is none.
func (f *Folder) inForce() string {
	at, err := filepath.EvalSymlinks(filepath.Join(f.dir, Current))
	if err != nil {
		return ""
	}
	return at
}

// enforce lets current lead to the edition, at one stroke.
func (f *Folder) enforce(name string) error {
	if info, err := os.Lstat(filepath.Join(f.dir, Current)); err == nil && info.Mode()&fs.ModeSymlink == 0 {
		return fault.New(fault.Conflict, filepath.Join(f.dir, Current), "it is no symbolic link", "move it away")
	}
	link := filepath.Join(f.dir, staging+Current)
	if err := os.Remove(link); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Symlink(filepath.Join(editions, name), link); err != nil {
		return err
	}
	if err := os.Rename(link, filepath.Join(f.dir, Current)); err != nil {
		return errors.Join(err, os.Remove(link))
	}
	return syncDir(f.dir)
}

// sweep removes what a writer that died has left. Nobody else writes: we have the
// lock. What cannot be removed is in nobody's way.
func (f *Folder) sweep() {
	list, err := os.ReadDir(filepath.Join(f.dir, editions))
	if err != nil {
		return
	}
	for _, e := range list {
		if strings.HasPrefix(e.Name(), staging) {
			_ = os.RemoveAll(filepath.Join(f.dir, editions, e.Name())) // tried again at the next copy
		}
	}
}

// remove removes all editions but those named, and says how many.
func (f *Folder) remove(keep ...string) int {
	list, err := os.ReadDir(filepath.Join(f.dir, editions))
	if err != nil {
		return 0
	}
	n := 0
	for _, e := range list {
		if !slices.Contains(keep, e.Name()) && os.RemoveAll(filepath.Join(f.dir, editions, e.Name())) == nil {
			n++
		}
	}
	return n
}

// syncDir forces the names in a folder to the disk.
func syncDir(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // G304: the operator's folder
	if err != nil {
		return err
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("force %s to the disk: %w", dir, err)
	}
	return nil
}
