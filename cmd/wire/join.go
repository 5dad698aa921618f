package wire

import (
	"context"
	"time"

	"livingprofile/internal/id"
	"livingprofile/internal/identity"
	"livingprofile/internal/job"
	"livingprofile/internal/profile"
	"livingprofile/store"
)

// join has the services know the records that are joined with one: what a
// person says is said for all of theirs, and compared with what they see.
func (a *App) join() {
	a.Joiner = identity.NewJoiner(a.DB, a.Clock)
	a.Consent.JoinedBy(a.DB.Circle)
	a.Door.JoinedBy(a.DB.Circle)
	a.Profile.SeenBy(func(ctx context.Context, subject id.Subject) (profile.State, error) {
		f, err := a.DB.Facts(ctx, subject)
		return f.Profile, err
	})
}

// told is the store as those see it who tell a system of a person: by every name
// that the person's joined records bear, since a system may know only one.
type told struct{ *store.DB }

// Identifiers returns what all records of a person bear.
func (t told) Identifiers(ctx context.Context, subject id.Subject) ([]identity.Identifier, error) {
	return store.Together{DB: t.DB}.Known(ctx, subject)
}

// borne is told for those who ask whose people a system may know: who said that a
// record bears a name counts, also where another has proved it.
type borne struct{ told }

// Identifiers returns what each record of a person bears.
func (b borne) Identifiers(ctx context.Context, subject id.Subject) ([]identity.Identifier, error) {
	return store.Together{DB: b.DB}.Borne(ctx, subject)
}

// joining looks behind the ledger for records that may be of one person.
func joining(j *identity.Joiner) job.Task {
	return job.Task{Name: "identity.join", Every: 5 * time.Second, Lease: 5 * time.Minute, Do: func(ctx context.Context, _ time.Time) error {
		_, err := j.Turn(ctx)
		return err
	}}
}
