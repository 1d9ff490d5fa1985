package scenario

import (
	"time"

	"github.com/bonghwa/bonghwa/fault"
)

// Causes is what happens to the resolver fleet: hosts leave one by one until few
// are left, then more slowly until somebody stops it, and come back one by one.
type Causes struct {
	Hosts        int       `json:"hosts"`
	Needed       int       `json:"needed"` // how many carry the load
	FirstRemoval time.Time `json:"first_removal"`
	RemovalEvery int       `json:"removal_every_s"`
	UntilLeft    int       `json:"until_left"`
	ThenEvery    int       `json:"then_every_s"`
	Stopped      time.Time `json:"removals_stopped"`
	FirstReturn  time.Time `json:"first_return"`
	NeededBack   time.Time `json:"needed_back"` // when as many serve again as are needed
	ThenReturn   int       `json:"then_return_every_s"`
}

func (c Causes) check() error {
	var l fault.List
	if c.Hosts < c.Needed || c.Needed < 1 || c.UntilLeft < 0 || c.UntilLeft > c.Hosts {
		l.Add("fleet.hosts", "the numbers of hosts do not fit together", "hosts ≥ needed ≥ 1, 0 ≤ until_left ≤ hosts")
	}
	if c.RemovalEvery < 1 || c.ThenEvery < 1 || c.ThenReturn < 1 {
		l.Add("fleet.removal_every_s", "an interval is missing", "write whole seconds, at least 1")
	}
	if !c.FirstRemoval.Before(c.Stopped) || c.FirstReturn.Before(c.Stopped) || !c.FirstReturn.Before(c.NeededBack) {
		l.Add("fleet.first_removal", "the times do not fit together", "first_removal < removals_stopped ≤ first_return < needed_back")
	}
	return l.Err()
}

// InService is how many hosts serve at a time. It is a function of the time
// alone, so a replay that was killed goes on where it stood.
func (c Causes) InService(at time.Time) int {
	if at.Before(c.FirstReturn) {
		return c.afterRemovals(at)
	}
	return c.afterReturns(c.afterRemovals(c.Stopped), at)
}

func (c Causes) afterRemovals(at time.Time) int {
	if at.After(c.Stopped) {
		at = c.Stopped.Add(-time.Nanosecond)
	}
	if at.Before(c.FirstRemoval) {
		return c.Hosts
	}
	fast := c.Hosts - c.UntilLeft
	gone := 1 + int(at.Sub(c.FirstRemoval)/seconds(c.RemovalEvery))
	if gone <= fast {
		return c.Hosts - gone
	}
	slowFrom := c.FirstRemoval.Add(time.Duration(fast-1) * seconds(c.RemovalEvery))
	return max(c.UntilLeft-int(at.Sub(slowFrom)/seconds(c.ThenEvery)), 0)
}

// afterReturns spreads the returns evenly, so that the last host needed is back
// at NeededBack; the rest follow faster.
func (c Causes) afterReturns(left int, at time.Time) int {
	need := c.Needed - left
	if need <= 0 {
		return left
	}
	if at.Before(c.NeededBack) {
		if need == 1 {
			return left
		}
		step := c.NeededBack.Sub(c.FirstReturn) / time.Duration(need-1)
		return left + min(1+int(at.Sub(c.FirstReturn)/step), need-1)
	}
	return min(c.Needed+int(at.Sub(c.NeededBack)/seconds(c.ThenReturn)), c.Hosts)
}

// Next is when the number in service changes after at; the zero time when it
// never does again.
func (c Causes) Next(at time.Time) time.Time {
	now := c.InService(at)
	for t := at.Truncate(time.Second).Add(time.Second); t.Before(c.NeededBack.Add(seconds(c.ThenReturn * (c.Hosts + 1)))); t = t.Add(time.Second) {
		if c.InService(t) != now {
			return t
		}
	}
	return time.Time{}
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }
