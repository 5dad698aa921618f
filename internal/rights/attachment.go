package rights

import (
	"context"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// The limits of what is added to requests.
const (
	// MaxAttached is how many files either side may add to one request, and
	// MaxAtOnce to one message.
	MaxAttached = 6
	MaxAtOnce   = 3
	// maxOfSubject is how many may be kept of a person's requests: another
	// request is made as easily as another message.
	maxOfSubject = 24
	// AttachmentLife is how long they are kept after the request has ended: as
	// long as the answer may still be argued about.
	AttachmentLife = 90 * 24 * time.Hour
)

// AttachmentTook is the kind of the ledger entry about a file that somebody took.
const AttachmentTook ledger.Kind = "attachment.taken"

// An Attachment is a file that one side added to a request: what shows that a
// value is wrong, or what answers a question. As a row it is written; all but
// its ids, its size and its day is sealed with the subject's key.
type Attachment struct {
	ID      string
	Request RequestID
	Step    int              // of the request that it came with
	By      ledger.ActorKind // who added it
	Name    string
	Type    string // media type
	Size    int
	At      time.Time
	Body    []byte // nil where only the file's name is read
}

// attached returns how many files one side has added to r.
func (r *Request) attached(by ledger.ActorKind) int {
	n := 0
	for i := range r.Steps {
		if r.Steps[i].By == by {
			n += r.Steps[i].Files
		}
	}
	return n
}

// mayAttach refuses more files than a request takes.
func (r *Request) mayAttach(by ledger.ActorKind, n int) error {
	switch {
	case n > MaxAtOnce:
		return errs.InvalidFields(errs.At("files", "attachment.error.at_once", "max", MaxAtOnce))
	case r.attached(by)+n > MaxAttached:
		return errs.InvalidFields(errs.At("files", "attachment.error.too_many", "max", MaxAttached))
	}
	return nil
}

// mayKeep refuses files when enough is kept of the other requests of a person.
func mayKeep(all []Request, n int, now time.Time) error {
	if n == 0 {
		return nil
	}
	for i := range all {
		if all[i].ClosedAt.IsZero() || now.Sub(all[i].ClosedAt) < AttachmentLife {
			n += all[i].attached(ledger.BySubject)
		}
	}
	if n > maxOfSubject {
		return errs.InvalidFields(errs.At("files", "attachment.error.enough"))
	}
	return nil
}

// attach writes files with the last step of r.
func (c *change) attach(r *Request, files []Attachment) {
	step := len(r.Steps) - 1
	for _, f := range files {
		f.ID, f.Request, f.Step, f.By = id.New(), r.ID, step, r.Steps[step].By
		f.At, f.Size = c.At, len(f.Body)
		c.Rows = append(c.Rows, f)
	}
}

// TakeAttachment returns a file of a request, and records who took it. It is
// errs.NotFound for a file of another request and for one that is not kept any
// more, and errs.Invalid for what is no id.
func (s *Service) TakeAttachment(ctx context.Context, r *Request, file string, actor ledger.Actor) (Attachment, error) {
	if !id.Valid(file) {
		return Attachment{}, errs.New(errs.Invalid, "error.bad_form")
	}
	a, err := s.store.Attachment(ctx, r.Subject, file)
	if err == nil && a.Request != r.ID {
		err = errs.New(errs.NotFound, "attachment.error.gone")
	}
	if err != nil {
		return Attachment{}, err
	}
	_, err = s.store.Commit(ctx, ledger.Change{
		Subject: r.Subject, Base: ledger.AnyVersion, At: s.clock.Now(), Actor: actor, Brand: r.Brand, Cause: string(r.ID),
		Entries: []ledger.Draft{{Kind: AttachmentTook, Payload: Trace{Request: r.ID, Number: r.Number, Kind: r.Kind}}},
	})
	if err != nil {
		return Attachment{}, err
	}
	return a, nil
}
