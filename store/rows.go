package store

import (
	"context"
	"encoding/json"
	"fmt"

	"livingprofile/internal/activity"
	"livingprofile/internal/approval"
	"livingprofile/internal/audience"
	"livingprofile/internal/automated"
	"livingprofile/internal/breach"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/identity"
	"livingprofile/internal/inbound"
	"livingprofile/internal/job"
	"livingprofile/internal/keyring"
	"livingprofile/internal/login"
	"livingprofile/internal/organisation"
	"livingprofile/internal/profile"
	"livingprofile/internal/pull"
	"livingprofile/internal/review"
	"livingprofile/internal/rights"
	"livingprofile/internal/scim"
	"livingprofile/internal/staff"
	"livingprofile/internal/transfer"
)

// rowWrites turns one row of a change into statements, personal values sealed.
// It is the list of what a change may write.
func (db *DB) rowWrites(ctx context.Context, p *preparedChange, key *keyring.DataKey, row any) ([]write, error) {
	if !p.mayWrite(row) {
		return nil, fmt.Errorf("a change of subject %q cannot write this %T", p.Subject, row)
	}
	switch r := row.(type) {
	case identity.Identifier:
		return append([]write{db.identifierWrite(p, key, r)}, toldAnew(p, &r)...), nil
	case identity.Verified:
		return []write{{
			query:  "update identifiers set verified_at = $1 where lane = $2 and subject = $3 and id = $4",
			args:   []any{micros(p.At), p.lane, p.Subject, r.Identifier},
			missed: errs.NotFound,
		}}, nil
	case identity.Vouched:
		return []write{{
			query:  "update identifiers set vouched_at = $1 where lane = $2 and subject = $3 and id = $4",
			args:   []any{micros(p.At), p.lane, p.Subject, r.Identifier},
			missed: errs.NotFound,
		}}, nil
	case identity.Removed:
		return []write{{
			query:  "delete from identifiers where lane = $1 and subject = $2 and id = $3",
			args:   []any{p.lane, p.Subject, r.Identifier},
			missed: errs.NotFound,
		}}, nil
	case identity.MadeMain:
		return []write{{
			query: `
				update identifiers
				set main = case when id = $1 then 1 else 0 end
				where lane = $2 and subject = $3 and kind = $4
					and exists (
						select 1 from identifiers as chosen
						where chosen.lane = $2 and chosen.subject = $3 and chosen.kind = $4 and chosen.id = $1)`,
			args:   []any{r.Identifier, p.lane, p.Subject, identity.Email},
			missed: errs.NotFound,
		}}, nil
	case consent.Record:
		return []write{recordWrite(p, key, r)}, nil
	case consent.State:
		w, err := stateWrite(p, key, partConsent, r.MarshalJSON)
		return append(w, touchWrite(p)), err
	case consent.Preferences:
		return stateWrite(p, key, partPreferences, func() ([]byte, error) { return json.Marshal(r) })
	case profile.State:
		w, err := stateWrite(p, key, partProfile, r.MarshalJSON)
		return append(w, retentionWrite(p)), err
	case rights.Request:
		return requestWrite(p, key, r)
	case rights.PersonHold:
		return holdWrite(p, key, r)
	case rights.HoldEnded:
		return holdEnded(p), nil
	case rights.Freezes:
		w, err := stateWrite(p, key, partFreezes, func() ([]byte, error) { return json.Marshal(r) })
		return append(w, touchWrite(p)), err
	case decision.Contacts:
		return stateWrite(p, key, partContacts, func() ([]byte, error) { return json.Marshal(r) })
	case rights.Copy:
		return []write{copyWrite(p, key, r)}, nil
	case rights.CopyTaken:
		return []write{copyTakenWrite(p, r)}, nil
	case rights.Attachment:
		return attachmentWrite(p, key, &r)
	case rights.Erased:
		return db.erasedWrites(p, r)
	case transfer.Ended:
		return offerEnded(p, r), nil
	case write:
		return []write{r}, nil
	case organisation.DraftPublished:
		return []write{draftPublishedWrite(r)}, nil
	case declaration:
		return []write{declarationWrite(p, r)}, nil
	case pull.Position:
		w, err := db.pullWrite(r)
		return []write{w}, err
	case approval.Approval:
		w, err := db.approvalWrite(r)
		return []write{w}, err
	case review.Warned:
		return []write{warnedWrite(r)}, nil
	case []consent.Notice:
		return noticeWrites(r), nil
	case decision.Reading:
		return []write{readingWrite(p, r)}, nil
	case login.Attempt:
		w, err := db.attemptWrite(ctx, r)
		return []write{w}, err
	case job.Job:
		return db.jobWrites(ctx, key, r)
	}
	if writes, ok := db.staffWrites(p, row); ok {
		return writes, nil
	}
	if writes, ok, err := inboundWrites(p, key, row); ok || err != nil {
		return writes, err
	}
	if writes, ok, err := db.activityWrites(p, key, row); ok {
		return writes, err
	}
	if writes, ok := db.enrolmentWrites(p, key, row); ok {
		return writes, nil
	}
	if writes, ok, err := db.automatedWrites(p, key, row); ok {
		return writes, err
	}
	if writes, ok, err := db.audienceWrites(p, row); ok {
		return writes, err
	}
	if writes, ok, err := db.breachWrites(p, row); ok {
		return writes, err
	}
	return nil, fmt.Errorf("a change cannot write %T", row)
}

// mayWrite tells whether row belongs to the change's subject: it would be
// sealed with the key of another, and nobody could read it again.
func (p *preparedChange) mayWrite(row any) bool {
	switch r := row.(type) {
	case identity.Identifier, identity.Verified, identity.Vouched, identity.Removed, identity.MadeMain,
		consent.State, consent.Preferences, profile.State, decision.Contacts, decision.Reading,
		rights.Freezes, rights.PersonHold, rights.HoldEnded, rights.Attachment, rights.Copy, rights.CopyTaken, rights.Erased, staff.Opened,
		activity.Removal, activity.State, audience.Place, automated.Humans, scim.Ended, breach.Reached,
		transfer.Ended:
		return p.Subject != "" && (p.Base != 0 || !ends(row))
	case rights.Request:
		return p.Subject != "" && r.Subject == p.Subject
	case activity.Observation:
		return p.Subject != "" && r.Subject == p.Subject
	case automated.Decision:
		return p.Subject != "" && r.Subject == p.Subject
	case automated.Settled:
		return p.Subject != "" && r.Subject == p.Subject
	case consent.Record:
		return p.Subject != "" && r.Subject == p.Subject
	case inbound.Conflict:
		return p.Subject != "" && r.Subject == p.Subject
	case scim.Enrolment:
		return p.Subject != "" && r.Subject == p.Subject
	case job.Job:
		return r.Subject == "" || r.Subject == p.Subject
	}
	return true
}

// ends tells whether a row is the last of a subject.
func ends(row any) bool {
	_, is := row.(rights.Erased)
	return is
}

func (db *DB) identifierWrite(p *preparedChange, key *keyring.DataKey, i identity.Identifier) write {
	blind := db.ring.Blind(string(i.Kind), i.Scope, i.Value)
	return write{
		query: `
			insert into identifiers (
				lane, id, subject, kind, scope, blind, value,
				verified_at, vouched_at, source, main, created_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		args: []any{
			p.lane, i.ID, p.Subject, i.Kind, i.Scope, blind[:],
			key.Seal(nil, []byte(i.Value), identifierPlace(i.ID)),
			micros(i.VerifiedAt), micros(i.VouchedAt), i.Source, flag(i.Main), micros(i.CreatedAt),
		},
	}
}

func recordWrite(p *preparedChange, key *keyring.DataKey, r consent.Record) write {
	var ref []byte
	if r.Proof.Ref != "" {
		ref = key.Seal(nil, []byte(r.Proof.Ref), recordPlace(r.ID))
	}
	return write{
		query: `
			insert into consent_records (
				lane, id, subject, purpose, version, scope, notice, locale, status,
				at, until, proof_kind, proof_ref, brand, channel, via)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		args: []any{
			p.lane, r.ID, p.Subject, r.Purpose, r.Version, r.Scope, r.Notice, r.Locale, r.Status,
			micros(r.At), micros(r.Until), r.Proof.Kind, ref, r.Brand, r.Channel, r.Via,
		},
	}
}

// stateWrite takes how a state is written: those that write themselves do so
// without json.Marshal, which would read the result through for faults.
func stateWrite(p *preparedChange, key *keyring.DataKey, part string, marshal func() ([]byte, error)) ([]write, error) {
	plain, err := marshal()
	if err != nil {
		return nil, fmt.Errorf("%s of subject: %w", part, err)
	}
	return []write{{
		query: `
			insert into subject_states (lane, subject, part, body)
			values ($1, $2, $3, $4)
			on conflict (lane, subject, part) do update set body = excluded.body`,
		args: []any{p.lane, p.Subject, part, key.Seal(nil, plain, statePlace(p.Subject, part))},
	}}, nil
}
