package config

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/bonghwa/bonghwa/health"
)

// Uptime is how the uptime figures of components are reckoned.
type Uptime struct {
	// Weights are how much of its time a level counts as down, in parts per million.
	// A level that is not there does not count.
	Weights map[health.Level]int64
}

// uptimeText is how uptime is reckoned as it is written.
type uptimeText struct {
	Weights map[string]string `yaml:"weights"`
}

// whole is all of a time, in parts per million.
const whole int64 = 1_000_000

// usualWeights count outages, partial ones too, and nothing else.
func usualWeights() map[health.Level]int64 {
	return map[health.Level]int64{health.MajorOutage: whole, health.PartialOutage: whole, health.Degraded: 0}
}

// weighed are the levels that may count as down, worst first.
func weighed() []health.Level {
	return []health.Level{health.MajorOutage, health.PartialOutage, health.Degraded}
}

// uptime lays the weights that are written over the usual ones.
func (r *reader) uptime(path string, written map[string]string) Uptime {
	weights := usualWeights()
	for _, word := range slices.Sorted(maps.Keys(written)) {
		at := path + ".weights." + word
		level, err := health.ParseLevel(word)
		if err != nil || !slices.Contains(weighed(), level) {
			names := make([]string, len(weighed()))
			for i, l := range weighed() {
				names[i] = l.String()
			}
			r.wrong(at, fmt.Sprintf("%q is no level that counts as down", word), "write one of: "+strings.Join(names, ", "))
			continue
		}
		ppm, ok := percent(written[word])
		if !ok {
			r.wrong(at, fmt.Sprintf("%q is no percentage", written[word]), "write 0% to 100%, with at most four decimals, such as 50% or 12.5%")
			continue
		}
		weights[level] = ppm
	}
	for i, l := range weighed()[1:] {
		worse := weighed()[i]
		if weights[l] > weights[worse] {
			r.wrong(path+".weights."+l.String(), fmt.Sprintf("%s counts more than %s", l, worse),
				fmt.Sprintf("write %s or less, or raise %s", shownPercent(weights[worse]), worse))
		}
	}
	return Uptime{Weights: weights}
}

// percent reads "12.5%", "12.5 %" or "12.5" into parts per million.
func percent(text string) (ppm int64, ok bool) {
	const decimals = 4
	number := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "%"))
	ahead, behind, _ := strings.Cut(number, ".")
	if len(behind) > decimals || strings.ContainsFunc(ahead+behind, func(c rune) bool { return c < '0' || c > '9' }) {
		return 0, false
	}
	ppm, err := strconv.ParseInt(ahead+behind+strings.Repeat("0", decimals-len(behind)), 10, 64)
	return ppm, err == nil && ahead != "" && ppm <= whole
}

func shownPercent(ppm int64) string {
	return strconv.FormatFloat(float64(ppm)/10_000, 'f', -1, 64) + "%"
}
