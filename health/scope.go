package health

// Scope is where something happens: a service in a region and, if it is
// narrower, in one zone. It is the join between incidents, resources, policies
// and bills.
type Scope struct {
	Service ServiceID `json:"service"`
	Region  RegionID  `json:"region"`
	Zone    ZoneID    `json:"zone,omitempty"` // empty: the whole region
}

// Component is the component the scope lies in.
func (s Scope) Component() ComponentID {
	return ComponentID(string(s.Service) + "-" + string(s.Region))
}

// Covers reports whether all of t lies in s: the same service and region, and
// the same zone unless s is the whole region.
func (s Scope) Covers(t Scope) bool {
	return s.Service == t.Service && s.Region == t.Region && (s.Zone == "" || s.Zone == t.Zone)
}

// Touches reports whether s and t share any ground: one covers the other.
func (s Scope) Touches(t Scope) bool { return s.Covers(t) || t.Covers(s) }

// String writes "service/region" or "service/region/zone".
func (s Scope) String() string {
	out := string(s.Service) + "/" + string(s.Region)
	if s.Zone != "" {
		out += "/" + string(s.Zone)
	}
	return out
}
