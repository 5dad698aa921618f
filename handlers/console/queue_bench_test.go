package console_test

import (
	"fmt"
	"testing"
	"time"

	"livingprofile/cmd/wire"
	"livingprofile/internal/authz"
	"livingprofile/internal/id"
	"livingprofile/internal/testkit"
)

// BenchmarkQueue is the first page of the queue and of some of its views, with
// one open request and with a hundred thousand: what a page costs must not
// depend on how many there are.
func BenchmarkQueue(b *testing.B) {
	for _, n := range []int{1, 25, 100_000} {
		var address string
		s := testkit.NewSite(b, testkit.SiteOptions{Set: func(w *wire.Settings) { address = w.Database }})
		c := s.Client(b)
		c.Work(s.Member(b, authz.DPO))
		fillQueue(b, &testkit.Installation{Engine: testkit.OnSQLite, Address: address}, s.Clock.Now(), n)
		for _, view := range []string{"", "?due=week", "?assignee=-", "?state=requires_action", "?kind=erasure&brand=kawara", "?law=EU"} {
			b.Run(fmt.Sprintf("%d%s", n, view), func(b *testing.B) {
				for b.Loop() {
					c.Page("/console/requests" + view)
				}
			})
		}
		b.Run(fmt.Sprintf("%d today", n), func(b *testing.B) {
			for b.Loop() {
				c.Page("/console")
			}
		})
	}
}

// fillQueue writes requests as rows; the queue opens nothing that is sealed.
func fillQueue(b *testing.B, i *testkit.Installation, at time.Time, n int) {
	b.Helper()
	db := i.SQL(b)
	tx, err := db.Begin()
	if err != nil {
		b.Fatal(err)
	}
	kinds, states := []string{"access", "erasure", "complaint", "objection"}, []string{"acknowledged", "requires_action", "accepted"}
	now := at.UnixMicro()
	for i := range n {
		_, err := tx.Exec(`
			insert into requests (
				lane, id, subject, number, kind, state, brand, pack,
				received_at, due_at, act_at, closed_at, assignee, body)
			values ($1, $2, $3, 'R-TEST', $4, $5, $6, $7, $8, $9, 0, 0, '', $10)`,
			i%64, id.New(), id.New(), kinds[i%4], states[i%3], []string{"hibiki", "kawara"}[i/4%2], []string{"JP/1", "UK/1", "EU/1"}[i%3],
			now, now+int64(i)*1_000_000, []byte("x"))
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
}
