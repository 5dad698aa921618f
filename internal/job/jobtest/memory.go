// Package jobtest has the contract of the stores that job needs, and a double
// in memory that keeps it.
package jobtest

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/job"
)

// Memory keeps jobs and turns in memory. It is safe for concurrent use; two
// Runners on one Memory stand for two processes on one database.
type Memory struct {
	mu    sync.Mutex
	jobs  map[job.ID]job.Job
	turns map[string]turn
}

type turn struct {
	number     int
	due, lease time.Time
}

// NewMemory returns an empty store.
func NewMemory() *Memory {
	return &Memory{jobs: make(map[job.ID]job.Job), turns: make(map[string]turn)}
}

var (
	_ job.Store   = (*Memory)(nil)
	_ job.Parking = (*Memory)(nil)
	_ job.Turns   = (*Memory)(nil)
)

// Enqueue is job.Store.Enqueue.
func (m *Memory) Enqueue(_ context.Context, jobs ...job.Job) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, j := range jobs {
		if _, ok := m.jobs[j.ID]; ok {
			return errs.New(errs.Conflict, "")
		}
	}
	for _, j := range jobs {
		j.Payload = slices.Clone(j.Payload)
		m.jobs[j.ID] = j
	}
	return nil
}

// Claim is job.Store.Claim.
func (m *Memory) Claim(ctx context.Context, kinds []string, now time.Time, lease time.Duration, limit int) ([]job.Job, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var due []job.Job
	for _, j := range m.jobs {
		if j.Due(now) && slices.Contains(kinds, j.Kind) {
			due = append(due, j)
		}
	}
	slices.SortFunc(due, func(a, b job.Job) int {
		return cmp.Or(cmp.Compare(b.Priority, a.Priority), a.RunAt.Compare(b.RunAt), cmp.Compare(a.ID, b.ID))
	})
	due = due[:min(limit, len(due))]
	for i := range due {
		due[i].Attempt++
		due[i].LeaseUntil, due[i].SetAt = now.Add(lease), now
		m.jobs[due[i].ID] = due[i]
		due[i].Payload = slices.Clone(due[i].Payload)
	}
	return due, nil
}

// Extend is job.Store.Extend.
func (m *Memory) Extend(_ context.Context, id job.ID, attempt int, now, until time.Time) error {
	return m.update(id, attempt, func(j *job.Job) { j.LeaseUntil, j.SetAt = until, now })
}

// Done is job.Store.Done.
func (m *Memory) Done(_ context.Context, id job.ID, attempt int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, err := m.held(id, attempt); err != nil {
		return err
	}
	delete(m.jobs, id)
	return nil
}

// Retry is job.Store.Retry.
func (m *Memory) Retry(_ context.Context, id job.ID, attempt int, now, at time.Time, cause string) error {
	return m.update(id, attempt, func(j *job.Job) {
		j.RunAt, j.LeaseUntil, j.SetAt, j.Cause = at, time.Time{}, now, cause
	})
}

// Park is job.Store.Park.
func (m *Memory) Park(_ context.Context, id job.ID, attempt int, now time.Time, cause string) error {
	return m.update(id, attempt, func(j *job.Job) {
		j.LeaseUntil, j.SetAt, j.Cause, j.ParkedAt = time.Time{}, now, cause, now
	})
}

// Oldest is job.Store.Oldest.
func (m *Memory) Oldest(_ context.Context, now time.Time) (time.Time, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var oldest time.Time
	for _, j := range m.jobs {
		if j.ParkedAt.IsZero() && !j.RunAt.After(now) && (oldest.IsZero() || j.RunAt.Before(oldest)) {
			oldest = j.RunAt
		}
	}
	return oldest, nil
}

// Rewind is job.Store.Rewind.
func (m *Memory) Rewind(_ context.Context, now time.Time, skew time.Duration) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for id, j := range m.jobs {
		if j.ParkedAt.IsZero() && j.SetAt.After(now.Add(skew)) {
			j.RunAt, j.LeaseUntil, j.SetAt = now, time.Time{}, now
			m.jobs[id] = j
			n++
		}
	}
	return n, nil
}

// Parked is job.Parking.Parked.
func (m *Memory) Parked(_ context.Context, limit int) ([]job.Job, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var parked []job.Job
	for _, j := range m.jobs {
		if !j.ParkedAt.IsZero() {
			parked = append(parked, j)
		}
	}
	slices.SortFunc(parked, func(a, b job.Job) int {
		return cmp.Or(b.ParkedAt.Compare(a.ParkedAt), cmp.Compare(b.ID, a.ID))
	})
	return parked[:min(limit, len(parked))], nil
}

// Revive is job.Parking.Revive.
func (m *Memory) Revive(_ context.Context, id job.ID, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	j, ok := m.jobs[id]
	if !ok || j.ParkedAt.IsZero() {
		return errs.New(errs.NotFound, "")
	}
	j.ParkedAt, j.RunAt, j.SetAt = time.Time{}, now, now
	m.jobs[id] = j
	return nil
}

// ForgetParked is job.Parking.ForgetParked.
func (m *Memory) ForgetParked(_ context.Context, before time.Time) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	was := len(m.jobs)
	maps.DeleteFunc(m.jobs, func(_ job.ID, j job.Job) bool {
		return !j.ParkedAt.IsZero() && j.ParkedAt.Before(before)
	})
	return was - len(m.jobs), nil
}

// Take is job.Turns.Take.
func (m *Memory) Take(_ context.Context, task string, now time.Time, every, lease time.Duration) (job.Turn, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.turns[task]
	if t.lease.After(now) && !t.lease.After(now.Add(lease+job.ClockSkew)) {
		return job.Turn{NotBefore: t.lease}, nil
	}
	if t.due.After(now) && !t.due.After(now.Add(every+job.ClockSkew)) {
		return job.Turn{NotBefore: t.due}, nil
	}
	t.number++
	t.lease = now.Add(lease)
	m.turns[task] = t
	return job.Turn{Taken: true, Number: t.number}, nil
}

// Finish is job.Turns.Finish.
func (m *Memory) Finish(_ context.Context, task string, number int, next time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	t, ok := m.turns[task]
	if !ok || t.number != number {
		return errs.New(errs.Conflict, "")
	}
	t.due, t.lease = next, time.Time{}
	m.turns[task] = t
	return nil
}

// held returns the job if attempt still owns it; the lock is held.
func (m *Memory) held(id job.ID, attempt int) (job.Job, error) {
	j, ok := m.jobs[id]
	if !ok || j.Attempt != attempt || j.LeaseUntil.IsZero() {
		return job.Job{}, errs.New(errs.Conflict, "")
	}
	return j, nil
}

func (m *Memory) update(id job.ID, attempt int, f func(*job.Job)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	j, err := m.held(id, attempt)
	if err != nil {
		return err
	}
	f(&j)
	m.jobs[id] = j
	return nil
}
