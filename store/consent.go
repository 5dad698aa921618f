package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"livingprofile/internal/consent"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/keyring"
)

const recordColumns = `
	id, subject, purpose, version, scope, notice, locale, status,
	at, until, proof_kind, proof_ref, brand, channel, via`

// scanRecord reads a record without its proof's reference, which is returned
// as it is sealed.
func scanRecord(rows *sql.Rows) (r consent.Record, sealedRef []byte, err error) {
	var at, until int64
	err = rows.Scan(&r.ID, &r.Subject, &r.Purpose, &r.Version, &r.Scope, &r.Notice, &r.Locale, &r.Status,
		&at, &until, &r.Proof.Kind, &sealedRef, &r.Brand, &r.Channel, &r.Via)
	r.At, r.Until = fromMicros(at), fromMicros(until)
	return r, sealedRef, err
}

func recordPlace(rec consent.RecordID) keyring.Place {
	return keyring.Place{Table: "consent_records", Row: string(rec), Column: "proof_ref"}
}

// Records returns the consent records of a subject, of one purpose or of all
// when purpose is "", oldest first.
func (db *DB) Records(ctx context.Context, subject id.Subject, purpose consent.PurposeID) ([]consent.Record, error) {
	key, err := db.ring.Subject(ctx, subject)
	if err != nil {
		return nil, err
	}
	var all []consent.Record
	err = db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			r, sealed, err := scanRecord(rows)
			if err != nil {
				return err
			}
			if sealed != nil {
				ref, err := key.Open(sealed, recordPlace(r.ID))
				if err != nil {
					return fmt.Errorf("consent record %s: %w", r.ID, err)
				}
				r.Proof.Ref = string(ref)
			}
			all = append(all, r)
			return nil
		}, "select"+recordColumns+`
			from consent_records
			where lane = $1 and subject = $2 and ($3 = '' or purpose = $3)
			order by at, id`, db.lane(subject), subject, string(purpose))
	})
	return all, err
}

// ProvedRecord returns the record of that id, whoever's it is, without the
// reference of its proof. It is for receipts: the caller decides who may see
// what.
func (db *DB) ProvedRecord(ctx context.Context, rec consent.RecordID) (consent.Proved, error) {
	var p consent.Proved
	found := false
	err := db.main.read(ctx, func(c conn) error {
		err := c.each(ctx, func(rows *sql.Rows) (err error) {
			found = true
			p.Record, _, err = scanRecord(rows)
			return err
		}, "select"+recordColumns+" from consent_records where id = $1", string(rec))
		if err != nil || !found {
			return err
		}
		var evidence []byte
		err = c.one(ctx, `
			select lane, seq, hash, evidence
			from ledger_entries
			where lane = $1 and subject = $2 and id = $3`,
			[]any{db.lane(p.Subject), p.Subject, string(rec)}, &p.Lane, &p.Seq, &p.Hash, &evidence)
		p.Evidence = toHash(evidence)
		return err
	})
	if err == nil && !found {
		err = errs.NotFound
	}
	return p, err
}

// DueConsents returns yeses that are over and not yet recorded as expired. Which
// record counts is as consent.Fold has it: all else outranks a mere word.
func (db *DB) DueConsents(ctx context.Context, now time.Time, limit int) ([]consent.Due, error) {
	var all []consent.Due
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			var d consent.Due
			err := rows.Scan(&d.Subject, &d.Key.Purpose, &d.Key.Scope)
			all = append(all, d)
			return err
		}, `
			select r.subject, r.purpose, r.scope
			from consent_records r
			join subjects s on s.lane = r.lane and s.id = r.subject
			where r.until > 0 and r.until <= $1 and r.status in ('given', 'renewed') and s.state = 'active'
				and not exists (
					select 1
					from consent_records n
					where n.lane = r.lane and n.subject = r.subject and n.purpose = r.purpose and n.scope = r.scope
						and (n.proof_kind <> 'word' or r.proof_kind = 'word')
						and (n.proof_kind <> r.proof_kind and r.proof_kind = 'word' or n.at > r.at or (n.at = r.at and n.id > r.id)))
			order by r.until
			limit $2`, micros(now), limit)
	})
	return all, err
}
