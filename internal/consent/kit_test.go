package consent

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
)

const person id.Subject = "person"

var noon = time.Date(2026, time.March, 12, 12, 0, 0, 0, time.UTC)

// newsletter is a purpose that asks for consent, at version 2.
func newsletter() *PurposeVersion {
	return &PurposeVersion{Purpose: "news", Number: 2, Basis: Consent, Marketing: true}
}

// stands is what a record of the status, an hour old, leaves.
func stands(status Status, version int) Standing {
	return Standing{Record: "before", Version: version, Status: status, At: noon.Add(-time.Hour), ProofBy: BySession}
}

func wantKind(t *testing.T, what string, err error, kind errs.Kind) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("%s: got %v, want %v", what, err, kind)
	}
}

// drawTime draws from few moments, so that equal ones are common.
func drawTime(t *rapid.T, label string) time.Time {
	return noon.Add(time.Duration(rapid.IntRange(-6, 6).Draw(t, label)) * time.Hour)
}

func drawRecords(t *rapid.T) []Record {
	var records []Record
	for i := range rapid.IntRange(0, 12).Draw(t, "records") {
		r := Record{
			ID:      RecordID(fmt.Sprintf("%c%02d", rapid.SampledFrom([]rune("abc")).Draw(t, "id"), i)),
			Subject: person,
			Purpose: rapid.SampledFrom([]PurposeID{"news", "ads"}).Draw(t, "purpose"),
			Scope:   rapid.SampledFrom([]string{"", "hibiki"}).Draw(t, "scope"),
			Version: rapid.IntRange(1, 3).Draw(t, "version"),
			Status:  rapid.SampledFrom(Statuses[:]).Draw(t, "status"),
			At:      drawTime(t, "at"),
			Proof:   Proof{Kind: rapid.SampledFrom([]ProofKind{BySession, ByImport, ByWord}).Draw(t, "proof")},
			Via:     rapid.SampledFrom([]PurposeID{"", "marketing"}).Draw(t, "via"),
		}
		if r.Proof.Kind == ByWord {
			r.Status, r.Proof.Ref = Given, "crm"
		}
		if rapid.Bool().Draw(t, "expires") {
			r.Until = drawTime(t, "until")
		}
		records = append(records, r)
	}
	return records
}
