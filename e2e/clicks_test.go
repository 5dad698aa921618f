package e2e

import (
	"net/http"
	"testing"
	"time"

	"livingprofile/internal/authz"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/rights"
	"livingprofile/internal/testkit"
)

// A clicker counts what a hand does: each link, button, choice and field.
type clicker struct {
	*visitor
	clicks int
}

func (c *clicker) Go(sel string) {
	c.t.Helper()
	c.clicks++
	if got := c.visitor.Go(sel); got != http.StatusOK {
		c.t.Fatalf("%s: got %d", sel, got)
	}
}

func (c *clicker) Press(sel string) { c.clicks++; c.visitor.Press(sel) }

func (c *clicker) Fill(sel, text string) { c.clicks++; c.visitor.Fill(sel, text) }

// TestFewClicks answers simple requests from Today to the answer, as a data
// protection officer with forty of them does: in under ten clicks each.
func TestFewClicks(t *testing.T) {
	w := open(t)
	first, second := w.works(t, testkit.View{}, authz.DPO), w.works(t, testkit.View{}, authz.DPO)
	const note = "main form textarea[name=note]"
	pick := func(move rights.Move) func(*clicker) {
		return func(c *clicker) { c.Press("#f-move-" + string(move)) }
	}
	noted := func(move rights.Move) func(*clicker) {
		return func(c *clicker) {
			pick(move)(c)
			c.Fill(note, "Called back at the number we knew.")
		}
	}
	for _, one := range []struct {
		name   string
		matter rights.Matter
		kind   rights.Kind
		turns  []func(*clicker) // of one member after the other
		want   rights.State
	}{
		{"access", rights.Matter{}, rights.Access, []func(*clicker){pick(rights.Accept)}, ""},
		{"rectification", rights.Matter{Scope: rights.FieldScope, Name: "event-city", Text: "Osaka"}, rights.Rectification, []func(*clicker){func(c *clicker) {
			pick(rights.Fulfil)(c)
			c.Fill("[name=value]", "Osaka")
		}}, rights.Fulfilled},
		{"objection", rights.Matter{Scope: rights.PurposeScope, Name: "fraud", Text: "No."}, rights.Objection, []func(*clicker){noted(rights.Fulfil)}, rights.Fulfilled},
		{"erasure", rights.Matter{Days: 30}, rights.Erasure, []func(*clicker){noted(rights.Propose), pick(rights.Accept)}, rights.Accepted},
	} {
		t.Run(one.name, func(t *testing.T) {
			r := w.byPhone(t, one.kind, one.matter)
			for i, turn := range one.turns {
				c := &clicker{visitor: []*visitor{first, second}[i].in(t)}
				c.Open(w.console())
				c.Go(`nav a[href="/console/requests"]`)
				c.Go(`main a[href*="` + string(r.ID) + `"]`)
				if open := "main .note button.main"; c.Has(open) {
					c.Go(open)
				} else {
					c.clicks++ // whom one has opened for another request is open
				}
				turn(c)
				c.Go("main .acts button.main")
				t.Logf("member %d: %d clicks", i+1, c.clicks)
				if c.clicks >= 10 {
					t.Errorf("it took %d clicks", c.clicks)
				}
			}
			row, err := w.DB.RequestRow(t.Context(), r.ID)
			if err != nil || one.want != "" && row.State != one.want || row.State == rights.Acknowledged {
				t.Errorf("got %s, %v", row.State, err)
			}
		})
	}
}

// byPhone takes a request of somebody new down, long overdue: it is the first of
// the queue.
func (w *world) byPhone(t *testing.T, kind rights.Kind, m rights.Matter) rights.Request {
	t.Helper()
	subject, err := w.Identity.Register(t.Context(), string(kind)+"@phone.example.com", "hibiki")
	if err != nil {
		t.Fatal(err)
	}
	now := w.Clock.Now()
	r, known, err := w.Rights.File(t.Context(), rights.Filing{
		Subject: subject, Actor: ledger.Actor{Kind: ledger.ByStaff, ID: id.New()}, Kind: kind, Matter: m, Brand: "hibiki", Locale: "en",
		Zone: time.UTC, Received: now.AddDate(0, 0, -200), Pack: w.Laws.For("JP", now), Proof: rights.Proof{Method: "phone", At: now},
	})
	if err != nil || known {
		t.Fatalf("filed: known %v, %v", known, err)
	}
	return r
}
