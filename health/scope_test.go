package health_test

import (
	"testing"

	"github.com/bonghwa/bonghwa/health"
)

func TestAScopeCoversWhatLiesInIt(t *testing.T) {
	t.Parallel()
	seoul := health.Scope{Service: "ec2", Region: "ap-northeast-2"}
	zoneA := health.Scope{Service: "ec2", Region: "ap-northeast-2", Zone: "ap-northeast-2a"}
	zoneC := health.Scope{Service: "ec2", Region: "ap-northeast-2", Zone: "ap-northeast-2c"}
	tokyo := health.Scope{Service: "ec2", Region: "ap-northeast-1"}
	rds := health.Scope{Service: "rds", Region: "ap-northeast-2"}
	cases := []struct {
		s, t            health.Scope
		covers, touches bool
	}{
		{seoul, seoul, true, true},
		{seoul, zoneA, true, true},
		{zoneA, seoul, false, true},
		{zoneA, zoneC, false, false},
		{seoul, tokyo, false, false},
		{seoul, rds, false, false},
	}
	for _, c := range cases {
		if c.s.Covers(c.t) != c.covers || c.s.Touches(c.t) != c.touches || c.t.Touches(c.s) != c.touches {
			t.Errorf("%v and %v: covers %v, touches %v", c.s, c.t, c.s.Covers(c.t), c.s.Touches(c.t))
		}
	}
	if zoneA.Component() != "ec2-ap-northeast-2" || zoneA.String() != "ec2/ap-northeast-2/ap-northeast-2a" || tokyo.String() != "ec2/ap-northeast-1" {
		t.Errorf("%v lies in %v", zoneA, zoneA.Component())
	}
}
