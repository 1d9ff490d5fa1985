package main

import (
	"runtime"
	"runtime/debug"
)

// version is set when a release is built (-ldflags "-X main.version=…").
var version = ""

// programVersion is the release, else the commit it was built from, else "devel".
func programVersion() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "devel-" + s.Value[:12]
		}
	}
	return "devel"
}

type versionCommand struct {
	output
}

// Help shows how it is used.
func (versionCommand) Help() string { return "Example:\n\n    bonghwa version --json" }

// Run prints the version.
func (c versionCommand) Run(s *session) error {
	if c.JSON {
		return s.json(map[string]string{"version": programVersion(), "go": runtime.Version()})
	}
	s.line("bonghwa %s (%s)", programVersion(), runtime.Version())
	return nil
}
