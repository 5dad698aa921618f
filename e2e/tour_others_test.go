package e2e

import (
	"net/http"
	"regexp"
	"testing"
	"time"

	"livingprofile/cmd/wire"
	"livingprofile/internal/demo"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/inbound"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
	"livingprofile/internal/rights"
	"livingprofile/internal/transfer"
)

// offer declares a controller to which people may have their data sent, which
// the demo has none of.
func (w *world) offer(tb testing.TB) {
	tb.Helper()
	draft, err := demo.Draft()
	if err != nil {
		tb.Fatal(err)
	}
	draft.Declared.Controllers = []transfer.Controller{{
		Name: "choir", URL: "https://choir.example.com/in",
		Label: i18n.Text{"en": "the town choir", "ja": "市民合唱団", "ar": "جوقة المدينة"},
	}}
	if _, err := w.Declare(tb.Context(), wire.Declaration{Draft: draft, Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "test"}}); err != nil {
		tb.Fatal(err)
	}
}

// asksFor files a request of the kind for somebody.
func (w *world) asksFor(t *testing.T, address string, kind rights.Kind, m rights.Matter, p rights.Proof) rights.Request {
	t.Helper()
	p.At = w.Clock.Now()
	subject := w.subject(t, address)
	r, _, err := w.Rights.File(t.Context(), rights.Filing{
		Subject: subject, Actor: ledger.Self(subject), Kind: kind, Matter: m, Proof: p,
		Brand: "kawara", Locale: "en", Zone: time.UTC, Pack: w.Laws.For("GB", w.Clock.Now()),
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (w *world) subject(t *testing.T, address string) id.Subject {
	t.Helper()
	subject, err := w.Identity.ByEmail(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	return subject
}

var certificateIn = regexp.MustCompile(`/erasures/[a-z0-9]+`)

// othersStops are what others bring about: a system that says something else,
// an agent with a mandate, and the program that erases.
func othersStops() []stop {
	return []stop{
		{name: "value_disputed", page: true, lead: func(r *tour) int {
			r.to("/data/phone/edit")
			r.Fill("[name=value]", "+81 3-1234-5678")
			r.Go("main form .main")
			all, err := r.w.Door.Take(r.t.Context(), inbound.Sender{System: demo.Shop}, []inbound.Item{{
				Subject: r.w.subject(r.t, r.address), Attributes: map[string]profile.Claim{
					"phone": {Value: "+81398765432", Origin: profile.Provided, At: r.w.Clock.Now()},
				},
			}})
			if err != nil || all[0].Result != inbound.Waiting {
				r.t.Fatalf("got %+v, %v", all, err)
			}
			return r.to("/data/phone")
		}},
		{name: "value_kept", lead: func(r *tour) int { return r.Go(`form[action$="/keep"] button`) }},
		{name: "mandates", page: true, lead: func(r *tour) int {
			r.w.asksFor(r.t, r.address, rights.Complaint,
				rights.Matter{Text: "Nobody wrote back.", Scope: rights.CategoryScope, Name: id.New()},
				rights.Proof{Method: "letter", Agent: "Advice Centre for Consumers in the Northern Districts", Mandate: "Power of attorney of 3 March.\nFor complaints and copies."})
			return r.to("/mandates")
		}},
		{name: "mandate_ended", lead: func(r *tour) int { return r.Go(`form[action$="/revoke"] button`) }},
		{name: "right_portability", page: true, lead: func(r *tour) int {
			r.to("/rights/portability")
			r.Press("#f-scope-controller-choir")
			return http.StatusOK
		}},
		{name: "right_portability_wrong", status: http.StatusUnprocessableEntity, lead: func(r *tour) int { return r.Go("main form .main") }},
		{name: "certificate", page: true, lead: func(r *tour) int {
			gone := r.w.newcomer(r.t, r.other.View())
			r.w.asksFor(r.t, gone.address, rights.Erasure, rights.Matter{}, rights.Proof{Method: "link", Fresh: true})
			r.seen = gone
			return gone.Open(r.w.URL + r.w.certificate(r.t, gone.address))
		}},
	}
}

// certificate waits for the letter that says where the certificate of an erasure
// is.
func (w *world) certificate(t *testing.T, address string) string {
	t.Helper()
	for {
		m, err := w.Box.Wait(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		if path := certificateIn.FindString(m.Text); path != "" {
			return path
		}
	}
}
