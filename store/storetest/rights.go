package storetest

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/audience"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/job"
	"livingprofile/internal/ledger"
	"livingprofile/internal/login"
	"livingprofile/internal/once"
	"livingprofile/internal/rights"
)

func (f Fixture) request(subject id.Subject, kind rights.Kind) rights.Request {
	at := f.now()
	return rights.Request{
		ID: rights.RequestID(id.New()), Number: "R-TEST", Subject: subject, Kind: kind, State: rights.Accepted,
		Brand: "hibiki", Locale: "ja", Pack: "EU/1", ReceivedAt: at, DueAt: at.Add(time.Hour), ActAt: at.Add(time.Minute),
		Matter: rights.Matter{Scope: rights.FieldScope, Name: "name", Text: "words"},
		Proof:  rights.Proof{Method: "link", Session: "17", Fresh: true, At: at},
		Rule:   rights.Rule{Article: "Art. 15", Answer: rights.Limit{N: 1, Unit: rights.Months}, Pauses: true, Grounds: []string{"x"}},
		Zone:   "Asia/Tokyo", Extended: true, Held: true, HeldFields: []string{"name"}, Assignee: "member", Pauses: []rights.Pause{{From: at, To: at.Add(time.Second)}},
		Steps: []rights.Step{{At: at, Move: rights.Accept, State: rights.Accepted, By: ledger.ByStaff, Note: "yes", Member: "m", To: "n"}},
	}
}

func requestsRoundTrip(t *testing.T, f Fixture) {
	subject := f.subject(t)
	r := f.request(subject, rights.Access)
	frozen := rights.Freezes{{Request: r.ID, Scope: rights.FieldScope, Name: "name", Ground: rights.Contested, Since: f.now()}}
	f.commit(t, f.change(subject, 1, r, frozen))
	d, err := f.DB.Docket(t.Context(), subject)
	must(t, "docket", err)
	if diff := cmp.Diff(d, rights.Docket{Version: 2, Requests: []rights.Request{r}, Freezes: frozen}); diff != "" {
		t.Errorf("docket (-got +want):\n%s", diff)
	}
	facts, err := f.DB.Facts(t.Context(), subject)
	must(t, "facts", err)
	if diff := cmp.Diff(facts.Freezes, frozen); diff != "" {
		t.Errorf("freezes among the facts (-got +want):\n%s", diff)
	}

	next := r
	next.State, next.ClosedAt, next.ActAt = rights.Fulfilled, f.now(), time.Time{}
	later := f.request(subject, rights.Erasure)
	later.ReceivedAt = r.ReceivedAt.Add(time.Second)
	f.commit(t, f.change(subject, 2, next, later, rights.Freezes{}))
	d, err = f.DB.Docket(t.Context(), subject)
	must(t, "docket", err)
	if diff := cmp.Diff(d.Requests, []rights.Request{later, next}); diff != "" {
		t.Errorf("requests, the newest first (-got +want):\n%s", diff)
	}
	_, err = f.DB.Docket(t.Context(), id.Subject(id.New()))
	wantKind(t, "docket of nobody", err, errs.NotFound)
}

func holdsRoundTrip(t *testing.T, f Fixture) {
	subject, now := f.subject(t), f.now()
	hold := rights.PersonHold{Fields: []string{"name"}, Reason: "quarrel", Member: "m", At: now, Until: now.Add(time.Hour)}
	f.commit(t, f.change(subject, 1, hold))
	d, err := f.DB.Docket(t.Context(), subject)
	must(t, "docket", err)
	if diff := cmp.Diff(d.Holds, []rights.PersonHold{hold}); diff != "" {
		t.Errorf("holds (-got +want):\n%s", diff)
	}
	if h, err := f.DB.Holds(t.Context(), subject); err != nil || h.All || !h.Keeps("name") || !h.Ends.Equal(hold.Until) {
		t.Errorf("what is held: got %+v and %v", h, err)
	}
	_, err = f.DB.Commit(t.Context(), f.change(subject, 2, hold))
	wantKind(t, "a second hold", err, errs.Conflict)
	for at, want := range map[time.Time]bool{hold.Until.Add(-time.Microsecond): false, hold.Until: true} {
		over, err := f.DB.HoldsOver(t.Context(), at)
		if err != nil || slices.Contains(over, subject) != want {
			t.Errorf("over at %v: got %v and %v", at, over, err)
		}
	}
	f.commit(t, f.change(subject, 2, rights.HoldEnded{}))
	_, err = f.DB.Commit(t.Context(), f.change(subject, 3, rights.HoldEnded{}))
	wantKind(t, "ended twice", err, errs.Conflict)
}

func requestOfAnother(t *testing.T, f Fixture) {
	mine, other := f.subject(t), f.subject(t)
	if _, err := f.DB.Commit(t.Context(), f.change(mine, 1, f.request(other, rights.Access))); err == nil {
		t.Error("the request of another was written")
	}
	if d, err := f.DB.Docket(t.Context(), other); err != nil || len(d.Requests) != 0 {
		t.Errorf("docket of the other: got %v and %v, want nothing", d.Requests, err)
	}
}

// copyTakenOnce has many take one copy at the same time.
func copyTakenOnce(t *testing.T, f Fixture) {
	subject, other := f.subject(t), f.subject(t)
	now := f.now()
	c := rights.Copy{ID: id.New(), Request: "r", Body: []byte("all that is held"), Size: 16, MadeAt: now, ExpiresAt: now.Add(time.Hour)}
	f.commit(t, f.change(subject, 1, c))

	waiting, err := f.DB.Copies(t.Context(), subject, now)
	must(t, "copies", err)
	want := c
	want.Body = nil
	if diff := cmp.Diff(waiting, []rights.Copy{want}); diff != "" {
		t.Errorf("copies (-got +want):\n%s", diff)
	}
	body, err := f.DB.CopyBody(t.Context(), subject, c.ID)
	if must(t, "open", err); string(body) != "all that is held" {
		t.Errorf("body: got %q", body)
	}
	_, err = f.DB.CopyBody(t.Context(), other, c.ID)
	wantKind(t, "opened by another", err, errs.Gone)
	_, err = f.DB.Commit(t.Context(), f.change(other, ledger.AnyVersion, rights.CopyTaken{ID: c.ID}))
	wantKind(t, "taken by another", err, errs.Gone)

	var took atomic.Int32
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			if _, err := f.DB.Commit(t.Context(), f.change(subject, ledger.AnyVersion, rights.CopyTaken{ID: c.ID})); err == nil {
				took.Add(1)
			}
		})
	}
	all.Wait()
	if got := took.Load(); got != 1 {
		t.Errorf("taken %d times, want once", got)
	}
	_, err = f.DB.CopyBody(t.Context(), subject, c.ID)
	wantKind(t, "opened after it was taken", err, errs.Gone)
	var left []byte
	must(t, "what is left", f.SQL.QueryRowContext(t.Context(), "select body from copies where id = $1", c.ID).Scan(&left))
	if len(left) != 0 {
		t.Errorf("%d bytes of the file are left", len(left))
	}
}

// attachmentsStay are of their subject alone, and kept until their time after
// the end of the request is over.
func attachmentsStay(t *testing.T, f Fixture) {
	subject, other := f.subject(t), f.subject(t)
	open, ended := f.request(subject, rights.Rectification), f.request(subject, rights.Complaint)
	ended.State, ended.ClosedAt = rights.Fulfilled, f.now()
	file := func(r rights.Request, name string) rights.Attachment {
		body := []byte("what it shows")
		return rights.Attachment{
			ID: id.New(), Request: r.ID, Step: 2, By: ledger.BySubject, Name: name, Type: "application/pdf", Size: len(body), At: f.now(), Body: body,
		}
	}
	stays, goes := file(open, "stays.pdf"), file(ended, "goes.pdf")
	f.commit(t, f.change(subject, 1, open, ended, stays, goes))

	got, err := f.DB.Attachment(t.Context(), subject, stays.ID)
	must(t, "open", err)
	if diff := cmp.Diff(got, stays); diff != "" {
		t.Errorf("a file (-got +want):\n%s", diff)
	}
	_, err = f.DB.Attachment(t.Context(), other, stays.ID)
	wantKind(t, "opened as another's", err, errs.NotFound)
	listed := func() []rights.Attachment {
		all, err := f.DB.Attachments(t.Context(), subject)
		must(t, "list", err)
		return all
	}
	want := []rights.Attachment{stays, goes}
	want[0].Body, want[1].Body = nil, nil
	slices.SortFunc(want, func(a, b rights.Attachment) int { return strings.Compare(a.ID, b.ID) })
	if diff := cmp.Diff(listed(), want); diff != "" {
		t.Errorf("list (-got +want):\n%s", diff)
	}
	must(t, "sweep", f.DB.SweepAttachments(t.Context(), f.now().Add(rights.AttachmentLife-time.Microsecond)))
	if n := len(listed()); n != 2 {
		t.Errorf("too early: %d are left, want 2", n)
	}
	must(t, "sweep", f.DB.SweepAttachments(t.Context(), f.now().Add(rights.AttachmentLife)))
	if left := listed(); len(left) != 1 || left[0].ID != stays.ID {
		t.Errorf("in time: got %v, want that of the open request", left)
	}
	if _, err := f.DB.Commit(t.Context(), ledger.Change{At: f.now(), Actor: test, Rows: []any{file(open, "nobody's.pdf")}}); err == nil {
		t.Error("a file of nobody was written")
	}
}

func copiesExpire(t *testing.T, f Fixture) {
	subject := f.subject(t)
	now := f.now()
	c := rights.Copy{ID: id.New(), Request: "r", Body: []byte("x"), Size: 1, MadeAt: now, ExpiresAt: now.Add(time.Hour)}
	f.commit(t, f.change(subject, 1, c))
	late := f.change(subject, ledger.AnyVersion, rights.CopyTaken{ID: c.ID})
	late.At = c.ExpiresAt
	_, err := f.DB.Commit(t.Context(), late)
	wantKind(t, "taken too late", err, errs.Gone)
	if waiting, err := f.DB.Copies(t.Context(), subject, c.ExpiresAt); err != nil || len(waiting) != 0 {
		t.Errorf("after its time: got %v and %v, want none", waiting, err)
	}
	_, err = f.DB.SweepCopies(t.Context(), c.ExpiresAt.Add(-time.Microsecond))
	must(t, "sweep before", err)
	if waiting, err := f.DB.Copies(t.Context(), subject, now); err != nil || len(waiting) != 1 {
		t.Errorf("swept too early: got %v and %v", waiting, err)
	}
	_, err = f.DB.SweepCopies(t.Context(), c.ExpiresAt)
	must(t, "sweep", err)
	if waiting, err := f.DB.Copies(t.Context(), subject, now); err != nil || len(waiting) != 0 {
		t.Errorf("not swept: got %v and %v", waiting, err)
	}
}

// erasedWhole erases one of two people, and looks into every table.
func erasedWhole(t *testing.T, f Fixture) {
	ctx := t.Context()
	gone, stays := f.full(t), f.full(t)
	older, newer := min(gone, stays), max(gone, stays)
	must(t, "join", f.DB.CommitJoins(ctx, []identity.Join{{ID: id.New(), Older: older, Newer: newer, State: identity.Waiting, FoundAt: f.now()}}))
	before := f.rows(t, stays)
	h, err := f.DB.Holding(ctx, gone)
	must(t, "holding", err)
	for _, part := range rights.Going {
		if h.Count[part] == 0 {
			t.Errorf("there is nothing of %s, so that its erasure proves nothing", part)
		}
	}
	err = f.DB.DestroyErased(ctx, gone, f.now())
	wantKind(t, "key of the living", err, errs.NotFound)

	row := rights.Erased{Certificate: id.New(), Number: "R-1", Plan: rights.PlanErasure(h)}
	f.commit(t, f.change(gone, f.version(t, gone), row))
	must(t, "destroy", f.DB.DestroyErased(ctx, gone, f.now()))
	must(t, "destroy again", f.DB.DestroyErased(ctx, gone, f.now().Add(time.Hour)))

	for table, n := range f.rows(t, gone) {
		switch table {
		case "consent_records", "ledger_entries", "requests":
			if n == 0 {
				t.Errorf("%s: the proof is gone", table)
			}
		default:
			if n != 0 {
				t.Errorf("%s: got %d rows, want none", table, n)
			}
		}
	}
	var texts int
	must(t, "texts", f.SQL.QueryRowContext(ctx, "select count(*) from requests where subject = $1 and length(body) > 0", gone).Scan(&texts))
	if texts != 0 {
		t.Errorf("%d requests still have their words", texts)
	}
	if diff := cmp.Diff(f.rows(t, stays), before); diff != "" {
		t.Errorf("the other lost something (-got +want):\n%s", diff)
	}
	_, err = f.DB.Docket(ctx, stays)
	must(t, "docket of the other", err)
	_, err = f.DB.Commit(ctx, f.change(gone, ledger.AnyVersion))
	wantKind(t, "change of the erased", err, errs.Gone)

	c, err := f.DB.Certificate(ctx, row.Certificate)
	must(t, "certificate", err)
	want := rights.Certificate{ID: row.Certificate, Number: "R-1", ErasedAt: f.now(), KeyGoneAt: f.now(), Goes: row.Plan.Goes, Stays: row.Plan.Stays}
	if diff := cmp.Diff(c, want); diff != "" {
		t.Errorf("certificate (-got +want):\n%s", diff)
	}
	_, err = f.DB.Certificate(ctx, "none")
	wantKind(t, "certificate that is not there", err, errs.NotFound)
	f.tombstones(t, h.Identifiers)
}

// tombstones answer for exactly the identifiers of the erased.
func (f Fixture) tombstones(t *testing.T, erased []identity.Identifier) {
	t.Helper()
	asked := append([]identity.Identifier{email(address(), f.now())}, erased...)
	other := erased[0]
	other.Scope = "elsewhere"
	asked = append(asked, other)
	found, err := f.DB.ErasedAmong(t.Context(), asked)
	must(t, "erased among", err)
	want := map[int]bool{}
	for i := range erased {
		want[i+1] = true
	}
	if diff := cmp.Diff(found, want); diff != "" {
		t.Errorf("erased among (-got +want):\n%s", diff)
	}
	many := make([]identity.Identifier, 250)
	for i := range many {
		many[i] = email(address(), f.now())
	}
	many[249] = erased[0]
	found, err = f.DB.ErasedAmong(t.Context(), many)
	must(t, "erased among many", err)
	if diff := cmp.Diff(found, map[int]bool{249: true}); diff != "" {
		t.Errorf("erased among many (-got +want):\n%s", diff)
	}
}

// full makes a subject of whom there is something in every table.
func (f Fixture) full(t *testing.T) id.Subject {
	t.Helper()
	now := f.now()
	mail := address()
	subject := f.subject(t, email(mail, now), identity.Identifier{Kind: identity.Customer, Scope: "shop", Value: id.New(), VerifiedAt: now})
	letter, err := job.New("test.letter", subject, "words", now)
	must(t, "job", err)
	attempt := login.Attempt{
		ID: login.AttemptID(id.New()), Token: []byte(id.New()), Binding: []byte("b"), Code: []byte("c"), Purpose: login.FreshProof,
		Address: address(), Index: []byte("i"), Subject: subject, CreatedAt: now, ExpiresAt: now.Add(time.Minute),
	}
	c := f.recorded(subject, ledger.AnyVersion, consent.State{}, f.record(subject, "news", consent.Given, now))
	c.Rows = append(c.Rows,
		consent.Preferences{Language: "ja"}, f.request(subject, rights.Complaint), letter, attempt, rights.Freezes{{Request: "r"}}, rights.PersonHold{Reason: "quarrel", Fields: []string{"name"}},
		rights.Copy{ID: id.New(), Request: "r", Body: []byte("x"), Size: 1, MadeAt: now, ExpiresAt: now.Add(time.Hour)},
		rights.Attachment{ID: id.New(), Request: "r", Name: "tax.pdf", Size: 1, At: now, Body: []byte("x")},
		f.observation(subject, "training", id.New(), now), f.decided(subject, id.New(), now), decision.Reading{Key: "k", At: now})
	f.commit(t, c)
	session := login.Session{
		ID: login.SessionID(id.New()), Digest: []byte(id.New()), Subject: subject, Method: login.ByLink, CreatedAt: now,
		IdleUntil: now.Add(time.Hour), AbsoluteUntil: now.Add(time.Hour),
	}
	must(t, "session", f.DB.StartSession(t.Context(), login.Start{
		Session: session, Journal: login.Journal{Kind: login.SessionStarted, Subject: subject, Session: session.ID, At: now},
	}))
	must(t, "handed out", f.DB.Handed(t.Context(), audience.Handout{Audience: "a", At: now}, []id.Subject{subject}))
	f.offered(t, mail)
	asked := once.Request{Key: []byte(id.New()), Print: []byte("p")}
	_, err = f.DB.Begin(t.Context(), asked, now)
	must(t, "begin", err)
	must(t, "answer", f.DB.Keep(t.Context(), asked, once.Answer{Status: 200, Body: []byte("words"), Subject: subject}))
	return subject
}

// rows counts the rows of a subject, table by table.
func (f Fixture) rows(t *testing.T, subject id.Subject) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for _, table := range []string{
		"identifiers", "subject_states", "consent_records", "ledger_entries", "requests", "copies", "attachments", "sessions", "jobs", "attempts", "answers",
		"activities", "activity_dues", "automated_decisions", "retention_dues", "holds", "readings", "handouts",
	} {
		var n int
		must(t, table, f.SQL.QueryRowContext(t.Context(), "select count(*) from "+table+" where subject = $1", subject).Scan(&n))
		counts[table] = n
	}
	return counts
}

// erasedInTheMiddle is a process that died between the change and the key.
func erasedInTheMiddle(t *testing.T, f Fixture) {
	subject := f.full(t)
	h, err := f.DB.Holding(t.Context(), subject)
	must(t, "holding", err)
	row := rights.Erased{Certificate: id.New(), Plan: rights.PlanErasure(h)}
	f.commit(t, f.change(subject, ledger.AnyVersion, row))
	c, err := f.DB.Certificate(t.Context(), row.Certificate)
	if must(t, "certificate", err); !c.KeyGoneAt.IsZero() {
		t.Errorf("the key is said to be gone at %v", c.KeyGoneAt)
	}
	_, err = f.DB.Docket(t.Context(), subject)
	wantKind(t, "docket", err, errs.NotFound)
	must(t, "the next process", f.DB.DestroyErased(t.Context(), subject, f.now()))
	_, err = f.DB.Ring().Subject(t.Context(), subject)
	wantKind(t, "key", err, errs.Gone)
}

// planOfAnother has plans that no erasure may carry out.
func planOfAnother(t *testing.T, f Fixture) {
	for _, part := range []rights.Part{rights.PartRecords, rights.PartEntries, rights.PartRequests, rights.PartTombstones, "everything"} {
		subject := f.subject(t)
		row := rights.Erased{Certificate: id.New(), Plan: rights.Plan{Goes: []rights.Portion{{Part: part}}}}
		if _, err := f.DB.Commit(t.Context(), f.change(subject, 1, row)); err == nil {
			t.Errorf("a plan deleted %s", part)
		}
		if s, err := f.DB.Subject(t.Context(), subject); err != nil || s.State != identity.Active {
			t.Errorf("after a refused plan: got %v and %v, want active", s.State, err)
		}
	}
}
