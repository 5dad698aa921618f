package console_test

import (
	"crypto/rand"
	"fmt"
	"os"
	"strconv"
	"testing"

	"livingprofile/cmd/wire"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/testkit"
)

// BenchmarkSearch finds somebody by an address among a thousand people and among
// more, which must not cost more. LIVINGPROFILE_TEST_PEOPLE says how many more;
// a million, unless it does.
func BenchmarkSearch(b *testing.B) {
	many, err := strconv.Atoi(os.Getenv("LIVINGPROFILE_TEST_PEOPLE"))
	if err != nil {
		many = 1_000_000
	}
	for _, n := range []int{1_000, many} {
		var address string
		s := testkit.NewSite(b, testkit.SiteOptions{Set: func(w *wire.Settings) { address = w.Database }})
		fillPeople(b, &testkit.Installation{Engine: testkit.OnSQLite, Address: address}, n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if found, err := s.DB.Holders(b.Context(), identity.Email, "", thomas); err != nil || len(found) != 1 {
					b.Fatalf("found %v, %v", found, err)
				}
			}
		})
	}
}

// fillPeople writes people with an address each as rows; a search opens nothing
// that is sealed.
func fillPeople(b *testing.B, i *testkit.Installation, n int) {
	b.Helper()
	db := i.SQL(b)
	tx, err := db.Begin()
	if err != nil {
		b.Fatal(err)
	}
	blind := make([]byte, 32)
	for i := range n {
		subject := id.New()
		_, _ = rand.Read(blind) // never fails
		if _, err = tx.Exec("insert into subjects (lane, id, version, state, created_at) values ($1, $2, 1, 'active', 0)", i%64, subject); err == nil {
			_, err = tx.Exec(`
				insert into identifiers (lane, id, subject, kind, scope, blind, value, verified_at, source, main, created_at)
				values ($1, $2, $3, 'email', '', $4, $5, 1, 'shop', 1, 0)`, i%64, id.New(), subject, blind, blind)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
}
