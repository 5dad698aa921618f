package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/login"
)

// frameText is what is kept of a frame. It names pages and nobody.
func frameText(f *login.Frame) string {
	if f == nil {
		return ""
	}
	b, _ := json.Marshal(f) // of texts alone
	return string(b)
}

func readFrame(text string) (*login.Frame, error) {
	if text == "" {
		return nil, nil
	}
	var f login.Frame
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		return nil, fmt.Errorf("frame: %w", err)
	}
	return &f, nil
}

// SaveFrameLink writes a link into a frame.
func (db *DB) SaveFrameLink(ctx context.Context, l login.FrameLink) error {
	return db.main.update(ctx, func(c conn) error {
		_, err := c.exec(ctx, `
			insert into frame_links (token, subject, brand, frame, created_at, expires_at, spent)
			values ($1, $2, $3, $4, $5, $6, $7)`,
			l.Token, l.Subject, l.Brand, frameText(&l.Frame), micros(l.CreatedAt), micros(l.ExpiresAt), flag(l.Spent))
		return err
	})
}

// FrameLink returns a link by the digest of its token.
func (db *DB) FrameLink(ctx context.Context, token []byte) (login.FrameLink, error) {
	var l login.FrameLink
	found := false
	err := db.main.read(ctx, func(c conn) error {
		return c.each(ctx, func(rows *sql.Rows) error {
			found = true
			var text string
			var created, expires, spent int64
			if err := rows.Scan(&l.Token, &l.Subject, &l.Brand, &text, &created, &expires, &spent); err != nil {
				return err
			}
			frame, err := readFrame(text)
			if err != nil {
				return err
			}
			l.Frame, l.Spent = *frame, spent != 0
			l.CreatedAt, l.ExpiresAt = fromMicros(created), fromMicros(expires)
			return nil
		}, `
			select token, subject, brand, frame, created_at, expires_at, spent
			from frame_links
			where token = $1`, token)
	})
	switch {
	case err != nil:
		return login.FrameLink{}, err
	case !found:
		return login.FrameLink{}, errs.NotFound
	}
	return l, nil
}

// RedeemFrame spends a link and begins the session that it leads to.
func (db *DB) RedeemFrame(ctx context.Context, token []byte, now time.Time, start login.Start) error {
	begin, err := db.startSession(ctx, start)
	if err != nil {
		return err
	}
	return db.main.update(ctx, func(c conn) error {
		n, err := c.exec(ctx, `
			update frame_links
			set spent = 1
			where token = $1 and spent = 0 and expires_at > $2 and created_at <= $3`,
			token, micros(now), micros(login.MadeBy(now)))
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.Gone, "error.link_used")
		}
		return begin(c)
	})
}
