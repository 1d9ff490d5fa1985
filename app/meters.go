package app

import (
	"context"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/store"
	"github.com/bonghwa/bonghwa/web/live"
)

// meters are what the admin listener's /metrics shows of the node.
type meters struct {
	registry *prometheus.Registry
	answers  *prometheus.HistogramVec
	opinions *prometheus.CounterVec
	db       atomic.Pointer[store.DB] // nil while there is none
}

// newMeters makes the meters; the database is asked at every look.
func newMeters() *meters {
	m := &meters{
		registry: prometheus.NewRegistry(),
		answers: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "bonghwa_http_answer_seconds", Help: "Wall time of answers of the public listener, by route and status.",
			Buckets: []float64{.001, .005, .025, .1, .5, 2},
		}, []string{"route", "status"}),
		opinions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "bonghwa_feedback_opinions_total", Help: "What readers said of pages: useful, not_useful, or not_kept for want of a database.",
		}, []string{"said"}),
	}
	for _, said := range []string{opinionUseful, opinionNotUseful, opinionLost} {
		m.opinions.WithLabelValues(said) // told as 0 before the first
	}
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), m.answers, m.opinions)
	m.ask("bonghwa_notify_open_chunks", "Chunks in which somebody is still to be told.", func(ctx context.Context) (float64, error) {
		db, err := m.database()
		if err != nil {
			return 0, err
		}
		n, err := db.Notify().Open(ctx)
		return float64(n), err
	})
	m.ask("bonghwa_journal_head", "Number of the newest fact.", func(ctx context.Context) (float64, error) {
		db, err := m.database()
		if err != nil {
			return 0, err
		}
		p, err := db.Head(ctx)
		return float64(p.Number), err
	})
	m.ask("bonghwa_database_queries", "Statements sent to the database since the node opened it.", func(context.Context) (float64, error) {
		db, err := m.database()
		if err != nil {
			return 0, err
		}
		return float64(db.Queries()), nil
	})
	return m
}

// copied shows how long ago a copy was last brought up to date.
func (m *meters) copied(target string, age func() time.Duration) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "bonghwa_page_copy_age_seconds", Help: "Wall time since a copy of the public page was last brought up to date, or since the start.",
		ConstLabels: prometheus.Labels{"target": target},
	}, func() float64 { return age().Seconds() }))
}

// open shows who has a page open.
func (m *meters) open(h *live.Hub) {
	m.ask("bonghwa_live_clients", "Pages that are open and listen.", func(context.Context) (float64, error) { return float64(h.Clients()), nil })
	for name, c := range map[string]struct {
		help  string
		count func() uint64
	}{
		"bonghwa_live_refused_total": {"Open pages that were turned away because there were too many.", h.Refused},
		"bonghwa_live_dropped_total": {"Open pages that were let go of because their connection took nothing.", h.Dropped},
	} {
		m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: c.help}, func() float64 { return float64(c.count()) }))
	}
}

// watch lets the meters ask a database; nil: there is none.
func (m *meters) watch(db *store.DB) { m.db.Store(db) }

func (m *meters) database() (*store.DB, error) {
	if db := m.db.Load(); db != nil {
		return db, nil
	}
	return nil, fault.New(fault.Unavailable, "database", "it does not answer", "the page is served from disk; look at the database")
}

// ready says why the node may not be sent requests that need the database.
func (n *Node) ready(ctx context.Context) error {
	db, err := n.meters.database()
	if err != nil {
		return err
	}
	_, err = db.Head(ctx)
	return err
}

// askWithin bounds what a look at the metrics may ask the database.
const askWithin = 2 * time.Second

// ask registers a gauge whose value is asked for at every look; -1 says that
// nobody knows.
func (m *meters) ask(name, help string, ask func(context.Context) (float64, error)) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 {
		ctx, cancel := context.WithTimeout(context.Background(), askWithin)
		defer cancel()
		v, err := ask(ctx)
		if err != nil {
			return -1
		}
		return v
	}))
}

// answered notes one answer of the public listener.
func (m *meters) answered(pattern string, status int, took time.Duration) {
	if pattern == "" {
		pattern = "none"
	}
	m.answers.WithLabelValues(pattern, strconv.Itoa(status)).Observe(took.Seconds())
}
