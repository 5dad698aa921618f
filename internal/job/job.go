package job

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
)

// ID identifies a job.
type ID string

// A Job is one piece of background work.
type Job struct {
	ID   ID
	Kind string // who does it, dotted: "mail.send"
	// Subject is whose data the work concerns, or "". The payload is then
	// sealed with the subject's key and goes with it.
	Subject  id.Subject
	Payload  []byte // JSON; personal, sealed at rest
	Priority Priority
	RunAt    time.Time
	// SetAt is what the clock said when RunAt or LeaseUntil was last written.
	// A row from the future was written under a wrong clock (see Rewind).
	SetAt      time.Time
	CreatedAt  time.Time
	Attempt    int       // how often it was claimed; 0 before the first claim
	LeaseUntil time.Time // zero when nobody works on it
	Cause      string    // why the last attempt failed, a code; "" if none did
	ParkedAt   time.Time // zero unless it was given up
}

// Priority says which jobs are done before others.
type Priority int

// The priorities.
const (
	Urgent Priority = 10  // a person waits for it
	Usual  Priority = 0   // in its turn
	Bulk   Priority = -10 // may wait for everything else
)

// Priorities are all there are, in the order in which jobs are claimed.
var Priorities = [...]Priority{Urgent, Usual, Bulk}

// New returns a job of the kind that is due at once. The payload is written as
// JSON; it fails only on a value that JSON cannot express.
func New(kind string, subject id.Subject, payload any, now time.Time) (Job, error) {
	b, err := json.Marshal(payload)
	if err != nil {
		return Job{}, fmt.Errorf("payload of job %s: %w", kind, err)
	}
	return Job{
		ID: ID(id.New()), Kind: kind, Subject: subject, Payload: b,
		RunAt: now, SetAt: now, CreatedAt: now,
	}, nil
}

// Later returns j, due at a time and not at once.
func (j Job) Later(at time.Time) Job {
	j.RunAt = at
	return j
}

// Decode reads the payload into v. What cannot be read is errs.Invalid, since
// another try would read the same.
func (j Job) Decode(v any) error {
	if err := json.Unmarshal(j.Payload, v); err != nil {
		// The cause may quote the payload, which is personal.
		return errs.Wrap(errs.Invalid, "", errors.New("unreadable payload of "+j.Kind))
	}
	return nil
}

// Due tells whether the job may be claimed at now.
func (j Job) Due(now time.Time) bool {
	return j.ParkedAt.IsZero() && !j.RunAt.After(now) && !j.LeaseUntil.After(now)
}
