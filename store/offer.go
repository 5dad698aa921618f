package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/keyring"
	"livingprofile/internal/ledger"
	"livingprofile/internal/transfer"
)

// The states of an offer: it waits; it is over and its key is still there; its
// key is gone.
const (
	offerWaits = "waiting"
	offerOver  = "over"
	offerGone  = "gone"
)

// nonceLife is how long the package of an offer is known again.
const nonceLife = 30 * 24 * time.Hour

// theirOffers are the offers of a subject: they wait, and one of their names is
// one that the subject has proved. lane and subject are its first two arguments.
const theirOffers = `from offers where state = 'waiting' and id in (
	select n.offer
	from offer_names n
	join identifiers i on i.blind = n.blind
	where i.lane = $1 and i.subject = $2 and i.verified_at > 0)`

// forgetNames deletes by what the people of ended offers are known.
const forgetNames = "delete from offer_names where offer in (select id from offers where state <> 'waiting')"

// An offerBody is what a row of offers has sealed.
type offerBody struct {
	Values []transfer.Value `json:"values"`
	Rest   []string         `json:"rest,omitempty"`
}

func offerPlace(offer string) keyring.Place {
	return keyring.Place{Table: "offers", Row: offer, Column: "body"}
}

// KeepOffer keeps a new offer; errs.Conflict for one that came before, whose
// key is destroyed again.
func (db *DB) KeepOffer(ctx context.Context, o transfer.Offer) error {
	plain, err := json.Marshal(offerBody{o.Values, o.Rest})
	if err != nil {
		return fmt.Errorf("offer: %w", err)
	}
	keys, err := db.ring.Create(ctx, id.Subject(o.ID))
	if err != nil {
		return fmt.Errorf("key of an offer: %w", err)
	}
	nonce := db.ring.Blind("offer", o.From, o.Nonce)
	rows := []any{write{
		query: `
			insert into offers (id, controller, state, nonce, at, until_at, body)
			values ($1, $2, $3, $4, $5, $6, $7)
			on conflict (nonce) do nothing`,
		args: []any{
			o.ID, o.From, offerWaits, nonce[:], micros(o.At), micros(o.Until), keys[0].Seal(nil, plain, offerPlace(o.ID)),
		},
		missed: errs.New(errs.Conflict, "transfer.error.came_before"),
	}}
	for _, name := range o.Names {
		blind := db.ring.Blind(string(name.Kind), name.Scope, name.Value)
		rows = append(rows, write{query: "insert into offer_names (offer, blind) values ($1, $2)", args: []any{o.ID, blind[:]}})
	}
	_, err = db.Commit(ctx, ledger.Change{
		At: o.At, Actor: ledger.Actor{Kind: ledger.ByProgram, ID: "transfer"}, Cause: o.ID, Rows: rows,
		Entries: []ledger.Draft{{Kind: transfer.Received, Payload: transfer.Trace{Offer: o.ID, From: o.From}}},
	})
	if isKind(err, errs.Conflict) {
		if gone := db.ring.Destroy(ctx, id.Subject(o.ID)); gone != nil {
			return gone
		}
	}
	return err
}

// WaitingFrom counts the offers of a controller that wait.
func (db *DB) WaitingFrom(ctx context.Context, controller string) (int, error) {
	var n int
	err := db.main.read(ctx, func(c conn) error {
		return c.one(ctx, "select count(*) from offers where state = $1 and controller = $2", []any{offerWaits, controller}, &n)
	})
	return n, err
}

// Offers returns what waits for an active subject, newest first.
func (db *DB) Offers(ctx context.Context, subject id.Subject, now time.Time) ([]transfer.Offer, error) {
	var all []transfer.Offer
	var sealed [][]byte
	err := db.main.read(ctx, func(c conn) error {
		all, sealed = nil, nil
		return c.each(ctx, func(rows *sql.Rows) error {
			var o transfer.Offer
			var at, until int64
			var body []byte
			err := rows.Scan(&o.ID, &o.From, &at, &until, &body)
			o.At, o.Until = fromMicros(at), fromMicros(until)
			all, sealed = append(all, o), append(sealed, body)
			return err
		}, "select id, controller, at, until_at, body "+theirOffers+" and until_at > $3 order by at desc, id desc",
			db.lane(subject), subject, micros(now))
	})
	if err != nil {
		return nil, err
	}
	for i := range all {
		key, err := db.ring.Subject(ctx, id.Subject(all[i].ID))
		if err != nil {
			return nil, fmt.Errorf("key of an offer: %w", err)
		}
		plain, err := key.Open(sealed[i], offerPlace(all[i].ID))
		if err != nil {
			return nil, fmt.Errorf("offer %s: %w", all[i].ID, err)
		}
		var b offerBody
		if err := json.Unmarshal(plain, &b); err != nil {
			return nil, fmt.Errorf("offer %s: %w", all[i].ID, err)
		}
		all[i].Values, all[i].Rest = b.Values, b.Rest
	}
	return all, nil
}

// offerEnded ends an offer of the change's subject.
func offerEnded(p *preparedChange, e transfer.Ended) []write {
	return []write{{
		query:  "update offers set state = $3, body = $4 where id = $5 and until_at > $6 and id in (select id " + theirOffers + ")",
		args:   []any{p.lane, p.Subject, offerOver, []byte{}, e.Offer, micros(p.At)},
		missed: errs.New(errs.Gone, "offer.error.gone"),
	}, {query: forgetNames}}
}

// SweepOffers ends what nobody decided on in time, destroys the keys of what has
// ended, and forgets packages that came long ago.
func (db *DB) SweepOffers(ctx context.Context, now time.Time) error {
	var over []id.Subject
	err := db.main.update(ctx, func(c conn) error {
		if _, err := c.exec(ctx, "update offers set state = $1, body = $2 where state = $3 and until_at <= $4",
			offerOver, []byte{}, offerWaits, micros(now)); err != nil {
			return err
		}
		if _, err := c.exec(ctx, forgetNames); err != nil {
			return err
		}
		over = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			var one id.Subject
			err := rows.Scan(&one)
			over = append(over, one)
			return err
		}, "select id from offers where state = $1", offerOver)
	})
	if err != nil {
		return err
	}
	for _, offer := range over {
		if err := db.ring.Destroy(ctx, offer); err != nil {
			return err
		}
	}
	return db.main.update(ctx, func(c conn) error {
		for _, offer := range over {
			if _, err := c.exec(ctx, "update offers set state = $1 where id = $2", offerGone, offer); err != nil {
				return err
			}
		}
		_, err := c.exec(ctx, "delete from offers where state = $1 and at <= $2", offerGone, micros(now.Add(-nonceLife)))
		return err
	})
}
