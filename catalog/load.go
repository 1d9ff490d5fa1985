package catalog

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/bonghwa/bonghwa/fault"
)

// ReadFiles reads catalogue files from disk. Policy files are looked for beside
// the catalogue file that names them. Errors are those of Read, and NotFound for
// a file that is not there.
func ReadFiles(names ...string) (Catalog, error) {
	return readNamed(names, os.ReadFile, func(name, from string) ([]byte, error) {
		if !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(from), name)
		}
		return os.ReadFile(name) //nolint:gosec // G304: the operator names the file
	})
}

// ReadFS reads catalogue files out of fsys, such as a scenario's embedded ones.
func ReadFS(fsys fs.FS, names ...string) (Catalog, error) {
	read := func(name string) ([]byte, error) { return fs.ReadFile(fsys, name) }
	return readNamed(names, read, func(name, from string) ([]byte, error) {
		return read(path.Join(path.Dir(from), name))
	})
}

func readNamed(names []string, read func(string) ([]byte, error), open func(name, from string) ([]byte, error)) (Catalog, error) {
	files := make([]File, len(names))
	for i, name := range names {
		b, err := read(name)
		if err != nil {
			return Catalog{}, fault.Wrap(fault.NotFound, "read the catalogue", err)
		}
		files[i] = File{Name: name, Content: b}
	}
	return Read(files, open)
}
