package rights

import (
	"context"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/ledger"
)

// CopyLife is how long a copy waits to be taken.
const CopyLife = 24 * time.Hour

// CopyTook is the kind of the ledger entry about a copy that was taken.
const CopyTook ledger.Kind = "copy.taken"

// A Copy is a file with what is held of a person, waiting to be taken once.
// As a row it is written; Body is sealed with the subject's key and never read
// back but by CopyBody.
type Copy struct {
	ID        string
	Request   RequestID
	Body      []byte
	Size      int
	MadeAt    time.Time
	ExpiresAt time.Time
}

// A CopyTaken is the row that takes a copy: it deletes the file, and is refused
// with errs.Gone when it was taken before or its time is over.
type CopyTaken struct{ ID string }

// hand makes the copy that r asks for.
func (s *Service) hand(ctx context.Context, r Request, docket Docket) error {
	body, err := s.desk.Bundle(ctx, r)
	if err != nil {
		return err
	}
	now := s.clock.Now()
	copied := Copy{
		ID: id.New(), Request: r.ID, Body: body, Size: len(body), MadeAt: now, ExpiresAt: now.Add(CopyLife),
	}
	return s.move(ctx, &r, Act{Move: Fulfil, At: now, Actor: program}, docket, copied)
}

// Copies returns what of a subject waits to be taken.
func (s *Service) Copies(ctx context.Context, subject id.Subject) ([]Copy, error) {
	return s.store.Copies(ctx, subject, s.clock.Now())
}

// Take returns the file of a copy, once. It is errs.Gone afterwards, when its
// time is over, and for the copy of another.
func (s *Service) Take(ctx context.Context, subject id.Subject, copied string, actor ledger.Actor, brand string) ([]byte, error) {
	waiting, err := s.Copies(ctx, subject)
	if err != nil {
		return nil, err
	}
	var one Copy
	for _, c := range waiting {
		if c.ID == copied {
			one = c
		}
	}
	if one.ID == "" {
		return nil, errs.New(errs.Gone, "rights.error.copy_gone")
	}
	body, err := s.store.CopyBody(ctx, subject, copied)
	if err != nil {
		return nil, err
	}
	// Only who commits this has the file: of many at the same time, one.
	_, err = s.store.Commit(ctx, ledger.Change{
		Subject: subject, Base: ledger.AnyVersion, At: s.clock.Now(), Actor: actor, Brand: brand, Cause: string(one.Request),
		Entries: []ledger.Draft{{Kind: CopyTook, Payload: Trace{Request: one.Request}}},
		Rows:    []any{CopyTaken{copied}},
	})
	if err != nil {
		return nil, err
	}
	return body, nil
}
