package app

import (
	"context"

	"github.com/bonghwa/bonghwa/feedback"
)

// opinions keeps what readers say of pages while there is a database. The pages
// stand without one, and tell a reader that nothing was kept.
type opinions struct{ meters *meters }

// What became of an opinion, as bonghwa_feedback_opinions_total tells it.
const (
	opinionUseful    = "useful"
	opinionNotUseful = "not_useful"
	opinionLost      = "not_kept"
)

// Keep adds an opinion, or is Unavailable.
func (o opinions) Keep(ctx context.Context, x feedback.Opinion) error {
	db, err := o.meters.database()
	if err == nil {
		err = db.Feedback().Keep(ctx, x)
	}
	switch {
	case err != nil:
		o.meters.opinions.WithLabelValues(opinionLost).Inc()
	case x.Useful:
		o.meters.opinions.WithLabelValues(opinionUseful).Inc()
	default:
		o.meters.opinions.WithLabelValues(opinionNotUseful).Inc()
	}
	return err
}
