package catalog

import (
	"os"
	"path/filepath"

	"github.com/bonghwa/bonghwa/fault"
)

// ReadFiles reads catalogue files from disk. Policy files are looked for beside
// the catalogue file that names them. Errors are those of Read, and NotFound for
// a file that is not there.
func ReadFiles(names ...string) (Catalog, error) {
	files := make([]File, len(names))
	for i, name := range names {
		b, err := os.ReadFile(name) //nolint:gosec // G304: the operator names the file
		if err != nil {
			return Catalog{}, fault.Wrap(fault.NotFound, "read the catalogue", err)
		}
		files[i] = File{Name: name, Content: b}
	}
	return Read(files, openBeside)
}

// openBeside reads a file named in the file from, whose folder it is in unless
// its name is absolute.
func openBeside(name, from string) ([]byte, error) {
	if !filepath.IsAbs(name) {
		name = filepath.Join(filepath.Dir(from), name)
	}
	return os.ReadFile(name) //nolint:gosec // G304: the operator names the file
}
