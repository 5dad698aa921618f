package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/keyring"
)

func isKind(err error, k errs.Kind) bool { return errors.Is(err, k) }

func isGone(err error) bool { return isKind(err, errs.Gone) }

// keyOf returns the key that a row of subject is sealed with: the
// installation's when there is no subject.
func (db *DB) keyOf(ctx context.Context, subject id.Subject) (*keyring.DataKey, error) {
	if subject == "" {
		return db.ring.System(), nil
	}
	return db.ring.Subject(ctx, subject)
}

// duplicateSchema tells that another process made the schema in the same
// moment, which "if not exists" does not prevent.
func duplicateSchema(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "42P06" || e.Code == "23505")
}
