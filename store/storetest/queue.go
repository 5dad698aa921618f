package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/errs"
	"livingprofile/internal/figures"
	"livingprofile/internal/ledger"
	"livingprofile/internal/review"
	"livingprofile/internal/rights"
)

// queued writes requests of people of their own, each due an hour after the one
// before, and returns them in the order of the queue.
func (f Fixture) queued(t *testing.T, change ...func(*rights.Request)) []rights.Request {
	t.Helper()
	var all []rights.Request
	for i, set := range change {
		subject := f.subject(t)
		r := f.request(subject, rights.Complaint)
		r.State, r.Assignee = rights.Acknowledged, ""
		r.DueAt = f.now().Add(time.Duration(i) * time.Hour)
		set(&r)
		f.commit(t, f.change(subject, ledger.AnyVersion, r))
		all = append(all, r)
	}
	return all
}

func ids(rows []review.Row) []rights.RequestID {
	var all []rights.RequestID
	for i := range rows {
		all = append(all, rows[i].ID)
	}
	return all
}

// queues reads one queue through every filter, alone and page by page.
func queues(t *testing.T, f Fixture) {
	all := f.queued(t,
		func(r *rights.Request) { r.Kind = rights.Access },
		func(r *rights.Request) { r.Assignee = "mika" },
		func(r *rights.Request) { r.State = rights.RequiresAction },
		func(r *rights.Request) { r.Brand = "kawara" },
		func(r *rights.Request) { r.Pack = "EUX/1" },
		func(r *rights.Request) { r.State, r.ClosedAt = rights.Fulfilled, f.now() },
		func(r *rights.Request) { r.State, r.ClosedAt = rights.Rejected, f.now().Add(time.Minute) },
	)
	for name, tt := range map[string]struct {
		filter review.Filter
		want   []int
	}{
		"all_open":         {review.Filter{}, []int{0, 1, 2, 3, 4}},
		"closed":           {review.Filter{Closed: true}, []int{6, 5}},
		"kind":             {review.Filter{Kind: rights.Access}, []int{0}},
		"assignee":         {review.Filter{Assignee: "mika"}, []int{1}},
		"nobodys":          {review.Filter{Assignee: review.Nobody}, []int{0, 2, 3, 4}},
		"state":            {review.Filter{State: rights.RequiresAction}, []int{2}},
		"brand":            {review.Filter{Brand: "kawara"}, []int{3}},
		"limited":          {review.Filter{Brands: []string{"kawara", "none"}}, []int{3}},
		"law":              {review.Filter{Law: "EU"}, []int{0, 1, 2, 3}},
		"due":              {review.Filter{DueBefore: f.now().Add(time.Hour)}, []int{0}},
		"closed_and_state": {review.Filter{Closed: true, State: rights.Rejected}, []int{6}},
		"together":         {review.Filter{State: rights.Acknowledged, Brand: "hibiki", Assignee: review.Nobody, Law: "EU"}, []int{0}},
	} {
		var want []rights.RequestID
		for _, i := range tt.want {
			want = append(want, all[i].ID)
		}
		tt.filter.Limit = 100
		rows, err := f.DB.Queue(t.Context(), tt.filter)
		must(t, name, err)
		if diff := cmp.Diff(ids(rows), want); diff != "" {
			t.Errorf("%s (-got +want):\n%s", name, diff)
		}
		tt.filter.Limit = 1
		var paged []rights.RequestID
		for range 10 {
			rows, err := f.DB.Queue(t.Context(), tt.filter)
			must(t, name, err)
			if len(rows) == 0 {
				break
			}
			paged = append(paged, rows[0].ID)
			tt.filter.After, _ = review.ParseCursor(tt.filter.CursorOf(&rows[0]).String())
		}
		if diff := cmp.Diff(paged, want); diff != "" {
			t.Errorf("%s, row by row (-got +want):\n%s", name, diff)
		}
	}
	r := &all[1]
	row, err := f.DB.RequestRow(t.Context(), r.ID)
	must(t, "row", err)
	want := review.Row{
		ID: r.ID, Number: r.Number, Subject: r.Subject, Kind: r.Kind, State: r.State, Brand: r.Brand, Pack: r.Pack,
		ReceivedAt: r.ReceivedAt, DueAt: r.DueAt, ActAt: r.ActAt, Assignee: "mika",
	}
	if diff := cmp.Diff(row, want); diff != "" {
		t.Errorf("row (-got +want):\n%s", diff)
	}
	_, err = f.DB.RequestRow(t.Context(), "none")
	wantKind(t, "row of none", err, errs.NotFound)
}

// presses counts what needs somebody, for all brands and for some.
func presses(t *testing.T, f Fixture) {
	now := f.now()
	f.queued(t,
		func(r *rights.Request) { r.DueAt = now.Add(-time.Hour) },
		func(r *rights.Request) { r.DueAt = now },
		func(r *rights.Request) { r.DueAt, r.Assignee = now.Add(review.Soon), "mika" },
		func(r *rights.Request) {
			r.State, r.DueAt, r.Brand = rights.RequiresAction, now.Add(30*24*time.Hour), "kawara"
		},
		func(r *rights.Request) { r.State, r.DueAt = rights.Accepted, now.Add(30*24*time.Hour) },
		func(r *rights.Request) { r.State, r.DueAt, r.ClosedAt = rights.Fulfilled, now.Add(-time.Hour), now },
		// A clock that stands still runs out for nobody.
		func(r *rights.Request) {
			r.State, r.DueAt, r.Assignee = rights.RequiresAction, now.Add(-time.Hour), "sam"
			r.Pauses = []rights.Pause{{From: now.Add(-48 * time.Hour)}}
		},
	)
	late, err := f.DB.Queue(t.Context(), review.Filter{DueBefore: now, Limit: 9})
	must(t, "overdue", err)
	if len(late) != 1 || late[0].Paused {
		t.Errorf("overdue: got %+v, want one that is not paused", late)
	}
	p, err := f.DB.Pressing(t.Context(), nil, now)
	must(t, "all", err)
	if diff := cmp.Diff(p, review.Pressing{Overdue: 1, DueSoon: 1, OnPerson: 2, OnSystem: 1, Nobodys: 4}); diff != "" {
		t.Errorf("all (-got +want):\n%s", diff)
	}
	p, err = f.DB.Pressing(t.Context(), []string{"kawara"}, now)
	must(t, "one brand", err)
	if diff := cmp.Diff(p, review.Pressing{OnPerson: 1, Nobodys: 1}); diff != "" {
		t.Errorf("one brand (-got +want):\n%s", diff)
	}
}

// requestCounts counts requests by week, and leaves out what is older.
func requestCounts(t *testing.T, f Fixture) {
	from, day := f.now(), 24*time.Hour
	at := func(days int) time.Time { return from.Add(time.Duration(days) * day) }
	f.queued(t,
		func(r *rights.Request) { r.ReceivedAt = at(-1) },
		func(r *rights.Request) { r.ReceivedAt = at(0) },
		func(r *rights.Request) { r.ReceivedAt = at(6) },
		func(r *rights.Request) { r.ReceivedAt, r.Brand = at(7), "kawara" },
		func(r *rights.Request) {
			r.ReceivedAt, r.DueAt, r.ClosedAt, r.State = at(-3), at(7), at(8), rights.Fulfilled
		},
		func(r *rights.Request) {
			r.ReceivedAt, r.DueAt, r.ClosedAt, r.State = at(-9), at(7), at(-2), rights.Fulfilled
		},
	)
	got, err := f.DB.CountRequests(t.Context(), from, at(9))
	must(t, "count", err)
	want := figures.Requests{
		CountedAt: at(9), From: from,
		Received: []figures.Received{{Brand: "hibiki", Requests: 2}, {Brand: "kawara", Week: 1, Requests: 1}},
		Closed: []figures.Closed{
			{Brand: "hibiki", Kind: rights.Complaint, State: rights.Fulfilled, Week: 1, Requests: 1, Late: 1, Took: 11 * day},
		},
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("counted (-got +want):\n%s", diff)
	}
	_, err = f.DB.RequestFigures(t.Context())
	wantKind(t, "before the first", err, errs.NotFound)
	must(t, "save", f.DB.SaveRequestFigures(t.Context(), got))
	kept, err := f.DB.RequestFigures(t.Context())
	must(t, "kept", err)
	if diff := cmp.Diff(kept, want); diff != "" {
		t.Errorf("kept (-got +want):\n%s", diff)
	}
}
