package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/organisation"
)

// rejectsKept writes the refused rows of an upload, a piece for each batch.
type rejectsKept struct {
	ctx    context.Context //nolint:containedctx // an io.Writer has no other way to it
	store  UploadStore
	upload string
	end    int64 // of what is kept
	buffer []byte
}

// Rejects returns where the refused rows of an upload are written to.
func Rejects(ctx context.Context, s UploadStore, u *Upload) io.Writer {
	return &rejectsKept{ctx: ctx, store: s, upload: u.ID}
}

func (r *rejectsKept) Write(p []byte) (int, error) {
	r.buffer = append(r.buffer, p...)
	return len(p), nil
}

// Seek knows the two places that an import goes on at: the end, and the place
// that it was cut to.
func (r *rejectsKept) Seek(offset int64, whence int) (int64, error) {
	if whence == io.SeekStart {
		return offset, nil
	}
	ats, err := r.store.PartAts(r.ctx, r.upload, RejectsPart)
	if err != nil || len(ats) == 0 {
		return 0, err
	}
	last, err := r.store.Part(r.ctx, r.upload, RejectsPart, ats[len(ats)-1])
	r.end = ats[len(ats)-1] + int64(len(last))
	return r.end, err
}

// Truncate cuts after a batch: no piece spans two.
func (r *rejectsKept) Truncate(size int64) error {
	r.buffer, r.end = nil, size
	return r.store.CutParts(r.ctx, r.upload, RejectsPart, size)
}

func (r *rejectsKept) Sync() error {
	if len(r.buffer) == 0 {
		return nil
	}
	if err := r.store.AddPart(r.ctx, r.upload, RejectsPart, r.end, r.buffer); err != nil {
		return err
	}
	r.end += int64(len(r.buffer))
	r.buffer = nil
	return nil
}

// WriteRejects writes the refused rows of an upload to w, and returns how many
// bytes they are.
func WriteRejects(ctx context.Context, s UploadStore, upload string, w io.Writer) (n int, err error) {
	ats, err := s.PartAts(ctx, upload, RejectsPart)
	if err != nil {
		return 0, err
	}
	for _, at := range ats {
		piece, err := s.Part(ctx, upload, RejectsPart, at)
		if err != nil {
			return n, err
		}
		m, err := w.Write(piece)
		n += m
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// kept is the Positions of one upload: how far it is stands in its row.
type kept struct {
	store  UploadStore
	upload *Upload
}

func (k kept) Position(context.Context, [32]byte) ([]byte, error) {
	if k.upload.Position == nil {
		return nil, errs.NotFound
	}
	return k.upload.Position, nil
}

func (k kept) KeepPosition(ctx context.Context, _ [32]byte, position []byte) error {
	k.upload.Position = position
	return k.store.PutUpload(ctx, k.upload.Stage(), *k.upload, "")
}

// DropPosition leaves the position: the report takes its place in one write.
func (kept) DropPosition(context.Context, [32]byte) error { return nil }

// shown are the Positions of a trial: kept to be looked at, and not to go on
// from, for what the trial decided until then is in no store.
type shown struct {
	kept
	at *time.Time // when it was last kept
}

func (s shown) KeepPosition(ctx context.Context, digest [32]byte, position []byte) error {
	if s.upload.MovedAt.Sub(*s.at) < time.Second {
		return nil // a trial has nothing else to write after each batch
	}
	*s.at = s.upload.MovedAt
	return s.kept.KeepPosition(ctx, digest, position)
}

// ErrEnough is why a trial ends before its file does: what it would write is
// kept in memory, and that has its bounds. As the cause of a context it ends a
// trial for its time.
var ErrEnough = errors.New("as much of the file was tried as is tried at once")

// RunUpload imports what is left of an upload, until its end or that of ctx;
// then the upload is Running, and is gone on with by the same call. m is the
// upload's map. A trial is not gone on with: it begins anew, but after
// ErrEnough, which ends it with the report of what was tried.
func RunUpload(ctx context.Context, s UploadStore, u Upload, m *Map, sink Sink, o Options) error {
	if u.State == Queued {
		was := u.Stage()
		u.State = Running
		if err := s.PutUpload(ctx, was, u, ""); err != nil {
			return err
		}
	}
	was := u.Stage()
	o.Source, o.Format, o.Charset, o.Size, o.Limits = u.Source, u.Format, u.Charset, u.Size, u.Limits
	if u.DryRun {
		u.Bytes, u.Took, u.Position = 0, 0, nil
		o.Positions = shown{kept{s, &u}, &time.Time{}}
	} else {
		o.Positions, o.Rejects = kept{s, &u}, Rejects(ctx, s, &u)
	}
	before := u.Took
	o.Progress = func(p Progress) { u.Bytes, u.Took, u.MovedAt = p.Bytes, before+p.Elapsed, o.Clock.Now() }
	report, err := Run(ctx, Open(ctx, s, &u), m, sink, o)
	enough := u.DryRun && (errors.Is(err, ErrEnough) || err != nil && errors.Is(context.Cause(ctx), ErrEnough))
	if ctx.Err() != nil && !enough {
		return ctx.Err()
	}
	var public *errs.Error
	var unfit organisation.Problems
	switch {
	case err == nil:
		u.State, u.Report, u.Bytes = Done, report, u.Size
	case enough:
		u.State, u.Report = Done, report
		u.Problem = &Problem{ID: "error.trial_cut_short", Args: map[string]any{"rows": report.Rows}}
		ctx, err = context.WithoutCancel(ctx), nil
	case errors.As(err, &public) && (public.Kind == errs.Invalid || public.Kind == errs.Forbidden):
		u.State, u.Report = Failed, report
		u.Problem = &Problem{ID: public.ID, Args: public.Args, Fields: public.Fields}
	case errors.As(err, &unfit):
		u.State, u.Problem = Failed, &Problem{ID: "error.map_unfit"}
	case errs.KindOf(err) == errs.Unavailable:
		return fmt.Errorf("import %s: %w", u.ID, err)
	default:
		// It would fail again, and hold up every import after it.
		u.State, u.Report, u.Problem = Failed, report, &Problem{ID: "error.file_unreadable"}
		err = fmt.Errorf("import %s: %w", u.ID, err)
	}
	if u.State == Failed && u.Problem.ID != "error.file_unreadable" {
		err = nil
	}
	u.EndedAt, u.Position = o.Clock.Now(), nil
	return errors.Join(err, s.PutUpload(ctx, was, u, ImportEnded))
}

// So returns how far an upload is: its report, at the end that of all.
func (u *Upload) So() Report {
	if u.Report != nil {
		return *u.Report
	}
	var p Position
	if json.Unmarshal(u.Position, &p) != nil {
		return Report{Map: u.Map}
	}
	return Report{
		Map: u.Map, Rows: p.Rows, Created: p.Created, Merged: p.Merged, Changed: p.Changed, Unchanged: p.Same,
		Refused: p.Refused, Warnings: p.Warnings, Rejects: p.Rejects, Notes: p.Notes,
	}
}

// When a pace is told: not of the first batch alone, which may have waited for
// anything, nor of an import whose process may have died.
const (
	paceAfter  = 3 * time.Second
	paceWithin = 30 * time.Second
)

// Pace says how many rows a second an upload is going at, since its beginning,
// and about how long the rest will take. It is not ok while that would be a
// guess.
func (u *Upload) Pace(now time.Time) (rows int, left time.Duration, ok bool) {
	if u.State != Running || u.Bytes <= 0 || u.Took < paceAfter || now.Sub(u.MovedAt) > paceWithin {
		return 0, 0, false
	}
	rest := float64(max(0, u.Size-u.Bytes)) / float64(u.Bytes)
	rows = int(math.Ceil(float64(u.So().Rows) / u.Took.Seconds()))
	return rows, time.Duration(rest * float64(u.Took)).Round(time.Second), true
}
