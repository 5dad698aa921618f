package storetest

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/errs"
	"livingprofile/internal/hook"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
)

// farewell erases somebody, of whom names are left for systems.
func (f Fixture) farewell(t *testing.T, names ...identity.Identifier) id.Subject {
	t.Helper()
	subject := f.subject(t)
	row := rights.Erased{Certificate: id.New(), Number: "R-1", Plan: rights.PlanErasure(rights.Holding{})}
	row.Plan.Names = names
	c := f.change(subject, f.version(t, subject), row)
	c.Entries = []ledger.Draft{{Kind: rights.SubjectErased}}
	f.commit(t, c)
	must(t, "destroy", f.DB.DestroyErased(t.Context(), subject, f.now()))
	return subject
}

// named are the names that are left of somebody.
func (f Fixture) named(t *testing.T, subject id.Subject, want ...identity.Identifier) {
	t.Helper()
	got, err := f.DB.Names(t.Context(), subject)
	must(t, "names", err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names: (-want +got)\n%s", diff)
	}
}

// farewellKey returns whose key opens what is left of somebody, after a look at
// how it lies there.
func (f Fixture) farewellKey(t *testing.T, subject id.Subject) id.Subject {
	t.Helper()
	var key id.Subject
	var sealed []byte
	must(t, "look", f.SQL.QueryRowContext(t.Context(), "select id, names from farewells where subject = $1", subject).Scan(&key, &sealed))
	if bytes.Contains(sealed, []byte("C-1")) {
		t.Error("names lie in clear")
	}
	return key
}

func (f Fixture) ended(t *testing.T, subject, key id.Subject) {
	t.Helper()
	f.named(t, subject)
	_, err := f.DB.Ring().Subject(t.Context(), key)
	wantKind(t, "key of the names", err, errs.Gone)
	var n int
	must(t, "rows", f.SQL.QueryRowContext(t.Context(), "select count(*) from farewells where subject = $1", subject).Scan(&n))
	if n != 0 {
		t.Errorf("got %d rows, want none", n)
	}
}

// farewellEnds: by what systems know somebody is there until the last of them
// has been told, also while one is given up, and then nothing opens it any more.
func farewellEnds(t *testing.T, f Fixture) {
	number := identity.Identifier{Kind: identity.Customer, Scope: "crm", Value: "C-1"}
	subject := f.farewell(t, number)
	key := f.farewellKey(t, subject)
	still := func(when string) {
		t.Helper()
		must(t, when, f.DB.EndFarewells(t.Context(), f.now()))
		f.named(t, subject, number)
	}
	still("before anybody is told")
	f.spread(t, "crm/main")
	still("while it waits")
	for _, d := range f.claim(t, "crm/main", 10) {
		if d.Kind == hook.Erased {
			d.Tries = hook.Attempts
			f.settle(t, d, hook.Reply{Status: 500})
		}
	}
	still("given up")
	_, err := f.DB.Replay(t.Context(), "crm/main", hook.Span{Failed: true}, test, f.now())
	must(t, "replay", err)
	for _, d := range f.claim(t, "crm/main", 10) {
		f.settle(t, d, hook.Reply{Status: 200})
	}
	must(t, "end", f.DB.EndFarewells(t.Context(), f.now()))
	f.ended(t, subject, key)
	must(t, "end again", f.DB.EndFarewells(t.Context(), f.now()))
}

// farewellExpires: nothing is kept for a system that cannot be told.
func farewellExpires(t *testing.T, f Fixture) {
	number := identity.Identifier{Kind: identity.Customer, Scope: "crm", Value: "C-1"}
	subject := f.farewell(t, number)
	key := f.farewellKey(t, subject)
	f.spread(t, "crm/main")
	f.Clock.Advance(hook.NamesKept - time.Hour)
	must(t, "before its time", f.DB.EndFarewells(t.Context(), f.now()))
	f.named(t, subject, number)
	f.Clock.Advance(time.Hour)
	must(t, "at its time", f.DB.EndFarewells(t.Context(), f.now()))
	f.ended(t, subject, key)
}

// farewellOfTheLiving: who came back under the same address is not erased by a
// farewell that comes late.
func farewellOfTheLiving(t *testing.T, f Fixture) {
	number := identity.Identifier{Kind: identity.Customer, Scope: "crm", Value: id.New()}
	address := identity.Identifier{Kind: identity.Email, Value: id.New() + "@example.com"}
	subject := f.farewell(t, number, address)
	f.named(t, subject, number, address)
	back := identity.New([]identity.Identifier{{Kind: identity.Email, Value: address.Value, Source: "shop"}}, test, f.now())
	_, err := f.DB.Commit(t.Context(), back)
	must(t, "come back", err)
	f.named(t, subject, number)
}
