package hook

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/automated"
	"livingprofile/internal/clock"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/profile"
)

// A desk is a person who changes while they are told of.
type desk struct {
	version int64
	gone    bool
}

func (d *desk) Facts(context.Context, id.Subject) (decision.Facts, error) {
	if d.gone {
		return decision.Facts{}, errs.Gone
	}
	status := consent.Withdrawn
	if d.version%2 == 0 {
		status = consent.Given
	}
	return decision.Facts{
		Version: d.version, Consents: consent.State{{Purpose: "letters"}: {Version: 1, Status: status}},
		Profile: profile.State{Claims: map[string][]profile.Claim{"mail": {{Value: "now@example.jp", Source: "crm", Origin: profile.Provided}}}},
	}, nil
}

func (*desk) Names(context.Context, id.Subject) ([]identity.Identifier, error) { return nil, nil }
func (*desk) Groups(context.Context, id.Subject, string) ([]Group, error)      { return nil, nil }

func (*desk) Identifiers(context.Context, id.Subject) ([]identity.Identifier, error) {
	return []identity.Identifier{
		{Kind: identity.Email, Value: "first@example.jp"},
		{Kind: identity.Phone, Value: "+81"},
		{Kind: identity.Email, Value: "main@example.jp", Main: true, VerifiedAt: time.Unix(1, 0)},
		{Kind: identity.Email, Value: "proved@example.jp", VerifiedAt: time.Unix(1, 0)},
	}, nil
}

// before is a queue of which one thing is asked: what was said before.
type before struct{ Queue }

func (before) Said(context.Context, string, id.Subject) ([]string, error) {
	return []string{"tips"}, nil
}

type small struct{}

func (small) Targets() []Target                            { return nil }
func (small) Rank(string) int                              { return 0 }
func (small) BrandNames() []string                         { return []string{"hibiki"} }
func (small) AutomatedKind(string) (*automated.Kind, bool) { return nil, false }
func (small) Purpose(p consent.PurposeID) (*consent.PurposeVersion, bool) {
	return &consent.PurposeVersion{Purpose: p, Number: 1, Basis: consent.Consent}, true
}

func (small) Field(name string) (*profile.Field, bool) {
	return &profile.Field{Name: name, Type: profile.TypeEmail, Purposes: []string{"letters"}}, name == "mail"
}

// carried is what a target was told of a delivery.
func carried(t *testing.T, d *desk, fields []string, answer func(Parcel) Reply) ([]Parcel, Outcome) {
	t.Helper()
	var all []Parcel
	target := NewTarget("crm", Endpoint{Name: "connector", Body: Full}, []string{"letters"}, fields)
	target.Speaks = "x"
	w := NewWorker(Deps{
		People: d, Queue: before{}, Clock: clock.System{}, Alias: func(string, id.Subject) (string, error) { return "alias", nil },
		Carry: func(_ context.Context, _ *Target, p Parcel) Reply {
			all = append(all, p)
			return answer(p)
		},
	}, Options{})
	q := &queue{Worker: w, catalogue: small{}, target: &target}
	o := q.attempt(Delivery{Kind: "consent.given", Entry: "e", State: Waiting})
	return all, o
}

func fine(Parcel) Reply {
	return Reply{Status: http.StatusOK, Type: "application/json", Body: []byte(`{"status":"applied"}`)}
}

// TestCarry: a system that keeps no version is told until what it was told is
// what holds, so that whoever arrives last is right.
func TestCarry(t *testing.T) {
	t.Parallel()
	t.Run("what_moved_meanwhile_is_told_as_well", func(t *testing.T) {
		d, told := &desk{version: 4}, []bool(nil)
		_, o := carried(t, d, []string{"mail"}, func(p Parcel) Reply {
			if told = append(told, p.Data.Permissions[0].Allow); len(told) == 1 {
				d.version = 5
			}
			return fine(p)
		})
		if o.State != Applied || o.Told != 5 || len(told) != 2 || !told[0] || told[1] {
			t.Errorf("got %+v after %v", o.Delivery, told)
		}
	})
	t.Run("what_never_stands_still_is_tried_again", func(t *testing.T) {
		d := &desk{version: 1}
		_, o := carried(t, d, nil, func(p Parcel) Reply {
			d.version++
			return fine(p)
		})
		if o.State != Waiting || o.Cause != "moved" {
			t.Errorf("got %+v", o.Delivery)
		}
	})
	t.Run("what_was_said_is_handed_on", func(t *testing.T) {
		d, said := &desk{version: 4}, [][]string(nil)
		_, o := carried(t, d, nil, func(p Parcel) Reply {
			d.version, said = 5, append(said, p.Said)
			reply := fine(p)
			reply.Said = append(p.Said, "news")
			return reply
		})
		want := [][]string{{"tips"}, {"tips", "news"}}
		if diff := cmp.Diff(said, want); diff != "" || len(o.Said) != 3 {
			t.Errorf("got %v at the end, %s", o.Said, diff)
		}
	})
	// A search that lagged behind the yes of a moment ago ended the no, and the
	// person stayed on the list.
	t.Run("who_was_told_yes_of_is_looked_for_again", func(t *testing.T) {
		absent := func(Parcel) Reply {
			return Reply{Status: http.StatusOK, Type: "application/json", Body: []byte(`{"status":"not_held"}`)}
		}
		_, o := carried(t, &desk{version: 5}, nil, absent)
		if o.State != Waiting || o.Cause != NotFoundYet || !o.Worked || o.Due.IsZero() || !o.Over.IsZero() || len(o.Said) != 1 {
			t.Errorf("got %+v", o.Delivery)
		}
		for o.State == Waiting && o.Tries < Attempts {
			d := o.Delivery
			o = Outcome{Delivery: d}
			o.State, o.Due, o.Over = NotHeld, time.Time{}, time.Unix(1, 0)
			o.lookAgain([]string{"tips"}, time.Unix(1, 0))
		}
		if o.State != NotHeld || o.Tries != mostLooks {
			t.Errorf("at the end: got %+v", o.Delivery)
		}
	})
	t.Run("a_failure_is_one", func(t *testing.T) {
		_, o := carried(t, &desk{version: 1}, nil, func(Parcel) Reply { return Reply{Status: http.StatusServiceUnavailable} })
		if o.State != Waiting || o.Worked || o.Cause != "server_error" {
			t.Errorf("got %+v", o.Delivery)
		}
	})
	// The record that was made for a yes stood there for good, when the farewell
	// had been faster.
	t.Run("who_is_erased_meanwhile_does_not_stay", func(t *testing.T) {
		d := &desk{version: 4}
		all, o := carried(t, d, nil, func(p Parcel) Reply {
			d.gone = true
			return fine(p)
		})
		if len(all) != 2 || all[0].Data.Erased || !all[1].Data.Erased || o.State != Applied {
			t.Errorf("got %+v after %+v", o.Delivery, all)
		}
	})
	t.Run("nothing_to_tell_of_who_is_gone", func(t *testing.T) {
		d := &desk{gone: true}
		if _, o := carried(t, d, nil, fine); o.State != Withheld {
			t.Errorf("got %+v", o.Delivery)
		}
	})
}

// TestCarry_address: the value is told while it may be had, and the person's main
// address only finds them, where one may be held at all.
func TestCarry_address(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		version      int64
		fields       []string
		email, finds string
	}{
		"allowed":            {2, []string{"mail"}, "now@example.jp", "now@example.jp"},
		"not allowed":        {1, []string{"mail"}, "", "main@example.jp"},
		"nothing to be held": {2, nil, "", ""},
	} {
		var got Parcel
		if _, o := carried(t, &desk{version: tt.version}, tt.fields, func(p Parcel) Reply { got = p; return fine(p) }); o.State != Applied {
			t.Errorf("%s: got %+v", name, o.Delivery)
		}
		if got.Email != tt.email || got.Address != tt.finds {
			t.Errorf("%s: got %q and %q", name, got.Email, got.Address)
		}
	}
}

// TestBrought: what an answer carries is read where it is an answer, and only as
// much as was promised.
func TestBrought(t *testing.T) {
	t.Parallel()
	reply := func(body string) Reply {
		return Reply{Status: http.StatusOK, Type: "application/json", Body: []byte(body)}
	}
	many := `{"changes":[{}` + string(bytesOf(maxBrought, `,{}`)) + `]}`
	for name, tt := range map[string]struct {
		reply Reply
		n     int
		cause string
	}{
		"nothing":         {reply(`{"status":"applied"}`), 0, ""},
		"two":             {reply(`{"changes":[{"id":"1"},{"id":"2"}]}`), 2, ""},
		"not a list":      {reply(`{"changes":{"id":"1"}}`), 0, ""},
		"no JSON":         {reply(`changes`), 0, ""},
		"too many":        {reply(many), 0, "too_many_changes"},
		"too long":        {reply(`{"changes":[]}` + string(bytesOf(20<<10, " "))), 0, "answer_too_long"},
		"of a failure":    {Reply{Status: 500, Type: "application/json", Body: []byte(`{"changes":[{}]}`)}, 0, ""},
		"of another type": {Reply{Status: 200, Type: "text/html", Body: []byte(`{"changes":[{}]}`)}, 0, ""},
	} {
		changes, cause := brought(tt.reply)
		if len(changes) != tt.n || cause != tt.cause {
			t.Errorf("%s: got %d, %q", name, len(changes), cause)
		}
	}
}

func bytesOf(n int, text string) []byte {
	var all []byte
	for range n {
		all = append(all, text...)
	}
	return all
}

// TestFarewell_too_late: who is looked for without what the system knew them by is
// not said to be unknown there.
func TestFarewell_too_late(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)
	absent := Reply{Status: http.StatusOK, Type: "application/json", Body: []byte(`{"status":"not_held"}`)}
	for name, tt := range map[string]struct {
		body Body
		age  time.Duration
		want State
	}{
		"in time":               {Full, NamesKept - time.Hour, NotHeld},
		"too late":              {Full, NamesKept, Failed},
		"never told by numbers": {Thin, NamesKept, NotHeld},
	} {
		target := NewTarget("crm", Endpoint{Name: "main", Body: tt.body}, nil, nil)
		q := &queue{Worker: NewWorker(Deps{Clock: clock.System{}}, Options{}), target: &target}
		o := q.judge(Delivery{Kind: Erased, At: now.Add(-tt.age), State: Waiting}, absent, now, now)
		if o.State != tt.want || o.State == Failed && o.Cause != NamesGone {
			t.Errorf("%s: got %s %s", name, o.State, o.Cause)
		}
	}
}
