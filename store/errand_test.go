package store_test

import (
	"testing"

	"livingprofile/internal/id"
	"livingprofile/internal/opendsr"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

// A request that went to a system before leaves no key behind that seals nothing.
func TestErrand_again(t *testing.T) {
	onEngines(t, func(t *testing.T, e testkit.Engine) {
		i := testkit.Install(t, e)
		db, table := i.Open(t), "data_keys"
		if e == testkit.OnPostgres {
			table = "keystore.data_keys"
		}
		one := opendsr.Errand{
			System: "archive", Request: rights.RequestID(id.New()), Type: opendsr.Erasure, State: opendsr.Waiting,
			Names: []opendsr.Identity{{Type: "email", Value: "kim@example.org", Format: "raw"}},
		}
		keys := func() (n int) {
			t.Helper()
			if err := i.KeySQL(t).QueryRowContext(t.Context(), "select count(*) from "+table+" where destroyed_at = 0").Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		before := keys()
		for range 3 {
			one.ID = id.New()
			if err := db.KeepErrand(t.Context(), one); err != nil {
				t.Fatal(err)
			}
		}
		if got := keys() - before; got != 1 {
			t.Errorf("%d keys for one errand", got)
		}
	})
}
