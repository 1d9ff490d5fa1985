package statuspage

import (
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/language"
)

// standing is how a component or a group stands, from well to worst. It is
// Statuspage's scale with a step for what nobody measures.
type standing int

const (
	well standing = iota
	underMaintenance
	unmeasured
	degraded
	partialOutage
	majorOutage
)

// standingOf puts a level on the scale. What is merely to be known of is well.
func standingOf(l health.Level) standing {
	switch l {
	case health.Operational, health.Informational:
		return well
	case health.Maintenance:
		return underMaintenance
	case health.Unknown:
		return unmeasured
	case health.Degraded:
		return degraded
	case health.PartialOutage:
		return partialOutage
	case health.MajorOutage:
		return majorOutage
	}
	return unmeasured
}

// status is Statuspage's word, which has none for what nobody measures: it is the
// mildest that is not well.
func (s standing) status() string {
	switch s {
	case well:
		return "operational"
	case underMaintenance:
		return "under_maintenance"
	case unmeasured, degraded:
		return "degraded_performance"
	case partialOutage:
		return "partial_outage"
	case majorOutage:
		return "major_outage"
	}
	return "degraded_performance"
}

// impact is Statuspage's word for the worst that an incident did.
func (s standing) impact() string {
	switch s {
	case degraded:
		return "minor"
	case partialOutage:
		return "major"
	case majorOutage:
		return "critical"
	case well, underMaintenance, unmeasured:
	}
	return "none"
}

// rollup is the headline over the top-level components; working says that planned
// work is under way, whatever it touches.
func rollup(top []standing, working bool) (indicator string, headline language.Message) {
	var count [majorOutage + 1]int
	for _, s := range top {
		count[s]++
	}
	all := len(top)
	switch {
	case all > 0 && count[majorOutage] == all:
		return "critical", "program.status.all_major"
	case count[majorOutage] > 0, all > 0 && count[partialOutage] == all:
		return "major", "program.status.major"
	case count[partialOutage] > 0:
		return "minor", "program.status.partial"
	case all > 0 && count[degraded] == all:
		return "minor", "program.status.all_degraded"
	case count[degraded] > 0:
		return "minor", "program.status.degraded"
	case count[unmeasured] > 0:
		return "minor", "program.status.unmeasured"
	case count[underMaintenance] > 0, working:
		return "maintenance", "program.status.maintenance"
	}
	return "none", "program.status.well"
}
