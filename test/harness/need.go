// Package harness runs the whole program inside a test, and says what a test
// needs from the machine.
package harness

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Need gives the path of a program that the test cannot do without, or the value
// of an environment variable when what begins with "BONGHWA_". Where it is
// missing the test is skipped and says why; under `make test`, which installs
// everything, it fails instead.
func Need(tb testing.TB, what string) string {
	tb.Helper()
	if found := find(what); found != "" {
		return found
	}
	if os.Getenv("BONGHWA_MAKE_TEST") != "" {
		tb.Fatalf("%s is missing, and make test should have provided it", what)
	}
	tb.Skipf("%s is missing: make test provides it", what)
	return ""
}

func find(what string) string {
	if len(what) > 8 && what[:8] == "BONGHWA_" {
		return os.Getenv(what)
	}
	if what == "chromium" && os.Getenv("CHROME_BIN") != "" {
		return os.Getenv("CHROME_BIN")
	}
	path, err := exec.LookPath(what)
	if err != nil {
		return ""
	}
	return path
}

// Module gives the folder of an npm package, as `npm ci` lays it beside go.mod.
// Where it is missing the test is skipped or fails, as by Need.
func Module(tb testing.TB, name string) string {
	tb.Helper()
	dir, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for dir != filepath.Dir(dir) {
		if found := filepath.Join(dir, "node_modules", filepath.FromSlash(name)); exists(filepath.Join(found, "package.json")) {
			return found
		}
		if exists(filepath.Join(dir, "go.mod")) {
			break
		}
		dir = filepath.Dir(dir)
	}
	if os.Getenv("BONGHWA_MAKE_TEST") != "" {
		tb.Fatalf("the npm package %s is missing: run npm ci", name)
	}
	tb.Skipf("the npm package %s is missing: run npm ci", name)
	return ""
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Node runs a script by Node.js until the test ends and gives what it writes to
// standard output. It may use the npm packages named; it fails the test when it
// does not end well.
func Node(tb testing.TB, modules []string, script string, args ...string) []byte {
	tb.Helper()
	node := Need(tb, "node")
	for _, m := range modules {
		Module(tb, m)
	}
	cmd := exec.CommandContext(tb.Context(), node, append([]string{script}, args...)...) //nolint:gosec // G204: a script of ours
	cmd.Env = append(os.Environ(), "NO_PROXY=*", "no_proxy=*")                           // what it asks stands on this machine
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		tb.Fatalf("%s: %v\n%s", script, err, stderr.String())
	}
	return out
}
