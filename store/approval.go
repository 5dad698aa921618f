package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"livingprofile/internal/approval"
	"livingprofile/internal/errs"
	"livingprofile/internal/keyring"
)

func approvalPlace(row string) keyring.Place {
	return keyring.Place{Table: "approvals", Row: row, Column: "body"}
}

// approvalWrite writes an approval that has come to a state, once.
func (db *DB) approvalWrite(a approval.Approval) (write, error) {
	plain, err := json.Marshal(a)
	if err != nil {
		return write{}, fmt.Errorf("approval: %w", err)
	}
	sealed := db.ring.System().Seal(nil, plain, approvalPlace(a.ID))
	if a.State.Before() == "" {
		return write{
			query: "insert into approvals (id, state, created_at, until_at, body) values ($1, $2, $3, $4, $5)",
			args:  []any{a.ID, a.State, micros(a.At), micros(a.Until), sealed},
		}, nil
	}
	return write{
		query:  "update approvals set state = $1, until_at = $2, body = $3 where id = $4 and state = $5",
		args:   []any{a.State, micros(a.Until), sealed, a.ID, a.State.Before()},
		missed: errs.New(errs.Conflict, "approval.error.over"),
	}, nil
}

// Approvals returns the newest, up to limit.
func (db *DB) Approvals(ctx context.Context, limit int) ([]approval.Approval, error) {
	return db.approvals(ctx, "order by created_at desc, id desc limit $1", limit)
}

// StandingApprovals returns those that wait, or can be used, at a time.
func (db *DB) StandingApprovals(ctx context.Context, at time.Time) ([]approval.Approval, error) {
	return db.approvals(ctx, "where state in ('asked', 'approved') and until_at > $1 order by created_at desc, id desc", micros(at))
}

// Approval returns one; errs.NotFound for none.
func (db *DB) Approval(ctx context.Context, id string) (approval.Approval, error) {
	all, err := db.approvals(ctx, "where id = $1", id)
	if err == nil && len(all) == 0 {
		err = errs.New(errs.NotFound, "")
	}
	if err != nil {
		return approval.Approval{}, err
	}
	return all[0], nil
}

func (db *DB) approvals(ctx context.Context, which string, args ...any) ([]approval.Approval, error) {
	var all []approval.Approval
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			var row string
			var sealed []byte
			if err := rows.Scan(&row, &sealed); err != nil {
				return err
			}
			plain, err := db.ring.System().Open(sealed, approvalPlace(row))
			var a approval.Approval
			if err == nil {
				err = json.Unmarshal(plain, &a)
			}
			if err != nil {
				return fmt.Errorf("approval %s: %w", row, err)
			}
			all = append(all, a)
			return nil
		}, "select id, body from approvals "+which, args...)
	})
	return all, err
}
