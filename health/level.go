package health

import (
	"strings"

	"github.com/bonghwa/bonghwa/fault"
)

// Level is how well a component serves. Levels are ordered by what a customer
// should be told first: a worse one is greater. Unknown and maintenance stand
// below every disturbance.
type Level int

// The levels, from well to worst.
const (
	Operational Level = iota
	Unknown           // a probed component without fresh data: never shown as green
	Informational
	Maintenance
	Degraded
	PartialOutage
	MajorOutage
)

// Levels lists every level, from well to worst.
func Levels() []Level {
	return []Level{Operational, Unknown, Informational, Maintenance, Degraded, PartialOutage, MajorOutage}
}

// String is the level's word in files, the API and CSS classes.
func (l Level) String() string {
	switch l {
	case Operational:
		return "operational"
	case Unknown:
		return "unknown"
	case Informational:
		return "informational"
	case Maintenance:
		return "maintenance"
	case Degraded:
		return "degraded"
	case PartialOutage:
		return "partial_outage"
	case MajorOutage:
		return "major_outage"
	}
	return "invalid"
}

// ParseLevel reads a level's word. The error lists the words there are.
func ParseLevel(word string) (Level, error) {
	for _, l := range Levels() {
		if l.String() == word {
			return l, nil
		}
	}
	return 0, unknownWord("level", word, names(Levels()))
}

// MarshalText writes the level's word.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads the level's word.
func (l *Level) UnmarshalText(b []byte) error {
	v, err := ParseLevel(string(b))
	*l = v
	return err
}

// Basis is how a component's level is known.
type Basis string

// A probed component is watched; a declared one says what people say of it.
const (
	Probed   Basis = "probed"
	Declared Basis = "declared"
)

// Symptom is what a customer notices of an impact.
type Symptom string

// The symptoms.
const (
	Connectivity Symptom = "connectivity"
	DNS          Symptom = "dns"
	API          Symptom = "api"
	Latency      Symptom = "latency"
	Data         Symptom = "data"
	Other        Symptom = "other"
)

// ParseSymptom reads a symptom.
func ParseSymptom(word string) (Symptom, error) {
	all := []Symptom{Connectivity, DNS, API, Latency, Data, Other}
	words := make([]string, len(all))
	for i, s := range all {
		if string(s) == word {
			return s, nil
		}
		words[i] = string(s)
	}
	return "", unknownWord("symptom", word, words)
}

// Determination is who says that an impact was so.
type Determination string

// An impact is measured by probes, declared by the provider, or granted as
// goodwill. Literal is no impact's determination: it is the reading of a policy
// by its own words.
const (
	DeterminationMeasured Determination = "measured"
	DeterminationDeclared Determination = "declared"
	DeterminationGoodwill Determination = "goodwill"
	DeterminationLiteral  Determination = "literal"
)

// ParseDetermination reads an impact's determination.
func ParseDetermination(word string) (Determination, error) {
	switch d := Determination(word); d {
	case DeterminationMeasured, DeterminationDeclared, DeterminationGoodwill:
		return d, nil
	case DeterminationLiteral:
	}
	return "", unknownWord("determination", word, []string{"measured", "declared", "goodwill"})
}

func names(levels []Level) []string {
	out := make([]string, len(levels))
	for i, l := range levels {
		out[i] = l.String()
	}
	return out
}

func unknownWord(what, word string, words []string) error {
	return fault.New(fault.Invalid, "", what+" "+quote(word)+" is not known", "write one of: "+strings.Join(words, ", "))
}

func quote(s string) string { return `"` + s + `"` }
