package credit_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/audience"
	"github.com/bonghwa/bonghwa/credit"
	"github.com/bonghwa/bonghwa/credit/focus"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/incident"
	"github.com/bonghwa/bonghwa/sla"
)

// noStore is a store that must not be reached.
type noStore struct{ credit.Store }

// quiet is a world without incidents, with the given policies.
type quiet struct{ policies []sla.Policy }

func (quiet) Touching(context.Context, health.Interval) ([]incident.Incident, error) { return nil, nil }

func (q quiet) Policies(context.Context) ([]sla.Policy, error) { return q.policies, nil }

func (quiet) Regions(context.Context, health.ServiceID) ([]health.RegionID, error) { return nil, nil }

func (quiet) Now() time.Time { return time.Date(2018, 12, 1, 0, 0, 0, 0, time.UTC) }

func (quiet) AccountsAlive(context.Context, audience.AliveQuery) ([]health.AccountID, error) {
	return nil, nil
}

func TestPlansThatAreRefusedBeforeAnythingIsSaved(t *testing.T) {
	t.Parallel()
	good := policyOf(t, "ec2-2018-02-12")
	recalled := good
	recalled.Verified = sla.VerifiedMemory
	const bill = "BilledCost,BillingAccountId,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,ChargeCategory,ChargeFrequency,ServiceName,RegionId\n" +
		"1,o,USD,2018-11-01T00:00:00Z,2018-12-01T00:00:00Z,Usage,Usage-Based,ec2,ap-northeast-2\n"
	twice := []credit.BillFile{{Name: "a.csv", Body: strings.NewReader(bill)}, {Name: "b.csv", Body: strings.NewReader(bill)}}
	seoul := health.Scope{Service: "ec2", Region: "ap-northeast-2"}
	cases := []struct {
		name   string
		policy sla.Policy
		req    credit.PlanRequest
		kind   fault.Kind
		want   string
	}{
		{"no bill", good, credit.PlanRequest{Scope: seoul, Month: november}, fault.Invalid, "there is no bill of 2018-11"},
		{"the same bill twice", good, credit.PlanRequest{Scope: seoul, Month: november, Bills: twice}, fault.Invalid, "b.csv: is the same file as a.csv"},
		{"from memory", recalled, credit.PlanRequest{Scope: seoul, Month: november}, fault.Conflict, "it was written from memory"},
		{"before the agreement", good, credit.PlanRequest{Scope: seoul, Month: sla.Month{Year: 2017, Month: time.May}}, fault.Invalid, "was in force in 2017-05"},
		{"another service", good, credit.PlanRequest{Scope: health.Scope{Service: "s3", Region: "ap-northeast-2"}, Month: november}, fault.Invalid, `service "s3" has 0 agreements`},
	}
	for _, c := range cases {
		q := quiet{[]sla.Policy{c.policy}}
		desk := credit.NewDesk(credit.Options{Store: noStore{}, Meter: sla.NewMeter(q, q, q, q), Policies: q, Audience: q, Bills: focus.Format{}, World: q})
		_, err := desk.Plan(t.Context(), c.req, credit.Actor{ID: "k", Role: credit.RoleOperator})
		if !fault.Is(err, c.kind) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error is %v, want %s", c.name, err, c.want)
		}
	}
}
