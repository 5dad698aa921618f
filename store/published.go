package store

import (
	"context"
	"time"

	"livingprofile/internal/figures"
)

const publishedName = "published"

// SavePublished keeps what everybody may read.
func (db *DB) SavePublished(ctx context.Context, all []figures.Published, now time.Time) error {
	return db.saveFigures(ctx, publishedName, now, all)
}

// Published returns what everybody may read.
func (db *DB) Published(ctx context.Context) ([]figures.Published, error) {
	var all []figures.Published
	err := db.keptFigures(ctx, publishedName, &all)
	return all, err
}
