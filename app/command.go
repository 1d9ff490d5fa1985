package app

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"github.com/bonghwa/bonghwa/audience"
	"github.com/bonghwa/bonghwa/catalog"
	"github.com/bonghwa/bonghwa/clock"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
	"github.com/bonghwa/bonghwa/identity"
	"github.com/bonghwa/bonghwa/journal"
	"github.com/bonghwa/bonghwa/store"
)

// Bench is a database opened for a command, beside a node or without one.
type Bench struct {
	db   *store.DB
	wall clock.Wall
	log  *slog.Logger
}

// OpenBench opens a database for a command and migrates it when migrate is set.
func OpenBench(ctx context.Context, database string, migrate bool) (*Bench, error) {
	b := &Bench{log: slog.New(slog.DiscardHandler)}
	var err error
	if b.db, err = store.Open(ctx, database, store.Options{Wall: b.wall}); err != nil {
		return nil, err
	}
	if migrate {
		if err := b.db.Migrate(ctx); err != nil {
			return nil, errors.Join(err, b.db.Close())
		}
	}
	return b, nil
}

// Close closes the database.
func (b *Bench) Close() error { return b.db.Close() }

// ImportRequest is a file of customers to import.
type ImportRequest struct {
	Name     string
	Kind     audience.Kind
	Format   audience.Format
	Content  io.Reader
	SkipBad  bool
	AsOf     time.Time // world time at which the file was true
	At       time.Time // world time
	Progress func(audience.Progress)
}

// Import imports a file of customers, one import at a time whoever runs it. A
// node may be running on the same database.
func (b *Bench) Import(ctx context.Context, r ImportRequest) (result audience.Result, err error) {
	current, err := b.db.Catalogs().Current(ctx)
	if err != nil {
		return result, err
	}
	if current.Number == 0 && r.Kind == audience.Resources {
		return result, fault.New(fault.Conflict, "catalogue", "there is none yet, so nobody can say which services and regions exist", "run bonghwa catalog apply first")
	}
	importer := audience.NewImporter(b.db.Audience(), current.Catalog)
	o := journal.Options{Reader: b.db, Leases: b.db, Node: health.NewID(b.wall.Now()), Wall: b.wall, Log: b.log}
	err = journal.Once(ctx, o, "import", func(ctx context.Context, _ journal.Fence) error {
		result, err = importer.Import(ctx, audience.Source{Name: r.Name, Kind: r.Kind, Format: r.Format, Content: r.Content}, audience.Terms{
			SkipBad: r.SkipBad, AsOf: r.AsOf, At: r.At, Actor: "command", Progress: r.Progress,
		})
		return err
	})
	return result, err
}

// IssueKey makes an API key and gives its text for the only time.
func (b *Bench) IssueKey(ctx context.Context, q identity.KeyRequest) (identity.Key, identity.Secret, error) {
	if q.Account != "" {
		if _, err := b.db.Audience().Account(ctx, q.Account); err != nil {
			return identity.Key{}, identity.Secret{}, err
		}
	}
	return identity.NewKeyring(b.db.Identity(), b.wall).Issue(ctx, q)
}

// CheckCatalogue says everything that is wrong with catalogue files and the
// agreements they name.
func CheckCatalogue(files []string) error {
	c, err := catalog.ReadFiles(files...)
	if err != nil {
		return err
	}
	_, err = policiesOf(c)
	return err
}
