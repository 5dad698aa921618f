package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/keyring"
	"livingprofile/internal/profile"
)

// The parts of what is held of a subject, as stored.
const (
	partProfile     = "profile"
	partConsent     = "consent"
	partPreferences = "preferences"
	partFreezes     = "freezes"
	partContacts    = "contacts"
)

// Subject returns a data subject, erased ones too.
func (db *DB) Subject(ctx context.Context, subject id.Subject) (identity.Subject, error) {
	s := identity.Subject{ID: subject}
	var created int64
	err := db.main.read(ctx, func(c conn) error {
		return c.one(ctx, "select version, state, created_at from subjects where lane = $1 and id = $2",
			[]any{db.lane(subject), subject}, &s.Version, &s.State, &created)
	})
	s.CreatedAt = fromMicros(created)
	return s, err
}

// Identifiers returns the identifiers of a subject, oldest first.
func (db *DB) Identifiers(ctx context.Context, subject id.Subject) ([]identity.Identifier, error) {
	key, err := db.ring.Subject(ctx, subject)
	if err != nil {
		return nil, err
	}
	var all []identity.Identifier
	err = db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			i := identity.Identifier{Subject: subject}
			var value []byte
			var verified, vouched, created, main int64
			if err := rows.Scan(&i.ID, &i.Kind, &i.Scope, &value, &verified, &vouched, &i.Source, &main, &created); err != nil {
				return err
			}
			plain, err := key.Open(value, identifierPlace(i.ID))
			if err != nil {
				return fmt.Errorf("identifier %s: %w", i.ID, err)
			}
			i.Value, i.VerifiedAt, i.VouchedAt = string(plain), fromMicros(verified), fromMicros(vouched)
			i.Main, i.CreatedAt = main != 0, fromMicros(created)
			all = append(all, i)
			return nil
		}, `
			select id, kind, scope, value, verified_at, vouched_at, source, main, created_at
			from identifiers
			where lane = $1 and subject = $2
			order by created_at, id`, db.lane(subject), subject)
	})
	return all, err
}

func identifierPlace(rowID string) keyring.Place {
	return keyring.Place{Table: "identifiers", Row: rowID, Column: "value"}
}

// Holders returns the active subjects that bear an identifier, the one that
// has proved it first. value is normalised.
func (db *DB) Holders(ctx context.Context, kind identity.Kind, scope, value string) ([]identity.Holder, error) {
	blind := db.ring.Blind(string(kind), scope, value)
	var all []identity.Holder
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			var h identity.Holder
			var verified int64
			if err := rows.Scan(&h.Subject, &h.Identifier, &verified); err != nil {
				return err
			}
			h.VerifiedAt = fromMicros(verified)
			all = append(all, h)
			return nil
		}, `
			select i.subject, i.id, i.verified_at
			from identifiers i
			join subjects s on s.lane = i.lane and s.id = i.subject
			where i.blind = $1 and s.state = 'active'
			order by case when i.verified_at > 0 then 0 else 1 end, i.created_at, i.id`, blind[:])
	})
	return all, err
}

// Facts reads all of what is held of an active subject, and of those joined
// with it. It is for reading alone: a change is decided on what is Held.
func (db *DB) Facts(ctx context.Context, subject id.Subject) (decision.Facts, error) {
	f, err := db.Beside(ctx, subject)
	return f.Whole(), err
}

// Held reads all of what is held of an active subject itself, at one moment.
func (db *DB) Held(ctx context.Context, subject id.Subject) (decision.Facts, error) {
	return db.facts(ctx, subject, allParts)
}

// Beside is Held, with what the person's other records hold as its Others: a
// change is decided on the one, and asked of the whole whether it may be.
func (db *DB) Beside(ctx context.Context, subject id.Subject) (decision.Facts, error) {
	own, err := db.facts(ctx, subject, allParts)
	if err != nil || own.Circle == "" {
		return own, err
	}
	return db.beside(ctx, subject, own)
}

// Which parts facts reads, as a condition.
const (
	allParts      = ""
	profilePart   = " and t.part = 'profile'"
	standingParts = " and t.part in ('consent', 'preferences')"
)

// facts opens parts of what is held of a subject; errs.Gone from the moment that
// they are erased, which is before their key is destroyed.
func (db *DB) facts(ctx context.Context, subject id.Subject, parts string) (f decision.Facts, err error) {
	key, err := db.ring.Subject(ctx, subject)
	if err != nil {
		return decision.Facts{}, err
	}
	var is identity.State
	err = db.main.read(ctx, func(c conn) error {
		f, is = decision.Facts{Consents: consent.State{}}, ""
		return c.each(ctx, func(rows *sql.Rows) error {
			var has string
			var body sql.RawBytes
			if err := rows.Scan(&is, &f.Version, &f.Circle, &has, &body); err != nil || has == "" {
				return err
			}
			return openState(&f, key, subject, has, body)
		}, `
			select s.state, s.version, s.circle, coalesce(t.part, ''), t.body
			from subjects s
			left join subject_states t on t.lane = s.lane and t.subject = s.id`+parts+`
			where s.lane = $1 and s.id = $2`, db.lane(subject), subject)
	})
	switch {
	case err != nil:
	case is == identity.Erased:
		err = errs.Gone
	case is != identity.Active:
		err = errs.NotFound
	}
	return f, err
}

func openState(f *decision.Facts, key *keyring.DataKey, subject id.Subject, part string, body []byte) error {
	plain, err := key.Open(body, statePlace(subject, part))
	if err != nil {
		return fmt.Errorf("%s of subject: %w", part, err)
	}
	// The states read themselves; json.Unmarshal would first read them through
	// for faults.
	switch part {
	case partProfile:
		err = f.Profile.UnmarshalJSON(plain)
	case partConsent:
		err = f.Consents.UnmarshalJSON(plain)
	case partPreferences:
		err = json.Unmarshal(plain, &f.Preferences)
	case partFreezes:
		err = json.Unmarshal(plain, &f.Freezes)
	case partContacts:
		err = json.Unmarshal(plain, &f.Contacts)
	case partHumans:
		err = json.Unmarshal(plain, &f.Humans)
	}
	if err != nil {
		return fmt.Errorf("%s of subject: %w", part, err)
	}
	return nil
}

// Profile reads what is claimed about a subject.
func (db *DB) Profile(ctx context.Context, subject id.Subject) (profile.State, int64, error) {
	f, err := db.facts(ctx, subject, profilePart)
	return f.Profile, f.Version, err
}

// Standings reads what a subject decided and wishes.
func (db *DB) Standings(ctx context.Context, subject id.Subject) (consent.Standings, error) {
	f, err := db.facts(ctx, subject, standingParts)
	return consent.Standings{Version: f.Version, State: f.Consents, Preferences: f.Preferences}, err
}

func statePlace(subject id.Subject, part string) keyring.Place {
	return keyring.Place{Table: "subject_states", Row: string(subject), Column: part}
}
