package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/intake"
	"livingprofile/internal/keyring"
	"livingprofile/internal/ledger"
)

// How long is kept what is left of imports.
const (
	rejectsLife = 7 * 24 * time.Hour
	uploadLife  = 90 * 24 * time.Hour
	// fileLife goes beyond that of intake: nobody can release a file in the
	// moment in which it is deleted.
	fileLife = intake.FileLife + time.Hour
)

// An uploadBody is what a row of imports has sealed.
type uploadBody struct {
	Map      string          `json:"map"`
	MapText  []byte          `json:"map_text,omitempty"`
	Format   intake.Format   `json:"format"`
	Charset  string          `json:"charset,omitempty"`
	Bytes    int64           `json:"bytes,omitempty"`
	Took     time.Duration   `json:"took,omitempty"`
	MovedAt  int64           `json:"moved_at,omitempty"`
	Position json.RawMessage `json:"position,omitempty"`
	Report   *intake.Report  `json:"report,omitempty"`
	Problem  *intake.Problem `json:"problem,omitempty"`
	Limits   *intake.Limits  `json:"limits,omitempty"`
}

func uploadPlace(upload string) keyring.Place {
	return keyring.Place{Table: "imports", Row: upload, Column: "body"}
}

func partPlace(upload, part string, at int64) keyring.Place {
	return keyring.Place{Table: "import_parts", Row: fmt.Sprintf("%s/%s/%d", upload, part, at), Column: "body"}
}

func (db *DB) uploadBody(u *intake.Upload) ([]byte, error) {
	plain, err := json.Marshal(uploadBody{u.Map, u.MapText, u.Format, u.Charset, u.Bytes, u.Took, micros(u.MovedAt), u.Position, u.Report, u.Problem, u.Limits})
	if err != nil {
		return nil, fmt.Errorf("import %s: %w", u.ID, err)
	}
	return db.ring.System().Seal(nil, plain, uploadPlace(u.ID)), nil
}

// BeginUpload keeps a new upload.
func (db *DB) BeginUpload(ctx context.Context, u intake.Upload) error {
	body, err := db.uploadBody(&u)
	if err != nil {
		return err
	}
	file, rejects := id.Subject(id.New()), id.Subject(id.New())
	if _, err := db.ring.Create(ctx, file, rejects); err != nil {
		return fmt.Errorf("keys of an import: %w", err)
	}
	err = db.main.update(ctx, func(c conn) error {
		_, err := c.exec(ctx, `
			insert into imports (
				id, source, state, dry, size, actor_kind, actor_id, created_at, ended_at, once, print, body, file_key, rejects_key)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
			u.ID, u.Source, u.State, flag(u.DryRun), u.Size, u.Actor.Kind, u.Actor.ID, micros(u.CreatedAt), 0, u.Once, []byte{}, body,
			file, rejects)
		return err
	})
	if isKind(err, errs.Conflict) {
		err = errors.Join(err, db.ring.Destroy(ctx, file), db.ring.Destroy(ctx, rejects))
	}
	return err
}

// PutUpload keeps what became of an upload that was at a stage, and tells the
// ledger where kind is not ""; errs.Conflict when it is not there any more. A
// file that is not needed any more goes in the same moment.
func (db *DB) PutUpload(ctx context.Context, was intake.Stage, u intake.Upload, kind ledger.Kind) error {
	body, err := db.uploadBody(&u)
	if err != nil {
		return err
	}
	if u.Print == nil {
		u.Print = []byte{}
	}
	c := ledger.Change{At: db.now(), Actor: u.Actor, Cause: u.ID, Rows: []any{write{
		query: `
			update imports
			set state = $1, size = $2, ended_at = $3, print = $4, body = $5, dry = $6
			where id = $7 and state = $8 and dry = $9`,
		args:   []any{u.State, u.Size, micros(u.EndedAt), u.Print, body, flag(u.DryRun), u.ID, was.State, flag(was.DryRun)},
		missed: errs.New(errs.Conflict, "error.import_begun"),
	}}}
	if !u.KeepsFile() {
		c.Rows = append(c.Rows, write{
			query: "delete from import_parts where import = $1 and part = $2", args: []any{u.ID, intake.FilePart},
		})
	}
	if kind != "" {
		c.Entries = []ledger.Draft{{Kind: kind, Payload: map[string]string{"import": u.ID, "source": u.Source, "state": string(u.State)}}}
	}
	_, err = db.Commit(ctx, c)
	return err
}

// keyOfPart names, of $1, the key of its own that the part of an import i has.
const keyOfPart = "case when $1 = '" + intake.FilePart + "' then i.file_key else i.rejects_key end"

// AddPart keeps a piece of an upload.
func (db *DB) AddPart(ctx context.Context, upload, part string, at int64, data []byte) error {
	var name id.Subject
	err := db.main.read(ctx, func(c conn) error {
		return c.one(ctx, "select "+keyOfPart+" from imports i where id = $2", []any{part, upload}, &name)
	})
	if err != nil {
		return fmt.Errorf("key of an import: %w", err)
	}
	key, err := db.sealedBy(ctx, name, "")
	if err != nil {
		return err
	}
	body := key.Seal(nil, data, partPlace(upload, part, at))
	return db.main.update(ctx, func(c conn) error {
		_, err := c.exec(ctx, `
			insert into import_parts (import, part, at, body)
			values ($1, $2, $3, $4)
			on conflict (import, part, at) do update set body = excluded.body`, upload, part, at, body)
		return err
	})
}

// Part returns a piece of an upload; errs.NotFound for none.
func (db *DB) Part(ctx context.Context, upload, part string, at int64) ([]byte, error) {
	var body []byte
	var name id.Subject
	err := db.main.read(ctx, func(c conn) error {
		return c.one(ctx, `
			select p.body, `+keyOfPart+`
			from import_parts p
			join imports i on i.id = p.import
			where p.part = $1 and p.import = $2 and p.at = $3`, []any{part, upload, at}, &body, &name)
	})
	if err != nil {
		return nil, err
	}
	key, err := db.sealedBy(ctx, name, "")
	if err != nil {
		return nil, err
	}
	return key.Open(body, partPlace(upload, part, at))
}

// PartAts returns where the pieces of an upload begin, in order.
func (db *DB) PartAts(ctx context.Context, upload, part string) ([]int64, error) {
	var all []int64
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			var at int64
			err := rows.Scan(&at)
			all = append(all, at)
			return err
		}, "select at from import_parts where import = $1 and part = $2 order by at", upload, part)
	})
	return all, err
}

// CutParts deletes the pieces of an upload that begin at a byte or after it.
func (db *DB) CutParts(ctx context.Context, upload, part string, from int64) error {
	return db.main.update(ctx, func(c conn) error {
		_, err := c.exec(ctx, "delete from import_parts where import = $1 and part = $2 and at >= $3", upload, part, from)
		return err
	})
}

// Upload returns one; errs.NotFound for none.
func (db *DB) Upload(ctx context.Context, upload string) (intake.Upload, error) {
	return db.anUpload(ctx, "where id = $1", upload)
}

// UploadOnce returns the upload with a digest; errs.NotFound for none.
func (db *DB) UploadOnce(ctx context.Context, once []byte) (intake.Upload, error) {
	return db.anUpload(ctx, "where once = $1", once)
}

// NextUpload returns the oldest import, or trial, that waits or is under way;
// errs.NotFound for none.
func (db *DB) NextUpload(ctx context.Context, dry bool) (intake.Upload, error) {
	return db.anUpload(ctx, "where state in ('waiting', 'running') and dry = $1 order by created_at, id limit 1", flag(dry))
}

// Uploads returns the newest, without those that were cut off while they were
// sent.
func (db *DB) Uploads(ctx context.Context, limit int) ([]intake.Upload, error) {
	return db.uploads(ctx, "where state <> 'receiving' order by created_at desc, id desc limit $1", limit)
}

// UploadsBy returns those that a system sent by its keys, the newest first,
// without those that were cut off while they were sent; those behind one that is
// not zero.
func (db *DB) UploadsBy(ctx context.Context, system string, behind intake.Upload, limit int) ([]intake.Upload, error) {
	const which = "where source = $1 and actor_kind = $2 and state <> 'receiving'"
	if behind.ID == "" {
		return db.uploads(ctx, which+" order by created_at desc, id desc limit $3", system, ledger.BySystem, limit)
	}
	return db.uploads(ctx, which+" and (created_at, id) < ($3, $4) order by created_at desc, id desc limit $5",
		system, ledger.BySystem, micros(behind.CreatedAt), behind.ID, limit)
}

func (db *DB) anUpload(ctx context.Context, which string, args ...any) (intake.Upload, error) {
	all, err := db.uploads(ctx, which, args...)
	if err == nil && len(all) == 0 {
		err = errs.New(errs.NotFound, "error.no_import")
	}
	if err != nil {
		return intake.Upload{}, err
	}
	return all[0], nil
}

func (db *DB) uploads(ctx context.Context, which string, args ...any) ([]intake.Upload, error) {
	var all []intake.Upload
	err := db.main.read(ctx, func(c conn) error {
		all = nil
		return c.each(ctx, func(rows *sql.Rows) error {
			var u intake.Upload
			var dry, created, ended int64
			var body []byte
			if err := rows.Scan(&u.ID, &u.Source, &u.State, &dry, &u.Size, &u.Actor.Kind, &u.Actor.ID, &created, &ended, &u.Once, &u.Print, &body); err != nil {
				return err
			}
			u.DryRun, u.CreatedAt, u.EndedAt = dry != 0, fromMicros(created), fromMicros(ended)
			plain, err := db.ring.System().Open(body, uploadPlace(u.ID))
			if err != nil {
				return fmt.Errorf("import %s: %w", u.ID, err)
			}
			var b uploadBody
			if err := json.Unmarshal(plain, &b); err != nil {
				return fmt.Errorf("import %s: %w", u.ID, err)
			}
			u.Map, u.MapText, u.Format, u.Charset, u.Bytes = b.Map, b.MapText, b.Format, b.Charset, b.Bytes
			u.Took, u.MovedAt = b.Took, fromMicros(b.MovedAt)
			u.Position, u.Report, u.Problem, u.Limits = b.Position, b.Report, b.Problem, b.Limits
			all = append(all, u)
			return nil
		}, `
			select id, source, state, dry, size, actor_kind, actor_id, created_at, ended_at, once, print, body
			from imports `+which, args...)
	})
	return all, err
}

// SweepUploads deletes what is over, its key first: files that ended, that were
// cut off while they were sent, or for which nobody had a word, refused rows, and
// imports that ended long ago.
func (db *DB) SweepUploads(ctx context.Context, now time.Time) error {
	const unheard = "state in ('receiving', 'held') and created_at < $1"
	files, rejects := micros(now.Add(-fileLife)), micros(now.Add(-rejectsLife))
	for _, s := range []struct {
		key, over string
		args      []any
	}{
		{"file_key", "(state = 'failed' or state = 'done' and (dry = 0 or ended_at < $1) or " + unheard + ")", []any{files}},
		{"rejects_key", "(" + unheard + " or ended_at > 0 and ended_at < $2)", []any{files, rejects}},
	} {
		err := db.destroyNamed(ctx, "select "+s.key+" from imports where "+s.key+" <> '' and "+s.over,
			"update imports set "+s.key+" = '' where "+s.key+" = $1", s.args...)
		if err != nil {
			return err
		}
	}
	return db.main.update(ctx, func(c conn) error {
		for _, s := range []struct {
			query  string
			before int64
		}{
			{"delete from import_parts where import in (select id from imports where " + unheard + ")", files},
			{"delete from imports where " + unheard, files},
			{"delete from import_parts where part = 'file' and import in (select id from imports where state = 'done' and dry = 1 and ended_at < $1)", files},
			{"delete from import_parts where import in (select id from imports where ended_at > 0 and ended_at < $1)", rejects},
			{"delete from imports where ended_at > 0 and ended_at < $1", micros(now.Add(-uploadLife))},
		} {
			if _, err := c.exec(ctx, s.query, s.before); err != nil {
				return err
			}
		}
		return nil
	})
}
