package profile_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/profile"
)

func TestEntryTellsAllStepsOfARecord(t *testing.T) {
	steps := []profile.Step{
		{Kind: profile.Confirmed, ID: "e1", Field: "shoe", Old: "38", New: "38", Said: "38", Source: "crm", Origin: profile.Provided},
		{Kind: profile.Imported, ID: "e1", Field: "name", Old: "", New: "愛子", Said: "愛子", Source: "crm", Origin: profile.Provided},
		{Kind: profile.Imported, ID: "e1", Field: "town", Old: "Kobe", New: "Kobe", Said: "", Source: "crm", Origin: profile.Inferred},
	}
	draft := profile.Entry(steps...)
	if draft.ID != "e1" || draft.Kind != profile.Imported {
		t.Errorf("draft is %s of %s, want e1 of %s", draft.ID, draft.Kind, profile.Imported)
	}
	payload, err := json.Marshal(draft.Payload)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"steps":[{"field":"name","new":"愛子","source":"crm","origin":"provided"},` +
		`{"field":"town","old":"Kobe","new":"Kobe","said":"","source":"crm","origin":"inferred"}]}`
	if diff := cmp.Diff(string(payload), want); diff != "" {
		t.Errorf("payload is different (-got +want):\n%s", diff)
	}
	got, err := profile.DecodeSteps(draft.ID, draft.Kind, payload)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, steps[1:]); diff != "" {
		t.Errorf("steps are different after a round trip (-got +want):\n%s", diff)
	}
}

func TestEntryOfConfirmationsAlone(t *testing.T) {
	draft := profile.Step{Kind: profile.Confirmed, ID: "e1", Field: "shoe"}.Entry()
	if draft.Kind != profile.Confirmed {
		t.Errorf("kind = %s, want %s", draft.Kind, profile.Confirmed)
	}
}

func TestDecodeStepsOfAnotherForm(t *testing.T) {
	if _, err := profile.DecodeSteps("e1", profile.Imported, []byte(`{"steps":[{"field":1}]}`)); err == nil {
		t.Errorf("DecodeSteps() gives no error")
	}
}

func TestBiography(t *testing.T) {
	moment := func(id, field, source string, kind string, n int) profile.Moment {
		m := profile.Moment{At: day(n)}
		m.Step = profile.Step{ID: id, Field: field, Source: source, Kind: profile.Imported}
		if kind == "same" {
			m.Kind = profile.Confirmed
		}
		return m
	}
	moments := []profile.Moment{
		moment("1", "town", "crm", "new", 1),
		moment("2", "town", "crm", "same", 2),
		moment("3", "name", "crm", "new", 2),
		moment("4", "town", "crm", "same", 3),
		moment("5", "town", "club", "same", 3),
		moment("6", "town", "crm", "same", 4),
	}
	var got []string
	for _, m := range profile.Biography("town", moments) {
		got = append(got, m.ID)
	}
	if diff := cmp.Diff(got, []string{"6", "5", "4", "1"}); diff != "" {
		t.Errorf("biography is different (-got +want):\n%s", diff)
	}
}
