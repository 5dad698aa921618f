package floor

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"runtime"

	_ "modernc.org/sqlite" // the driver
)

// A DB is the floor's database, with the settings of the product's.
type DB struct {
	readers, writers         *sql.DB
	profile, consents, write *sql.Stmt
	forget                   []*sql.Stmt
	group, forgets           *group
	index                    index
	outbox                   *outbox
}

const schema = `
	create table if not exists profiles (
		id text not null primary key,
		given text not null, family text not null, email text not null, phone text not null,
		birthday text not null, street text not null, city text not null, postcode text not null,
		country text not null, instrument text not null, interests text not null, about text not null
	) strict;
	create table if not exists consents (
		subject text not null, purpose text not null, status text not null, at integer not null, notice text not null,
		primary key (subject, purpose)
	) strict, without rowid;
	create table if not exists records (
		id integer primary key, subject text not null, purpose text not null, status text not null, at integer not null
	) strict;
	create table if not exists tombstones (id text not null primary key) strict;
	create table if not exists outbox (id integer primary key, subject text not null) strict;`

// forgetSQL is all that becomes of a person who is forgotten.
var forgetSQL = [...]string{
	"delete from profiles where id = ?",
	"delete from consents where subject = ?",
	"insert into tombstones (id) values (?)",
	"insert into outbox (subject) values (?)",
}

const (
	profileSQL = `
		select id, given, family, email, phone, birthday, street, city, postcode, country, instrument, interests, about
		from profiles
		where id = ?`
	consentsSQL = `
		select purpose, status, at, notice
		from consents
		where subject = ?
		order by purpose`
	recordSQL = `
		insert into records (subject, purpose, status, at)
		values (?, ?, ?, ?)`
)

// Open opens the floor in folder, and makes it where there is none.
func Open(ctx context.Context, folder string) (*DB, error) {
	db := &DB{}
	if err := db.open(ctx, address(filepath.Join(folder, "floor.db"))); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func (db *DB) open(ctx context.Context, source string) (err error) {
	if db.writers, err = sql.Open("sqlite", source); err != nil {
		return err
	}
	db.writers.SetMaxOpenConns(1)
	if _, err = db.writers.ExecContext(ctx, schema); err != nil {
		return fmt.Errorf("make tables: %w", err)
	}
	if db.write, err = db.writers.PrepareContext(ctx, recordSQL); err != nil {
		return err
	}
	if db.readers, err = sql.Open("sqlite", source+"&_pragma=query_only(1)"); err != nil {
		return err
	}
	n := runtime.GOMAXPROCS(0) + 2
	db.readers.SetMaxOpenConns(n)
	db.readers.SetMaxIdleConns(n)
	if db.profile, err = db.readers.PrepareContext(ctx, profileSQL); err != nil {
		return err
	}
	if db.consents, err = db.readers.PrepareContext(ctx, consentsSQL); err != nil {
		return err
	}
	for _, query := range forgetSQL {
		stmt, err := db.writers.PrepareContext(ctx, query)
		if err != nil {
			return err
		}
		db.forget = append(db.forget, stmt)
	}
	db.group, db.forgets = newGroup(db.writers, db.write), newGroup(db.writers, db.forget...)
	db.outbox = newOutbox(db.group)
	return nil
}

func address(path string) string {
	q := url.Values{"_txlock": {"immediate"}, "_pragma": {
		"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(10000)", "cache_size(-2048)", "temp_store(MEMORY)",
	}}
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}).String()
}

// Close ends the writer and closes the database.
func (db *DB) Close() error {
	if db.outbox != nil {
		db.outbox.close()
	}
	for _, g := range []*group{db.group, db.forgets} {
		if g != nil {
			g.close()
		}
	}
	var all []error
	for _, s := range append(db.forget, db.profile, db.consents, db.write) {
		if s != nil {
			all = append(all, s.Close())
		}
	}
	for _, d := range []*sql.DB{db.readers, db.writers} {
		if d != nil {
			all = append(all, d.Close())
		}
	}
	return errors.Join(all...)
}

// A Profile is one person's row.
type Profile struct {
	ID         string `json:"id"`
	Given      string `json:"given"`
	Family     string `json:"family"`
	Email      string `json:"email"`
	Phone      string `json:"phone"`
	Birthday   string `json:"birthday"`
	Street     string `json:"street"`
	City       string `json:"city"`
	Postcode   string `json:"postcode"`
	Country    string `json:"country"`
	Instrument string `json:"instrument"`
	Interests  string `json:"interests"`
	About      string `json:"about"`
}

// A Consent is one row of a page.
type Consent struct {
	Purpose, Status, Notice string
	At                      int64
}

// A Person is what Fill writes.
type Person struct {
	Profile
	Consents []Consent
}

// fillBatch is how many people go into one transaction.
const fillBatch = 5000

// Fill writes n people, in batches. person is asked for each in turn.
func (db *DB) Fill(ctx context.Context, n int, person func(i int) Person) error {
	for from := 0; from < n; from += fillBatch {
		if err := db.fill(ctx, from, min(from+fillBatch, n), person); err != nil {
			return fmt.Errorf("fill: %w", err)
		}
	}
	return nil
}

func (db *DB) fill(ctx context.Context, from, to int, person func(i int) Person) error {
	tx, err := db.writers.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	for i := from; i < to; i++ {
		p := person(i)
		_, err := tx.ExecContext(ctx, "insert into profiles values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			p.ID, p.Given, p.Family, p.Email, p.Phone, p.Birthday, p.Street, p.City, p.Postcode, p.Country,
			p.Instrument, p.Interests, p.About)
		if err != nil {
			return err
		}
		for _, c := range p.Consents {
			if _, err := tx.ExecContext(ctx, "insert into consents values (?, ?, ?, ?, ?)",
				p.ID, c.Purpose, c.Status, c.At, c.Notice); err != nil {
				return err
			}
		}
	}
	return tx.Commit()
}

func (db *DB) readProfile(ctx context.Context, id string) (p Profile, err error) {
	err = db.profile.QueryRowContext(ctx, id).Scan(&p.ID, &p.Given, &p.Family, &p.Email, &p.Phone, &p.Birthday,
		&p.Street, &p.City, &p.Postcode, &p.Country, &p.Instrument, &p.Interests, &p.About)
	return p, err
}

func (db *DB) readConsents(ctx context.Context, subject string) ([]Consent, error) {
	rows, err := db.consents.QueryContext(ctx, subject)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Consent
	for rows.Next() {
		var c Consent
		if err := rows.Scan(&c.Purpose, &c.Status, &c.At, &c.Notice); err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, rows.Err()
}
