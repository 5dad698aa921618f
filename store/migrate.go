package store

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql keymigrations/*.sql
var migrations embed.FS

// migrate brings the schema up to date. It refuses a database that a newer
// program has migrated. Two programs that start at once wait for each other.
func migrate(ctx context.Context, e engine, folder, table string) error {
	sub, err := fs.Sub(migrations, folder)
	if err != nil {
		return err
	}
	opts := []goose.ProviderOption{
		goose.WithDisableGlobalRegistry(true),
		goose.WithTableName(e.kind().keys(table)),
	}
	d := database.DialectSQLite3
	if e.kind() == onPostgres {
		d = database.DialectPostgres
		locker, err := lock.NewPostgresTableLocker(lock.WithTableName(table + "_lock"))
		if err != nil {
			return err
		}
		opts = append(opts, goose.WithLocker(locker))
	}
	p, err := goose.NewProvider(d, e.pool(), ddlFS{sub, e.kind()}, opts...)
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	sources := p.ListSources()
	newest := sources[len(sources)-1].Version
	for version := int64(-1); ; {
		// SQLite has no lock around several migrations: another program that
		// starts may be a step ahead, and then this one goes on from there.
		before := version
		if version, err = p.GetDBVersion(ctx); err != nil {
			version, err = p.GetDBVersion(ctx) // after another made the table
		}
		switch {
		case err != nil:
			return fmt.Errorf("read schema version: %w", err)
		case version > newest:
			return fmt.Errorf("the database has schema %d and this program knows %d: run the newer program", version, newest)
		}
		if _, err = p.Up(ctx); err == nil {
			return nil
		}
		if version == before {
			return fmt.Errorf("migrate: %w", err)
		}
	}
}

// A ddlFS reads migrations in the words of one engine.
type ddlFS struct {
	fs.FS
	dialect dialect
}

// Open returns a file whose text is the engine's.
func (f ddlFS) Open(name string) (fs.File, error) {
	file, err := f.FS.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	if info.IsDir() {
		return file, nil
	}
	text, err := fs.ReadFile(f.FS, name)
	if err := errors.Join(err, file.Close()); err != nil {
		return nil, err
	}
	text = []byte(f.dialect.ddl(string(text)))
	return &ddlFile{Reader: bytes.NewReader(text), name: info.Name()}, nil
}

// Glob lets goose find the files.
func (f ddlFS) Glob(pattern string) ([]string, error) { return fs.Glob(f.FS, pattern) }

// A ddlFile is one migration in memory; it is its own fs.FileInfo.
type ddlFile struct {
	*bytes.Reader
	name string
}

func (f *ddlFile) Stat() (fs.FileInfo, error) { return f, nil }
func (f *ddlFile) Close() error               { return nil }
func (f *ddlFile) Name() string               { return f.name }
func (f *ddlFile) Mode() fs.FileMode          { return 0o444 }
func (f *ddlFile) ModTime() time.Time         { return time.Time{} }
func (f *ddlFile) IsDir() bool                { return false }
func (f *ddlFile) Sys() any                   { return nil }
