package floor

import (
	"context"
	"net/http"
	"sync"

	"github.com/labstack/echo/v4"
)

// An index answers from memory: the purposes of each person that are given, one
// bit each.
type index struct {
	once     sync.Once
	err      error
	purposes map[string]uint
	given    map[string]uint64
}

func (x *index) load(ctx context.Context, db *DB) error {
	x.once.Do(func() { x.err = x.read(ctx, db) })
	return x.err
}

func (x *index) read(ctx context.Context, db *DB) error {
	x.purposes, x.given = map[string]uint{}, map[string]uint64{}
	rows, err := db.readers.QueryContext(ctx, "select subject, purpose from consents where status = 'given'")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var subject, purpose string
		if err := rows.Scan(&subject, &purpose); err != nil {
			return err
		}
		bit, known := x.purposes[purpose]
		if !known {
			bit = uint(len(x.purposes))
			x.purposes[purpose] = bit
		}
		x.given[subject] |= 1 << bit
	}
	return rows.Err()
}

// A question is what is posted, and an answer what is said of one person.
type (
	question struct {
		Purpose  string   `json:"purpose"`
		Subjects []string `json:"subjects"`
	}
	answer struct {
		Subject string `json:"subject"`
		Allow   bool   `json:"allow"`
	}
)

func (db *DB) postDecisions(c echo.Context) error {
	if err := db.index.load(detached(c), db); err != nil {
		return err
	}
	var q question
	if err := c.Bind(&q); err != nil {
		return err
	}
	bit, known := db.index.purposes[q.Purpose]
	all := make([]answer, len(q.Subjects))
	for i, s := range q.Subjects {
		all[i] = answer{s, known && db.index.given[s]>>bit&1 == 1}
	}
	return c.JSON(http.StatusOK, map[string][]answer{"decisions": all})
}
