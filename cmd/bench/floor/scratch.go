package floor

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver

	"livingprofile/internal/id"
)

// Scratch makes a database of its own on the PostgreSQL at server, so that
// nothing that is there is touched. drop deletes it.
func Scratch(ctx context.Context, server string) (address string, drop func() error, err error) {
	u, err := url.Parse(server)
	if err != nil {
		return "", nil, errors.New("the address of the server is none") // it may hold a password
	}
	db, err := sql.Open("pgx", server)
	if err != nil {
		return "", nil, err
	}
	name := "livingprofile_bench_" + id.New()
	if _, err := db.ExecContext(ctx, "create database "+name); err != nil {
		return "", nil, errors.Join(fmt.Errorf("make a database of the bench's own: %w", err), db.Close())
	}
	u.Path = "/" + name
	return u.String(), func() error {
		_, err := db.ExecContext(context.WithoutCancel(ctx), "drop database "+name+" with (force)")
		return errors.Join(err, db.Close())
	}, nil
}
