// Package harness runs the whole program inside a test, and says what a test
// needs from the machine.
package harness

import (
	"os"
	"os/exec"
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
