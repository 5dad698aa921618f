package storetest

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/scim"
)

// enrolled: who a system deals with reads back, is found by name whatever its
// case, and has the name alone.
func enrolled(t *testing.T, f Fixture) {
	system := "directory-" + id.New()
	first, second := f.subject(t), f.subject(t)
	want := scim.Enrolment{System: system, Subject: first, Name: "Mika Ōno", Active: true, CreatedAt: f.now(), ChangedAt: f.now()}
	f.commit(t, f.change(first, f.version(t, first), want))
	f.commit(t, f.change(second, f.version(t, second), scim.Enrolment{System: system, Subject: second, Name: "b", CreatedAt: f.now(), ChangedAt: f.now()}))
	got, err := f.DB.Enrolment(t.Context(), system, first)
	must(t, "enrolment", err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got, err := f.DB.EnrolledAs(t.Context(), system, "MIKA ŌNO"); err != nil || got != first {
		t.Errorf("got %s, %v", got, err)
	}
	if _, err := f.DB.EnrolledAs(t.Context(), "another", want.Name); !errors.Is(err, errs.NotFound) {
		t.Errorf("another system finds them: %v", err)
	}
	taken := scim.Enrolment{System: system, Subject: second, Name: "mika ōno"}
	if _, err := f.DB.Commit(t.Context(), f.change(second, f.version(t, second), taken)); !errors.Is(err, errs.Conflict) {
		t.Errorf("two have one name: %v", err)
	}
	if all, total, err := f.DB.Enrolled(t.Context(), system, 1, 5); err != nil || total != 2 || len(all) != 1 {
		t.Errorf("got %v of %d, %v", all, total, err)
	}
	f.commit(t, f.change(first, f.version(t, first), scim.Ended{System: system}))
	if _, err := f.DB.Enrolment(t.Context(), system, first); !errors.Is(err, errs.NotFound) {
		t.Errorf("got %v", err)
	}
}
