package automated

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

var noon = time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)

type fixed struct{}

func (fixed) Now() time.Time { return noon }

// A shelf is a store of one subject in memory.
type shelf struct {
	humans  Humans
	version int64
	list    []Decision
	kinds   []ledger.Kind
	about   []id.Subject // of the changes
	circle  []id.Subject // nil for a record alone
}

func (s *shelf) Humans(context.Context, id.Subject) (Humans, int64, error) {
	return s.humans, s.version, nil
}

func (s *shelf) Circle(_ context.Context, subject id.Subject) ([]id.Subject, error) {
	if s.circle != nil {
		return s.circle, nil
	}
	return []id.Subject{subject}, nil
}

func (s *shelf) AutomatedDecisions(_ context.Context, _ id.Subject, p Page) ([]Decision, error) {
	for _, d := range s.list {
		if (p.ID == "" || p.ID == d.ID) && (p.Event == "" || p.Event == d.Event && p.System == d.System) {
			return []Decision{d}, nil
		}
	}
	return nil, nil
}

func (s *shelf) Commit(_ context.Context, c ledger.Change) ([]ledger.Written, error) {
	for _, row := range c.Rows {
		switch r := row.(type) {
		case Decision:
			s.list = append(s.list, r)
		case Settled:
			s.list[0] = r.Decision
		case Humans:
			s.humans = r
		}
	}
	s.about = append(s.about, c.Subject)
	for _, e := range c.Entries {
		s.kinds = append(s.kinds, e.Kind)
		s.version++
	}
	return nil, nil
}

type declared struct{}

func (declared) Languages() []string { return []string{"en", "ja"} }

func (declared) AutomatedKind(name string) (*Kind, bool) {
	switch name {
	case "pay-later":
		return &Kind{Name: name, System: "payments", Purpose: "fraud", Fields: []string{"orders"}, Keep: 24 * time.Hour, Refusable: true}, true
	case "plan":
		return &Kind{Name: name, System: "machines", Brands: []string{"club"}, Keep: 24 * time.Hour}, true
	}
	return nil, false
}

func service(s *shelf) *Service {
	return NewService(s, func() Schema { return declared{} }, fixed{})
}

func told(change func(*Telling)) Telling {
	t := Telling{
		Subject: "s", System: "payments", Event: "e", Kind: "pay-later", At: noon.Add(-time.Hour), Fields: []string{"orders"},
		Outcome: i18n.Text{"en": "no"}, Logic: i18n.Text{"en": "by a rule"}, Effect: i18n.Text{"ja": "前払い"},
	}
	change(&t)
	return t
}

func TestRegister_refuses_what_nobody_could_read(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*Telling)
		path   string // "" for a decision that is taken
	}{
		"whole":                       {func(*Telling) {}, ""},
		"from nothing":                {func(t *Telling) { t.Fields = nil }, ""},
		"of another system":           {func(t *Telling) { t.System = "machines" }, "kind"},
		"an unknown kind":             {func(t *Telling) { t.Kind = "guess" }, "kind"},
		"on another brand":            {func(t *Telling) { t.System, t.Kind, t.Brand = "machines", "plan", "shop" }, "kind"},
		"without an id":               {func(t *Telling) { t.Event = "" }, "event"},
		"a long id":                   {func(t *Telling) { t.Event = strings.Repeat("x", 201) }, "event"},
		"not yet":                     {func(t *Telling) { t.At = noon.Add(time.Hour) }, "at"},
		"too old":                     {func(t *Telling) { t.At = noon.Add(-25 * time.Hour) }, "at"},
		"no time":                     {func(t *Telling) { t.At = time.Time{} }, "at"},
		"without the logic":           {func(t *Telling) { t.Logic = nil }, "logic"},
		"empty words":                 {func(t *Telling) { t.Outcome = i18n.Text{"en": " "} }, "outcome.en"},
		"an unknown language":         {func(t *Telling) { t.Effect = i18n.Text{"tlh": "x"} }, "effect.tlh"},
		"words without end":           {func(t *Telling) { t.Logic = i18n.Text{"en": strings.Repeat("x", 2001)} }, "logic.en"},
		"a field that it may not use": {func(t *Telling) { t.Fields = []string{"faith"} }, "fields"},
	} {
		_, _, err := service(&shelf{}).Register(t.Context(), told(tt.change))
		var e *errs.Error
		switch {
		case tt.path == "" && err != nil:
			t.Errorf("%s: got %v", name, err)
		case tt.path != "" && (!errors.As(err, &e) || len(e.Fields) != 1 || e.Fields[0].Path != tt.path):
			t.Errorf("%s: got %v, want a fault at %s", name, err, tt.path)
		}
	}
}

func TestRegister_keeps_a_repeat_once_and_says_what_was_against_it(t *testing.T) {
	t.Parallel()
	s := &shelf{}
	v := service(s)
	first, known, err := v.Register(t.Context(), told(func(*Telling) {}))
	if err != nil || known || first.Against {
		t.Fatalf("the first: got %+v, %v, %v", first, known, err)
	}
	again, known, err := v.Register(t.Context(), told(func(t *Telling) { t.Outcome = i18n.Text{"en": "yes"} }))
	if err != nil || !known || again.ID != first.ID || again.Outcome["en"] != "no" || len(s.list) != 1 {
		t.Errorf("a repeat: got %+v, %v, %v", again, known, err)
	}
	who := Who{Subject: "s", Actor: ledger.Self("s")}
	if err := v.Want(t.Context(), who, "pay-later", true); err != nil {
		t.Fatal(err)
	}
	if err := v.Want(t.Context(), who, "pay-later", true); err != nil || len(s.kinds) != 2 {
		t.Errorf("the same wish again: %v, entries %v", err, s.kinds)
	}
	against, _, err := v.Register(t.Context(), told(func(t *Telling) { t.Event = "f" }))
	if err != nil || !against.Against {
		t.Errorf("against the wish: got %+v, %v", against, err)
	}
	if err := v.Want(t.Context(), who, "plan", true); !errors.Is(err, errs.Forbidden) {
		t.Errorf("a kind that stays: got %v", err)
	}
	if err := v.Want(t.Context(), who, "pay-later", false); err != nil || s.humans.Wanted("pay-later") {
		t.Errorf("taken back: got %v, %v", s.humans, err)
	}
}

// TestRecords_of_one_person: what is said of a decision is written to the record
// that has it, and a wish to all of them, by the person as that record.
func TestRecords_of_one_person(t *testing.T) {
	t.Parallel()
	s := &shelf{circle: []id.Subject{"s", "other"}}
	v := service(s)
	d, _, err := v.Register(t.Context(), told(func(t *Telling) { t.Subject = "other" }))
	if err != nil {
		t.Fatal(err)
	}
	me := Who{Subject: "s", Actor: ledger.Self("s")}
	if err := v.Say(t.Context(), me, d.ID, "I paid"); err != nil {
		t.Fatal(err)
	}
	if got := s.about[len(s.about)-1]; got != "other" {
		t.Errorf("said of the record %s", got)
	}
	s.about = nil
	if err := v.Want(t.Context(), me, "pay-later", true); err != nil || len(s.about) == 0 || s.about[0] != "s" {
		t.Errorf("wanted of %v, %v", s.about, err)
	}
	if got := me.as("other"); got.Actor != ledger.Self("other") {
		t.Errorf("got %+v", got)
	}
	staff := Who{Subject: "s", Actor: ledger.Actor{Kind: ledger.ByStaff, ID: "m"}}
	if got := staff.as("other"); got.Actor.ID != "m" {
		t.Errorf("got %+v", got)
	}
}

func TestDecide_keeps_what_the_machine_did(t *testing.T) {
	t.Parallel()
	s := &shelf{}
	v := service(s)
	d, _, err := v.Register(t.Context(), told(func(*Telling) {}))
	if err != nil {
		t.Fatal(err)
	}
	who := Who{Subject: "s", Actor: ledger.Actor{Kind: ledger.ByStaff, ID: "m"}}
	decide := func(version int64, outcome, reasons string) error {
		c, err := v.Deciding(t.Context(), who, version, d.ID, outcome, reasons)
		if err == nil {
			_, err = s.Commit(t.Context(), c)
		}
		return err
	}
	if err := decide(s.version, " ", "because"); !errors.Is(err, errs.Invalid) {
		t.Errorf("without an outcome: got %v", err)
	}
	if err := decide(s.version, "yes", ""); !errors.Is(err, errs.Invalid) {
		t.Errorf("without reasons: got %v", err)
	}
	if err := v.Say(t.Context(), Who{Subject: "s", Actor: ledger.Self("s")}, d.ID, "I paid"); err != nil {
		t.Fatal(err)
	}
	if err := decide(s.version-1, "yes", "we looked"); !errors.Is(err, errs.Conflict) {
		t.Errorf("on what is not so any more: got %v, want a conflict", err)
	}
	if err := decide(s.version, "yes", "we looked"); err != nil {
		t.Fatal(err)
	}
	got := s.list[0]
	if got.Outcome["en"] != "no" || got.Review.Outcome != "yes" || got.Review.Member != "m" || got.Statement.Text != "I paid" {
		t.Errorf("got %+v", got)
	}
	if _, err := v.Find(t.Context(), "s", "../x"); !errors.Is(err, errs.NotFound) {
		t.Errorf("no id: got %v", err)
	}
}
