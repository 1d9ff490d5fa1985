package folder

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/mirror"
)

// stage is a copy on its way into an edition.
type stage struct {
	copy   mirror.Copy
	work   mirror.Work
	parent string          // where editions lie
	was    mirror.Manifest // of the copy in force
	old    string          // its folder
	dir    string          // where this one is written
	name   string          // what it is called when it is whole
	made   map[string]bool // folders below dir
	now    mirror.Manifest
	report mirror.Report
}

// write writes the copy beside those there are and gives it its name. When it fails
// nothing of it is left.
func (s *stage) write(ctx context.Context, old string) (err error) {
	if s.dir, err = os.MkdirTemp(s.parent, staging+"*"); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(s.dir))
		}
	}()
	if err := os.Chmod(s.dir, 0o755); err != nil { //nolint:gosec // G302: a web server reads it
		return err
	}
	s.report.Stands = s.copy.Mark
	s.old, s.made = old, map[string]bool{".": true}
	s.now = mirror.Manifest{Form: mirror.Form, Mark: s.copy.Mark, Files: map[string]mirror.Entry{}}
	paths := s.copy.Paths()
	if !s.was.Renew(s.copy, s.work) {
		s.now.Whole = s.was.Whole
		if paths, err = s.takeOver(ctx, paths); err != nil {
			return err
		}
	}
	if err := s.files(ctx, paths); err != nil {
		return err
	}
	if err := s.seal(); err != nil {
		return err
	}
	return s.call()
}

// takeOver links the files of the copy in force that need not be printed anew, and
// gives the paths that are left to print: those that people come in by, and those
// that could not be taken over.
func (s *stage) takeOver(ctx context.Context, paths []string) (left []string, err error) {
	names := make(map[string]string, len(s.was.Files))
	for name, e := range s.was.Files {
		names[e.Path] = name
	}
	for _, p := range s.copy.First {
		delete(names, p)
	}
	const atOnce = 64 // a link is too little to rest after
	for some := range slices.Chunk(paths, atOnce) {
		err := s.work.Pace.Do(ctx, s.work.Wall, func() error {
			rest, err := s.takeSome(some, names)
			left = append(left, rest...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return left, nil
}

// takeSome takes over the files at some paths, and gives the paths that are left.
func (s *stage) takeSome(paths []string, names map[string]string) (left []string, err error) {
	for _, p := range paths {
		taken, err := s.take(names[p])
		if err != nil {
			return nil, err
		}
		if !taken {
			left = append(left, p)
		}
	}
	return left, nil
}

// take links one file of the copy in force, and reports whether it could.
func (s *stage) take(name string) (bool, error) {
	e, ok := s.was.Files[name]
	if !ok {
		return false, nil
	}
	if err := s.folder(filepath.Dir(name)); err != nil {
		return false, err
	}
	if !s.link(name) || e.Gzip && !s.link(name+".gz") {
		return false, nil
	}
	s.now.Files[name] = e
	s.report.Kept++
	return true, nil
}

func (s *stage) files(ctx context.Context, paths []string) error {
	done := 0
	for f, err := range s.copy.Files(ctx, s.work, paths) {
		if err != nil {
			return err
		}
		err = s.work.Pace.Do(ctx, s.work.Wall, func() error { return s.file(f) })
		if err != nil {
			return err
		}
		done++
		s.work.Told(done, len(paths))
	}
	return nil
}

// file puts one file and its compressed sibling into the copy: as links where they
// did not change.
func (s *stage) file(f mirror.File) error {
	name := mirror.FileName(f.Path, f.Type)
	if _, ok := s.now.Files[name]; ok || !filepath.IsLocal(name) || strings.HasPrefix(name, ".") {
		return fault.New(fault.Internal, f.Path, "its file would be "+name+", which is taken or no name", "")
	}
	if err := s.folder(filepath.Dir(name)); err != nil {
		return err
	}
	e := mirror.Entry{Hash: f.Hash, Gzip: f.Gzip != nil, Path: f.Path}
	s.now.Files[name] = e
	if s.was.Files[name] == e && s.link(name) && (!e.Gzip || s.link(name+".gz")) {
		s.report.Kept++
		return nil
	}
	s.report.Written++
	if err := put(filepath.Join(s.dir, name), f.Body); err != nil {
		return err
	}
	if e.Gzip {
		return put(filepath.Join(s.dir, name+".gz"), f.Gzip)
	}
	return nil
}

// link takes a file over from the copy in force. Where that cannot be done the file
// is written.
func (s *stage) link(name string) bool {
	return s.old != "" && os.Link(filepath.Join(s.old, name), filepath.Join(s.dir, name)) == nil
}

func (s *stage) folder(dir string) error {
	if s.made[dir] {
		return nil
	}
	if err := s.folder(filepath.Dir(dir)); err != nil {
		return err
	}
	at := filepath.Join(s.dir, dir)
	if err := os.Mkdir(at, 0o755); err != nil { //nolint:gosec // G301: a web server reads it
		return err
	}
	s.made[dir] = true
	return os.Chmod(at, 0o755) //nolint:gosec // G302: whatever the mask says, a web server reads it
}

// put writes a new file that a web server can read. One that is a link to another
// copy's file is replaced, never written into.
func put(file string, content []byte) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644) //nolint:gosec // G302, G304: public, below the operator's folder
	if errors.Is(err, os.ErrExist) {
		if err := os.Remove(file); err != nil {
			return err
		}
		return put(file, content)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Chmod(0o644) // whatever the mask says, a web server reads it
	}
	if err == nil && syncEach {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// seal writes the manifest and forces everything to the disk.
func (s *stage) seal() error {
	s.now.At = s.work.Wall.Now().UTC()
	if s.now.Whole.IsZero() {
		s.now.Whole = s.now.At
	}
	raw, err := json.Marshal(s.now)
	if err != nil {
		return fmt.Errorf("write the manifest: %w", err)
	}
	if err := put(filepath.Join(s.dir, manifest), raw); err != nil {
		return err
	}
	return syncAll(s.dir)
}

// call gives the copy its name: revision and minute, and a number where several
// were written in one minute.
func (s *stage) call() error {
	base := s.copy.Revision.String() + "-" + s.now.At.Format("20060102T1504Z")
	for n := 1; ; n++ {
		s.name = base
		if n > 1 {
			s.name = fmt.Sprintf("%s-%d", base, n)
		}
		at := filepath.Join(s.parent, s.name)
		if _, err := os.Lstat(at); err == nil {
			continue
		}
		if err := os.Rename(s.dir, at); err != nil {
			return err
		}
		s.dir = at
		return syncDir(s.parent)
	}
}
