package storetest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"livingprofile/internal/approval"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/job"
	"livingprofile/internal/ledger"
	"livingprofile/internal/login"
	"livingprofile/internal/rights"
	"livingprofile/internal/staff"
	"livingprofile/internal/transfer"
)

// usesOfAToken is how many use each at once.
const usesOfAToken = 100

// usedOnce makes tokens of every kind that there is and has a hundred use each
// of them at once: one may. Which kinds there are the schema says: a table with
// a column as those of markOnce fails the test until it has a line here.
func usedOnce(t *testing.T, f Fixture) {
	kinds := f.onces(t)
	for _, table := range f.tablesOf(t, "token", "nonce", "spent", "spent_at", "taken_at") {
		if kinds[table] == nil {
			t.Errorf("%s has tokens, and nothing here uses them", table)
		}
	}
	for table, make := range kinds {
		for range f.Tokens {
			use := make()
			var won atomic.Int32
			var all sync.WaitGroup
			for range usesOfAToken {
				all.Go(func() {
					switch err := use(context.WithoutCancel(t.Context())); {
					case err == nil:
						won.Add(1)
					case !errors.Is(err, errs.Gone) && !errors.Is(err, errs.Conflict):
						t.Errorf("%s: got %v", table, err)
					}
				})
			}
			if all.Wait(); won.Load() != 1 {
				t.Errorf("%s: used %d times, want once", table, won.Load())
			}
		}
	}
}

// onces makes a token of each kind, by its table, and returns what uses it.
func (f Fixture) onces(t *testing.T) map[string]func() func(context.Context) error {
	t.Helper()
	at, now := address(), f.now()
	subject := f.subject(t, email(at, now))
	digest := func() []byte { return []byte(id.New()) }
	begun := func(method login.Method, frame *login.Frame) login.Start {
		s := login.Session{
			ID: login.SessionID(id.New()), Digest: digest(), Subject: subject, Brand: "hibiki", Method: method, Assurance: login.Mailbox,
			CreatedAt: now, LastSeen: now, IdleUntil: now.Add(time.Hour), AbsoluteUntil: now.Add(time.Hour), Frame: frame,
		}
		return login.Start{Session: s, Journal: login.Journal{Kind: login.SessionStarted, Subject: subject, Session: s.ID, Brand: s.Brand, Method: method, At: now}}
	}
	commit := func(ctx context.Context, who id.Subject, row any) error {
		_, err := f.DB.Commit(ctx, ledger.Change{
			Subject: who, Base: ledger.AnyVersion, At: now, Actor: test, Entries: []ledger.Draft{{Kind: "test.done"}}, Rows: []any{row},
		})
		return err
	}
	member := f.member(t)
	return map[string]func() func(context.Context) error{
		"attempts": func() func(context.Context) error {
			a := login.Attempt{
				ID: login.AttemptID(id.New()), Token: digest(), Binding: digest(), Code: digest(), Purpose: login.SignIn, Brand: "hibiki",
				Address: "hana@example.com", Index: digest(), CreatedAt: now, ExpiresAt: now.Add(time.Hour),
			}
			j, err := job.New("login.mail", "", a.ID, now)
			must(t, "job", err)
			must(t, "attempt", f.DB.SaveAttempt(t.Context(), a, j))
			return func(ctx context.Context) error {
				s := begun(login.ByLink, nil)
				return f.DB.Redeem(ctx, a.Token, now, &s)
			}
		},
		"frame_links": func() func(context.Context) error {
			l := login.FrameLink{Token: digest(), Subject: subject, Brand: "hibiki", CreatedAt: now, ExpiresAt: now.Add(time.Hour)}
			must(t, "frame link", f.DB.SaveFrameLink(t.Context(), l))
			return func(ctx context.Context) error {
				return f.DB.RedeemFrame(ctx, l.Token, now, begun(login.ByBrandLink, &l.Frame))
			}
		},
		"copies": func() func(context.Context) error {
			c := rights.Copy{ID: id.New(), Request: "r", Body: []byte("x"), Size: 1, MadeAt: now, ExpiresAt: now.Add(time.Hour)}
			must(t, "copy", commit(t.Context(), subject, c))
			return func(ctx context.Context) error { return commit(ctx, subject, rights.CopyTaken{ID: c.ID}) }
		},
		"staff_invites": func() func(context.Context) error {
			i := staff.Invite{Token: digest(), Member: member, CreatedAt: now, ExpiresAt: now.Add(time.Hour)}
			must(t, "invitation", commit(t.Context(), "", i))
			return func(ctx context.Context) error { return commit(ctx, "", staff.TakenUp{Token: i.Token}) }
		},
		"staff_ceremonies": func() func(context.Context) error {
			c := staff.Ceremony{Token: digest(), Body: []byte("{}"), CreatedAt: now, ExpiresAt: now.Add(time.Hour)}
			must(t, "ceremony", f.DB.SaveCeremony(t.Context(), c))
			return func(ctx context.Context) error {
				_, err := f.DB.TakeCeremony(ctx, c.Token, now)
				return err
			}
		},
		"offers": func() func(context.Context) error {
			o := f.offered(t, at)
			return func(ctx context.Context) error { return commit(ctx, subject, transfer.Ended{Offer: o.ID}) }
		},
		"approvals": func() func(context.Context) error {
			a := approval.Approval{ID: id.New(), By: "one", At: now, Until: now.Add(time.Hour)}
			for _, a.State = range []approval.State{approval.Asked, approval.Approved} {
				must(t, "approval", commit(t.Context(), "", a))
			}
			a.State = approval.Used
			return func(ctx context.Context) error { return commit(ctx, "", a) }
		},
	}
}

// member makes a member of the staff.
func (f Fixture) member(t *testing.T) staff.MemberID {
	t.Helper()
	m := staff.Member{ID: staff.MemberID(id.New()), Name: "Mika", Email: "mika@example.com", Role: "dpo", CreatedAt: f.now()}
	_, err := f.DB.Commit(t.Context(), ledger.Change{
		At: f.now(), Actor: test, Entries: []ledger.Draft{{Kind: "test.done"}}, Rows: []any{staff.Added{Member: m}},
	})
	must(t, "member", err)
	return m.ID
}

// tablesOf returns the tables that have one of some columns.
func (f Fixture) tablesOf(t *testing.T, columns ...string) []string {
	t.Helper()
	seen := map[string]bool{}
	for _, column := range columns {
		rows, err := f.SQL.QueryContext(t.Context(),
			"select m.name from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' and c.name = $1", column)
		if err != nil {
			rows, err = f.SQL.QueryContext(t.Context(),
				"select table_name from information_schema.columns where table_schema = current_schema() and column_name = $1", column)
		}
		must(t, "schema", err)
		for rows.Next() {
			var table string
			must(t, "table", rows.Scan(&table))
			seen[table] = true
		}
		must(t, "tables", rows.Err())
		must(t, "close", rows.Close())
	}
	if len(seen) == 0 {
		t.Fatal("no table has a token")
	}
	var all []string
	for table := range seen {
		all = append(all, table)
	}
	return all
}
