package audience_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"livingprofile/internal/activity"
	"livingprofile/internal/audience"
	"livingprofile/internal/clock"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/organisation"
	"livingprofile/internal/profile"
	"livingprofile/internal/rights"
)

var noon = time.Date(2026, time.March, 12, 12, 0, 0, 0, time.UTC)

func org() *organisation.Organisation {
	uses := []string{"news"}
	return organisation.New(organisation.Organisation{
		Purposes: []consent.PurposeVersion{{Purpose: "news", Number: 1, Basis: consent.Consent, Marketing: true, Channels: []string{"email"}}},
		Topics:   []consent.Topic{{Name: "offers", Purpose: "news", Channels: []string{"email"}}},
		Fields: []profile.Field{
			{Name: "city", Category: "contact", Type: profile.TypeText, Purposes: uses},
			{Name: "age", Type: profile.TypeNumber, Purposes: uses},
			{Name: "born", Type: profile.TypeDate, Purposes: uses},
			{Name: "likes", Type: profile.TypeChoices, Purposes: uses, Choices: []profile.Choice{{Value: "jazz"}, {Value: "folk"}}},
		},
		Activities: []activity.Kind{{Name: "order", Purposes: uses, Fields: []activity.Field{{Name: "items", Type: profile.TypeNumber}}}},
	})
}

func person(values map[string]string) decision.Facts {
	f := decision.Facts{Consents: consent.State{{Purpose: "news"}: {Record: "r", Version: 1, Status: consent.Given, At: noon.Add(-time.Hour)}}}
	f.Profile.Claims = map[string][]profile.Claim{}
	for name, value := range values {
		f.Profile.Claims[name] = []profile.Claim{{Value: value, Source: "crm", At: noon}}
	}
	f.Preferences.All.Topics = map[string]bool{"offers/email": true}
	return f
}

func TestHolds(t *testing.T) {
	t.Parallel()
	sight := &audience.Sight{
		Facts: person(map[string]string{"city": "Kyoto", "age": "9.5", "born": "1990-05-01", "likes": "folk\njazz"}), Now: noon,
		Seen: []activity.Observation{{Kind: "order", At: noon.Add(-time.Hour), Values: map[string]string{"items": "3"}}, {Kind: "order", At: noon.AddDate(0, 0, -40), Values: map[string]string{"items": "4"}}},
	}
	for _, tt := range []struct {
		expr audience.Expr
		want bool
	}{
		{audience.Expr{}, false},
		{audience.Expr{Field: "city", Compare: audience.Is, Value: "Kyoto"}, true},
		{audience.Expr{Field: "city", Compare: audience.Contains, Value: "KYO"}, true},
		{audience.Expr{Field: "city", Compare: audience.Is, Value: "Kyo"}, false},
		{audience.Expr{Field: "age", Compare: audience.AtLeast, Value: "10"}, false}, // not as text
		{audience.Expr{Field: "age", Compare: audience.AtMost, Value: "10"}, true},
		{audience.Expr{Field: "age", Compare: audience.AtLeast, Value: "9.50"}, true},
		{audience.Expr{Field: "born", Compare: audience.AtMost, Value: "1990-05-01"}, true},
		{audience.Expr{Field: "born", Compare: audience.AtMost, Value: "1990-04-30"}, false},
		{audience.Expr{Field: "likes", Compare: audience.Contains, Value: "jazz"}, true},
		{audience.Expr{Field: "likes", Compare: audience.Contains, Value: "ja"}, false},
		{audience.Expr{Field: "none", Compare: audience.Known}, false},
		{audience.Expr{Topic: "offers", Channel: "email"}, true},
		{audience.Expr{Topic: "offers", Channel: "sms"}, false},
		{audience.Expr{Activity: "order", Calculate: activity.Count, Compare: audience.AtLeast, Value: "2"}, true},
		{audience.Expr{Activity: "order", Calculate: activity.Sum, Of: "items", Days: 30, Compare: audience.Is, Value: "3"}, true},
		{audience.Expr{Activity: "visit", Calculate: activity.Count, Compare: audience.AtMost, Value: "0"}, true},
	} {
		if got := tt.expr.Holds(org(), sight); got != tt.want {
			t.Errorf("%+v: got %v, want %v", tt.expr, got, tt.want)
		}
	}
}

func draw(t *rapid.T, depth int) audience.Expr {
	forms := []string{"field", "topic"}
	if depth > 0 {
		forms = []string{"all", "any", "not", "field"}
	}
	list := func() []audience.Expr {
		var all []audience.Expr
		for range rapid.IntRange(1, 3).Draw(t, "parts") {
			all = append(all, draw(t, depth-1))
		}
		return all
	}
	switch rapid.SampledFrom(forms).Draw(t, "form") {
	case "all":
		return audience.Expr{All: list()}
	case "any":
		return audience.Expr{Any: list()}
	case "not":
		e := draw(t, depth-1)
		return audience.Expr{Not: &e}
	case "topic":
		return audience.Expr{Topic: "offers", Channel: "email"}
	}
	return audience.Expr{Field: "city", Compare: rapid.SampledFrom([]audience.Comparison{audience.Is, audience.Known, audience.Contains}).Draw(t, "compare"), Value: rapid.SampledFrom([]string{"Kyoto", "Ky", "Oslo"}).Draw(t, "value")}
}

// Not, all and any are those of logic, whatever they are about.
func TestLogic(t *testing.T) {
	t.Parallel()
	o := org()
	rapid.Check(t, func(t *rapid.T) {
		s := &audience.Sight{Facts: person(map[string]string{"city": rapid.SampledFrom([]string{"", "Kyoto", "Oslo"}).Draw(t, "city")}), Now: noon}
		a, b := draw(t, 3), draw(t, 3)
		not := func(e audience.Expr) audience.Expr { return audience.Expr{Not: &e} }
		both, either := audience.Expr{All: []audience.Expr{a, b}}, audience.Expr{Any: []audience.Expr{a, b}}
		neither := audience.Expr{All: []audience.Expr{not(a), not(b)}}
		if both.Holds(o, s) != (a.Holds(o, s) && b.Holds(o, s)) || either.Holds(o, s) == neither.Holds(o, s) {
			t.Fatalf("%+v and %+v", a, b)
		}
	})
}

// A crowd is a store of made-up people, of whom every third said no.
type crowd struct {
	size   int
	opened int
	handed map[id.Subject]audience.Handout
	broken error // with which no hand-out is kept
	said   func(n int, f *decision.Facts)
}

func (c *crowd) Audiences(context.Context) ([]audience.Audience, error) { return nil, nil }
func (c *crowd) Commit(context.Context, ledger.Change) ([]ledger.Written, error) {
	return nil, nil
}

func (c *crowd) Handed(_ context.Context, h audience.Handout, to []id.Subject) error {
	for _, s := range to {
		c.handed[s] = h
	}
	return c.broken
}

func (c *crowd) Activities(context.Context, id.Subject, activity.Page) ([]activity.Observation, error) {
	return nil, errors.New("nobody asked for activity")
}

func (c *crowd) Crowd(_ context.Context, after string, limit int) ([]audience.Person, string, error) {
	from, _ := strconv.Atoi(after)
	var page []audience.Person
	for n := from; n < min(from+limit, c.size); n++ {
		f := person(map[string]string{"city": []string{"Kyoto", "Oslo"}[n%2]})
		if c.said != nil {
			c.said(n, &f)
		}
		held := f.Profile
		f.Profile = profile.State{}
		page = append(page, audience.Person{Subject: id.Subject(fmt.Sprint(n)), Facts: f, Profile: func() (profile.State, error) {
			c.opened++
			return held, nil
		}})
	}
	if from+limit >= c.size {
		return page, "", nil
	}
	return page, strconv.Itoa(from + limit), nil
}

// Of whom consent says no nothing is opened, and everybody is counted once.
func TestRun(t *testing.T) {
	t.Parallel()
	people := &crowd{size: 1000, said: func(n int, f *decision.Facts) {
		switch n % 5 {
		case 0:
			f.Consents = consent.State{}
		case 1:
			f.Freezes = rights.Freezes{{Request: "r", Scope: rights.CategoryScope, Name: "contact", Since: noon}}
		}
	}}
	o := org()
	s := audience.NewService(people, func() audience.Schema { return o }, clock.NewFake(noon))
	a, err := audience.Check(o, audience.Audience{Name: "x", Purpose: "news", Where: audience.Expr{Field: "city", Compare: audience.Is, Value: "Kyoto"}, Give: []string{"city"}})
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	n, err := s.Run(t.Context(), &a, func(m audience.Member) error {
		if seen++; m.Values["city"] != "Kyoto" {
			t.Errorf("%s has %v", m.Subject, m.Values)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n.People != 1000 || n.Members != 300 || seen != 300 || n.Others != 300 || n.LeftOut[decision.NotAsked] != 200 || n.LeftOut[decision.Restricted] != 200 {
		t.Errorf("got %+v, %d seen", n, seen)
	}
	if people.opened != 600 {
		t.Errorf("%d profiles were opened, want those of 600 who may be looked at", people.opened)
	}
	enough := 0
	if _, err := s.Run(t.Context(), &a, func(audience.Member) error {
		if enough++; enough == 5 {
			return audience.ErrEnough
		}
		return nil
	}); err != nil || enough != 5 {
		t.Errorf("got %d and %v, want 5", enough, err)
	}
}

// Who is given is one of whom it is kept already, and nobody else is kept; where it
// cannot be kept nobody is given.
func TestHandOut(t *testing.T) {
	t.Parallel()
	people := &crowd{size: 1000, handed: map[id.Subject]audience.Handout{}}
	o := org()
	s := audience.NewService(people, func() audience.Schema { return o }, clock.NewFake(noon))
	a := audience.Audience{ID: "a", Name: "x", Purpose: "news", Where: audience.Expr{Field: "city", Compare: audience.Is, Value: "Kyoto"}, Give: []string{"city"}}
	given := 0
	n, err := s.HandOut(t.Context(), &a, "shop", func(m audience.Member) error {
		given++
		if h := people.handed[m.Subject]; h.Audience != "a" || h.Purpose != "news" || h.Taker != "shop" || !slices.Equal(h.Fields, a.Give) || !h.At.Equal(noon) {
			t.Errorf("%s is given, and kept is %+v", m.Subject, h)
		}
		return nil
	})
	if err != nil || given != 500 || n.Members != 500 || len(people.handed) != 500 {
		t.Errorf("got %+v and %v, %d given and %d kept", n, err, given, len(people.handed))
	}
	people.broken = errors.New("no room")
	if _, err := s.HandOut(t.Context(), &a, "shop", func(m audience.Member) error {
		t.Fatalf("%s is given", m.Subject)
		return nil
	}); !errors.Is(err, people.broken) {
		t.Errorf("got %v", err)
	}
}

// slow has a first page of people, and a second that never comes.
type slow struct{ crowd }

func (s *slow) Crowd(ctx context.Context, after string, limit int) ([]audience.Person, string, error) {
	if after != "" {
		<-ctx.Done()
		return nil, "", ctx.Err()
	}
	return s.crowd.Crowd(ctx, after, limit)
}

// A glance ends in time, and says that it has not counted.
func TestGlance(t *testing.T) {
	t.Parallel()
	o := org()
	a := audience.Audience{Name: "x", Purpose: "news", Where: audience.Expr{Field: "city", Compare: audience.Known}}
	of := func(s audience.Store) *audience.Service {
		return audience.NewService(s, func() audience.Schema { return o }, clock.NewFake(noon))
	}
	if n, whole, err := of(&crowd{size: 1000}).Glance(t.Context(), &a, time.Minute); err != nil || !whole || n.Members != 1000 {
		t.Errorf("got %+v, %v and %v", n, whole, err)
	}
	if n, whole, err := of(&slow{crowd{size: 1000}}).Glance(t.Context(), &a, time.Millisecond); err != nil || whole {
		t.Errorf("of too many: got %+v, %v and %v", n, whole, err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := of(&slow{crowd{size: 1000}}).Glance(gone, &a, time.Minute); !errors.Is(err, context.Canceled) {
		t.Errorf("for one who has left: got %v", err)
	}
}

// discard counts what is written.
type discard struct{ n int }

func (d *discard) Write(b []byte) (int, error) { d.n += len(b); return len(b), nil }

// BenchmarkStream streams an audience of 100,000, and fails when the memory it
// holds grows with it.
func BenchmarkStream(b *testing.B) {
	people := &crowd{size: 100_000}
	o := org()
	s := audience.NewService(people, func() audience.Schema { return o }, clock.NewFake(noon))
	a := audience.Audience{Name: "x", Purpose: "news", Where: audience.Expr{Field: "city", Compare: audience.Known}, Give: []string{"city"}}
	for b.Loop() {
		var out discard
		w, err := audience.NewWriter(&out, audience.JSONL, a.Give, func(m audience.Member) (string, error) { return string(m.Subject), nil })
		if err != nil {
			b.Fatal(err)
		}
		var most uint64
		seen := 0
		n, err := s.Run(b.Context(), &a, func(m audience.Member) error {
			if seen++; seen%20_000 == 0 {
				runtime.GC()
				var now runtime.MemStats
				runtime.ReadMemStats(&now)
				most = max(most, now.HeapAlloc)
			}
			return w.Write(m)
		})
		if err != nil || n.Members != people.size {
			b.Fatalf("got %+v and %v", n, err)
		}
		if most > 16<<20 {
			b.Errorf("held %d MiB, which is more than a page of people", most>>20)
		}
		b.ReportMetric(float64(most)/(1<<20), "MiB-held")
	}
	b.ReportMetric(float64(people.size)*float64(b.N)/b.Elapsed().Seconds(), "people/s")
}
