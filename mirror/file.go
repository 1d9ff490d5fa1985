package mirror

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"path"
	"slices"
	"strings"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/press"
)

// File is one file of a copy. Its bytes must not be changed.
type File struct {
	Path     string // the address it is printed for, such as "/en/history"
	Type     string // Content-Type
	Language string // Content-Language; may be empty
	Cache    string // Cache-Control
	Save     string // Content-Disposition; usually empty
	Body     []byte
	Gzip     []byte // the body compressed; nil where that saves nothing
	Hash     string // SHA-256 of the body, hex
}

// never is the Cache-Control of what is not to be kept, and so not copied: it
// answers one request.
const never = "no-store"

// Paths are the paths of everything in the copy, each once: first those that never
// change or that few ask for, at the end those that people come in by.
func (c Copy) Paths() []string {
	var deep, front []string
	seen := map[string]bool{}
	for _, e := range c.Editions {
		for p := range e.Paths() {
			switch {
			case seen[p]:
			case slices.Contains(c.First, p):
				front = append(front, p)
			default:
				deep = append(deep, p)
			}
			seen[p] = true
		}
	}
	slices.SortStableFunc(front, func(a, b string) int { return slices.Index(c.First, b) - slices.Index(c.First, a) })
	return append(deep, front...)
}

// Files prints the files at some of the copy's paths, in their order, at the pace.
// It ends with the first error.
func (c Copy) Files(ctx context.Context, w Work, paths []string) iter.Seq2[File, error] {
	return func(yield func(File, error) bool) {
		for _, p := range paths {
			var f File
			var found bool
			err := w.Pace.Do(ctx, w.Wall, func() (err error) {
				f, found, err = c.file(p)
				return err
			})
			if err != nil {
				yield(File{}, err)
				return
			}
			if found && !yield(f, nil) {
				return
			}
		}
	}
}

func (c Copy) file(p string) (File, bool, error) {
	if err := checkPath(p); err != nil {
		return File{}, false, err
	}
	for _, e := range c.Editions {
		s, ok, err := e.Sheet(p)
		if err != nil {
			return File{}, false, err
		}
		if ok {
			f := fileOf(p, s)
			return f, f.Cache != never, nil
		}
	}
	return File{}, false, nil // it was taken out meanwhile
}

func fileOf(p string, s *press.Sheet) File {
	sum := sha256.Sum256(s.Body())
	return File{
		Path: p, Type: s.Header("Content-Type"), Language: s.Header("Content-Language"), Cache: s.Header("Cache-Control"),
		Save: s.Header("Content-Disposition"), Body: s.Body(), Gzip: s.Zipped(), Hash: hex.EncodeToString(sum[:]),
	}
}

// checkPath refuses a path that would lead out of the copy, or that a file cannot
// have.
func checkPath(p string) error {
	if !strings.HasPrefix(p, "/") || strings.ContainsAny(p, "\\\x00?#") || path.Clean(p) != strings.TrimSuffix(p, "/") && p != "/" {
		return fault.New(fault.Internal, "copy", fmt.Sprintf("%q is no path that a file can have", p), "")
	}
	return nil
}

// suffixes are the ends of names that web servers give the right type by
// themselves, by type.
func suffixes(kind string) []string {
	kind, _, _ = strings.Cut(kind, ";")
	switch strings.TrimSpace(kind) {
	case "text/html":
		return []string{".html"}
	case "application/json", "application/feed+json":
		return []string{".json"}
	case "application/rss+xml":
		return []string{".rss", ".xml"}
	case "application/atom+xml":
		return []string{".atom", ".xml"}
	case "application/xml", "text/xml":
		return []string{".xml"}
	case "image/svg+xml":
		return []string{".svg"}
	case "image/png":
		return []string{".png"}
	case "text/css":
		return []string{".css"}
	case "text/javascript", "application/javascript":
		return []string{".js"}
	case "text/calendar":
		return []string{".ics"}
	case "text/plain":
		return []string{".txt"}
	case "text/csv":
		return []string{".csv"}
	case "font/woff2":
		return []string{".woff2"}
	case "application/manifest+json":
		return []string{".webmanifest"}
	}
	return nil
}

// FileName is the name of a path's file below a folder that a web server serves,
// which knows a type by the name's end alone: "/en/" is en/index.html,
// "/en/history" en/history/index.html, "/api/v1/public" api/v1/public/index.json,
// and what ends in its type's own end keeps its name.
func FileName(p, kind string) string {
	ends := suffixes(kind)
	name := strings.TrimPrefix(p, "/")
	if !strings.HasSuffix(p, "/") && (len(ends) == 0 || slices.Contains(ends, path.Ext(p))) {
		return name
	}
	end := ""
	if len(ends) > 0 {
		end = ends[0]
	}
	return path.Join(name, "index"+end)
}

// ObjectName is the name of a path's object in a bucket, which knows a type by the
// object's own header: what has no end of its own is index.html below its path,
// since that is the one name for which web sites out of buckets look.
func ObjectName(p string) string {
	name := strings.TrimPrefix(p, "/")
	if !strings.HasSuffix(p, "/") && slices.Contains(ends(), path.Ext(p)) {
		return name
	}
	return path.Join(name, "index.html")
}

func ends() []string {
	return []string{".html", ".json", ".rss", ".atom", ".xml", ".svg", ".png", ".css", ".js", ".ics", ".txt", ".csv", ".woff2", ".webmanifest"}
}
