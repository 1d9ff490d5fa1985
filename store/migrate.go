package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"

	"github.com/bonghwa/bonghwa/fault"
)

//go:embed migration/sqlite/*.sql migration/postgres/*.sql
var migrations embed.FS

// Migrate brings the database to this version's tables. Both folders carry the
// same numbers. It is no error when nothing is to do; a database of a newer
// version than this program is refused.
func (db *DB) Migrate(ctx context.Context) error {
	p, err := db.migrator()
	if err != nil {
		return err
	}
	have, err := p.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("read the database's version: %w", db.explain(err))
	}
	sources := p.ListSources()
	newest := sources[len(sources)-1].Version
	if have > newest {
		return fault.New(fault.Conflict, "database", fmt.Sprintf("it is of version %d, this program knows versions up to %d", have, newest),
			"run the newer program, or restore a backup of the older one")
	}
	return db.up(ctx, p)
}

// up migrates, and tries again when that fails: another node that started at the
// same moment may have been in the way, and has then done part of it or all.
func (db *DB) up(ctx context.Context, p *goose.Provider) error {
	const tries, between = 10, 200 * time.Millisecond
	var err error
	for range tries {
		if _, err = p.Up(ctx); err == nil {
			return nil
		}
		if serr := db.wall.Sleep(ctx, between); serr != nil {
			break
		}
	}
	return fmt.Errorf("migrate the database: %w", db.explain(err))
}

func (db *DB) migrator() (*goose.Provider, error) {
	dialect, folder := goose.DialectSQLite3, "migration/sqlite"
	if db.kind == onPostgres {
		dialect, folder = goose.DialectPostgres, "migration/postgres"
	}
	files, err := fs.Sub(migrations, folder)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", folder, err)
	}
	p, err := goose.NewProvider(dialect, db.writer, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", folder, err)
	}
	return p, nil
}
