package scenario

import (
	"fmt"
	"os"
	"strings"

	"github.com/bonghwa/bonghwa/scenario/world"
)

// checksFile is the catalogue file that names what the probes ask: the stubs'
// ports are known only once they listen.
const checksFile = "catalog/checks.yaml"

func (s *Stage) writeChecks() error {
	var b strings.Builder
	if s.o.NoProbes {
		b.WriteString("# The probes are cut off in this run.\nchecks: []\n")
		return s.writeCheckFile(b.String())
	}
	fmt.Fprintf(&b, `# What the probes ask in this replay.
checks:
  - id: dns-%s
    scope: {service: %s, region: %s}
    symptom: dns
    kind: dns
    transports: [udp, tcp]
    every: 1s
    timeout: 1s
    names: {hot: %s, unique: %s, outside: %s}
    expect: %s
    quorum: {vantages: 3, zones: 2}
    vantages:
`, s.script.Region, s.script.Service, s.script.Region, world.HotName, world.UniqueZone, world.OutsideNames()[0], world.Addresses()[world.HotName])
	zones := map[string]string{}
	for _, v := range s.script.Vantages {
		zones[v.ID] = v.Zone
	}
	for _, stub := range s.fleet.Stubs() {
		fmt.Fprintf(&b, "      - {id: %s, zone: %s, target: %q}\n", stub.Vantage, zones[stub.Vantage], stub.Addr)
	}
	return s.writeCheckFile(b.String())
}

func (s *Stage) writeCheckFile(text string) error {
	if err := os.WriteFile(s.input(checksFile), []byte(text), 0o600); err != nil {
		return fmt.Errorf("write the checks: %w", err)
	}
	return nil
}
