package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/i18n"
	"livingprofile/internal/ledger"
	"livingprofile/internal/organisation"
)

// draftsMeet: a draft reads back as it was written, takes the place only of the
// one that its writer has seen, and ends once.
func draftsMeet(t *testing.T, f Fixture) {
	ctx := t.Context()
	const purpose = consent.PurposeID("fair")
	one := organisation.PurposeDraft{
		Purpose: purpose, Base: "0011", Words: consent.PurposeWords{Question: i18n.Text{"en": "Fair?", "ja": "市"}}, Author: "ann",
	}
	must(t, "save", f.DB.SavePurposeDraft(ctx, &one, time.Time{}))
	stands := func(want organisation.PurposeDraft) {
		t.Helper()
		all, err := f.DB.PurposeDrafts(ctx)
		must(t, "drafts", err)
		if diff := cmp.Diff(all[purpose], want); diff != "" {
			t.Errorf("draft (-got +want):\n%s", diff)
		}
	}
	stands(one)
	other := one
	other.Author = "ben"
	wantKind(t, "another first draft", f.DB.SavePurposeDraft(ctx, &other, time.Time{}), errs.Conflict)
	stands(one)
	must(t, "save what was seen", f.DB.SavePurposeDraft(ctx, &other, one.At))
	stands(other)
	if !other.At.After(one.At) {
		t.Errorf("nobody can tell %s from %s", other.At, one.At)
	}
	wantKind(t, "throw away what was not seen", f.DB.DropPurposeDraft(ctx, purpose, one.At), errs.Conflict)

	publish := func(at time.Time) error {
		_, err := f.DB.Commit(ctx, ledger.Change{
			At: f.now(), Actor: test, Entries: []ledger.Draft{{Kind: "organisation.amended"}},
			Rows: []any{organisation.DraftPublished{Purpose: purpose, At: at}},
		})
		return err
	}
	wantKind(t, "publish what was not seen", publish(one.At), errs.Conflict)
	stands(other)
	must(t, "publish", publish(other.At))
	wantKind(t, "publish again", publish(other.At), errs.Conflict)
	stands(organisation.PurposeDraft{})
}
