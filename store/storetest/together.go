package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/activity"
	"livingprofile/internal/automated"
	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/hook"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
	"livingprofile/internal/rights"
	"livingprofile/store"
)

// marked makes a record of somebody with one of everything, each with the mark
// of its source.
func (f Fixture) marked(t *testing.T, source, mail string) id.Subject {
	t.Helper()
	s := f.subject(t, identity.Identifier{Kind: identity.Email, Value: mail, Source: source})
	p := named(source, "Hana", "Sato", source)
	p.Sharings = map[string]profile.Sharing{source + "/city": {Given: true, At: f.now()}}
	r := f.record(s, consent.PurposeID("news-"+source), consent.Given, f.now())
	c := f.recorded(s, f.version(t, s), consent.State{}, r)
	did := f.observation(s, source, id.New(), f.now())
	asked := f.request(s, rights.Complaint)
	asked.Number = source
	c.Rows = append(
		c.Rows, p, did, asked, automated.Decision{
			ID: id.New(), Subject: s, Kind: source, System: source, Event: source, At: f.now(), Recorded: f.now(), Expires: f.now().AddDate(30, 0, 0),
		}, activity.State{Off: map[string]time.Time{source: f.now()}},
		rights.Copy{ID: id.New(), Request: asked.ID, Body: []byte(source), Size: 1, MadeAt: f.now(), ExpiresAt: f.now().Add(time.Hour)},
	)
	written := f.commit(t, c)
	d := hook.Delivery{
		Endpoint: source + "/main", Lane: written[0].Lane, Seq: written[0].Seq, Entry: id.New(), Subject: s, Version: 1,
		Kind: "consent.given", At: f.now(), State: hook.Applied, Over: f.now(),
	}
	must(t, "spread", f.DB.Spread(t.Context(), f.revision(t), nil, []hook.Delivery{d}))
	return s
}

// seen are the marks that a person reads in one place each.
func (f Fixture) seen(t *testing.T, s id.Subject) map[string][]string {
	t.Helper()
	all, together := map[string][]string{}, store.Together{DB: f.DB}
	add := func(place, mark string) { all[place] = append(all[place], mark) }
	facts, err := f.DB.Facts(t.Context(), s)
	must(t, "facts", err)
	for key := range facts.Profile.Sharings {
		mark, _, _ := strings.Cut(key, "/")
		add("sharings", mark)
	}
	records, err := together.Records(t.Context(), s, "")
	must(t, "records", err)
	for _, r := range records {
		add("records", strings.TrimPrefix(string(r.Purpose), "news-"))
	}
	did, err := together.Activities(t.Context(), s, activity.Page{Now: f.now(), Limit: 100})
	must(t, "activities", err)
	for _, o := range did {
		add("activities", o.Kind)
	}
	machine, err := together.AutomatedDecisions(t.Context(), s, automated.Page{Now: f.now(), Limit: 100})
	must(t, "automated decisions", err)
	for _, d := range machine {
		add("machine", d.Kind)
	}
	state, err := together.ActivityState(t.Context(), s)
	must(t, "activity state", err)
	for rule := range state.Off {
		add("rules", rule)
	}
	told, err := together.Deliveries(t.Context(), s, 100)
	must(t, "deliveries", err)
	for _, d := range told {
		add("deliveries", strings.TrimSuffix(d.Endpoint, "/main"))
	}
	docket, err := rights.NewService(f.DB, nil, f.Clock).All(t.Context(), s)
	must(t, "requests", err)
	for _, r := range docket.Requests {
		add("requests", r.Number)
	}
	story, _, err := together.Story(t.Context(), s, ledger.Chapter{Kinds: []string{"consent."}, Limit: 100})
	must(t, "story", err)
	for _, h := range story {
		source, _, _ := strings.Cut(strings.SplitAfter(string(h.Payload), `news-`)[1], `"`)
		add("history", source)
	}
	for place := range all {
		slices.Sort(all[place])
	}
	return all
}

// Whatever is joined and taken apart, a person reads all of their own records
// in each place, and nothing of another's.
func togetherAndApart(t *testing.T, f Fixture) {
	joiner, sources := identity.NewJoiner(f.DB, f.Clock), "crm media shop"
	for _, steps := range []string{
		"", "+01", "+01 +12", "+01 +02 -01", "+01 +12 -12", "+12 +01 -12 +02", "+01 -01", "+01 +12 +02 -02",
	} {
		mail := address()
		var all []id.Subject
		for source := range strings.FieldsSeq(sources) {
			all = append(all, f.marked(t, source, mail))
		}
		for step := range strings.FieldsSeq(steps) {
			one, two := all[step[1]-'0'], all[step[2]-'0']
			if step[0] == '+' {
				must(t, "weigh", joiner.Weigh(t.Context(), one, two))
				continue
			}
			for _, j := range f.joins(t, one) {
				if j.Other(one) == two && j.State == identity.Joined {
					must(t, "separate", joiner.Separate(t.Context(), one, j.ID, ""))
				}
			}
		}
		for n, s := range all {
			circle, err := f.DB.Circle(t.Context(), s)
			must(t, "circle", err)
			var mine []string
			for _, member := range circle {
				mine = append(mine, strings.Fields(sources)[slices.Index(all, member)])
			}
			slices.Sort(mine)
			seen := f.seen(t, s)
			for _, place := range []string{"sharings", "records", "activities", "machine", "rules", "deliveries", "requests", "history"} {
				if diff := cmp.Diff(seen[place], mine); diff != "" {
					t.Errorf("after %q the %s of record %d (-got +want):\n%s", steps, place, n, diff)
				}
			}
		}
	}
}

// The history of joined records comes in pages that miss and repeat nothing,
// and begins anew when the records are not those of before.
func togetherStory(t *testing.T, f Fixture) {
	joiner, together := identity.NewJoiner(f.DB, f.Clock), store.Together{DB: f.DB}
	mail := address()
	a, b := f.known(t, "shop", "Hana", "Kyoto", mail), f.known(t, "crm", "Hana", "Osaka", mail)
	for n := range 9 {
		f.Clock.Advance(time.Millisecond)
		f.commit(t, f.change([]id.Subject{a, b, b}[n%3], ledger.AnyVersion))
	}
	must(t, "weigh", joiner.Weigh(t.Context(), a, b))
	whole, more, err := together.Story(t.Context(), b, ledger.Chapter{Limit: 1000})
	if must(t, "story", err); more != "" || len(whole) != len(f.history(t, a))+len(f.history(t, b)) {
		t.Fatalf("got %d entries and %q", len(whole), more)
	}
	var got []string
	from := ""
	for pages := 0; pages == 0 || from != ""; pages++ {
		var page []ledger.Happening
		page, from, err = together.Story(t.Context(), a, ledger.Chapter{From: from, Limit: 4})
		if must(t, "page", err); pages > len(whole) {
			t.Fatal("the pages do not end")
		}
		for _, h := range page {
			got = append(got, fmt.Sprint(h.Subject, h.Version))
		}
	}
	var want []string
	for _, h := range whole {
		want = append(want, fmt.Sprint(h.Subject, h.Version))
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("pages (-got +want):\n%s", diff)
	}
	_, place, err := together.Story(t.Context(), a, ledger.Chapter{Limit: 4})
	must(t, "first page", err)
	must(t, "separate", joiner.Separate(t.Context(), a, f.joins(t, a)[0].ID, ""))
	after, _, err := together.Story(t.Context(), a, ledger.Chapter{From: place, Limit: 1000})
	if must(t, "after", err); len(after) != len(f.history(t, a)) {
		t.Errorf("apart: got %d entries, want the %d of one record", len(after), len(f.history(t, a)))
	}
}

// A copy that was made of two records is gone when they are taken apart: one of
// them may be another's.
func copyOfTwo(t *testing.T, f Fixture) {
	joiner := identity.NewJoiner(f.DB, f.Clock)
	mail := address()
	a, b := f.known(t, "shop", "Hana", "Kyoto", mail), f.known(t, "crm", "Hana", "Osaka", mail)
	c := f.known(t, "media", "Hana", "Nara", mail)
	waiting := func(s id.Subject) int {
		t.Helper()
		all, err := f.DB.Copies(t.Context(), s, f.now())
		must(t, "copies", err)
		return len(all)
	}
	must(t, "join two", joiner.Weigh(t.Context(), b, c))
	made := rights.Copy{ID: id.New(), Request: "r", Body: []byte("of two"), Size: 6, MadeAt: f.now(), ExpiresAt: f.now().Add(time.Hour)}
	f.commit(t, f.change(b, ledger.AnyVersion, made))
	must(t, "join the third", joiner.Weigh(t.Context(), a, b))
	if waiting(b) != 1 {
		t.Error("a copy is gone because a record came")
	}
	for _, j := range f.joins(t, c) {
		if j.State == identity.Joined {
			must(t, "separate", joiner.Separate(t.Context(), b, j.ID, ""))
		}
	}
	if n := waiting(b); n != 0 {
		t.Errorf("%d copies of what is another's can still be taken", n)
	}
	_, err := f.DB.CopyBody(t.Context(), b, made.ID)
	wantKind(t, "taken after they were taken apart", err, errs.Gone)
}
