package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"livingprofile/internal/audience"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/keyring"
	"livingprofile/internal/profile"
)

func audiencePlace(row string) keyring.Place {
	return keyring.Place{Table: "audiences", Row: row, Column: "body"}
}

// audienceWrites turns the rows of package audience into statements; false for
// another row.
func (db *DB) audienceWrites(p *preparedChange, row any) ([]write, bool, error) {
	switch r := row.(type) {
	case audience.Send:
		w, err := db.sendWrite(r)
		return []write{w}, true, err
	case audience.Place:
		return []write{placeWrite(p, r)}, true, nil
	case audience.Audience:
		plain, err := json.Marshal(r)
		if err != nil {
			return nil, true, fmt.Errorf("audience: %w", err)
		}
		return []write{{
			query: "insert into audiences (id, created_at, version, body) values ($1, $2, $3, $4)",
			args:  []any{r.ID, micros(r.At), r.Version, db.ring.System().Seal(nil, plain, audiencePlace(r.ID))},
		}}, true, nil
	case audience.Revision:
		plain, err := json.Marshal(r.Audience)
		if err != nil {
			return nil, true, fmt.Errorf("audience: %w", err)
		}
		return []write{{
			query:  "update audiences set version = $1, body = $2 where id = $3 and version = $4",
			args:   []any{r.Version, db.ring.System().Seal(nil, plain, audiencePlace(r.ID)), r.ID, r.Version - 1},
			missed: errs.New(errs.Conflict, "audience.error.changed"),
		}}, true, nil
	case audience.Removal:
		return []write{
			{query: "delete from audiences where id = $1", args: []any{r.Audience}, missed: errs.NotFound},
			{query: "delete from audience_sends where audience = $1", args: []any{r.Audience}},
			{query: "delete from audience_places where audience = $1", args: []any{r.Audience}},
		}, true, nil
	}
	return nil, false, nil
}

// Audiences returns all audiences, the newest first.
func (db *DB) Audiences(ctx context.Context) ([]audience.Audience, error) {
	var all []audience.Audience
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			var row string
			var version int
			var sealed []byte
			if err := rows.Scan(&row, &version, &sealed); err != nil {
				return err
			}
			plain, err := db.ring.System().Open(sealed, audiencePlace(row))
			if err != nil {
				return fmt.Errorf("audience %s: %w", row, err)
			}
			var a audience.Audience
			if err := json.Unmarshal(plain, &a); err != nil {
				return fmt.Errorf("audience %s: %w", row, err)
			}
			a.Version = version // an older release wrote none into the body
			all = append(all, a)
			return nil
		}, "select id, version, body from audiences order by created_at desc, id desc")
	})
	return all, err
}

// Crowd returns the active people after a place, which is a lane and an id.
func (db *DB) Crowd(ctx context.Context, after string, limit int) ([]audience.Person, string, error) {
	lane, from := -1, ""
	if place, rest, ok := strings.Cut(after, " "); ok {
		n, err := strconv.Atoi(place)
		if err != nil {
			return nil, "", fmt.Errorf("place among people: %w", err)
		}
		lane, from = n, rest
	}
	var page []held
	var next string
	err := db.main.read(ctx, func(c conn) error {
		page, next = nil, ""
		read := 0
		var last id.Subject
		return c.each(ctx, func(rows *sql.Rows) error {
			var lane int
			var subject id.Subject
			var version int64
			var circle id.Subject
			var part string
			var body []byte
			if err := rows.Scan(&lane, &subject, &version, &circle, &part, &body); err != nil {
				return err
			}
			if subject != last {
				page, last = append(page, held{subject: subject, version: version, circle: circle, parts: map[string][]byte{}}), subject
				if read++; read == limit {
					next = fmt.Sprintf("%d %s", lane, subject)
				}
			}
			if part != "" {
				page[len(page)-1].parts[part] = body
			}
			return nil
		}, `
			select s.lane, s.id, s.version, s.circle, coalesce(t.part, ''), t.body
			from (
				select lane, id, version, circle
				from subjects
				where (lane, id) > ($1, $2) and state = 'active'
				order by lane, id
				limit $3) s
			left join subject_states t on t.lane = s.lane and t.subject = s.id
			order by s.lane, s.id`, lane, from, limit)
	})
	if err != nil {
		return nil, "", err
	}
	people := make([]audience.Person, 0, len(page))
	for i := range page {
		p, err := db.person(ctx, &page[i])
		if errors.Is(err, errs.Gone) || errs.NotFound == errs.KindOf(err) {
			continue // erased meanwhile
		}
		if err != nil {
			return nil, "", err
		}
		people = append(people, p)
	}
	return people, next, nil
}

// held is what is held of somebody, sealed.
type held struct {
	subject id.Subject
	version int64
	circle  id.Subject // that it is joined in, "" for none
	parts   map[string][]byte
}

func nothing() (profile.State, error) { return profile.State{}, nil }

// person opens what decides, and leaves the profile closed. Of records that are
// joined all is read: what was refused at one is refused for all.
func (db *DB) person(ctx context.Context, h *held) (audience.Person, error) {
	if h.circle != "" && h.circle != h.subject {
		return audience.Person{Subject: h.subject, Again: true, Facts: decision.Facts{Version: h.version}, Profile: nothing}, nil
	}
	if h.circle != "" {
		f, err := db.Facts(ctx, h.subject)
		whole := f.Profile
		f.Profile = profile.State{}
		return audience.Person{Subject: h.subject, Facts: f, Profile: func() (profile.State, error) { return whole, nil }}, err
	}
	key, err := db.ring.Subject(ctx, h.subject)
	if err != nil {
		return audience.Person{}, err
	}
	p := audience.Person{Subject: h.subject, Facts: decision.Facts{Version: h.version, Consents: consent.State{}}}
	for _, part := range []string{partConsent, partPreferences, partFreezes} {
		if body := h.parts[part]; body != nil {
			if err := openState(&p.Facts, key, h.subject, part, body); err != nil {
				return p, err
			}
		}
	}
	p.Profile = func() (profile.State, error) {
		var f decision.Facts
		if body := h.parts[partProfile]; body != nil {
			err := openState(&f, key, h.subject, partProfile, body)
			return f.Profile, err
		}
		return f.Profile, nil
	}
	return p, nil
}
