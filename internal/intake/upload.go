package intake

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"

	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// MaxUpload is the most bytes that a file may have which is sent to the API or
// the console. Larger ones are for the command.
const MaxUpload = 256 << 20

// An Upload is an import of a file that was sent to us.
type Upload struct {
	ID      string
	Source  string
	Map     string // name of a ready-made map, or what that of MapText is called
	MapText []byte // a map that was sent along; nil for a ready-made one
	Format  Format
	Charset string
	DryRun  bool
	State   UploadState
	Size    int64
	Actor   ledger.Actor
	Limits  *Limits // of the key that it was sent with; nil for none
	// Once is a keyed digest by which a repeat is told, Print one of what was
	// sent. Once is never empty.
	Once, Print []byte
	CreatedAt   time.Time
	EndedAt     time.Time

	Bytes    int64           // of the file that are done
	Took     time.Duration   // for them
	MovedAt  time.Time       // when the last batch was done
	Position json.RawMessage // as Positions keep it; nil before the first batch
	Report   *Report         // at the end
	Problem  *Problem        // why it failed, or why a trial ended early
}

// An UploadState says how far an upload is.
type UploadState string

// The states.
const (
	Receiving UploadState = "receiving" // it was cut off while it was sent
	Held      UploadState = "held"      // it waits for a word
	Queued    UploadState = "waiting"
	Running   UploadState = "running"
	Done      UploadState = "done"
	Failed    UploadState = "failed" // before its first row, or it could not go on
)

// Ended tells whether nothing more happens by itself.
func (s UploadState) Ended() bool { return s == Done || s == Failed }

// FileLife is how long a file waits for a word, from when it was sent or from
// the end of its trial. It is deleted an hour later at the earliest, so that
// none goes whose import was just released.
const FileLife = 24 * time.Hour

// WaitsUntil is until when the upload's file may be imported, on a word: it was
// not tried yet, or tried and nothing more. It is zero for one that may not.
func (u *Upload) WaitsUntil() time.Time {
	switch {
	case u.State == Held:
		return u.CreatedAt.Add(FileLife)
	case u.tried():
		return u.EndedAt.Add(FileLife)
	default:
		return time.Time{}
	}
}

// Waits tells whether the file waits for a word at a time.
func (u *Upload) Waits(now time.Time) bool { return now.Before(u.WaitsUntil()) }

func (u *Upload) tried() bool { return u.State == Done && u.DryRun }

// KeepsFile tells whether the file is still needed, or may be.
func (u *Upload) KeepsFile() bool { return !u.State.Ended() || u.tried() }

// A Stage is what an upload has to be still for a change of it to be written.
// None comes twice to one that was released to be imported.
type Stage struct {
	State  UploadState
	DryRun bool
}

// Stage returns that of the upload.
func (u *Upload) Stage() Stage { return Stage{u.State, u.DryRun} }

// A Problem is why a file was refused as a whole.
type Problem struct {
	ID     string         `json:"id"`
	Args   map[string]any `json:"args,omitempty"`
	Fields []errs.Field   `json:"fields,omitempty"`
}

// The parts that are kept of an upload.
const (
	FilePart    = "file"
	RejectsPart = "rejects"
)

// PartSize is how many bytes of a file are sealed as one piece.
const PartSize = 256 << 10

// An UploadStore keeps uploads, sealed.
type UploadStore interface {
	// BeginUpload keeps a new upload; errs.Conflict when there is one with the
	// same Once.
	BeginUpload(ctx context.Context, u Upload) error
	// UploadOnce returns the upload with a digest; errs.NotFound for none.
	UploadOnce(ctx context.Context, once []byte) (Upload, error)
	// PutUpload keeps what became of an upload that was at a stage, and tells
	// the ledger where kind is not "". It is errs.Conflict, and nothing is
	// written, when it is not there any more: somebody else was first. A file
	// that is not needed any more is deleted with it.
	PutUpload(ctx context.Context, was Stage, u Upload, kind ledger.Kind) error
	// AddPart keeps a piece of an upload that begins at a byte, instead of one
	// that was there.
	AddPart(ctx context.Context, upload, part string, at int64, data []byte) error
	// Part returns a piece; errs.NotFound for none.
	Part(ctx context.Context, upload, part string, at int64) ([]byte, error)
	// PartAts returns where the pieces begin, in order.
	PartAts(ctx context.Context, upload, part string) ([]int64, error)
	// CutParts deletes the pieces that begin at a byte or after it.
	CutParts(ctx context.Context, upload, part string, from int64) error
}

// The kinds of ledger entry about uploads.
const (
	ImportReceived ledger.Kind = "import.received"
	ImportReleased ledger.Kind = "import.released"
	ImportEnded    ledger.Kind = "import.ended"
)

// A Desk takes files in. It is safe for concurrent use.
type Desk struct {
	store UploadStore
	clock clock.Clock
	print func(sum []byte) []byte
}

// NewDesk returns a Desk. print keys the digest of a file.
func NewDesk(s UploadStore, c clock.Clock, print func(sum []byte) []byte) *Desk {
	return &Desk{s, c, print}
}

// Receive keeps a file and has it imported. An upload with the same Once is
// returned instead, where it is of the same file; known tells so. It is
// errs.Conflict where the file is another. Without Once nothing is a repeat.
//
// An upload whose State is Held is kept, and waits for Release.
func (d *Desk) Receive(ctx context.Context, u Upload, body io.Reader) (got Upload, known bool, err error) {
	held := u.State == Held
	if _, err := u.LoadMap(); err != nil {
		return u, false, err
	}
	if !u.Format.known() {
		return u, false, errs.InvalidFields(errs.At("format", "error.not_a_choice"))
	}
	u.ID, u.State, u.CreatedAt = id.New(), Receiving, d.clock.Now()
	if len(u.Once) == 0 {
		u.Once = []byte(u.ID)
	}
	before, err := d.store.UploadOnce(ctx, u.Once)
	switch {
	case errors.Is(err, errs.NotFound):
	case err != nil:
		return u, false, err
	case before.State != Receiving:
		return d.again(before, &u, body)
	default:
		// It was cut off, and is sent again.
		u.ID = before.ID
		if err := d.store.CutParts(ctx, u.ID, FilePart, 0); err != nil {
			return u, false, err
		}
	}
	if before.ID == "" {
		if err := d.store.BeginUpload(ctx, u); err != nil {
			return u, false, err
		}
	}
	sum := u.digest()
	if u.Size, err = d.keep(ctx, u.ID, io.TeeReader(body, sum)); err != nil {
		return u, false, err
	}
	if u.Size == 0 {
		return u, false, errors.Join(errs.New(errs.Invalid, "error.file_empty"), d.store.CutParts(ctx, u.ID, FilePart, 0))
	}
	was := u.Stage()
	u.Print, u.State = d.print(sum.Sum(nil)), Queued
	if held {
		u.State = Held
	}
	return u, false, d.store.PutUpload(ctx, was, u, ImportReceived)
}

// digest begins the digest of what was sent: a file under another map is
// another import.
func (u *Upload) digest() hash.Hash {
	sum := sha256.New()
	if u.MapText != nil {
		own := sha256.Sum256(u.MapText)
		_, _ = sum.Write(own[:]) // a hash takes everything
	}
	return sum
}

// Release has an upload imported that waits for a word, or tried where it was
// not yet, by whoever says so. It is errs.Conflict for one that does not wait
// any more.
func (d *Desk) Release(ctx context.Context, u Upload, dry bool, by ledger.Actor) error {
	was := u.Stage()
	if !u.Waits(d.clock.Now()) || dry && u.tried() {
		return errs.New(errs.Conflict, "error.import_begun")
	}
	u.State, u.DryRun, u.Actor = Queued, dry, by
	u.EndedAt, u.Report, u.Problem = time.Time{}, nil, nil
	u.Bytes, u.Took, u.MovedAt = 0, 0, time.Time{}
	return d.store.PutUpload(ctx, was, u, ImportReleased)
}

// Discard deletes a file that waits for a word; errs.Conflict when it does not
// any more. The report of its trial stays.
func (d *Desk) Discard(ctx context.Context, u Upload, by ledger.Actor) error {
	was := u.Stage()
	if !u.Waits(d.clock.Now()) {
		return errs.New(errs.Conflict, "error.import_begun")
	}
	u.State, u.Actor, u.EndedAt = Failed, by, d.clock.Now()
	u.Problem = &Problem{ID: "error.import_discarded"}
	return d.store.PutUpload(ctx, was, u, ImportEnded)
}

// again answers a repeat.
func (d *Desk) again(before Upload, u *Upload, body io.Reader) (Upload, bool, error) {
	sum := u.digest()
	if _, err := io.Copy(sum, body); err != nil {
		return before, false, err
	}
	if !bytes.Equal(d.print(sum.Sum(nil)), before.Print) {
		return before, false, errs.New(errs.Conflict, "error.other_file")
	}
	return before, true, nil
}

// keep seals a file piece by piece, and returns how long it is.
func (d *Desk) keep(ctx context.Context, upload string, body io.Reader) (int64, error) {
	piece := make([]byte, PartSize)
	for size := int64(0); ; {
		n, err := io.ReadFull(body, piece)
		if n > 0 {
			if err := d.store.AddPart(ctx, upload, FilePart, size, piece[:n]); err != nil {
				return size, err
			}
			size += int64(n)
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return size, nil
		case err != nil:
			return size, err
		}
	}
}

// A StoredFile reads a file that was kept. It is used by one goroutine at a
// time, apart from ReadAt.
type StoredFile struct {
	ctx    context.Context //nolint:containedctx // an io.Reader has no other way to it
	store  UploadStore
	upload string
	size   int64
	at     int64

	begin int64 // of the piece that is held
	piece []byte
}

// Open returns the file of an upload.
func Open(ctx context.Context, s UploadStore, u *Upload) *StoredFile {
	return &StoredFile{ctx: ctx, store: s, upload: u.ID, size: u.Size, begin: -1}
}

// Size returns how long the file is.
func (f *StoredFile) Size() int64 { return f.size }

// Read implements io.Reader.
func (f *StoredFile) Read(p []byte) (int, error) {
	n, err := f.ReadAt(p[:min(len(p), PartSize)], f.at)
	f.at += int64(n)
	if n > 0 {
		err = nil
	}
	return n, err
}

// ReadAt implements io.ReaderAt.
func (f *StoredFile) ReadAt(p []byte, at int64) (n int, err error) {
	for n < len(p) {
		if at >= f.size {
			return n, io.EOF
		}
		begin := at - at%PartSize
		if begin != f.begin {
			if f.piece, err = f.store.Part(f.ctx, f.upload, FilePart, begin); err != nil {
				return n, fmt.Errorf("read the file at %d: %w", begin, err)
			}
			f.begin = begin
		}
		copied := copy(p[n:], f.piece[at-begin:])
		if copied == 0 {
			return n, io.ErrUnexpectedEOF
		}
		n, at = n+copied, at+int64(copied)
	}
	return n, nil
}
