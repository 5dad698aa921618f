package inbound

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
	"livingprofile/internal/profile"
)

// echo tells whether an item follows an entry of ours and says what we said. What
// says otherwise is a change like any other: whoever acts on our hook may have
// withdrawn since.
func (s *Service) echo(ctx context.Context, k *known, c Catalogue, item *Item) (bool, error) {
	for _, entry := range []string{item.Cause, item.ID} {
		if !id.Valid(entry) {
			continue
		}
		ours, err := s.store.Happening(ctx, k.subject, entry)
		if errors.Is(err, errs.NotFound) {
			continue
		}
		if err != nil {
			return false, err
		}
		switch {
		case item.Report != nil:
			return k.repeatsDecision(&ours, item.Report)
		case item.Attributes != nil:
			return k.repeatsValues(c, &ours, item.Attributes)
		}
	}
	return false, nil
}

// repeatsDecision tells whether a report says what the entry says, or a yes that
// holds already. A no is never taken for an echo by what holds: it may be newer.
func (k *known) repeatsDecision(ours *ledger.Happening, r *consent.Report) (bool, error) {
	if r.Status == consent.Given && k.facts.Consents.Against(r.Purpose, r.Scope).Status.Valid() {
		return true, nil
	}
	status, is := strings.CutPrefix(string(ours.Kind), "consent.")
	if !is {
		return false, nil
	}
	var t consent.Trace
	if err := json.Unmarshal(ours.Payload, &t); err != nil {
		return false, fmt.Errorf("entry %s: %w", ours.ID, err)
	}
	covers := t.Purpose == r.Purpose && (t.Scope == "" || t.Scope == r.Scope)
	return covers && consent.Status(status).Valid() == (r.Status == consent.Given), nil
}

// repeatsValues tells whether each value is the one that the entry tells, or the
// one that counts.
func (k *known) repeatsValues(c Catalogue, ours *ledger.Happening, said map[string]profile.Claim) (bool, error) {
	told := map[string]string{}
	if strings.HasPrefix(string(ours.Kind), "attribute.") {
		steps, err := profile.DecodeSteps(ours.ID, ours.Kind, ours.Payload)
		if err != nil {
			return false, err
		}
		for i := range steps {
			told[steps[i].Field] = steps[i].New
		}
	}
	for name, claim := range said {
		if value, ok := told[name]; ok && value == claim.Value {
			continue
		}
		f, ok := c.Field(name)
		if !ok || k.facts.Profile.Value(f, c.Rank) != claim.Value {
			return false, nil
		}
	}
	return true, nil
}
