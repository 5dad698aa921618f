package transfer

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
	"livingprofile/internal/rights"
)

// A kept store keeps offers in memory, each for everybody, and one profile.
type kept struct {
	offers []Offer
	state  profile.State
	wrote  []ledger.Change
}

func (k *kept) KeepOffer(_ context.Context, o Offer) error {
	if slices.ContainsFunc(k.offers, func(had Offer) bool { return had.From == o.From && had.Nonce == o.Nonce }) {
		return errs.Conflict
	}
	k.offers = append(k.offers, o)
	return nil
}

func (k *kept) WaitingFrom(context.Context, string) (int, error) { return len(k.offers), nil }

func (k *kept) Offers(context.Context, id.Subject, time.Time) ([]Offer, error) {
	return slices.Clone(k.offers), nil
}

func (k *kept) Profile(context.Context, id.Subject) (profile.State, int64, error) {
	return k.state, 1, nil
}

func (k *kept) Commit(_ context.Context, c ledger.Change) ([]ledger.Written, error) {
	k.wrote = append(k.wrote, c)
	for _, row := range c.Rows {
		if s, is := row.(profile.State); is {
			k.state = s
		}
	}
	return nil, nil
}

// declared is a catalogue of two senders and a few fields.
type declared map[string]Controller

func (d declared) Senders() []Controller {
	var all []Controller
	for _, c := range d {
		if !c.Retired {
			all = append(all, c)
		}
	}
	return all
}

func (declared) Rank(string) int { return 0 }

func (declared) Field(name string) (*profile.Field, bool) {
	f, ok := map[string]profile.Field{
		"city":     {Name: "city", Type: profile.TypeText, Edit: profile.Free},
		"birthday": {Name: "birthday", Type: profile.TypeDate, Edit: profile.Approval},
		"number":   {Name: "number", Type: profile.TypeText, Edit: profile.Locked},
		"old":      {Name: "old", Type: profile.TypeText, Edit: profile.Free, Retired: true},
	}[name]
	return &f, ok
}

var here = &url.URL{Scheme: "https", Host: "here.example"}

func newReceiver(t *testing.T) (*Receiver, *kept, *Sender) {
	t.Helper()
	s := newSender(t, nil)
	store := &kept{}
	known := declared{"choir": {Name: "choir", Key: s.Key.Public()}}
	return &Receiver{
		Store: store, Clock: s.Clock, Base: here, Catalogue: func() Catalogue { return known },
		Profile: profile.NewService(store, func() profile.Schema { return known }, s.Clock),
	}, store, s
}

// packed is a copy with what is in it worth taking, and not.
func packed(t *testing.T, at time.Time) []byte {
	t.Helper()
	value := func(field, value string) rights.Value {
		return rights.Value{Field: field, Label: strings.ToUpper(field), Value: value, Source: "the choir", Origin: "provided", At: at, Counts: true}
	}
	lost := value("city", "Edo")
	lost.Counts = false
	d := rights.Document{
		Number: "R-1", Kind: rights.Portability, MadeAt: at,
		Given: []rights.Section{
			{Name: "contact", Values: []rights.Value{lost, value("city", "Kyoto"), value("birthday", "2001-02-03")}},
			{Name: "choir", Values: []rights.Value{value("voice", "alto"), value("number", "7"), value("old", "x")}},
		},
		Identifiers: []rights.NamedValue{
			{Kind: "email", Value: "Ada@Example.jp", Verified: at},
			{Kind: "email", Value: "other@example.jp"},
			{Kind: "customer", Scope: "choir", Value: "42", Verified: at},
			{Kind: "phone", Value: "+81312345678", Verified: at},
		},
		Consents: []rights.Decision{{Record: "r", Purpose: "newsletter", Status: "given", At: at}},
	}
	b, err := d.Zip([]byte("<p>"), []byte("%PDF"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// sent is what arrives of a package.
func sent(t *testing.T, s *Sender, to, nonce string, body []byte) http.Header {
	t.Helper()
	l, err := s.letter(to, Package{Nonce: nonce, Reference: "会員 42", Body: body})
	if err != nil {
		t.Fatal(err)
	}
	h := http.Header{}
	for name, value := range l.Headers {
		h.Set(name, value)
	}
	return h
}

// unread fails the test when it is read.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("the body is read before its signature is checked")
	return 0, io.EOF
}

func TestTake_keeps_what_may_be_taken(t *testing.T) {
	t.Parallel()
	r, store, s := newReceiver(t)
	now := r.Clock.Now()
	body := packed(t, now)
	h := sent(t, s, "https://here.example/transfers", "n.1", body)
	if err := r.Take(t.Context(), h.Get, bytes.NewReader(body)); err != nil {
		t.Fatal(err)
	}
	want := Offer{
		ID: store.offers[0].ID, From: "choir", Nonce: "n.1", At: now, Until: now.Add(OfferLife), Rest: []string{"VOICE", "OLD"},
		Names: []identity.Identifier{{Kind: identity.Email, Value: "ada@example.jp"}, {Kind: identity.Phone, Value: "+81312345678"}},
		Values: []Value{
			{"number", "NUMBER", "7", "the choir", now}, {"city", "CITY", "Kyoto", "the choir", now}, {"birthday", "BIRTHDAY", "2001-02-03", "the choir", now},
		},
	}
	if diff := cmp.Diff(store.offers[0], want); diff != "" {
		t.Errorf("offer (-got +want):\n%s", diff)
	}
	if err := r.Take(t.Context(), h.Get, bytes.NewReader(body)); !errors.Is(err, errs.Conflict) || len(store.offers) != 1 {
		t.Errorf("sent again: got %v and %d offers, want %v and 1", err, len(store.offers), errs.Conflict)
	}
}

// Whatever of the headers is changed, left out or old is refused, and the body
// is not read for it.
func TestTake_refuses_what_is_not_signed(t *testing.T) {
	t.Parallel()
	const to = "https://here.example/transfers"
	set := func(name, value string) func(http.Header) { return func(h http.Header) { h.Set(name, value) } }
	replace := func(name, old, now string) func(http.Header) {
		return func(h http.Header) {
			if !strings.Contains(h.Get(name), old) {
				t.Fatalf("%s has no %q: %s", name, old, h.Get(name))
			}
			h.Set(name, strings.Replace(h.Get(name), old, now, 1))
		}
	}
	for name, tt := range map[string]struct {
		to     string
		change func(http.Header)
		wait   time.Duration
		known  declared
	}{
		"for_another":             {to: "https://there.example/transfers"},
		"old":                     {wait: Lasts + time.Second},
		"of_the_future":           {wait: -skew - time.Second},
		"of_nobody":               {known: declared{}},
		"of_another_key":          {known: declared{"choir": {Name: "choir", Key: Key(make(ed25519.PublicKey, 32)).Public()}}},
		"of_a_retired_controller": {known: declared{"choir": {Name: "choir", Key: newSender(t, nil).Key.Public(), Retired: true}}},
		"without_a_signature":     {change: set("Signature", "")},
		"without_an_input":        {change: set("Signature-Input", "")},
		"another_signature":       {change: replace("Signature", "transfer=:", "transfer=:AAAA")},
		"another_digest":          {change: set("Content-Digest", digestOf(nil))},
		"another_reference":       {change: set("Transfer-Reference", "43")},
		"another_type":            {change: set("Content-Type", "text/plain")},
		"another_nonce":           {change: replace("Signature-Input", `"n.1"`, `"n.2"`)},
		"a_longer_life":           {change: replace("Signature-Input", ";expires=18", ";expires=19")},
		"less_that_is_signed":     {change: replace("Signature-Input", ` "content-digest"`, "")},
		"another_algorithm":       {change: replace("Signature-Input", `alg="ed25519"`, `alg="none"`)},
		"no_list":                 {change: replace("Signature-Input", "transfer=(", "transfer=")},
		"two_signatures":          {change: func(h http.Header) { h.Set("Signature-Input", h.Get("Signature-Input")+", x=()") }},
	} {
		t.Run(name, func(t *testing.T) {
			r, store, s := newReceiver(t)
			body := packed(t, r.Clock.Now())
			if tt.to == "" {
				tt.to = to
			}
			h := sent(t, s, tt.to, "n.1", body)
			if tt.change != nil {
				tt.change(h)
			}
			if tt.known != nil {
				r.Catalogue = func() Catalogue { return tt.known }
			}
			r.Clock.(*clock.Fake).Advance(tt.wait)
			if err := r.Take(t.Context(), h.Get, unread{t}); !errors.Is(err, errs.Forbidden) || len(store.offers) != 0 {
				t.Errorf("got %v and %d offers, want %v and none", err, len(store.offers), errs.Forbidden)
			}
		})
	}
}

func TestTake_refuses_what_is_no_package(t *testing.T) {
	t.Parallel()
	r, store, s := newReceiver(t)
	const to = "https://here.example/transfers"
	whole := packed(t, r.Clock.Now())
	if err := r.Take(t.Context(), sent(t, s, to, "n", whole).Get, strings.NewReader("other")); !errors.Is(err, errs.Forbidden) {
		t.Errorf("another body: got %v, want %v", err, errs.Forbidden)
	}
	for i, body := range [][]byte{nil, []byte("PK"), whole[:len(whole)-30]} {
		h := sent(t, s, to, fmt.Sprint(i), body)
		if err := r.Take(t.Context(), h.Get, bytes.NewReader(body)); !errors.Is(err, errs.Invalid) {
			t.Errorf("%q: got %v, want %v", body, err, errs.Invalid)
		}
	}
	store.offers = make([]Offer, MaxWaiting)
	if err := r.Take(t.Context(), sent(t, s, to, "n", whole).Get, bytes.NewReader(whole)); !errors.Is(err, errs.TooMany) {
		t.Errorf("too many wait: got %v, want %v", err, errs.TooMany)
	}
}

// What is picked is said by the person, by the rules for what they type, all at
// once or not at all.
func TestPick(t *testing.T) {
	t.Parallel()
	offer := func(r *Receiver, store *kept, values ...Value) profile.Editor {
		store.offers = []Offer{{ID: "o", From: "choir", Values: values, Until: r.Clock.Now().Add(OfferLife)}}
		return profile.Editor{Subject: "s", Actor: ledger.Self("s"), Brand: "hibiki"}
	}
	values := []Value{{Field: "city", Value: " Kyoto "}, {Field: "birthday", Value: "2001-02-03"}, {Field: "number", Value: "7"}}
	t.Run("takes_what_is_picked", func(t *testing.T) {
		t.Parallel()
		r, store, _ := newReceiver(t)
		e := offer(r, store, values...)
		if _, err := r.Pick(t.Context(), e, "o", []string{"city", "birthday"}); err != nil {
			t.Fatal(err)
		}
		own, _ := store.state.Of("city", profile.SourceSubject)
		if own.Value != "Kyoto" || own.Via != "choir" || own.Origin != profile.Provided {
			t.Errorf("the claim: got %+v", own)
		}
		if p := store.state.Proposals["birthday"]; p.Value != "2001-02-03" || p.Via != "choir" {
			t.Errorf("what staff decide: got %+v", p)
		}
		var kinds []ledger.Kind
		for _, d := range store.wrote[0].Entries {
			kinds = append(kinds, d.Kind)
		}
		if diff := cmp.Diff(kinds, []ledger.Kind{TakenIn, profile.Proposed, profile.Corrected}); diff != "" || len(store.wrote) != 1 {
			t.Errorf("entries of %d changes (-got +want):\n%s", len(store.wrote), diff)
		}
		if !slices.Contains(store.wrote[0].Rows, any(Ended{"o"})) {
			t.Error("the offer does not end in the same change")
		}
	})
	for name, picked := range map[string][]string{
		"nothing": nil, "what_was_not_sent": {"voice"}, "a_locked_field": {"city", "number"},
	} {
		t.Run("refuses_"+name, func(t *testing.T) {
			t.Parallel()
			r, store, _ := newReceiver(t)
			e := offer(r, store, values...)
			if _, err := r.Pick(t.Context(), e, "o", picked); !errors.Is(err, errs.Invalid) || len(store.wrote) != 0 {
				t.Errorf("got %v and %d changes, want %v and none", err, len(store.wrote), errs.Invalid)
			}
		})
	}
	t.Run("refuses_wrong_values_by_field", func(t *testing.T) {
		t.Parallel()
		r, store, _ := newReceiver(t)
		e := offer(r, store, Value{Field: "city", Value: "a\x00b"}, Value{Field: "birthday", Value: "tomorrow"}, Value{Field: "old", Value: "x"})
		_, err := r.Pick(t.Context(), e, "o", []string{"city", "birthday", "old"})
		var at []string
		for _, f := range errs.FieldsOf(err) {
			at = append(at, f.Path)
		}
		if diff := cmp.Diff(at, []string{"birthday", "city", "old"}); diff != "" || len(store.wrote) != 0 {
			t.Errorf("%d changes, faults (-got +want):\n%s", len(store.wrote), diff)
		}
	})
	t.Run("of_an_undeclared_controller_shows_nothing", func(t *testing.T) {
		t.Parallel()
		r, store, _ := newReceiver(t)
		e := offer(r, store, values...)
		store.offers[0].From = "gone"
		if _, err := r.Pick(t.Context(), e, "o", []string{"city"}); !errors.Is(err, errs.NotFound) {
			t.Errorf("got %v, want %v", err, errs.NotFound)
		}
	})
}

func FuzzVerify(f *testing.F) {
	f.Add(`transfer=("@method");created=1;nonce="x"`, "transfer=:AAAA:", "text/plain")
	f.Add(`transfer=()`, "", zipType)
	f.Fuzz(func(t *testing.T, input, signature, kind string) {
		headers := map[string]string{"Signature-Input": input, "Signature": signature, "Content-Type": kind}
		who := declared{"choir": {Name: "choir", Key: Key(make([]byte, ed25519.PublicKeySize)).Public()}}
		if _, err := verify(func(name string) string { return headers[name] }, "https://here.example", who.Senders(), time.Unix(1, 0)); !errors.Is(err, errs.Forbidden) {
			t.Errorf("got %v", err)
		}
	})
}
