// Package once lets a system repeat a request that it does not know the fate
// of, without its effect happening twice: the answer is kept under the key that
// the system chose (Idempotency-Key, draft-ietf-httpapi-idempotency-key-header)
// and given again.
//
// A process that dies between the effect and the keeping of its answer leaves
// the request begun. After Lease it may be carried out again, which changes
// nothing further: the rules behind the API find what was said there already.
package once

import (
	"context"
	"time"

	"livingprofile/internal/id"
)

const (
	// Keep is how long an answer is given again.
	Keep = 24 * time.Hour
	// Lease is how long a request may take before another try may begin.
	Lease = time.Minute
)

// A Request is one that its sender may repeat.
type Request struct {
	Key   []byte // digest of who asks, of the route and of the sender's key
	Print []byte // digest of what is asked
}

// An Answer is what a request was answered with. Body is personal and sealed
// at rest, with the key of Subject if there is one.
type Answer struct {
	Status  int
	Header  map[string]string
	Body    []byte
	Subject id.Subject
}

// A Store keeps answers. Each method is one transaction; all are safe for
// concurrent use by several processes.
type Store interface {
	// Begin tells that a request is being carried out, and returns nil; or the
	// answer it was given before. It is errs.Conflict while another try of it
	// runs, and errs.Invalid when the key was used for another request.
	Begin(ctx context.Context, r Request, now time.Time) (*Answer, error)
	// Keep writes the answer of a request that was begun.
	Keep(ctx context.Context, r Request, a Answer) error
	// Forget ends a request that changed nothing: it may be tried again.
	Forget(ctx context.Context, r Request) error
	// SweepAnswers deletes what was begun before, and returns how much.
	SweepAnswers(ctx context.Context, before time.Time) (int, error)
}
